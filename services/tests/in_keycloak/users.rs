//! Users come from a file, with role, projects and a way to sign in, and once more without a change.

use crate::mail::MailServer;
use crate::realm::{self, Realm, base};
use domain::claims::ClaimRules;
use domain::keycloak_user::RealmRoles;
use keycloak_admin::{Keycloak, Login};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use services::keycloak::setup::{self, Mode};
use services::keycloak::users::{
    self, FieldChange, Invitation, Outcome, RealmUsers, Refusal, RowResult, Rules, RunError,
};
use services::random::Random;

const HEADER: &str = "username,email,first_name,last_name,role,applications,applications_admin,user_type";

async fn prepared() -> (Realm, setup::Outcome) {
    let realm = Realm::planned();
    let outcome = setup::run(&realm.keycloak, &realm.setup(), Mode::Apply).await.expect("a realm");
    (realm, outcome)
}

async fn run(
    keycloak: &Keycloak,
    realm: &Realm,
    mode: Mode,
    invitation: Invitation<'_>,
    lines: &[&str],
) -> (Vec<RowResult>, Result<(), RunError>) {
    run_with(keycloak, realm, realm::roles(&[]), mode, invitation, lines).await
}

async fn run_with(
    keycloak: &Keycloak,
    realm: &Realm,
    roles: RealmRoles,
    mode: Mode,
    mut invitation: Invitation<'_>,
    lines: &[&str],
) -> (Vec<RowResult>, Result<(), RunError>) {
    let rules = Rules { claims: ClaimRules::default(), roles, are_emails_verified: false };
    let text = format!("{HEADER}\n{}\n", lines.join("\n"));
    let rows = users::read(text.as_bytes(), &rules.claims).expect("a file");
    let mut results = Vec::new();
    let users = RealmUsers::new(keycloak, &realm.name);
    let mut note = |row: &RowResult| results.push(row.clone());
    let ended = users::run(&users, &rules, mode, &mut invitation, &Random::system(), &rows, &mut note).await;
    (results, ended)
}

async fn outcomes(realm: &Realm, mode: Mode, lines: &[&str]) -> Vec<Outcome> {
    let (results, ended) = run(&realm.keycloak, realm, mode, Invitation::None, lines).await;
    ended.expect("every row is reported");
    results.into_iter().map(|result| result.outcome).collect()
}

fn texts(refusals: &[Refusal]) -> Vec<String> {
    refusals.iter().map(ToString::to_string).collect()
}

async fn user(realm: &Realm, username: &str) -> Option<Value> {
    let path = [realm.name.as_str(), "users"];
    let query = [("username", username), ("exact", "true")];
    let found: Vec<Value> = realm.keycloak.get(&path, &query).await.expect("users");
    found.into_iter().next()
}

async fn roles(realm: &Realm, username: &str) -> Vec<String> {
    let user = user(realm, username).await.expect("a user");
    let roles = realm.get(&["users", user["id"].as_str().expect("an id"), "role-mappings", "realm"]).await;
    let names = roles.as_array().expect("roles").iter().filter_map(|role| role["name"].as_str());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with("default-roles")).map(str::to_owned).collect();
    names.sort_unstable();
    names
}

fn changed(field: &'static str, before: &str, after: &str) -> FieldChange {
    FieldChange { field, before: before.to_owned(), after: after.to_owned() }
}

/// The token endpoint's answer to a password.
async fn sign_in(realm: &Realm, username: &str, password: &str) -> Value {
    let address = format!("{}/realms/{}/protocol/openid-connect/token", base(), realm.name);
    let form = [("grant_type", "password"), ("client_id", "admin-cli"), ("username", username), ("password", password)];
    let http = https_client::build(reqwest::Client::builder()).expect("certificate authorities");
    http.post(address).form(&form).send().await.expect("an answer").json().await.expect("JSON")
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn users_are_planned_then_created_then_left_alone() {
    let (realm, _) = prepared().await;
    let lines = [
        "Zelda,Zelda@example.com,Zelda,Lindqvist,developer,atlas billing,atlas,",
        "zoe,zoe@example.com,Zoë,O'Brien,admin,,,regular",
        "zora,zora@example.com,,,developer,/atlas,,external",
    ];
    let planned = outcomes(&realm, Mode::Plan, &lines).await;
    assert_eq!(user(&realm, "zelda").await, None, "only a plan");
    let expected = [
        changed("email", "", "zelda@example.com"),
        changed("first_name", "", "Zelda"),
        changed("last_name", "", "Lindqvist"),
        changed("applications", "", "atlas billing"),
        changed("applications_admin", "", "atlas"),
        changed("role", "", "developer"),
    ];
    assert_eq!(planned[0], Outcome::Created(expected.to_vec()));
    assert_eq!(outcomes(&realm, Mode::Apply, &lines).await, planned, "the plan is what is done");
    let zelda = user(&realm, "zelda").await.expect("a user");
    assert_eq!(zelda["attributes"], json!({ "applications": ["atlas", "billing"], "applications_admin": ["atlas"] }));
    assert_eq!((&zelda["enabled"], &zelda["emailVerified"]), (&json!(true), &json!(false)));
    assert_eq!(
        (roles(&realm, "zelda").await, roles(&realm, "zoe").await),
        (vec!["developer".to_owned()], vec!["admin".to_owned()])
    );
    assert_eq!(user(&realm, "zora").await.expect("a user")["attributes"]["user_type"], json!(["external"]));
    for mode in [Mode::Plan, Mode::Apply] {
        assert_eq!(outcomes(&realm, mode, &lines).await, [Outcome::Unchanged, Outcome::Unchanged, Outcome::Unchanged]);
    }
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn update_changes_what_the_row_names_and_nothing_else() {
    let (realm, _) = prepared().await;
    let zelda = json!({
        "username": "zelda", "email": "old@example.com", "emailVerified": true, "enabled": false,
        "firstName": "Zelda", "lastName": "Lindqvist", "requiredActions": ["CONFIGURE_TOTP"],
        "credentials": [{ "type": "password", "value": "kept-by-the-user" }],
        "attributes": { "applications": ["atlas,Billing"], "applications_admin": ["atlas"], "guest": ["false"], "locale": ["pl"] },
    });
    let id = realm.keycloak.post(&[&realm.name, "users"], &zelda).await.expect("a user").expect("its id");
    let admin = realm.get(&["roles", "admin"]).await;
    let path = [realm.name.as_str(), "users", &id, "role-mappings", "realm"];
    realm.keycloak.post(&path, &json!([admin])).await.expect("the role");

    let lines = ["zelda,zelda@example.com,,-,developer,billing atlas,-,"];
    let updated = Outcome::Updated(vec![
        changed("email", "old@example.com", "zelda@example.com"),
        changed("email_verified", "true", "false"),
        changed("last_name", "Lindqvist", ""),
        changed("applications_admin", "atlas", ""),
        changed("role", "admin", "developer"),
    ]);
    assert_eq!(outcomes(&realm, Mode::Plan, &lines).await, std::slice::from_ref(&updated));
    assert_eq!(roles(&realm, "zelda").await, ["admin"], "only a plan");
    assert_eq!(outcomes(&realm, Mode::Apply, &lines).await, [updated]);
    assert_eq!(outcomes(&realm, Mode::Apply, &lines).await, [Outcome::Unchanged]);
    let user = user(&realm, "zelda").await.expect("a user");
    assert_eq!(user["firstName"], "Zelda");
    assert_eq!((&user["enabled"], &user["requiredActions"]), (&json!(false), &json!(["CONFIGURE_TOTP"])));
    assert_eq!(user["attributes"]["applications"], json!(["atlas,Billing"]), "the same projects");
    assert_eq!((&user["attributes"]["guest"], user["attributes"].get("applications_admin")), (&json!(["false"]), None));
    assert_eq!(roles(&realm, "zelda").await, ["developer"]);
    assert_eq!(realm.get(&["users", &id, "credentials"]).await[0]["type"], "password");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn refused_row_leaves_nothing_behind_and_does_not_stop_the_others() {
    let (realm, _) = prepared().await;
    let taken = json!({ "username": "zed", "email": "taken@example.com", "enabled": true });
    realm.keycloak.post(&[&realm.name, "users"], &taken).await.expect("a user");
    let lines = [
        "zelda,taken@example.com,,,developer,,,",
        "z*lda,zelda2@example.com,,,developer,,,",
        "zulu,nowhere,,,owner,,,",
        "zara,zara@example.com,=1+1,,developer,,,",
        "zoe,zoe@example.com,,,admin,,,external",
        "zora,zora@example.com,,,developer,,,",
    ];
    let outcomes = outcomes(&realm, Mode::Apply, &lines).await;
    let refused = |at: usize| match &outcomes[at] {
        Outcome::Refused(refusals) => texts(refusals).join(" / "),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(0), "column email: the user zed of the realm has this address.");
    assert_eq!(refused(1), "Keycloak refused it: username: error-username-invalid-character");
    assert_eq!(
        refused(2),
        "column email: Enter an e-mail address like name@example.com. / column role: Choose admin or developer."
    );
    assert_eq!(refused(3), "Keycloak refused it: firstName: error-person-name-invalid-character");
    assert!(refused(4).contains("an external user cannot be an admin"), "{}", refused(4));
    assert!(matches!(outcomes[5], Outcome::Created(_)), "{:?}", outcomes[5]);
    let codes = outcomes.iter().flat_map(|outcome| match outcome {
        Outcome::Refused(refusals) => refusals.iter().map(|refusal| refusal.reason.code()).collect(),
        _ => Vec::new(),
    });
    let expected = [
        "email_taken",
        "refused_by_keycloak",
        "invalid_email",
        "unknown_choice",
        "refused_by_keycloak",
        "external_admin",
    ];
    assert_eq!(codes.collect::<Vec<_>>(), expected);
    let users = realm.get(&["users"]).await;
    let names: Vec<&str> =
        users.as_array().expect("users").iter().filter_map(|user| user["username"].as_str()).collect();
    assert_eq!(names, ["zed", "zora"]);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn refused_row_grants_no_role_and_revokes_one_all_the_same() {
    let (realm, _) = prepared().await;
    let lines = ["zara,zara@example.com,,,developer,,,", "zora,zora@example.com,,,admin,,,"];
    outcomes(&realm, Mode::Apply, &lines).await;
    let lines = ["zara,zara@example.com,=1+1,,admin,,,", "zora,zora@example.com,=1+1,,developer,,,"];
    let refused = outcomes(&realm, Mode::Apply, &lines).await;
    let [Outcome::Refused(kept), Outcome::Refused(revoked)] = &refused[..] else { panic!("{refused:?}") };
    let (kept, revoked) = (texts(kept), texts(revoked));
    assert!(
        !kept[0].contains("revoked") && revoked[0].ends_with("The role admin was revoked."),
        "{kept:?} {revoked:?}"
    );
    assert_eq!(roles(&realm, "zara").await, ["developer"]);
    assert_eq!(roles(&realm, "zora").await, ["developer"]);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn temporary_password_signs_in_once_it_is_replaced_and_is_given_to_new_users_alone() {
    let (realm, _) = prepared().await;
    let settings =
        json!({ "passwordPolicy": "length(12) and digits(1) and upperCase(1) and specialChars(1) and notUsername" });
    realm.keycloak.put(&[&realm.name], &settings).await.expect("a policy");
    let lines = ["zelda,zelda@example.com,Zelda,L,developer,,,", "zoe,zoe@example.com,Zoe,L,developer,,,"];
    outcomes(&realm, Mode::Apply, &lines[1..]).await;
    let mut passwords = Vec::new();
    let mut hand_over = |user: &domain::keycloak_user::KeycloakUserDraft, password: &secrecy::SecretString| {
        passwords.push((user.username.as_str().to_owned(), password.expose_secret().to_owned()));
        Ok(())
    };
    let invitation = Invitation::TemporaryPassword(&mut hand_over);
    let (results, ended) = run(&realm.keycloak, &realm, Mode::Apply, invitation, &lines).await;
    ended.expect("every row");
    assert!(matches!(results[0].outcome, Outcome::Created(_)) && results[1].outcome == Outcome::Unchanged);
    assert_eq!(passwords.len(), 1, "{passwords:?}");
    let (username, password) = &passwords[0];
    assert_eq!(username, "zelda");
    assert!(!format!("{results:?}").contains(password.as_str()), "no password in what is printed");
    let answer = sign_in(&realm, "zelda", password).await;
    assert_eq!(answer["error_description"], "Account is not fully set up", "right, and to be replaced: {answer}");
    assert_eq!(sign_in(&realm, "zelda", "wrong").await["error_description"], "Invalid user credentials");

    let mut full = |_: &_, _: &_| Err(std::io::Error::other("the disk is full"));
    let invitation = Invitation::TemporaryPassword(&mut full);
    let (results, ended) =
        run(&realm.keycloak, &realm, Mode::Apply, invitation, &["zora,zora@example.com,,,developer,,,"]).await;
    assert!(results.is_empty() && matches!(ended, Err(RunError::Password(_))), "{results:?} {ended:?}");
    assert_eq!(user(&realm, "zora").await, None, "no user would know the password");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn invitation_is_mailed_to_new_users_or_the_missing_mail_server_is_named() {
    let (realm, _) = prepared().await;
    let lines = ["zelda,zelda@example.com,,,developer,,,"];
    let (results, ended) = run(&realm.keycloak, &realm, Mode::Plan, Invitation::Mail, &lines).await;
    let text = ended.expect_err("no mail server").to_string();
    assert!(
        results.is_empty() && text.contains("has no mail server") && text.contains("Realm settings, Email"),
        "{text}"
    );

    let server = MailServer::start().await;
    let smtp = |port: u16| json!({ "smtpServer": { "host": "127.0.0.1", "port": port.to_string(), "from": "bursar@example.com" } });
    realm.keycloak.put(&[&realm.name], &smtp(1)).await.expect("an address where nothing listens");
    let (results, ended) = run(&realm.keycloak, &realm, Mode::Apply, Invitation::Mail, &lines).await;
    ended.expect("every row");
    let Outcome::Refused(refusals) = &results[0].outcome else { panic!("{results:?}") };
    assert_eq!(refusals[0].reason.code(), "invitation_not_sent");
    let reasons = texts(refusals);
    assert!(reasons[0].contains("could not send the invitation, so the user was not created"), "{reasons:?}");
    assert_eq!(user(&realm, "zelda").await, None, "the next run invites the user");

    realm.keycloak.put(&[&realm.name], &smtp(server.port)).await.expect("a mail server");
    for expected in [true, false] {
        let (results, ended) = run(&realm.keycloak, &realm, Mode::Apply, Invitation::Mail, &lines).await;
        ended.expect("every row");
        assert_eq!(matches!(results[0].outcome, Outcome::Created(_)), expected, "{results:?}");
    }
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("RCPT TO:<zelda@example.com>"), "{mails:?}");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn service_account_without_manage_users_plans_and_is_told_the_missing_role() {
    let (realm, made) = prepared().await;
    let login = Login::ServiceAccount {
        realm: realm.name.clone(),
        client_id: "bursar-import".to_owned(),
        secret: made.service_client_secret.expect("a secret"),
    };
    let account = Keycloak::new(base().parse().expect("an address"), login.clone()).expect("authorities");
    let lines = ["zelda,zelda@example.com,,,admin,atlas,,"];
    let (planned, ended) = run(&account, &realm, Mode::Plan, Invitation::None, &lines).await;
    ended.expect("a plan");
    let (results, ended) = run(&account, &realm, Mode::Apply, Invitation::None, &lines).await;
    let text = ended.expect_err("a missing role").to_string();
    assert!(
        results.is_empty() && text.contains("the role manage-users of the client realm-management is missing"),
        "{text}"
    );

    let management: Value =
        realm.keycloak.get(&[&realm.name, "clients"], &[("clientId", "realm-management")]).await.expect("it");
    let management = management[0]["id"].as_str().expect("an id");
    let role = realm.get(&["clients", management, "roles", "manage-users"]).await;
    let user = user(&realm, "service-account-bursar-import").await.expect("the service account");
    let path =
        [realm.name.as_str(), "users", user["id"].as_str().expect("an id"), "role-mappings", "clients", management];
    realm.keycloak.post(&path, &json!([role])).await.expect("the role");
    let account = Keycloak::new(base().parse().expect("an address"), login).expect("authorities");
    let (results, ended) = run(&account, &realm, Mode::Apply, Invitation::None, &lines).await;
    ended.expect("every row");
    assert_eq!(results, planned);
    assert_eq!(roles(&realm, "zelda").await, ["admin"]);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn realm_that_would_drop_attributes_or_has_no_roles_is_not_written() {
    let realm = Realm::create().await;
    let lines = ["zelda,zelda@example.com,,,developer,atlas,,"];
    let (results, ended) = run(&realm.keycloak, &realm, Mode::Apply, Invitation::None, &lines).await;
    let text = ended.expect_err("no attributes").to_string();
    assert!(results.is_empty() && text.contains("does not know the attribute applications"), "{text}");
    assert!(text.contains("bursar keycloak setup"), "{text}");
    let mut profile = realm.get(&["users", "profile"]).await;
    profile["unmanagedAttributePolicy"] = json!("ADMIN_EDIT");
    realm.keycloak.put(&[&realm.name, "users", "profile"], &profile).await.expect("a policy");
    let (_, ended) = run(&realm.keycloak, &realm, Mode::Apply, Invitation::None, &lines).await;
    let text = ended.expect_err("no roles").to_string();
    assert!(text.contains("has no role admin"), "{text}");
    assert_eq!(user(&realm, "zelda").await, None);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn role_from_a_group_is_kept_and_one_that_cannot_be_revoked_is_named() {
    let (realm, _) = prepared().await;
    let group = realm
        .keycloak
        .post(&[&realm.name, "groups"], &json!({ "name": "operators" }))
        .await
        .expect("a group")
        .expect("its id");
    let admin = realm.get(&["roles", "admin"]).await;
    let path = [realm.name.as_str(), "groups", &group, "role-mappings", "realm"];
    realm.keycloak.post(&path, &json!([admin])).await.expect("the role");
    let zelda = json!({ "username": "zelda", "email": "zelda@example.com", "enabled": true, "groups": ["operators"] });
    realm.keycloak.post(&[&realm.name, "users"], &zelda).await.expect("a user");
    assert_eq!(outcomes(&realm, Mode::Apply, &["zelda,zelda@example.com,,,admin,,,"]).await, [Outcome::Unchanged]);
    let refused = outcomes(&realm, Mode::Plan, &["zelda,zelda@example.com,,,developer,,,"]).await;
    let Outcome::Refused(reasons) = &refused[0] else { panic!("{refused:?}") };
    assert!(reasons[0].to_string().contains("the role admin comes from a group or another role"), "{reasons:?}");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn realm_with_addresses_as_user_names_asks_for_the_address() {
    let (realm, _) = prepared().await;
    let settings = json!({ "registrationEmailAsUsername": true });
    realm.keycloak.put(&[&realm.name], &settings).await.expect("a setting");
    let lines = ["zelda,zelda@example.com,,,developer,,,", "Zoe@example.com,zoe@example.com,,,developer,,,"];
    let first = outcomes(&realm, Mode::Apply, &lines).await;
    let Outcome::Refused(reasons) = &first[0] else { panic!("{first:?}") };
    assert!(reasons[0].to_string().contains("uses the e-mail address as user name"), "{reasons:?}");
    assert!(matches!(first[1], Outcome::Created(_)), "{first:?}");
    assert_eq!(outcomes(&realm, Mode::Apply, &lines[1..]).await, [Outcome::Unchanged]);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn roles_are_granted_under_the_names_of_the_role_map() {
    let realm = Realm::planned();
    let map = || realm::roles(&[("ops", "admin"), ("root", "admin"), ("staff", "developer")]);
    let setup = setup::RealmSetup { roles: Some(map()), ..realm.setup() };
    setup::run(&realm.keycloak, &setup, Mode::Apply).await.expect("a realm");
    let apply = async |lines: &[&str]| {
        let (results, ended) = run_with(&realm.keycloak, &realm, map(), Mode::Apply, Invitation::None, lines).await;
        ended.expect("every row");
        results.into_iter().map(|result| result.outcome).collect::<Vec<_>>()
    };
    apply(&["zelda,zelda@example.com,,,developer,,,", "zoe,zoe@example.com,,,admin,,,"]).await;
    assert_eq!(
        (roles(&realm, "zelda").await, roles(&realm, "zoe").await),
        (vec!["staff".to_owned()], vec!["ops".to_owned()])
    );
    let zoe = user(&realm, "zoe").await.expect("a user");
    let root = realm.get(&["roles", "root"]).await;
    let path = [realm.name.as_str(), "users", zoe["id"].as_str().expect("an id"), "role-mappings", "realm"];
    realm.keycloak.post(&path, &json!([root])).await.expect("the role");
    let demoted = apply(&["zoe,zoe@example.com,,,developer,,,"]).await;
    assert_eq!(demoted, [Outcome::Updated(vec![changed("role", "admin", "developer")])]);
    assert_eq!(roles(&realm, "zoe").await, ["staff"], "both roles that give admin are revoked");
    realm.remove().await;
}
