//! The unit of work of every change: permission checked again under lock, rows, audit event, commit.

use crate::audit::{By, Entry};
use crate::error::{Error, is_outage};
use crate::guard::{Caller, Can, check};
use crate::locks::{ProjectState, lock_assignments, lock_project, lock_rights, lock_user};
use crate::{Services, actor, audit, reauthentication};
use domain::actor::{Actor, Target};
use domain::error::Refusal;
use domain::id::ProjectId;
use domain::mode::Mode;
use domain::permission::{Asks, Permission};
use domain::role::ProjectRole;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

/// A transaction on behalf of a user whose permission holds until it commits.
///
/// The rows that grant the permission are locked in share mode: a revocation waits for this change, or this change sees
/// it. Nothing succeeds after the commit that revoked a permission.
pub struct Change<'a> {
    services: &'a Services,
    caller: &'a Caller,
    actor: Actor,
    transaction: Transaction<'static, Postgres>,
}

impl Services {
    /// Begins a change with a proof.
    ///
    /// # Errors
    /// The refusal that holds now, when the permission was revoked since the proof was made;
    /// [`Refusal::ConfirmationDue`] when the user has to re-authenticate.
    pub async fn change<'a, P: Asks>(&'a self, can: &'a Can<P>) -> Result<Change<'a>, Error> {
        self.begin(can, ProjectState::InUse).await
    }

    /// Begins a change of a project that was deleted.
    pub(crate) async fn change_deleted<'a, P: Asks>(&'a self, can: &'a Can<P>) -> Result<Change<'a>, Error> {
        self.begin(can, ProjectState::Deleted).await
    }

    async fn begin<'a, P: Asks>(&'a self, can: &'a Can<P>, state: ProjectState) -> Result<Change<'a>, Error> {
        let caller = can.caller();
        let mut transaction = self.pool.begin().await?;
        if changes_rights(P::PERMISSION) {
            lock_rights(&mut transaction).await?;
        }
        lock_target(&mut transaction, caller, can.target(), state).await?;
        let mut actor = actor::lock(self, &mut transaction, caller).await?;
        if let Target::Project(project) = can.target() {
            actor.projects = role_in(self, &mut transaction, caller, project)
                .await?
                .map(|role| (project, role))
                .into_iter()
                .collect();
        }
        check(&actor, P::PERMISSION, can.target())?;
        if P::PERMISSION.needs_confirmed_identity() {
            reauthentication::check_recent(self, &mut *transaction, caller).await?;
        }
        Ok(Change { services: self, caller, actor, transaction })
    }
}

impl Change<'_> {
    /// The connection inside the transaction.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// What the change needs from outside the database.
    pub(crate) const fn services(&self) -> &Services {
        self.services
    }

    /// Who changes, as the request began; their rights may have changed since, so rules ask [`Change::actor`].
    pub const fn caller(&self) -> &Caller {
        self.caller
    }

    /// The account that is recorded as the one that granted, assigned or created; `None` in a break-glass session.
    pub(crate) fn account(&self) -> Option<Uuid> {
        self.actor.account().map(|user| user.0)
    }

    /// Who changes, with the rights that hold until the commit. Of the projects, only that of the proof.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Writes what changed; a change without an entry is not complete.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record(&mut self, entry: Entry) -> Result<(), Error> {
        audit::write(self.services, &mut self.transaction, By::Caller(self.caller), entry).await
    }

    /// Writes what changed of many things, in one statement.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_many(&mut self, entries: Vec<Entry>) -> Result<(), Error> {
        audit::write_all(self.services, &mut self.transaction, By::Caller(self.caller), entries).await
    }

    /// Writes what changed of each of these users, in one statement; `entry` has all but the target.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn record_for_users(&mut self, entry: Entry, users: &[Uuid]) -> Result<(), Error> {
        audit::write_for_users(self.services, &mut self.transaction, By::Caller(self.caller), entry, users).await
    }

    /// Commits.
    ///
    /// # Errors
    /// The database failed; nothing has changed then, except after [`Refusal::Uncertain`].
    pub async fn commit(self) -> Result<(), Error> {
        commit(self.transaction).await
    }
}

/// Commits. A connection that is lost on the way leaves open whether the database did.
pub(crate) async fn commit(transaction: Transaction<'static, Postgres>) -> Result<(), Error> {
    transaction.commit().await.map_err(|fault| {
        if fault.as_database_error().is_some() && !is_outage(&fault) {
            return fault.into();
        }
        tracing::error!(%fault, "a commit was not answered");
        Refusal::Uncertain.into()
    })
}

/// Serialises changes of one project, or of one user's own account.
async fn lock_target(
    connection: &mut PgConnection,
    caller: &Caller,
    target: Target,
    state: ProjectState,
) -> Result<(), Error> {
    let user = caller.actor.user_id;
    match target {
        Target::Project(project) => lock_project(connection, project, state).await.map(drop),
        // In Keycloak-managed mode users have no row.
        Target::Own if caller.actor.mode == Mode::Keycloak => lock_assignments(connection, &[user.0]).await,
        Target::Own => lock_user(connection, user).await?.map(drop).ok_or_else(|| Refusal::SignedOut.into()),
        Target::Platform => Ok(()),
    }
}

const fn changes_rights(permission: Permission) -> bool {
    matches!(permission, Permission::ManageUsers | Permission::GrantRoles | Permission::GrantAuditor)
}

/// In Keycloak-managed mode nothing is changed by a role in a project.
async fn role_in(
    services: &Services,
    connection: &mut PgConnection,
    caller: &Caller,
    project: ProjectId,
) -> Result<Option<ProjectRole>, Error> {
    let row = sqlx::query!(
        "select m.is_project_admin, p.project_type = 'personal' as \"is_personal!\"
         from user_projects m join projects p on p.id = m.project_id join users u on u.id = m.user_id
         where m.user_id = $1 and m.project_id = $2
           and (u.user_type = 'regular' or p.project_type = 'personal' or lower(p.name) in (select lower(n) from unnest($3::text[]) n))
         for share of m",
        caller.actor.user_id.0,
        project.0,
        &services.settings.external_names()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| actor::project_role(row.is_personal, row.is_project_admin)))
}
