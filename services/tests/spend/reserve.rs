//! Who pays, whether there is room, and what a gateway is told.

use crate::spend::support::{Platform, allowed, denied, parsed, request, reserve_fields};
use domain::spend::{Decision, ReserveFields};
use services::testing::refusal;
use services::{Error, spend};
use time::Duration;

#[tokio::test]
async fn reservation_is_allowed_until_the_hard_limit_and_warns_from_the_soft_one() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let first = platform.hold("1", ada, "7.999999999").await;
    assert!(!first.soft_limit_reached);
    assert_eq!(first.budget.as_ref().map(|budget| budget.name.as_str()), Some("Budget of Ada"));
    assert_eq!(first.expires_at, platform.world.clock.now() + Duration::minutes(10));
    let window = first.window.expect("a window");
    assert_eq!(window.ends_at - window.starts_at, Duration::days(30));

    assert!(platform.hold("2", ada, "0.000000001").await.soft_limit_reached);
    assert!(platform.hold("3", ada, "2").await.soft_limit_reached, "the limit itself is within it");
    let decision = platform.reserve("4", ada, "0.000000001").await;
    let Decision::Denied(denial) = decision else { panic!("{decision:?}") };
    assert_eq!(denial.refusal.code(), "hard_limit_reached");
    assert_eq!(denial.refusal.to_string(), "The budget Budget of Ada has $0.00 of $10.00 left until it resets.");
    assert_eq!(denial.resets_at, Some(window.ends_at));
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "10".into())]);
    platform.check_totals().await;
}

#[tokio::test]
async fn batch_is_held_as_far_as_there_is_room() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let amounts = [("1", "6"), ("2", "5"), ("3", "4"), ("4", "1")];
    let decisions = platform.reserve_all(amounts.map(|(key, amount)| request(key, ada, amount)).to_vec()).await;
    let codes: Vec<_> = decisions.iter().map(denied).collect();
    assert_eq!(codes, ["allowed", "hard_limit_reached", "allowed", "hard_limit_reached"]);
    platform.check_totals().await;
}

#[tokio::test]
async fn project_pays_before_the_user_and_the_user_before_the_default() {
    let platform = Platform::create().await;
    let (ada, bo) = (platform.user_with_budget("Ada", "10").await, platform.user("Bo").await);
    let project = platform.world.project("atlas", &platform.root).await;
    platform.member(project, ada).await;
    let paying = async |user, project: &str, personal: bool| {
        let key = platform.services().random().secret();
        let fields = ReserveFields { project: project.to_owned(), personal, ..reserve_fields(&key, user, "1") };
        let allowance = allowed(platform.reserve_all(vec![parsed(&fields)]).await.remove(0));
        allowance.budget.map(|budget| budget.name)
    };
    assert_eq!(paying(ada, "Atlas", false).await.as_deref(), Some("Budget of Ada"), "the project has no budget");
    let budget = platform.budget("Budget of atlas", "50").await;
    platform.assign_to_project(budget, project).await;
    assert_eq!(paying(ada, "Atlas", false).await.as_deref(), Some("Budget of atlas"));
    assert_eq!(paying(ada, "", false).await.as_deref(), Some("Budget of Ada"));
    assert_eq!(paying(ada, "atlas", true).await, None, "credentials of their own");

    assert_eq!(paying(bo, "", false).await, None, "no budget applies");
    platform.budget("Default", "5").await;
    platform.run("update budgets set is_default = true where name = 'Default'").await;
    assert_eq!(paying(bo, "", false).await.as_deref(), Some("Default"));
    assert_eq!(paying(ada, "", false).await.as_deref(), Some("Budget of Ada"));
    // Each user has a window of their own of the default budget.
    assert_eq!(platform.windows(bo).await, [("5".into(), "0".into(), "1".into())]);
    platform.check_totals().await;
}

#[tokio::test]
async fn spender_who_may_not_call_is_denied_with_a_code() {
    let platform = Platform::create().await;
    let (ada, bo) = (platform.user_with_budget("Ada", "10").await, platform.user("Bo").await);
    let project = platform.world.project("atlas", &platform.root).await;
    platform.world.project("closed", &platform.root).await;
    platform.member(project, ada).await;
    platform.run("update users set is_active = false where name = 'Bo'").await;
    platform.run("update projects set deleted_at = now() where name = 'closed'").await;
    for (user, project, code) in [
        ("ada@example.com", "atlas", "allowed"),
        ("ADA@EXAMPLE.COM", "", "allowed"),
        ("", "atlas", "allowed"),
        (&bo.to_string(), "", "user_deactivated"),
        ("unknown@example.com", "", "unknown_user"),
        ("00000000-0000-0000-0000-000000000000", "", "unknown_user"),
        ("ada@example.com", "nowhere", "unknown_project"),
        ("root@example.com", "nowhere", "unknown_project"),
        ("ada@example.com", "closed", "project_deleted"),
    ] {
        let fields = ReserveFields {
            key: format!("{user} in {project}"),
            user: user.to_owned(),
            project: project.to_owned(),
            ..reserve_fields("", ada, "1")
        };
        assert_eq!(denied(&platform.reserve_all(vec![parsed(&fields)]).await[0]), code, "{user} in {project}");
    }
    let outsider = ReserveFields { project: "atlas".into(), ..reserve_fields("x", platform.user("Cy").await, "1") };
    assert_eq!(denied(&platform.reserve_all(vec![parsed(&outsider)]).await[0]), "not_a_member");
}

#[tokio::test]
async fn same_key_is_the_same_reservation_and_other_content_is_refused() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let first = platform.reserve("1", ada, "9").await;
    assert_eq!(platform.reserve("1", ada, "9").await, first);
    assert_eq!(denied(&platform.reserve("1", ada, "8").await), "key_reused");
    let twice =
        platform.reserve_all(vec![request("2", ada, "1"), request("2", ada, "1"), request("2", ada, "2")]).await;
    assert_eq!((&twice[0], denied(&twice[2])), (&twice[1], "key_reused"));
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "10".into())]);

    // A denial keeps nothing: once there is room, the same request is allowed.
    assert_eq!(denied(&platform.reserve("3", ada, "1").await), "hard_limit_reached");
    platform.release(allowed(first).reservation).await;
    assert_eq!(denied(&platform.reserve("3", ada, "1").await), "allowed");

    // Keys of gateways do not meet.
    let other = domain::id::GatewayId(uuid::Uuid::from_u128(8));
    let decisions = spend::reserve_many(platform.services(), other, vec![request("3", ada, "2")]).await;
    assert_eq!(denied(&decisions.expect("decisions")[0]), "allowed");
    platform.check_totals().await;
}

#[tokio::test]
async fn key_of_a_reservation_that_ended_allows_no_other_call() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let settled = platform.hold("settled", ada, "1").await;
    let released = platform.hold("released", ada, "1").await;
    platform.hold("expired", ada, "1").await;
    platform.settle(settled.reservation, "1").await;
    platform.release(released.reservation).await;
    for key in ["settled", "released"] {
        assert_eq!(denied(&platform.reserve(key, ada, "1").await), "reservation_ended", "{key}");
        assert_eq!(denied(&platform.reserve(key, ada, "2").await), "key_reused", "{key} with other content");
    }
    platform.world.clock.advance(Duration::minutes(10));
    assert_eq!(denied(&platform.reserve("expired", ada, "1").await), "reservation_ended", "before the job");
    spend::expire(platform.services()).await.expect("a run");
    assert_eq!(denied(&platform.reserve("expired", ada, "1").await), "reservation_ended", "after the job");
    assert_eq!(platform.windows(ada).await, [("10".into(), "1".into(), "0".into())], "nothing is held");
    platform.check_totals().await;
}

#[tokio::test]
async fn expired_reservations_make_room_before_a_denial() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.hold("1", ada, "6").await;
    let long = ReserveFields { expires_in: Some(3600), ..reserve_fields("2", ada, "4") };
    platform.reserve_all(vec![parsed(&long)]).await;
    assert_eq!(denied(&platform.reserve("3", ada, "5").await), "hard_limit_reached");
    platform.world.clock.advance(Duration::minutes(10));
    assert_eq!(denied(&platform.reserve("3", ada, "7").await), "hard_limit_reached", "more than what is free");
    assert_eq!(denied(&platform.reserve("3", ada, "6").await), "allowed");
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "10".into())]);
    platform.check_totals().await;
}

#[tokio::test]
async fn expired_reservation_that_is_being_settled_makes_no_room() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.hold("1", ada, "6").await;
    platform.world.clock.advance(Duration::minutes(10));
    let mut settling = platform.services().pool().begin().await.expect("a transaction");
    sqlx::query("select from reservations for update").execute(&mut *settling).await.expect("a lock");
    assert_eq!(denied(&platform.reserve("2", ada, "5").await), "hard_limit_reached");
    settling.rollback().await.expect("an end");
    assert_eq!(denied(&platform.reserve("2", ada, "5").await), "allowed");
}

#[tokio::test]
async fn job_gives_back_what_expired_reservations_hold() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.hold("1", ada, "6").await;
    assert_eq!(spend::expire(platform.services()).await.expect("a run"), 0);
    platform.world.clock.advance(Duration::minutes(10));
    assert_eq!(spend::expire(platform.services()).await.expect("a run"), 1);
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "0".into())]);
    platform.check_totals().await;
}

#[tokio::test]
async fn limits_of_this_moment_count() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.hold("1", ada, "6").await;
    platform.run("update budgets set hard_limit = 20, soft_limit = 6").await;
    assert!(platform.hold("2", ada, "10").await.soft_limit_reached);
    platform.run("update budgets set hard_limit = 6").await;
    assert_eq!(denied(&platform.reserve("3", ada, "1").await), "hard_limit_reached");
    platform.run("delete from user_budgets").await;
    assert_eq!(platform.hold("4", ada, "1000").await.budget, None);
    assert_eq!(platform.windows(ada).await, [("20".into(), "0".into(), "16".into())], "the limits of the last one");
}

#[tokio::test]
async fn spend_is_unknown_without_budgets_and_in_keycloak_managed_mode() {
    let off = Platform::with(|settings| settings.budgets = false).await;
    let ada = off.user("Ada").await;
    let answer = spend::reserve_many(off.services(), off.gateway, vec![request("1", ada, "1")]).await;
    assert_eq!(refusal(answer), domain::error::Refusal::NotFound);
    let answer = spend::ingest(off.services(), off.gateway, Vec::new()).await;
    assert!(matches!(answer, Err(Error::Refused(domain::error::Refusal::NotFound))), "{answer:?}");
}
