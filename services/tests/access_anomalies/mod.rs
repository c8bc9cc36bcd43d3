//! Anomalies over time: found, accepted until a day, exceeded, resolved; a snapshot that shows less resolves nothing.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod acceptance;
mod list;

use domain::access_anomaly::{AcceptanceDraft, Anomalies, AnomalyGap, AnomalyPage, AnomalyQuery, AnomalyState};
use domain::access_matrix::{Level, Matrix, MatrixCell, MatrixRole, Resource, Snapshot, SnapshotRole, SnapshotUser};
use domain::access_snapshot::{ComparisonQuery, SnapshotState};
use domain::actor::Target;
use domain::doctor::Severity;
use domain::id::AnomalyId;
use domain::permission::{AcceptAnomalies, Asks};
use domain::role::PlatformRole;
use services::guard::{Caller, Can};
use services::keycloak::AdminApi;
use services::testing::World;
use services::{Error, Services, access_anomalies, access_snapshots, jobs, views};
use std::sync::Arc;
use time::Duration;

const REALM: &str = "main";

/// The role admin is privileged; viewer is not.
fn matrix() -> Matrix {
    let role = |name: &str, is_privileged| MatrixRole {
        realm: REALM.to_owned(),
        client: None,
        name: name.to_owned(),
        group: None,
        is_privileged,
        is_for_machines: false,
        max_holders: None,
        owner: Some("Platform team".to_owned()),
        cells: vec![MatrixCell { level: Level::Read, ..MatrixCell::default() }],
    };
    Matrix {
        resources: vec![Resource { id: "wiki".to_owned(), label: "Wiki".to_owned(), ..Resource::default() }],
        columns: vec![0],
        roles: vec![role("admin", true), role("viewer", false)],
        ..Matrix::default()
    }
}

/// A user with the role of this index, who cannot sign in unless said otherwise.
fn user(name: &str, role: usize) -> SnapshotUser {
    SnapshotUser {
        id: format!("id-{name}"),
        username: name.to_owned(),
        is_email_verified: true,
        roles: vec![role],
        ..SnapshotUser::default()
    }
}

fn snapshot(users: Vec<SnapshotUser>) -> Snapshot {
    let role = |name: &str| SnapshotRole { client: None, name: name.to_owned(), composites: Vec::new() };
    Snapshot { realm: REALM.to_owned(), users, roles: vec![role("admin"), role("viewer")], ..Snapshot::default() }
}

fn api(realm: &str) -> AdminApi {
    let url = "http://127.0.0.1:9".parse().expect("an address");
    AdminApi::new(url, realm.to_owned(), "bursar".to_owned(), "secret".into()).expect("authorities")
}

struct Stage {
    world: World,
    services: Services,
    maintainer: Caller,
}

impl Stage {
    async fn set(matrix: Option<Matrix>) -> Self {
        let world = World::with(|settings| settings.access_matrix = matrix.map(Arc::new)).await;
        let services = world.services.clone().with_keycloak_admin(api(REALM));
        let maintainer = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
        Self { world, services, maintainer }
    }

    async fn take(&self, snapshot: Snapshot) {
        self.world.clock.advance(Duration::hours(1));
        access_snapshots::take_by(&self.services, REALM, |_report| async move { Ok::<_, String>(snapshot) })
            .await
            .expect("a snapshot");
    }

    async fn can<P: Asks>(&self) -> Can<P> {
        let caller = self.world.signed_in(self.maintainer.actor.user_id).await;
        caller.can(Target::Platform).expect("the right")
    }

    async fn read(&self, state: AnomalyState) -> Anomalies {
        let query = AnomalyQuery { state, ..AnomalyQuery::default() };
        views::access_anomalies(&self.services, &self.can().await, query).await.expect("anomalies")
    }

    async fn titles(&self, state: AnomalyState) -> Vec<String> {
        self.read(state).await.rows.into_iter().map(|row| row.title).collect()
    }

    /// The only open anomaly.
    async fn open(&self) -> AnomalyPage {
        let mut rows = self.read(AnomalyState::Open).await.rows;
        assert_eq!(rows.len(), 1, "{rows:?}");
        self.page(rows.remove(0).id).await.expect("a page")
    }

    async fn page(&self, anomaly: AnomalyId) -> Result<AnomalyPage, Error> {
        views::access_anomaly(&self.services, &self.can().await, anomaly).await
    }

    async fn accept(&self, page: &AnomalyPage, days: i64) -> Result<String, Error> {
        let now = self.world.clock.now();
        let until = (now + Duration::days(days)).date().to_string();
        let draft = AcceptanceDraft::parse("They leave in June.", &until, now).expect("a draft");
        let can: Can<AcceptAnomalies> = self.can().await;
        access_anomalies::accept(&self.services, &can, page.row.id, page.version, &draft).await
    }

    async fn end(&self, page: &AnomalyPage) -> Result<Option<String>, Error> {
        let can: Can<AcceptAnomalies> = self.can().await;
        access_anomalies::end_acceptance(&self.services, &can, page.row.id).await
    }
}

/// A snapshot that could not read something.
fn partial(unread: &str, users: Vec<SnapshotUser>) -> Snapshot {
    Snapshot { unread: vec![unread.to_owned()], ..snapshot(users) }
}

const TWO: &str = "2 users cannot sign in and still hold viewer";

fn two() -> Vec<SnapshotUser> {
    vec![user("ada", 1), user("ben", 1)]
}

#[tokio::test]
async fn anomaly_is_there_from_the_first_snapshot_that_has_it_until_one_that_does_not() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(two())).await;
    let first = stage.open().await;
    assert_eq!((first.row.title.as_str(), first.row.severity), (TWO, Severity::Medium));
    assert_eq!((first.row.rule.as_str(), first.row.owner.as_deref()), ("disabled-with-role", Some("Platform team")));
    assert_eq!((first.users, first.user_count), (vec!["ada".to_owned(), "ben".to_owned()], 2));
    assert_eq!(first.row.since, stage.world.clock.now());

    stage.take(snapshot(vec![user("ben", 1)])).await;
    let later = stage.open().await;
    assert_eq!((later.row.id, later.row.since), (first.row.id, first.row.since), "the same one");
    assert_eq!(later.row.title, "1 user cannot sign in and still holds viewer");
    assert_ne!(later.version, first.version);

    stage.take(snapshot(vec![SnapshotUser { is_enabled: true, ..user("ben", 1) }])).await;
    assert_eq!(stage.titles(AnomalyState::Open).await, [""; 0]);
    assert_eq!(stage.titles(AnomalyState::Resolved).await, [later.row.title]);

    stage.take(snapshot(two())).await;
    assert_ne!(stage.open().await.row.id, first.row.id, "what comes again is another one, with no decision");
    assert_eq!(stage.read(AnomalyState::Open).await.counts, [1, 0, 1]);
}

#[tokio::test]
async fn partial_snapshot_resolves_nothing() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(two())).await;
    stage.take(partial("The role viewer.", Vec::new())).await;
    let open = stage.read(AnomalyState::Open).await;
    assert_eq!(open.rows.iter().map(|row| row.title.as_str()).collect::<Vec<_>>(), ["The snapshot is partial", TWO]);
    assert_eq!(open.gap, Some(AnomalyGap::Partial));
    stage.take(snapshot(Vec::new())).await;
    assert_eq!(stage.read(AnomalyState::Open).await.counts, [0, 0, 2]);
}

#[tokio::test]
async fn partial_snapshot_takes_no_user_from_an_anomaly_and_proves_no_missing_role() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(two())).await;
    let whole = stage.open().await;
    let idle = SnapshotUser { is_enabled: true, roles: Vec::new(), ..user("carl", 1) };
    stage.take(partial("The group /staff.", vec![user("ben", 1), idle])).await;
    assert_eq!(stage.titles(AnomalyState::Open).await, ["The snapshot is partial", TWO], "no user is without a role");
    let page = stage.page(whole.row.id).await.expect("a page");
    assert_eq!((page.user_count, page.version), (2, whole.version));
}

#[tokio::test]
async fn findings_of_one_rule_about_one_subject_are_one() {
    let twice = Matrix { separate_duties: vec![(0, 1), (0, 1)], ..matrix() };
    let stage = Stage::set(Some(twice)).await;
    stage.take(snapshot(vec![SnapshotUser { is_enabled: true, roles: vec![0, 1], ..user("ada", 0) }])).await;
    let titles = stage.titles(AnomalyState::Open).await;
    assert_eq!(titles.iter().filter(|title| title.contains("both admin and viewer")).count(), 1, "{titles:?}");
}

#[tokio::test]
async fn snapshot_that_cannot_be_stored_has_failed_and_another_can_be_taken() {
    let stage = Stage::set(Some(matrix())).await;
    stage.world.run("alter table access_anomalies rename to elsewhere").await;
    let read = |_report| async move { Ok::<_, String>(snapshot(two())) };
    access_snapshots::take_by(&stage.services, REALM, read).await.expect_err("no table");
    stage.world.run("alter table elsewhere rename to access_anomalies").await;
    let rows = access_snapshots::load_rows(&stage.services, REALM, ComparisonQuery::default()).await.expect("rows");
    assert_eq!(rows[0].state, SnapshotState::Failed);
    jobs::request_access_snapshot(&stage.services, &stage.can().await).await.expect("requested");
}
