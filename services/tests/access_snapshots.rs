//! Snapshots of grants over time: a comparison names what changed, and an interrupted snapshot changes nothing.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::access_matrix::{Snapshot, SnapshotGroup, SnapshotRole, SnapshotUser};
use domain::access_snapshot::{ComparisonQuery, SnapshotRow, SnapshotState};
use domain::actor::Target;
use domain::job::Job;
use domain::permission::Asks;
use domain::role::PlatformRole;
use domain::violation::Violation;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use services::guard::{Caller, Can};
use services::keycloak::AdminApi;
use services::keycloak::snapshot::Progress;
use services::testing::{World, count_statements, rule};
use services::{Error, Services, access_snapshots, jobs, views};
use std::collections::BTreeSet;

const LIMIT: i64 = 1_000;

/// Roles: 0 admin, which contains 1 operator; 2 viewer. The group /ops grants operator.
fn reading(realm: &str, users: Vec<SnapshotUser>) -> Snapshot {
    let role = |name: &str, composites: &[usize]| SnapshotRole {
        client: None,
        name: name.to_owned(),
        composites: composites.into(),
    };
    Snapshot {
        realm: realm.to_owned(),
        users,
        roles: vec![role("admin", &[1]), role("operator", &[]), role("viewer", &[])],
        groups: vec![SnapshotGroup { path: "/ops".to_owned(), parent: None, roles: vec![1] }],
        ..Snapshot::default()
    }
}

fn user(name: &str, roles: &[usize], is_in_ops: bool) -> SnapshotUser {
    SnapshotUser {
        id: format!("id-{name}"),
        username: name.to_owned(),
        is_enabled: true,
        roles: roles.into(),
        groups: if is_in_ops { vec![0] } else { Vec::new() },
        ..SnapshotUser::default()
    }
}

async fn take(services: &Services, snapshot: Snapshot) -> Result<(), Error> {
    let realm = snapshot.realm.clone();
    access_snapshots::take_by(services, &realm, |_report| async move { Ok::<_, String>(snapshot) }).await
}

async fn rows(services: &Services, realm: &str) -> Vec<SnapshotRow> {
    access_snapshots::load_rows(services, realm, ComparisonQuery::default()).await.expect("rows")
}

async fn changes(services: &Services, realm: &str, from: i64, to: i64) -> Vec<String> {
    let changes = access_snapshots::compare(services, realm, from, to, LIMIT).await.expect("changes");
    changes.iter().map(|change| format!("{} {}: {}", change.username, change.kind.title(), change.path)).collect()
}

/// What changed between the last two snapshots.
async fn last_changes(services: &Services, realm: &str) -> Vec<String> {
    let rows = rows(services, realm).await;
    let (from, to) = ComparisonQuery::default().choose(&rows).expect("two snapshots");
    changes(services, realm, from.number, to.number).await
}

#[tokio::test]
async fn comparison_names_exactly_who_gained_and_lost_what_by_which_path() {
    let World { services, .. } = &World::create().await;
    let before = vec![user("ada", &[1], false), user("ben", &[], true), user("carl", &[2], false)];
    take(services, reading("main", before)).await.expect("a snapshot");
    let after = vec![user("ada", &[1], true), user("carl", &[2], false), user("dora", &[0], false)];
    take(services, reading("main", after.clone())).await.expect("a snapshot");
    let expected = [
        "ada Path added: group /ops → operator",
        "ben Lost: group /ops → operator",
        "dora Gained: admin",
        "dora Gained: admin → operator",
    ];
    assert_eq!(last_changes(services, "main").await, expected);

    // What is taken back is no change between the outer snapshots; what is renamed is the same user.
    let renamed = SnapshotUser { id: "id-ben".to_owned(), ..user("benjamin", &[], true) };
    let third = vec![user("ada", &[1], false), renamed, user("carl", &[2], false), user("dora", &[0], false)];
    take(services, reading("main", third)).await.expect("a snapshot");
    let all = rows(services, "main").await;
    let (first, last) = (all[2].number, all[0].number);
    assert_eq!(changes(services, "main", first, last).await, ["dora Gained: admin", "dora Gained: admin → operator"]);
    assert_eq!(
        last_changes(services, "main").await,
        ["ada Path removed: group /ops → operator", "benjamin Gained: group /ops → operator"]
    );
    assert_eq!(changes(services, "other", first, last).await, [""; 0], "another realm has no part in it");
    take(services, reading("other", after)).await.expect("a snapshot");
    let other = rows(services, "other").await;
    assert_eq!(changes(services, "main", last, other[0].number).await, [""; 0]);
}

/// Which of six users hold which of three roles, in four snapshots.
fn histories() -> impl Strategy<Value = Vec<Vec<BTreeSet<usize>>>> {
    let roles = proptest::collection::btree_set(0..3_usize, 0..3);
    proptest::collection::vec(proptest::collection::vec(roles, 6), 4)
}

#[tokio::test]
async fn comparison_of_any_two_snapshots_is_the_difference_of_their_grants() {
    let World { services, .. } = &World::create().await;
    let mut runner = TestRunner::default();
    for case in 0..services::testing::rounds(12, 200) {
        let history = histories().new_tree(&mut runner).expect("a value").current();
        let realm = format!("realm-{case}");
        for snapshot in &history {
            let users = snapshot.iter().enumerate().map(|(index, roles)| {
                let roles: Vec<usize> = roles.iter().copied().collect();
                user(&format!("user-{index}"), &roles, false)
            });
            take(services, reading(&realm, users.collect())).await.expect("a snapshot");
        }
        let numbers: Vec<i64> = rows(services, &realm).await.iter().rev().map(|row| row.number).collect();
        for (first, before) in history.iter().enumerate() {
            for (last, after) in history.iter().enumerate().skip(first + 1) {
                let found = changes(services, &realm, numbers[first], numbers[last]).await;
                let found: BTreeSet<String> = found.into_iter().collect();
                assert_eq!(found, expected(before, after), "{first} to {last} of {history:?}");
            }
        }
    }
}

/// The paths of a user, as [`reading`] has them, with the role that each leads to.
fn paths(roles: &BTreeSet<usize>) -> BTreeSet<(usize, &'static str)> {
    let of = |role: &usize| match role {
        0 => vec![(0, "admin"), (1, "admin → operator")],
        1 => vec![(1, "operator")],
        _ => vec![(2, "viewer")],
    };
    roles.iter().flat_map(of).collect()
}

fn expected(before: &[BTreeSet<usize>], after: &[BTreeSet<usize>]) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for (index, (before, after)) in before.iter().zip(after).enumerate() {
        let (before, after) = (paths(before), paths(after));
        let holds = |paths: &BTreeSet<(usize, &str)>, role: usize| paths.iter().any(|(held, _)| *held == role);
        for (role, path) in after.difference(&before) {
            let kind = if holds(&before, *role) { "Path added" } else { "Gained" };
            expected.insert(format!("user-{index} {kind}: {path}"));
        }
        for (role, path) in before.difference(&after) {
            let kind = if holds(&after, *role) { "Path removed" } else { "Lost" };
            expected.insert(format!("user-{index} {kind}: {path}"));
        }
    }
    expected
}

#[tokio::test]
async fn snapshot_that_another_instance_took_over_changes_nothing() {
    let World { services, .. } = &World::create().await;
    take(services, reading("main", vec![user("ada", &[1], false)])).await.expect("a snapshot");
    let slow = access_snapshots::take_by(services, "main", |mut report| async move {
        report(Progress::Users(1));
        // The lease was lost while Keycloak was read, and another instance has taken a snapshot since.
        take(services, reading("main", vec![user("ada", &[1, 2], false)])).await.expect("a snapshot");
        Ok::<_, String>(reading("main", Vec::new()))
    });
    slow.await.expect_err("taken over");
    let states: Vec<SnapshotState> = rows(services, "main").await.iter().map(|row| row.state).collect();
    assert_eq!(states, [SnapshotState::Complete, SnapshotState::Failed, SnapshotState::Complete]);
    assert_eq!(last_changes(services, "main").await, ["ada Gained: viewer"]);
}

#[tokio::test]
async fn snapshot_that_is_killed_leaves_the_one_before_as_it_is() {
    let World { services, .. } = &World::create().await;
    take(services, reading("main", vec![user("ada", &[1], false)])).await.expect("a snapshot");
    let grants = stored(services).await;
    // The last statement of the transaction fails.
    sqlx::raw_sql("alter table audit_log rename to elsewhere").execute(services.pool()).await.expect("renamed");
    take(services, reading("main", vec![user("ben", &[0], true)])).await.expect_err("no audit log");
    sqlx::raw_sql("alter table elsewhere rename to audit_log").execute(services.pool()).await.expect("renamed");
    assert_eq!(stored(services).await, grants);
    assert_eq!(rows(services, "main").await[0].state, SnapshotState::Failed);
    sqlx::raw_sql(
        "update access_snapshots set state = 'running', finished_at = null, problem = null where state = 'failed'",
    )
    .execute(services.pool())
    .await
    .expect("as a killed instance leaves it");

    take(services, reading("main", vec![user("ada", &[2], false)])).await.expect("a snapshot");
    let all = rows(services, "main").await;
    assert_eq!(all[1].problem.as_deref(), Some("The instance of Bursar that took it ended."));
    assert_eq!(last_changes(services, "main").await, ["ada Lost: operator", "ada Gained: viewer"]);
}

/// Every stored grant with the user, the path and the snapshots.
async fn stored(services: &Services) -> Vec<(String, String, i64, Option<i64>)> {
    sqlx::query_as(
        "select s.username, p.path, g.since_snapshot, g.until_snapshot from access_grants g
         join access_subjects s on s.id = g.subject_id join access_paths p on p.id = g.path_id order by 1, 2, 3",
    )
    .fetch_all(services.pool())
    .await
    .expect("grants")
}

#[tokio::test]
async fn unchanged_grants_take_no_room_and_no_statements() {
    let World { services, .. } = &World::create().await;
    let many = |count: usize, roles: &[usize]| {
        let users = (0..count).map(|number| user(&format!("user-{number:05}"), roles, false));
        reading("main", users.collect())
    };
    let (taken, few) = count_statements(take(services, many(3, &[1]))).await;
    taken.expect("a snapshot");
    let (taken, same) = count_statements(take(services, many(3, &[1]))).await;
    taken.expect("a snapshot");
    assert!(same < few, "nothing is written: {same} of {few}");
    assert_eq!(stored(services).await.len(), 3);
    let (taken, grown) = count_statements(take(services, many(3_000, &[1]))).await;
    taken.expect("a snapshot");
    assert!(grown <= few, "{grown} of {few}");
    assert_eq!(stored(services).await.len(), 3_000);
}

#[tokio::test]
async fn partial_and_failed_snapshots_say_what_is_missing() {
    let World { services, .. } = &World::create().await;
    let unread = vec!["The groups could not be read.".to_owned()];
    take(services, Snapshot { unread, ..reading("main", vec![user("ada", &[1], false)]) }).await.expect("a snapshot");
    let failed = access_snapshots::take_by(services, "main", |mut report| async move {
        report(Progress::Users(7));
        report(Progress::Roles(1, 3));
        Err::<Snapshot, _>("Keycloak does not answer.")
    });
    failed.await.expect_err("a failure");
    let all = rows(services, "main").await;
    assert_eq!((all[0].state, all[0].problem.as_deref()), (SnapshotState::Failed, Some("Keycloak does not answer.")));
    assert_eq!(all[0].progress.in_words(), "7 users, 1 of 3 roles");
    assert_eq!(
        (all[1].state, all[1].problem.as_deref()),
        (SnapshotState::Partial, Some("The groups could not be read."))
    );
    assert_eq!(stored(services).await.len(), 1, "what was read is kept");
}

fn can<P: Asks>(caller: &Caller) -> Can<P> {
    caller.can(Target::Platform).expect("the right")
}

/// The job is due, and is run.
async fn run_job(services: &Services) -> Result<(), Error> {
    let due = jobs::take_due(services).await.expect("due jobs");
    let taken = due.into_iter().find(|taken| taken.job == Job::TakeAccessSnapshot).expect("the job");
    jobs::run(services, taken).await
}

#[tokio::test]
async fn requested_snapshot_is_taken_by_the_job_once_and_audited() {
    let world = World::create().await;
    let maintainer = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
    jobs::insert_missing(&world.services).await.expect("inserted");
    run_job(&world.services).await.expect("nothing to do without a service account");
    let refused = jobs::request_access_snapshot(&world.services, &can(&maintainer)).await;
    assert_eq!(rule(refused), Violation::SnapshotsNotConfigured);

    // Nothing listens at this port.
    let url = "http://127.0.0.1:9".parse().expect("an address");
    let api = AdminApi::new(url, "main".to_owned(), "bursar".to_owned(), "secret".into()).expect("authorities");
    let services = world.services.clone().with_keycloak_admin(api);
    jobs::request_access_snapshot(&services, &can(&maintainer)).await.expect("requested");
    let refused = jobs::request_access_snapshot(&services, &can(&maintainer)).await;
    assert_eq!(rule(refused), Violation::SnapshotUnderWay);
    let page = views::access_snapshots(&services, &can(&maintainer), ComparisonQuery::default()).await.expect("a page");
    let waiting = page.unfinished().expect("a request");
    assert_eq!((waiting.state, waiting.requested_by.as_deref()), (SnapshotState::Waiting, Some("Mia Maintainer")));

    world.clock.advance(time::Duration::seconds(1));
    run_job(&services).await.expect_err("Keycloak does not answer");
    let all = rows(&services, "main").await;
    assert_eq!((all.len(), all[0].state), (1, SnapshotState::Failed), "the request was taken, and no other one");
    let events: Vec<String> =
        sqlx::query_scalar("select target from audit_log where action = 'access_snapshot.requested'")
            .fetch_all(services.pool())
            .await
            .expect("events");
    assert_eq!(events, ["main"]);
    jobs::request_access_snapshot(&services, &can(&maintainer)).await.expect("another one");
}
