//! What a user can do and who can do something, each with the paths that grant it. The rules are
//! `domain::explain`'s; here is what they are about.
//!
//! Only where Bursar keeps the rights: in Keycloak-managed mode no user is stored.

mod holders;
mod question;
mod user;

pub use holders::{holders, holders_for_operator};
pub use user::{user, user_for_operator};

use crate::Services;
use domain::error::Refusal;
use domain::explain::Granted;
use domain::mode::Mode;
use domain::role::PlatformRole;
use domain::violation::Violation;
use time::OffsetDateTime;

fn check_kept_here(services: &Services) -> Result<(), Refusal> {
    match services.settings.mode {
        Mode::Platform => Ok(()),
        Mode::Keycloak => Err(Refusal::Rule(Violation::AccessKeptByProvider)),
    }
}

/// The latest event that set the platform role of a user.
#[derive(Debug, Default, sqlx::FromRow)]
struct RoleEvent {
    role_actor: Option<String>,
    role_at: Option<OffsetDateTime>,
    /// The role that it set.
    role_set: Option<String>,
}

impl RoleEvent {
    /// Who granted the role that holds. An operator can have changed the row since by a statement, which no event tells.
    fn granted(self, role: PlatformRole) -> Granted {
        if self.role_set.as_deref() == Some(role.key()) {
            Granted { by: self.role_actor, since: self.role_at }
        } else {
            Granted::default()
        }
    }
}
