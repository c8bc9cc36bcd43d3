//! Each rule finds what it is for and nothing in a realm that is in order.

use crate::access_matrix::{
    Level, Live, Matrix, MatrixCell, MatrixRole, Resource, Snapshot, SnapshotGroup, SnapshotRole, SnapshotUser,
};
use crate::doctor::Severity;

/// Roles: 0 admin (privileged), 1 operator, 2 robot (for machines); columns: 0 wiki, 1 database.
fn matrix() -> Matrix {
    let cell = |level| MatrixCell { level, footnote: (level == Level::Restrict).then_some(1), ..MatrixCell::default() };
    let role = |name: &str, levels: [Level; 2]| MatrixRole {
        realm: "main".to_owned(),
        client: None,
        name: name.to_owned(),
        group: None,
        is_privileged: name == "admin",
        is_for_machines: name == "robot",
        max_holders: None,
        owner: Some(format!("{name} team")),
        cells: levels.map(cell).into(),
    };
    let resource = |label: &str| Resource { label: label.to_owned(), ..Resource::default() };
    Matrix {
        resources: vec![resource("Wiki"), resource("Database")],
        columns: vec![0, 1],
        roles: vec![
            role("admin", [Level::Full, Level::Full]),
            role("operator", [Level::Read, Level::Restrict]),
            role("robot", [Level::Editor, Level::None]),
        ],
        footnotes: vec!["The connection is shared.".to_owned()],
        ..Matrix::default()
    }
}

fn user(name: &str, roles: &[usize]) -> SnapshotUser {
    SnapshotUser {
        username: name.to_owned(),
        email: Some(format!("{name}@example.com")),
        is_email_verified: true,
        is_enabled: true,
        roles: roles.into(),
        ..SnapshotUser::default()
    }
}

/// Roles: 0 admin, 1 operator, 2 robot, 3 stranger, 4 default-roles-main, 5 all, which contains admin.
fn snapshot(users: Vec<SnapshotUser>) -> Snapshot {
    let names = ["admin", "operator", "robot", "stranger", "default-roles-main", "all"];
    let role = |name: &str| SnapshotRole {
        client: None,
        name: name.to_owned(),
        composites: if name == "all" { vec![0] } else { Vec::new() },
    };
    let group = SnapshotGroup { path: "/ops".to_owned(), parent: None, roles: vec![0] };
    Snapshot {
        realm: "main".to_owned(),
        users,
        roles: names.map(role).into(),
        groups: vec![group],
        ..Snapshot::default()
    }
}

/// Two admins, so that neither is the last.
fn admins() -> Vec<SnapshotUser> {
    vec![user("ada", &[0, 4]), user("alan", &[0, 4])]
}

fn found(users: Vec<SnapshotUser>) -> Vec<(&'static str, Severity, String)> {
    let users = admins().into_iter().chain(users).collect();
    let live = Live::new(&matrix(), &snapshot(users));
    live.anomalies.into_iter().map(|anomaly| (anomaly.rule, anomaly.severity, anomaly.title)).collect()
}

fn one(users: Vec<SnapshotUser>, rule: &str, severity: Severity, title: &str) {
    let found = found(users);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0], (found[0].0, severity, title.to_owned()));
    assert_eq!(found[0].0, rule);
}

#[test]
fn realm_in_order_has_no_findings() {
    assert_eq!(found(vec![]), []);
}

#[test]
fn disabled_user_with_a_privileged_role_is_more_severe() {
    let off = |roles| SnapshotUser { is_enabled: false, ..user("dmitri", roles) };
    one(vec![off(&[0])], "disabled-with-role", Severity::High, "1 user cannot sign in and still holds admin");
    one(vec![off(&[1])], "disabled-with-role", Severity::Medium, "1 user cannot sign in and still holds operator");
    assert_eq!(found(vec![off(&[4])]), [], "the default roles of the realm open nothing");
}

#[test]
fn user_without_a_role_of_the_matrix_is_found() {
    one(vec![user("idle", &[4])], "no-role", Severity::Low, "1 user holds no role of the matrix");
}

#[test]
fn role_that_the_matrix_does_not_declare_is_found() {
    let users = vec![user("x", &[3, 0]), user("y", &[3, 0])];
    one(users, "unknown-role", Severity::Medium, "2 users hold stranger, which the matrix does not declare");
}

#[test]
fn privileged_role_by_group_alone_is_found_with_its_path() {
    let hidden = SnapshotUser { groups: vec![0], ..user("gail", &[]) };
    one(
        vec![hidden.clone()],
        "privileged-through-group",
        Severity::Medium,
        "1 user holds admin only through a group or another role",
    );
    let live = Live::new(&matrix(), &snapshot(admins().into_iter().chain([hidden]).collect()));
    assert_eq!(live.anomalies[0].paths, ["group /ops → admin"]);
    assert_eq!(live.anomalies[0].owner.as_deref(), Some("admin team"));
}

#[test]
fn role_held_directly_and_by_a_group_is_found() {
    let twice = SnapshotUser { groups: vec![0], ..user("gail", &[0]) };
    one(vec![twice], "direct-and-inherited", Severity::Medium, "1 user holds admin directly and by another path");
}

#[test]
fn privileged_user_without_verified_address_is_found() {
    let unverified = SnapshotUser { is_email_verified: false, ..user("una", &[0]) };
    one(vec![unverified], "privileged-unverified", Severity::Medium, "1 user holds admin without a verified address");
}

#[test]
fn roles_of_users_and_of_service_accounts_are_kept_apart() {
    let account = |roles| SnapshotUser { is_service_account: true, email: None, ..user("service-account-x", roles) };
    one(
        vec![account(&[0])],
        "service-account-with-user-role",
        Severity::Medium,
        "1 service account holds admin, a role for users",
    );
    assert_eq!(found(vec![account(&[2])]), []);
    one(
        vec![user("human", &[2])],
        "user-with-machine-role",
        Severity::Medium,
        "1 user holds robot, a role for service accounts",
    );
}

#[test]
fn several_accounts_with_one_address_are_found() {
    let twin = SnapshotUser { email: Some(" ADA@example.com".to_owned()), ..user("ada2", &[0]) };
    one(vec![twin], "same-address", Severity::Medium, "2 accounts have the address ada@example.com");
}

#[test]
fn too_wide_access_is_found_unless_the_user_has_full_access_anyway() {
    one(vec![user("olga", &[1])], "too-wide", Severity::High, "1 user reaches Database and should not");
    assert_eq!(found(vec![user("olga", &[0, 1])]), [], "the strongest level wins");
}

#[test]
fn separate_duties_and_numbers_of_holders_are_checked() {
    let mut matrix = matrix();
    matrix.separate_duties = vec![(0, 1)];
    matrix.roles[0].max_holders = Some(2);
    let users = admins().into_iter().chain([user("both", &[0, 1])]).collect();
    let titles: Vec<_> = Live::new(&matrix, &snapshot(users)).anomalies.into_iter().map(|found| found.title).collect();
    assert_eq!(titles, ["1 user holds both admin and operator", "3 users hold admin, more than 2"]);
    let alone = Live::new(&matrix, &snapshot(vec![user("ada", &[0])]));
    assert_eq!(alone.anomalies[0].rule, "last-holder");
}

#[test]
fn partial_snapshot_is_a_finding_of_its_own() {
    let partial = Snapshot { unread: vec!["The groups could not be read.".to_owned()], ..snapshot(admins()) };
    let live = Live::new(&matrix(), &partial);
    assert!(!live.is_complete);
    assert_eq!((live.anomalies[0].rule, live.anomalies[0].severity), ("partial-snapshot", Severity::High));
    assert!(live.markdown().contains("**Partial.** The groups could not be read."), "{}", live.markdown());
}
