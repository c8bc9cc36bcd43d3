//! The doctor finds nothing in a realm that setup made, and each fault by its own check.

use crate::realm::{Realm, base};
use domain::doctor::{Check, Report};
use domain::provider::ProviderKind;
use keycloak_admin::Keycloak;
use secrecy::SecretString;
use serde_json::{Value, json};
use services::clock::Clock;
use services::identity::{Identity, IdentityConfig, http_client};
use services::keycloak::AdminApi;
use services::keycloak::doctor::{self, Patient};
use services::keycloak::setup::{self, Mode, Wanted};
use services::settings::Settings;
use time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A realm that was set up, and Bursar's own configuration for it.
struct Ward {
    realm: Realm,
    config: IdentityConfig,
    admin_secret: SecretString,
    clock_ahead: Duration,
    bursar: JoinHandle<()>,
}

/// Answers every request as Bursar answers a back-channel logout without a token.
async fn bursar() -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let answer = b"HTTP/1.1 422 Unprocessable Entity\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let serve = async move {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a request");
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(answer).await;
        }
    };
    (address, tokio::spawn(serve))
}

impl Ward {
    async fn admit() -> Self {
        let (public_url, bursar) = bursar().await;
        let realm = Realm::planned();
        let config = IdentityConfig {
            kind: ProviderKind::Keycloak,
            issuer: format!("{}/realms/{}", base(), realm.name),
            internal_url: None,
            client_id: "bursar".to_owned(),
            client_secret: None,
            scopes: vec!["profile".to_owned(), "email".to_owned()],
            roles_claim: "realm_access.roles".to_owned(),
            role_map: Vec::new(),
            public_url,
            secret_key: "a key for tests, not for anything else".into(),
        };
        let mut ward = Self { realm, config, admin_secret: "".into(), clock_ahead: Duration::ZERO, bursar };
        let made = ward.set_up().await;
        ward.config.client_secret = made.client_secret;
        ward.admin_secret = made.service_client_secret.expect("a secret");
        ward
    }

    async fn set_up(&self) -> setup::Outcome {
        let public_url = self.config.public_url.clone();
        let wanted = Wanted { public_url, is_guest_mapped: false, ..self.realm.wanted() };
        setup::run(&self.realm.keycloak, &wanted, Mode::Apply).await.expect("a realm")
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
        let patient = Patient { identity: &identity, settings: &Settings::default(), clock: &clock, admin };
        doctor::examine(patient).await
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

    async fn discharge(self) {
        self.bursar.abort();
        self.realm.remove().await;
    }
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn realm_made_by_setup_has_no_finding_and_every_check_is_made() {
    let ward = Ward::admit().await;
    let report = ward.examine().await;
    assert_eq!(report.findings(), []);
    assert_eq!(report.not_checked(), []);
    assert_eq!(report.fine(), Check::ALL);
    ward.discharge().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn without_service_account_the_other_checks_are_made() {
    let ward = Ward::admit().await;
    let report = ward.examine_with(None).await;
    assert_eq!(report.findings(), []);
    let outside = [Check::Connection, Check::Path, Check::Realm, Check::Issuer, Check::Secret];
    assert_eq!(report.fine(), [&outside[..], &[Check::BackChannelReachable]].concat());
    let reasons = report.not_checked();
    let says_what_to_set = |check| reasons.iter().any(|(of, why)| *of == check && why.contains("KEYCLOAK_ADMIN_URL"));
    assert!(says_what_to_set(Check::ServiceAccount) && says_what_to_set(Check::Claims), "{reasons:?}");
    ward.discharge().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_configuration_of_bursar_is_found_by_its_check() {
    let mut ward = Ward::admit().await;
    let right = ward.config.clone();
    let issuer = |address: &str, realm: &str| format!("{address}/realms/{realm}");

    ward.config.issuer = issuer(&format!("{}/auth", base()), &ward.realm.name);
    let (text, _) = ward.finds(Check::Path).await;
    assert!(text.contains(&format!("Keycloak answers at {}", right.issuer)), "{text}");

    ward.config.issuer = issuer(&base(), &ward.realm.name.to_uppercase());
    let report = ward.examine_with(None).await;
    let checks: Vec<Check> = report.findings().into_iter().map(|(check, _)| check).collect();
    assert_eq!(checks, [Check::Realm], "names of realms are case-sensitive");

    ward.config.issuer = issuer("http://127.0.0.1:9", &ward.realm.name);
    let (text, _) = ward.finds(Check::Connection).await;
    assert!(text.contains("no connection could be made"), "{text}");

    // Keycloak tells its issuer from the address that is requested.
    ward.config.issuer = issuer(&base().replace("127.0.0.1", "localhost"), &ward.realm.name);
    ward.config.internal_url = Some(base());
    let (text, _) = ward.finds(Check::Issuer).await;
    assert!(text.contains("localhost") && text.contains(&right.issuer), "{text}");

    ward.config = IdentityConfig { client_secret: Some("wrong".into()), ..right.clone() };
    let (text, command) = ward.finds(Check::Secret).await;
    assert!(text.contains("OIDC_CLIENT_SECRET") && command.starts_with("bursar keycloak setup"), "{text}");
    assert!(!text.contains("wrong"), "a secret is not shown");

    ward.config = IdentityConfig { client_id: "other".to_owned(), ..right.clone() };
    let (text, _) = ward.finds(Check::Client).await;
    assert!(text.contains("no client other"), "{text}");

    ward.config = right;
    let secret = std::mem::replace(&mut ward.admin_secret, "wrong".into());
    let (text, _) = ward.finds(Check::ServiceAccount).await;
    assert!(text.contains("refused the secret of bursar-import"), "{text}");
    ward.admin_secret = secret;

    ward.clock_ahead = Duration::seconds(-90);
    let (text, _) = ward.finds(Check::Clock).await;
    assert!(text.contains("ahead of Bursar's"), "{text}");
    ward.clock_ahead = Duration::ZERO;

    ward.bursar.abort();
    while !ward.bursar.is_finished() {
        tokio::task::yield_now().await;
    }
    let (text, _) = ward.finds(Check::BackChannelReachable).await;
    assert!(text.contains("no connection could be made"), "{text}");
    ward.discharge().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_client_is_found_by_its_check_and_mended_by_setup() {
    let mut ward = Ward::admit().await;
    ward.change_client(|client| client["publicClient"] = json!(true)).await;
    let (text, command) = ward.finds(Check::ConfidentialClient).await;
    assert!(text.contains("set OIDC_CLIENT_SECRET") && command.starts_with("bursar keycloak setup"), "{text}");
    // Keycloak forgets the secret of a client that becomes public.
    ward.config.client_secret = ward.set_up().await.client_secret;
    ward.is_sound().await;
    ward.change_client(|client| client["standardFlowEnabled"] = json!(false)).await;
    ward.finds_what_setup_mends(Check::StandardFlow).await;
    ward.change_client(|client| client["enabled"] = json!(false)).await;
    ward.finds_what_setup_mends(Check::Client).await;
    ward.change_client(|client| client["directAccessGrantsEnabled"] = json!(true)).await;
    ward.finds_what_setup_mends(Check::OtherFlows).await;
    ward.change_client(|client| client["attributes"]["pkce.code.challenge.method"] = json!("")).await;
    ward.finds_what_setup_mends(Check::Pkce).await;

    ward.change_client(|client| client["redirectUris"] = json!(["https://old.example.com/sign-in/callback"])).await;
    let text = ward.finds_what_setup_mends(Check::RedirectAddress).await;
    assert!(text.contains(&format!("{}/sign-in/callback", ward.config.public_url)), "{text}");
    ward.change_client(|client| client["redirectUris"] = json!(["*"])).await;
    let (text, command) = ward.finds(Check::RedirectWildcard).await;
    assert!(text.contains("lists *") && command.contains("kcadm.sh update clients/"), "{text} {command}");
    ward.change_client(|client| client["redirectUris"] = json!([])).await;
    ward.finds_what_setup_mends(Check::RedirectAddress).await;

    ward.change_client(|client| client["attributes"]["post.logout.redirect.uris"] = json!("https://old/")).await;
    ward.finds_what_setup_mends(Check::PostLogoutAddress).await;
    ward.change_client(|client| client["attributes"]["backchannel.logout.url"] = json!("")).await;
    ward.finds_what_setup_mends(Check::BackChannelAddress).await;
    ward.discharge().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_tokens_are_found_by_their_check() {
    let ward = Ward::admit().await;
    ward.remove_mapper("user_type").await;
    let text = ward.finds_what_setup_mends(Check::Claims).await;
    assert!(text.contains("user_type") && !text.contains("applications"), "{text}");
    ward.remove_mapper("bursar").await;
    ward.finds_what_setup_mends(Check::Audience).await;
    let (client, mut mapper) = ward.mapper("applications").await;
    mapper["config"]["multivalued"] = json!("false");
    let path = ["clients", &client, "protocol-mappers", "models", mapper["id"].as_str().expect("an id")];
    ward.change(&path, |current| *current = mapper.clone()).await;
    ward.finds_what_setup_mends(Check::ClaimLists).await;

    ward.remove_mapper("realm_access.roles").await;
    ward.is_sound().await; // The access token has them by the scope `roles`.
    let lightweight = |client: &mut Value, is_on: &str| {
        client["attributes"]["client.use.lightweight.access.token.enabled"] = json!(is_on);
    };
    ward.change_client(|client| lightweight(client, "true")).await;
    let findings: Vec<Check> = ward.examine().await.findings().into_iter().map(|(check, _)| check).collect();
    assert_eq!(findings, [Check::RolesClaim, Check::Audience], "a lightweight token has neither");
    ward.change_client(|client| lightweight(client, "false")).await;
    let scopes = ward.realm.get(&["client-scopes"]).await;
    let roles = scopes.as_array().expect("scopes").iter().find(|scope| scope["name"] == "roles").expect("the scope");
    ward.delete(&["clients", &client, "default-client-scopes", roles["id"].as_str().expect("an id")], None).await;
    ward.finds_what_setup_mends(Check::RolesClaim).await;
    ward.change_client(|client| client["fullScopeAllowed"] = json!(false)).await;
    let (text, command) = ward.finds(Check::RolesClaim).await;
    assert!(text.contains("lacks admin, developer") && command.ends_with("-s fullScopeAllowed=true"), "{text}");
    ward.change_client(|client| client["fullScopeAllowed"] = json!(true)).await;

    let projects: Vec<String> = (0..400).map(|number| format!("project-{number:0>80}")).collect();
    let user = json!({ "username": "zelda", "enabled": true, "attributes": { "applications": projects } });
    ward.realm.keycloak.post(&[&ward.realm.name, "users"], &user).await.expect("a user");
    let (text, _) = ward.finds(Check::TokenSize).await;
    assert!(text.contains("token of zelda"), "{text}");
    ward.discharge().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_attributes_are_found_by_their_check() {
    let ward = Ward::admit().await;
    let profile = ["users", "profile"];
    let without = |profile: &mut Value, name: &str| {
        let attributes = profile["attributes"].as_array_mut().expect("attributes");
        attributes.retain(|attribute| attribute["name"] != name);
    };
    ward.change(&profile, |profile| without(profile, "user_type")).await;
    let text = ward.finds_what_setup_mends(Check::AttributesDeclared).await;
    assert!(text.contains("does not declare user_type"), "{text}");

    ward.change(&profile, |profile| {
        let attributes = profile["attributes"].as_array_mut().expect("attributes");
        let attribute = attributes.iter_mut().find(|attribute| attribute["name"] == "applications_admin");
        attribute.expect("declared")["permissions"]["edit"] = json!(["admin", "user"]);
    })
    .await;
    let text = ward.finds_what_setup_mends(Check::AttributesProtected).await;
    assert!(text.contains("write applications_admin"), "{text}");

    ward.change(&profile, |profile| {
        let attributes = profile["attributes"].as_array_mut().expect("attributes");
        let attribute = attributes.iter_mut().find(|attribute| attribute["name"] == "applications");
        attribute.expect("declared")["multivalued"] = json!(false);
    })
    .await;
    let text = ward.finds_what_setup_mends(Check::ClaimLists).await;
    assert!(text.contains("several values of applications:"), "{text}");

    ward.change(&profile, |profile| profile["unmanagedAttributePolicy"] = json!("ENABLED")).await;
    let (_, command) = ward.finds(Check::UnmanagedAttributes).await;
    assert!(command.contains("ADMIN_EDIT"), "{command}");
    ward.change(&profile, |profile| {
        without(profile, "applications");
        profile["unmanagedAttributePolicy"] = json!("ENABLED");
    })
    .await;
    let findings: Vec<Check> = ward.examine().await.findings().into_iter().map(|(check, _)| check).collect();
    assert_eq!(findings, [Check::AttributesProtected, Check::UnmanagedAttributes]);
    ward.change(&profile, |profile| profile["unmanagedAttributePolicy"] = json!("ADMIN_EDIT")).await;
    ward.is_sound().await; // Not declared, and only administrators write it.
    ward.discharge().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn wrong_realm_and_service_account_are_found_by_their_check() {
    let ward = Ward::admit().await;
    ward.delete(&["roles", "developer"], None).await;
    let text = ward.finds_what_setup_mends(Check::RealmRoles).await;
    assert!(text.contains("no role developer"), "{text}");

    ward.change(&[], |realm| realm["ssoSessionIdleTimeout"] = json!(10 * 3600)).await;
    let (text, command) = ward.finds(Check::SessionLifetime).await;
    assert!(text.contains("SSO session idle is 10 hours, and Bursar's is 8 hours"), "{text}");
    assert_eq!(command, format!("kcadm.sh update realms/{} -s ssoSessionIdleTimeout=28800", ward.realm.name));
    ward.change(&[], |realm| realm["ssoSessionIdleTimeout"] = json!(1800)).await;
    ward.change(&[], |realm| realm["bruteForceProtected"] = json!(false)).await;
    ward.finds(Check::BruteForce).await;
    ward.change(&[], |realm| realm["bruteForceProtected"] = json!(true)).await;

    let path = ward.account_roles().await;
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let held = ward.realm.get(&path).await;
    let role = held.as_array().expect("roles").iter().find(|role| role["name"] == "view-events").expect("held");
    ward.delete(&path, Some(&json!([role]))).await;
    let text = ward.finds_what_setup_mends(Check::ServiceAccountRoles).await;
    assert!(text.contains("bursar-import lacks view-events"), "{text}");

    let id = ward.client_id("bursar-import").await;
    ward.change(&["clients", &id], |client| client["fullScopeAllowed"] = json!(false)).await;
    let text = ward.finds_what_setup_mends(Check::ServiceAccountRoles).await;
    assert!(text.contains("has none of the roles") && text.contains("Full scope allowed"), "{text}");

    let available = ward.realm.get(&[&path[..], &["available"]].concat()).await;
    let role = available.as_array().expect("roles").iter().find(|role| role["name"] == "realm-admin").expect("it");
    let full = [&[ward.realm.name.as_str()], &path[..]].concat();
    ward.realm.keycloak.post(&full, &json!([role])).await.expect("assigned");
    let (text, command) = ward.finds(Check::ServiceAccountExcess).await;
    assert!(text.contains("bursar-import holds realm-admin."), "{text}");
    assert!(command.ends_with("--cclientid realm-management --rolename realm-admin"), "{command}");
    ward.discharge().await;
}
