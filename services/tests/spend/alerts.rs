//! Alerts are raised once for each window and threshold, with their messages.

use crate::spend::support::{Platform, event, event_fields, parsed_event, request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::budget::{AlertThreshold, Category};
use domain::email::Email;
use domain::id::UserId;
use domain::role::ProjectRole;
use domain::spend::EventFields;
use futures_util::future::join_all;
use services::alerts;
use services::outbox::{Channels, Mailer, Webhook, WebhookSecret};
use services::spend::WindowSubject;
use std::sync::Arc;
use time::Duration;
use uuid::Uuid;

/// With a webhook that nothing is sent to here.
async fn platform() -> Platform {
    let mut platform = Platform::create().await;
    let secret = WebhookSecret::parse(&format!("whsec_{}", STANDARD.encode([7; 32]))).expect("a secret");
    let webhook = Webhook::new("https://alerts.example.com/hook".parse().expect("an address"), secret);
    let channels = Channels { webhook: Some(webhook.expect("a client")), ..Channels::default() };
    platform.world.services = platform.world.services.clone().with_channels(channels);
    platform
}

async fn raise(platform: &Platform) -> usize {
    alerts::raise(platform.services()).await.expect("the database answers")
}

/// Threshold and spend of each alert, in the order of the windows and thresholds, and how many webhooks there are.
async fn raised(platform: &Platform) -> (Vec<(String, String)>, i64) {
    let alerts: Vec<(Option<i16>, String)> = sqlx::query_as(
        "select a.percent, trim_scale(a.spent)::text from budget_alerts a join budget_windows w on w.id = a.window_id
         order by w.starts_at, a.percent nulls first",
    )
    .fetch_all(platform.services().pool())
    .await
    .expect("alerts");
    let messages = sqlx::query_scalar("select count(*) from outbox where channel = 'webhook'")
        .fetch_one(platform.services().pool())
        .await
        .expect("a count");
    let alerts = alerts.into_iter().map(|(percent, spent)| (AlertThreshold::from_stored(percent).key(), spent));
    (alerts.collect(), messages)
}

fn alert(threshold: &str, spent: &str) -> (String, String) {
    (threshold.to_owned(), spent.to_owned())
}

async fn spend(platform: &Platform, key: &str, user: UserId, amount: &str) {
    let reservation = platform.hold(key, user, amount).await.reservation;
    platform.settle(reservation, amount).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_settlements_at_once_each_threshold_is_raised_once() {
    let platform = Arc::new(platform().await);
    let ada = platform.user_with_budget("Ada", "100").await;
    platform.run("update budgets set alert_at = '{50, 80, 100}'").await;
    let requests = (0..64).map(|call| request(&call.to_string(), ada, "1.25")).collect();
    let held = platform.reserve_all(requests).await.into_iter().map(crate::spend::support::allowed);
    let settled = held.map(|held| {
        let platform = Arc::clone(&platform);
        tokio::spawn(async move {
            platform.settle(held.reservation, "1.25").await;
            // An instance looks after each settlement.
            raise(&platform).await
        })
    });
    let counts = join_all(settled).await.into_iter().map(|count| count.expect("no panic"));
    assert_eq!(counts.sum::<usize>(), 2);
    let (alerts, messages) = raised(&platform).await;
    let thresholds: Vec<_> = alerts.iter().map(|alert| alert.0.as_str()).collect();
    assert_eq!((thresholds, messages), (vec!["50%", "80%"], 2));
    spend(&platform, "the rest", ada, "20").await;
    assert_eq!((raise(&platform).await, raise(&platform).await), (1, 0));
    assert_eq!(raised(&platform).await.1, 3);
}

#[tokio::test]
async fn limits_raise_alerts_unless_thresholds_are_set() {
    let platform = platform().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    spend(&platform, "1", ada, "7.999999999").await;
    assert_eq!(raise(&platform).await, 0);
    spend(&platform, "2", ada, "0.000000001").await;
    assert_eq!(raise(&platform).await, 1);
    platform.run("update budgets set alert_at = '{}'").await;
    spend(&platform, "3", ada, "2").await;
    assert_eq!(raise(&platform).await, 0, "no alerts");
    platform.run("update budgets set alert_at = null").await;
    assert_eq!(raise(&platform).await, 1);
    assert_eq!(raised(&platform).await, (vec![alert("soft_limit", "8"), alert("hard_limit", "10")], 2));
}

#[tokio::test]
async fn soft_limit_of_zero_or_at_the_hard_limit_raises_no_alert_of_its_own() {
    let platform = platform().await;
    for (name, soft) in [("Ada", "0"), ("Bo", "10")] {
        let user = platform.user_with_budget(name, "10").await;
        platform.run(&format!("update budgets set soft_limit = {soft} where name = 'Budget of {name}'")).await;
        spend(&platform, name, user, "1").await;
        assert_eq!(raise(&platform).await, 0, "{name}");
        spend(&platform, &format!("{name} again"), user, "9").await;
        assert_eq!(raise(&platform).await, 1, "{name}");
    }
}

#[tokio::test]
async fn next_window_raises_alerts_again() {
    let platform = platform().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    spend(&platform, "1", ada, "8").await;
    assert_eq!(raise(&platform).await, 1);
    platform.world.clock.advance(Duration::hours(1));
    platform.reset(WindowSubject::User(ada), Category::Cli).await.expect("a reset");
    assert_eq!(raise(&platform).await, 0, "not again for the window that was reset");
    spend(&platform, "2", ada, "9").await;
    assert_eq!(raise(&platform).await, 1);
    assert_eq!(raised(&platform).await.0, [alert("soft_limit", "8"), alert("soft_limit", "9")]);
}

#[tokio::test]
async fn late_event_raises_the_alert_of_a_window_that_ended_a_day_ago_at_most() {
    let platform = platform().await;
    let [ada, bo] = [platform.user_with_budget("Ada", "10").await, platform.user_with_budget("Bo", "10").await];
    let begun = platform.world.clock.now();
    for user in [ada, bo] {
        spend(&platform, &user.to_string(), user, "1").await;
    }
    platform.world.clock.advance(Duration::days(30) + Duration::hours(23));
    platform.ingest(vec![event("late", ada, "7", begun + Duration::days(1))]).await;
    // What is edited since does not hold for a window that is over.
    platform.run("update budgets set soft_limit = 10, hard_limit = 1000").await;
    assert_eq!(raise(&platform).await, 1);
    platform.world.clock.advance(Duration::hours(1));
    platform.ingest(vec![event("later", bo, "9", begun + Duration::days(1))]).await;
    assert_eq!(raise(&platform).await, 0);
    assert_eq!(raised(&platform).await.0, [alert("soft_limit", "8")]);
}

#[tokio::test]
async fn lowered_limit_and_another_budget_raise_alerts_by_their_limits() {
    let platform = platform().await;
    let ada = platform.user_with_budget("Ada", "100").await;
    spend(&platform, "1", ada, "8").await;
    assert_eq!(raise(&platform).await, 0);
    platform.run("update budgets set soft_limit = 5, hard_limit = 10").await;
    assert_eq!(raise(&platform).await, 1);
    let other = platform.budget("Other", "8").await;
    platform.assign_to_user(other, ada).await;
    assert_eq!(raise(&platform).await, 1);
    assert_eq!(raised(&platform).await.0, [alert("soft_limit", "8"), alert("hard_limit", "8")]);
    let of_other: i64 = sqlx::query_scalar("select count(*) from budget_alerts where budget_id = $1")
        .bind(other)
        .fetch_one(platform.services().pool())
        .await
        .expect("a count");
    assert_eq!(of_other, 1);
    platform.run("delete from user_budgets").await;
    platform.run("update budgets set alert_at = '{1}'").await;
    assert_eq!(raise(&platform).await, 0, "no budget pays any more");
}

#[tokio::test]
async fn webhook_tells_budget_holder_and_spend() {
    let platform = platform().await;
    let budget = platform.budget("CLI standard", "10").await;
    platform.run("update budgets set is_default = true").await;
    let ada = platform.user("Ada").await;
    spend(&platform, "1", ada, "8.5").await;
    assert_eq!(raise(&platform).await, 1);
    let (subject, recipient, payload): (String, String, serde_json::Value) =
        sqlx::query_as("select subject, recipient, payload from outbox")
            .fetch_one(platform.services().pool())
            .await
            .expect("one message");
    assert_eq!(subject, "Budget CLI standard of Ada: soft limit reached");
    assert_eq!(recipient, "https://alerts.example.com", "without the path, which may be secret");
    let expected = serde_json::json!({
        "type": "budget.threshold_reached",
        "timestamp": "2026-03-02T09:00:00Z",
        "data": {
            "threshold": "soft_limit",
            "budget_id": budget.to_string(),
            "budget_name": "CLI standard",
            "budget_category": "cli",
            "holder": { "type": "user", "id": ada.to_string(), "name": "Ada", "email": "ada@example.com" },
            "spent": "8.5",
            "soft_limit": "8",
            "hard_limit": "10",
            "window": { "starts_at": "2026-03-02T09:00:00Z", "ends_at": "2026-04-01T09:00:00Z" },
        }
    });
    assert_eq!(payload, expected);
}

#[tokio::test]
async fn project_raises_alerts_and_shares_do_not() {
    let platform = platform().await;
    let project = platform.world.project("atlas", &platform.root).await;
    let budget: Uuid = platform.budget("Budget of atlas", "10").await;
    platform.assign_to_project(budget, project).await;
    let spender = event_fields("1", platform.root.actor.user_id, "9", platform.world.clock.now());
    platform.ingest(vec![parsed_event(&EventFields { project: "atlas".into(), ..spender })]).await;
    platform
        .run(
            "insert into budget_windows (id, category, project_id, user_id, budget_id, schedule, starts_at, ends_at,
                                         soft_limit, hard_limit, spent)
             select gen_random_uuid(), category, project_id, gen_random_uuid(), budget_id, schedule, starts_at, ends_at, 1, 2, 9
             from budget_windows",
        )
        .await;
    assert_eq!(raise(&platform).await, 1);
    let holder: serde_json::Value = sqlx::query_scalar("select payload #> '{data,holder}' from outbox")
        .fetch_one(platform.services().pool())
        .await
        .expect("one message");
    assert_eq!((&holder["type"], &holder["name"]), (&"project".into(), &"atlas".into()));
}

#[tokio::test]
async fn mails_go_to_the_user_or_to_project_admins_and_the_platform() {
    let mut platform = Platform::create().await;
    let mail = Mailer::new("smtp://127.0.0.1", "bursar@example.com").expect("a mailer");
    let alert_mail_to = Some(Email::parse("ops@example.com").expect("an address"));
    let channels = Channels { mail: Some(mail), alert_mail_to, ..Channels::default() };
    platform.world.services = platform.world.services.clone().with_channels(channels);
    let ada = platform.user_with_budget("Ada", "10").await;
    spend(&platform, "1", ada, "10").await;
    let project = platform.world.project("atlas", &platform.root).await;
    let [member, unverified, deactivated] =
        [platform.user("Member").await, platform.user("Unverified").await, platform.user("Gone").await];
    platform.member(project, member).await;
    for admin in [unverified, deactivated] {
        platform.world.member(project, admin, ProjectRole::Admin).await;
    }
    platform.run("update users set email_verified = false where name = 'Unverified'").await;
    platform.run("update users set is_active = false where name = 'Gone'").await;
    let budget = platform.budget("Budget of atlas", "10").await;
    platform.assign_to_project(budget, project).await;
    let spender = event_fields("2", platform.root.actor.user_id, "8", platform.world.clock.now());
    platform.ingest(vec![parsed_event(&EventFields { project: "atlas".into(), ..spender })]).await;
    assert_eq!(raise(&platform).await, 3);
    let mails: Vec<(String, String)> =
        sqlx::query_as("select recipient, subject from outbox order by recipient, subject")
            .fetch_all(platform.services().pool())
            .await
            .expect("messages");
    let mail = |to: &str, subject: &str| (to.to_owned(), subject.to_owned());
    let expected = [
        mail("ada@example.com", "Budget Budget of Ada of Ada: hard limit reached"),
        mail("ada@example.com", "Budget Budget of Ada of Ada: soft limit reached"),
        mail("ops@example.com", "Budget Budget of atlas of atlas: soft limit reached"),
        mail("root@example.com", "Budget Budget of atlas of atlas: soft limit reached"),
    ];
    assert_eq!(mails, expected);
    let text: String = sqlx::query_scalar("select payload ->> 'text' from outbox where recipient = 'ops@example.com'")
        .fetch_one(platform.services().pool())
        .await
        .expect("a message");
    let expected = "Soft limit of the budget Budget of atlas was reached.\n\nProject: atlas (atlas)\nCategory: CLI\n\
                    Spent: $8.00\nSoft limit: $8.00\nHard limit: $10.00\n\
                    Window: 2 Mar 2026, 09:00 to 1 Apr 2026, 09:00 (UTC)\n\nCalls are refused at the hard limit.\n";
    assert_eq!(text, expected);
}
