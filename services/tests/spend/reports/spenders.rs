//! Whose spend it is: names of a user, replaced gateways, deleted users.

use crate::spend::ingest::codes;
use crate::spend::support::{Platform, allowed, denied, event, parsed, reserve_fields, settle_code, settlement};
use domain::id::GatewayId;
use domain::spend::ReserveFields;
use services::spend;
use time::Duration;
use uuid::Uuid;

/// A user who came before with another id and the same address had spend of their own, which no limit saw.
#[tokio::test]
async fn user_has_one_budget_under_id_address_and_username() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.run("update users set username = 'Lovelace.A' where name = 'Ada'").await;
    let (id, capitals) = (ada.to_string(), ada.to_string().to_uppercase());
    let names = [id.as_str(), &capitals, "ADA@example.com", " ada@example.com\n", "lovelace.a"];
    for (place, user) in names.into_iter().enumerate() {
        let fields = ReserveFields { user: user.to_owned(), ..reserve_fields(&place.to_string(), ada, "2") };
        allowed(platform.reserve_all(vec![parsed(&fields)]).await.remove(0));
    }
    assert_eq!(denied(&platform.reserve("more", ada, "0.01").await), "hard_limit_reached");
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "10".into())]);
}

/// A key that was rotated began with nothing spent and without its limit.
#[tokio::test]
async fn replaced_gateway_meets_the_same_limit_and_loses_no_spend() {
    let mut platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let [spent, under_way] = [platform.hold("1", ada, "4").await, platform.hold("2", ada, "5").await];
    platform.settle(spent.reservation, "4").await;
    let old = std::mem::replace(&mut platform.gateway, GatewayId(Uuid::from_u128(8)));
    assert_eq!(denied(&platform.reserve("1", ada, "1.01").await), "hard_limit_reached");
    platform.hold("1", ada, "1").await;
    // The call that the old gateway began: the new one can report it, and what was reserved for it expires.
    assert_eq!(settle_code(&platform.settle(under_way.reservation, "5").await), "unknown_reservation");
    let now = platform.world.clock.now();
    assert_eq!(codes(&platform, vec![event("2", ada, "5", now)]).await, ["accepted"]);
    platform.world.clock.advance(Duration::minutes(11));
    spend::expire(platform.services()).await.expect("a run");
    assert_eq!(platform.windows(ada).await, [("10".into(), "9".into(), "0".into())]);
    let late = spend::settle_many(platform.services(), old, vec![settlement(spent.reservation, "4")]).await;
    assert_eq!(settle_code(&late.expect("outcomes")[0]), "repeated");
    platform.check_totals().await;
}

/// Calls that ended after their user or project was deleted left no trace.
#[tokio::test]
async fn call_is_recorded_when_its_user_was_deleted_meanwhile() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("1", ada, "5").await;
    platform.run("delete from user_budgets; delete from users where name = 'Ada'").await;
    assert_eq!(settle_code(&platform.settle(held.reservation, "5.5").await), "settled");
    assert_eq!(platform.windows(ada).await, [("10".into(), "5.5".into(), "0".into())]);
    assert_eq!(denied(&platform.reserve("2", ada, "1").await), "unknown_user");
    platform.check_totals().await;
}
