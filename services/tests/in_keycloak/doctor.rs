//! The doctor finds nothing in a realm that setup made, and each fault by its own check.

use crate::realm::{self, Realm, base};
use domain::doctor::{Check, Report};
use domain::provider::ProviderKind;
use keycloak_admin::Keycloak;
use secrecy::SecretString;
use serde_json::{Value, json};
use services::clock::Clock;
use services::identity::{Identity, IdentityConfig, http_client};
use services::keycloak::doctor::{self, Deployment};
use services::keycloak::setup::{self, Mode, RealmSetup};
use services::keycloak::{AdminApi, issuer};
use services::settings::Settings;
use time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A realm that was set up, and Bursar's own configuration for it.
struct Installation {
    realm: Realm,
    config: IdentityConfig,
    admin_secret: SecretString,
    clock_ahead: Duration,
    bursar: JoinHandle<()>,
}

/// Answers every request as Bursar answers a back-channel logout without a token.
async fn bursar() -> (String, JoinHandle<()>) {
    answering(b"HTTP/1.1 422 Unprocessable Entity\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await
}

/// Answers every request in the same way.
async fn answering(answer: &'static [u8]) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let serve = async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a request");
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer).await;
        }
    };
    (address, tokio::spawn(serve))
}

impl Installation {
    async fn create() -> Self {
        Self::create_in(Realm::planned()).await
    }

    async fn create_in(realm: Realm) -> Self {
        let (public_url, bursar) = bursar().await;
        let config = IdentityConfig {
            kind: ProviderKind::Keycloak,
            issuer: issuer(&base().parse().expect("an address"), &realm.name),
            internal_url: None,
            client_id: "bursar".to_owned(),
            client_secret: None,
            scopes: vec!["profile".to_owned(), "email".to_owned()],
            roles_claim: "realm_access.roles".to_owned(),
            role_map: Vec::new(),
            public_url,
            secret_key: "a key for tests, not for anything else".into(),
        };
        let mut installation = Self { realm, config, admin_secret: "".into(), clock_ahead: Duration::ZERO, bursar };
        let made = installation.set_up().await;
        installation.config.client_secret = made.client_secret;
        installation.admin_secret = made.service_client_secret.expect("a secret");
        installation
    }

    async fn set_up(&self) -> setup::Outcome {
        let public_url = self.config.public_url.clone();
        let map: Vec<_> = self.config.role_map.iter().map(|(theirs, ours)| (theirs.as_str(), ours.as_str())).collect();
        let roles = Some(realm::roles(&map));
        let setup = RealmSetup { public_url, roles, is_guest_mapped: false, ..self.realm.setup() };
        setup::run(&self.realm.keycloak, &setup, Mode::Apply).await.expect("a realm")
    }

    async fn examine(&self) -> Report {
        let url = base().parse().expect("an address");
        let (realm, id) = (self.realm.name.clone(), "bursar-import".to_owned());
        let admin = AdminApi::new(url, realm, id, self.admin_secret.clone()).expect("certificate authorities");
        self.examine_with(Some(&admin)).await
    }

    async fn examine_with(&self, admin: Option<&AdminApi>) -> Report {
        let ahead = self.clock_ahead;
        let clock = Clock::from_fn(move || Clock::system().now() + ahead);
        let identity = Identity::new(self.config.clone(), http_client().expect("a client"), clock.clone());
        let deployment = Deployment { identity: &identity, settings: &Settings::default(), clock: &clock, admin };
        doctor::examine(deployment).await
    }

    /// The one finding is this check's; returns its text and the command.
    async fn finds(&self, check: Check) -> (String, String) {
        let report = self.examine().await;
        let findings = report.findings();
        let checks: Vec<Check> = findings.iter().map(|(check, _)| *check).collect();
        assert_eq!(checks, [check], "{findings:#?}");
        let problem = findings[0].1;
        (format!("{} {}", problem.found, problem.mend), problem.command.clone().unwrap_or_default())
    }

    async fn is_sound(&self) {
        let report = self.examine().await;
        assert_eq!(report.findings(), [], "{report:#?}");
    }

    /// The check finds the fault, names setup as what mends it, and setup does. Returns what was found.
    async fn finds_what_setup_mends(&self, check: Check) -> String {
        let (text, command) = self.finds(check).await;
        let arguments = format!("--realm {} --public-url {}", self.realm.name, self.config.public_url);
        assert!(command.starts_with("bursar keycloak setup") && command.contains(&arguments), "{check}: {command}");
        self.set_up().await;
        self.is_sound().await;
        text
    }

    /// Changes what is at a path of the realm.
    async fn change(&self, path: &[&str], change: impl FnOnce(&mut Value)) {
        let mut value = self.realm.get(path).await;
        change(&mut value);
        let path = [&[self.realm.name.as_str()], path].concat();
        self.realm.keycloak.put(&path, &value).await.expect("changed");
    }

    async fn client_id(&self, client_id: &str) -> String {
        let keycloak: &Keycloak = &self.realm.keycloak;
        let path = [self.realm.name.as_str(), "clients"];
        let found: Value = keycloak.get(&path, &[("clientId", client_id)]).await.expect("clients");
        found[0]["id"].as_str().expect("the client").to_owned()
    }

    async fn change_client(&self, change: impl FnOnce(&mut Value)) {
        let id = self.client_id("bursar").await;
        self.change(&["clients", &id], change).await;
    }

    async fn mapper(&self, claim: &str) -> (String, Value) {
        let client = self.client_id("bursar").await;
        let mappers = self.realm.get(&["clients", &client, "protocol-mappers", "models"]).await;
        let mapper = mappers.as_array().expect("mappers").iter().find(|mapper| {
            mapper["config"]["claim.name"] == claim || mapper["config"]["included.client.audience"] == claim
        });
        (client, mapper.expect("the mapper").clone())
    }

    async fn remove_mapper(&self, claim: &str) {
        let (client, mapper) = self.mapper(claim).await;
        let id = mapper["id"].as_str().expect("an id");
        self.delete(&["clients", &client, "protocol-mappers", "models", id], None).await;
    }

    async fn delete(&self, path: &[&str], body: Option<&Value>) {
        let path = [&[self.realm.name.as_str()], path].concat();
        self.realm.keycloak.delete(&path, body).await.expect("removed");
    }

    /// The path of the service account's roles of `realm-management`.
    async fn account_roles(&self) -> Vec<String> {
        let (client, management) = (self.client_id("bursar-import").await, self.client_id("realm-management").await);
        let user = self.realm.get(&["clients", &client, "service-account-user"]).await;
        let user = user["id"].as_str().expect("a user").to_owned();
        ["users", &user, "role-mappings", "clients", &management].map(str::to_owned).to_vec()
    }

    async fn remove(self) {
        self.bursar.abort();
        self.realm.remove().await;
    }
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn realm_made_by_setup_has_no_finding_and_every_check_is_made() {
    let installation = Installation::create().await;
    let report = installation.examine().await;
    assert_eq!(report.findings(), []);
    assert_eq!(report.not_checked(), []);
    assert_eq!(report.fine(), Check::ALL);
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn realm_with_a_blank_in_its_name_has_no_finding() {
    let mut realm = Realm::planned();
    realm.name += " of Zoë";
    let installation = Installation::create_in(realm).await;
    let report = installation.examine().await;
    assert_eq!((report.findings(), report.not_checked()), (vec![], vec![]));
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn without_service_account_the_other_checks_are_made() {
    let installation = Installation::create().await;
    let report = installation.examine_with(None).await;
    assert_eq!(report.findings(), []);
    let outside = [Check::Connection, Check::Path, Check::Realm, Check::Issuer, Check::Secret];
    assert_eq!(report.fine(), [&outside[..], &[Check::BackChannelReachable]].concat());
    let reasons = report.not_checked();
    let says_what_to_set = |check| reasons.iter().any(|(of, why)| *of == check && why.contains("KEYCLOAK_ADMIN_URL"));
    assert!(says_what_to_set(Check::ServiceAccount) && says_what_to_set(Check::Claims), "{reasons:?}");
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_configuration_of_bursar_is_found_by_its_check() {
    let mut installation = Installation::create().await;
    let right = installation.config.clone();
    let issuer = |address: &str, realm: &str| issuer(&address.parse().expect("an address"), realm);

    installation.config.issuer = issuer(&format!("{}/auth", base()), &installation.realm.name);
    let (text, _) = installation.finds(Check::Path).await;
    assert!(text.contains(&format!("Keycloak answers at {}", right.issuer)), "{text}");

    installation.config.issuer = issuer(&base(), &installation.realm.name.to_uppercase());
    let report = installation.examine_with(None).await;
    let checks: Vec<Check> = report.findings().into_iter().map(|(check, _)| check).collect();
    assert_eq!(checks, [Check::Realm], "names of realms are case-sensitive");

    installation.config.issuer = issuer("http://127.0.0.1:9", &installation.realm.name);
    let (text, _) = installation.finds(Check::Connection).await;
    assert!(text.contains("no connection could be made"), "{text}");

    // Keycloak tells its issuer from the address that is requested.
    installation.config.issuer = issuer(&base().replace("127.0.0.1", "localhost"), &installation.realm.name);
    installation.config.internal_url = Some(base());
    let (text, _) = installation.finds(Check::Issuer).await;
    assert!(text.contains("localhost") && text.contains(&right.issuer), "{text}");

    installation.config = IdentityConfig { client_secret: Some("wrong".into()), ..right.clone() };
    let (text, command) = installation.finds(Check::Secret).await;
    assert!(text.contains("OIDC_CLIENT_SECRET") && command.starts_with("bursar keycloak setup"), "{text}");
    assert!(!text.contains("wrong"), "a secret is not shown");

    installation.config = IdentityConfig { client_id: "other".to_owned(), ..right.clone() };
    let (text, _) = installation.finds(Check::Client).await;
    assert!(text.contains("no client other"), "{text}");

    installation.config = right;
    let secret = std::mem::replace(&mut installation.admin_secret, "wrong".into());
    let (text, _) = installation.finds(Check::ServiceAccount).await;
    assert!(text.contains("refused the secret of bursar-import"), "{text}");
    installation.admin_secret = secret;

    installation.clock_ahead = Duration::seconds(-90);
    let (text, _) = installation.finds(Check::Clock).await;
    assert!(text.contains("ahead of Bursar's"), "{text}");
    installation.clock_ahead = Duration::ZERO;

    installation.bursar.abort();
    while !installation.bursar.is_finished() {
        tokio::task::yield_now().await;
    }
    let (text, _) = installation.finds(Check::BackChannelReachable).await;
    assert!(text.contains("no connection could be made"), "{text}");
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_client_is_found_by_its_check_and_mended_by_setup() {
    let mut installation = Installation::create().await;
    installation.change_client(|client| client["publicClient"] = json!(true)).await;
    let (text, command) = installation.finds(Check::ConfidentialClient).await;
    assert!(text.contains("set OIDC_CLIENT_SECRET") && command.starts_with("bursar keycloak setup"), "{text}");
    // Keycloak forgets the secret of a client that becomes public.
    installation.config.client_secret = installation.set_up().await.client_secret;
    installation.is_sound().await;
    installation.change_client(|client| client["standardFlowEnabled"] = json!(false)).await;
    installation.finds_what_setup_mends(Check::StandardFlow).await;
    installation.change_client(|client| client["enabled"] = json!(false)).await;
    installation.finds_what_setup_mends(Check::Client).await;
    installation.change_client(|client| client["directAccessGrantsEnabled"] = json!(true)).await;
    installation.finds_what_setup_mends(Check::OtherFlows).await;
    installation.change_client(|client| client["attributes"]["pkce.code.challenge.method"] = json!("")).await;
    installation.finds_what_setup_mends(Check::Pkce).await;

    installation
        .change_client(|client| client["redirectUris"] = json!(["https://old.example.com/sign-in/callback"]))
        .await;
    let text = installation.finds_what_setup_mends(Check::RedirectAddress).await;
    assert!(text.contains(&format!("{}/sign-in/callback", installation.config.public_url)), "{text}");
    installation.change_client(|client| client["redirectUris"] = json!(["*"])).await;
    let (text, command) = installation.finds(Check::RedirectWildcard).await;
    assert!(text.contains("lists *") && command.contains("kcadm.sh update clients/"), "{text} {command}");
    installation.change_client(|client| client["redirectUris"] = json!([])).await;
    installation.finds_what_setup_mends(Check::RedirectAddress).await;

    installation
        .change_client(|client| client["attributes"]["post.logout.redirect.uris"] = json!("https://old/"))
        .await;
    installation.finds_what_setup_mends(Check::PostLogoutAddress).await;
    installation.change_client(|client| client["attributes"]["backchannel.logout.url"] = json!("")).await;
    installation.finds_what_setup_mends(Check::BackChannelAddress).await;
    // As for every client that is created in Keycloak's console.
    installation.change_client(|client| client["frontchannelLogout"] = json!(true)).await;
    let text = installation.finds_what_setup_mends(Check::BackChannelAddress).await;
    assert!(text.contains("Turn off Front channel logout"), "{text}");
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_tokens_are_found_by_their_check() {
    let installation = Installation::create().await;
    installation.remove_mapper("user_type").await;
    let text = installation.finds_what_setup_mends(Check::Claims).await;
    assert!(text.contains("user_type") && !text.contains("applications"), "{text}");
    installation.remove_mapper("bursar").await;
    installation.finds_what_setup_mends(Check::Audience).await;
    let (client, mut mapper) = installation.mapper("applications").await;
    mapper["config"]["multivalued"] = json!("false");
    let path = ["clients", &client, "protocol-mappers", "models", mapper["id"].as_str().expect("an id")];
    installation.change(&path, |current| *current = mapper.clone()).await;
    installation.finds_what_setup_mends(Check::ClaimLists).await;

    installation.remove_mapper("realm_access.roles").await;
    installation.is_sound().await; // The access token has them by the scope `roles`.
    let lightweight = |client: &mut Value, is_on: &str| {
        client["attributes"]["client.use.lightweight.access.token.enabled"] = json!(is_on);
    };
    installation.change_client(|client| lightweight(client, "true")).await;
    let findings: Vec<Check> = installation.examine().await.findings().into_iter().map(|(check, _)| check).collect();
    assert_eq!(findings, [Check::RolesClaim, Check::Audience], "a lightweight token has neither");
    installation.change_client(|client| lightweight(client, "false")).await;
    let scopes = installation.realm.get(&["client-scopes"]).await;
    let roles = scopes.as_array().expect("scopes").iter().find(|scope| scope["name"] == "roles").expect("the scope");
    installation
        .delete(&["clients", &client, "default-client-scopes", roles["id"].as_str().expect("an id")], None)
        .await;
    installation.finds_what_setup_mends(Check::RolesClaim).await;
    installation.change_client(|client| client["fullScopeAllowed"] = json!(false)).await;
    let (text, command) = installation.finds(Check::RolesClaim).await;
    assert!(text.contains("lacks admin, developer") && command.ends_with("-s fullScopeAllowed=true"), "{text}");
    installation.change_client(|client| client["fullScopeAllowed"] = json!(true)).await;

    let projects: Vec<String> = (0..400).map(|number| format!("project-{number:0>80}")).collect();
    let user = json!({ "username": "zelda", "enabled": true, "attributes": { "applications": projects } });
    installation.realm.keycloak.post(&[&installation.realm.name, "users"], &user).await.expect("a user");
    let (text, _) = installation.finds(Check::TokenSize).await;
    assert!(text.contains("token of zelda"), "{text}");
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_attributes_are_found_by_their_check() {
    let installation = Installation::create().await;
    let profile = ["users", "profile"];
    let without = |profile: &mut Value, name: &str| {
        let attributes = profile["attributes"].as_array_mut().expect("attributes");
        attributes.retain(|attribute| attribute["name"] != name);
    };
    installation.change(&profile, |profile| without(profile, "user_type")).await;
    let text = installation.finds_what_setup_mends(Check::AttributesDeclared).await;
    assert!(text.contains("does not declare user_type"), "{text}");

    installation
        .change(&profile, |profile| {
            let attributes = profile["attributes"].as_array_mut().expect("attributes");
            let attribute = attributes.iter_mut().find(|attribute| attribute["name"] == "applications_admin");
            attribute.expect("declared")["permissions"]["edit"] = json!(["admin", "user"]);
        })
        .await;
    let text = installation.finds_what_setup_mends(Check::AttributesProtected).await;
    assert!(text.contains("write applications_admin"), "{text}");

    installation
        .change(&profile, |profile| {
            let attributes = profile["attributes"].as_array_mut().expect("attributes");
            let attribute = attributes.iter_mut().find(|attribute| attribute["name"] == "applications");
            attribute.expect("declared")["multivalued"] = json!(false);
        })
        .await;
    let text = installation.finds_what_setup_mends(Check::ClaimLists).await;
    assert!(text.contains("several values of applications:"), "{text}");

    installation.change(&profile, |profile| profile["unmanagedAttributePolicy"] = json!("ENABLED")).await;
    let (_, command) = installation.finds(Check::UnmanagedAttributes).await;
    assert!(command.contains("ADMIN_EDIT"), "{command}");
    installation
        .change(&profile, |profile| {
            without(profile, "applications");
            profile["unmanagedAttributePolicy"] = json!("ENABLED");
        })
        .await;
    let findings: Vec<Check> = installation.examine().await.findings().into_iter().map(|(check, _)| check).collect();
    assert_eq!(findings, [Check::AttributesProtected, Check::UnmanagedAttributes]);
    installation.change(&profile, |profile| profile["unmanagedAttributePolicy"] = json!("ADMIN_EDIT")).await;
    installation.is_sound().await; // Not declared, and only administrators write it.
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_realm_and_service_account_are_found_by_their_check() {
    let installation = Installation::create().await;
    installation.delete(&["roles", "developer"], None).await;
    let text = installation.finds_what_setup_mends(Check::RealmRoles).await;
    assert!(text.contains("no role developer"), "{text}");

    installation.change(&[], |realm| realm["ssoSessionIdleTimeout"] = json!(10 * 3600)).await;
    let (text, command) = installation.finds(Check::SessionLifetime).await;
    assert!(text.contains("SSO session idle is 10 hours, and Bursar's is 8 hours"), "{text}");
    assert_eq!(command, format!("kcadm.sh update realms/{} -s ssoSessionIdleTimeout=28800", installation.realm.name));
    installation.change(&[], |realm| realm["ssoSessionIdleTimeout"] = json!(1800)).await;
    installation.change(&[], |realm| realm["bruteForceProtected"] = json!(false)).await;
    installation.finds(Check::BruteForce).await;
    installation.change(&[], |realm| realm["bruteForceProtected"] = json!(true)).await;

    let path = installation.account_roles().await;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let held = installation.realm.get(&path).await;
    let role = held.as_array().expect("roles").iter().find(|role| role["name"] == "view-events").expect("held");
    installation.delete(&path, Some(&json!([role]))).await;
    let text = installation.finds_what_setup_mends(Check::ServiceAccountRoles).await;
    assert!(text.contains("bursar-import lacks view-events"), "{text}");

    let id = installation.client_id("bursar-import").await;
    installation.change(&["clients", &id], |client| client["fullScopeAllowed"] = json!(false)).await;
    let text = installation.finds_what_setup_mends(Check::ServiceAccountRoles).await;
    assert!(text.contains("has none of the roles") && text.contains("Full scope allowed"), "{text}");

    let available = installation.realm.get(&[&path[..], &["available"]].concat()).await;
    let role = available.as_array().expect("roles").iter().find(|role| role["name"] == "realm-admin").expect("it");
    let full = [&[installation.realm.name.as_str()], &path[..]].concat();
    installation.realm.keycloak.post(&full, &json!([role])).await.expect("assigned");
    let (text, command) = installation.finds(Check::ServiceAccountExcess).await;
    assert!(text.contains("bursar-import holds realm-admin."), "{text}");
    assert!(command.ends_with("--cclientid realm-management --rolename realm-admin"), "{command}");
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn missing_role_of_the_service_account_leaves_its_checks_open() {
    let installation = Installation::create().await;
    let user = json!({ "username": "zelda", "enabled": true });
    installation.realm.keycloak.post(&[&installation.realm.name, "users"], &user).await.expect("a user");
    let path = installation.account_roles().await;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let cases = [
        ("view-clients", vec![Check::Client, Check::RedirectAddress, Check::Claims, Check::RolesClaim]),
        ("view-users", vec![Check::TokenSize]),
        ("view-realm", vec![Check::RealmRoles, Check::SessionLifetime, Check::BruteForce]),
    ];
    for (name, open) in cases {
        let held = installation.realm.get(&path).await;
        let role = held.as_array().expect("roles").iter().find(|role| role["name"] == name).expect("held");
        installation.delete(&path, Some(&json!([role]))).await;
        let report = installation.examine().await;
        let findings: Vec<Check> = report.findings().into_iter().map(|(check, _)| check).collect();
        assert_eq!(findings, [Check::ServiceAccountRoles], "{name}: {report:#?}");
        for check in open {
            let reasons = report.not_checked();
            let why = reasons.iter().find(|(of, _)| *of == check).map(|(_, why)| *why);
            assert!(why.is_some_and(|why| why.contains(&format!("lacks the role {name}"))), "{check}: {why:?}");
        }
        installation.set_up().await;
        installation.is_sound().await;
    }
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn attribute_of_another_name_that_users_write_is_found_by_its_mapper() {
    let installation = Installation::create().await;
    installation
        .change(&["users", "profile"], |profile| {
            let attributes = profile["attributes"].as_array_mut().expect("attributes");
            let permissions = json!({ "view": ["admin", "user"], "edit": ["admin", "user"] });
            attributes.push(json!({ "name": "my_projects", "multivalued": true, "permissions": permissions }));
        })
        .await;
    installation.is_sound().await; // No claim is made of it.
    let (client, mut mapper) = installation.mapper("applications_admin").await;
    mapper["config"]["user.attribute"] = json!("my_projects");
    let path = ["clients", &client, "protocol-mappers", "models", mapper["id"].as_str().expect("an id")];
    installation.change(&path, |current| *current = mapper.clone()).await;
    let (text, command) = installation.finds(Check::AttributesProtected).await;
    assert!(text.contains("can write my_projects") && command.is_empty(), "{text} {command}");
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn admin_address_of_another_keycloak_is_found() {
    let installation = Installation::create().await;
    let (other, server) = answering(
        b"HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 32\r\nconnection: close\r\n\r\n{\"error\":\"Realm does not exist\"}",
    )
    .await;
    let (realm, id) = (installation.realm.name.clone(), "bursar-import".to_owned());
    let url = other.parse().expect("an address");
    let admin = AdminApi::new(url, realm, id, installation.admin_secret.clone()).expect("certificate authorities");
    let report = installation.examine_with(Some(&admin)).await;
    let findings = report.findings();
    assert_eq!(findings.iter().map(|(check, _)| *check).collect::<Vec<_>>(), [Check::ServiceAccount], "{report:#?}");
    assert!(findings[0].1.mend.contains("KEYCLOAK_ADMIN_URL is another Keycloak"), "{}", findings[0].1.mend);
    server.abort();
    installation.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn roles_are_checked_under_the_names_of_the_role_map() {
    let mut installation = Installation::create().await;
    // The order counts: of several names the first is granted.
    let map = [("staff", "developer"), ("ops", "admin")];
    installation.config.role_map = map.map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned())).to_vec();
    let (text, command) = installation.finds(Check::RealmRoles).await;
    assert!(text.contains("no role staff, ops"), "{text}");
    let variable = "OIDC_ROLE_MAP=staff=developer,ops=admin bursar keycloak setup --url ";
    assert!(command.starts_with(variable), "{command}");
    installation.set_up().await;
    installation.is_sound().await;
    installation.change_client(|client| client["fullScopeAllowed"] = json!(false)).await;
    let (text, _) = installation.finds(Check::RolesClaim).await;
    assert!(text.contains("lacks staff, ops"), "{text}");
    installation.remove().await;
}
