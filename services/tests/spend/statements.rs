//! The number of statements of a batch does not grow with its rows.

use crate::spend::support::{Platform, event, event_fields, parsed_event, request, settlement};
use domain::id::{ReservationId, UserId};
use domain::spend::{Decision, EventFields, ReservationRef};
use services::spend;
use services::testing::count_statements;

/// How many statements each kind of batch takes, for these users and a prefix of keys.
async fn counts(platform: &Platform, users: &[UserId], prefix: &str) -> [(&'static str, usize); 5] {
    let (services, gateway, now) = (platform.services(), platform.gateway, platform.world.clock.now());
    let key = |place: usize| format!("{prefix}-{place}");
    let requests = || users.iter().enumerate().map(|(place, user)| request(&key(place), *user, "1")).collect();
    let (decisions, first) = count_statements(spend::reserve_many(services, gateway, requests())).await;
    let ids: Vec<ReservationId> = decisions
        .expect("decisions")
        .into_iter()
        .map(|decision| match decision {
            Decision::Allowed(allowance) => allowance.reservation,
            Decision::Denied(denial) => panic!("{denial:?}"),
        })
        .collect();
    let (half, rest) = ids.split_at(ids.len().div_ceil(2));
    let settlements = half.iter().map(|id| settlement(*id, "1")).collect();
    let (settled, second) = count_statements(spend::settle_many(services, gateway, settlements)).await;
    settled.expect("outcomes");
    let releases = if rest.is_empty() { half } else { rest }.iter().map(|id| ReservationRef::Id(*id)).collect();
    let (released, third) = count_statements(spend::release_many(services, gateway, releases)).await;
    released.expect("outcomes");
    let events = users.iter().enumerate().map(|(place, user)| event(&format!("e{}", key(place)), *user, "1", now));
    let (ingested, fourth) = count_statements(spend::ingest(services, gateway, events.collect())).await;
    ingested.expect("outcomes");
    let corrections = users.iter().enumerate().map(|(place, user)| {
        let corrects = format!("e{}", key(place));
        parsed_event(&EventFields { corrects, ..event_fields(&format!("c{}", key(place)), *user, "-1", now) })
    });
    let (corrected, fifth) = count_statements(spend::ingest(services, gateway, corrections.collect())).await;
    corrected.expect("outcomes");
    [("reserve", first), ("settle", second), ("release", third), ("ingest", fourth), ("correct", fifth)]
}

#[tokio::test]
async fn statements_do_not_grow_with_the_rows_of_a_batch() {
    let platform = Platform::create().await;
    let mut users = Vec::new();
    for number in 0..100 {
        users.push(platform.user_with_budget(&format!("User {number}"), "1000").await);
    }
    // Opens every window and the partition of the month.
    counts(&platform, &users, "first").await;
    let of_two = counts(&platform, &users[..2], "two").await;
    let of_many = counts(&platform, &users, "many").await;
    assert_eq!(of_many, of_two);
    let expected = [("reserve", 4), ("settle", 4), ("release", 3), ("ingest", 6), ("correct", 6)];
    assert!(of_two.iter().zip(expected).all(|(found, most)| found.1 <= most.1 + 2), "{of_two:?}");
    platform.check_totals().await;
}
