//! Reservations that wait while others are decided.

use crate::support::{Platform, denied, request};
use domain::error::Refusal;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use services::testing::refusal;
use services::{Error, spend};

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
