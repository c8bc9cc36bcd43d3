//! Signing in where the provider keeps all rights: no user is stored, and projects that the claims name are created.

use super::{Verdict, VerifiedIdentity, identity, projects, without_role};
use crate::Services;
use crate::audit::{self, By};
use crate::error::Error;
use crate::users::make_personal_project;
use domain::claims::{ClaimedProject, Claims};
use domain::id::UserId;
use domain::user::UserKind;
use sqlx::PgConnection;

/// Lets in who holds a role.
pub(super) async fn admit(
    services: &Services,
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    claims: &Claims,
) -> Result<Verdict, Error> {
    if claims.role.is_none() {
        return Ok(Err(without_role(services, verified, claims)));
    }
    let id = identity::id_without_account(connection, verified, &claims.subject).await?;
    let open = |project: &&ClaimedProject| services.settings.is_open_to(claims.kind, project.name.as_str());
    let named: Vec<&ClaimedProject> = claims.shared_projects().filter(open).collect();
    let mut entries = projects::make_missing(services, connection, &named, projects::DESCRIPTION).await?;
    entries.extend(personal_project(services, connection, claims, id).await?);
    if !entries.is_empty() {
        audit::write_all(services, connection, By::Console, entries).await?;
    }
    Ok(Ok(id))
}

/// Created when the token lists the user's own name, unless a shared project has that name already.
async fn personal_project(
    services: &Services,
    connection: &mut PgConnection,
    claims: &Claims,
    id: UserId,
) -> Result<Option<crate::audit::Entry>, Error> {
    let listed = claims.projects.iter().filter(|project| claims.is_own_name(project.name.as_str()));
    let names: Vec<String> = listed.map(|project| project.name.to_string()).collect();
    if names.is_empty() || claims.kind != UserKind::Regular {
        return Ok(None);
    }
    let is_shared = sqlx::query_scalar!(
        r#"select exists (select from projects where lower(name) in (select lower(n) from unnest($1::text[]) n)
                          and deleted_at is null and project_type = 'shared') as "exists!""#,
        &names
    )
    .fetch_one(&mut *connection)
    .await?;
    if is_shared {
        return Ok(None);
    }
    make_personal_project(services, connection, id, claims.shown_name(), claims.personal_project()).await
}
