//! Projects that tokens name.

use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use domain::claims::{ClaimedProject, Claims};
use domain::id::UserId;
use domain::role::ProjectRole;
use sqlx::PgConnection;

/// The description of a project that was created from a claim.
pub(super) const DESCRIPTION: &str = "Made because a sign-in named it";

/// Adds a user to the shared projects of their token, and creates the unknown ones. Returns what to record.
pub(super) async fn join(
    services: &Services,
    connection: &mut PgConnection,
    claims: &Claims,
    person: UserId,
    address: &str,
) -> Result<Vec<Entry>, Error> {
    let named: Vec<&ClaimedProject> = claims.shared_projects().collect();
    let mut entries = make_missing(services, connection, &named, DESCRIPTION).await?;
    let names: Vec<String> = named.iter().map(|project| project.name.to_string()).collect();
    let admins: Vec<bool> = named.iter().map(|project| project.is_admin).collect();
    let joined = sqlx::query!(
        "with joined as (
           insert into user_projects (user_id, project_id, is_project_admin, created_at)
           select $1, p.id, n.is_admin, $4
           from unnest($2::text[], $3::bool[]) as n(name, is_admin)
           join projects p on lower(p.name) = lower(n.name) and p.deleted_at is null and p.project_type = 'shared'
           on conflict do nothing
           returning project_id, is_project_admin)
         select p.id, p.name, j.is_project_admin from joined j join projects p on p.id = j.project_id order by lower(p.name)",
        person.0,
        &names,
        &admins,
        services.clock.now()
    )
    .fetch_all(connection)
    .await?;
    entries.extend(joined.into_iter().map(|row| {
        let role = if row.is_project_admin { ProjectRole::Admin } else { ProjectRole::Member };
        Entry::new(Action::ProjectMemberAdded, TargetType::Project, row.id, row.name)
            .set("person", address)
            .set("role", role.key())
    }));
    Ok(entries)
}

/// Makes the projects that do not exist, whatever the case of their names. One that was deleted stays so as long as it
/// can be restored. Returns what to record.
///
/// In the order of their names, so that two sign-ins that make the same ones wait for each other and not crosswise.
pub(crate) async fn make_missing(
    services: &Services,
    connection: &mut PgConnection,
    named: &[&ClaimedProject],
    description: &str,
) -> Result<Vec<Entry>, Error> {
    let ids: Vec<_> = named.iter().map(|_| services.new_id()).collect();
    let names: Vec<String> = named.iter().map(|project| project.name.to_string()).collect();
    let made = sqlx::query!(
        "insert into projects (id, name, description, project_type, is_imported, created_at, updated_at)
         select n.id, n.name, $3, 'shared', true, $4, $4
         from unnest($1::uuid[], $2::text[]) as n(id, name)
         where not exists (select from projects p where lower(p.name) = lower(n.name))
         order by lower(n.name)
         on conflict (lower(name)) do nothing
         returning id, name",
        &ids,
        &names,
        description,
        services.clock.now()
    )
    .fetch_all(connection)
    .await?;
    let entries = made.into_iter().map(|row| {
        Entry::new(Action::ProjectCreated, TargetType::Project, row.id, row.name.clone())
            .set("name", row.name)
            .set("description", description)
            .set("imported", true)
    });
    Ok(entries.collect())
}
