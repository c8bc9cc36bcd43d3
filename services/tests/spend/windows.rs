//! Windows follow each other.

use crate::spend::support::Platform;
use time::Duration;

#[tokio::test]
async fn rolling_windows_follow_each_other_from_the_assignment() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let assigned = platform.world.clock.now();
    for (key, days) in [("1", 0), ("2", 29), ("3", 1), ("4", 64)] {
        platform.world.clock.advance(Duration::days(days));
        platform.hold(key, ada, "1").await;
    }
    let at = |days| assigned + Duration::days(days);
    assert_eq!(platform.times(ada).await, [(at(0), at(30)), (at(30), at(60)), (at(90), at(120))]);
    platform.check_totals().await;
}

#[tokio::test]
async fn first_calls_at_the_same_moment_share_one_window() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let keys: Vec<String> = (0..8).map(|number| number.to_string()).collect();
    let holds = keys.iter().map(|key| platform.hold(key, ada, "1"));
    futures_util::future::join_all(holds).await;
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "8".into())]);
}
