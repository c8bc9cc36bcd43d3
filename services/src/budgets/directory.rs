//! Budgets as `/v1` changes them: known by an id of its own choice.

use super::change::{Stored, created, insert, lock, save};
use super::switched_on;
use crate::Services;
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use domain::budget::{BudgetDraft, BudgetSlug, Category, Limits};
use domain::id::BudgetId;
use domain::money::Money;
use domain::permission::ManageBudgets;
use domain::reset_period::ResetPeriod;
use domain::text::{BudgetName, Description};

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
/// [`Error::Refused`] with a conflict without fields when somebody saved since; a problem at `name` when it is in use, at `category`
/// while the budget is assigned, and at the limits when they cross; not found.
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
