//! Which budget is assigned to a user or a shared project: at most one a category.

use super::stored::category;
use super::switched_on;
use super::undo::{FormerAssignment, Holder, NewAssignment};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::{LockedUser, lock_assignments, share_user};
use crate::projects::stored_kind;
use crate::undo::Changed;
use domain::budget::Category;
use domain::error::Refusal;
use domain::id::{BudgetId, ProjectId, UserId};
use domain::permission::ManageBudgets;
use domain::project::{ProjectKind, ProjectName};
use domain::violation::Violation;
use rust_decimal::Decimal;
use time::OffsetDateTime;
use uuid::Uuid;

/// Assigns a budget to a person, in place of the one of its category. The same budget again changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget, a problem at `person` when there is no such person, and
/// [`Refusal::Rule`] when the person is deactivated.
pub async fn assign_to_user(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    person: UserId,
) -> Result<Changed, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let budget = hold_budget(&mut change, budget).await?;
    let changed = assign_to_user_in(&mut change, budget, person).await?;
    change.commit().await?;
    Ok(changed)
}

/// The same as a part of a change.
pub(crate) async fn assign_to_user_in(
    change: &mut Change<'_>,
    budget: HeldBudget,
    person: UserId,
) -> Result<Changed, Error> {
    let holder = lock_holder(change, person).await?;
    if !holder.is_active {
        return Err(Violation::UserDeactivated { name: holder.name }.into());
    }
    let before = budget_of_user(change, person, budget.category).await?;
    if before.as_ref().is_some_and(|(_, former)| former.budget.0 == budget.id) {
        return Ok(Changed::nothing(budget.name));
    }
    let (assigned_by, now) = (change.account(), change.services().clock.now());
    let since = sqlx::query_scalar!(
        "insert into user_budgets (user_id, category, budget_id, assigned_by, created_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id, category) do update set budget_id = $3, assigned_by = $4, created_at = $5
         returning created_at",
        person.0,
        budget.category.key(),
        budget.id,
        assigned_by,
        now
    )
    .fetch_one(change.connection())
    .await?;
    let entry = Entry::new(Action::UserBudgetAssigned, TargetType::User, person.0, holder.email);
    record_assignment(change, entry, (Holder::User(person), since), budget, before).await
}

/// Assigns a budget to a shared project, in place of the one of its category. The same budget again changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such budget, a problem at `project` when there is no such project, and
/// [`Refusal::Rule`] when it is personal.
pub async fn assign_to_project(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    project: &ProjectName,
) -> Result<Changed, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let budget = hold_budget(&mut change, budget).await?;
    let changed = assign_to_project_in(&mut change, budget, project).await?;
    change.commit().await?;
    Ok(changed)
}

/// The same as a part of a change.
pub(crate) async fn assign_to_project_in(
    change: &mut Change<'_>,
    budget: HeldBudget,
    project: &ProjectName,
) -> Result<Changed, Error> {
    let holder = hold_project(change, project).await?.ok_or(Violation::UnknownProject)?;
    if holder.kind == ProjectKind::Personal {
        return Err(Violation::PersonalProjectBudget.into());
    }
    let before = budget_of_project(change, holder.id, budget.category).await?;
    if before.as_ref().is_some_and(|(_, former)| former.budget.0 == budget.id) {
        return Ok(Changed::nothing(budget.name));
    }
    let (assigned_by, now) = (change.account(), change.services().clock.now());
    let since = sqlx::query_scalar!(
        "insert into project_budgets (project_id, category, budget_id, assigned_by, created_at)
         values ($1, $2, $3, $4, $5)
         on conflict (project_id, category) do update set budget_id = $3, assigned_by = $4, created_at = $5
         returning created_at",
        holder.id,
        budget.category.key(),
        budget.id,
        assigned_by,
        now
    )
    .fetch_one(change.connection())
    .await?;
    let entry = Entry::new(Action::ProjectBudgetAssigned, TargetType::Project, holder.id, holder.name);
    record_assignment(change, entry, (Holder::Project(ProjectId(holder.id)), since), budget, before).await
}

/// Records the assignment so that it can be undone.
async fn record_assignment(
    change: &mut Change<'_>,
    entry: Entry,
    (holder, since): (Holder, OffsetDateTime),
    budget: HeldBudget,
    before: Option<(String, FormerAssignment)>,
) -> Result<Changed, Error> {
    let (former_name, former) = before.unzip();
    let assigned = NewAssignment { holder, budget: BudgetId(budget.id), since, former };
    let entry = entry.field(field(budget.category), former_name, Some(budget.name.clone()));
    let event = change.record_undoable(entry, &assigned).await?;
    Ok(Changed { name: budget.name, event: Some(event) })
}

/// Unassigns the budget of a category from a user. If it was unassigned already, nothing changes.
///
/// # Errors
/// [`Refusal::NotFound`] when there never was one.
pub async fn unassign_user(
    services: &Services,
    can: &Can<ManageBudgets>,
    person: UserId,
    category: Category,
) -> Result<Changed, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let holder = lock_holder(&mut change, person).await?;
    let row = sqlx::query!(
        "delete from user_budgets a using budgets b where a.user_id = $1 and a.category = $2 and b.id = a.budget_id
         returning b.name, a.budget_id, a.assigned_by, a.created_at",
        person.0,
        category.key()
    )
    .fetch_optional(change.connection())
    .await?;
    let Some(row) = row else { return unassigned_already(&mut change, person.0, category).await };
    let entry = Entry::new(Action::UserBudgetUnassigned, TargetType::User, person.0, holder.email);
    let former = FormerAssignment {
        holder: Holder::User(person),
        budget: BudgetId(row.budget_id),
        assigned_by: row.assigned_by.map(UserId),
        since: row.created_at,
    };
    let event = change.record_undoable(entry.field(field(category), Some(row.name.clone()), None), &former).await?;
    change.commit().await?;
    Ok(Changed { name: row.name, event: Some(event) })
}

/// Unassigns the budget of a category from a project. If it was unassigned already, nothing changes.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such project or it never had one.
pub async fn unassign_project(
    services: &Services,
    can: &Can<ManageBudgets>,
    project: &ProjectName,
    category: Category,
) -> Result<Changed, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let holder = hold_project(&mut change, project).await?.ok_or(Refusal::NotFound)?;
    let row = sqlx::query!(
        "delete from project_budgets a using budgets b where a.project_id = $1 and a.category = $2 and b.id = a.budget_id
         returning b.name, b.project_id, a.budget_id, a.assigned_by, a.created_at",
        holder.id,
        category.key()
    )
    .fetch_optional(change.connection())
    .await?;
    let Some(row) = row else { return unassigned_already(&mut change, holder.id, category).await };
    if row.project_id.is_some() {
        return Err(Violation::BudgetOfProject { budget: row.name }.into());
    }
    let entry = Entry::new(Action::ProjectBudgetUnassigned, TargetType::Project, holder.id, &holder.name);
    let former = FormerAssignment {
        holder: Holder::Project(ProjectId(holder.id)),
        budget: BudgetId(row.budget_id),
        assigned_by: row.assigned_by.map(UserId),
        since: row.created_at,
    };
    let event = change.record_undoable(entry.field(field(category), Some(row.name.clone()), None), &former).await?;
    change.commit().await?;
    Ok(Changed { name: row.name, event: Some(event) })
}

/// The budget of the category that was unassigned last, by anyone.
async fn unassigned_already(change: &mut Change<'_>, holder: Uuid, category: Category) -> Result<Changed, Error> {
    let name = sqlx::query_scalar!(
        r#"select c.before as "before!" from audit_log a, jsonb_to_recordset(a.changes) c (field text, before text, after text)
           where a.target_id = $1 and c.field = $2 and c.before is not null and c.after is null
           order by a.at desc limit 1"#,
        holder,
        field(category)
    )
    .fetch_optional(change.connection())
    .await?;
    Ok(Changed::nothing(name.ok_or(Refusal::NotFound)?))
}

/// The audit log's name of the place a budget fills.
pub(super) const fn field(category: Category) -> &'static str {
    match category {
        Category::Platform => "platform_budget",
        Category::Cli => "cli_budget",
        Category::PremiumModels => "premium_models_budget",
    }
}

/// A global budget whose category stays until the transaction ends.
pub(crate) struct HeldBudget {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) category: Category,
    pub(crate) hard_limit: Decimal,
}

/// Locked in share mode, so that its category and its limit stay until the assignment is written.
pub(crate) async fn hold_budget(change: &mut Change<'_>, budget: BudgetId) -> Result<HeldBudget, Error> {
    let row = sqlx::query!(
        "select name, category, hard_limit from budgets where id = $1 and project_id is null for share",
        budget.0
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(HeldBudget { id: budget.0, name: row.name, category: category(&row.category)?, hard_limit: row.hard_limit })
}

/// Locks a user whose budgets change.
pub(crate) async fn lock_holder(change: &mut Change<'_>, user: UserId) -> Result<LockedUser, Error> {
    let holder = share_user(change.connection(), user).await?.ok_or(Violation::UnknownUser)?;
    lock_assignments(change.connection(), &[user.0]).await?;
    Ok(holder)
}

/// Name and assignment of the budget that a user has.
async fn budget_of_user(
    change: &mut Change<'_>,
    user: UserId,
    category: Category,
) -> Result<Option<(String, FormerAssignment)>, Error> {
    let row = sqlx::query!(
        "select b.name, a.budget_id, a.assigned_by, a.created_at from user_budgets a join budgets b on b.id = a.budget_id
         where a.user_id = $1 and a.category = $2 for update of a",
        user.0,
        category.key()
    )
    .fetch_optional(change.connection())
    .await?;
    Ok(row.map(|row| {
        let (budget, assigned_by) = (BudgetId(row.budget_id), row.assigned_by.map(UserId));
        (row.name, FormerAssignment { holder: Holder::User(user), budget, assigned_by, since: row.created_at })
    }))
}

struct HeldProject {
    id: Uuid,
    name: String,
    kind: ProjectKind,
}

async fn hold_project(change: &mut Change<'_>, name: &ProjectName) -> Result<Option<HeldProject>, Error> {
    let row = sqlx::query!(
        "select id, name, project_type from projects where lower(name) = lower($1) and deleted_at is null for update",
        name.as_str()
    )
    .fetch_optional(change.connection())
    .await?;
    row.map(|row| Ok(HeldProject { id: row.id, name: row.name, kind: stored_kind(&row.project_type)? })).transpose()
}

/// Name and assignment of the global budget that a project has.
///
/// # Errors
/// [`Violation::ProjectHasBudget`] when it has a budget of its own, which is deleted and never replaced.
async fn budget_of_project(
    change: &mut Change<'_>,
    project: Uuid,
    category: Category,
) -> Result<Option<(String, FormerAssignment)>, Error> {
    let row = sqlx::query!(
        "select b.name, b.project_id, a.budget_id, a.assigned_by, a.created_at
         from project_budgets a join budgets b on b.id = a.budget_id
         where a.project_id = $1 and a.category = $2 for update of a",
        project,
        category.key()
    )
    .fetch_optional(change.connection())
    .await?;
    if row.as_ref().is_some_and(|row| row.project_id.is_some()) {
        return Err(Violation::ProjectHasBudget { category: category.title().to_owned() }.into());
    }
    Ok(row.map(|row| {
        let holder = Holder::Project(ProjectId(project));
        let (budget, assigned_by) = (BudgetId(row.budget_id), row.assigned_by.map(UserId));
        (row.name, FormerAssignment { holder, budget, assigned_by, since: row.created_at })
    }))
}
