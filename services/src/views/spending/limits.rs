//! Limits beside spend, for the tables of `/v1`.

use super::{ReadScope, Slice, SpendFilter};
use crate::Services;
use crate::budgets::stored::category;
use crate::budgets::switched_on;
use crate::error::Error;
use domain::budget::Category;
use domain::id::{ProjectId, UserId};
use domain::money::NetAmount;
use domain::permission::ViewSpend;
use domain::spending::DayRange;
use rust_decimal::Decimal;
use sqlx::{Postgres, QueryBuilder};
use std::collections::HashMap;
use uuid::Uuid;

/// One of the two limits of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Warns.
    Soft,
    /// Refuses.
    Hard,
}

/// A user who reached a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastLimit {
    /// The address.
    pub email: String,
    /// The most that was spent in one window.
    pub spent: NetAmount,
}

/// Users who reached a limit in a window that overlaps the days, the highest spend first, and how many they are. One
/// statement; beyond the end one more.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off.
pub async fn past_limit(
    services: &Services,
    scope: &ReadScope<ViewSpend>,
    days: DayRange,
    limit: Limit,
    filter: &SpendFilter,
    slice: Slice,
) -> Result<(Vec<PastLimit>, i64), Error> {
    switched_on(services)?;
    let column = match limit {
        Limit::Soft => "soft_limit",
        Limit::Hard => "hard_limit",
    };
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "with past as (select u.id, u.email, max(d.spent) as spent
         from budget_windows d join users u on u.id = d.user_id where d.spent > 0 and d.spent >= d.",
    );
    sql.push(column).push(" and d.starts_at < (").push_bind(days.to);
    sql.push("::date + 1)::timestamp at time zone 'UTC' and d.ends_at > ").push_bind(days.from);
    sql.push("::date::timestamp at time zone 'UTC'");
    scope.push(&mut sql, "d.project_id");
    filter.push(&mut sql);
    sql.push(
        " group by u.id) select email, spent, (select count(*) from past) from past order by spent desc, id offset ",
    );
    sql.push_bind(i64::from(slice.skip)).push(" limit ").push_bind(slice.limit.map(i64::from));
    let rows: Vec<(String, Decimal, i64)> = sql.build_query_as().fetch_all(&services.pool).await?;
    let count = match rows.first() {
        Some((_, _, count)) => *count,
        None if slice.skip > 0 => {
            let first = Slice { skip: 0, limit: Some(1) };
            Box::pin(past_limit(services, scope, days, limit, filter, first)).await?.1
        }
        None => 0,
    };
    let rows = rows.into_iter().map(|(email, spent, _)| PastLimit { email, spent: NetAmount::new(spent) });
    Ok((rows.collect(), count))
}

/// The hard limits of the budgets that are assigned to projects. One statement.
///
/// # Errors
/// The database failed.
pub async fn project_limits(
    services: &Services,
    projects: &[ProjectId],
) -> Result<HashMap<(ProjectId, Category), NetAmount>, Error> {
    let ids: Vec<Uuid> = projects.iter().map(|project| project.0).collect();
    let rows = sqlx::query!(
        "select a.project_id, a.category, b.hard_limit
         from project_budgets a join budgets b on b.id = a.budget_id where a.project_id = any($1)",
        &ids
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter()
        .map(|row| Ok(((ProjectId(row.project_id), category(&row.category)?), NetAmount::new(row.hard_limit))))
        .collect()
}

/// The hard limits of members' shares of projects' budgets, from the windows of now; the lowest of several projects.
/// One statement.
///
/// # Errors
/// The database failed.
pub async fn member_limits(
    services: &Services,
    scope: &ReadScope<ViewSpend>,
    filter: &SpendFilter,
    users: &[UserId],
) -> Result<HashMap<(UserId, Category), NetAmount>, Error> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let mut sql: QueryBuilder<Postgres> = QueryBuilder::new(
        "select d.user_id, d.category, min(d.hard_limit) from budget_windows d
         where d.project_id is not null and d.starts_at <= ",
    );
    let now = services.clock.now();
    sql.push_bind(now).push(" and d.ends_at > ").push_bind(now).push(" and d.user_id = any(").push_bind(ids).push(")");
    scope.push(&mut sql, "d.project_id");
    filter.push(&mut sql);
    sql.push(" group by d.user_id, d.category");
    let rows: Vec<(Uuid, String, Decimal)> = sql.build_query_as().fetch_all(&services.pool).await?;
    rows.into_iter()
        .map(|(user, stored, limit)| Ok(((UserId(user), category(&stored)?), NetAmount::new(limit))))
        .collect()
}
