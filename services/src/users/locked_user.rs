//! A user whose row is locked for a change: the rank rule, and what changes of users have in common.

use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::conflict;
use crate::error::Error;
use crate::locks::{LockedUser, lock_user};
use domain::email::Email;
use domain::error::Refusal;
use domain::id::UserId;
use domain::role::PlatformRole;
use domain::user::UserDraft;
use domain::violation::Violation;

impl LockedUser {
    /// Locks a user whom the caller changes.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; [`Refusal::Forbidden`] when the user ranks above the caller.
    pub(crate) async fn lock(change: &mut Change<'_>, id: UserId) -> Result<Self, Error> {
        let user = lock_user(change.connection(), id).await?.ok_or(Refusal::NotFound)?;
        if user.role.rank() > change.actor().role.rank() {
            return Err(Refusal::Forbidden(Violation::MaintainerAccount { name: user.name }).into());
        }
        Ok(user)
    }

    /// Refuses what would give a break-glass session, which ends soon, the account of a maintainer, which stays: a password,
    /// an address, an identity.
    ///
    /// # Errors
    /// [`Violation::GrantNeedsAccount`].
    pub(crate) fn refuse_takeover(&self, change: &Change<'_>) -> Result<(), Error> {
        if self.role.is_maintainer() && change.account().is_none() {
            return Err(Refusal::Forbidden(Violation::GrantNeedsAccount).into());
        }
        Ok(())
    }

    /// What the personal project is called: the address, unless it may be another user's.
    pub(crate) fn own_name(&self) -> String {
        if self.email_verified { self.email.clone() } else { self.id.to_string() }
    }

    /// The fields that can be edited.
    pub(crate) fn draft(&self) -> UserDraft {
        UserDraft {
            name: self.name.clone(),
            email: Email::of_stored(&self.email),
            kind: self.kind,
            role: self.role,
            active: self.is_active,
            project_limit: self.project_limit.and_then(|limit| u32::try_from(limit).ok()),
        }
    }

    /// Whether it is the caller.
    pub(crate) fn is_oneself(&self, change: &Change<'_>) -> bool {
        self.id == change.actor().user_id
    }

    /// The row, for a form that was rendered with an older version of it.
    pub(crate) const fn row(&self) -> conflict::Stored {
        conflict::Stored { target: self.id.0, version: self.version, updated_at: self.updated_at }
    }

    /// An audit event about this user.
    pub(crate) fn entry(&self, action: Action) -> Entry {
        Entry::new(action, TargetType::User, self.id.0, &self.email)
    }

    /// The same about another platform role.
    pub(crate) fn role_entry(&self, action: Action, role: PlatformRole) -> Entry {
        self.entry(action).field("role", Some(self.role.key().to_owned()), Some(role.key().to_owned()))
    }

    /// Gives the row a new version, for a form that was rendered with the one before.
    pub(crate) async fn touch(&self, services: &Services, change: &mut Change<'_>) -> Result<(), Error> {
        sqlx::query!(
            "update users set updated_at = $2, version = version + 1 where id = $1",
            self.id.0,
            services.clock.now()
        )
        .execute(change.connection())
        .await?;
        Ok(())
    }
}
