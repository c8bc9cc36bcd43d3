//! Budgets: their list, one budget with its assignments, and the budget behind an id of `/v1`.

use crate::Services;
use crate::actor::user_kind;
use crate::budgets::stored::{category, limits, period};
use crate::budgets::switched_on;
use crate::error::Error;
use crate::guard::Can;
use crate::keyset::{SortKey, time_key};
use crate::listing::{List, ListQuery, Listing, Slice};
use crate::projects::stored_name;
use crate::search::{Hits, Searched};
use domain::budget::{
    BudgetAssignment, BudgetDetail, BudgetQuery, BudgetRow, BudgetSlug, BudgetSort, Category, Holder,
};
use domain::count::MAX_EXACT_COUNT;
use domain::error::Refusal;
use domain::id::{BudgetId, UserId};
use domain::page::Page;
use domain::permission::ViewBudgets;
use domain::text::SearchTerm;
use rust_decimal::Decimal;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// What narrows the list.
#[derive(Clone, Debug, Default)]
pub struct BudgetFilter {
    /// Substring of the name, without regard to case and accents.
    pub search: Option<SearchTerm>,
    /// Only this category.
    pub category: Option<Category>,
}

/// A page of the console's list. One statement, and one more for a search, whatever the number of rows.
///
/// # Errors
/// [`Refusal::NotFound`] when budgets are switched off.
pub async fn list(services: &Services, _can: &Can<ViewBudgets>, query: &BudgetQuery) -> Result<Page<BudgetRow>, Error> {
    let query = ListQuery {
        filter: BudgetFilter { search: query.search.clone(), category: query.category },
        order: query.sort,
        descending: query.descending,
        slice: Slice::at(query.cursor.clone(), query.size),
    };
    Ok(read(services, &query, false).await?.page)
}

/// A page of the list with its total, for `/v1`. One statement, and one more for a search, whatever the number of rows.
///
/// # Errors
/// As [`list`].
pub async fn list_for_api(
    services: &Services,
    _can: &Can<ViewBudgets>,
    query: &ListQuery<BudgetFilter, BudgetSort>,
) -> Result<Listing<BudgetRow>, Error> {
    read(services, query, true).await
}

/// The budget behind an id of `/v1`. One statement. A slug that reads as the id of another budget, as older databases
/// may have it, loses against that id.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget or budgets are switched off.
pub async fn find(services: &Services, _can: &Can<ViewBudgets>, slug: &BudgetSlug) -> Result<BudgetRow, Error> {
    load(services, false, |sql| {
        sql.push("b.slug = ").push_bind(slug.to_string());
        sql.push(" or (b.slug is null and b.id = ").push_bind(slug.as_str().parse::<Uuid>().ok());
        sql.push(") order by b.slug is null desc limit 1");
    })
    .await
}

/// A budget and its latest assignments, at most 50. Two statements.
///
/// # Errors
/// As [`find`].
pub async fn detail(services: &Services, _can: &Can<ViewBudgets>, budget: BudgetId) -> Result<BudgetDetail, Error> {
    let found = load(services, true, |sql| {
        sql.push("b.id = ").push_bind(budget.0);
    });
    Ok(BudgetDetail { budget: found.await?, assignments: assignments(services, budget).await? })
}

async fn read(
    services: &Services,
    query: &ListQuery<BudgetFilter, BudgetSort>,
    for_api: bool,
) -> Result<Listing<BudgetRow>, Error> {
    switched_on(services)?;
    let hits = Hits::of(services, Searched::Budgets, query.filter.search.as_ref()).await?;
    Budgets { query, hits, for_api }.fetch(services).await?.try_map(BudgetRow::try_from)
}

async fn load(
    services: &Services,
    with_counts: bool,
    push_condition: impl FnOnce(&mut QueryBuilder<Postgres>),
) -> Result<BudgetRow, Error> {
    switched_on(services)?;
    let mut sql = QueryBuilder::new("select ");
    push_columns(&mut sql, with_counts);
    sql.push(" from budgets b where ");
    push_condition(&mut sql);
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    row.ok_or(Refusal::NotFound)?.try_into()
}

struct Budgets<'a> {
    query: &'a ListQuery<BudgetFilter, BudgetSort>,
    hits: Hits,
    for_api: bool,
}

impl List for Budgets<'_> {
    type Row = Row;
    type Filter = BudgetFilter;
    type Order = BudgetSort;
    const TABLE: &'static str = "budgets";
    const ALIAS: &'static str = "b";

    fn query(&self) -> &ListQuery<BudgetFilter, BudgetSort> {
        self.query
    }

    fn has_total(&self) -> bool {
        self.for_api
    }

    fn is_narrowed(&self) -> bool {
        self.query.filter.search.is_some() || self.query.filter.category.is_some()
    }

    fn hits(&self) -> &Hits {
        &self.hits
    }

    fn sort_key(order: BudgetSort) -> SortKey {
        match order {
            BudgetSort::Name => SortKey::text("b.name collate name_order"),
            BudgetSort::HardLimit => SortKey::number("b.hard_limit"),
            BudgetSort::Created => SortKey::time("b.created_at"),
            BudgetSort::Updated => SortKey::time("b.updated_at"),
        }
    }

    fn place(row: &Row, order: BudgetSort) -> (Option<String>, Uuid) {
        let key = match order {
            BudgetSort::Name => Some(row.name.clone()),
            BudgetSort::HardLimit => Some(row.hard_limit.to_string()),
            BudgetSort::Created => time_key(Some(row.created_at)),
            BudgetSort::Updated => time_key(Some(row.updated_at)),
        };
        (key, row.id)
    }

    fn push_columns(&self, sql: &mut QueryBuilder<Postgres>) {
        push_columns(sql, !self.for_api);
    }

    fn push_condition(&self, sql: &mut QueryBuilder<Postgres>) {
        if let Some(category) = self.query.filter.category {
            sql.push(" and b.category = ").push_bind(category.key());
        }
    }
}

fn push_columns(sql: &mut QueryBuilder<Postgres>, with_counts: bool) {
    sql.push(
        "b.id, coalesce(b.slug, b.id::text) as slug, b.name, b.description, b.category, b.soft_limit, b.hard_limit,
         b.reset_minutes, b.created_by, b.created_at, b.updated_at, b.version",
    );
    if with_counts {
        sql.push(format_args!(
            ", (select count(*) from (select from user_budgets a where a.budget_id = b.id limit {most}) a) as user_count,
             (select count(*) from (select from project_budgets a where a.budget_id = b.id limit {most}) a) as project_count",
            most = MAX_EXACT_COUNT + 1
        ));
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    slug: String,
    name: String,
    description: Option<String>,
    category: String,
    soft_limit: Decimal,
    hard_limit: Decimal,
    reset_minutes: i32,
    created_by: Option<Uuid>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    version: i64,
    #[sqlx(default)]
    user_count: i64,
    #[sqlx(default)]
    project_count: i64,
}

impl TryFrom<Row> for BudgetRow {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: BudgetId(row.id),
            slug: row.slug,
            name: row.name,
            description: row.description,
            category: category(&row.category)?,
            limits: limits(row.soft_limit, row.hard_limit)?,
            period: period(row.reset_minutes)?,
            user_count: row.user_count,
            project_count: row.project_count,
            created_by: row.created_by.map(UserId),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

pub(super) async fn assignments(services: &Services, budget: BudgetId) -> Result<Vec<BudgetAssignment>, Error> {
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
