//! A request while it is decided, and how it ends.

use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::budgets::stored::category;
use crate::change::Change;
use crate::error::Error;
use crate::projects::stored_name;
use domain::budget::{Category, RequestState};
use domain::error::Refusal;
use domain::id::{BudgetRequestId, ProjectId, UserId};
use domain::money::Money;
use domain::project::ProjectName;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Who would have the budget.
pub(super) enum Holder {
    User { id: UserId, name: String, email: String },
    Project { id: ProjectId, name: ProjectName, title: String },
}

impl Holder {
    /// The audit event: the first action is for users, the second for projects.
    pub(super) fn entry(&self, [of_user, of_project]: [Action; 2]) -> Entry {
        match self {
            Self::User { id, email, .. } => Entry::new(of_user, TargetType::User, id.0, email),
            Self::Project { id, name, .. } => Entry::new(of_project, TargetType::Project, id.0, name.as_str()),
        }
    }

    /// The columns `user_id` and `project_id`.
    pub(super) const fn ids(&self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::User { id, .. } => (Some(id.0), None),
            Self::Project { id, .. } => (None, Some(id.0)),
        }
    }
}

/// Who requested it.
pub(super) struct Requester {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: String,
    /// Whether a mail may be sent: the account is active, the address is known to be the user's, and the project is one
    /// that the user still sees.
    pub(super) is_reachable: bool,
}

/// A request.
pub(super) struct Request {
    pub(super) id: BudgetRequestId,
    pub(super) holder: Holder,
    pub(super) category: Category,
    pub(super) hard_limit: Money,
    pub(super) reason: String,
    pub(super) requester: Requester,
}

/// How a request ends.
pub(super) struct Decision<'a> {
    pub(super) state: RequestState,
    /// Why it is declined.
    pub(super) reason: Option<&'a str>,
    /// The name of the budget that was assigned.
    pub(super) budget: Option<&'a str>,
}

/// Reads a request that waits, which has to be one of `holder` where that is given. It is locked by [`settle`] alone, after its holder, as a deactivation locks them too.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such request, a rule that says who settled it when it does not wait any more.
pub(super) async fn load_waiting(
    change: &mut Change<'_>,
    id: BudgetRequestId,
    holder: Option<(Option<Uuid>, Option<Uuid>)>,
) -> Result<Request, Error> {
    let open_to_external_users = change.services().settings.external_names();
    let row = sqlx::query!(
        r#"select r.category, r.hard_limit, r.reason, r.state, decider.name as "decided_by?",
                  u.id as "user_id?", u.name as "user_name?", u.email as "user_email?",
                  p.id as "project_id?", p.name as "project_name?", p.title as "project_title?",
                  q.id as requester_id, q.name as requester, q.email as requester_email,
                  q.is_active and coalesce(q.email_verified, q.auth_source = 'local')
                    and (p.id is null or q.is_admin or q.is_maintainer or q.is_auditor or exists (
                           select from user_projects m where m.project_id = p.id and m.user_id = q.id
                             and (q.user_type = 'regular' or lower(p.name) = any(select lower(unnest($2::text[]))))))
                    as "is_reachable!"
           from budget_requests r
           join users q on q.id = r.requested_by
           left join users u on u.id = r.user_id
           left join projects p on p.id = r.project_id
           left join users decider on decider.id = r.decided_by
           where r.id = $1"#,
        id.0,
        &open_to_external_users
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    if holder.is_some_and(|holder| holder != (row.user_id, row.project_id)) {
        return Err(Refusal::NotFound.into());
    }
    check_waiting(&row.state, row.decided_by)?;
    let holder = match (row.user_id.zip(row.user_name).zip(row.user_email), row.project_id) {
        (Some(((id, name), email)), _) => Holder::User { id: UserId(id), name, email },
        (None, Some(id)) => Holder::Project {
            id: ProjectId(id),
            name: stored_name(&row.project_name.unwrap_or_default())?,
            title: row.project_title.unwrap_or_default(),
        },
        (None, None) => return Err(Error::Broken(format!("the budget request {id} has no holder"))),
    };
    let requester = Requester {
        id: UserId(row.requester_id),
        name: row.requester,
        email: row.requester_email,
        is_reachable: row.is_reachable,
    };
    let (category, hard_limit) = (category(&row.category)?, stored_amount(row.hard_limit)?);
    Ok(Request { id, holder, category, hard_limit, reason: row.reason, requester })
}

/// Ends a request that waits.
///
/// # Errors
/// A rule that says who settled it, when another transaction was first.
pub(super) async fn settle(
    services: &Services,
    change: &mut Change<'_>,
    id: BudgetRequestId,
    decision: &Decision<'_>,
) -> Result<(), Error> {
    let decided_by = change.account();
    let settled = sqlx::query!(
        "update budget_requests
         set state = $2, decided_by = $3, decided_at = $4, decision_reason = $5, budget = $6
         where id = $1 and state = 'waiting'",
        id.0,
        decision.state.key(),
        decided_by,
        services.clock.now(),
        decision.reason,
        decision.budget
    )
    .execute(change.connection())
    .await?;
    if settled.rows_affected() == 1 {
        return Ok(());
    }
    let row = sqlx::query!(
        r#"select r.state, u.name as "decided_by?" from budget_requests r left join users u on u.id = r.decided_by
           where r.id = $1"#,
        id.0
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    check_waiting(&row.state, row.decided_by)
}

fn check_waiting(state: &str, decided_by: Option<String>) -> Result<(), Error> {
    let state = RequestState::parse(state).map_err(|_| Error::Broken(format!("unknown state {state} of a request")))?;
    state.refusal(decided_by).map_or(Ok(()), |refusal| Err(refusal.into()))
}

pub(super) fn stored_amount(amount: Decimal) -> Result<Money, Error> {
    Money::from_decimal(amount).ok_or_else(|| Error::Broken(format!("impossible amount {amount}")))
}
