//! The page of spending shows the sum of the events, whatever comes late, and whenever the job that adds up days runs or is
//! killed.

use crate::spend::interrupted::kill_the_waiting;
use crate::spend::support::{Platform, event, event_fields, parsed_event};
use domain::id::UserId;
use domain::permission::ViewSpend;
use domain::spend::{EventFields, SpendEvent};
use domain::spending::{Breakdown, DayRange, Period, Spender, SpendingQuery};
use fastrand::Rng;
use futures_util::future::join_all;
use rust_decimal::Decimal;
use services::Error;
use services::spend::add_up;
use services::testing::rounds;
use services::views::{ReadScope, spending};
use sqlx::{Connection as _, PgConnection};
use std::collections::BTreeMap;
use std::sync::Arc;
use time::{Date, Duration, UtcOffset};

/// Over how many days the events lie.
const DAYS: i64 = 40;

pub(crate) fn today(platform: &Platform) -> Date {
    platform.world.clock.now().to_offset(UtcOffset::UTC).date()
}

/// What the events of some days add up to, by one column.
async fn sums_of_events(platform: &Platform, days: DayRange, column: &str) -> BTreeMap<String, Decimal> {
    let sql = format!(
        "select coalesce({column}::text, ''), sum(amount) from spend_events
         where (spent_at at time zone 'UTC')::date between $1 and $2 group by 1 having sum(amount) <> 0"
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(days.from).bind(days.to);
    let rows: Vec<(String, Decimal)> = query.fetch_all(platform.services().pool()).await.expect("sums");
    rows.into_iter().map(|(key, amount)| (key, amount.normalize())).collect()
}

async fn total_of_events(platform: &Platform, days: DayRange) -> Decimal {
    sums_of_events(platform, days, "''").await.into_values().sum()
}

fn key(spender: &Spender) -> String {
    match spender {
        Spender::Project { id, .. } | Spender::DeletedProject(id) => id.to_string(),
        Spender::User { id, .. } | Spender::DeletedUser(id) => id.to_string(),
        Spender::Category(category) => category.key().to_owned(),
        Spender::Model(model) => model.clone(),
        Spender::NoProject | Spender::NoUser | Spender::NoModel | Spender::PersonalProjects => String::new(),
    }
}

/// Checks every breakdown of some days, and the spend per day.
pub(crate) async fn check_page(platform: &Platform, days: DayRange) {
    let viewer = platform.world.signed_in(platform.root.actor.user_id).await;
    let scope = ReadScope::<ViewSpend>::of(&viewer).expect("may see spend");
    let columns = [
        (Breakdown::Project, "project_id"),
        (Breakdown::User, "user_id"),
        (Breakdown::Category, "category"),
        (Breakdown::Model, "model"),
    ];
    for (by, column) in columns {
        let query = SpendingQuery { period: Period::Between(days), by, ..SpendingQuery::default() };
        let page = spending::page(platform.services(), &scope, &query).await.expect("a page");
        let rows = page.rows.rows.iter().map(|row| (key(&row.spender), row.amount.as_decimal().normalize()));
        let rows: BTreeMap<_, _> = rows.filter(|(_, amount)| !amount.is_zero()).collect();
        assert_eq!(rows, sums_of_events(platform, days, column).await, "{by:?}, {days:?}");
        let by_day = page.by_day.iter().map(|day| (day.day.to_string(), day.amounts.total().as_decimal().normalize()));
        let by_day: BTreeMap<_, _> = by_day.filter(|(_, amount)| !amount.is_zero()).collect();
        assert_eq!(by_day, sums_of_events(platform, days, "(spent_at at time zone 'UTC')::date").await, "{days:?}");
        let before = total_of_events(platform, page.days.previous(page.today)).await;
        assert_eq!(page.previous.total().as_decimal().normalize(), before.normalize(), "before {days:?}");
    }
}

/// How many days are read from sums.
pub(crate) async fn summed_days(platform: &Platform) -> i64 {
    sqlx::query_scalar(
        "select count(*) from spend_closed_days c
         where c.summed_at is not null and not exists (select from spend_late_days l where l.day = c.day)",
    )
    .fetch_one(platform.services().pool())
    .await
    .expect("a count")
}

struct Mix {
    platform: Platform,
    users: Vec<UserId>,
}

impl Mix {
    async fn create() -> Self {
        let platform = Platform::create().await;
        let (_, users) = platform.project_with_members().await;
        Self { platform, users }
    }

    /// Events of the last days, some with a correction, and some sent twice.
    fn events(&self, rng: &mut Rng, corrected: bool) -> Vec<SpendEvent> {
        let mut events = Vec::new();
        for _ in 0..rng.usize(1..4) {
            let user = self.users[rng.usize(..self.users.len())];
            let at = self.platform.world.clock.now() - Duration::seconds(rng.i64(0..DAYS * 86_400));
            let amount = format!("{}.{:09}", rng.u8(..9), rng.u32(1..1_000_000_000));
            let name = rng.u16(..500).to_string();
            let fields = EventFields {
                project: if rng.bool() { "atlas".into() } else { String::new() },
                model: ["", "opus", "haiku"][rng.usize(..3)].to_owned(),
                ..event_fields(&name, user, &amount, at)
            };
            events.push(parsed_event(&fields));
            if corrected {
                let (key, amount) = (format!("c{name}"), "-0.000000001".to_owned());
                events.push(parsed_event(&EventFields { key, amount, corrects: name, ..fields }));
            }
        }
        events
    }

    /// The page's total of all days while others write: no less than before the page was read, no more than after.
    async fn watch(&self) {
        let days = DayRange::new(today(&self.platform) - Duration::days(DAYS), today(&self.platform)).expect("days");
        let viewer = self.platform.world.signed_in(self.platform.root.actor.user_id).await;
        let scope = ReadScope::<ViewSpend>::of(&viewer).expect("may see spend");
        for by in Breakdown::ALL {
            let query = SpendingQuery { period: Period::Between(days), by, ..SpendingQuery::default() };
            let before = total_of_events(&self.platform, days).await;
            let page = spending::page(self.platform.services(), &scope, &query).await.expect("a page");
            let after = total_of_events(&self.platform, days).await;
            let listed: Decimal = page.rows.rows.iter().map(|row| row.amount.as_decimal()).sum();
            for shown in [listed, page.amounts().total().as_decimal()] {
                assert!(before <= shown && shown <= after, "{by:?}: {before} <= {shown} <= {after}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_shows_the_sum_of_the_events_whatever_comes_late() {
    for seed in 0..u64::try_from(rounds(3, 60)).expect("small") {
        let mix = Arc::new(Mix::create().await);
        let mut rng = Rng::with_seed(seed);
        for step in 0..8 {
            let corrected = step % 2 == 1;
            let mut works = Vec::new();
            for work in 0..8 {
                let (mix, mut rng) = (Arc::clone(&mix), rng.fork());
                works.push(tokio::spawn(async move {
                    match work {
                        // Two instances, though a lease lets one run the job.
                        0 | 1 => add_up_unless_held_up(&mix.platform).await,
                        2 if !corrected => mix.watch().await,
                        _ => drop(mix.platform.ingest(mix.events(&mut rng, corrected)).await),
                    }
                }));
            }
            for done in join_all(works).await {
                done.unwrap_or_else(|fault| panic!("seed {seed}, step {step}: {fault}"));
            }
            let to = today(&mix.platform) - Duration::days(rng.i64(0..10));
            let days = DayRange::ending(to, rng.i64(1..DAYS));
            check_page(&mix.platform, days).await;
            mix.platform.world.clock.advance(Duration::hours(rng.i64(0..40)));
        }
        add_up(mix.platform.services()).await.expect("a run");
        assert_eq!(add_up(mix.platform.services()).await.expect("a run"), 0, "seed {seed}: nothing to do");
        assert!(summed_days(&mix.platform).await > DAYS / 2, "seed {seed}");
        check_page(&mix.platform, DayRange::ending(today(&mix.platform), DAYS)).await;
        mix.platform.check_totals().await;
    }
}

/// A run gives up where others hold it up for long, and fails for no other reason.
async fn add_up_unless_held_up(platform: &Platform) {
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    match add_up(platform.services()).await {
        Ok(_) => {}
        Err(Error::Database(fault)) if code(&fault).as_deref() == Some(LOCK_NOT_AVAILABLE) => {}
        Err(fault) => panic!("{fault}"),
    }
}

fn code(fault: &sqlx::Error) -> Option<String> {
    Some(fault.as_database_error()?.code()?.into_owned())
}

#[tokio::test]
async fn run_that_is_killed_leaves_no_sums_and_the_next_one_completes_it() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let at = platform.world.clock.now();
    // A week and some days.
    let days = DayRange::ending(today(&platform), 10);
    let in_the_week = at - Duration::days(3);
    platform.ingest(vec![event("1", ada, "1", at), event("2", ada, "2", at - Duration::days(9))]).await;
    platform.world.clock.advance(Duration::days(1));
    for table in ["spend_closed_days", "spend_late_days", "spend_model_days", "spend_user_days", "spend_user_weeks"] {
        platform.ingest(vec![event(table, ada, "0.5", in_the_week)]).await;
        let mut holder = PgConnection::connect(&platform.world.database_url()).await.expect("a connection");
        let lock = format!("begin; lock table {table} in exclusive mode");
        sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut holder).await.expect(table);
        let (run, ()) = tokio::join!(add_up(platform.services()), kill_the_waiting(&platform));
        run.expect_err(table);
        sqlx::raw_sql("rollback").execute(&mut holder).await.expect("an end");
        check_page(&platform, days).await;
        add_up(platform.services()).await.expect("a run");
        assert_eq!(summed_days(&platform).await, 10, "{table}");
        check_page(&platform, days).await;
        assert_eq!(add_up(platform.services()).await.expect("a run"), 0, "nothing to do");
    }
}

#[tokio::test]
async fn sums_are_written_without_the_statement_timeout_of_pages() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    platform.ingest(vec![event("1", ada, "1", platform.world.clock.now())]).await;
    platform.world.clock.advance(Duration::days(1));
    platform
        .run(
            "create function check_timeout() returns trigger language plpgsql as $$
             begin assert current_setting('statement_timeout') = '0'; return null; end $$;
             create trigger check_timeout before insert on spend_user_days for each statement execute function check_timeout()",
        )
        .await;
    for connection in &mut platform.connections().await {
        sqlx::raw_sql("set statement_timeout = '1min'").execute(&mut **connection).await.expect("a setting");
    }
    assert_eq!(add_up(platform.services()).await.expect("a run"), 1);
}

/// Without the job, or before its first run after an update, the page is slower and says the same.
#[tokio::test]
async fn sums_are_read_for_closed_days_and_totals_for_the_others() {
    let platform = Platform::create().await;
    let ada = platform.user_with_budget("Ada", "10").await;
    let at = platform.world.clock.now();
    let yesterday = at - Duration::days(1);
    platform.ingest(vec![event("1", ada, "1", yesterday), event("2", ada, "2", at)]).await;
    let days = DayRange::ending(today(&platform), 2);
    check_page(&platform, days).await;
    assert_eq!(add_up(platform.services()).await.expect("a run"), 1);
    assert_eq!(summed_days(&platform).await, 1);
    check_page(&platform, days).await;
    // It is the sums that are read.
    platform.run("update spend_days set amount = amount + 100 where day < '2026-03-02'").await;
    check_page(&platform, days).await;
    platform.run("update spend_days set amount = amount - 100 where day < '2026-03-02'").await;
    platform.ingest(vec![event("3", ada, "4", yesterday)]).await;
    assert_eq!(summed_days(&platform).await, 0);
    check_page(&platform, days).await;
}
