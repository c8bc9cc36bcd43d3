//! An audit event as pages show it.

use super::{Action, TargetType};
use crate::id::{AnomalyId, BudgetId, EventId, UserId};
use crate::project::ProjectName;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// The event.
    pub id: EventId,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who did it.
    pub actor: EventActor,
    /// The id of the user at the time; `None` for Bursar and for operators.
    pub actor_id: Option<Uuid>,
    /// What was done.
    pub action: EventAction,
    /// To what.
    pub target: EventTarget,
    /// The user that an event of a membership is about, while the account has the address of that time.
    pub member: Option<UserId>,
    /// Each field that changed.
    pub changes: Vec<FieldChange>,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// The request that did it.
    pub request_id: Option<String>,
    /// The session of the request.
    pub session_id: Option<Uuid>,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventActor {
    /// The user's name now; the recorded name where there is no such user (any more).
    pub name: String,
    /// What was recorded: the e-mail address at the time, "Bursar", "Operator".
    pub recorded: String,
    /// The user, while the account exists.
    pub user: Option<UserId>,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventAction {
    /// An action of this release.
    Known(Action),
    /// One that another release wrote, by its key.
    Other(String),
}

impl EventAction {
    /// From the key in the database.
    pub fn from_key(key: String) -> Self {
        Action::from_key(&key).map_or(Self::Other(key), Self::Known)
    }

    /// The key in the database.
    pub fn key(&self) -> &str {
        match self {
            Self::Known(action) => action.key(),
            Self::Other(key) => key,
        }
    }

    /// Stands between the actor and the target.
    pub fn words(&self) -> &str {
        match self {
            Self::Known(action) => action.words(),
            Self::Other(key) => key,
        }
    }
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventTarget {
    /// Its type; `None` for one that another release wrote.
    pub kind: Option<TargetType>,
    /// Its id, by which its events are found.
    pub id: Uuid,
    /// Its name at the time.
    pub name: String,
    /// Its page, while it exists.
    pub page: Option<TargetPage>,
}

/// Where a target is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TargetPage {
    /// A user's page.
    User(UserId),
    /// A project's page; that of the project for its own budgets.
    Project(ProjectName),
    /// A budget's page.
    Budget(BudgetId),
    /// The list of gateways.
    Gateways,
    /// The page of LiteLLM.
    LiteLlm,
    /// The page of the identity provider.
    IdentityProvider,
    /// The list of jobs.
    Jobs,
    /// The page of an anomaly.
    Anomaly(AnomalyId),
}

/// A field before and after; `None` stands for absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name in the log.
    pub field: String,
    /// The value before.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
}

impl FieldChange {
    /// The field as users read it: "Hard limit".
    pub fn title(&self) -> String {
        let words = if self.field == "person" { "user".to_owned() } else { self.field.replace('_', " ") };
        let mut characters = words.chars();
        characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
    }
}

/// The last time that the chain of the audit log was computed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditProof {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub verified_at: OffsetDateTime,
    /// When the whole chain was, and not only what was new since the verification before.
    #[serde(with = "time::serde::rfc3339::option")]
    pub whole_at: Option<OffsetDateTime>,
    /// How many events are sealed.
    pub sealed: i64,
    /// How many problems were found.
    pub problems: i64,
    /// The first of them.
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_reads_as_words() {
        for (field, title) in [("hard_limit", "Hard limit"), ("person", "User"), ("undoes", "Undoes"), ("", "")] {
            assert_eq!(FieldChange { field: field.to_owned(), before: None, after: None }.title(), title);
        }
    }

    #[test]
    fn action_of_another_release_is_shown_by_its_key() {
        assert_eq!(EventAction::from_key("user.created".to_owned()), EventAction::Known(Action::UserCreated));
        let other = EventAction::from_key("user.adopted".to_owned());
        assert_eq!((other.key(), other.words()), ("user.adopted", "user.adopted"));
    }
}
