//! Starts and stops pushing, for the proxy at one address: another one has to be started, too.

use super::proxy;
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use crate::guard::Can;
use crate::outbox;
use domain::delivery::Channel;
use domain::litellm::PushStart;
use domain::permission::ManageBudgets;
use serde_json::json;
use sqlx::PgConnection;

/// Starts pushing: from the commit on, the job tells the proxy of every object that it was not told of. Started again, it
/// changes nothing.
///
/// # Errors
/// [`LiteLlmNotConfigured`](domain::violation::Violation::LiteLlmNotConfigured); the refusals of every change.
pub async fn start(services: &Services, can: &Can<ManageBudgets>) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let address = proxy(services)?.address();
    let (starter, now) = (change.account(), services.clock.now());
    let former = sqlx::query!("select address, stopped_at from litellm_push for update")
        .fetch_optional(change.connection())
        .await?;
    let is_same = former.as_ref().is_some_and(|former| former.address == address);
    if is_same && former.is_some_and(|former| former.stopped_at.is_none()) {
        return Ok(());
    }
    // A budget of a name that was deleted once may be that of others by now, and in another proxy it always is.
    let deletions = json!({ "object": "no_budget" });
    if !is_same {
        outbox::forget(change.connection(), Channel::LiteLlm, &deletions).await?;
    }
    // What was told may have been changed meanwhile, or told to another proxy. So it is also known what to take back.
    outbox::repeat(change.connection(), Channel::LiteLlm, &deletions, now).await?;
    sqlx::query!(
        "insert into litellm_push (address, started_by, started_at) values ($1, $2, $3)
         on conflict ((true)) do update set address = $1, started_by = $2, started_at = $3, stopped_at = null",
        address,
        starter,
        now
    )
    .execute(change.connection())
    .await?;
    change.record(Entry::new(Action::LiteLlmPushStarted, TargetType::LiteLlm, services.new_id(), &address)).await?;
    change.commit().await
}

/// Stops pushing. What is in the proxy stays there; what was not pushed yet waits until it is started again. Stopped again, it
/// changes nothing.
///
/// # Errors
/// The refusals of every change.
pub async fn stop(services: &Services, can: &Can<ManageBudgets>) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let address = sqlx::query_scalar!(
        "update litellm_push set stopped_at = $1 where stopped_at is null returning address",
        services.clock.now()
    )
    .fetch_optional(change.connection())
    .await?;
    let Some(address) = address else { return Ok(()) };
    change.record(Entry::new(Action::LiteLlmPushStopped, TargetType::LiteLlm, services.new_id(), &address)).await?;
    change.commit().await
}

/// Since when budgets are pushed to the configured proxy; `None` when they are not. One statement.
pub(crate) async fn started(services: &Services) -> Result<Option<PushStart>, Error> {
    let Some(proxy) = &services.channels.litellm else { return Ok(None) };
    let row = sqlx::query!(
        r#"select p.started_at, u.name as "name?" from litellm_push p left join users u on u.id = p.started_by
           where p.address = $1 and p.stopped_at is null"#,
        proxy.address()
    );
    Ok(row.fetch_optional(&services.pool).await?.map(|row| PushStart { at: row.started_at, by: row.name }))
}

/// Whether they are, and until the end of the transaction: a stop waits for it.
pub(super) async fn hold(services: &Services, connection: &mut PgConnection) -> Result<bool, Error> {
    let Some(proxy) = services.channels.litellm.as_ref().filter(|_| services.settings.budgets) else {
        return Ok(false);
    };
    let held = sqlx::query_scalar!(
        r#"select 1 as "held!" from litellm_push where address = $1 and stopped_at is null for share"#,
        proxy.address()
    );
    Ok(held.fetch_optional(connection).await?.is_some())
}
