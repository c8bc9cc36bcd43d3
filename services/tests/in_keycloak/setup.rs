//! A realm is set up from nothing, and once more without a change.

use crate::realm::{Realm, base};
use keycloak_admin::{Keycloak, Login};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use services::keycloak::setup::{self, Change, Mode, ROLES};

fn whats(outcome: &setup::Outcome) -> Vec<&str> {
    outcome.steps.iter().map(|step| step.what.as_str()).collect()
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn missing_realm_is_planned_then_made_then_left_alone() {
    let realm = Realm::planned();
    let wanted = realm.wanted();
    let planned = setup::run(&realm.keycloak, &wanted, Mode::Plan).await.expect("a plan");
    assert!(planned.client_secret.is_none() && planned.service_client_secret.is_none());
    assert_eq!(
        realm.keycloak.find::<Value>(&[&realm.name]).await.map(|found| found.is_some()).ok(),
        None,
        "only a plan"
    );
    let made = setup::run(&realm.keycloak, &wanted, Mode::Apply).await.expect("a realm");
    assert!(whats(&planned).contains(&"client bursar"), "{:?}", whats(&planned));
    assert!(made.client_secret.is_some_and(|secret| !secret.expose_secret().is_empty()));
    let again = setup::run(&realm.keycloak, &wanted, Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "nothing differs");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn service_account_reads_users_and_changes_nothing() {
    let realm = Realm::planned();
    let made = setup::run(&realm.keycloak, &realm.wanted(), Mode::Apply).await.expect("a realm");
    let login = Login::ServiceAccount {
        realm: realm.name.clone(),
        client_id: "bursar-import".to_owned(),
        secret: made.service_client_secret.expect("a secret"),
    };
    let account = Keycloak::new(base().parse().expect("an address"), login).expect("authorities");
    let users: Vec<Value> = account.get(&[&realm.name, "users"], &[]).await.expect("users");
    assert_eq!(users, [] as [Value; 0]);
    let refused = account.post(&[&realm.name, "users"], &json!({ "username": "zelda" })).await;
    assert!(matches!(&refused, Err(setup::Error::MissingRole { role: "manage-users", .. })), "{refused:?}");
    let management: Value =
        account.get(&[&realm.name, "clients"], &[("clientId", "realm-management")]).await.expect("it");
    let management = management[0]["id"].as_str().expect("its id").to_owned();
    let user = realm.get(&["users"]).await;
    assert_eq!(user, json!([]), "service accounts are not listed");
    let client: Value = account.get(&[&realm.name, "clients"], &[("clientId", "bursar-import")]).await.expect("it");
    let user = realm.get(&["clients", client[0]["id"].as_str().expect("an id"), "service-account-user"]).await;
    let path = ["users", user["id"].as_str().expect("an id"), "role-mappings", "clients", &management];
    let roles = realm.get(&path).await;
    let mut names: Vec<&str> =
        roles.as_array().expect("roles").iter().filter_map(|role| role["name"].as_str()).collect();
    names.sort_unstable();
    let mut expected = ROLES;
    expected.sort_unstable();
    assert_eq!(names, expected);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn realm_in_use_keeps_what_others_made_and_closes_what_users_could_edit() {
    let realm = Realm::create().await;
    let mut profile = realm.get(&["users", "profile"]).await;
    let attributes = profile["attributes"].as_array_mut().expect("attributes");
    attributes
        .push(json!({ "name": "phone", "permissions": { "view": ["admin", "user"], "edit": ["admin", "user"] } }));
    attributes.push(json!({ "name": "user_type", "permissions": { "view": ["user"], "edit": ["admin", "user"] } }));
    realm.keycloak.put(&[&realm.name, "users", "profile"], &profile).await.expect("a profile");
    let client = json!({ "clientId": "bursar", "redirectUris": ["https://old.example.com/*"], "publicClient": true });
    realm.keycloak.post(&[&realm.name, "clients"], &client).await.expect("a client");

    let made = setup::run(&realm.keycloak, &realm.wanted(), Mode::Apply).await.expect("a realm");
    let changed = made.steps.iter().find(|step| step.what == "client bursar").expect("the client");
    let Change::Changed(differences) = &changed.change else { panic!("{changed:?}") };
    let fields: Vec<&str> = differences.iter().map(|difference| difference.field.as_str()).collect();
    assert!(fields.contains(&"publicClient") && fields.contains(&"redirectUris"), "{fields:?}");
    let client = realm.get(&["clients"]).await;
    let client = client.as_array().and_then(|all| all.iter().find(|client| client["clientId"] == "bursar"));
    let client = client.expect("the client");
    assert_eq!(client["publicClient"], false);
    let mut uris: Vec<&str> =
        client["redirectUris"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    uris.sort_unstable();
    assert_eq!(uris, ["https://bursar.example.com/sign-in/callback", "https://old.example.com/*"]);
    let profile = realm.get(&["users", "profile"]).await;
    let attribute = |name: &str| profile["attributes"].as_array()?.iter().find(|attribute| attribute["name"] == name);
    assert_eq!(attribute("phone").expect("kept")["permissions"]["edit"], json!(["admin", "user"]));
    assert_eq!(attribute("user_type").expect("declared")["permissions"]["edit"], json!(["admin"]));
    let again = setup::run(&realm.keycloak, &realm.wanted(), Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, []);
    realm.remove().await;
}
