//! What differs in the proxy is shown before it is changed.

use crate::litellm::stage::Stage;
use domain::litellm::{Difference, FieldDifference, ObjectKind, Push};
use domain::violation::Violation;
use serde_json::json;
use services::testing::rule;
use services::{litellm, outbox, views};

fn field(field: &str, there: Option<&str>, here: Option<&str>) -> FieldDifference {
    FieldDifference { field: field.to_owned(), there: there.map(str::to_owned), here: here.map(str::to_owned) }
}

#[tokio::test]
async fn plan_names_what_a_start_creates_and_changes() {
    let stage = Stage::set().await;
    let leads = stage.budget("leads", "platform", "50").await;
    stage.world.run("update budgets set name = 'Leads of teams'").await;
    stage.assign(leads, stage.user("Ada").await).await;
    stage.proxy.edit_budget("leads", "max_budget", json!(20.0));
    stage.proxy.edit_budget("theirs", "max_budget", json!(1.0));
    stage.proxy.spend("stranger", 3.0);
    let plan = stage.compare().await;
    assert_eq!((plan.creates, plan.updates, plan.same, plan.foreign, plan.waiting), (3, 1, 0, 2, 0));
    let expected = Difference {
        kind: ObjectKind::Budget,
        id: "leads".to_owned(),
        title: "Leads of teams".to_owned(),
        push: Push::Update(vec![
            field("Hard limit", Some("$20.00"), Some("$50.00")),
            field("Soft limit", None, Some("$1.00")),
            field("Reset period", None, Some("30d")),
        ]),
        is_waiting: false,
    };
    assert!(plan.differences.contains(&expected), "{:#?}", plan.differences);
    let ada = plan.differences.iter().find(|difference| difference.kind == ObjectKind::Customer).expect("Ada");
    assert_eq!((ada.id.as_str(), ada.title.as_str()), ("ada", "Ada"));
    assert_eq!(
        ada.push,
        Push::Create(vec![
            field("Budget", None, Some("Leads of teams")),
            field("Blocked", None, Some("No")),
            field("Models", None, Some("All"))
        ])
    );
    assert!(stage.proxy.changes().is_empty(), "looking changes nothing");
}

#[tokio::test]
async fn change_that_others_made_is_shown_and_pushed_away_when_that_is_asked_for() {
    let stage = Stage::started().await;
    let leads = stage.budget("leads", "platform", "50").await;
    stage.assign(leads, stage.user("Ada").await).await;
    stage.push().await;
    assert_eq!((stage.compare().await.count(), stage.compare().await.same), (0, 4));

    stage.proxy.edit_budget("leads", "max_budget", json!(5000.0));
    assert_eq!(stage.push().await, 0, "nothing changed in Bursar");
    assert_eq!(stage.compare().await.updates, 1);
    assert_eq!(litellm::push_again(stage.services(), &stage.can()).await.expect("pushed"), 1);
    assert_eq!(stage.compare().await.waiting, 1);
    assert_eq!(litellm::push_again(stage.services(), &stage.can()).await.expect("pushed"), 0, "it is under way");
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 1);
    assert_eq!(stage.proxy.budget("leads").expect("there")["max_budget"], json!(50.0));
}

#[tokio::test]
async fn what_has_failed_is_pushed_again_too() {
    let stage = Stage::started().await;
    stage.budget("leads", "platform", "50").await;
    litellm::plan(stage.services()).await.expect("planned");
    stage
        .world
        .run("update outbox set state = 'failed', attempts = 12, settled_at = now() where recipient = 'budget leads'")
        .await;
    outbox::deliver(stage.services()).await.expect("an answer");
    assert_eq!((stage.compare().await.count(), stage.compare().await.waiting), (1, 0));
    assert_eq!(litellm::push_again(stage.services(), &stage.can()).await.expect("pushed"), 1);
    assert_eq!(outbox::deliver(stage.services()).await.expect("an answer"), 1);
    assert_eq!(stage.compare().await.count(), 0);
}

#[tokio::test]
async fn proxy_that_does_not_answer_is_said_on_the_page_and_changes_nothing() {
    let stage = Stage::started().await;
    stage.proxy.refuse(Some((500, json!({ "error": { "message": "No db connected" } }))));
    let status = views::litellm::status(stage.services(), &stage.can()).await.expect("a page").expect("configured");
    let problem = status.comparison.expect_err("a problem");
    assert!(problem.contains("has no database"), "{problem}");
    assert!(status.started.is_some());
    let Violation::LiteLlmRefused { why } = rule(litellm::push_again(stage.services(), &stage.can()).await) else {
        panic!("another refusal")
    };
    assert_eq!(why, problem);
}

#[tokio::test]
async fn first_fifty_differences_are_listed_and_all_are_counted() {
    let stage = Stage::set().await;
    stage
        .world
        .run(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
             select gen_random_uuid(), 'B' || n, 'cli', 1, 2, 1440 from generate_series(1, 150) n",
        )
        .await;
    let plan = stage.compare().await;
    assert_eq!((plan.creates, plan.differences.len()), (152, 50));
}
