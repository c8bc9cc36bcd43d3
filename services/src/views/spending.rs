//! What was spent: totals by day and category, and a breakdown. Read from the daily totals and sums of them, never from the
//! events.

mod breakdown;
mod limits;
mod source;
mod usage;

pub use limits::{Limit, PastLimit, member_limits, past_limit, project_limits};
pub use usage::{MemberShare, UserUsage, user_usage};

use super::scope::ReadScope;
use crate::Services;
use crate::budgets::stored::category;
use crate::budgets::switched_on;
use crate::error::Error;
use domain::budget::Category;
use domain::id::UserId;
use domain::money::NetAmount;
use domain::permission::ViewSpend;
use domain::project::ProjectName;
use domain::spending::{
    Breakdown, CategoryAmounts, DayRange, DaySpend, Forecast, MonthSpend, SpendRow, Spending, SpendingQuery,
};
use rust_decimal::Decimal;
use source::{Source, Sums};
use sqlx::{Postgres, QueryBuilder};
use time::{Date, Duration, UtcOffset};

/// The statements of the page, whatever the number of rows.
pub const STATEMENTS: usize = 3;

/// What narrows the spend that is read.
#[derive(Clone, Debug, Default)]
pub struct SpendFilter {
    /// Only spend in one of these projects; `None` stands for all.
    pub projects: Option<Vec<ProjectName>>,
    /// Only spend of one of these users; `None` stands for all.
    pub users: Option<Vec<UserId>>,
    /// Only spend of this category.
    pub category: Option<Category>,
}

impl From<&SpendingQuery> for SpendFilter {
    fn from(query: &SpendingQuery) -> Self {
        Self {
            projects: query.project.clone().map(|name| vec![name]),
            users: query.user.map(|user| vec![user]),
            category: query.category,
        }
    }
}

impl SpendFilter {
    /// Appends ` and ...` for the rows `d` of the daily totals.
    fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        if let Some(projects) = &self.projects {
            let names: Vec<String> = projects.iter().map(ToString::to_string).collect();
            sql.push(" and d.project_id = any(array(select p.id from projects p where lower(p.name) in (select lower(n) from unnest(");
            sql.push_bind(names).push("::text[]) n)))");
        }
        if let Some(users) = &self.users {
            let ids: Vec<_> = users.iter().map(|user| user.0).collect();
            sql.push(" and d.user_id = any(").push_bind(ids).push("::uuid[])");
        }
        if let Some(category) = self.category {
            sql.push(" and d.category = ").push_bind(category.key());
        }
    }
}

/// The page of the query. [`STATEMENTS`] statements.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off.
pub async fn page(services: &Services, scope: &ReadScope<ViewSpend>, query: &SpendingQuery) -> Result<Spending, Error> {
    switched_on(services)?;
    let today = today(services);
    let days = query.period.days(today);
    let compared = Compared { days, previous: days.previous(today) };
    let filter = SpendFilter::from(query);
    let (by_day, previous) = by_day(services, scope, compared, &filter).await?;
    let found = breakdown::page(services, scope, compared, &filter, query).await?;
    let names = names(services, scope, query).await?;
    Ok(Spending {
        today,
        days,
        by_day,
        previous,
        rows: found.rows,
        row_count: found.count,
        movers: found.movers,
        project: names.project,
        user: names.user,
        has_spend: names.has_spend,
    })
}

/// What was spent in the month of today and in the one before. One statement.
///
/// # Errors
/// As [`page`].
pub async fn month(services: &Services, scope: &ReadScope<ViewSpend>) -> Result<MonthSpend, Error> {
    switched_on(services)?;
    let today = today(services);
    let days = DayRange::month_of(today);
    let compared = Compared { days, previous: DayRange::month_of(days.from - Duration::DAY) };
    let (by_day, previous) = by_day(services, scope, compared, &SpendFilter::default()).await?;
    Ok(MonthSpend {
        spent: by_day.iter().map(|day| day.amounts.total()).sum(),
        forecast: Forecast::new(days, today, &by_day),
        last_month: previous.total(),
    })
}

/// Every row of a breakdown with its amounts by category, the largest first; for files. One statement.
///
/// # Errors
/// As [`page`].
pub async fn all_rows(
    services: &Services,
    scope: &ReadScope<ViewSpend>,
    query: &SpendingQuery,
) -> Result<(DayRange, Vec<SpendRow>), Error> {
    switched_on(services)?;
    let today = today(services);
    let days = query.period.days(today);
    let compared = Compared { days, previous: days.previous(today) };
    let slice = Slice { skip: 0, limit: None };
    let (rows, _) = breakdown::rows(services, scope, compared, query.by, &SpendFilter::from(query), slice).await?;
    Ok((days, rows))
}

/// Some rows of a breakdown with their amounts by category, the largest first, and how many there are in all. One
/// statement.
///
/// # Errors
/// As [`page`].
pub async fn some_rows(
    services: &Services,
    scope: &ReadScope<ViewSpend>,
    days: DayRange,
    by: Breakdown,
    filter: &SpendFilter,
    slice: Slice,
) -> Result<(Vec<SpendRow>, i64), Error> {
    switched_on(services)?;
    let compared = Compared { days, previous: days.previous(today(services)) };
    breakdown::rows(services, scope, compared, by, filter, slice).await
}

/// Some rows of a breakdown.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Rows to leave out.
    pub skip: u32,
    /// The most rows; `None` stands for all.
    pub limit: Option<u32>,
}

/// The days of a question, and those they are compared with, which end before the first of them.
#[derive(Clone, Copy, Debug)]
struct Compared {
    days: DayRange,
    previous: DayRange,
}

impl Compared {
    /// Appends the condition on the day of `d`.
    fn push(self, sql: &mut QueryBuilder<Postgres>) {
        sql.push("d.day between ").push_bind(self.previous.from).push(" and ").push_bind(self.days.to);
        sql.push(" and (d.day >= ").push_bind(self.days.from);
        sql.push(" or d.day <= ").push_bind(self.previous.to).push(")");
    }
}

/// The day in UTC.
pub fn today(services: &Services) -> Date {
    services.clock.now().to_offset(UtcOffset::UTC).date()
}

async fn by_day(
    services: &Services,
    scope: &ReadScope<ViewSpend>,
    compared: Compared,
    filter: &SpendFilter,
) -> Result<(Vec<DaySpend>, CategoryAmounts), Error> {
    let source = Source { scope, compared, filter, sums: Sums::BY_DAY };
    let mut sql = source.begin();
    sql.push("d as (select d.day, d.category, sum(d.amount)");
    source.push(&mut sql);
    sql.push(" group by d.day, d.category) select * from d order by d.day");
    let rows: Vec<(Date, String, Decimal)> = sql.build_query_as().fetch_all(&services.pool).await?;
    let (mut by_day, mut previous) = (Vec::<DaySpend>::new(), CategoryAmounts::default());
    for (day, stored, amount) in rows {
        let (category, amount) = (category(&stored)?, NetAmount::new(amount));
        if day < compared.days.from {
            previous.add(category, amount);
            continue;
        }
        match by_day.last_mut().filter(|last| last.day == day) {
            Some(last) => last.amounts.add(category, amount),
            None => {
                let mut amounts = CategoryAmounts::default();
                amounts.add(category, amount);
                by_day.push(DaySpend { day, amounts });
            }
        }
    }
    Ok((by_day, previous))
}

#[derive(sqlx::FromRow)]
struct Names {
    has_spend: bool,
    project: Option<String>,
    user: Option<String>,
}

/// The names of what the query names, for those who may know them, and whether there is any spend.
async fn names(services: &Services, scope: &ReadScope<ViewSpend>, query: &SpendingQuery) -> Result<Names, Error> {
    let mut sql = QueryBuilder::new("select exists (select from spend_days d where true");
    scope.push(&mut sql, "d.project_id");
    sql.push(") as has_spend, (select p.title from projects p where lower(p.name) = lower(");
    sql.push_bind(query.project.as_ref().map(ToString::to_string)).push(")");
    scope.push(&mut sql, "p.id");
    sql.push(") as project, (select u.name from users u where u.id = ");
    sql.push_bind(query.user.map(|user| user.0));
    if !scope.is_all() {
        sql.push(" and exists (select from spend_days d where d.user_id = u.id");
        scope.push(&mut sql, "d.project_id");
        sql.push(")");
    }
    sql.push(") as \"user\"");
    Ok(sql.build_query_as().fetch_one(&services.pool).await?)
}
