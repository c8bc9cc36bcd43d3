//! Accepting an anomaly, and what an acceptance covers.

use super::{Stage, TWO, matrix, partial, snapshot, two, user};
use domain::access_anomaly::{AnomalyRow, AnomalyState};
use domain::doctor::Severity;
use domain::error::Refusal;
use domain::id::AnomalyId;
use domain::violation::Violation;
use services::testing::{refusal, rule};
use time::Duration;

#[tokio::test]
async fn acceptance_lasts_through_its_last_day_and_is_recorded() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(two())).await;
    let page = stage.open().await;
    assert_eq!(stage.accept(&page, 2).await.expect("accepted"), TWO);
    assert_eq!(stage.titles(AnomalyState::Open).await, [""; 0]);
    let accepted = stage.read(AnomalyState::Accepted).await;
    assert_eq!(accepted.counts, [0, 1, 0]);
    let acceptance = accepted.rows[0].acceptance.clone().expect("an acceptance");
    assert_eq!((acceptance.by.as_str(), acceptance.reason.as_str()), ("Mia Maintainer", "They leave in June."));
    let said = stage.world.audit(page.row.id.0).await;
    assert_eq!(said.iter().map(|event| event.0.as_str()).collect::<Vec<_>>(), ["access_anomaly.accepted"]);

    // Still in the next snapshot, with one of the two users.
    stage.take(snapshot(vec![user("ben", 1)])).await;
    assert_eq!(stage.read(AnomalyState::Accepted).await.counts, [0, 1, 0], "less than what was accepted");
    stage.world.clock.advance(Duration::days(2));
    assert_eq!(stage.read(AnomalyState::Accepted).await.counts, [0, 1, 0], "on its last day");
    stage.world.clock.advance(Duration::days(1));
    assert_eq!(stage.read(AnomalyState::Accepted).await.counts, [1, 0, 0], "after it");
}

#[tokio::test]
async fn acceptance_does_not_cover_other_users_or_a_higher_severity() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(two())).await;
    let page = stage.open().await;
    stage.accept(&page, 90).await.expect("accepted");
    stage.take(snapshot(vec![user("ben", 1), user("carl", 1)])).await;
    let exceeded = stage.open().await;
    assert_eq!(exceeded.row.id, page.row.id);
    assert!(exceeded.row.acceptance.as_ref().is_some_and(|acceptance| acceptance.is_exceeded));

    assert_eq!(rule(stage.accept(&page, 90).await), Violation::AnomalyChanged, "another two than on the page");
    stage.accept(&exceeded, 90).await.expect("accepted again");
    // As if the declaration had called the role less important then.
    sqlx::query("update access_anomalies set severity = 'low', accepted_severity = 'low'")
        .execute(stage.services.pool())
        .await
        .expect("changed");
    stage.take(snapshot(vec![user("ben", 1), user("carl", 1)])).await;
    let row: AnomalyRow = stage.open().await.row;
    assert_eq!((row.severity, row.state), (Severity::Medium, AnomalyState::Open));
}

#[tokio::test]
async fn acceptance_of_a_gap_does_not_cover_another_gap() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(partial("The role viewer.", Vec::new())).await;
    let page = stage.open().await;
    stage.accept(&page, 90).await.expect("accepted");
    stage.take(partial("The role viewer.", Vec::new())).await;
    assert_eq!(stage.read(AnomalyState::Open).await.counts, [0, 1, 0], "the same gap");
    for _ in 0..2 {
        stage.take(partial("The list of users.", Vec::new())).await;
        assert!(stage.open().await.row.acceptance.is_some_and(|acceptance| acceptance.is_exceeded));
    }
}

#[tokio::test]
async fn of_two_who_accept_what_one_page_showed_the_second_reads_it_again() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(two())).await;
    let page = stage.open().await;
    stage.accept(&page, 7).await.expect("accepted");
    assert_eq!(rule(stage.accept(&page, 365).await), Violation::AnomalyChanged);
}

/// While a snapshot is stored, the anomalies of its realm are locked.
#[tokio::test]
async fn acceptance_between_two_snapshots_covers_no_user_of_the_second() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(two())).await;
    let mut accepting = stage.services.pool().begin().await.expect("a transaction");
    sqlx::query(
        "update access_anomalies set accepted_by = 'Mia', accepted_at = now(), accepted_until = '2099-01-01',
           accepted_reason = 'x', accepted_users = users, accepted_severity = severity",
    )
    .execute(&mut *accepting)
    .await
    .expect("accepted");
    let taking = stage.take(snapshot(vec![user("ben", 1), user("carl", 1)]));
    let committing = async {
        stage.world.until_blocked(1).await;
        accepting.commit().await.expect("committed");
    };
    tokio::join!(taking, committing);
    assert_eq!(stage.read(AnomalyState::Open).await.counts, [1, 0, 0]);
}

#[tokio::test]
async fn acceptance_can_be_ended_once_and_what_is_resolved_cannot_be_accepted() {
    let stage = Stage::set(Some(matrix())).await;
    stage.take(snapshot(two())).await;
    let page = stage.open().await;
    stage.accept(&page, 90).await.expect("accepted");
    assert_eq!(stage.end(&page).await.expect("ended").as_deref(), Some(TWO));
    assert_eq!(stage.open().await.row.acceptance, None);
    assert_eq!(stage.end(&page).await.expect("no change"), None);

    stage.take(snapshot(Vec::new())).await;
    assert_eq!(rule(stage.accept(&page, 90).await), Violation::AnomalyResolved);
    assert_eq!(rule(stage.end(&page).await), Violation::AnomalyResolved);
    let unknown = AnomalyId(uuid::Uuid::from_u128(7));
    assert_eq!(refusal(stage.page(unknown).await), Refusal::NotFound);
}
