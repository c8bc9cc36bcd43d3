//! Reservations and settlements that wait while others are decided.

use crate::spend::support::{Platform, allowed, denied, request, settle_code};
use domain::error::Refusal;
use domain::id::ReservationId;
use domain::spend::SettleOutcome;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use services::testing::refusal;
use services::{Error, spend};
use uuid::Uuid;

/// As many as may wait for a gateway.
const MAX_WAITING: usize = 4_096;

#[tokio::test]
async fn caller_that_goes_away_before_the_decision_holds_nothing() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    // It has joined the queue, and nothing of the queue has run.
    assert!(platform.reserve("gone", ada, "4").now_or_never().is_none());
    assert_eq!(denied(&platform.reserve("waits", ada, "1").await), "allowed");
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "1".into())]);
    assert_eq!(denied(&platform.reserve("gone", ada, "9").await), "allowed", "its key is free");
    platform.check_totals().await;
}

#[tokio::test]
async fn call_beyond_those_that_may_wait_is_unavailable_and_the_others_are_decided() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    // On one thread all of them join the queue before the first batch is decided.
    let calls = (0..=MAX_WAITING).map(|number| {
        let requests = vec![request(&number.to_string(), ada, "1")];
        spend::reserve_many(platform.services(), platform.gateway, requests)
    });
    let mut answers: Vec<Result<_, Error>> = join_all(calls).await;
    assert_eq!(refusal(answers.pop().expect("the last one")), Refusal::Unavailable);
    let codes: Vec<_> = answers.iter().map(|answer| denied(&answer.as_ref().expect("a decision")[0])).collect();
    assert_eq!(codes.iter().filter(|code| **code == "allowed").count(), 10);
    assert_eq!(codes.iter().filter(|code| **code == "hard_limit_reached").count(), MAX_WAITING - 10);
    assert_eq!(denied(&platform.reserve("later", ada, "1").await), "hard_limit_reached", "none waits any more");
    platform.check_totals().await;
}

#[tokio::test]
async fn settlements_at_the_same_moment_count_once_and_repeats_are_told() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "100").await;
    let held = (0..20).map(|number| request(&number.to_string(), ada, "1")).collect();
    let held: Vec<_> = platform.reserve_all(held).await.into_iter().map(|held| allowed(held).reservation).collect();
    // On one thread all of them join the queue before the first batch is decided: each reservation twice, and an unknown one.
    let named = held.iter().chain(&held).copied().chain([ReservationId(Uuid::nil())]);
    let outcomes = join_all(named.map(|reservation| platform.settle(reservation, "0.5"))).await;
    let codes: Vec<_> = outcomes.iter().map(settle_code).collect();
    assert_eq!(codes[..20], ["settled"; 20]);
    assert_eq!(codes[20..40], ["repeated"; 20]);
    assert_eq!(codes[40], "unknown_reservation");
    let of = |outcome: &SettleOutcome| match outcome {
        SettleOutcome::Settled { reservation, .. } => Some(*reservation),
        SettleOutcome::Refused(_) => None,
    };
    assert_eq!(outcomes[..20].iter().map(of).collect::<Option<Vec<_>>>(), Some(held), "each call gets its own outcome");
    assert_eq!(platform.windows(ada).await, [("100".into(), "10".into(), "0".into())]);
    platform.check_totals().await;
}
