//! The audit log: who changed what, before and after per field, in the transaction of the change. A job seals what was
//! written into a chain of hashes.

mod chain;
mod digest;
mod proof;
mod protection;
mod seal;
mod sign_ins;
mod verify;

pub use domain::audit::{Action, TargetType};
pub use proof::{prove, record_verification};
pub use protection::{Gap, protect};
pub use seal::{Head, seal};
pub(crate) use sign_ins::{Claimant, Failure, record_failure, record_provider_sign_out, record_session};
pub use verify::{Fault, Report, verify};

use crate::Services;
use crate::error::Error;
use crate::guard::Caller;
use domain::draft::{Draft, Field};
use domain::id::EventId;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

/// One row of the audit log, without the facts the request knows.
#[derive(Clone, Debug)]
pub struct Entry {
    id: Option<EventId>,
    action: Action,
    target_type: TargetType,
    target_id: Uuid,
    target: String,
    changes: Vec<FieldChange>,
}

#[derive(Clone, Debug, Serialize)]
struct FieldChange {
    field: &'static str,
    before: Option<String>,
    after: Option<String>,
}

impl Entry {
    /// `target` is the name people know it by.
    pub fn new(action: Action, target_type: TargetType, target_id: Uuid, target: impl Into<String>) -> Self {
        Self { id: None, action, target_type, target_id, target: target.into(), changes: Vec::new() }
    }

    /// Gives the event an id that is known before it is written.
    pub(crate) fn with_id(self, id: EventId) -> Self {
        Self { id: Some(id), ..self }
    }

    pub(crate) const fn action(&self) -> Action {
        self.action
    }

    /// Points to the event that this one undoes.
    #[must_use]
    pub fn undoes(self, event: EventId) -> Self {
        self.set("undoes", event)
    }

    /// Adds a field; equal values are left out. `None` stands for absent. Secrets never come here.
    #[must_use]
    pub fn field(mut self, field: &'static str, before: Option<String>, after: Option<String>) -> Self {
        if before != after {
            self.changes.push(FieldChange { field, before, after });
        }
        self
    }

    /// Adds the fields of a draft that changed; without a draft before, all that have a value.
    #[must_use]
    pub fn fields<D: Draft>(self, before: Option<&D>, after: &D) -> Self {
        let value = |field: &Field| Some(field.value.typed.clone()).filter(|value| !value.is_empty());
        let mut before = before.map(Draft::fields).unwrap_or_default().into_iter();
        after
            .fields()
            .iter()
            .fold(self, |entry, after| entry.field(after.name, before.next().as_ref().and_then(value), value(after)))
    }

    /// Adds a field that did not exist before.
    #[must_use]
    pub fn set(self, field: &'static str, after: impl ToString) -> Self {
        self.field(field, None, Some(after.to_string()))
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By<'a> {
    /// A user who is signed in.
    Caller(&'a Caller),
    /// An operator with access to the server's command line.
    Operator,
    /// A request that enters a break-glass code, before it has a session.
    BreakGlass {
        /// The name shown in the audit log.
        name: &'a str,
        /// The id of the request.
        request_id: &'a str,
    },
    /// The console by itself.
    Console,
}

impl<'a> By<'a> {
    const fn caller(self) -> Option<&'a Caller> {
        match self {
            Self::Caller(caller) => Some(caller),
            Self::Operator | Self::BreakGlass { .. } | Self::Console => None,
        }
    }

    const fn request_id(self) -> Option<&'a str> {
        match self {
            Self::Caller(caller) => Some(caller.request_id.as_str()),
            Self::BreakGlass { request_id, .. } => Some(request_id),
            Self::Operator | Self::Console => None,
        }
    }

    pub(crate) const fn name(self) -> &'a str {
        match self {
            Self::Caller(caller) => caller.actor.email.as_str(),
            Self::Operator => "Operator",
            Self::BreakGlass { name, .. } => name,
            Self::Console => "Bursar",
        }
    }
}

/// Writes an entry.
pub(crate) async fn write(
    services: &Services,
    connection: &mut PgConnection,
    by: By<'_>,
    entry: Entry,
) -> Result<(), Error> {
    write_all(services, connection, by, vec![entry]).await
}

/// Writes an entry for each of these users in one statement; `entry` has all but the target.
pub(crate) async fn write_for_users(
    services: &Services,
    connection: &mut PgConnection,
    by: By<'_>,
    entry: Entry,
    users: &[Uuid],
) -> Result<(), Error> {
    let caller = by.caller();
    let ids: Vec<Uuid> = users.iter().map(|_| services.new_id()).collect();
    sqlx::query!(
        "with entries as (
           insert into audit_log
             (id, at, actor_id, actor, session_id, request_id, action, target_type, target_id, target, changes)
           select n.id, $1, $2, $3, $4, $5, $6, 'user', u.id, u.email, $7
           from unnest($8::uuid[], $9::uuid[]) n (id, user_id) join users u on u.id = n.user_id returning id)
         insert into audit_unsealed (entry) select id from entries",
        services.clock.now(),
        caller.map(|caller| caller.actor.user_id.0),
        by.name(),
        caller.map(|caller| caller.actor.session_id.0),
        by.request_id(),
        entry.action.key(),
        serde_json::to_value(&entry.changes).map_err(|fault| Error::Broken(fault.to_string()))?,
        &ids,
        users
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes entries in one statement, the first one first.
pub(crate) async fn write_all(
    services: &Services,
    connection: &mut PgConnection,
    by: By<'_>,
    entries: Vec<Entry>,
) -> Result<(), Error> {
    let caller = by.caller();
    let (mut ids, mut actions, mut types) = (Vec::new(), Vec::new(), Vec::new());
    let (mut target_ids, mut targets, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        ids.push(entry.id.map_or_else(|| services.new_id(), |id| id.0));
        actions.push(entry.action.key().to_owned());
        types.push(entry.target_type.key().to_owned());
        target_ids.push(entry.target_id);
        targets.push(entry.target);
        changes.push(serde_json::to_value(&entry.changes).map_err(|fault| Error::Broken(fault.to_string()))?);
    }
    sqlx::query!(
        "with entries as (
           insert into audit_log
             (id, at, actor_id, actor, session_id, request_id, action, target_type, target_id, target, changes)
           select unnest($6::uuid[]), $1, $2, $3, $4, $5, unnest($7::text[]), unnest($8::text[]), unnest($9::uuid[]),
                  unnest($10::text[]), unnest($11::jsonb[]) returning id)
         insert into audit_unsealed (entry) select id from entries",
        services.clock.now(),
        caller.map(|caller| caller.actor.user_id.0),
        by.name(),
        caller.map(|caller| caller.actor.session_id.0),
        by.request_id(),
        &ids,
        &actions,
        &types,
        &target_ids,
        &targets,
        &changes
    )
    .execute(connection)
    .await?;
    Ok(())
}
