//! The access matrix beside a real realm: the roles and users of the example, nested groups, composites, client roles.

use crate::proxy::Proxy;
use crate::realm::{Realm, base};
use domain::access_matrix::{Live, Matrix, Snapshot, SnapshotUser, markdown};
use keycloak_admin::{Error, Keycloak, Login};
use serde_json::{Value, json};
use services::access_matrix;
use services::keycloak::snapshot;
use std::collections::BTreeMap;

const EXAMPLE: &str = include_str!("../../../examples/access-matrix/access-matrix.yaml");
/// More than one page of users.
const GENERATED: usize = 1_050;

/// The example, for a realm of another name.
fn matrix(realm: &str) -> Matrix {
    let mut matrix = access_matrix::read(EXAMPLE).expect("a declaration");
    for role in &mut matrix.roles {
        role.realm = realm.to_owned();
    }
    matrix
}

/// Beside the users of the example: `gail` by a nested group, `cora` by a composite, `dmitri` disabled.
pub(crate) async fn realm() -> Realm {
    let realm = Realm::planned();
    let user = |username: &str, roles: &[&str]| json!({ "username": username, "enabled": true, "email": format!("{username}@example.com"), "emailVerified": true, "realmRoles": roles });
    let generated = (0..GENERATED).map(|number| user(&format!("user-{number:04}"), &["cdm-viewer"]));
    let mut users = vec![
        user("cdm-admin", &["cdm-admin"]),
        user("cdm-operator", &["cdm-operator"]),
        user("boss", &["platform-admin"]),
        user("provider-operator", &["platform-operator"]),
        user("cora", &["everything"]),
        json!({ "username": "gail", "enabled": true, "groups": ["/staff/platform/night shift"] }),
        json!({ "username": "dmitri", "enabled": false, "realmRoles": ["platform-admin"] }),
        json!({
            "username": "service-account-reader", "enabled": true, "serviceAccountClientId": "reader",
            "clientRoles": { "realm-management": ["view-users", "view-realm", "view-clients"] }
        }),
    ];
    users.extend(generated);
    let roles = ["cdm-admin", "cdm-operator", "cdm-viewer", "platform-admin", "platform-operator"];
    let mut roles: Vec<Value> = roles.map(|name| json!({ "name": name })).into();
    roles.push(json!({ "name": "everything", "composite": true, "composites": {
        "realm": ["cdm-operator"], "client": { "realm-management": ["realm-admin"] }
    } }));
    let body = json!({
        "realm": realm.name, "enabled": true, "users": users, "roles": { "realm": roles },
        "clients": [{ "clientId": "reader", "secret": "secret", "serviceAccountsEnabled": true, "publicClient": false }],
        "groups": [{ "name": "staff", "subGroups": [{
            "name": "platform", "realmRoles": ["platform-operator"],
            "subGroups": [{ "name": "night shift", "clientRoles": { "realm-management": ["view-events"] } }]
        }] }],
    });
    realm.keycloak.post(&[], &body).await.expect("a realm");
    realm
}

/// Keycloak's id of a user.
pub(crate) async fn user_id(realm: &Realm, username: &str) -> String {
    let query = [("username", username), ("exact", "true")];
    let found: Value = realm.keycloak.get(&[&realm.name, "users"], &query).await.expect("users");
    found[0]["id"].as_str().expect("an id").to_owned()
}

fn reader(realm: &Realm, proxy: &Proxy, client_id: &str, secret: &str) -> Keycloak {
    let (client_id, secret) = (client_id.to_owned(), secret.into());
    let login = Login::ServiceAccount { realm: realm.name.clone(), client_id, secret };
    Keycloak::new(proxy.url.clone(), login).expect("certificate authorities")
}

async fn read(realm: &Realm, proxy: &Proxy) -> Result<Snapshot, Error> {
    let keycloak = reader(realm, proxy, "reader", "secret");
    snapshot::read(&keycloak, &realm.name, &mut |_| {}).await
}

fn user<'a>(snapshot: &'a Snapshot, name: &str) -> &'a SnapshotUser {
    snapshot.users.iter().find(|user| user.username == name).unwrap_or_else(|| panic!("no {name}"))
}

/// Roles with their paths in words.
fn effective(snapshot: &Snapshot, name: &str) -> BTreeMap<String, Vec<String>> {
    let held = snapshot.effective(user(snapshot, name)).into_iter();
    held.map(|(role, paths)| (snapshot.roles[role].title(), paths.iter().map(|path| snapshot.in_words(path)).collect()))
        .collect()
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn snapshot_has_every_user_and_every_path_within_the_bound_of_requests() {
    let (realm, proxy) = (realm().await, Proxy::start().await);
    let snapshot = read(&realm, &proxy).await.expect("a snapshot");
    assert_eq!(snapshot.unread, [""; 0]);
    assert_eq!(snapshot.users.len(), GENERATED + 8, "service accounts too");

    let requests = proxy.admin_requests();
    assert_eq!(snapshot.requests, requests.len(), "every request is counted");
    let pages = snapshot.users.len().div_ceil(1_000);
    let bound = pages + 2 * snapshot.roles.len() + 2 * snapshot.groups.len();
    assert!(requests.len() <= bound, "{} of {bound}: {requests:#?}", requests.len());

    let default_role = format!("default-roles-{}", realm.name);
    assert!(!requests.iter().any(|request| request.contains(&format!("{default_role}/users"))), "{requests:#?}");
    for name in ["user-0000", "gail", "service-account-reader"] {
        let inherited = format!("{default_role} → offline_access");
        assert_eq!(effective(&snapshot, name)["offline_access"], [inherited], "every user holds the default role");
    }
    let admin = effective(&snapshot, "cdm-admin");
    assert_eq!(admin["cdm-admin"], ["cdm-admin"]);
    let gail = effective(&snapshot, "gail");
    let group = "group /staff/platform/night shift";
    assert_eq!(gail["platform-operator"], [format!("{group} → group /staff/platform → platform-operator")]);
    assert_eq!(gail["realm-management / view-events"], [format!("{group} → realm-management / view-events")]);
    let cora = effective(&snapshot, "cora");
    assert_eq!(cora["cdm-operator"], ["everything → cdm-operator"]);
    let through = "everything → realm-management / realm-admin → realm-management / view-users";
    assert!(cora["realm-management / view-users"][0].starts_with(through), "{cora:?}");
    assert!(cora.contains_key("realm-management / query-groups"), "composites of composites: {cora:?}");
    assert!(user(&snapshot, "service-account-reader").is_service_account);
    assert!(!user(&snapshot, "dmitri").is_enabled);
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn matrix_of_a_realm_shows_levels_and_what_should_not_be_so() {
    let (realm, proxy) = (realm().await, Proxy::start().await);
    let matrix = matrix(&realm.name);
    let live = Live::new(&matrix, &read(&realm, &proxy).await.expect("a snapshot"));
    let text = live.markdown();
    assert!(
        text.contains(
            "| cdm-operator | cdm-operator@example.com | Enabled | cdm-operator | 🔵 | 🔵 | 🔵 | ⚠️ | ❌ | ❌ |"
        ),
        "{text}"
    );
    assert!(
        text.contains("| boss | boss@example.com | Enabled | platform-admin | ✅ | ✅ | ✅ | ❌ | ✅ | ✅ |"),
        "{text}"
    );
    let rules: Vec<&str> = live.anomalies.iter().map(|anomaly| anomaly.rule).collect();
    for rule in ["disabled-with-role", "too-wide", "unknown-role", "last-holder"] {
        assert!(rules.contains(&rule), "{rule}: {rules:?}");
    }
    let titles: Vec<&str> = live.anomalies.iter().map(|anomaly| anomaly.title.as_str()).collect();
    assert!(titles.contains(&"1 user cannot sign in and still holds platform-admin"), "{titles:?}");
    assert!(titles.contains(&"1053 users reach pgAdmin and should not"), "{titles:?}");
    assert!(markdown(&matrix).contains("[^4]:"), "the declared part is printed above it");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn part_that_cannot_be_read_makes_the_snapshot_partial() {
    let (realm, proxy) = (realm().await, Proxy::start().await);
    let groups: &'static str = Box::leak(format!("GET /admin/realms/{}/groups", realm.name).into_boxed_str());
    proxy.fail(&[groups]);
    let snapshot = read(&realm, &proxy).await.expect("a snapshot");
    assert_eq!(snapshot.unread.len(), 1, "{:?}", snapshot.unread);
    assert!(snapshot.unread[0].starts_with("The groups could not be read: "), "{:?}", snapshot.unread);
    assert_eq!(effective(&snapshot, "cdm-admin")["cdm-admin"], ["cdm-admin"], "the other parts are there");
    let live = Live::new(&matrix(&realm.name), &snapshot);
    assert_eq!(live.anomalies[0].rule, "partial-snapshot");
    realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn login_without_rights_leaves_no_part_unnamed_and_a_wrong_secret_is_an_error() {
    let (realm, proxy) = (realm().await, Proxy::start().await);
    let bare = json!({ "clientId": "bare", "secret": "secret", "serviceAccountsEnabled": true, "publicClient": false });
    realm.keycloak.post(&[&realm.name, "clients"], &bare).await.expect("a client");
    let keycloak = reader(&realm, &proxy, "bare", "secret");
    let snapshot = snapshot::read(&keycloak, &realm.name, &mut |_| {}).await.expect("a snapshot");
    let unread = snapshot.unread.join("\n");
    for part in ["The list of users", "The roles of the realm", "The clients and their roles", "The groups"] {
        assert!(unread.contains(&format!("{part} could not be read: Keycloak refused")), "{part}: {unread}");
    }
    let wrong = reader(&realm, &proxy, "reader", "other");
    let refused = snapshot::read(&wrong, &realm.name, &mut |_| {}).await.expect_err("a wrong secret");
    assert!(matches!(refused, Error::Credentials { .. }), "{refused}");
    let missing = Keycloak::new(
        base().parse().expect("an address"),
        Login::Administrator { username: "admin".to_owned(), password: "try-keycloak".into() },
    );
    let missing = missing.expect("certificate authorities");
    let refused = snapshot::read(&missing, "no-such-realm", &mut |_| {}).await.expect_err("no realm");
    assert!(matches!(refused, Error::NoRealm { .. }), "{refused}");
    realm.remove().await;
}
