//! Budgets and who has them reach the proxy.

use crate::litellm::proxy::Proxy;
use crate::litellm::stage::Stage;
use domain::budget::{BudgetDraft, Category};
use domain::draft::Edit;
use domain::litellm::PushState;
use domain::permission::ManageBudgets;
use serde_json::json;
use services::testing::{World, count_statements, rule};
use services::{budgets, litellm, outbox, views};
use time::Duration;

#[tokio::test]
async fn nothing_is_pushed_before_it_was_started() {
    let stage = Stage::set().await;
    let budget = stage.budget("leads", "platform", "50").await;
    stage.assign(budget, stage.user("Ada").await).await;
    assert_eq!(stage.push().await, 0);
    assert!(stage.proxy.exchanges().is_empty());
    assert_eq!(views::litellm::pushed(stage.services(), &stage.can(), "leads").await.expect("an answer"), None);

    litellm::start(stage.services(), &stage.can::<ManageBudgets>()).await.expect("started");
    assert!(stage.push().await > 0);
    assert_eq!(stage.proxy.customer("ada"), Some((Some("leads".to_owned()), false)));
}

#[tokio::test]
async fn budget_and_assignment_arrive_and_follow_each_change() {
    let stage = Stage::started().await;
    let (leads, more) = (stage.budget("leads", "cli", "50.10").await, stage.budget("more", "cli", "99").await);
    let ada = stage.user("Ada").await;
    stage.assign(leads, ada).await;
    stage.push().await;
    let budget = stage.proxy.budget("leads").expect("there");
    assert_eq!(
        (&budget["max_budget"], &budget["soft_budget"], &budget["budget_duration"]),
        (&json!(50.1), &json!(1.0), &json!("30d"))
    );
    assert_eq!(stage.proxy.customer("ada_codemie_cli"), Some((Some("leads".to_owned()), false)));

    stage.assign(more, ada).await;
    let draft = BudgetDraft::parse("leads", "cli", "1", "60", "30d").expect("a draft");
    budgets::edit(stage.services(), &stage.can(), leads, Edit::of_version(1, draft)).await.expect("edited");
    stage.proxy.changes();
    assert_eq!(stage.push().await, 2);
    let mut changes = stage.proxy.changes();
    changes.sort();
    assert_eq!(changes, ["/budget/update", "/customer/update"]);
    let budget = stage.proxy.budget("leads").expect("there");
    assert_eq!(budget["max_budget"], json!(60.0));
    assert_eq!(budget["budget_reset_at"], "2026-04-01T00:00:00Z", "its window goes on");
    assert_eq!(stage.proxy.customer("ada_codemie_cli"), Some((Some("more".to_owned()), false)));
}

#[tokio::test]
async fn what_was_told_is_not_told_again_whatever_the_amount() {
    let stage = Stage::started().await;
    for (id, hard) in [("tiny", "1.000000001"), ("third", "33.333333333"), ("huge", "999999999.999999999")] {
        stage.budget(id, "platform", hard).await;
    }
    assert_eq!(stage.push().await, 5, "and the ones of nothing and without a limit");
    assert_eq!(stage.push().await, 0);
    assert_eq!(stage.compare().await.count(), 0);
}

#[tokio::test]
async fn user_who_loses_a_budget_falls_on_the_default_one_and_is_never_left_without() {
    let stage = Stage::started().await;
    let (leads, all) = (stage.budget("leads", "platform", "50").await, stage.budget("all", "platform", "5").await);
    let ada = stage.user("Ada").await;
    stage.assign(leads, ada).await;
    stage.push().await;
    stage.unassign(ada, Category::Platform).await;
    stage.push().await;
    assert_eq!(stage.proxy.customer("ada"), Some((Some("bursar:no-limit".to_owned()), false)), "as in Bursar");

    budgets::set_default(stage.services(), &stage.can(), all, true).await.expect("the default");
    stage.push().await;
    assert_eq!(stage.proxy.customer("ada"), Some((Some("all".to_owned()), false)));
    assert_eq!(stage.proxy.customers(), ["ada"], "others are paid for by the default of LiteLLM");
}

#[tokio::test]
async fn budget_is_deleted_after_its_customers_have_another_one() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    stage.assign(leads, stage.user("Ada").await).await;
    stage.push().await;
    stage.world.run("delete from user_budgets; delete from budgets").await;
    stage.proxy.changes();
    stage.push().await;
    assert_eq!(stage.proxy.changes(), ["/customer/update", "/budget/delete"]);
    assert_eq!((stage.proxy.budget("leads"), stage.push().await), (None, 0));
}

/// LiteLLM takes the budget of its customers away with a budget that it deletes: they would have no limit.
#[tokio::test]
async fn budget_whose_users_get_a_new_one_is_deleted_last() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    let ada = stage.user("Ada").await;
    stage.assign(leads, ada).await;
    stage.push().await;
    stage.assign(stage.budget("new", "platform", "60").await, ada).await;
    stage.world.run("delete from budgets where name = 'leads'").await;
    stage.proxy.changes();
    let mut steps = Vec::new();
    while litellm::plan(stage.services()).await.expect("planned") > 0 {
        outbox::deliver(stage.services()).await.expect("delivered");
        steps.push(stage.proxy.changes().join(" "));
    }
    assert_eq!(steps, ["/budget/new", "/customer/update", "/budget/delete"]);
}

#[tokio::test]
async fn nothing_is_sent_to_another_proxy_than_the_one_that_was_started() {
    let stage = Stage::started().await;
    stage.budget("leads", "platform", "50").await;
    litellm::plan(stage.services()).await.expect("planned");
    let other = Proxy::start().await;
    let services = stage.services().clone().with_channels(other.channels());
    assert_eq!(outbox::deliver(&services).await.expect("an answer"), 0);
    assert_eq!(litellm::plan(&services).await.expect("an answer"), 0);
    assert!(other.exchanges().is_empty());
    litellm::start(&services, &stage.can()).await.expect("started");
    litellm::plan(&services).await.expect("planned");
    assert_eq!(outbox::deliver(&services).await.expect("an answer"), 3);
    assert!(other.budget("leads").is_some() && stage.proxy.budget("leads").is_none());
}

#[tokio::test]
async fn budget_that_others_made_after_a_deletion_is_theirs_also_after_another_start() {
    let stage = Stage::started().await;
    stage.budget("leads", "platform", "50").await;
    stage.push().await;
    stage.world.run("delete from budgets").await;
    stage.push().await;
    assert_eq!(stage.proxy.budget("leads"), None);
    stage.proxy.edit_budget("leads", "max_budget", json!(7.0));
    litellm::stop(stage.services(), &stage.can()).await.expect("stopped");
    litellm::start(stage.services(), &stage.can()).await.expect("started");
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 2, "no limit, and nothing");
    assert!(stage.proxy.budget("leads").is_some());
    let other = Proxy::start().await;
    other.edit_budget("leads", "max_budget", json!(7.0));
    let services = stage.services().clone().with_channels(other.channels());
    litellm::start(&services, &stage.can()).await.expect("started");
    outbox::deliver(&services).await.expect("an answer");
    assert!(other.budget("leads").is_some());
}

#[tokio::test]
async fn messages_that_people_wait_for_go_first() {
    let stage = Stage::started().await;
    for number in 0..20 {
        stage.budget(&format!("b{number}"), "platform", "50").await;
    }
    litellm::plan(stage.services()).await.expect("planned");
    // It is due later than all of them.
    stage.world.clock.advance(Duration::minutes(1));
    stage.world.run(
        "insert into outbox (id, channel, recipient, subject, payload, created_at, next_attempt_at)
         values (gen_random_uuid(), 'mail', 'ada@example.com', 'Soft limit reached', '{}', '2026-03-02 09:01Z', '2026-03-02 09:01Z')",
    ).await;
    stage.proxy.refuse(Some((500, json!({ "error": { "message": "no" } }))));
    outbox::deliver(stage.services()).await.expect("an answer");
    let first: String =
        sqlx::query_scalar("select channel from outbox where attempts > 0 order by xmin::text::bigint limit 1")
            .fetch_one(stage.services().pool())
            .await
            .expect("a message");
    assert_eq!(first, "mail");
}

#[tokio::test]
async fn two_users_of_one_name_are_the_one_whose_user_name_it_is() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    let (ada, mia) = (stage.user("Ada").await, stage.mia.actor.user_id);
    stage.world.run("update users set username = 'mia.maintainer@example.com' where name = 'Ada'").await;
    stage.assign(leads, ada).await;
    stage.assign(leads, mia).await;
    assert_eq!(stage.push().await, 4, "three budgets and one customer");
    assert_eq!(stage.push().await, 0);
}

#[tokio::test]
async fn deactivated_user_is_blocked_and_a_reactivated_one_is_not() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    stage.assign(leads, stage.user("Ada").await).await;
    for (active, statement) in [
        (false, "update users set is_active = false where name = 'Ada'"),
        (true, "update users set is_active = true where name = 'Ada'"),
    ] {
        stage.world.run(statement).await;
        stage.push().await;
        // Hardly any proxy has the hook that reads the flag: the budget and the models hold in the others.
        let (budget, models) =
            if active { ("leads", json!([])) } else { ("bursar:nothing", json!(["bursar:no-model"])) };
        assert_eq!(stage.proxy.customer("ada"), Some((Some(budget.to_owned()), !active)));
        assert_eq!(stage.proxy.models("ada"), models);
        assert_eq!(stage.proxy.budget("bursar:nothing").expect("there")["max_budget"], json!(0.0));
    }
}

#[tokio::test]
async fn user_without_a_user_name_is_known_by_the_address() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    stage.assign(leads, stage.mia.actor.user_id).await;
    stage.push().await;
    assert_eq!(stage.proxy.customers(), ["mia.maintainer@example.com"]);
}

#[tokio::test]
async fn user_name_that_looks_like_another_customer_takes_nothing_over() {
    let stage = Stage::started().await;
    let (web, cli) = (stage.budget("web", "platform", "50").await, stage.budget("cli", "cli", "5").await);
    let (bob, twin) = (stage.user("Bob").await, stage.user("bob_codemie_cli").await);
    let spoof = stage.user("codemie:project:atlas").await;
    stage.assign(cli, bob).await;
    stage.assign(web, twin).await;
    stage.assign(web, spoof).await;
    stage.push().await;
    assert_eq!(stage.proxy.customers(), ["bob_codemie_cli"]);
    assert_eq!(stage.proxy.customer("bob_codemie_cli"), Some((Some("web".to_owned()), false)), "whose name it is");
}

#[tokio::test]
async fn failure_shows_with_its_reason_and_is_tried_again() {
    let stage = Stage::started().await;
    stage.budget("leads", "platform", "50").await;
    let state = async || views::litellm::pushed(stage.services(), &stage.can(), "leads").await.expect("an answer");
    assert_eq!(state().await, Some(PushState::Planned));
    litellm::plan(stage.services()).await.expect("planned");
    assert_eq!(state().await, Some(PushState::Waiting(None)));

    stage.proxy.refuse(Some((500, json!({ "error": { "message": "out of memory" } }))));
    outbox::deliver(stage.services()).await.expect("the database answers");
    let Some(PushState::Waiting(Some(problem))) = state().await else { panic!("{:?}", state().await) };
    assert!(problem.ends_with("answered with status 500: out of memory"), "{problem}");

    stage.proxy.refuse(None);
    stage.world.clock.advance(Duration::minutes(1));
    outbox::deliver(stage.services()).await.expect("the database answers");
    assert_eq!(state().await, Some(PushState::Pushed(stage.world.clock.now())));
}

#[tokio::test]
async fn change_during_an_attempt_is_pushed_after_it() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    stage.push().await;
    let edit = async |version, hard| {
        let draft = BudgetDraft::parse("leads", "platform", "1", hard, "30d").expect("a draft");
        budgets::edit(stage.services(), &stage.can(), leads, Edit::of_version(version, draft)).await.expect("edited");
        litellm::plan(stage.services()).await.expect("planned");
    };
    edit(1, "60").await;
    // An instance sends it, and has not written down what came of it when another change is planned.
    stage
        .world
        .run("update outbox set attempts = 1, leased_until = '2026-03-02 09:01Z' where recipient = 'budget leads'")
        .await;
    edit(2, "70").await;
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 0, "the attempt may still be under way");
    stage.world.clock.advance(Duration::seconds(61));
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 1);
    assert_eq!(stage.proxy.budget("leads").expect("there")["max_budget"], json!(70.0));
}

#[tokio::test]
async fn stopped_it_changes_nothing_and_started_anew_it_tells_everything() {
    let stage = Stage::started().await;
    stage.budget("leads", "platform", "50").await;
    litellm::plan(stage.services()).await.expect("planned");
    stage.world.clock.advance(Duration::minutes(1));
    litellm::stop(stage.services(), &stage.can()).await.expect("stopped");
    litellm::stop(stage.services(), &stage.can()).await.expect("stopped already");
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 0, "what waited is not sent");
    assert_eq!((stage.push().await, stage.proxy.changes().len()), (0, 0));

    stage.world.clock.advance(Duration::minutes(1));
    litellm::start(stage.services(), &stage.can()).await.expect("started");
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 3);
    let actions: Vec<String> =
        sqlx::query_scalar("select action || ' by ' || actor from audit_log where target_type = 'litellm' order by at")
            .fetch_all(stage.services().pool())
            .await
            .expect("events");
    let by = |action: &str| format!("litellm.push_{action} by mia.maintainer@example.com");
    assert_eq!(actions, ["started", "stopped", "started"].map(by));
}

#[tokio::test]
async fn without_a_proxy_nothing_is_pushed_and_starting_says_why() {
    let world = World::create().await;
    let mia = world.person("Mia", domain::role::PlatformRole::Maintainer).await;
    let can = mia.can(domain::actor::Target::Platform).expect("a maintainer");
    assert_eq!(litellm::plan(&world.services).await.expect("an answer"), 0);
    assert_eq!(litellm::collect(&world.services).await.expect("an answer"), 0);
    assert_eq!(rule(litellm::start(&world.services, &can).await), domain::violation::Violation::LiteLlmNotConfigured);
}

#[tokio::test]
async fn statements_do_not_grow_with_assignments() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    stage.push().await;
    let mut counts = Vec::new();
    for (from, to) in [(0, 2), (2, 200)] {
        for number in from..to {
            let user = stage.user(&format!("user{number}")).await;
            sqlx::query("insert into user_budgets (user_id, category, budget_id) values ($1, 'platform', $2)")
                .bind(user.0)
                .bind(leads.0)
                .execute(stage.services().pool())
                .await
                .expect("assigned");
        }
        let (planned, count) = count_statements(litellm::plan(stage.services())).await;
        assert_eq!(planned.expect("planned"), to - from);
        counts.push(count);
        stage.push().await;
    }
    assert_eq!(counts[0], counts[1]);
}

/// LiteLLM makes a customer at its first call, also between our question and our creation.
#[tokio::test]
async fn customer_that_was_made_by_a_call_meanwhile_gets_its_budget_at_the_next_attempt() {
    let stage = Stage::started().await;
    stage.assign(stage.budget("leads", "platform", "50").await, stage.user("Ada").await).await;
    stage.push().await;
    stage.proxy.forget_customer("ada");
    litellm::push_again(stage.services(), &stage.can()).await.expect("pushed");
    stage.proxy.refuse(Some((400, json!({ "error": { "message": "Customer already exists, passed user_id=ada." } }))));
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 0);
    stage.proxy.refuse(None);
    stage.proxy.spend("ada", 0.0);
    stage.world.clock.advance(Duration::minutes(1));
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 1);
    assert_eq!(stage.proxy.customer("ada"), Some((Some("leads".to_owned()), false)));
}
