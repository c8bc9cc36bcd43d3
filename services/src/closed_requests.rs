//! Requests for budgets that the deactivation of a user or the deletion of a project closes; undoing it opens them again.

use crate::change::Change;
use crate::error::Error;
use uuid::Uuid;

/// The waiting requests of a user or a project; the database closes them with their holder.
pub(crate) async fn waiting_requests(change: &mut Change<'_>, holder: Uuid) -> Result<Vec<Uuid>, Error> {
    let requests = sqlx::query_scalar!(
        "select id from budget_requests where coalesce(user_id, project_id) = $1 and state = 'waiting'",
        holder
    )
    .fetch_all(change.connection())
    .await?;
    Ok(requests)
}

/// Opens closed requests again.
pub(crate) async fn reopen_requests(change: &mut Change<'_>, requests: &[Uuid]) -> Result<(), Error> {
    sqlx::query!("update budget_requests set state = 'waiting' where id = any($1) and state = 'closed'", requests)
        .execute(change.connection())
        .await?;
    Ok(())
}
