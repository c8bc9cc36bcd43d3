//! A realm is set up from nothing, and once more without a change.

use crate::realm::{Realm, base};
use keycloak_admin::{Keycloak, Login};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use services::keycloak::setup::{self, Broker, Change, Endpoints, Mode, ROLES, Wanted};

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

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn one_client_for_sign_in_and_service_account_keeps_its_flow() {
    let realm = Realm::planned();
    let wanted = Wanted { service_client_id: "bursar".to_owned(), ..realm.wanted() };
    let planned = setup::run(&realm.keycloak, &wanted, Mode::Plan).await.expect("a plan");
    let made = setup::run(&realm.keycloak, &wanted, Mode::Apply).await.expect("a realm");
    for outcome in [&planned, &made] {
        let clients = whats(outcome).into_iter().filter(|what| what.starts_with("client ")).count();
        assert_eq!(clients, 1, "{:?}", whats(outcome));
    }
    let client = realm.client("bursar").await;
    assert_eq!(client["standardFlowEnabled"], true);
    assert_eq!(client["serviceAccountsEnabled"], true);
    let again = setup::run(&realm.keycloak, &wanted, Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "nothing differs");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn client_in_use_keeps_its_flow_as_service_account() {
    let realm = Realm::create().await;
    let client = json!({
        "clientId": "bursar-import", "name": "Portal", "publicClient": false, "standardFlowEnabled": true,
        "redirectUris": ["https://portal.example.com/callback"],
    });
    realm.keycloak.post(&[&realm.name, "clients"], &client).await.expect("a client");
    let planned = setup::run(&realm.keycloak, &realm.wanted(), Mode::Plan).await.expect("a plan");
    let roles = "roles of the service account of bursar-import";
    assert!(whats(&planned).contains(&roles), "{:?}", whats(&planned));
    setup::run(&realm.keycloak, &realm.wanted(), Mode::Apply).await.expect("a realm");
    let client = realm.client("bursar-import").await;
    assert_eq!((&client["standardFlowEnabled"], &client["name"]), (&json!(true), &json!("Portal")));
    assert_eq!(client["serviceAccountsEnabled"], true);
    let again = setup::run(&realm.keycloak, &realm.wanted(), Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "nothing differs");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn back_channel_address_and_roles_in_access_tokens_are_kept() {
    let realm = Realm::create().await;
    let internal = "http://bursar.bursar.svc:8080/sign-in/back-channel-logout";
    let client = json!({
        "clientId": "bursar",
        "attributes": { "backchannel.logout.url": internal },
        "protocolMappers": [{
            "name": "roles", "protocol": "openid-connect", "protocolMapper": "oidc-usermodel-realm-role-mapper",
            "config": { "claim.name": "realm_access.roles", "jsonType.label": "String", "access.token.claim": "true" },
        }],
    });
    realm.keycloak.post(&[&realm.name, "clients"], &client).await.expect("a client");
    setup::run(&realm.keycloak, &realm.wanted(), Mode::Apply).await.expect("a realm");
    let client = realm.client("bursar").await;
    assert_eq!(client["attributes"]["backchannel.logout.url"], internal);
    let mappers = client["protocolMappers"].as_array().expect("mappers");
    let roles = mappers.iter().find(|mapper| mapper["name"] == "roles").expect("kept");
    assert_eq!(roles["config"]["access.token.claim"], "true");
    assert_eq!(roles["config"]["id.token.claim"], "true");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn realm_master_is_refused_before_anything_changes() {
    let realm = Realm::planned();
    let wanted = Wanted { realm: "master".to_owned(), ..realm.wanted() };
    for mode in [Mode::Plan, Mode::Apply] {
        let refused = setup::run(&realm.keycloak, &wanted, mode).await;
        assert!(matches!(&refused, Err(setup::Error::NoRealmManagement { .. })), "{refused:?}");
    }
    let role: Option<Value> = realm.keycloak.find(&["master", "roles", "developer"]).await.expect("an answer");
    assert_eq!(role, None);
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn broker_is_created_then_left_alone_and_keeps_what_was_hardened() {
    let realm = Realm::planned();
    let issuer = format!("{}/realms/company", base());
    let at = |path: &str| format!("{issuer}/protocol/openid-connect/{path}");
    let broker = Broker {
        alias: "company".to_owned(),
        issuer: issuer.clone(),
        client_id: "keycloak".to_owned(),
        client_secret: "a secret of the directory".into(),
        developer_role: "Bursar.Developer".to_owned(),
        endpoints: Endpoints {
            authorization_endpoint: at("auth"),
            token_endpoint: at("token"),
            jwks_uri: at("certs"),
            end_session_endpoint: Some(at("logout")),
        },
    };
    let wanted = Wanted { broker: Some(broker), ..realm.wanted() };
    let made = setup::run(&realm.keycloak, &wanted, Mode::Apply).await.expect("a realm");
    assert!(whats(&made).contains(&"identity provider company"), "{:?}", whats(&made));
    let path = ["identity-provider", "instances", "company"];
    let mut provider = realm.get(&path).await;
    assert_eq!(provider["firstBrokerLoginFlowAlias"], "first broker login");
    assert_eq!(provider["config"]["issuer"], issuer);
    let mappers = realm.get(&[&path[..], &["mappers"]].concat()).await;
    assert_eq!(mappers.as_array().map(Vec::len), Some(2), "{mappers}");
    let again = setup::run(&realm.keycloak, &wanted, Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "nothing differs");

    let flow = json!({ "alias": "only known users", "providerId": "basic-flow", "topLevel": true, "builtIn": false });
    realm.keycloak.post(&[&realm.name, "authentication", "flows"], &flow).await.expect("a flow");
    provider["firstBrokerLoginFlowAlias"] = json!("only known users");
    provider["trustEmail"] = json!(false);
    provider["displayName"] = json!("Zelda Inc.");
    let full = [&[realm.name.as_str()], &path[..]].concat();
    realm.keycloak.put(&full, &provider).await.expect("hardened");
    let hardened = realm.get(&path).await;
    let again = setup::run(&realm.keycloak, &wanted, Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "what was hardened stays");
    assert_eq!(realm.get(&path).await, hardened);
    realm.remove().await;
}
