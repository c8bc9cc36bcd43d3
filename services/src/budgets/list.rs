//! Reading budgets: the list, one budget with its assignments, and the choice when assigning.

use super::stored::{category, limits, period};
use super::switched_on;
use crate::Services;
use crate::actor::user_kind;
use crate::error::Error;
use crate::guard::Can;
use crate::keyset::{Keyset, SortKey, time_key};
use crate::projects::stored_name;
use crate::search::{Hits, Searched};
use domain::budget::{BudgetAssignment, BudgetDetail, BudgetQuery, BudgetRow, BudgetSort, Holder};
use domain::error::Refusal;
use domain::id::{BudgetId, UserId};
use domain::page::{COUNTED_TO, Page};
use domain::permission::ViewBudgets;
use rust_decimal::Decimal;
use sqlx::QueryBuilder;
use time::OffsetDateTime;
use uuid::Uuid;

/// A page of budgets with the number of their assignments. One statement, and one more for a search,
/// whatever the number of rows.
///
/// # Errors
/// [`Refusal::NotFound`] when budgets are switched off.
pub async fn list(services: &Services, _can: &Can<ViewBudgets>, query: &BudgetQuery) -> Result<Page<BudgetRow>, Error> {
    switched_on(services)?;
    let sort = match query.sort {
        BudgetSort::Name => SortKey::text("b.name collate name_order"),
        BudgetSort::HardLimit => SortKey::number("b.hard_limit"),
        BudgetSort::Updated => SortKey::time("b.updated_at"),
    };
    let keyset = Keyset::new(sort, "b.id", query.descending, query.size, query.cursor.as_ref());
    let hits = Hits::of(services, Searched::Budgets, query.search.as_ref()).await?;
    let mut sql = QueryBuilder::new("with b as (select b.* from budgets b where true");
    if let Some(category) = query.category {
        sql.push(" and b.category = ").push_bind(category.key());
    }
    hits.push_condition(&mut sql, "b");
    keyset.push_condition(&mut sql);
    keyset.push_order(&mut sql);
    keyset.push_limit(&mut sql);
    sql.push(format_args!(
        ")
         select b.id, b.name, b.category, b.soft_limit, b.hard_limit, b.reset_minutes, b.updated_at, b.version,
                (select count(*) from (select from user_budgets a where a.budget_id = b.id limit {most}) a) as user_count,
                (select count(*) from (select from project_budgets a where a.budget_id = b.id limit {most}) a)
                  as project_count
         from b",
        most = COUNTED_TO + 1
    ));
    keyset.push_order(&mut sql);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    let page = keyset.page(rows, |row| {
        let key = match query.sort {
            BudgetSort::Name => Some(row.name.clone()),
            BudgetSort::HardLimit => Some(row.hard_limit.to_string()),
            BudgetSort::Updated => time_key(Some(row.updated_at)),
        };
        (key, row.id)
    });
    let rows = page.rows.into_iter().map(BudgetRow::try_from).collect::<Result<_, _>>()?;
    Ok(Page { rows, previous: page.previous, next: page.next })
}

/// A budget and its latest assignments, at most 50. Two statements.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget or budgets are switched off.
pub async fn detail(services: &Services, _can: &Can<ViewBudgets>, budget: BudgetId) -> Result<BudgetDetail, Error> {
    switched_on(services)?;
    let row = sqlx::query_as!(
        Row,
        r#"select b.id, b.name, b.category, b.soft_limit, b.hard_limit, b.reset_minutes, b.updated_at, b.version,
                  (select count(*) from (select from user_budgets a where a.budget_id = b.id limit $2) a)
                    as "user_count!",
                  (select count(*) from (select from project_budgets a where a.budget_id = b.id limit $2) a)
                    as "project_count!"
           from budgets b where b.id = $1"#,
        budget.0,
        COUNTED_TO + 1
    )
    .fetch_optional(&services.pool)
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(BudgetDetail { budget: row.try_into()?, assignments: assignments(services, budget).await? })
}

async fn assignments(services: &Services, budget: BudgetId) -> Result<Vec<BudgetAssignment>, Error> {
    let rows = sqlx::query!(
        r#"select a.id as "id!", a.name as "name!", a.detail as "detail!", a.user_type, a.email_verified as "email_verified!",
                  giver.name as "assigned_by?", a.created_at as "since!"
           from (
             (select u.id, u.name, u.email as detail, u.user_type,
                     coalesce(u.email_verified, u.auth_source = 'local') as email_verified, a.assigned_by, a.created_at
              from user_budgets a join users u on u.id = a.user_id
              where a.budget_id = $1 order by a.created_at desc, u.id limit 50)
             union all
             (select p.id, p.title, p.name, null, false, a.assigned_by, a.created_at
              from project_budgets a join projects p on p.id = a.project_id
              where a.budget_id = $1 order by a.created_at desc, p.id limit 50)
           ) a left join users giver on giver.id = a.assigned_by
           order by a.created_at desc, a.id limit 50"#,
        budget.0
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let holder = match row.user_type {
                None => Holder::Project { name: stored_name(&row.detail)?, title: row.name },
                Some(kind) => Holder::User {
                    id: UserId(row.id),
                    name: row.name,
                    email: row.detail,
                    email_verified: row.email_verified,
                    kind: user_kind(&kind)?,
                },
            };
            Ok(BudgetAssignment { holder, assigned_by: row.assigned_by, since: row.since })
        })
        .collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    category: String,
    soft_limit: Decimal,
    hard_limit: Decimal,
    reset_minutes: i32,
    updated_at: OffsetDateTime,
    version: i64,
    user_count: i64,
    project_count: i64,
}

impl TryFrom<Row> for BudgetRow {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: BudgetId(row.id),
            name: row.name,
            category: category(&row.category)?,
            limits: limits(row.soft_limit, row.hard_limit)?,
            period: period(row.reset_minutes)?,
            user_count: row.user_count,
            project_count: row.project_count,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}
