//! When windows begin and end, and which of them counts a call.

use super::{call, go, reason};
use crate::spend::ingest::codes;
use crate::spend::support::{Platform, event, settle_code};
use domain::budget::Category;
use services::spend::WindowSubject;
use time::Duration;
use time::macros::datetime;

/// A window that was opened by the first call after its beginning moved the next ones, for good.
#[tokio::test]
async fn quiet_days_do_not_move_the_time_of_a_daily_reset() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.run("update budgets set reset_minutes = 1440").await;
    let assigned = platform.world.clock.now();
    let at = |days| assigned + Duration::days(days);
    go(&platform, assigned + Duration::hours(10));
    platform.hold("1", ada, "10").await;
    go(&platform, at(10) + Duration::hours(6));
    platform.hold("2", ada, "10").await;
    assert_eq!(reason(platform.reserve("3", ada, "1").await).1, Some(at(11)));
    assert_eq!(platform.times(ada).await, [(at(0), at(1)), (at(10), at(11))]);
}

/// "Why is the daily budget reset at 15:43 and not at 00:00?" Usage at the end of a day of an account outside UTC was
/// counted twice or in the next period.
#[tokio::test]
async fn day_of_a_budget_begins_at_midnight_where_its_users_are() {
    let platform = Platform::create().await;
    go(&platform, datetime!(2026-03-05 15:43 -8));
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.run("update budgets set reset_minutes = 1440, calendar = true, time_zone = 'America/Los_Angeles'").await;
    call(&platform, "1", ada, "7").await;
    let midnight = datetime!(2026-03-06 0:00 -8);
    go(&platform, midnight - Duration::seconds(1));
    assert_eq!(reason(platform.reserve("2", ada, "4").await).1, Some(midnight));
    let last_moment = event("3", ada, "1", midnight - Duration::microseconds(1));
    assert_eq!(codes(&platform, vec![last_moment, event("4", ada, "2", midnight)]).await, ["accepted"; 2]);
    go(&platform, midnight);
    let allowance = platform.hold("5", ada, "8").await;
    let window = allowance.window.expect("a window");
    assert_eq!((window.starts_at, window.ends_at), (midnight, datetime!(2026-03-07 0:00 -8)));
    let counted = |spent: &str, reserved: &str| ("10".to_owned(), spent.to_owned(), reserved.to_owned());
    assert_eq!(platform.windows(ada).await, [counted("8", "0"), counted("2", "8")]);
    // The clocks go forward: the day lasts 23 hours.
    go(&platform, datetime!(2026-03-08 12:00 -7));
    call(&platform, "6", ada, "10").await;
    let last = *platform.times(ada).await.last().expect("a window");
    assert_eq!(last, (datetime!(2026-03-08 0:00 -8), datetime!(2026-03-09 0:00 -7)));
    platform.check_totals().await;
}

/// A period of thirty days within a calendar month of 31 reset on the 31st, with each call.
#[tokio::test]
async fn month_of_thirty_one_days_resets_once() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.run("update budgets set calendar = true, time_zone = 'Europe/Warsaw'").await;
    call(&platform, "1", ada, "10").await;
    let april = datetime!(2026-04-01 0:00 +2);
    for (key, at) in [("2", datetime!(2026-03-31 12:00 +2)), ("3", april - Duration::seconds(1))] {
        go(&platform, at);
        assert_eq!(reason(platform.reserve(key, ada, "0.01").await).1, Some(april), "{at}");
    }
    go(&platform, april);
    call(&platform, "4", ada, "10").await;
    go(&platform, april + Duration::days(29));
    assert_eq!(reason(platform.reserve("5", ada, "1").await).1, Some(datetime!(2026-05-01 0:00 +2)));
}

/// The next reset was shown a month after the one by hand, not at the end of the calendar month.
#[tokio::test]
async fn reset_by_hand_leaves_the_end_of_the_calendar_month() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.run("update budgets set calendar = true").await;
    platform.hold("1", ada, "10").await;
    go(&platform, datetime!(2026-03-05 8:59 UTC));
    platform.reset(WindowSubject::User(ada), Category::Cli).await.expect("a reset");
    platform.hold("2", ada, "10").await;
    let (_, resets_at) = reason(platform.reserve("3", ada, "1").await);
    assert_eq!(resets_at, Some(datetime!(2026-04-01 0:00 UTC)));
}

/// Spend that was written after a reset was counted in the window after it, or removed with what was reset.
#[tokio::test]
async fn call_that_outlasts_its_window_counts_where_it_began() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.run("update budgets set reset_minutes = 60").await;
    let next = platform.world.clock.now() + Duration::hours(1);
    go(&platform, next - Duration::minutes(1));
    let under_way = platform.hold("1", ada, "6").await;
    go(&platform, next - Duration::microseconds(1));
    assert_eq!(reason(platform.reserve("2", ada, "5").await).1, Some(next));
    go(&platform, next + Duration::seconds(1));
    platform.hold("2", ada, "10").await;
    assert_eq!(settle_code(&platform.settle(under_way.reservation, "7").await), "settled");
    let counted = |spent: &str, reserved: &str| ("10".to_owned(), spent.to_owned(), reserved.to_owned());
    assert_eq!(platform.windows(ada).await, [counted("7", "0"), counted("0", "10")]);
    platform.check_totals().await;
}

/// The budget that every user has by default limited all that was ever spent: it had no period.
#[tokio::test]
async fn default_budget_begins_again_for_each_user() {
    let platform = Platform::create().await;
    let (ada, bo) = (platform.user("Ada").await, platform.user("Bo").await);
    platform.budget("Default", "5").await;
    platform.run("update budgets set is_default = true, reset_minutes = 1440").await;
    let created = platform.world.clock.now();
    for day in 0..3 {
        for user in [ada, bo] {
            go(&platform, created + Duration::days(day) + Duration::hours(3));
            call(&platform, &format!("{day} {user}"), user, "5").await;
            let (_, resets_at) = reason(platform.reserve("more", user, "0.01").await);
            assert_eq!(resets_at, Some(created + Duration::days(day + 1)));
        }
    }
    let full = ("5".to_owned(), "5".to_owned(), "0".to_owned());
    assert_eq!(platform.windows(ada).await, [full.clone(), full.clone(), full]);
    platform.check_totals().await;
}

/// A call that was reported after a reset by hand, and made before it, was lost or counted after the reset: the balance
/// was read from a snapshot of another moment.
#[tokio::test]
async fn call_from_before_a_reset_counts_before_it_whenever_it_is_reported() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    call(&platform, "1", ada, "10").await;
    let before = platform.world.clock.now() + Duration::minutes(1);
    go(&platform, before + Duration::minutes(1));
    platform.reset(WindowSubject::User(ada), Category::Cli).await.expect("a reset");
    let after = platform.world.clock.now();
    go(&platform, after + Duration::minutes(1));
    platform.hold("2", ada, "7").await;
    let late = vec![event("late", ada, "4", before), event("at the reset", ada, "1", after)];
    assert_eq!(codes(&platform, late).await, ["accepted"; 2]);
    let counted = |spent: &str, reserved: &str| ("10".to_owned(), spent.to_owned(), reserved.to_owned());
    assert_eq!(platform.windows(ada).await, [counted("14", "0"), counted("1", "7")]);
    platform.hold("3", ada, "2").await;
    assert_eq!(reason(platform.reserve("4", ada, "0.01").await).1, Some(after + Duration::days(30)));
    platform.check_totals().await;
}
