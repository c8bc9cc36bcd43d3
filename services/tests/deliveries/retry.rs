//! Attempts that fail are repeated, later and later, and end; then a button begins again.

use crate::deliveries::receiver::Answer;
use crate::deliveries::stage::Stage;
use domain::actor::Target;
use domain::delivery::{DeliveryState, MAX_ATTEMPTS};
use domain::error::Refusal;
use domain::id::DeliveryId;
use domain::violation::Violation;
use services::testing::{refusal, rule};
use services::{jobs, outbox};
use time::Duration;

async fn retry(stage: &Stage, message: DeliveryId) -> Result<String, services::Error> {
    let caller = stage.world.signed_in(stage.maintainer.actor.user_id).await;
    jobs::retry_delivery(&stage.services, &caller.can(Target::Platform).expect("the right"), message).await
}

#[tokio::test]
async fn message_that_is_never_taken_fails_after_its_last_attempt() {
    let stage = Stage::set().await;
    stage.enqueue(1).await;
    stage.receiver.answer((0..MAX_ATTEMPTS).map(|_| Answer::Status(503)));
    let mut longest = Duration::seconds(30);
    for attempt in 1..MAX_ATTEMPTS {
        assert_eq!(stage.deliver().await, 0);
        let row = stage.row().await;
        assert_eq!((row.state, row.attempts.unsigned_abs()), (DeliveryState::Pending, attempt));
        assert_eq!(row.problem.as_deref(), Some("The receiver answered 503 Service Unavailable."));
        let delay = row.next_attempt_at - stage.world.clock.now();
        assert!(longest / 2 <= delay && delay <= longest, "attempt {attempt}: {delay} of {longest}");
        longest = Duration::hours(6).min(longest * 2);
        stage.world.clock.advance(delay - Duration::seconds(1));
        assert_eq!(stage.deliver().await, 0, "not before its time");
        assert_eq!(stage.receiver.received().len(), usize::try_from(attempt).expect("few"));
        stage.world.clock.advance(Duration::seconds(2));
    }
    stage.deliver().await;
    let row = stage.row().await;
    assert_eq!((row.state, row.settled_at), (DeliveryState::Failed, Some(stage.world.clock.now())));
    stage.world.clock.advance(Duration::days(1));
    assert_eq!(stage.deliver().await, 0);
    assert_eq!(stage.receiver.received().len(), usize::try_from(MAX_ATTEMPTS).expect("few"));

    let subject = retry(&stage, row.id).await.expect("begun again");
    assert_eq!(subject, "Message 1");
    assert_eq!(stage.deliver().await, 1);
    let row = stage.row().await;
    assert_eq!((row.state, row.attempts, row.problem), (DeliveryState::Delivered, 1, None));
    let ids: Vec<String> = stage.receiver.received().into_iter().map(|request| request.id).collect();
    assert!(ids.iter().all(|id| *id == row.id.to_string()), "{ids:?}");
    let said = stage.world.audit(row.id.0).await;
    assert_eq!(said.iter().map(|event| event.0.as_str()).collect::<Vec<_>>(), ["delivery.retried"]);
}

#[tokio::test]
async fn message_that_was_delivered_or_is_being_sent_is_not_retried() {
    let stage = Stage::set().await;
    assert_eq!(refusal(retry(&stage, DeliveryId(uuid::Uuid::from_u128(7))).await), Refusal::NotFound);
    stage.enqueue(1).await;
    let message = stage.row().await.id;
    stage.receiver.answer([Answer::Nothing]);
    let services = stage.services.clone();
    let instance = tokio::spawn(async move { outbox::deliver(&services).await });
    stage.receiver.arrival().await;
    assert_eq!(rule(retry(&stage, message).await), Violation::DeliveryNotWaiting);
    instance.abort();
    stage.world.clock.advance(Duration::minutes(1));
    assert_eq!(stage.deliver().await, 1);
    assert_eq!(rule(retry(&stage, message).await), Violation::DeliveryNotWaiting);
    assert_eq!(stage.receiver.received().len(), 2);
}

#[tokio::test]
async fn retry_makes_the_job_due() {
    let stage = Stage::set().await;
    jobs::insert_missing(&stage.services).await.expect("entered");
    stage.enqueue(1).await;
    stage.receiver.answer([Answer::Status(500)]);
    for taken in jobs::take_due(&stage.services).await.expect("due") {
        jobs::run(&stage.services, taken).await.expect("a run");
    }
    assert!(jobs::take_due(&stage.services).await.expect("due").is_empty());
    retry(&stage, stage.row().await.id).await.expect("begun again");
    stage.world.clock.advance(Duration::seconds(1));
    for taken in jobs::take_due(&stage.services).await.expect("due") {
        jobs::run(&stage.services, taken).await.expect("a run");
    }
    assert_eq!(stage.row().await.state, DeliveryState::Delivered);
}

#[tokio::test]
async fn redirect_is_not_followed() {
    let stage = Stage::set().await;
    stage.enqueue(1).await;
    stage.receiver.answer([Answer::Redirect]);
    assert_eq!(stage.deliver().await, 0);
    let problem = stage.row().await.problem.expect("a problem");
    assert_eq!(problem, "The receiver answered 307 Temporary Redirect.");
    assert_eq!(stage.receiver.received().len(), 1);
}

#[tokio::test]
async fn problem_says_what_is_missing_and_keeps_the_address_secret() {
    let stage = Stage::set().await;
    stage.enqueue(1).await;
    outbox::deliver(&stage.world.services).await.expect("the database answers");
    let problem = stage.row().await.problem.expect("a problem");
    assert_eq!(problem, "No webhook is configured: ALERT_WEBHOOK_URL is not set.");
}
