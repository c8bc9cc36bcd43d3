//! What the page of spending shows.

use crate::spend::ingest::codes;
use crate::spend::support::{Platform, event, event_fields, parsed_event};
use domain::id::UserId;
use domain::permission::ViewSpend;
use domain::spend::EventFields;
use domain::spending::{Breakdown, DayRange, Period, Spender, Spending, SpendingQuery};
use services::spend::add_up;
use services::views::{ReadScope, spending};
use time::{Date, Duration, OffsetDateTime};

async fn page(platform: &Platform, query: SpendingQuery) -> Spending {
    let viewer = platform.world.signed_in(platform.root.actor.user_id).await;
    let scope = ReadScope::<ViewSpend>::of(&viewer).expect("may see spend");
    spending::page(platform.services(), &scope, &query).await.expect("a page")
}

/// Each row of a breakdown, the smallest amount first.
async fn rows(platform: &Platform, days: DayRange, by: Breakdown) -> Vec<(String, String)> {
    let query = SpendingQuery { period: Period::Between(days), by, ..SpendingQuery::default() };
    let rows = page(platform, query).await.rows.rows.into_iter().rev();
    rows.map(|row| (name(row.spender), row.amount.to_string())).collect()
}

fn name(spender: Spender) -> String {
    match spender {
        Spender::Project { title, .. } => title,
        Spender::User { name, .. } => name,
        other => format!("{other:?}"),
    }
}

/// In two projects, and with a budget of their own.
async fn member_of_two_projects(platform: &Platform) -> UserId {
    let ada = platform.user_with_budget("Ada", "100").await;
    for name in ["atlas", "helios"] {
        let project = platform.world.project(name, &platform.root).await;
        let budget = platform.budget(name, "100").await;
        platform.assign_to_project(budget, project).await;
        platform.member(project, ada).await;
    }
    ada
}

fn in_project(project: &str, user: UserId, amount: &str, at: OffsetDateTime) -> domain::spend::SpendEvent {
    let key = format!("{project} {at}");
    parsed_event(&EventFields { project: project.to_owned(), ..event_fields(&key, user, amount, at) })
}

/// The cost of a user was twice as high in the table of users as on the dashboard: a join had a row for each of something
/// that the user has more than one of.
#[tokio::test]
async fn spend_of_a_member_of_two_projects_counts_once_in_each_breakdown() {
    let platform = Platform::create().await;
    let ada = member_of_two_projects(&platform).await;
    let now = platform.world.clock.now();
    let events =
        vec![in_project("atlas", ada, "1", now), in_project("helios", ada, "2", now), event("own", ada, "4", now)];
    assert_eq!(codes(&platform, events).await, ["accepted"; 3]);
    let today = DayRange::ending(now.date(), 1);
    let expected = |rows: &[(&str, &str)]| -> Vec<(String, String)> {
        rows.iter().map(|(name, amount)| ((*name).to_owned(), (*amount).to_owned())).collect()
    };
    assert_eq!(rows(&platform, today, Breakdown::User).await, expected(&[("Ada", "7")]));
    assert_eq!(rows(&platform, today, Breakdown::Category).await, expected(&[("Category(Cli)", "7")]));
    let by_project = expected(&[("atlas", "1"), ("helios", "2"), ("NoProject", "4")]);
    assert_eq!(rows(&platform, today, Breakdown::Project).await, by_project);
}

/// The days of a week, each by itself, had half as much again as the week: each query read a day on either side for the
/// sake of time zones. Filtered by a user, the answer was empty.
#[tokio::test]
async fn days_sum_to_their_week_also_for_one_user() {
    let platform = Platform::create().await;
    let ada = member_of_two_projects(&platform).await;
    let bo = platform.user("Bo").await;
    let last: Date = platform.world.clock.now().date();
    let noon = |ago| last.midnight().assume_utc() + Duration::hours(12) - Duration::days(ago);
    for ago in 0..7 {
        // At both ends of the day, where another time zone has another day.
        let [first, at_last] = [noon(ago) - Duration::hours(12), noon(ago) + Duration::SECOND * 43_199];
        let events = vec![in_project("atlas", ada, "0.5", first), event(&format!("{ago}"), bo, "0.25", at_last)];
        platform.world.clock.advance(at_last.max(platform.world.clock.now()) - platform.world.clock.now());
        assert_eq!(codes(&platform, events).await, ["accepted"; 2], "{ago}");
    }
    let week = DayRange::ending(last, 7);
    for round in ["from totals", "from sums"] {
        for (user, of_week, of_day) in [(None, "5.25", "0.75"), (Some(ada), "3.5", "0.5"), (Some(bo), "1.75", "0.25")] {
            let total = async |days| {
                let query = SpendingQuery { period: Period::Between(days), user, ..SpendingQuery::default() };
                page(&platform, query).await.amounts().total().to_string()
            };
            assert_eq!(total(week).await, of_week, "{round}");
            for ago in 0..7 {
                assert_eq!(total(DayRange::ending(last - Duration::days(ago), 1)).await, of_day, "{round}, {ago}");
            }
        }
        platform.world.clock.advance(Duration::days(1));
        add_up(platform.services()).await.expect("a run");
    }
}
