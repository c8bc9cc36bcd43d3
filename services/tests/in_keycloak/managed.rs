//! Administrators create users of the realm and change their rights from Bursar; the audit log has each step.

use crate::mail::MailServer;
use crate::proxy::Proxy;
use crate::realm::{Realm, base};
use domain::actor::Target;
use domain::conflict::Changed;
use domain::draft::{Draft as _, EditBasis, Side};
use domain::error::Refusal;
use domain::id::UserId;
use domain::keycloak_user::{
    FirstSignIn, KeycloakRights, ManagedUser, NewUserFields, RealmRole, RightsFields, Unavailable,
};
use domain::mode::Mode;
use domain::permission::ManageKeycloakUsers;
use domain::provider::ProviderKind;
use domain::violation::Violation;
use reqwest::Url;
use secrecy::SecretString;
use serde_json::{Value, json};
use services::client::SessionToken;
use services::clock::Clock;
use services::guard::Can;
use services::handover::{self, HandoverToken};
use services::identity::{Identity, IdentityConfig, http_client};
use services::keycloak::AdminApi;
use services::keycloak::setup::{self, Mode as SetupMode};
use services::keycloak::users::managed;
use services::testing::{World, conflict, developer, problem, rule};
use services::{Error, Services};
use std::time::Duration;

/// The address of the administrator who acts.
const ADMIN: &str = "mira@example.com";

/// A console in Keycloak-managed mode with a realm of its own, and an administrator who is signed in.
struct Stage {
    realm: Realm,
    world: World,
    can: Can<ManageKeycloakUsers>,
}

impl Stage {
    /// The service account may manage users.
    async fn set() -> Self {
        let (mut stage, secret) = Self::read_only().await;
        stage.grant_to_service_account("manage-users").await;
        stage.world.services = with_account(&stage.world.services, &stage.realm, secret);
        stage
    }

    /// The service account may only read, as `bursar keycloak setup` leaves it.
    async fn read_only() -> (Self, SecretString) {
        let realm = Realm::planned();
        let made = setup::run(&realm.keycloak, &realm.setup(), SetupMode::Apply).await.expect("a realm");
        let mut world = World::with(|settings| settings.mode = Mode::Keycloak).await;
        let clock = world.clock.clone();
        let identity =
            Identity::new(config(&realm), http_client().expect("a client"), Clock::from_fn(move || clock.now()));
        world.services = world.services.clone().with_identity(identity);
        let claims = developer("mira", json!({ "email": ADMIN, "realm_access": { "roles": ["admin"] } }));
        let caller = world.sign_in(&claims).await.expect("admitted");
        let can = caller.can(Target::Platform).expect("admins may");
        (Self { realm, world, can }, made.service_client_secret.expect("a secret"))
    }

    async fn grant_to_service_account(&self, role: &str) {
        let (keycloak, name) = (&self.realm.keycloak, self.realm.name.as_str());
        let clients: Value = keycloak.get(&[name, "clients"], &[("clientId", "realm-management")]).await.expect("it");
        let management = clients[0]["id"].as_str().expect("an id");
        let role = self.realm.get(&["clients", management, "roles", role]).await;
        let account = self.user("service-account-bursar-import").await.expect("the service account");
        let path = [name, "users", account["id"].as_str().expect("an id"), "role-mappings", "clients", management];
        keycloak.post(&path, &json!([role])).await.expect("granted");
    }

    /// A user as the realm has it.
    async fn user(&self, username: &str) -> Option<Value> {
        let path = [self.realm.name.as_str(), "users"];
        let found: Vec<Value> =
            self.realm.keycloak.get(&path, &[("username", username), ("exact", "true")]).await.expect("users");
        found.into_iter().next()
    }

    async fn roles(&self, id: UserId) -> Vec<String> {
        let roles = self.realm.get(&["users", &id.to_string(), "role-mappings", "realm"]).await;
        let names = roles.as_array().expect("roles").iter().filter_map(|role| role["name"].as_str());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with("default-")).map(str::to_owned).collect();
        names.sort_unstable();
        names
    }

    /// A user with an attribute that Bursar does not know, the role developer and the project atlas.
    async fn zelda(&self) -> UserId {
        self.realm_keeps_unknown_attributes().await;
        let user = json!({
            "username": "zelda", "email": "zelda@example.com", "emailVerified": true, "enabled": true, "firstName": "Zelda",
            "requiredActions": ["CONFIGURE_TOTP"],
            "attributes": { "applications": ["atlas,Billing"], "phone": ["1"] },
        });
        let path = [self.realm.name.as_str(), "users"];
        let id = self.realm.keycloak.post(&path, &user).await.expect("a user").expect("an id");
        let role = self.realm.get(&["roles", "developer"]).await;
        let path = [self.realm.name.as_str(), "users", &id, "role-mappings", "realm"];
        self.realm.keycloak.post(&path, &json!([role])).await.expect("the role");
        id.parse().expect("a UUID")
    }

    async fn realm_keeps_unknown_attributes(&self) {
        let path = [self.realm.name.as_str(), "users", "profile"];
        let mut profile = self.realm.get(&["users", "profile"]).await;
        profile["unmanagedAttributePolicy"] = json!("ADMIN_EDIT");
        self.realm.keycloak.put(&path, &profile).await.expect("a policy");
    }

    async fn load(&self, id: UserId) -> ManagedUser {
        let loaded = managed::load(&self.world.services, &self.can, id).await.expect("found");
        loaded.expect("readable")
    }

    /// Sends the form as it was opened, with other values.
    async fn save(&self, opened: &ManagedUser, fields: RightsFields, basis: EditBasis) -> Result<(), Error> {
        let basis = EditBasis { base: base_of(&opened.rights), ..basis };
        let edit = fields.edit(opened.rights.version(), basis);
        managed::change_rights(&self.world.services, &self.can, opened.id, edit).await.map(drop)
    }

    async fn create(&self, fields: NewUserFields) -> Result<UserId, Error> {
        let (draft, first) = fields.parse(&self.world.services.settings().claims)?;
        managed::create(&self.world.services, &self.can, &draft, first, &token()).await
    }

    /// What the audit log has of users of Keycloak: who, action, name, changes.
    async fn events(&self) -> Vec<(String, String, String, Value)> {
        let rows = sqlx::query_as(
            r"select actor, action, target, changes from audit_log where action like 'keycloak\_user.%'
              order by at, xmin::text::bigint",
        );
        rows.fetch_all(self.world.services.pool()).await.expect("events")
    }

    /// The fields of an event, before and after, without the reference to the event that began it.
    async fn changes(&self, action: &str) -> Vec<(String, Value, Value)> {
        let events = self.events().await;
        let (.., changes) = events.iter().rfind(|event| event.1 == action).expect(action);
        let changes = changes.as_array().expect("a list").iter().filter(|change| change["field"] != "began");
        let text = |change: &Value| change["field"].as_str().expect("a name").to_owned();
        changes.map(|change| (text(change), change["before"].clone(), change["after"].clone())).collect()
    }

    /// Drops a request at the earliest moment from which it is carried out, before there is an event that it began, and
    /// waits for the event of what came of it.
    async fn drop_at_its_beginning<T>(&self, request: impl Future<Output = Result<T, Error>>) {
        let mut held = self.world.services.pool().begin().await.expect("a transaction");
        sqlx::raw_sql("lock table audit_log in exclusive mode").execute(&mut *held).await.expect("locked");
        tokio::select! {
            _ = request => panic!("not held back"),
            () = self.world.until_blocked(1) => {}
        }
        held.commit().await.expect("released");
        let ended = async { while self.events().await.len() < 2 {} };
        tokio::time::timeout(Duration::from_secs(60), ended).await.expect("it comes to its end");
    }

    async fn actions(&self) -> Vec<String> {
        self.events().await.into_iter().map(|event| event.1).collect()
    }
}

fn config(realm: &Realm) -> IdentityConfig {
    IdentityConfig {
        kind: ProviderKind::Keycloak,
        issuer: format!("{}/realms/{}", base(), realm.name),
        internal_url: None,
        client_id: "bursar".to_owned(),
        client_secret: None,
        scopes: Vec::new(),
        roles_claim: "realm_access.roles".to_owned(),
        role_map: Vec::new(),
        public_url: "https://bursar.example.com".to_owned(),
        secret_key: "a key for tests, not for anything else".into(),
    }
}

fn with_account(services: &Services, realm: &Realm, secret: SecretString) -> Services {
    with_account_at(base().parse().expect("an address"), services, realm, secret)
}

fn with_account_at(url: Url, services: &Services, realm: &Realm, secret: SecretString) -> Services {
    let api = AdminApi::new(url, realm.name.clone(), "bursar-import".to_owned(), secret).expect("authorities");
    services.clone().with_keycloak_admin(api)
}

fn token() -> HandoverToken {
    HandoverToken::derived(&SessionToken::from_cookie(&"a".repeat(43)).expect("a token"))
}

fn base_of(rights: &KeycloakRights) -> std::collections::BTreeMap<String, String> {
    rights.fields().into_iter().map(|field| (field.name.to_owned(), field.value.typed)).collect()
}

fn rights(role: &str, applications: &str, admin: &str) -> RightsFields {
    RightsFields { role: role.to_owned(), applications: applications.to_owned(), applications_admin: admin.to_owned() }
}

fn new_user(username: &str, first: FirstSignIn) -> NewUserFields {
    NewUserFields {
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        first_name: "Zora".to_owned(),
        role: "developer".to_owned(),
        applications: "atlas, billing".to_owned(),
        applications_admin: "atlas".to_owned(),
        first_sign_in: first.key().to_owned(),
        ..NewUserFields::default()
    }
}

fn field(name: &str, before: impl Into<Value>, after: impl Into<Value>) -> (String, Value, Value) {
    (name.to_owned(), before.into(), after.into())
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn rights_are_changed_in_keycloak_and_audited_with_before_and_after() {
    let stage = Stage::set().await;
    let id = stage.zelda().await;
    let listed = managed::list(&stage.world.services, &stage.can, "ZELDA", 0).await.expect("readable");
    assert_eq!(listed.rows.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["zelda"]);
    assert!(!listed.has_more);
    let opened = stage.load(id).await;
    assert_eq!(opened.rights.role, Some(RealmRole::Developer));
    assert_eq!(base_of(&opened.rights)["applications"], "atlas, Billing");

    let unchanged = rights("developer", "billing, atlas", "");
    stage.save(&opened, unchanged, EditBasis::default()).await.expect("nothing to do");
    assert!(stage.events().await.is_empty(), "the same projects in another order");

    stage.save(&opened, rights("admin", "atlas", "atlas"), EditBasis::default()).await.expect("saved");
    let user = stage.user("zelda").await.expect("zelda");
    let attributes = json!({ "applications": ["atlas"], "applications_admin": ["atlas"], "phone": ["1"] });
    assert_eq!(user["attributes"], attributes, "unknown attributes stay");
    assert_eq!((&user["requiredActions"], &user["emailVerified"]), (&json!(["CONFIGURE_TOTP"]), &json!(true)));
    assert_eq!(stage.roles(id).await, ["admin", "developer"]);
    let events = stage.events().await;
    assert!(events.iter().all(|(actor, _, target, _)| actor == ADMIN && target == "zelda"), "{events:?}");
    assert_eq!(stage.actions().await, ["keycloak_user.change_began", "keycloak_user.changed"]);
    let expected = [
        field("role", "developer", "admin"),
        field("applications", "atlas Billing", "atlas"),
        field("applications_admin", Value::Null, "atlas"),
    ];
    for action in ["keycloak_user.change_began", "keycloak_user.changed"] {
        assert_eq!(stage.changes(action).await, expected);
    }

    let opened = stage.load(id).await;
    stage.save(&opened, rights("none", "", ""), EditBasis::default()).await.expect("saved");
    assert!(stage.roles(id).await.is_empty(), "admin and developer are revoked");
    assert_eq!(stage.user("zelda").await.expect("zelda")["attributes"], json!({ "phone": ["1"] }));
    assert_eq!(stage.changes("keycloak_user.changed").await[0], field("role", "admin", Value::Null));
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn change_made_in_keycloak_meanwhile_is_merged_or_shown_for_a_choice() {
    let stage = Stage::set().await;
    let id = stage.zelda().await;
    let opened = stage.load(id).await;
    let path = [stage.realm.name.as_str(), "users", &id.to_string()];
    let mut user = stage.user("zelda").await.expect("zelda");
    user["attributes"]["applications"] = json!(["okapi"]);
    stage.realm.keycloak.put(&path, &user).await.expect("changed in Keycloak");

    stage.save(&opened, rights("developer", "atlas, Billing", "tapir"), EditBasis::default()).await.expect("merged");
    let attributes = || async { stage.user("zelda").await.expect("zelda")["attributes"].clone() };
    let merged = json!({ "applications": ["okapi"], "applications_admin": ["tapir"], "phone": ["1"] });
    assert_eq!(attributes().await, merged, "each side changed another field");

    stage.world.clock.advance(time::Duration::minutes(2));
    let events = stage.events().await.len();
    let saved = stage.save(&opened, rights("developer", "atlas", "tapir"), EditBasis::default()).await;
    let found = conflict(saved);
    let of = |name: &str| found.fields.iter().find(|field| field.name == name).expect("a field");
    assert_eq!((of("applications").changed, &*of("applications").theirs.typed), (Changed::Both, "okapi"));
    assert_eq!((attributes().await, stage.events().await.len()), (merged, events), "nothing was sent");

    let chosen =
        EditBasis { offered: base_of(&stage.load(id).await.rights), all: Some(Side::Mine), ..EditBasis::default() };
    stage.save(&opened, rights("developer", "atlas", "tapir"), chosen).await.expect("saved");
    assert_eq!(attributes().await["applications"], json!(["atlas"]));
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn of_two_changes_at_the_same_moment_none_is_lost() {
    let stage = Stage::set().await;
    let id = stage.zelda().await;
    let opened = stage.load(id).await;
    let one = stage.save(&opened, rights("developer", "okapi", ""), EditBasis::default());
    let other = stage.save(&opened, rights("developer", "tapir", ""), EditBasis::default());
    let (one, other) = tokio::join!(one, other);
    let (winner, refused) = match (one, other) {
        (Ok(()), refused) => ("okapi", refused),
        (refused, Ok(())) => ("tapir", refused),
        both => panic!("{both:?}"),
    };
    let refusal = Refusal::from(refused.expect_err("one wins"));
    assert!(matches!(refusal, Refusal::Rule(Violation::KeycloakUserBusy) | Refusal::Conflict(_)), "{refusal:?}");
    assert_eq!(stage.user("zelda").await.expect("zelda")["attributes"]["applications"], json!([winner]));
    assert_eq!(stage.actions().await, ["keycloak_user.change_began", "keycloak_user.changed"]);
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn rights_that_keycloak_or_a_rule_refuses_stand_at_their_field() {
    let stage = Stage::set().await;
    let id = stage.zelda().await;
    let opened = stage.load(id).await;
    let saved = stage.save(&opened, rights("developer", "atlas;okapi", ""), EditBasis::default()).await;
    assert_eq!(problem(saved, "applications").code(), "project_separator");

    let group = json!({ "name": "operators" });
    let group = stage.realm.keycloak.post(&[&stage.realm.name, "groups"], &group).await.expect("it").expect("an id");
    let admin = stage.realm.get(&["roles", "admin"]).await;
    let path = [stage.realm.name.as_str(), "groups", &group, "role-mappings", "realm"];
    stage.realm.keycloak.post(&path, &json!([admin])).await.expect("the role");
    let path = [stage.realm.name.as_str(), "users", &id.to_string(), "groups", &group];
    stage.realm.keycloak.put(&path, &json!({})).await.expect("a member");
    let opened = stage.load(id).await;
    assert_eq!(opened.rights.role, Some(RealmRole::Admin));
    let saved = stage.save(&opened, rights("developer", "atlas", ""), EditBasis::default()).await;
    assert_eq!(problem(saved, "role"), Violation::InheritedKeycloakRole { role: "admin".to_owned() });
    assert_eq!(stage.user("zelda").await.expect("zelda")["attributes"]["applications"], json!(["atlas,Billing"]));

    let own = UserId(stage.can.caller().actor.user_id.0);
    assert!(managed::load(&stage.world.services, &stage.can, own).await.is_err(), "not a user of this realm");
    stage.realm.keycloak.delete(&[&stage.realm.name, "users", &id.to_string()], None::<&Value>).await.expect("deleted");
    let saved = stage.save(&opened, rights("none", "", ""), EditBasis::default()).await;
    assert_eq!(rule(saved), Violation::KeycloakUserGone);
    assert!(stage.events().await.is_empty());
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn user_is_created_with_everything_and_the_password_is_handed_over_once() {
    let stage = Stage::set().await;
    let id = stage.create(new_user("zora", FirstSignIn::Password)).await.expect("created");
    let user = stage.user("zora").await.expect("zora");
    assert_eq!(user["id"], json!(id));
    assert_eq!(user["attributes"], json!({ "applications": ["atlas", "billing"], "applications_admin": ["atlas"] }));
    assert_eq!((&user["enabled"], &user["requiredActions"]), (&json!(true), &json!(["UPDATE_PASSWORD"])));
    assert_eq!(stage.roles(id).await, ["developer"]);

    let session = stage.can.caller().actor.session_id;
    let services = &stage.world.services;
    let found = handover::find(services, session, &token(), id.0).await.expect("readable").expect("to hand over");
    assert!(can_sign_in(&stage.realm, "zora", &found.secret).await, "right, and to be replaced");
    handover::dismiss(services, session, id.0).await.expect("dismissed");
    assert!(handover::find(services, session, &token(), id.0).await.expect("readable").is_none());

    assert_eq!(stage.actions().await, ["keycloak_user.creation_began", "keycloak_user.created"]);
    let expected = [
        field("email", Value::Null, "zora@example.com"),
        field("first_name", Value::Null, "Zora"),
        field("applications", Value::Null, "atlas billing"),
        field("applications_admin", Value::Null, "atlas"),
        field("role", Value::Null, "developer"),
        field("first_sign_in", Value::Null, "password"),
    ];
    assert_eq!(stage.changes("keycloak_user.created").await, expected);
    let log = format!("{:?}", stage.events().await);
    assert!(!log.contains(&found.secret), "no password in the audit log");
    stage.realm.remove().await;
}

/// Whether Keycloak takes the password and then demands another one.
async fn can_sign_in(realm: &Realm, username: &str, password: &str) -> bool {
    let address = format!("{}/realms/{}/protocol/openid-connect/token", base(), realm.name);
    let form = [("grant_type", "password"), ("client_id", "admin-cli"), ("username", username), ("password", password)];
    let http = https_client::build(reqwest::Client::builder()).expect("certificate authorities");
    let answer: Value = http.post(address).form(&form).send().await.expect("an answer").json().await.expect("JSON");
    answer["error_description"] == "Account is not fully set up"
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn user_whom_keycloak_refuses_is_refused_at_the_field_and_leaves_nothing_behind() {
    let stage = Stage::set().await;
    stage.zelda().await;
    let refused = |fields: NewUserFields, at: &'static str| async { problem(stage.create(fields).await, at) };
    let zora = || new_user("zora", FirstSignIn::Other);
    let named = refused(new_user("zelda", FirstSignIn::Other), "username").await;
    assert_eq!(named, Violation::KeycloakUserExists { username: "zelda".to_owned() });
    let taken = refused(NewUserFields { email: "zelda@example.com".to_owned(), ..zora() }, "email").await;
    assert_eq!(taken, Violation::KeycloakEmailTaken { username: "zelda".to_owned() });
    let mail = refused(new_user("zora", FirstSignIn::Mail), "first_sign_in").await;
    assert_eq!(mail.code(), "keycloak_mail_missing");
    assert!(stage.events().await.is_empty(), "nothing was sent");

    let name = refused(NewUserFields { first_name: "=1+1".to_owned(), ..zora() }, "first_name").await;
    assert_eq!(name.code(), "keycloak_value_refused");
    let name = refused(NewUserFields { username: "z*ra".to_owned(), ..zora() }, "username").await;
    assert_eq!(name.code(), "keycloak_value_refused");
    let policy = json!({ "passwordPolicy": "length(80)" });
    stage.realm.keycloak.put(&[&stage.realm.name], &policy).await.expect("a policy");
    let password = refused(new_user("zora", FirstSignIn::Password), "first_sign_in").await;
    assert_eq!(password.code(), "keycloak_password_policy", "{password}");
    let nowhere = json!({ "smtpServer": { "host": "127.0.0.1", "port": "1", "from": "bursar@example.com" } });
    stage.realm.keycloak.put(&[&stage.realm.name], &nowhere).await.expect("an address where nothing listens");
    let mail = refused(new_user("zora", FirstSignIn::Mail), "first_sign_in").await;
    assert_eq!(mail.code(), "keycloak_mail_not_sent", "{mail}");
    assert_eq!(stage.user("zora").await, None, "removed again");
    assert_eq!(stage.actions().await, ["keycloak_user.creation_began", "keycloak_user.creation_failed"].repeat(4));

    let server = MailServer::start().await;
    let smtp =
        json!({ "smtpServer": { "host": "127.0.0.1", "port": server.port.to_string(), "from": "bursar@example.com" } });
    stage.realm.keycloak.put(&[&stage.realm.name], &smtp).await.expect("a mail server");
    stage.create(new_user("zora", FirstSignIn::Mail)).await.expect("created");
    assert!(server.mails()[0].contains("RCPT TO:<zora@example.com>"), "{:?}", server.mails());
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn half_of_a_user_or_of_a_change_is_reported_as_such() {
    let (mut stage, secret) = Stage::read_only().await;
    stage.grant_to_service_account("manage-users").await;
    let proxy = Proxy::start().await;
    stage.world.services = with_account_at(proxy.url.clone(), &stage.world.services, &stage.realm, secret);
    let id = stage.zelda().await;
    let opened = stage.load(id).await;

    // The mail cannot be sent, and the user cannot be removed again.
    let smtp = json!({ "smtpServer": { "host": "127.0.0.1", "port": "1", "from": "bursar@example.com" } });
    stage.realm.keycloak.put(&[&stage.realm.name], &smtp).await.expect("an address where nothing listens");
    proxy.fail(&["DELETE"]);
    let refused = rule(stage.create(new_user("zora", FirstSignIn::Mail)).await);
    assert_eq!(refused.code(), "keycloak_user_incomplete");
    assert!(refused.to_string().starts_with("The user zora stays in Keycloak without a way to sign in"), "{refused}");
    assert!(stage.user("zora").await.is_some(), "as was said");
    let (_, _, why) = &stage.changes("keycloak_user.creation_failed").await[0];
    assert!(why.as_str().expect("a text").contains("zora stays in Keycloak"), "{why}");

    // The projects are taken, the role is not.
    proxy.fail(&["POST /admin"]);
    let refused = rule(stage.save(&opened, rights("admin", "okapi", ""), EditBasis::default()).await);
    assert_eq!(refused.code(), "keycloak_not_changed");
    assert!(refused.to_string().contains("The other fields were changed"), "{refused}");
    assert_eq!(stage.user("zelda").await.expect("zelda")["attributes"]["applications"], json!(["okapi"]));
    let (_, _, why) = &stage.changes("keycloak_user.change_failed").await[0];
    assert!(why.as_str().expect("a text").contains("The other fields were changed"), "{why}");
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn creation_whose_request_is_dropped_comes_to_its_end() {
    let stage = Stage::set().await;
    stage.drop_at_its_beginning(stage.create(new_user("zora", FirstSignIn::Other))).await;
    assert_eq!(stage.actions().await, ["keycloak_user.creation_began", "keycloak_user.created"]);
    let id = stage.user("zora").await.expect("zora")["id"].as_str().expect("an id").parse().expect("a UUID");
    assert_eq!(stage.roles(id).await, ["developer"], "with everything");
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn change_whose_request_is_dropped_comes_to_its_end() {
    let stage = Stage::set().await;
    let opened = stage.load(stage.zelda().await).await;
    stage.drop_at_its_beginning(stage.save(&opened, rights("admin", "atlas", ""), EditBasis::default())).await;
    assert_eq!(stage.actions().await, ["keycloak_user.change_began", "keycloak_user.changed"]);
    assert_eq!(stage.roles(opened.id).await, ["admin", "developer"]);
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn missing_variable_or_right_is_named_with_what_gives_it() {
    let (stage, secret) = Stage::read_only().await;
    let (services, can) = (&stage.world.services, &stage.can);
    let why = |checked: Result<(), Unavailable>| checked.expect_err("not available");
    let missing = why(managed::check(&services.clone().without_keycloak_admin(vec!["KEYCLOAK_ADMIN_URL"]), can).await);
    assert_eq!(missing.why, "Bursar has no service account in Keycloak: KEYCLOAK_ADMIN_URL is not set");
    assert!(missing.mend.contains("bursar keycloak setup"), "{missing:?}");

    let services = with_account(services, &stage.realm, secret);
    let lacking = why(managed::check(&services, can).await);
    assert_eq!(lacking.why, "The service account of bursar-import lacks manage-users of the client realm-management");
    let command = format!(
        "kcadm.sh add-roles -r {} --uusername service-account-bursar-import --cclientid realm-management --rolename manage-users",
        stage.realm.name
    );
    assert_eq!(lacking.command, Some(command));
    let (draft, first) = new_user("zora", FirstSignIn::Other).parse(&services.settings().claims).expect("a user");
    let refused = rule(managed::create(&services, can, &draft, first, &token()).await);
    assert_eq!(refused.code(), "keycloak_unavailable");
    assert!(refused.to_string().contains("lacks manage-users"), "{refused}");

    stage.grant_to_service_account("manage-users").await;
    assert_eq!(managed::check(&services, can).await, Ok(()), "with the next token, without a restart");
    let wrong = with_account(&services, &stage.realm, "wrong".into());
    let refused = why(managed::check(&wrong, can).await);
    assert!(refused.why.contains("refused the secret of bursar-import"), "{refused:?}");
    assert!(!format!("{refused:?}").contains("wrong"), "the secret is not shown");
    stage.realm.remove().await;
}
