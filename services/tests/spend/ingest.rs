//! Events that gateways report, and corrections of them.

use crate::spend::support::{Platform, denied, event, event_fields, outcome, parsed_event, settle_code};
use domain::id::UserId;
use domain::spend::EventFields;
use time::Duration;

pub(crate) async fn codes(platform: &Platform, events: Vec<domain::spend::SpendEvent>) -> Vec<&'static str> {
    platform.ingest(events).await.iter().map(outcome).collect()
}

fn correction(key: &str, corrects: &str, user: UserId, amount: &str, platform: &Platform) -> domain::spend::SpendEvent {
    let fields = event_fields(key, user, amount, platform.world.clock.now());
    parsed_event(&EventFields { corrects: corrects.to_owned(), ..fields })
}

#[tokio::test]
async fn good_events_of_a_mixed_batch_are_kept_and_bad_ones_listed() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let now = platform.world.clock.now();
    let unknown = UserId(uuid::Uuid::from_u128(1));
    let batch = vec![
        event("1", ada, "1", now),
        event("1", ada, "1", now),
        event("1", ada, "2", now),
        event("2", unknown, "1", now),
        event("3", ada, "1", now - Duration::days(92) - Duration::seconds(1)),
        event("4", ada, "1", now - Duration::days(92)),
        event("5", ada, "1", now + Duration::minutes(5) + Duration::seconds(1)),
        event("6", ada, "1", now + Duration::minutes(5)),
        event("7", ada, "100", now),
    ];
    let expected = [
        "accepted",
        "duplicate",
        "key_reused",
        "unknown_user",
        "too_old",
        "accepted",
        "in_the_future",
        "accepted",
        "accepted",
    ];
    assert_eq!(codes(&platform, batch.clone()).await, expected);
    platform.check_totals().await;
    assert_eq!(platform.event_count().await, 4);
    let again = expected.map(|code| if code == "accepted" { "duplicate" } else { code });
    assert_eq!(codes(&platform, batch).await, again, "the batch again changes nothing");
    assert_eq!((platform.event_count().await, platform.windows(ada).await[0].1.as_str()), (4, "102"));
    platform.check_totals().await;
}

#[tokio::test]
async fn time_of_an_event_decides_the_window_and_the_day() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let assigned = platform.world.clock.now();
    platform.world.clock.advance(Duration::days(70));
    let now = platform.world.clock.now();
    let at = [assigned - Duration::days(1), assigned, assigned + Duration::days(31), now];
    let batch = at.iter().enumerate().map(|(place, at)| event(&place.to_string(), ada, "1", *at)).collect();
    assert_eq!(codes(&platform, batch).await, ["accepted"; 4]);
    let window = |spent: &str| ("10".to_owned(), spent.to_owned(), "0".to_owned());
    assert_eq!(platform.windows(ada).await, [window("1"), window("1"), window("1")], "none before the assignment");
    let times = platform.times(ada).await;
    assert_eq!(times[0].0, assigned);
    assert!(times.windows(2).all(|pair| pair[0].1 == pair[1].0), "{times:?}");
    platform.check_totals().await;
}

#[tokio::test]
async fn correction_counts_where_the_event_counts() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let spent_at = platform.world.clock.now();
    codes(&platform, vec![event("1", ada, "3", spent_at)]).await;
    platform.world.clock.advance(Duration::days(31));
    let correct = |key: &str, corrects: &str, amount: &str| correction(key, corrects, ada, amount, &platform);
    assert_eq!(codes(&platform, vec![correct("2", "1", "-1")]).await, ["accepted"]);
    assert_eq!(codes(&platform, vec![correct("2", "1", "-1")]).await, ["duplicate"]);
    assert_eq!(codes(&platform, vec![correct("3", "1", "-2.000000001")]).await, ["correction_too_large"]);
    assert_eq!(codes(&platform, vec![correct("4", "none", "-1")]).await, ["unknown_event"]);
    let bo = platform.user("Bo").await;
    let of_another = correction("5", "1", bo, "-1", &platform);
    assert_eq!(codes(&platform, vec![of_another]).await, ["correction_mismatch"]);
    assert_eq!(codes(&platform, vec![correct("6", "1", "-1"), correct("7", "1", "-1")]).await, ["accepted"; 2]);
    assert_eq!(platform.windows(ada).await, [("10".into(), "0".into(), "0".into())]);
    platform.check_totals().await;
}

#[tokio::test]
async fn event_and_its_correction_may_come_in_one_batch() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let batch = vec![correction("2", "1", ada, "-1", &platform), event("1", ada, "3", platform.world.clock.now())];
    assert_eq!(codes(&platform, batch).await, ["accepted"; 2]);
    assert_eq!(platform.windows(ada).await[0].1, "2");
    platform.check_totals().await;
}

#[tokio::test]
async fn call_that_was_reserved_and_reported_counts_once() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let now = platform.world.clock.now();
    let [settled, reported] = [platform.hold("1", ada, "1").await, platform.hold("2", ada, "1").await];
    platform.settle(settled.reservation, "1").await;
    assert_eq!(
        codes(&platform, vec![event("1", ada, "1", now), event("2", ada, "1", now)]).await,
        ["key_reused", "accepted"]
    );
    assert_eq!(settle_code(&platform.settle(reported.reservation, "1").await), "key_reused");
    assert_eq!(platform.windows(ada).await[0].1, "2");
    platform.check_totals().await;
}

#[tokio::test]
async fn spend_of_former_members_and_deactivated_users_is_kept() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.world.project("atlas", &platform.root).await;
    platform.run("update users set is_active = false where name = 'Ada'").await;
    platform.run("update projects set deleted_at = now() where name = 'atlas'").await;
    let now = platform.world.clock.now();
    let in_project = EventFields { project: "atlas".into(), ..event_fields("1", ada, "1", now) };
    assert_eq!(codes(&platform, vec![parsed_event(&in_project), event("2", ada, "1", now)]).await, ["accepted"; 2]);
    platform.check_totals().await;
}

#[tokio::test]
async fn correction_takes_back_tokens_and_counts_no_further_event() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let now = platform.world.clock.now();
    let with_tokens = |fields: EventFields, [input_tokens, output_tokens]: [i64; 2]| {
        parsed_event(&EventFields { input_tokens, output_tokens, ..fields })
    };
    let event = with_tokens(event_fields("1", ada, "3", now), [10, 20]);
    let correction = EventFields { corrects: "1".to_owned(), ..event_fields("2", ada, "-1", now) };
    assert_eq!(codes(&platform, vec![event, with_tokens(correction, [4, 5])]).await, ["accepted"; 2]);
    let day: Vec<(String, i64, i64, i64)> =
        sqlx::query_as("select trim_scale(amount)::text, input_tokens, output_tokens, events from spend_days")
            .fetch_all(platform.services().pool())
            .await
            .expect("days");
    assert_eq!(day, [("2".to_owned(), 6, 15, 1)]);
    platform.check_totals().await;
}

#[tokio::test]
async fn refused_correction_is_refused_each_time_it_is_in_a_batch() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    codes(&platform, vec![event("1", ada, "3", platform.world.clock.now())]).await;
    let correct = |key: &str, amount: &str| correction(key, "1", ada, amount, &platform);
    // Two with a key that nothing has kept yet, then one that is written, twice, and its key with other content.
    let batch =
        vec![correct("2", "-4"), correct("2", "-4"), correct("2", "-1"), correct("2", "-1"), correct("2", "-2")];
    let expected = ["correction_too_large", "correction_too_large", "accepted", "duplicate", "key_reused"];
    assert_eq!(codes(&platform, batch).await, expected);
    assert_eq!(platform.windows(ada).await[0].1, "2");
    platform.check_totals().await;
}

#[tokio::test]
async fn sums_beyond_every_amount_are_counted_and_calls_are_denied() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("held", ada, "1").await;
    let now = platform.world.clock.now();
    let events = (0..1000).map(|number| event(&number.to_string(), ada, "1000000", now)).collect();
    assert_eq!(codes(&platform, events).await, vec!["accepted"; 1000]);
    assert_eq!(settle_code(&platform.settle(held.reservation, "0.5").await), "settled");
    assert_eq!(platform.windows(ada).await, [("10".into(), "1000000000.5".into(), "0".into())]);
    assert_eq!(denied(&platform.reserve("1", ada, "0.01").await), "hard_limit_reached");
    platform.check_totals().await;
}
