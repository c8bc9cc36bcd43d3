//! Requesting a budget.

use super::message;
use super::request::{Holder, Request, Requester, stored_amount};
use crate::Services;
use crate::audit::Action;
use crate::budgets::switched_on;
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::outbox;
use crate::projects::{of_proof, stored_kind, stored_name};
use domain::budget::{BudgetRequestDraft, Category};
use domain::id::BudgetRequestId;
use domain::money::Money;
use domain::permission::{RequestBudgets, RequestProjectBudgets};
use domain::project::ProjectKind;
use domain::violation::Violation;

/// Requests a budget for the caller.
///
/// # Errors
/// A problem at `hard_limit` when it is not above the present one, [`Violation::BudgetRequestWaiting`] when a request for
/// the category waits already.
pub async fn request_for_self(
    services: &Services,
    can: &Can<RequestBudgets>,
    draft: &BudgetRequestDraft,
) -> Result<BudgetRequestId, Error> {
    switched_on(services)?;
    let change = services.change(can).await?;
    let actor = change.actor();
    let holder = Holder::User { id: actor.user_id, name: actor.name.clone(), email: actor.email.clone() };
    insert(services, change, holder, draft).await
}

/// Requests a budget for the project of the proof.
///
/// # Errors
/// As [`request_for_self`], and [`Violation::PersonalProjectBudget`] for a personal project.
pub async fn request_for_project(
    services: &Services,
    can: &Can<RequestProjectBudgets>,
    draft: &BudgetRequestDraft,
) -> Result<BudgetRequestId, Error> {
    switched_on(services)?;
    let project = of_proof(can)?;
    let mut change = services.change(can).await?;
    let row = sqlx::query!(r#"select name, title as "title!", project_type from projects where id = $1"#, project.0)
        .fetch_one(change.connection())
        .await?;
    if stored_kind(&row.project_type)? == ProjectKind::Personal {
        return Err(Violation::PersonalProjectBudget.into());
    }
    let holder = Holder::Project { id: project, name: stored_name(&row.name)?, title: row.title };
    insert(services, change, holder, draft).await
}

/// The holder is locked, so that the hard limit of now stays until the commit.
async fn insert(
    services: &Services,
    mut change: Change<'_>,
    holder: Holder,
    draft: &BudgetRequestDraft,
) -> Result<BudgetRequestId, Error> {
    draft.check_above(present_hard_limit(&mut change, &holder, draft.category).await?)?;
    let (id, now, actor) = (BudgetRequestId(services.new_id()), services.clock.now(), change.actor().clone());
    let (user, project) = holder.ids();
    sqlx::query!(
        "insert into budget_requests (id, user_id, project_id, category, hard_limit, reason, requested_by, requested_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        user,
        project,
        draft.category.key(),
        draft.hard_limit.as_decimal(),
        draft.reason.as_str(),
        actor.user_id.0,
        now
    )
    .execute(change.connection())
    .await?;
    let entry = holder.entry([Action::UserBudgetRequested, Action::ProjectBudgetRequested]).fields(None, draft);
    let (category, hard_limit, reason) = (draft.category, draft.hard_limit, draft.reason.to_string());
    let requester = Requester { id: actor.user_id, name: actor.name, email: actor.email, is_reachable: false };
    let request = Request { id, holder, category, hard_limit, reason, requester };
    let messages = message::of_request(&services.channels, &request, now);
    outbox::enqueue(services, change.connection(), &messages).await?;
    change.record(entry).await?;
    change.commit().await?;
    Ok(id)
}

/// The hard limit of the budget that pays for a holder now.
pub(super) async fn present_hard_limit(
    change: &mut Change<'_>,
    holder: &Holder,
    category: Category,
) -> Result<Option<Money>, Error> {
    let (user, project) = holder.ids();
    let present = sqlx::query_scalar!(
        "select b.hard_limit from budgets b where b.id = coalesce(
           (select budget_id from user_budgets where user_id = $1 and category = $3),
           (select budget_id from project_budgets where project_id = $2 and category = $3),
           (select id from budgets where is_default and category = $3 and $1 is not null))",
        user,
        project,
        category.key()
    )
    .fetch_optional(change.connection())
    .await?;
    present.map(stored_amount).transpose()
}
