//! What the ledger keeps, and what is read from it.

use crate::spend::ingest::codes;
use crate::spend::interrupted::kill_the_waiting;
use crate::spend::support::{Platform, allowed, denied, event, event_fields, parsed_event, request};
use domain::money::NetAmount;
use domain::permission::ViewSpend;
use domain::spend::{Decision, EventFields};
use domain::spending::{Breakdown, SpendingQuery};
use services::spend;
use services::views::{ReadScope, spending};
use sqlx::{Connection as _, PgConnection};
use time::Duration;
use time::macros::{datetime, offset};

/// A price per token that was entered as one per million tokens blocked every call until rows were deleted by hand.
#[tokio::test]
async fn call_with_a_wrong_price_is_corrected_and_makes_room() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let held = platform.hold("1", ada, "0.08").await;
    platform.settle(held.reservation, "76.16").await;
    assert_eq!(denied(&platform.reserve("2", ada, "0.01").await), "hard_limit_reached");
    let fields = event_fields("1 corrected", ada, "-76.08384", platform.world.clock.now());
    let correction = parsed_event(&EventFields { corrects: "1".to_owned(), ..fields });
    assert_eq!(codes(&platform, vec![correction]).await, ["accepted"]);
    assert_eq!(platform.windows(ada).await, [("10".into(), "0.07616".into(), "0".into())]);
    platform.hold("2", ada, "9.92384").await;
    assert_eq!(platform.event_count().await, 2, "both are kept");
    platform.check_totals().await;
}

/// Each call cost less than was stored, so that a million of them cost nothing.
#[tokio::test]
async fn very_cheap_calls_add_up_to_the_last_digit() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "0.0001").await;
    let now = platform.world.clock.now();
    let events = (0..333).map(|number| event(&format!("{number}"), ada, "0.0000003", now)).collect();
    assert!(codes(&platform, events).await.iter().all(|code| *code == "accepted"));
    assert_eq!(platform.windows(ada).await[0].1, "0.0000999");
    assert_eq!(denied(&platform.reserve("more", ada, "0.000000101").await), "hard_limit_reached");
    platform.hold("fits", ada, "0.0000001").await;
    platform.check_totals().await;
}

/// A partition whose bounds were read in the time zone of the session overlapped its neighbor or left a gap.
#[tokio::test]
async fn partitions_begin_at_midnight_utc_in_a_database_elsewhere() {
    let platform = Platform::create().await;
    let mut session = platform.services().pool().acquire().await.expect("a session");
    for (zone, month) in [("Pacific/Kiritimati", "2027-05-01"), ("America/Los_Angeles", "2027-06-01")] {
        let sql =
            format!("set time zone '{zone}'; set datestyle = 'SQL, DMY'; select create_spend_partition('{month}')");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut *session).await.expect(zone);
    }
    let bounds: Vec<String> = sqlx::query_scalar(
        "select pg_get_expr(relpartbound, oid) from pg_class, (select set_config('TimeZone', 'UTC', false),
                set_config('DateStyle', 'ISO', false)) s
         where relname in ('spend_events_202705', 'spend_events_202706') order by relname",
    )
    .fetch_all(&mut *session)
    .await
    .expect("partitions");
    let from = |first: &str, next: &str| format!("FOR VALUES FROM ('{first} 00:00:00+00') TO ('{next} 00:00:00+00')");
    assert_eq!(bounds, [from("2027-05-01", "2027-06-01"), from("2027-06-01", "2027-07-01")]);
}

/// The names of models in reports of other products are kept as they are.
#[tokio::test]
async fn long_names_of_models_are_kept() {
    let platform = Platform::create().await;
    let ada = platform.user("Ada").await;
    let names = [
        "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "hosted_vllm/meta-llama/Llama-3.1-405B-Instruct-FP8",
        "vertex_ai/gemini-2.5-flash@001",
        "ft:gpt-3.5-turbo-0125:acme::9abc",
        "azure/gpt-4o (EU)",
        "通义千问-max",
    ];
    let now = platform.world.clock.now();
    let events = names
        .iter()
        .map(|name| parsed_event(&EventFields { model: (*name).to_owned(), ..event_fields(name, ada, "1", now) }));
    assert_eq!(codes(&platform, events.collect()).await, ["accepted"; 6]);
    let stored: Vec<String> = sqlx::query_scalar("select model from spend_days order by model collate \"C\"")
        .fetch_all(platform.services().pool())
        .await
        .expect("days");
    let mut names = names.map(str::to_owned);
    names.sort();
    assert_eq!(stored, names);
}

/// A batch that was sent again after its answer was lost failed as a whole, so that its new events were never kept.
#[tokio::test]
async fn batch_sent_again_with_more_events_keeps_the_new_ones() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let now = platform.world.clock.now();
    let first = vec![event("1", ada, "1", now), event("2", ada, "1", now)];
    assert_eq!(codes(&platform, first.clone()).await, ["accepted"; 2]);
    let again = first.into_iter().chain([event("3", ada, "1", now)]).collect();
    assert_eq!(codes(&platform, again).await, ["duplicate", "duplicate", "accepted"]);
    // Neither does a batch of reservations fail for one that is known.
    let hold = |key: &str| request(key, ada, "1");
    let known = allowed(platform.reserve_all(vec![hold("a")]).await.remove(0));
    let both = platform.reserve_all(vec![hold("a"), hold("b")]).await;
    assert!(matches!(&both[0], Decision::Allowed(allowance) if allowance.reservation == known.reservation));
    assert!(matches!(&both[1], Decision::Allowed(allowance) if allowance.reservation != known.reservation));
    assert_eq!(platform.windows(ada).await, [("10".into(), "3".into(), "2".into())]);
}

/// The key of an event was taken before the event was written. When the write failed, the event that was sent again was a
/// duplicate, and counted never.
#[tokio::test]
async fn event_whose_write_failed_counts_when_it_is_sent_again() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let now = platform.world.clock.now();
    assert_eq!(codes(&platform, vec![event("1", ada, "1", now)]).await, ["accepted"]);
    let mut holder = PgConnection::connect(&platform.world.database_url()).await.expect("a connection");
    for table in ["budget_windows", "spend_keys", "spend_days", "spend_late_days"] {
        let lock = format!("begin; lock table {table} in exclusive mode");
        sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut holder).await.expect(table);
        let events = vec![event(table, ada, "1", now)];
        let write = spend::ingest(platform.services(), platform.gateway, events.clone());
        let (written, ()) = tokio::join!(write, kill_the_waiting(&platform));
        written.expect_err(table);
        sqlx::raw_sql("rollback").execute(&mut holder).await.expect("an end");
        assert_eq!(codes(&platform, events.clone()).await, ["accepted"], "{table}");
        assert_eq!(codes(&platform, events).await, ["duplicate"], "{table}");
    }
    assert_eq!(platform.windows(ada).await, [("10".into(), "5".into(), "0".into())]);
    platform.check_totals().await;
}

/// "Month to date" showed the last day of the month before, and a table by user left out those who were deleted, so that
/// two tables of one page had different sums.
#[tokio::test]
async fn month_to_date_is_the_events_of_its_days_in_every_breakdown() {
    let platform = Platform::create().await;
    let (ada, gone) = (platform.user("Ada").await, platform.user("Gone").await);
    let month = datetime!(2026-03-01 0:00 UTC);
    let before = month - Duration::microseconds(1);
    let now = platform.world.clock.now();
    let events = [
        event("1", ada, "64", before),
        event("2", ada, "1", month),
        event("3", gone, "2", month.to_offset(offset!(-12))),
        event("4", gone, "4", now),
        parsed_event(&EventFields { corrects: "4".to_owned(), ..event_fields("5", gone, "-0.5", now) }),
    ];
    assert_eq!(codes(&platform, events.to_vec()).await, ["accepted"; 5]);
    platform.run("delete from users where name = 'Gone'").await;
    let viewer = platform.world.signed_in(platform.root.actor.user_id).await;
    let scope = ReadScope::<ViewSpend>::of(&viewer).expect("may see spend");
    for by in Breakdown::ALL {
        let query = SpendingQuery { by, ..SpendingQuery::default() };
        let page = spending::page(platform.services(), &scope, &query).await.expect("a page");
        let listed: NetAmount = page.rows.rows.iter().map(|row| row.amount).sum();
        assert_eq!((listed.to_string(), page.amounts().total().to_string()), ("6.5".into(), "6.5".into()), "{by:?}");
        assert_eq!(page.by_day.first().map(|day| day.day), Some(month.date()), "{by:?}");
    }
}
