//! The page of the LiteLLM proxy, and how far one budget has come there.

use crate::error::Error;
use crate::guard::Can;
use crate::{Services, litellm};
use domain::count::MAX_EXACT_COUNT;
use domain::job::Job;
use domain::litellm::{LiteLlmStatus, PushState};
use domain::permission::ViewBudgets;

/// The proxy, what differs in it, and how many objects are on their way; `None` where none is configured. Two requests to
/// the proxy, four statements.
///
/// # Errors
/// [`Refusal::NotFound`](domain::error::Refusal::NotFound) when budgets are switched off; otherwise the database failed.
pub async fn status(services: &Services, can: &Can<ViewBudgets>) -> Result<Option<LiteLlmStatus>, Error> {
    crate::budgets::switched_on(services)?;
    let Some(proxy) = &services.channels.litellm else { return Ok(None) };
    let started = litellm::started(services).await?;
    let row = sqlx::query!(
        r#"select (select count(*) from (select from outbox where channel = 'litellm' and state = 'pending' limit $1) p)
                  as "waiting!",
                  (select count(*) from (select from outbox where channel = 'litellm' and state = 'failed' limit $1) f)
                  as "failed!""#,
        MAX_EXACT_COUNT + 1
    )
    .fetch_one(&services.pool)
    .await?;
    Ok(Some(LiteLlmStatus {
        address: proxy.address(),
        started,
        collects: services.collects_litellm().then(|| services.settings.schedule_in_words(Job::CollectLiteLlm)),
        waiting: row.waiting,
        failed: row.failed,
        comparison: litellm::compare(services, can).await?,
    }))
}

/// How far a budget has come, by its id for API clients; `None` where budgets are not pushed. At most two statements.
///
/// # Errors
/// The database failed.
pub async fn pushed(services: &Services, _: &Can<ViewBudgets>, slug: &str) -> Result<Option<PushState>, Error> {
    if !services.has_litellm() || litellm::started(services).await?.is_none() {
        return Ok(None);
    }
    let row = sqlx::query!(
        "select state, settled_at, problem from outbox where channel = 'litellm' and recipient = $1",
        format!("budget {slug}")
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(Some(match row {
        None => PushState::Planned,
        Some(row) => match (row.state.as_str(), row.settled_at) {
            ("delivered", Some(at)) => PushState::Pushed(at),
            ("failed", _) => PushState::Failed(row.problem.unwrap_or_default()),
            _ => PushState::Waiting(row.problem),
        },
    }))
}
