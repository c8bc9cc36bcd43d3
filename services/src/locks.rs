//! Locks that changes take, in the one order in which no two changes wait for each other.
//!
//! 1. [`lock_rights`], by changes of roles and states;
//! 2. the project that the change is about, or the caller's own row;
//! 3. the caller's row and session ([`crate::actor::lock`]);
//! 4. other users, in the order of their ids;
//! 5. their memberships, sessions and devices;
//! 6. [`lock_assignments`], always last.

use crate::actor::user_kind;
use crate::error::Error;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::role::{PlatformRole, RoleColumns};
use domain::user::UserKind;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// The advisory lock of [`lock_rights`].
const RIGHTS_LOCK: i64 = 0x6275_7273_6172_0002;
/// First half of the advisory lock of [`lock_assignments`]; the second half is the hash of the user's id.
const ASSIGNMENTS_LOCK: i32 = 0x6275_7273;

/// Whether a change is about a project that is in use or one that was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProjectState {
    InUse,
    Deleted,
}

/// A user whose row is locked until the transaction ends.
#[derive(Debug)]
pub(crate) struct LockedUser {
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

/// The columns of a [`LockedUser`].
struct Row {
    id: Uuid,
    name: String,
    email: String,
    email_verified: bool,
    user_type: String,
    is_admin: bool,
    is_maintainer: bool,
    is_auditor: bool,
    is_active: bool,
    project_limit: Option<i32>,
    version: i64,
    updated_at: OffsetDateTime,
}

impl TryFrom<Row> for LockedUser {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let columns =
            RoleColumns { is_admin: row.is_admin, is_maintainer: row.is_maintainer, is_auditor: row.is_auditor };
        Ok(Self {
            id: UserId(row.id),
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
        })
    }
}

/// Serialises changes of roles and states, so that two of them cannot lock each other's rows crosswise.
pub(crate) async fn lock_rights(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", RIGHTS_LOCK).fetch_one(connection).await?;
    Ok(())
}

/// Locks a project for a change of it or of its members. Returns its name.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such project in this state.
pub(crate) async fn lock_project(
    connection: &mut PgConnection,
    project: ProjectId,
    state: ProjectState,
) -> Result<String, Error> {
    let name = sqlx::query_scalar!(
        "select name from projects where id = $1 and (deleted_at is not null) = $2 for update",
        project.0,
        state == ProjectState::Deleted
    );
    Ok(name.fetch_optional(connection).await?.ok_or(Refusal::NotFound)?)
}

/// Locks a user who is about to be changed; `None` when there is no such user.
pub(crate) async fn lock_user(connection: &mut PgConnection, user: UserId) -> Result<Option<LockedUser>, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, name, email, coalesce(email_verified, auth_source = 'local') as "email_verified!", user_type,
                  is_admin, is_maintainer, is_auditor, is_active, project_limit, version, updated_at
           from users where id = $1 for no key update"#,
        user.0
    );
    row.fetch_optional(connection).await?.map(LockedUser::try_from).transpose()
}

/// Locks users who are about to be changed, in the order of their ids. Unknown ids are left out.
pub(crate) async fn lock_users(connection: &mut PgConnection, users: &[Uuid]) -> Result<(), Error> {
    sqlx::query!("select id from users where id = any($1) order by id for no key update", users)
        .fetch_all(connection)
        .await?;
    Ok(())
}

/// Locks users who are about to be given something, against a change of them: a deactivation or a change of type waits
/// for this transaction, or this transaction sees it. Unknown ids are left out.
pub(crate) async fn share_users(
    connection: &mut PgConnection,
    users: &[Uuid],
) -> Result<BTreeMap<Uuid, LockedUser>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, name, email, coalesce(email_verified, auth_source = 'local') as "email_verified!", user_type,
                  is_admin, is_maintainer, is_auditor, is_active, project_limit, version, updated_at
           from users where id = any($1) order by id for share"#,
        users
    );
    rows.fetch_all(connection).await?.into_iter().map(|row| Ok((row.id, row.try_into()?))).collect()
}

/// As [`share_users`], for one user.
pub(crate) async fn share_user(connection: &mut PgConnection, user: UserId) -> Result<Option<LockedUser>, Error> {
    Ok(share_users(connection, &[user.0]).await?.remove(&user.0))
}

/// Serialises changes of what users are assigned: each sees what the one before it wrote.
pub(crate) async fn lock_assignments(connection: &mut PgConnection, users: &[Uuid]) -> Result<(), Error> {
    lock_ids(connection, ASSIGNMENTS_LOCK, users).await
}

/// Takes the advisory locks of ids within a class, in one order, until the transaction ends.
pub(crate) async fn lock_ids(connection: &mut PgConnection, class: i32, ids: &[Uuid]) -> Result<(), Error> {
    sqlx::query!(
        "select pg_advisory_xact_lock($1, k.key)
         from (select distinct hashtext(id::text) as key from unnest($2::uuid[]) id order by key) k",
        class,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}
