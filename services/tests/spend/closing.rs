//! Days are closed, and their sums written, while events come in.

use crate::spend::sums::{check_page, summed_days, today};
use crate::spend::support::{Platform, event, outcome};
use domain::spending::DayRange;
use services::spend::add_up;
use sqlx::{Connection as _, PgConnection};
use time::macros::datetime;
use time::{Date, Duration};

/// The event is of today when its statement begins, and is written when the day is over.
#[tokio::test]
async fn event_that_is_written_while_its_day_is_closed_counts() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let day = today(&platform);
    let at = platform.world.clock.now();
    platform.ingest(vec![event("1", ada, "1", at)]).await;
    let mut holder = PgConnection::connect(&platform.world.database_url()).await.expect("a connection");
    sqlx::raw_sql("begin; select from spend_days for update").execute(&mut holder).await.expect("a lock");
    let write = platform.ingest(vec![event("2", ada, "2", at)]);
    let close = async {
        platform.world.until_blocked(1).await;
        platform.world.clock.advance(Duration::days(1));
        let (closed, ()) = tokio::join!(add_up(platform.services()), async {
            platform.world.until_blocked(2).await;
            sqlx::raw_sql("rollback").execute(&mut holder).await.expect("an end");
        });
        closed.expect("a run")
    };
    let (written, closed) = tokio::join!(write, close);
    assert_eq!((written.iter().map(outcome).collect::<Vec<_>>(), closed), (vec!["accepted"], 1));
    assert_eq!(summed_days(&platform).await, 1);
    check_page(&platform, DayRange::ending(day, 1)).await;
}

/// The statement that writes the event begins before the day is closed, waits, and goes on after it.
#[tokio::test]
async fn event_that_waits_for_the_closing_of_its_day_marks_the_day_as_late() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let (day, at) = (today(&platform), platform.world.clock.now());
    platform.ingest(vec![event("1", ada, "1", at)]).await;
    platform.world.clock.advance(Duration::days(1));
    let mut closing = PgConnection::connect(&platform.world.database_url()).await.expect("a connection");
    let lock = "begin; lock table spend_late_days in share mode";
    sqlx::raw_sql(lock).execute(&mut closing).await.expect("a lock");
    let close = async {
        platform.world.until_blocked(1).await;
        let close = "insert into spend_closed_days (day) values ('2026-03-02'); commit";
        sqlx::raw_sql(close).execute(&mut closing).await.expect("a closed day");
    };
    let (written, ()) = tokio::join!(platform.ingest(vec![event("2", ada, "2", at)]), close);
    assert_eq!(written.iter().map(outcome).collect::<Vec<_>>(), ["accepted"]);
    let late: Vec<Date> = sqlx::query_scalar("select day from spend_late_days")
        .fetch_all(platform.services().pool())
        .await
        .expect("late days");
    assert_eq!(late, [day]);
    check_page(&platform, DayRange::ending(day, 1)).await;
}

/// With the last day of a week, another instance would make it a complete week, whose sums this run does not write.
#[tokio::test]
async fn no_day_is_closed_while_a_run_writes_the_sums_of_its_week() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let sunday = datetime!(2026-03-08 12:00 UTC);
    platform.world.clock.advance(sunday - platform.world.clock.now());
    let week = DayRange::ending(sunday.date(), 7);
    let events = (0..7).map(|day| event(&format!("{day}"), ada, "1", sunday - Duration::days(day)));
    platform.ingest(events.collect()).await;
    // Closes Monday to Saturday.
    add_up(platform.services()).await.expect("a run");
    platform.ingest(vec![event("late", ada, "2", sunday - Duration::days(3))]).await;
    let connect = async || PgConnection::connect(&platform.world.database_url()).await.expect("a connection");
    let (mut holder, mut other) = (connect().await, connect().await);
    sqlx::raw_sql("begin; select from spend_closed_days for update").execute(&mut holder).await.expect("a lock");
    let close = async {
        platform.world.until_blocked(1).await;
        let close = "begin; lock table spend_late_days in share mode;
                     insert into spend_closed_days (day) values ('2026-03-08'); commit";
        sqlx::raw_sql(close).execute(&mut other).await.expect("a closed day");
    };
    let release = async {
        platform.world.until_blocked(2).await;
        sqlx::raw_sql("rollback").execute(&mut holder).await.expect("an end");
    };
    let (run, (), ()) = tokio::join!(add_up(platform.services()), close, release);
    run.expect("a run");
    check_page(&platform, week).await;
    platform.world.clock.advance(Duration::days(1));
    add_up(platform.services()).await.expect("a run");
    assert_eq!(summed_days(&platform).await, 7);
    check_page(&platform, week).await;
}
