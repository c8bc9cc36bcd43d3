//! Anomalies of the access matrix: stored with each snapshot, accepted by administrators with a reason until a day.
//!
//! An acceptance covers what was accepted: when other users come to an anomaly or it becomes more severe, it is open again.

mod store;

pub(crate) use store::store;

use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use domain::access_anomaly::{AcceptanceDraft, day};
use domain::error::Refusal;
use domain::id::AnomalyId;
use domain::permission::AcceptAnomalies;
use domain::violation::Violation;
use time::Date;

/// Accepts an anomaly as the page showed it. Returns its title.
///
/// # Errors
/// [`Refusal::NotFound`], [`Violation::AnomalyResolved`], [`Violation::AnomalyChanged`] when it is not the version that the
/// user read; the refusals of every change.
pub async fn accept(
    services: &Services,
    can: &Can<AcceptAnomalies>,
    anomaly: AnomalyId,
    version: i32,
    draft: &AcceptanceDraft,
) -> Result<String, Error> {
    let mut change = services.change(can).await?;
    let stored = lock_unresolved(&mut change, anomaly).await?;
    if stored.version != version {
        return Err(Violation::AnomalyChanged.into());
    }
    let (by, now) = (change.caller().actor.name.clone(), services.clock.now());
    sqlx::query!(
        "update access_anomalies
         set accepted_by = $2, accepted_at = $3, accepted_until = $4, accepted_reason = $5, accepted_users = users,
             accepted_severity = severity, is_exceeded = false, version = version + 1
         where id = $1",
        anomaly.0,
        by,
        now,
        draft.until,
        draft.reason.as_str()
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new(Action::AnomalyAccepted, TargetType::AccessAnomaly, anomaly.0, &stored.title);
    change.record(entry.fields(None, draft).set("users", stored.users)).await?;
    change.commit().await?;
    Ok(stored.title)
}

/// Ends the acceptance of an anomaly at once. Returns its title; `None` when it is not accepted.
///
/// # Errors
/// [`Refusal::NotFound`], [`Violation::AnomalyResolved`]; the refusals of every change.
pub async fn end_acceptance(
    services: &Services,
    can: &Can<AcceptAnomalies>,
    anomaly: AnomalyId,
) -> Result<Option<String>, Error> {
    let mut change = services.change(can).await?;
    let stored = lock_unresolved(&mut change, anomaly).await?;
    let Some(until) = stored.accepted_until.filter(|until| *until >= day(services.clock.now())) else {
        return Ok(None);
    };
    sqlx::query!(
        "update access_anomalies
         set accepted_by = null, accepted_at = null, accepted_until = null, accepted_reason = null, accepted_users = null,
             accepted_severity = null, is_exceeded = false, version = version + 1
         where id = $1",
        anomaly.0
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new(Action::AnomalyAcceptanceEnded, TargetType::AccessAnomaly, anomaly.0, &stored.title);
    let entry = entry.field("until", Some(until.to_string()), None).field("reason", stored.accepted_reason, None);
    change.record(entry).await?;
    change.commit().await?;
    Ok(Some(stored.title))
}

/// An anomaly about which something can be decided.
struct Unresolved {
    title: String,
    version: i32,
    users: i32,
    accepted_until: Option<Date>,
    accepted_reason: Option<String>,
}

/// Locks an anomaly until the end of the change.
async fn lock_unresolved(change: &mut Change<'_>, anomaly: AnomalyId) -> Result<Unresolved, Error> {
    let row = sqlx::query!(
        r#"select title, version, jsonb_array_length(users) as "users!", accepted_until, accepted_reason,
                  until_snapshot is not null as "is_resolved!"
           from access_anomalies where id = $1 for update"#,
        anomaly.0
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    if row.is_resolved {
        return Err(Violation::AnomalyResolved.into());
    }
    let (accepted_until, accepted_reason) = (row.accepted_until, row.accepted_reason);
    Ok(Unresolved { title: row.title, version: row.version, users: row.users, accepted_until, accepted_reason })
}
