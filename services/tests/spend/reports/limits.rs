//! What a limit that is set, raised, lowered or removed means for what was spent.

use super::{go, reason};
use crate::spend::ingest::codes;
use crate::spend::shares;
use crate::spend::support::{Platform, allowed, denied, event, settle_code};
use time::Duration;

/// Spend before there was a budget, or before it had a period, stopped the next call of a budget that was just assigned.
#[tokio::test]
async fn budget_assigned_later_does_not_count_what_was_spent_before() {
    let platform = Platform::create().await;
    let ada = platform.user("Ada").await;
    let held = platform.hold("1", ada, "500").await;
    assert_eq!(held.budget, None);
    platform.settle(held.reservation, "500").await;
    platform.world.clock.advance(Duration::days(2));
    let budget = platform.budget("Later", "100").await;
    platform.run("update budgets set calendar = true").await;
    platform.assign_to_user(budget, ada).await;
    platform.hold("2", ada, "100").await;
    assert_eq!(denied(&platform.reserve("3", ada, "1").await), "hard_limit_reached");
    platform.check_totals().await;
}

/// "Budget has been exceeded" for a user without a budget.
#[tokio::test]
async fn unassigned_budget_stops_no_call() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "0.25").await;
    let held = platform.hold("1", ada, "0.25").await;
    platform.settle(held.reservation, "26.075").await;
    assert_eq!(denied(&platform.reserve("2", ada, "0.01").await), "hard_limit_reached");
    platform.run("delete from user_budgets").await;
    let held = platform.hold("3", ada, "1").await;
    assert_eq!((held.budget, held.window), (None, None));
    platform.settle(held.reservation, "1").await;
    assert_eq!(platform.windows(ada).await, [("0.25".into(), "26.075".into(), "0".into())], "as it was");
    platform.check_totals().await;
}

/// A limit that was raised set what was spent to zero; with another product the stopped user stayed stopped.
#[tokio::test]
async fn raised_limit_lets_calls_pass_and_keeps_what_was_spent() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "100").await;
    let held = platform.hold("1", ada, "100").await;
    platform.settle(held.reservation, "111.29").await;
    let (sentence, _) = reason(platform.reserve("2", ada, "1").await);
    assert_eq!(sentence, "The budget Budget of Ada has $0.00 of $100.00 left until it resets.");
    platform.run("update budgets set hard_limit = 120").await;
    assert_eq!(denied(&platform.reserve("2", ada, "8.72").await), "hard_limit_reached");
    platform.hold("2", ada, "8.71").await;
    platform.run("update budgets set hard_limit = 100").await;
    assert_eq!(denied(&platform.reserve("3", ada, "0.01").await), "hard_limit_reached");
    assert_eq!(platform.windows(ada).await.len(), 1);
    platform.check_totals().await;
}

/// A user whose spend was exactly the limit could go on: the comparison was "greater", not "at least".
#[tokio::test]
async fn spend_of_exactly_the_limit_stops_the_smallest_call() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "0.0003").await;
    let held = platform.hold("1", ada, "0.0003").await;
    platform.settle(held.reservation, "0.0003").await;
    assert_eq!(denied(&platform.reserve("2", ada, "0.000000001").await), "hard_limit_reached");
    assert_eq!(platform.event_count().await, 1);
}

/// After a change to another plan, calls were not in the usage any more.
#[tokio::test]
async fn another_budget_of_the_same_period_goes_on_counting() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("1", ada, "9").await;
    platform.settle(held.reservation, "9").await;
    let under_way = platform.hold("2", ada, "1").await;
    platform.world.clock.advance(Duration::hours(1));
    let larger = platform.budget("Larger", "30").await;
    platform.assign_to_user(larger, ada).await;
    platform.settle(under_way.reservation, "1").await;
    platform.world.clock.advance(Duration::hours(1));
    let now = platform.world.clock.now();
    assert_eq!(codes(&platform, vec![event("3", ada, "5", now)]).await, ["accepted"]);
    assert_eq!(denied(&platform.reserve("4", ada, "15.01").await), "hard_limit_reached");
    let held = platform.hold("4", ada, "15").await;
    assert_eq!(held.budget.map(|budget| budget.name).as_deref(), Some("Larger"));
    assert_eq!(platform.windows(ada).await, [("30".into(), "15".into(), "15".into())]);
    platform.check_totals().await;
}

/// Members who were added before the limits were set had none.
#[tokio::test]
async fn member_from_before_the_limits_has_a_share() {
    let platform = Platform::create().await;
    let atlas = platform.world.project("atlas", &platform.root).await;
    let ada = shares::member(&platform, atlas, "Ada").await;
    let spend = |key: &str, amount: &str| shares::request(key, "atlas", ada, amount);
    allowed(platform.reserve_all(vec![spend("1", "500")]).await.remove(0));
    shares::limit(&platform, atlas, "atlas", "30").await;
    assert_eq!(denied(&platform.reserve_all(vec![spend("2", "15.01")]).await.remove(0)), "member_limit_reached");
    allowed(platform.reserve_all(vec![spend("2", "15")]).await.remove(0));
    platform.check_totals().await;
}

/// A member with a share of their own stayed stopped after it was raised, was not told by what, and never reset.
#[tokio::test]
async fn member_with_a_fixed_share_goes_on_after_a_raise_and_a_reset() {
    let platform = Platform::create().await;
    let atlas = platform.world.project("atlas", &platform.root).await;
    let ada = shares::member(&platform, atlas, "Ada").await;
    shares::limit(&platform, atlas, "atlas", "30").await;
    shares::fix(&platform, atlas, ada, "0.0001").await;
    let spend = |key: &str, amount: &str| vec![shares::request(key, "atlas", ada, amount)];
    allowed(platform.reserve_all(spend("1", "0.0001")).await.remove(0));
    let (sentence, resets_at) = reason(platform.reserve_all(spend("2", "0.01")).await.remove(0));
    let expected = "The user's share of the project's budget has $0.00 of $0.0001 left until it resets.";
    let next = platform.times(ada).await[0].1;
    assert_eq!((sentence.as_str(), resets_at), (expected, Some(next)));
    shares::fix(&platform, atlas, ada, "5").await;
    assert_eq!(denied(&platform.reserve_all(spend("2", "5")).await.remove(0)), "member_limit_reached", "some is spent");
    allowed(platform.reserve_all(spend("2", "4.9999")).await.remove(0));
    go(&platform, next);
    allowed(platform.reserve_all(spend("3", "5")).await.remove(0));
    assert_eq!(denied(&platform.reserve_all(spend("4", "0.01")).await.remove(0)), "member_limit_reached");
    platform.check_totals().await;
}

/// A key with a negative quota gave its account credit when it was deleted.
#[tokio::test]
async fn removed_member_who_exceeded_a_share_makes_no_room_for_others() {
    let platform = Platform::create().await;
    let atlas = platform.world.project("atlas", &platform.root).await;
    let (ada, bo) = (shares::member(&platform, atlas, "Ada").await, shares::member(&platform, atlas, "Bo").await);
    shares::limit(&platform, atlas, "atlas", "30").await;
    let spend = |key: &str, user, amount: &str| vec![shares::request(key, "atlas", user, amount)];
    shares::fix(&platform, atlas, ada, "5").await;
    let held = allowed(platform.reserve_all(spend("1", ada, "5")).await.remove(0));
    assert_eq!(settle_code(&platform.settle(held.reservation, "25").await), "settled");
    platform.run(&format!("delete from member_allocations; delete from user_projects where user_id = '{ada}'")).await;
    shares::fix(&platform, atlas, bo, "30").await;
    assert_eq!(denied(&platform.reserve_all(spend("2", bo, "5.01")).await.remove(0)), "hard_limit_reached");
    allowed(platform.reserve_all(spend("2", bo, "5")).await.remove(0));
    platform.run("update budgets set hard_limit = 100").await;
    platform.member(atlas, ada).await;
    shares::fix(&platform, atlas, ada, "5").await;
    let again = platform.reserve_all(spend("3", ada, "0.01")).await.remove(0);
    assert_eq!(denied(&again), "member_limit_reached", "a member who comes back has spent what they spent");
    platform.check_totals().await;
}
