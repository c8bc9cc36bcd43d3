//! Fixed shares of members.

use super::shared_project;
use super::stored::{StoredBudget, fixed_share, fixed_shares, lock};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::budgets::switched_on;
use crate::change::Change;
use crate::conflict;
use crate::error::Error;
use crate::guard::Can;
use domain::actor::Target;
use domain::budget::{EqualPool, OwnBudgetDraft, Share, SharePrecondition};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::{BudgetId, ProjectId, UserId};
use domain::permission::{Permission, SetMemberShares};
use domain::text::ShareReason;
use domain::violation::Violation;

/// A fixed share as it is stored.
struct FixedShare {
    share: Share,
    reason: Option<String>,
}

/// Gives a member a fixed share of a budget; the others share the rest. The same share with the same reason changes
/// nothing.
///
/// # Errors
/// [`Refusal::Conflict`] when the precondition does not hold,
/// [`Violation::FixedSharesAboveBudget`] at `hard_limit`, [`Refusal::NotFound`] when the project has no
/// such budget or member, [`Refusal::Forbidden`] for project admins where the operator does not allow it.
pub async fn set_share(
    services: &Services,
    can: &Can<SetMemberShares>,
    (budget, user): (BudgetId, UserId),
    share: Share,
    reason: Option<&ShareReason>,
    precondition: SharePrecondition,
) -> Result<(), Error> {
    let mut change = begin(services, can).await?;
    let project = shared_project(&mut change, can).await?.id;
    let stored = lock(&mut change, project, budget).await?;
    let email = member(&mut change, project, user).await?;
    let former = find(&mut change, project, &stored, user).await?;
    let reason = reason.map(ToString::to_string);
    if former.as_ref().is_some_and(|former| former.share == share && former.reason == reason) {
        return Ok(());
    }
    if precondition.is_stale(former.as_ref().map(|former| former.share)) {
        return Err(conflict::refusal::<OwnBudgetDraft>(&mut change, stored.row).await?.into());
    }
    let others = fixed_shares(&mut change, project, stored.category, Some(user)).await?;
    let pool = EqualPool::new(stored.limits()?, others.into_iter().chain([share]), 0);
    pool.map_err(|problem| FieldErrors::one("hard_limit", problem))?;
    let (set_by, now) = (change.account(), services.clock.now());
    sqlx::query!(
        "insert into member_allocations (project_id, category, user_id, soft_limit, hard_limit, reason, set_by, set_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (project_id, category, user_id) do update
           set soft_limit = $4, hard_limit = $5, reason = $6, set_by = $7, set_at = $8",
        project.0,
        stored.category.key(),
        user.0,
        share.soft().as_decimal(),
        share.hard().as_decimal(),
        reason,
        set_by,
        now
    )
    .execute(change.connection())
    .await?;
    let entry = entry(Action::MemberAllocationOverridden, &stored, &email);
    change.record(with_shares(entry, former, Some(FixedShare { share, reason }))).await?;
    change.commit().await
}

/// Gives a member an equal share again.
///
/// # Errors
/// [`Violation::NoFixedShare`] when the member has an equal share; else as [`set_share`].
pub async fn clear_share(
    services: &Services,
    can: &Can<SetMemberShares>,
    (budget, user): (BudgetId, UserId),
    precondition: SharePrecondition,
) -> Result<(), Error> {
    let mut change = begin(services, can).await?;
    let project = shared_project(&mut change, can).await?.id;
    let stored = lock(&mut change, project, budget).await?;
    let email = member(&mut change, project, user).await?;
    let former = find(&mut change, project, &stored, user).await?.ok_or(Violation::NoFixedShare)?;
    if precondition.is_stale(Some(former.share)) {
        return Err(conflict::refusal::<OwnBudgetDraft>(&mut change, stored.row).await?.into());
    }
    sqlx::query!(
        "delete from member_allocations where project_id = $1 and category = $2 and user_id = $3",
        project.0,
        stored.category.key(),
        user.0
    )
    .execute(change.connection())
    .await?;
    let entry = entry(Action::MemberAllocationOverrideCleared, &stored, &email);
    change.record(with_shares(entry, Some(former), None)).await?;
    change.commit().await
}

/// Begins a change of shares. `PROJECT_ADMINS_SET_SHARES` is checked with the rights that hold under lock.
async fn begin<'a>(services: &'a Services, can: &'a Can<SetMemberShares>) -> Result<Change<'a>, Error> {
    switched_on(services)?;
    let change = services.change(can).await?;
    let actor = change.actor();
    if !services.settings.project_admins_set_shares && !actor.may(Permission::SetMemberShares, Target::Platform) {
        return Err(Refusal::Forbidden(actor.refusal(Permission::ManageBudgets, Target::Platform)).into());
    }
    Ok(change)
}

/// The e-mail address of a member.
async fn member(change: &mut Change<'_>, project: ProjectId, user: UserId) -> Result<String, Error> {
    let email = sqlx::query_scalar!(
        "select u.email from user_projects m join users u on u.id = m.user_id
         where m.project_id = $1 and m.user_id = $2",
        project.0,
        user.0
    );
    Ok(email.fetch_optional(change.connection()).await?.ok_or(Refusal::NotFound)?)
}

async fn find(
    change: &mut Change<'_>,
    project: ProjectId,
    stored: &StoredBudget,
    user: UserId,
) -> Result<Option<FixedShare>, Error> {
    let row = sqlx::query!(
        "select soft_limit, hard_limit, reason from member_allocations
         where project_id = $1 and category = $2 and user_id = $3",
        project.0,
        stored.category.key(),
        user.0
    );
    let row = row.fetch_optional(change.connection()).await?;
    row.map(|row| Ok(FixedShare { share: fixed_share(row.soft_limit, row.hard_limit)?, reason: row.reason }))
        .transpose()
}

fn entry(action: Action, stored: &StoredBudget, email: &str) -> Entry {
    let entry = Entry::new(action, TargetType::Budget, stored.id.0, stored.draft.name.as_str());
    entry.set("user", email).set("category", stored.category.key())
}

fn with_shares(entry: Entry, before: Option<FixedShare>, after: Option<FixedShare>) -> Entry {
    let soft = |fixed: &FixedShare| fixed.share.soft().typed();
    let hard = |fixed: &FixedShare| fixed.share.hard().typed();
    let reason = |fixed: &FixedShare| fixed.reason.clone();
    let (before, after) = (before.as_ref(), after.as_ref());
    entry
        .field("soft_limit", before.map(soft), after.map(soft))
        .field("hard_limit", before.map(hard), after.map(hard))
        .field("reason", before.and_then(reason), after.and_then(reason))
}
