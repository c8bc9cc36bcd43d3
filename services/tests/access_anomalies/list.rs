//! The list and what it leaves out, and what the overview counts.

use super::{REALM, Stage, TWO, api, matrix, snapshot, two, user};
use domain::access_anomaly::{AnomalyGap, AnomalyQuery, AnomalyState};
use domain::access_matrix::{AnomalyRule, SnapshotUser};
use domain::count::MAX_EXACT_COUNT;
use domain::overview::NAMED;
use services::clock::Clock;
use services::random::Random;
use services::testing::count_statements;
use services::{Services, Settings, views};
use std::sync::Arc;
use time::Duration;

#[tokio::test]
async fn list_says_why_it_is_empty_or_old() {
    let gap = |stage: Stage| async move { stage.read(AnomalyState::Open).await.gap };
    assert_eq!(gap(Stage::set(None).await).await, Some(AnomalyGap::NoDeclaration));
    let mut other = matrix();
    other.roles.iter_mut().for_each(|role| "other".clone_into(&mut role.realm));
    assert_eq!(gap(Stage::set(Some(other)).await).await, Some(AnomalyGap::RealmNotDeclared));

    let stage = Stage::set(Some(matrix())).await;
    assert_eq!(stage.read(AnomalyState::Open).await.gap, Some(AnomalyGap::NotSearched));
    stage.take(snapshot(Vec::new())).await;
    assert_eq!(stage.read(AnomalyState::Open).await.gap, None);
    stage.world.clock.advance(Duration::days(2));
    assert_eq!(stage.read(AnomalyState::Open).await.gap, Some(AnomalyGap::Stale));

    let without = stage.world.services.clone();
    let can = stage.can().await;
    let read = views::access_anomalies(&without, &can, AnomalyQuery::default()).await.expect("anomalies");
    assert_eq!(read.gap, Some(AnomalyGap::NoSnapshots));
}

#[tokio::test]
async fn list_is_narrowed_by_rule() {
    let stage = Stage::set(Some(matrix())).await;
    let idle = SnapshotUser { is_enabled: true, roles: Vec::new(), ..user("carl", 1) };
    stage.take(snapshot([two(), vec![idle]].concat())).await;
    let titles = async |rule| {
        let query = AnomalyQuery { rule, ..AnomalyQuery::default() };
        let read = views::access_anomalies(&stage.services, &stage.can().await, query).await.expect("anomalies");
        read.rows.into_iter().map(|row| row.title).collect::<Vec<_>>()
    };
    let idle = "1 user holds no role of the matrix";
    assert_eq!(titles(None).await, [TWO, idle]);
    assert_eq!(titles(Some(AnomalyRule::NoRole)).await, [idle]);
    assert_eq!(titles(Some(AnomalyRule::DisabledWithRole)).await, [TWO]);
    assert_eq!(titles(Some(AnomalyRule::SameAddress)).await, [""; 0]);
}

#[tokio::test]
async fn anomaly_that_no_snapshot_searches_for_is_no_longer_checked_nor_counted() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(vec![user("ada", 0)])).await;
    let anomaly = stage.open().await.row.id;
    let mut other = matrix();
    other.roles.iter_mut().for_each(|role| "other".clone_into(&mut role.realm));
    for (declared, realm, is_checked) in [
        (Some(matrix()), REALM, true),
        (Some(matrix()), "other", false),
        (Some(other), REALM, false),
        (None, REALM, false),
    ] {
        // As after a restart with other variables.
        let (clock, settings) =
            (stage.world.clock.clone(), Settings { access_matrix: declared.map(Arc::new), ..Settings::default() });
        let pool = stage.services.pool().clone();
        let services = Services::new(pool, Clock::from_fn(move || clock.now()), Random::system(), settings);
        let services = services.expect("workers").with_keycloak_admin(api(realm));
        let page = views::access_anomaly(&services, &stage.can().await, anomaly).await.expect("a page");
        assert_eq!((page.is_checked, page.row.state), (is_checked, AnomalyState::Open), "{realm}");
        let overview = views::overview(&services, &stage.maintainer).await.expect("an overview");
        let high = overview.anomalies.expect("a maintainer");
        assert_eq!((high.count, high.titles.len()), (i64::from(is_checked), usize::from(is_checked)), "{realm}");
    }
}

#[tokio::test]
async fn high_anomalies_are_counted_up_to_the_bound() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(Vec::new())).await;
    stage
        .world
        .run(
            "insert into access_anomalies (id, realm, rule, about, severity, title, explanation, paths, users, since_snapshot)
             select gen_random_uuid(), 'main', 'too-wide', n::text, 'high', 'x', 'x', '[]', '[]', number
             from access_snapshots, generate_series(1, 10010) n",
        )
        .await;
    let overview = views::overview(&stage.services, &stage.maintainer).await.expect("an overview");
    let high = overview.anomalies.expect("a maintainer");
    assert_eq!((high.count, high.titles.len()), (MAX_EXACT_COUNT + 1, NAMED));
}

#[tokio::test]
async fn statements_do_not_grow_with_the_anomalies() {
    let stage = Stage::set(Some(matrix())).await;
    let count = |users: Vec<SnapshotUser>| async {
        let ((), taken) = count_statements(stage.take(snapshot(users))).await;
        let (_, read) = count_statements(stage.read(AnomalyState::Open)).await;
        (taken, read)
    };
    let one = count(vec![user("ada", 1)]).await;
    let accounts = |names: std::ops::Range<usize>| -> Vec<SnapshotUser> {
        names.map(|n| SnapshotUser { email: Some(format!("{}@x.org", n / 2)), ..user(&format!("u{n}"), 1) }).collect()
    };
    assert_eq!(count(accounts(0..40)).await, one, "twenty addresses, each with two accounts");
}
