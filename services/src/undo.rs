//! Undo: what a change removed is kept for a few minutes under the audit event of that change, for the user who made it.
//!
//! What is restored comes from there and never from the form that asks for it, which names the event alone.

use crate::audit::{Action, Entry};
use crate::change::Change;
use crate::error::Error;
use domain::id::EventId;
use domain::violation::Violation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::Duration;

/// How long a change can be undone: as long as its notice waits for the next page.
pub const UNDO_WINDOW: Duration = Duration::minutes(10);

/// A change that was made, or found made already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The user, project or budget that it was about, as people know it.
    pub name: String,
    /// By which it can be undone; `None` when nothing changed.
    pub event: Option<EventId>,
}

impl Changed {
    /// Nothing had to change.
    pub(crate) const fn nothing(name: String) -> Self {
        Self { name, event: None }
    }
}

impl Change<'_> {
    /// Writes what changed, and keeps `former`, from which the change can be undone.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn record_undoable(&mut self, entry: Entry, former: &impl Serialize) -> Result<EventId, Error> {
        let event = EventId(self.services().new_id());
        let former = serde_json::to_value(former).map_err(|fault| Error::Broken(fault.to_string()))?;
        let (user, now) = (self.caller().actor.user_id, self.services().clock.now());
        sqlx::query!(
            "with swept as (
               delete from undo_records where event in (
                 select event from undo_records where expires_at <= $5 order by expires_at limit 100
                 for update skip locked))
             insert into undo_records (event, action, user_id, former, expires_at) values ($1, $2, $3, $4, $6)",
            event.0,
            entry.action().key(),
            user.0,
            former,
            now,
            now + UNDO_WINDOW
        )
        .execute(self.connection())
        .await?;
        self.record(entry.with_id(event)).await?;
        Ok(event)
    }

    /// Takes what the caller's own change removed; the record is gone once this change commits.
    ///
    /// # Errors
    /// [`Refusal::Rule`] when `event` is no change of these actions by the caller, is too long ago, or was undone already.
    pub(crate) async fn take_former<T: DeserializeOwned>(
        &mut self,
        event: EventId,
        actions: &[Action],
    ) -> Result<T, Error> {
        let (user, now) = (self.caller().actor.user_id, self.services().clock.now());
        let actions: Vec<String> = actions.iter().map(|action| action.key().to_owned()).collect();
        let former = sqlx::query_scalar!(
            "delete from undo_records where event = $1 and action = any($2) and user_id = $3 and expires_at > $4
             returning former",
            event.0,
            &actions,
            user.0,
            now
        )
        .fetch_optional(self.connection())
        .await?
        .ok_or_else(|| Violation::UndoExpired { minutes: UNDO_WINDOW.whole_minutes() })?;
        serde_json::from_value(former).map_err(|fault| Error::Broken(fault.to_string()))
    }
}
