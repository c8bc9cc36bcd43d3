//! Budgets as programs read and write them: known by an id of their own choice.

use super::change::{Stored, created, insert, lock, save};
use super::stored::{category, limits, period};
use super::switched_on;
use crate::Services;
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use crate::keyset::{Keyset, SortKey, time_key};
use crate::listing::{Listing, Slice, push_total};
use crate::search::Hits;
use domain::budget::{BudgetDraft, BudgetSlug, Category, Limits};
use domain::error::Refusal;
use domain::id::{BudgetId, UserId};
use domain::money::Money;
use domain::page::Page;
use domain::permission::{ManageBudgets, ViewBudgets};
use domain::reset_period::ResetPeriod;
use domain::text::{BudgetName, Description};
use rust_decimal::Decimal;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// A budget as programs know it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The budget.
    pub id: BudgetId,
    /// The id programs know it by; its own where they gave it none.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// What it is for, if anybody said.
    pub description: Option<String>,
    /// What it pays for.
    pub category: Category,
    /// Soft and hard limit.
    pub limits: Limits,
    /// How long it lasts.
    pub period: ResetPeriod,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Last change.
    pub updated_at: OffsetDateTime,
    /// Raised by each change.
    pub version: i64,
}

/// A page of budgets, the newest first. One statement, whatever the number of rows.
///
/// # Errors
/// [`Refusal::NotFound`] when budgets are switched off.
pub async fn directory(
    services: &Services,
    can: &Can<ViewBudgets>,
    wanted: Option<Category>,
    slice: &Slice,
) -> Result<Listing<Entry>, Error> {
    switched_on(services)?;
    let keyset = Keyset::new(SortKey::time("b.created_at"), "b.id", true, slice.size, slice.cursor.as_ref());
    let push_filter = |sql: &mut QueryBuilder<Postgres>| {
        if let Some(category) = wanted {
            sql.push(" and b.category = ").push_bind(category.key());
        }
    };
    let mut sql = QueryBuilder::new(SELECT);
    sql.push(",");
    push_total(&mut sql, "budgets", &Hits::All, wanted.is_some(), |sql| {
        sql.push("b where true");
        push_filter(sql);
    });
    sql.push(" as total from budgets b where true");
    push_filter(&mut sql);
    keyset.push_condition(&mut sql);
    keyset.push_order(&mut sql);
    keyset.push_limit(&mut sql);
    slice.push_offset(&mut sql);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    if rows.is_empty() && (slice.skip > 0 || slice.cursor.is_some()) {
        // Beyond the end there is no row to read the total from.
        let first = Slice { skip: 0, cursor: None, ..slice.clone() };
        let Listing { total, .. } = Box::pin(directory(services, can, wanted, &first)).await?;
        return Ok(Listing { page: Page { rows: Vec::new(), previous: None, next: None }, total });
    }
    let total = rows.first().map(|row| row.total);
    let page = keyset.page(rows, |row| (time_key(Some(row.created_at)), row.id));
    let rows = page.rows.into_iter().map(Row::read).collect::<Result<_, _>>()?;
    Ok(Listing::new(Page { rows, previous: page.previous, next: page.next }, total, slice))
}

/// One budget by the id programs know it by. One statement. Slugs of before that read as the id of another budget lose
/// against that id.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none or budgets are switched off.
pub async fn entry(services: &Services, _can: &Can<ViewBudgets>, slug: &BudgetSlug) -> Result<Entry, Error> {
    switched_on(services)?;
    let mut sql = QueryBuilder::new(SELECT);
    sql.push(", 1::bigint as total from budgets b where b.slug = ").push_bind(slug.to_string());
    sql.push(" or (b.slug is null and b.id = ").push_bind(slug.as_str().parse::<Uuid>().ok());
    sql.push(") order by b.slug is null desc limit 1");
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    row.ok_or(Refusal::NotFound)?.read()
}

/// Makes a budget that is assigned to nobody yet.
///
/// # Errors
/// A problem at `budget_id` or `name` when it is in use.
pub async fn create(
    services: &Services,
    can: &Can<ManageBudgets>,
    slug: &BudgetSlug,
    draft: BudgetDraft,
    description: Option<Description>,
) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let id = services.new_id();
    let maker = change.caller().actor.user_id;
    insert(change.connection(), id, &draft, maker.0, services.clock.now()).await?;
    let description = description.map(String::from);
    sqlx::query!("update budgets set slug = $2, description = $3 where id = $1", id, slug.as_str(), description)
        .execute(change.connection())
        .await?;
    change.record(created(id, &draft).set("slug", slug.as_str()).field("description", None, description)).await?;
    change.commit().await
}

/// Some of the fields; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct BudgetPatch {
    /// Unique without regard to case.
    pub name: Option<BudgetName>,
    /// Immutable while the budget is assigned.
    pub category: Option<Category>,
    /// Where a warning begins.
    pub soft: Option<Money>,
    /// Where calls are refused.
    pub hard: Option<Money>,
    /// How long it lasts.
    pub period: Option<ResetPeriod>,
    /// `Some(None)` clears it.
    pub description: Option<Option<Description>>,
}

/// Saves what is given. `version`, where given, is the one the change was made for.
///
/// # Errors
/// [`Refusal::Conflict`] without fields when somebody saved since; a problem at `name` when it is in use, at `category`
/// while the budget is assigned, and at the limits when they cross; [`Refusal::NotFound`].
pub async fn patch(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    version: Option<i64>,
    patch: BudgetPatch,
) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let stored = lock(change.connection(), budget).await?;
    if version.is_some_and(|version| version != stored.version) {
        let row = conflict::Stored { target: budget.0, version: stored.version, updated_at: stored.updated_at };
        let fields = ["name", "category", "soft_limit", "hard_limit", "period", "description"];
        return Err(conflict::refusal(&mut change, row, &fields).await?.into());
    }
    let Stored { draft: old, description: before, .. } = &stored;
    let draft = BudgetDraft {
        name: patch.name.unwrap_or_else(|| old.name.clone()),
        category: patch.category.unwrap_or(old.category),
        limits: Limits::new(
            patch.soft.unwrap_or_else(|| old.limits.soft()),
            patch.hard.unwrap_or_else(|| old.limits.hard()),
        )?,
        period: patch.period.unwrap_or(old.period),
    };
    let description = patch.description.map_or_else(|| before.clone(), |text| text.map(String::from));
    if draft == *old && description == *before {
        return Ok(());
    }
    save(services, &mut change, budget, &stored, draft, description).await?;
    change.commit().await
}

const SELECT: &str =
    "select b.id, coalesce(b.slug, b.id::text) as slug, b.name, b.description, b.category, b.soft_limit,
         b.hard_limit, b.reset_minutes, b.created_by, b.created_at, b.updated_at, b.version";

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
    total: i64,
}

impl Row {
    fn read(self) -> Result<Entry, Error> {
        Ok(Entry {
            id: BudgetId(self.id),
            slug: self.slug,
            name: self.name,
            description: self.description,
            category: category(&self.category)?,
            limits: limits(self.soft_limit, self.hard_limit)?,
            period: period(self.reset_minutes)?,
            created_by: self.created_by.map(UserId),
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
        })
    }
}
