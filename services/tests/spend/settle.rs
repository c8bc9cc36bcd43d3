//! Settling and releasing.

use crate::spend::support::{Platform, denied, release_code, request, settle_code, settlement};
use domain::id::{GatewayId, ReservationId};
use domain::spend::{ReservationRef, SettleFields, Settlement};
use services::spend;
use time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn settlement_takes_the_place_of_what_was_reserved() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let [cheap, dear] = [platform.hold("1", ada, "4").await, platform.hold("2", ada, "4").await];
    platform.world.clock.advance(Duration::minutes(1));
    assert_eq!(settle_code(&platform.settle(cheap.reservation, "0.5").await), "settled");
    assert_eq!(settle_code(&platform.settle(dear.reservation, "12.000000001").await), "settled", "in full");
    assert_eq!(platform.windows(ada).await, [("10".into(), "12.500000001".into(), "0".into())]);
    assert_eq!(denied(&platform.reserve("3", ada, "0.1").await), "hard_limit_reached");
    platform.check_totals().await;
}

#[tokio::test]
async fn settling_again_changes_nothing_and_another_amount_is_refused() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("1", ada, "4").await.reservation;
    assert_eq!(settle_code(&platform.settle(held, "3").await), "settled");
    assert_eq!(settle_code(&platform.settle(held, "3.00").await), "repeated");
    assert_eq!(settle_code(&platform.settle(held, "2").await), "already_settled");
    assert_eq!(release_code(&platform.release(held).await), "already_settled");
    let (twice, unknown) = (platform.hold("2", ada, "1").await.reservation, ReservationId(Uuid::nil()));
    let batch = [(twice, "1"), (twice, "1"), (twice, "2"), (unknown, "1")].map(|(id, amount)| settlement(id, amount));
    let outcomes = spend::settle_many(platform.services(), platform.gateway, batch.to_vec()).await.expect("outcomes");
    let codes: Vec<_> = outcomes.iter().map(settle_code).collect();
    assert_eq!(codes, ["settled", "repeated", "already_settled", "unknown_reservation"]);
    assert_eq!((platform.event_count().await, platform.windows(ada).await[0].1.as_str()), (2, "4"));
    platform.check_totals().await;
}

#[tokio::test]
async fn settlement_of_nothing_is_recorded() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("1", ada, "4").await.reservation;
    assert_eq!(settle_code(&platform.settle(held, "0").await), "settled");
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "0".into())]);
    platform.check_totals().await;
}

#[tokio::test]
async fn expired_reservation_is_settled_all_the_same() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("1", ada, "4").await.reservation;
    platform.world.clock.advance(Duration::minutes(11));
    spend::expire(platform.services()).await.expect("a run");
    assert_eq!(release_code(&platform.release(held).await), "released", "nothing is held any more");
    assert_eq!(settle_code(&platform.settle(held, "4").await), "settled");
    assert_eq!(platform.windows(ada).await, [("10".into(), "4".into(), "0".into())]);
    platform.check_totals().await;
}

#[tokio::test]
async fn released_amount_is_free_and_cannot_be_settled() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("1", ada, "10").await.reservation;
    assert_eq!(release_code(&platform.release(held).await), "released");
    assert_eq!(release_code(&platform.release(held).await), "released");
    assert_eq!(settle_code(&platform.settle(held, "4").await), "already_released");
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "0".into())]);
    platform.check_totals().await;
}

#[tokio::test]
async fn reservation_is_found_by_its_key_and_only_by_its_gateway() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("lost answer", ada, "4").await.reservation;
    let other = GatewayId(Uuid::from_u128(8));
    let outcomes = spend::settle_many(platform.services(), other, vec![settlement(held, "4")]).await;
    assert_eq!(settle_code(&outcomes.expect("outcomes")[0]), "unknown_reservation");
    let released = spend::release_many(platform.services(), other, vec![ReservationRef::Id(held)]).await;
    assert_eq!(release_code(&released.expect("outcomes")[0]), "unknown_reservation");
    let fields = SettleFields { key: "lost answer".into(), amount: "4".into(), ..SettleFields::default() };
    let by_key = vec![Settlement::parse(&fields).expect("a settlement")];
    let outcomes = spend::settle_many(platform.services(), platform.gateway, by_key).await.expect("outcomes");
    assert_eq!(settle_code(&outcomes[0]), "settled");
}

#[tokio::test]
async fn call_without_a_budget_is_recorded() {
    let platform = Platform::create().await;
    let ada = platform.user("Ada").await;
    let decision = platform.reserve_all(vec![request("1", ada, "4")]).await.remove(0);
    let held = crate::spend::support::allowed(decision);
    assert_eq!((held.budget, held.window), (None, None));
    assert_eq!(settle_code(&platform.settle(held.reservation, "4").await), "settled");
    assert_eq!(platform.event_count().await, 1);
    platform.check_totals().await;
}
