//! A maintainer plans, imports, stops and resumes; the work goes on after the request.

use crate::import::{realm, user};
use crate::realm::{Realm, base};
use domain::actor::Target;
use domain::error::Refusal;
use domain::import::{ImportOverview, ImportRun, RunState};
use domain::permission::{ImportUsers, ViewIdentityProvider};
use domain::role::PlatformRole;
use domain::violation::Violation;
use serde_json::{Value, json};
use services::clock::Clock;
use services::guard::{Caller, Can};
use services::keycloak::AdminApi;
use services::keycloak::import::{self, Start, Started, StartedBy};
use services::random::Random;
use services::testing::World;
use services::{Services, Settings};
use sqlx::PgPool;
use time::Duration;

/// A realm, a Bursar that reads it as the service account, and a maintainer.
struct Stage {
    world: World,
    realm: Realm,
    maintainer: Caller,
}

impl Stage {
    async fn with_users(users: Vec<Value>) -> Self {
        Self::with_secret(users, "secret").await
    }

    async fn with_secret(users: Vec<Value>, secret: &str) -> Self {
        let realm = realm(json!({ "users": users })).await;
        let mut world = World::create().await.behind_a_provider();
        let url = base().parse().expect("an address");
        let api = AdminApi::new(url, realm.name.clone(), "bursar-import".to_owned(), secret.into());
        world.services = world.services.clone().with_keycloak_admin(api.expect("certificate authorities"));
        let maintainer = world.person("Mara", PlatformRole::Maintainer).await;
        Self { world, realm, maintainer }
    }

    fn can(&self) -> Can<ImportUsers> {
        self.maintainer.can(Target::Platform).expect("a maintainer")
    }

    async fn start(&self, start: Start) -> Result<(), Refusal> {
        // The order of plans and imports is that of their ids, which the clock gives.
        self.world.clock.advance(Duration::seconds(1));
        import::start_by_hand(&self.world.services, &self.can(), start).await.map_err(Refusal::from)
    }

    /// Starts it, and waits for its end.
    async fn complete(&self, start: Start) -> ImportOverview {
        self.start(start).await.expect("started");
        self.world.services.background().finish().await;
        self.overview().await
    }

    async fn overview(&self) -> ImportOverview {
        let can: Can<ViewIdentityProvider> = self.maintainer.can(Target::Platform).expect("a maintainer");
        import::overview(&self.world.services, &can).await.expect("the database answers")
    }

    async fn import(&self) -> ImportRun {
        self.overview().await.import.expect("an import")
    }

    fn pool(&self) -> &PgPool {
        self.world.services.pool()
    }

    async fn users(&self) -> i64 {
        sqlx::query_scalar("select count(*) from users").fetch_one(self.pool()).await.expect("a number")
    }

    /// As if another instance worked on the last import, which is complete in truth.
    async fn leave_under_way(&self) -> ImportRun {
        let until = self.world.clock.now() + Duration::hours(1);
        sqlx::query("update keycloak_imports set finished_at = null, leased_until = $1 where not is_plan")
            .bind(until)
            .execute(self.pool())
            .await
            .expect("an import");
        self.import().await
    }

    /// The same Bursar after a restart.
    fn restarted(&self) -> Services {
        let told = self.world.clock.clone();
        let clock = Clock::from_fn(move || told.now());
        Services::new(self.pool().clone(), clock, Random::system(), Settings::default()).expect("workers")
    }

    /// The realm, as the command line and the start of the server read it.
    fn source(&self) -> import::Realm {
        crate::import::source(&self.realm)
    }
}

fn many(count: usize) -> Vec<Value> {
    (0..count).map(|number| user(&format!("zelda{number:03}"), json!({}))).collect()
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn plan_by_hand_writes_no_user_and_names_its_starter() {
    let stage = Stage::with_users(many(3)).await;
    let before = stage.users().await;
    let plan = stage.complete(Start::Plan).await.plan.expect("a plan");
    assert_eq!((plan.state, plan.progress.counts.created), (RunState::Finished, 3));
    assert_eq!(plan.started_by.as_deref(), Some("Mara"));
    assert_eq!(stage.users().await, before);
    let event = ("identity_provider.import_planned".to_owned(), "mara@example.com".to_owned(), vec![]);
    assert_eq!(stage.world.audit(plan.id).await, [event]);
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn import_by_hand_goes_on_after_the_request_in_the_name_of_its_starter() {
    let stage = Stage::with_users(many(3)).await;
    let import = stage.complete(Start::Import).await.import.expect("an import");
    assert_eq!((import.state, import.progress.counts.created), (RunState::Finished, 3));
    let event = ("identity_provider.import_started".to_owned(), "mara@example.com".to_owned(), vec![]);
    assert_eq!(stage.world.audit(import.id).await, [event]);
    let by: Vec<String> = sqlx::query_scalar("select distinct actor from audit_log where action = 'user.imported'")
        .fetch_all(stage.pool())
        .await
        .expect("the audit log");
    assert_eq!(by, ["mara@example.com"]);
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn another_import_needs_a_plan_made_since_the_last_one() {
    let stage = Stage::with_users(many(1)).await;
    stage.complete(Start::Plan).await;
    stage.complete(Start::Import).await;
    assert_eq!(stage.start(Start::Import).await, Err(Violation::ImportCompleted.into()));
    assert_eq!(stage.start(Start::ImportAgain).await, Err(Violation::ImportNeedsPlan.into()));
    stage.complete(Start::Plan).await;
    let again = stage.complete(Start::ImportAgain).await.import.expect("an import");
    assert_eq!((again.state, again.progress.counts.skipped), (RunState::Finished, 1));
    let (_, _, changes) = stage.world.audit(again.id).await.remove(0);
    assert_eq!(changes, ["again: - -> true"]);
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn one_run_at_a_time_until_it_is_stopped() {
    let stage = Stage::with_users(many(2)).await;
    stage.complete(Start::Import).await;
    let run = stage.leave_under_way().await;
    for start in [Start::Plan, Start::Import, Start::ImportAgain] {
        assert_eq!(stage.start(start).await, Err(Violation::ImportUnderWay.into()), "{start:?}");
    }
    import::stop(&stage.world.services, &stage.can(), run.id).await.expect("stopped");
    let stopped = stage.import().await;
    assert_eq!((stopped.state, stopped.progress.fault.as_deref()), (RunState::Interrupted, Some("Mara stopped it.")));
    let (action, actor, changes) = stage.world.audit(run.id).await.pop().expect("an event");
    assert_eq!((action.as_str(), actor.as_str()), ("identity_provider.import_stopped", "mara@example.com"));
    assert_eq!(changes, ["kind: - -> import"]);
    let again = import::stop(&stage.world.services, &stage.can(), run.id).await.map_err(Refusal::from);
    assert_eq!(again, Err(Violation::ImportNotUnderWay.into()));
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn stopped_import_goes_on_only_when_a_user_resumes_it() {
    let stage = Stage::with_users(many(2)).await;
    stage.complete(Start::Import).await;
    let run = stage.leave_under_way().await;
    import::stop(&stage.world.services, &stage.can(), run.id).await.expect("stopped");
    let by_server = import::apply(&stage.world.services, &stage.source(), false, StartedBy::Server, &mut |_| {}).await;
    assert_eq!(by_server.expect("an answer"), Started::StoppedByHand);
    let resumed = stage.complete(Start::Import).await.import.expect("an import");
    assert_eq!((resumed.id, resumed.state), (run.id, RunState::Finished));
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn import_interrupted_by_the_stop_of_the_server_is_resumed_to_the_end() {
    let stage = Stage::with_users(many(230)).await;
    stage.start(Start::Import).await.expect("started");
    stage.world.services.background().stop().await;
    let interrupted = stage.import().await;
    assert_eq!(interrupted.state, RunState::Interrupted, "released, so that nobody waits for the lease to expire");
    assert_eq!(interrupted.progress.fault.as_deref(), Some("The server was stopped."));
    let done = import::apply(&stage.restarted(), &stage.source(), false, StartedBy::Server, &mut |_| {}).await;
    let Started::Done(progress) = done.expect("an import") else { panic!("not done") };
    assert_eq!(progress.counts.created, 230);
    assert_eq!(stage.import().await.id, interrupted.id);
    stage.realm.remove().await;
}

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn refusal_by_keycloak_is_told_at_once_and_starts_nothing() {
    let stage = Stage::with_secret(many(1), "wrong").await;
    let refusal = stage.start(Start::Plan).await.expect_err("refused");
    let text = refusal.to_string();
    assert!(text.starts_with("Keycloak refused the secret of bursar-import"), "{text}");
    assert!(text.ends_with("Nothing was started."), "{text}");
    let overview = stage.overview().await;
    assert_eq!((overview.plan, overview.import), (None, None));
    stage.realm.remove().await;
}
