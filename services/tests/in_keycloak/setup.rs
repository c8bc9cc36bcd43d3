//! A realm is set up from nothing, and once more without a change.

use crate::realm::{self, Realm, base};
use keycloak_admin::{Keycloak, Login};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use services::keycloak::setup::{self, Broker, Change, Endpoints, Mode, ROLES, RealmSetup};

fn whats(outcome: &setup::Outcome) -> Vec<&str> {
    outcome.steps.iter().map(|step| step.what.as_str()).collect()
}

/// A realm of the same Keycloak, as a directory.
fn broker(alias: &str) -> Broker {
    let issuer = format!("{}/realms/company", base());
    let at = |path: &str| format!("{issuer}/protocol/openid-connect/{path}");
    Broker {
        alias: alias.to_owned(),
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
    }
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn missing_realm_is_planned_then_made_then_left_alone() {
    let realm = Realm::planned();
    let setup = realm.setup();
    let planned = setup::run(&realm.keycloak, &setup, Mode::Plan).await.expect("a plan");
    assert!(planned.client_secret.is_none() && planned.service_client_secret.is_none());
    assert_eq!(
        realm.keycloak.find::<Value>(&[&realm.name]).await.map(|found| found.is_some()).ok(),
        None,
        "only a plan"
    );
    let made = setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("a realm");
    assert!(whats(&planned).contains(&"client bursar"), "{:?}", whats(&planned));
    assert!(made.client_secret.is_some_and(|secret| !secret.expose_secret().is_empty()));
    let again = setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "nothing differs");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn service_account_reads_users_and_changes_nothing() {
    let realm = Realm::planned();
    let made = setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("a realm");
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

    let made = setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("a realm");
    let changed = made.steps.iter().find(|step| step.what == "client bursar").expect("the client");
    let Change::Changed { differences, .. } = &changed.change else { panic!("{changed:?}") };
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
    let again = setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, []);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn one_client_for_sign_in_and_service_account_keeps_its_flow() {
    let realm = Realm::planned();
    let setup = RealmSetup { service_client_id: "bursar".to_owned(), ..realm.setup() };
    let planned = setup::run(&realm.keycloak, &setup, Mode::Plan).await.expect("a plan");
    let made = setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("a realm");
    for outcome in [&planned, &made] {
        let clients = whats(outcome).into_iter().filter(|what| what.starts_with("client ")).count();
        assert_eq!(clients, 1, "{:?}", whats(outcome));
    }
    let client = realm.client("bursar").await;
    assert_eq!(client["standardFlowEnabled"], true);
    assert_eq!(client["serviceAccountsEnabled"], true);
    let again = setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("the same realm");
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
    let planned = setup::run(&realm.keycloak, &realm.setup(), Mode::Plan).await.expect("a plan");
    let roles = "roles of the service account of bursar-import";
    assert!(whats(&planned).contains(&roles), "{:?}", whats(&planned));
    setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("a realm");
    let client = realm.client("bursar-import").await;
    assert_eq!((&client["standardFlowEnabled"], &client["name"]), (&json!(true), &json!("Portal")));
    assert_eq!(client["serviceAccountsEnabled"], true);
    let again = setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("the same realm");
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
    setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("a realm");
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
    let setup = RealmSetup { realm: "master".to_owned(), ..realm.setup() };
    for mode in [Mode::Plan, Mode::Apply] {
        let refused = setup::run(&realm.keycloak, &setup, mode).await;
        assert!(matches!(&refused, Err(setup::Error::NoRealmManagement { .. })), "{refused:?}");
    }
    let role: Option<Value> = realm.keycloak.find(&["master", "roles", "developer"]).await.expect("an answer");
    assert_eq!(role, None);
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn broker_is_created_then_left_alone_and_keeps_what_was_hardened() {
    let realm = Realm::planned();
    let broker = broker("company");
    let issuer = broker.issuer.clone();
    let setup = RealmSetup { broker: Some(broker), ..realm.setup() };
    let made = setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("a realm");
    assert!(whats(&made).contains(&"identity provider company"), "{:?}", whats(&made));
    let path = ["identity-provider", "instances", "company"];
    let mut provider = realm.get(&path).await;
    assert_eq!(provider["firstBrokerLoginFlowAlias"], "first broker login");
    assert_eq!(provider["config"]["issuer"], issuer);
    let mappers = realm.get(&[&path[..], &["mappers"]].concat()).await;
    assert_eq!(mappers.as_array().map(Vec::len), Some(2), "{mappers}");
    let again = setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "nothing differs");

    let flow = json!({ "alias": "only known users", "providerId": "basic-flow", "topLevel": true, "builtIn": false });
    realm.keycloak.post(&[&realm.name, "authentication", "flows"], &flow).await.expect("a flow");
    provider["firstBrokerLoginFlowAlias"] = json!("only known users");
    provider["trustEmail"] = json!(false);
    provider["displayName"] = json!("Zelda Inc.");
    let full = [&[realm.name.as_str()], &path[..]].concat();
    realm.keycloak.put(&full, &provider).await.expect("hardened");
    let hardened = realm.get(&path).await;
    let again = setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "what was hardened stays");
    assert_eq!(realm.get(&path).await, hardened);

    let mut moved = hardened.clone();
    moved["config"]["tokenUrl"] = json!("https://old.example.com/token");
    realm.keycloak.put(&full, &moved).await.expect("moved");
    let changed = setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("the same realm");
    assert_eq!(whats(&changed), ["identity provider company"]);
    assert_eq!(realm.get(&path).await, hardened, "with its secret, which Keycloak shows as asterisks");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn roles_are_created_under_the_names_of_the_role_map() {
    let realm = Realm::create().await;
    let staff = json!({ "name": "staff", "description": "Everyone on the payroll" });
    realm.keycloak.post(&[&realm.name, "roles"], &staff).await.expect("a role");
    let roles = realm::roles(&[("ops", "admin"), ("staff", "developer"), ("interns", "developer")]);
    let setup = RealmSetup { roles: Some(roles), broker: Some(broker("company")), ..realm.setup() };
    setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("a realm");
    let roles = realm.get(&["roles"]).await;
    let mut names: Vec<&str> =
        roles.as_array().expect("roles").iter().filter_map(|role| role["name"].as_str()).collect();
    names.retain(|name| ["admin", "developer", "ops", "staff", "interns"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["interns", "ops", "staff"]);
    assert_eq!(realm.get(&["roles", "staff"]).await["description"], "Everyone on the payroll");
    let mappers = realm.get(&["identity-provider", "instances", "company", "mappers"]).await;
    let role = mappers.as_array().expect("mappers").iter().find_map(|mapper| mapper["config"]["role"].as_str());
    assert_eq!(role, Some("staff"));
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn client_that_signs_its_requests_gets_a_secret_that_works() {
    let realm = Realm::create().await;
    for client_id in ["bursar", "bursar-import"] {
        let client = json!({
            "clientId": client_id, "publicClient": false, "bearerOnly": true, "frontchannelLogout": true,
            "clientAuthenticatorType": "client-jwt",
        });
        realm.keycloak.post(&[&realm.name, "clients"], &client).await.expect("a client");
    }
    let made = setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("a realm");
    assert!(made.client_secret.is_some_and(|secret| !secret.expose_secret().is_empty()));
    let client = realm.client("bursar").await;
    assert_eq!((&client["bearerOnly"], &client["frontchannelLogout"]), (&json!(false), &json!(false)));
    let login = Login::ServiceAccount {
        realm: realm.name.clone(),
        client_id: "bursar-import".to_owned(),
        secret: made.service_client_secret.expect("a secret"),
    };
    let account = Keycloak::new(base().parse().expect("an address"), login).expect("authorities");
    account.get::<Value>(&[&realm.name, "users"], &[]).await.expect("users");
    let again = setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("the same realm");
    assert_eq!(again.steps, [], "nothing differs");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn administrator_who_may_only_create_realms_sets_one_up_and_another_is_told_the_role() {
    let realm = Realm::planned();
    let master = ["master", "users"];
    let name = format!("admin-of-{}", realm.name);
    let user = json!({
        "username": name, "enabled": true, "email": format!("{name}@example.com"), "firstName": "Z", "lastName": "L",
        "credentials": [{ "type": "password", "value": "of-a-test" }],
    });
    let id = realm.keycloak.post(&master, &user).await.expect("a user").expect("its id");
    let login = Login::Administrator { username: name, password: "of-a-test".into() };
    let delegate = Keycloak::new(base().parse().expect("an address"), login).expect("authorities");
    let refused = setup::run(&delegate, &realm.setup(), Mode::Apply).await.expect_err("no role").to_string();
    assert!(refused.contains("the role create-realm of the realm master is missing"), "{refused}");
    let role: Value = realm.keycloak.get(&["master", "roles", "create-realm"], &[]).await.expect("the role");
    let roles = [&master[..], &[&id, "role-mappings", "realm"]].concat();
    realm.keycloak.post(&roles, &json!([role])).await.expect("assigned");
    let made = setup::run(&delegate, &realm.setup(), Mode::Apply).await;
    realm.keycloak.delete(&[&master[..], &[&id]].concat(), None::<&Value>).await.expect("removed");
    made.expect("a realm");
    realm.remove().await;
}

/// Runs commands of Keycloak's own tool as its administrator.
fn run_kcadm(realm: &Realm, commands: &[&str]) {
    let kcadm = std::env::var("BURSAR_TEST_KCADM").expect("BURSAR_TEST_KCADM: run `cargo xtask test --only keycloak`");
    let config = std::env::temp_dir().join(format!("kcadm-{}.config", realm.name));
    let login =
        format!("kcadm.sh config credentials --server {} --realm master --user admin --password try-keycloak", base());
    let script: Vec<String> = std::iter::once(login.as_str())
        .chain(commands.iter().copied())
        .map(|command| format!("{command} --config {}", config.display()).replacen("kcadm.sh", &kcadm, 1))
        .collect();
    let ran = std::process::Command::new("sh").args(["-ec", &script.join("\n")]).output().expect("a shell");
    let _ = std::fs::remove_file(config);
    assert!(ran.status.success(), "{script:?}\n{}", String::from_utf8_lossy(&ran.stderr));
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn printed_commands_give_changed_objects_their_former_values() {
    let realm = Realm::create().await;
    let client = json!({
        "clientId": "bursar", "publicClient": true, "redirectUris": ["https://old.example.com/it's/*"],
        "attributes": { "backchannel.logout.url": "https://old.example.com/logout", "login_theme": "base" },
    });
    realm.keycloak.post(&[&realm.name, "clients"], &client).await.expect("a client");
    let mut profile = realm.get(&["users", "profile"]).await;
    let open = json!({ "name": "user_type", "permissions": { "view": ["user"], "edit": ["admin", "user"] } });
    profile["attributes"].as_array_mut().expect("attributes").push(open);
    realm.keycloak.put(&[&realm.name, "users", "profile"], &profile).await.expect("a profile");
    let before = (realm.client("bursar").await, realm.get(&["users", "profile"]).await);

    let made = setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("a realm");
    let undo = made.steps.iter().rev().filter_map(|step| match &step.change {
        Change::Changed { undo, .. } => Some(undo.as_str()),
        Change::Created { .. } => None,
    });
    let undo: Vec<&str> = undo.collect();
    assert_eq!(undo.len(), 2, "{undo:?}");
    run_kcadm(&realm, &undo);

    let after = (realm.client("bursar").await, realm.get(&["users", "profile"]).await);
    assert_eq!(after.1, before.1);
    let (mut before, mut after) = (before.0, after.0);
    for client in [&mut before, &mut after] {
        let fields = client.as_object_mut().expect("a client");
        // A client that was confidential for a while has a secret and the time that it was made at; names are empty or missing.
        fields.remove("secret");
        fields.retain(|_, value| value != "" && *value != json!([]));
        let _ = fields
            .get_mut("attributes")
            .and_then(Value::as_object_mut)
            .map(|attributes| attributes.remove("client.secret.creation.time"));
    }
    assert_eq!(after, before);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn administrator_who_may_not_grant_roles_is_told_so_and_nothing_is_passed_over() {
    let realm = Realm::create().await;
    let master = ["master", "users"];
    let name = format!("admin-of-{}", realm.name);
    let user = json!({
        "username": name, "enabled": true, "email": format!("{name}@example.com"), "firstName": "Z", "lastName": "L",
        "credentials": [{ "type": "password", "value": "of-a-test" }],
    });
    let id = realm.keycloak.post(&master, &user).await.expect("a user").expect("its id");
    let query = [("clientId", format!("{}-realm", realm.name))];
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let clients: Value = realm.keycloak.get(&["master", "clients"], &query).await.expect("clients");
    let client = clients[0]["id"].as_str().expect("the client");
    let roles: Vec<Value> = realm.keycloak.get(&["master", "clients", client, "roles"], &[]).await.expect("roles");
    let path = [&master[..], &[&id, "role-mappings", "clients", client]].concat();
    let login = Login::Administrator { username: name, password: "of-a-test".into() };
    let delegate = Keycloak::new(base().parse().expect("an address"), login).expect("authorities");
    let mut texts = Vec::new();
    for held in [&["manage-realm", "manage-clients", "view-users"][..], &["manage-users"]] {
        let granted = roles.iter().filter(|role| role["name"].as_str().is_some_and(|name| held.contains(&name)));
        realm.keycloak.post(&path, &granted.collect::<Vec<_>>()).await.expect("assigned");
        let refused = setup::run(&delegate, &realm.setup(), Mode::Apply).await;
        texts.push(refused.expect_err("no right to grant the roles").to_string());
    }
    realm.keycloak.delete(&[&master[..], &[&id]].concat(), None::<&Value>).await.expect("removed");
    for text in texts {
        let needs =
            format!("the role manage-users of the client {}-realm of the realm master and every role", realm.name);
        assert!(text.contains(&needs) && text.contains("realm-admin contains all"), "{text}");
    }
    realm.remove().await;
}
