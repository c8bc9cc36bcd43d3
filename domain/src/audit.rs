//! The audit log: what its events say, and what can be requested of it.

mod action;
mod query;
mod read;

pub use action::{Action, Kind};
pub use query::{AuditFilter, AuditQuery, Day};
pub use read::AuditProof;
pub use read::{AuditEvent, EventAction, EventActor, EventTarget, FieldChange, TargetPage};

use serde::{Deserialize, Serialize};

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TargetType {
    /// A user.
    User,
    /// A project.
    Project,
    /// A budget.
    Budget,
    /// A budget group of a project.
    BudgetGroup,
    /// The identity provider; its name is the issuer.
    IdentityProvider,
    /// What the console does by itself.
    Job,
    /// A message to another system.
    Delivery,
    /// A break-glass code and its session.
    BreakGlass,
    /// A gateway.
    Gateway,
    /// The LiteLLM proxy that budgets are pushed to; its name is the address.
    LiteLlm,
    /// A file that was downloaded.
    Export,
    /// An anomaly of the access matrix.
    AccessAnomaly,
}

impl TargetType {
    /// Every type.
    pub const ALL: [Self; 12] = [
        Self::User,
        Self::Project,
        Self::Budget,
        Self::BudgetGroup,
        Self::IdentityProvider,
        Self::Job,
        Self::Delivery,
        Self::BreakGlass,
        Self::Gateway,
        Self::LiteLlm,
        Self::Export,
        Self::AccessAnomaly,
    ];

    /// Its name in the database and in `/v1`, which does not change.
    pub const fn key(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
            Self::Budget => "budget",
            Self::BudgetGroup => "project_budget_group",
            Self::IdentityProvider => "identity_provider",
            Self::Job => "job",
            Self::Delivery => "delivery",
            Self::BreakGlass => "break_glass",
            Self::Gateway => "gateway",
            Self::LiteLlm => "litellm",
            Self::Export => "export",
            Self::AccessAnomaly => "access_anomaly",
        }
    }

    /// From its [`key`](Self::key).
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.key() == key)
    }
}
