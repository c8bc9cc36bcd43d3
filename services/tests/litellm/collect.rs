//! What customers have spent comes to the ledger, each dollar once.

use crate::litellm::proxy::Proxy;
use crate::litellm::stage::Stage;
use domain::id::UserId;
use domain::job::Job;
use domain::violation::Violation;
use serde_json::json;
use services::cron::CronSchedule;
use services::outbox::Channels;
use services::testing::{World, rule};
use services::{Settings, jobs, litellm};
use time::Duration;

impl Stage {
    async fn collect(&self) -> usize {
        litellm::collect(self.services()).await.expect("collected")
    }

    async fn spent(&self, user: UserId) -> String {
        let sum = sqlx::query_scalar("select coalesce(sum(amount), 0)::text from spend_events where user_id = $1");
        sum.bind(user.0).fetch_one(self.services().pool()).await.expect("a sum")
    }

    /// What its window has spent.
    async fn counted(&self, user: UserId) -> Option<String> {
        let spent = sqlx::query_scalar("select spent::text from budget_windows where user_id = $1");
        spent.bind(user.0).fetch_optional(self.services().pool()).await.expect("an answer")
    }
}

#[tokio::test]
async fn what_came_to_the_sum_is_added_to_ledger_and_window() {
    let stage = Stage::started().await;
    let ada = stage.user("Ada").await;
    stage.assign(stage.budget("leads", "cli", "50").await, ada).await;
    stage.push().await;
    stage.proxy.spend("ada_codemie_cli", 1.25);
    assert_eq!(stage.collect().await, 1);
    assert_eq!(stage.collect().await, 0, "nothing new");
    stage.proxy.spend("ada_codemie_cli", 1.5);
    stage.world.clock.advance(Duration::hours(1));
    assert_eq!(stage.collect().await, 1);
    assert_eq!(stage.spent(ada).await, "1.500000000");
    assert_eq!(stage.counted(ada).await.as_deref(), Some("1.500000000"));
    let category: Vec<String> = sqlx::query_scalar("select distinct category from spend_events")
        .fetch_all(stage.services().pool())
        .await
        .expect("categories");
    assert_eq!(category, ["cli"]);
}

#[tokio::test]
async fn sum_that_was_reset_counts_from_zero() {
    let stage = Stage::started().await;
    let ada = stage.user("Ada").await;
    stage.assign(stage.budget("leads", "platform", "50").await, ada).await;
    stage.push().await;
    stage.proxy.edit_budget("leads", "budget_reset_at", json!("2026-03-02T09:30:00Z"));
    stage.proxy.spend("ada", 5.0);
    stage.collect().await;
    // It was reset at half past nine, and more than before was spent since.
    stage.world.clock.advance(Duration::hours(1));
    stage.proxy.edit_budget("leads", "budget_reset_at", json!("2026-04-01T00:00:00Z"));
    stage.proxy.spend("ada", 7.0);
    stage.collect().await;
    assert_eq!(stage.spent(ada).await, "12.000000000");
}

#[tokio::test]
async fn collection_that_was_interrupted_goes_on_and_counts_once() {
    let stage = Stage::started().await;
    let ada = stage.user("Ada").await;
    stage.proxy.spend("ada", 5.0);
    assert_eq!(stage.collect().await, 1);
    // An instance ended after it had stored an event: once before it was in the ledger, once before it had written that down.
    for _ in 0..2 {
        stage
            .world
            .run(
                "update litellm_spend set event_key = 'litellm:left', amount = 3, category = 'platform',
                        user_id = (select id from users where name = 'Ada')",
            )
            .await;
        assert_eq!(stage.collect().await, 1);
        assert_eq!(stage.spent(ada).await, "8.000000000");
    }
}

#[tokio::test]
async fn two_instances_at_once_count_once() {
    let stage = Stage::started().await;
    let ada = stage.user("Ada").await;
    for (round, spend) in [(1, 5.0), (2, 8.0)] {
        stage.proxy.spend("ada", spend);
        stage.world.clock.advance(Duration::hours(1));
        let (here, there) = tokio::join!(litellm::collect(stage.services()), litellm::collect(stage.services()));
        assert!(here.is_ok() && there.is_ok(), "{round}: {here:?} {there:?}");
    }
    stage.collect().await;
    assert_eq!(stage.spent(ada).await, "8.000000000");
}

#[tokio::test]
async fn customer_that_is_no_user_counts_from_the_day_on_which_it_is_one() {
    let stage = Stage::started().await;
    let ada = stage.user("Ada").await;
    // Callers choose such names, and none of them may stop the collection.
    let strange = ["", " ", "atlas", "no such project", "a:category:b", &"x".repeat(300)];
    let members = strange.map(|project| format!("codemie:project:{project}:category:cli:user:{ada}"));
    for customer in ["later", "codemie:project:atlas:category:cli:user:7", "", " "] {
        stage.proxy.spend(customer, 5.0);
    }
    for customer in members {
        stage.proxy.spend(&customer, 5.0);
    }
    assert_eq!(stage.collect().await, 0);
    let later = stage.user("Later").await;
    assert_eq!((stage.collect().await, stage.spent(later).await.as_str()), (1, "5.000000000"));
}

#[tokio::test]
async fn spend_of_a_member_counts_for_the_project() {
    let stage = Stage::started().await;
    let project = stage.world.project("atlas", &stage.mia).await;
    let mia = stage.mia.actor.user_id;
    stage.proxy.spend(&format!("codemie:project:atlas:category:platform:user:{mia}"), 0.1 + 0.2);
    assert_eq!(stage.collect().await, 1);
    let sum: String =
        sqlx::query_scalar("select sum(amount)::text from spend_events where project_id = $1 and user_id = $2")
            .bind(project.0)
            .bind(mia.0)
            .fetch_one(stage.services().pool())
            .await
            .expect("a sum");
    assert_eq!(sum, "0.300000000");
}

#[tokio::test]
async fn collection_at_once_says_how_much_was_added_and_runs_alone() {
    let stage = Stage::started().await;
    jobs::insert_missing(stage.services()).await.expect("entered");
    for customer in ["ada", "ben"] {
        stage.user(customer).await;
        stage.proxy.spend(customer, 5.0);
    }
    let collect = async || jobs::collect_litellm(stage.services(), &stage.can()).await;
    assert_eq!((collect().await.expect("collected"), collect().await.expect("collected")), (2, 0));
    stage.world.run("update jobs set leased_until = '2026-03-02 10:00Z' where name = 'collect litellm'").await;
    assert_eq!(rule(collect().await), Violation::CollectionUnderWay);
    stage.world.clock.advance(Duration::hours(1));
    stage.proxy.refuse(Some((401, json!({}))));
    let Violation::LiteLlmRefused { .. } = rule(collect().await) else { panic!("another refusal") };
    let problem: Option<String> = sqlx::query_scalar("select problem from jobs where name = 'collect litellm'")
        .fetch_one(stage.services().pool())
        .await
        .expect("a job");
    assert!(problem.is_some_and(|problem| problem.contains("refused the key")));
}

#[tokio::test]
async fn nightly_collection_that_failed_is_repeated_within_an_hour() {
    let nightly = |settings: &mut Settings| settings.collection_schedule = CronSchedule::parse("0 23 * * *").ok();
    let mut world = World::with(nightly).await;
    let proxy = Proxy::start().await;
    world.services = world.services.clone().with_channels(proxy.channels());
    jobs::insert_missing(&world.services).await.expect("entered");
    proxy.refuse(Some((401, json!({}))));
    for taken in jobs::take_due(&world.services).await.expect("jobs") {
        let failed = jobs::run(&world.services, taken).await.is_err();
        assert_eq!(failed, taken.job == Job::CollectLiteLlm, "{:?}", taken.job);
    }
    let next_at: time::OffsetDateTime = sqlx::query_scalar("select next_at from jobs where name = 'collect litellm'")
        .fetch_one(world.services.pool())
        .await
        .expect("a job");
    assert_eq!(next_at, world.clock.now() + Duration::hours(1));
}

#[tokio::test]
async fn collection_is_off_unless_it_was_switched_on() {
    let stage = Stage::set().await;
    let channels = Channels { litellm: Some(stage.proxy.client("sk-test")), ..Channels::default() };
    let services = stage.services().clone().with_channels(channels);
    stage.user("ada").await;
    stage.proxy.spend("ada", 5.0);
    assert_eq!(litellm::collect(&services).await.expect("an answer"), 0);
    assert_eq!(rule(jobs::collect_litellm(&services, &stage.can()).await), Violation::CollectionOff);
}
