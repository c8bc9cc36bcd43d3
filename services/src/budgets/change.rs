//! Creates and edits budgets.

use super::default::check_no_default;
use super::stored::{category, limits, minutes, period};
use super::switched_on;
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use domain::budget::{AlertThresholds, BudgetDraft, BudgetSlug};
use domain::conflict::Merge;
use domain::draft::Edit;
use domain::error::Refusal;
use domain::id::{BudgetId, UserId};
use domain::permission::ManageBudgets;
use domain::text::BudgetName;
use domain::time_zone::TimeZoneName;
use domain::violation::Violation;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Creates a budget, which is not assigned yet. API clients know it by `slug`, or by its id without one.
///
/// # Errors
/// A problem at `name` or `budget_id` when it is in use, and at `period` when a form sets it shorter than forms may.
pub async fn create(
    services: &Services,
    can: &Can<ManageBudgets>,
    slug: Option<&BudgetSlug>,
    draft: &BudgetDraft,
) -> Result<BudgetId, Error> {
    switched_on(services)?;
    if slug.is_none() {
        draft.period.check_for_form(None)?;
    }
    let mut change = services.change(can).await?;
    let id = BudgetId(services.new_id());
    let creator = change.actor().account();
    insert(change.connection(), id, slug, draft, creator, services.clock.now()).await?;
    change.record(created(id, slug, draft)).await?;
    change.commit().await?;
    Ok(id)
}

/// The budget behind an id of API clients, to change it. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget or budgets are switched off.
pub async fn id_of(services: &Services, _can: &Can<ManageBudgets>, slug: &BudgetSlug) -> Result<BudgetId, Error> {
    switched_on(services)?;
    let id = sqlx::query_scalar!(
        "select id from budgets where (slug = $1 or (slug is null and id = $2)) and project_id is null
         order by slug is null desc limit 1",
        slug.as_str(),
        slug.as_str().parse::<Uuid>().ok()
    );
    Ok(BudgetId(id.fetch_optional(&services.pool).await?.ok_or(Refusal::NotFound)?))
}

/// Inserts the row of a new budget.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    id: BudgetId,
    slug: Option<&BudgetSlug>,
    draft: &BudgetDraft,
    creator: Option<UserId>,
    now: OffsetDateTime,
) -> Result<(), Error> {
    let alert_at = draft.alert_at.stored();
    sqlx::query!(
        "insert into budgets
           (id, slug, name, category, soft_limit, hard_limit, reset_minutes, description, created_by, created_at, updated_at,
            calendar, time_zone, alert_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13)",
        id.0,
        slug.map(BudgetSlug::as_str),
        draft.name.as_str(),
        draft.category.key(),
        draft.soft_limit.as_decimal(),
        draft.hard_limit.as_decimal(),
        minutes(draft.period),
        draft.description,
        creator.map(|user| user.0),
        now,
        draft.calendar,
        draft.time_zone.as_str(),
        alert_at.as_deref()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The audit event of a new budget.
pub(crate) fn created(id: BudgetId, slug: Option<&BudgetSlug>, draft: &BudgetDraft) -> Entry {
    let entry = Entry::new(Action::BudgetCreated, TargetType::Budget, id.0, draft.name.as_str());
    entry.fields(None, draft).field("slug", None, slug.map(BudgetSlug::to_string))
}

/// Saves an edit. Values equal to the stored ones change nothing and write nothing.
///
/// # Errors
/// [`Refusal::Conflict`] when the precondition does not hold, a problem at `name` when the name is in use, at `category`
/// when it would change while the budget is assigned, at the limits when they cross, and at `period` when a form sets it
/// shorter than forms may; [`Violation::PredefinedBudget`].
pub async fn edit(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    edit: Edit<BudgetDraft>,
) -> Result<Merge, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let (stored, version) = lock(change.connection(), budget).await?;
    let is_form = edit.is_form();
    let (draft, merge) = conflict::settle(&mut change, version, &stored, edit).await?;
    if draft == stored {
        return Ok(merge);
    }
    if is_form {
        draft.period.check_for_form(Some(stored.period))?;
    }
    if draft.category != stored.category {
        check_no_default(change.connection(), budget).await?;
    }
    update(change.connection(), budget, &draft, services.clock.now()).await?;
    let entry = Entry::new(Action::BudgetEdited, TargetType::Budget, budget.0, stored.name.as_str());
    change.record(entry.fields(Some(&stored), &draft)).await?;
    change.commit().await?;
    Ok(merge)
}

/// Writes what was edited.
pub(super) async fn update(
    connection: &mut PgConnection,
    budget: BudgetId,
    draft: &BudgetDraft,
    now: OffsetDateTime,
) -> Result<(), Error> {
    let alert_at = draft.alert_at.stored();
    sqlx::query!(
        "update budgets set name = $2, category = $3, soft_limit = $4, hard_limit = $5, reset_minutes = $6,
                description = $7, updated_at = $8, calendar = $9, time_zone = $10, alert_at = $11, version = version + 1
         where id = $1",
        budget.0,
        draft.name.as_str(),
        draft.category.key(),
        draft.soft_limit.as_decimal(),
        draft.hard_limit.as_decimal(),
        minutes(draft.period),
        draft.description,
        now,
        draft.calendar,
        draft.time_zone.as_str(),
        alert_at.as_deref()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Locks the row of a budget that may be changed, and reads it.
pub(super) async fn lock(
    connection: &mut PgConnection,
    budget: BudgetId,
) -> Result<(BudgetDraft, conflict::Stored), Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, slug, name, description, category, soft_limit, hard_limit, reset_minutes, calendar, time_zone, alert_at,
                is_default, is_predefined, version, updated_at
         from budgets where id = $1 and project_id is null for update",
        budget.0
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Refusal::NotFound)?;
    if row.is_predefined {
        return Err(Violation::PredefinedBudget.into());
    }
    let stored = conflict::Stored { target: budget.0, version: row.version, updated_at: row.updated_at };
    Ok((row.draft()?, stored))
}

/// A global budget as it is stored.
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) slug: Option<String>,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) category: String,
    pub(super) soft_limit: Decimal,
    pub(super) hard_limit: Decimal,
    pub(super) reset_minutes: i32,
    pub(super) calendar: bool,
    pub(super) time_zone: String,
    pub(super) alert_at: Option<Vec<i16>>,
    pub(super) is_default: bool,
    pub(super) is_predefined: bool,
    pub(super) version: i64,
    pub(super) updated_at: OffsetDateTime,
}

impl Row {
    /// What was entered.
    pub(super) fn draft(self) -> Result<BudgetDraft, Error> {
        let limits = limits(self.soft_limit, self.hard_limit)?;
        Ok(BudgetDraft {
            name: BudgetName::of_stored(&self.name),
            category: category(&self.category)?,
            soft_limit: limits.soft(),
            hard_limit: limits.hard(),
            period: period(self.reset_minutes)?,
            calendar: self.calendar,
            time_zone: TimeZoneName::of_stored(&self.time_zone),
            alert_at: AlertThresholds::from_stored(self.alert_at),
            description: self.description,
        })
    }
}
