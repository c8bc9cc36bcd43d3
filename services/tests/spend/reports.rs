//! Situations in which users of other products reported spend, limits or resets that were wrong.

mod ledger;
mod limits;
mod page;
mod spenders;
mod windows;

use crate::spend::support::{Platform, settle_code};
use domain::id::UserId;
use domain::spend::Decision;
use time::OffsetDateTime;

/// Moves the clock to a time.
fn go(platform: &Platform, at: OffsetDateTime) {
    platform.world.clock.advance(at - platform.world.clock.now());
}

/// The reason of a denial as users read it, and when the limit resets.
fn reason(decision: Decision) -> (String, Option<OffsetDateTime>) {
    match decision {
        Decision::Denied(denial) => (denial.refusal.to_string(), denial.resets_at),
        Decision::Allowed(_) => panic!("allowed"),
    }
}

/// A call that cost what was reserved for it.
async fn call(platform: &Platform, key: &str, user: UserId, amount: &str) {
    let held = platform.hold(key, user, amount).await;
    assert_eq!(settle_code(&platform.settle(held.reservation, amount).await), "settled");
}
