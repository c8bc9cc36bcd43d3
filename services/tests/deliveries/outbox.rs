//! Each message reaches the receiver, whatever happens in between.

use crate::deliveries::receiver::Answer;
use crate::deliveries::stage::Stage;
use domain::delivery::DeliveryState;
use services::outbox;
use std::collections::BTreeSet;
use time::Duration;

#[tokio::test]
async fn message_is_sent_once_and_signed() {
    let stage = Stage::set().await;
    stage.enqueue(1).await;
    assert_eq!(stage.row().await.state, DeliveryState::Pending);
    assert_eq!(stage.deliver().await, 1);
    let row = stage.row().await;
    assert_eq!((row.state, row.attempts, row.problem), (DeliveryState::Delivered, 1, None));
    assert_eq!(row.settled_at, Some(stage.world.clock.now()));
    // The receiver keeps only what has the right signature.
    let received = stage.receiver.received();
    assert_eq!(received.len(), 1);
    assert_eq!(
        (&received[0].id, received[0].timestamp),
        (&row.id.to_string(), stage.world.clock.now().unix_timestamp())
    );
    assert_eq!(received[0].body, serde_json::json!({ "number": 1 }));

    stage.world.clock.advance(Duration::days(1));
    assert_eq!(stage.deliver().await, 0);
    assert_eq!(stage.receiver.received().len(), 1);
}

#[tokio::test]
async fn change_that_is_rolled_back_sends_nothing() {
    let stage = Stage::set().await;
    let message = outbox::Message {
        channel: domain::delivery::Channel::Webhook,
        recipient: "https://alerts.example.com".into(),
        subject: "Message".into(),
        payload: serde_json::json!({}),
    };
    let mut transaction = stage.services.database().begin().await.expect("a transaction");
    outbox::enqueue(&stage.services, &mut transaction, &[message]).await.expect("written");
    transaction.rollback().await.expect("undone");
    assert_eq!(stage.deliver().await, 0);
    assert_eq!(stage.receiver.received().len(), 0);
}

#[tokio::test]
async fn message_of_a_killed_instance_is_sent_again_with_the_same_key() {
    let stage = Stage::set().await;
    stage.enqueue(1).await;
    stage.receiver.answer([Answer::Nothing]);
    let services = stage.services.clone();
    let instance = tokio::spawn(async move { outbox::deliver(&services).await });
    stage.receiver.arrival().await;

    // While its lease lasts, no other instance sends the message.
    stage.world.clock.advance(Duration::seconds(59));
    assert_eq!(stage.deliver().await, 0);
    assert_eq!(stage.receiver.received().len(), 1);

    // It is killed after the message was sent, before it could write that down.
    instance.abort();
    assert!(instance.await.is_err_and(|end| end.is_cancelled()));
    stage.world.clock.advance(Duration::seconds(1));
    assert_eq!(stage.deliver().await, 1);
    let received = stage.receiver.received();
    assert_eq!(received.iter().map(|request| &request.id).collect::<BTreeSet<_>>().len(), 1, "one key");
    assert_eq!(received.len(), 2);
    assert_eq!(stage.row().await.attempts, 2);
}

#[tokio::test]
async fn two_instances_send_each_message_once() {
    let stage = Stage::set().await;
    stage.enqueue(100).await;
    let (here, there) = tokio::join!(stage.deliver(), stage.deliver());
    assert_eq!(here + there, 100);
    let received = stage.receiver.received();
    let numbers: BTreeSet<_> = received.iter().filter_map(|request| request.body["number"].as_u64()).collect();
    assert_eq!((received.len(), numbers), (100, (1..=100).collect()));
}

#[tokio::test]
async fn instance_that_lost_its_lease_writes_nothing() {
    let stage = Stage::set().await;
    stage.enqueue(1).await;
    stage.receiver.answer([Answer::Late, Answer::Status(500)]);
    let services = stage.services.clone();
    let slow = tokio::spawn(async move { outbox::deliver(&services).await });
    stage.receiver.arrival().await;
    stage.world.clock.advance(Duration::seconds(60));
    assert_eq!(stage.deliver().await, 0, "another instance has taken the message, and its attempt fails");
    stage.receiver.let_go();
    slow.await.expect("no panic").expect("the database answers");
    let row = stage.row().await;
    assert_eq!((row.state, row.attempts), (DeliveryState::Pending, 2));
    assert_eq!(row.problem.as_deref(), Some("The receiver answered 500 Internal Server Error."));
}

#[tokio::test]
async fn messages_are_removed_thirty_days_after_their_end() {
    let stage = Stage::set().await;
    stage.enqueue(2).await;
    stage.receiver.answer([Answer::Status(500)]);
    assert_eq!(stage.deliver().await, 1);
    stage.world.clock.advance(Duration::days(30) - Duration::seconds(1));
    assert_eq!(outbox::sweep(&stage.services).await.expect("an answer"), 0);
    stage.world.clock.advance(Duration::seconds(1));
    assert_eq!(outbox::sweep(&stage.services).await.expect("an answer"), 1);
    assert_eq!(stage.row().await.state, DeliveryState::Pending, "what waits stays");
}
