//! Somebody about to be changed.

use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::change::Change;
use crate::conflict;
use crate::error::Error;
use crate::session::user_kind;
use domain::error::Refusal;
use domain::id::UserId;
use domain::role::{PlatformRole, RoleColumns};
use domain::user::UserKind;
use time::OffsetDateTime;

/// A person whose row is locked until the change ends, and whom the one who changes does not rank below.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) kind: UserKind,
    pub(crate) role: PlatformRole,
    pub(crate) columns: RoleColumns,
    pub(crate) is_active: bool,
    pub(crate) project_limit: Option<i32>,
    pub(crate) version: i64,
    pub(crate) updated_at: OffsetDateTime,
}

impl Person {
    /// Locks somebody.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or [`Refusal::Forbidden`] by the rank rule (`behaviour.md` W-07).
    pub(crate) async fn lock(change: &mut Change<'_>, id: UserId) -> Result<Self, Error> {
        let row = sqlx::query!(
            r#"select name, email, coalesce(email_verified, auth_source = 'local') as "email_verified!", user_type,
                      is_admin, is_maintainer, is_auditor, is_active, project_limit, version, updated_at
               from users where id = $1 for no key update"#,
            id.0
        )
        .fetch_optional(change.connection())
        .await?
        .ok_or(Refusal::NotFound)?;
        let columns =
            RoleColumns { is_admin: row.is_admin, is_maintainer: row.is_maintainer, is_auditor: row.is_auditor };
        let person = Self {
            id,
            name: row.name,
            email: row.email,
            email_verified: row.email_verified,
            kind: user_kind(&row.user_type)?,
            role: columns.role(),
            columns,
            is_active: row.is_active,
            project_limit: row.project_limit,
            version: row.version,
            updated_at: row.updated_at,
        };
        if person.role.rank() > change.actor().role.rank() {
            let text = format!("{} is a maintainer. Only maintainers can change this account; ask one.", person.name);
            return Err(Refusal::Forbidden(text).into());
        }
        Ok(person)
    }

    /// What the personal project is called: the address, unless it may be another user's.
    pub(crate) fn own_name(&self) -> String {
        if self.email_verified { self.email.clone() } else { self.id.to_string() }
    }

    /// Whether it is the one who changes.
    pub(crate) fn is_oneself(&self, change: &Change<'_>) -> bool {
        self.id == change.actor().user_id
    }

    /// The row, for a form that was rendered with an older version of it.
    pub(crate) const fn row(&self) -> conflict::Stored {
        conflict::Stored { target: self.id.0, version: self.version, updated_at: self.updated_at }
    }

    /// An entry of the audit log about this person.
    pub(crate) fn entry(&self, action: &'static str) -> Entry {
        Entry::new(action, TargetType::User, self.id.0, &self.email)
    }

    /// The same about another platform role.
    pub(crate) fn role_entry(&self, action: &'static str, role: PlatformRole) -> Entry {
        self.entry(action).field("role", Some(self.role.key().to_owned()), Some(role.key().to_owned()))
    }

    /// Notes the change in the row itself, for whoever edits it at the same time.
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
