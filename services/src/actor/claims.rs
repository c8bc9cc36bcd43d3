//! The actor behind a session where the identity provider keeps all rights: the verified claims, read on every request.
//!
//! Which names are projects is looked up by the same statement. It splits the lists more roughly than
//! [`Claims::parse`], whose answer alone decides.

use crate::Services;
use crate::client::SessionToken;
use crate::error::Error;
use crate::guard::Caller;
use domain::actor::Actor;
use domain::claims::Claims;
use domain::error::Refusal;
use domain::id::{ProjectId, SessionId, UserId};
use domain::mode::Mode;
use domain::project::ProjectKind;
use domain::role::ProjectRole;
use domain::user::UserKind;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;

/// A session with its claims, and the projects that these may mean.
struct Row {
    session_id: uuid::Uuid,
    user_id: uuid::Uuid,
    claims: Value,
    last_used_at: OffsetDateTime,
    project_ids: Vec<uuid::Uuid>,
    project_names: Vec<String>,
    project_types: Vec<String>,
}

/// Reads the user of a valid session whose claims hold now; `None` also when the claims do not let the user in.
pub(super) async fn load(services: &Services, token: &SessionToken) -> Result<Option<(Actor, OffsetDateTime)>, Error> {
    let now = services.clock.now();
    let row = sqlx::query_as!(
        Row,
        r#"select s.id as session_id, s.user_id, s.last_used_at, i.claims,
                  coalesce(p.ids, '{}') as "project_ids!", coalesce(p.names, '{}') as "project_names!",
                  coalesce(p.types, '{}') as "project_types!"
           from sessions s
           join provider_sessions i on i.session_id = s.id and i.access_expires_at > $2
           left join lateral (
             select array_agg(p.id) as ids, array_agg(p.name) as names, array_agg(p.project_type) as types
             from projects p
             where p.deleted_at is null and (
               (p.project_type = 'personal' and p.created_by = s.user_id)
               or (p.project_type = 'shared' and lower(p.name) = any(array(
                 select lower(btrim(regexp_replace(btrim(part, e' \t\r\n'), '^/', ''), e' \t\r\n'))
                 from (values (i.claims -> 'applications'), (i.claims -> 'applications_admin')) lists (list),
                      jsonb_path_query(list, '$[*]') cell,
                      regexp_split_to_table(cell #>> '{}', ',') part))))
           ) p on true
           where s.token_hash = $1 and s.expires_at > $2 and s.last_used_at > $3"#,
        token.hash(),
        now,
        now - services.settings.session_idle
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(row.and_then(|row| {
        let last_used_at = row.last_used_at;
        Some((actor(services, row)?, last_used_at))
    }))
}

/// The user; `None` when the claims do not let the user in.
fn actor(services: &Services, row: Row) -> Option<Actor> {
    let claims = parse(services, &row.claims)?;
    let found = row.project_ids.into_iter().zip(row.project_names).zip(row.project_types);
    let projects = found.filter_map(|((id, name), kind)| {
        Some((ProjectId(id), role_in(services, &claims, &name, kind == ProjectKind::Personal.key())?))
    });
    Some(Actor {
        projects: projects.collect(),
        ..without_projects(UserId(row.user_id), SessionId(row.session_id), &claims)?
    })
}

/// The claims that hold now, locked until the transaction ends.
pub(super) async fn lock(services: &Services, connection: &mut PgConnection, caller: &Caller) -> Result<Actor, Error> {
    let session = caller.actor.session_id;
    let row = sqlx::query!(
        "select s.user_id, i.claims from sessions s join provider_sessions i on i.session_id = s.id
         where s.id = $1 and s.expires_at > $2 and i.access_expires_at > $2 for share",
        session.0,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?
    .ok_or(Refusal::SignedOut)?;
    let claims = parse(services, &row.claims).ok_or(Refusal::SignedOut)?;
    Ok(without_projects(UserId(row.user_id), session, &claims).ok_or(Refusal::SignedOut)?)
}

fn parse(services: &Services, claims: &Value) -> Option<Claims> {
    Claims::parse(claims.as_object()?, &services.settings.claims).ok()
}

fn without_projects(user_id: UserId, session_id: SessionId, claims: &Claims) -> Option<Actor> {
    Some(Actor {
        user_id,
        session_id,
        name: claims.shown_name().to_owned(),
        email: claims.address().unwrap_or(&claims.subject).to_owned(),
        email_verified: claims.email_verified,
        mode: Mode::Keycloak,
        role: claims.role?,
        kind: claims.kind,
        projects: Vec::new(),
        password_change_due: false,
        break_glass: None,
    })
}

/// The role that the claims give in a project that the statement found.
fn role_in(services: &Services, claims: &Claims, name: &str, is_own: bool) -> Option<ProjectRole> {
    if is_own {
        let is_listed = claims.projects.iter().any(|project| claims.is_own_name(project.name.as_str()));
        return (is_listed && claims.kind == UserKind::Regular).then_some(ProjectRole::Owner);
    }
    let claimed = claims.project(name).filter(|_| services.settings.is_open_to(claims.kind, name))?;
    Some(if claimed.is_admin { ProjectRole::Admin } else { ProjectRole::Member })
}
