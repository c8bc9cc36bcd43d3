//! Sixty-four calls at the same moment, again and again. `cargo xtask soak` runs them a thousand times.

use crate::spend::support::{Platform, denied, request};
use domain::budget::Category;
use domain::id::UserId;
use futures_util::future::join_all;
use services::spend::WindowSubject;
use services::testing::rounds;
use std::sync::Arc;
use time::Duration;

const AT_ONCE: usize = 64;
const ROOM: usize = 10;

/// How many of sixty-four reservations of 1 at the same moment are allowed; the others are denied for the limit.
async fn race(platform: &Arc<Platform>, user: UserId, round: usize) -> usize {
    let calls = (0..AT_ONCE).map(|call| {
        let platform = Arc::clone(platform);
        tokio::spawn(async move { platform.reserve_all(vec![request(&format!("{round}-{call}"), user, "1")]).await })
    });
    let decisions = join_all(calls).await.into_iter().map(|decisions| decisions.expect("no panic").remove(0));
    let codes: Vec<_> = decisions.map(|decision| denied(&decision)).collect();
    assert!(codes.iter().all(|code| ["allowed", "hard_limit_reached"].contains(code)), "round {round}: {codes:?}");
    codes.iter().filter(|code| **code == "allowed").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_calls_as_many_pass_as_there_is_room_for() {
    let platform = Arc::new(Platform::create().await);
    for round in 0..rounds(20, 1000) {
        let user = platform.user_with_budget(&format!("User {round}"), &ROOM.to_string()).await;
        assert_eq!(race(&platform, user, round).await, ROOM, "round {round}");
        assert_eq!(platform.windows(user).await, [("10".into(), "0".into(), "10".into())], "round {round}");
    }
    platform.check_totals().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_at_the_moment_of_sixty_four_calls_loses_none_and_exceeds_no_limit() {
    let platform = Arc::new(Platform::create().await);
    for round in 0..rounds(20, 1000) {
        let user = platform.user_with_budget(&format!("User {round}"), &ROOM.to_string()).await;
        platform.hold(&format!("{round}-first"), user, "1").await;
        platform.world.clock.advance(Duration::seconds(1));
        let reset = platform.reset(WindowSubject::User(user), Category::Cli);
        let (allowed, reset) = tokio::join!(race(&platform, user, round), reset);
        reset.expect("a reset");
        let windows = platform.windows(user).await;
        let held: Vec<usize> = windows.iter().map(|window| window.2.parse().expect("whole dollars")).collect();
        assert_eq!(held.len(), 2, "round {round}");
        assert!(held.iter().all(|held| *held <= ROOM), "round {round}: {held:?}");
        assert_eq!(held.iter().sum::<usize>(), allowed + 1, "round {round}: {held:?}");
        // The reset may come first, last, or in between.
        assert!((ROOM - 1..2 * ROOM).contains(&allowed), "round {round}: {allowed}");
    }
    platform.check_totals().await;
}
