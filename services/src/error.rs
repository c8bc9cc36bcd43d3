//! Errors of services, and how faults of the database become refusals.

use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::violation::Violation;

/// Why a service did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule or a missing permission refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The database or a library answered what it cannot answer.
    #[error("broken invariant: {0}")]
    Broken(String),
    /// Keycloak did not let a snapshot of a realm be taken.
    #[error("the access snapshot of the realm {realm} failed: {problem}")]
    AccessSnapshot {
        /// The realm.
        realm: String,
        /// What Keycloak answered.
        problem: String,
    },
    /// A budget of the file of predefined ones cannot be stored.
    #[error("the predefined budget {slug} (“{name}”) cannot be stored: {problem}")]
    PredefinedBudget {
        /// Its id.
        slug: String,
        /// What the file calls it.
        name: String,
        /// Why.
        problem: String,
    },
    /// Entries of the audit log disappeared before they were sealed.
    #[error("{0} entries disappeared from the audit log before they were sealed: run `bursar verify-audit`")]
    AuditEntriesLost(usize),
    /// The audit log is not what was written: how many problems there are, and the first of them.
    #[error("{0} problems in the audit log, first: {1}. Run `bursar verify-audit`")]
    AuditBroken(u64, String),
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Refused(errors.into())
    }
}

impl From<Violation> for Error {
    fn from(violation: Violation) -> Self {
        Self::Refused(violation.into())
    }
}

impl From<Error> for Refusal {
    /// The one place where a fault is logged and stripped of what only we may know.
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal,
            Error::Database(fault) => {
                if let Some(refusal) = constraint(&fault) {
                    return refusal;
                }
                if is_outage(&fault) {
                    tracing::warn!(%fault, "the database did not answer");
                    return Self::Unavailable;
                }
                tracing::error!(%fault, "the database refused a statement");
                Self::Internal
            }
            Error::Broken(what) => {
                tracing::error!(%what, "broken invariant");
                Self::Internal
            }
            fault @ Error::PredefinedBudget { .. } => {
                tracing::error!(%fault, "cannot store a predefined budget");
                Self::Internal
            }
            Error::AccessSnapshot { realm, problem } => {
                tracing::error!(%realm, %problem, "cannot take an access snapshot");
                Self::Internal
            }
            fault @ (Error::AuditEntriesLost(_) | Error::AuditBroken(..)) => {
                tracing::error!(%fault, "the audit log is not what was written");
                Self::Internal
            }
        }
    }
}

/// A constraint's name says which rule is violated, without a look-up that could race.
pub(crate) fn constraint(fault: &sqlx::Error) -> Option<Refusal> {
    let name = fault.as_database_error()?.constraint()?;
    let violation = match name {
        "users_email_key" => Violation::EmailTaken,
        "users_username_key" => Violation::UsernameTaken,
        "projects_name_key" => Violation::ProjectNameTaken,
        "budgets_slug_key" => Violation::BudgetIdTaken,
        "budgets_name_key" => Violation::BudgetNameTaken,
        "gateways_name_key" => Violation::GatewayNameTaken,
        "user_budgets_budget_fkey" | "project_budgets_budget_fkey" => Violation::CategoryInUse,
        "user_budgets_are_global" | "project_budgets_are_own" => Violation::ProjectBudgetNotAssignable,
        "budget_requests_one_waiting" => Violation::BudgetRequestWaiting,
        "budget_groups_one_active" => Violation::ProjectHasGroup,
        "user_projects_pkey" => Violation::AlreadyMember,
        "users_maintainer_is_admin" => Violation::MaintainerIsAdmin,
        _ => return None,
    };
    Some(violation.into())
}

/// `read_only_sql_transaction`: after a failover the connection may still lead to the old primary, which is a standby now.
const READ_ONLY: &str = "25006";

/// Whether trying again later may help: no connection, a time-out, a deadlock, a server going down or become read-only.
pub(crate) fn is_outage(fault: &sqlx::Error) -> bool {
    match fault {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            ["08", "53", "57"].iter().any(|class| code.starts_with(class))
                || ["40001", "40P01", READ_ONLY].contains(&&*code)
        }),
        _ => false,
    }
}

/// Whether the role of the connection lacks a privilege.
pub(crate) fn is_denied(fault: &sqlx::Error) -> bool {
    fault.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "42501")
}
