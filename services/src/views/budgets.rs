//! Budgets: their list, one budget with its assignments, and the budget behind an id of `/v1`.

mod holders;

use crate::Services;
use crate::budgets::stored::{category, limits, period};
use crate::budgets::switched_on;
use crate::error::Error;
use crate::guard::Can;
use crate::keyset::{SortKey, time_key};
use crate::listing::{List, ListQuery, Listing, Slice};
use crate::search::{Hits, Searched};
use domain::budget::{AlertThresholds, BudgetDetail, BudgetQuery, BudgetRow, BudgetSlug, BudgetSort, Category};
use domain::count::MAX_EXACT_COUNT;
use domain::error::Refusal;
use domain::id::{BudgetId, UserId};
use domain::page::Page;
use domain::permission::ViewBudgets;
use domain::text::SearchTerm;
pub(super) use holders::HolderRow;
use holders::{Spend, assignments, spend};
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
        sql.push("(b.slug = ").push_bind(slug.to_string());
        sql.push(" or (b.slug is null and b.id = ").push_bind(slug.as_str().parse::<Uuid>().ok());
        sql.push(")) order by b.slug is null desc limit 1");
    })
    .await
}

/// A budget, its latest assignments, at most 50, and what is spent of it. Three statements.
///
/// # Errors
/// As [`find`].
pub async fn detail(services: &Services, _can: &Can<ViewBudgets>, budget: BudgetId) -> Result<BudgetDetail, Error> {
    let budget = find_by_id(services, budget).await?;
    let assignments = assignments(services, &budget).await?;
    let Spend { totals, past_windows, alerts } = spend(services, &budget).await?;
    Ok(BudgetDetail { budget, assignments, totals, past_windows, alerts })
}

/// A budget's facts, for the form that edits it. One statement.
///
/// # Errors
/// As [`find`].
pub async fn facts(services: &Services, _can: &Can<ViewBudgets>, budget: BudgetId) -> Result<BudgetRow, Error> {
    find_by_id(services, budget).await
}

async fn find_by_id(services: &Services, budget: BudgetId) -> Result<BudgetRow, Error> {
    load(services, true, |sql| {
        sql.push("b.id = ").push_bind(budget.0);
    })
    .await
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
    sql.push(" from budgets b where b.project_id is null and ");
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
        // Budgets of projects are in no list of global ones.
        sql.push(" and b.project_id is null");
        if let Some(category) = self.query.filter.category {
            sql.push(" and b.category = ").push_bind(category.key());
        }
    }
}

fn push_columns(sql: &mut QueryBuilder<Postgres>, with_counts: bool) {
    sql.push(
        "b.id, coalesce(b.slug, b.id::text) as slug, b.name, b.description, b.category, b.soft_limit, b.hard_limit,
         b.reset_minutes, b.calendar, b.time_zone, b.alert_at, b.is_default, b.is_predefined, b.created_by, b.created_at,
         b.updated_at, b.version",
    );
    if with_counts {
        sql.push(format_args!(
            ", (select count(*) from (select from user_budgets a where a.budget_id = b.id limit {most}) a) as user_count,
             (select count(*) from (select from project_budgets a where a.budget_id = b.id limit {most}) a) as project_count,
             exists (select from budgets d where d.is_default and d.category = b.category and d.is_predefined)
               as default_is_predefined",
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
    calendar: bool,
    time_zone: String,
    alert_at: Option<Vec<i16>>,
    is_default: bool,
    is_predefined: bool,
    created_by: Option<Uuid>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    version: i64,
    #[sqlx(default)]
    user_count: i64,
    #[sqlx(default)]
    project_count: i64,
    #[sqlx(default)]
    default_is_predefined: bool,
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
            calendar: row.calendar,
            time_zone: row.time_zone,
            alert_at: AlertThresholds::from_stored(row.alert_at),
            is_default: row.is_default,
            is_predefined: row.is_predefined,
            user_count: row.user_count,
            project_count: row.project_count,
            default_is_predefined: row.default_is_predefined,
            created_by: row.created_by.map(UserId),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}
