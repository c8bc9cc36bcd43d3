//! The actor behind a session, with the rights that hold now.
//!
//! In Platform-managed mode rights are rows; in Keycloak-managed mode they are the verified claims (see [`claims`]). A
//! break-glass session has a maintainer's rights in both (see [`break_glass`]).

mod break_glass;
mod claims;

pub(crate) use break_glass::audit_name;

use crate::Services;
use crate::client::SessionToken;
use crate::error::Error;
use crate::guard::Caller;
use domain::actor::Actor;
use domain::error::Refusal;
use domain::id::{ProjectId, SessionId, UserId};
use domain::mode::Mode;
use domain::role::{PlatformRole, ProjectRole};
use domain::user::UserKind;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// Reads the user of a valid session, and when the session was last used. One statement; another one when the session is
/// no user's.
pub(crate) async fn load(services: &Services, token: &SessionToken) -> Result<Option<(Actor, OffsetDateTime)>, Error> {
    let user = match services.settings.mode {
        Mode::Platform => load_stored(services, token).await?,
        Mode::Keycloak => claims::load(services, token).await?,
    };
    match user {
        Some(user) => Ok(Some(user)),
        None => break_glass::load(services, token).await,
    }
}

async fn load_stored(services: &Services, token: &SessionToken) -> Result<Option<(Actor, OffsetDateTime)>, Error> {
    let now = services.clock.now();
    let row = sqlx::query!(
        r#"select s.id as session_id, s.last_used_at, u.id, u.name, u.email, u.user_type,
                  coalesce(u.email_verified, u.auth_source = 'local') as "email_verified!",
                  u.is_admin, u.is_maintainer, u.is_auditor, u.password_change_due,
                  coalesce(p.ids, '{}') as "project_ids!", coalesce(p.admins, '{}') as "project_admins!",
                  coalesce(p.personal, '{}') as "project_personal!"
           from sessions s
           join users u on u.id = s.user_id and u.is_active
           left join lateral (
             select array_agg(p.id) as ids, array_agg(m.is_project_admin) as admins,
                    array_agg(p.project_type = 'personal') as personal
             from user_projects m join projects p on p.id = m.project_id and p.deleted_at is null
             where m.user_id = u.id
               and (u.user_type = 'regular' or p.project_type = 'personal' or lower(p.name) in (select lower(n) from unnest($4::text[]) n))
           ) p on true
           where s.token_hash = $1 and s.expires_at > $2 and s.last_used_at > $3"#,
        token.hash(),
        now,
        now - services.settings.session_idle,
        &services.settings.external_names()
    )
    .fetch_optional(&services.pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let roles =
        row.project_personal.iter().zip(&row.project_admins).map(|(personal, admin)| project_role(*personal, *admin));
    let actor = Actor {
        user_id: UserId(row.id),
        session_id: SessionId(row.session_id),
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
        mode: Mode::Platform,
        role: PlatformRole::from_flags(row.is_maintainer, row.is_admin, row.is_auditor),
        kind: user_kind(&row.user_type)?,
        projects: row.project_ids.iter().copied().map(ProjectId).zip(roles).collect(),
        password_change_due: row.password_change_due,
        break_glass: None,
    };
    Ok(Some((actor, row.last_used_at)))
}

/// The rights that hold now, with the rows that grant them locked until the transaction ends. Without projects.
///
/// The user is locked before the session, as everywhere: a transaction that revokes sessions holds their user already.
pub(crate) async fn lock(services: &Services, connection: &mut PgConnection, caller: &Caller) -> Result<Actor, Error> {
    if caller.actor.break_glass.is_some() {
        return break_glass::lock(services, connection, caller).await;
    }
    if services.settings.mode == Mode::Keycloak {
        return claims::lock(services, connection, caller).await;
    }
    let session = caller.actor.session_id;
    let row = sqlx::query!(
        r#"with u as materialized (select * from users where id = $1 and is_active for share)
         select u.id, u.name, u.email, coalesce(u.email_verified, u.auth_source = 'local') as "email_verified!",
                u.user_type, u.is_admin, u.is_maintainer, u.is_auditor, u.password_change_due
         from u join sessions s on s.user_id = u.id
         where s.id = $2 and s.expires_at > $3 for share of s"#,
        caller.actor.user_id.0,
        session.0,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Refusal::SignedOut)?;
    Ok(Actor {
        user_id: UserId(row.id),
        session_id: session,
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
        mode: Mode::Platform,
        role: PlatformRole::from_flags(row.is_maintainer, row.is_admin, row.is_auditor),
        kind: user_kind(&row.user_type)?,
        projects: Vec::new(),
        password_change_due: row.password_change_due,
        break_glass: None,
    })
}

/// The role of a member, as the columns have it.
pub(crate) const fn project_role(is_personal: bool, is_admin: bool) -> ProjectRole {
    match (is_personal, is_admin) {
        (true, _) => ProjectRole::Owner,
        (false, true) => ProjectRole::Admin,
        (false, false) => ProjectRole::Member,
    }
}

/// The type of a user, as the column has it.
pub(crate) fn user_kind(stored: &str) -> Result<UserKind, Error> {
    UserKind::parse(stored).map_err(|_| Error::Broken(format!("unknown user_type {stored}")))
}
