//! What one user has spent of budgets, for the tables of `/v1`.

use super::super::holdings::{Holdings, ProjectRow};
use super::super::usage::AssignedRow;
use crate::Services;
use crate::actor::user_kind;
use crate::allocations::fixed_share;
use crate::budgets::stored::category;
use crate::budgets::switched_on;
use crate::error::Error;
use crate::guard::Caller;
use domain::actor::Target;
use domain::budget::{AssignedBudget, Category, Usage};
use domain::error::Refusal;
use domain::id::UserId;
use domain::mode::Mode;
use domain::money::Money;
use domain::permission::{Permission, ViewUsers};
use sqlx::types::Json;
use uuid::Uuid;

/// What one user has spent of budgets, in the windows of now.
#[derive(Clone, Debug, Default)]
pub struct UserUsage {
    /// Username, or the address.
    pub username: String,
    /// The user's own budgets.
    pub own: Vec<AssignedBudget>,
    /// Shares of projects' budgets that something was spent of.
    pub shares: Vec<MemberShare>,
}

/// A share of a project's budget.
#[derive(Clone, Debug)]
pub struct MemberShare {
    /// Technical name of the project.
    pub project: String,
    /// The category.
    pub category: Category,
    /// What is spent of it.
    pub usage: Usage,
}

/// What a user has spent of budgets; without one, what the caller has, which is nothing in a session without an account.
/// Other users are open to those who see all users, and to project admins of a project that the user is in. Two statements.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such user, or Bursar knows no spend; [`Refusal::Forbidden`].
pub async fn user_usage(services: &Services, caller: &Caller, user: Option<UserId>) -> Result<UserUsage, Error> {
    switched_on(services)?;
    let actor = &caller.actor;
    if actor.mode == Mode::Keycloak {
        return Err(Refusal::NotFound.into());
    }
    let Some(user) = user.or_else(|| actor.account()) else { return Ok(UserUsage::default()) };
    let is_open = actor.account() == Some(user) || actor.may(Permission::ViewUsers, Target::Platform);
    if !is_open && actor.projects_to(Permission::ViewSpend).next().is_none() {
        caller.can::<ViewUsers>(Target::Platform)?;
    }
    let row = sqlx::query!(
        r#"select coalesce(u.username, u.email) as "username!", u.user_type,
                  h.projects as "projects!: Json<Vec<ProjectRow>>", h.budgets as "budgets!: Json<Vec<AssignedRow>>",
                  default_budgets(u.id) as "defaults!: Json<Vec<AssignedRow>>"
           from users u join user_holdings h on h.user_id = u.id where u.id = $1"#,
        user.0
    )
    .fetch_optional(&services.pool)
    .await?
    .ok_or(Refusal::NotFound)?;
    let kind = user_kind(&row.user_type)?;
    let held = Holdings::of(services, kind, row.projects.0, row.budgets.0, row.defaults.0)?;
    let is_shared = |project| held.projects.iter().any(|held| held.project_id == project);
    if !is_open && !actor.projects_to(Permission::ViewSpend).any(is_shared) {
        caller.can::<ViewUsers>(Target::Platform)?;
    }
    let administered: Vec<Uuid> = actor.projects_to(Permission::ViewSpend).map(|project| project.0).collect();
    let shares = shares(services, user, (!is_open).then_some(&administered)).await?;
    Ok(UserUsage { username: row.username, own: held.budgets, shares })
}

/// Project admins see what a member spends in their projects, and not in which others the member is.
async fn shares(services: &Services, user: UserId, projects: Option<&Vec<Uuid>>) -> Result<Vec<MemberShare>, Error> {
    let rows = sqlx::query!(
        "select p.name, w.category, w.soft_limit, w.hard_limit, w.spent, w.reserved, w.starts_at, w.ends_at
         from budget_windows w join projects p on p.id = w.project_id and p.deleted_at is null
         where w.user_id = $1 and w.starts_at <= $2 and w.ends_at > $2 and ($3::uuid[] is null or w.project_id = any($3))
         order by p.name, w.category",
        user.0,
        services.clock.now(),
        projects.map(Vec::as_slice)
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let usage = Usage {
                // A share may be zero.
                limits: fixed_share(row.soft_limit, row.hard_limit)?.into(),
                spent: Money::of_sum(row.spent),
                reserved: Money::of_sum(row.reserved),
                starts_at: row.starts_at,
                resets_at: row.ends_at,
            };
            Ok(MemberShare { project: row.name, category: category(&row.category)?, usage })
        })
        .collect()
}
