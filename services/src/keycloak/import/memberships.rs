//! Memberships of shared projects that the realm names.

use crate::Services;
use crate::audit::Entry;
use crate::error::Error;
use crate::provision::make_missing;
use domain::claims::ClaimedProject;
use domain::id::UserId;
use domain::text::folded;
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// The description of a project that was created because a user of the realm is in it.
const DESCRIPTION: &str = "Imported from Keycloak";

/// What came of granting memberships.
#[derive(Default)]
pub(super) struct Granted {
    /// The places of the memberships that were granted. A project that is deleted or personal admits no members.
    pub(super) places: HashSet<usize>,
    /// New projects, for the audit log.
    pub(super) entries: Vec<Entry>,
}

/// Adds users to shared projects, and creates the unknown ones. A member who is named as project admin becomes one.
pub(super) async fn grant(
    services: &Services,
    connection: &mut PgConnection,
    named: &[(UserId, &ClaimedProject)],
) -> Result<Granted, Error> {
    if named.is_empty() {
        return Ok(Granted::default());
    }
    // The first spelling of a project names it.
    let mut by_name: BTreeMap<String, &ClaimedProject> = BTreeMap::new();
    for (_, project) in named {
        by_name.entry(folded(project.name.as_str())).or_insert(*project);
    }
    let projects: Vec<&ClaimedProject> = by_name.into_values().collect();
    let entries = make_missing(services, connection, &projects, DESCRIPTION).await?;
    let users: Vec<Uuid> = named.iter().map(|(user, _)| user.0).collect();
    let names: Vec<String> = named.iter().map(|(_, project)| project.name.to_string()).collect();
    let admins: Vec<bool> = named.iter().map(|(_, project)| project.is_admin).collect();
    let places = sqlx::query_scalar!(
        r#"with named as (
             select n.place, n.user_id, p.id as project_id, n.is_admin
             from unnest($1::uuid[], $2::text[], $3::bool[]) with ordinality n (user_id, name, is_admin, place)
             join projects p on lower(p.name) = lower(n.name) and p.deleted_at is null and p.project_type = 'shared'),
           granted as (
             insert into user_projects (user_id, project_id, is_project_admin, created_at)
             select user_id, project_id, bool_or(is_admin), $4 from named
             group by user_id, project_id order by user_id, project_id
             on conflict on constraint user_projects_pkey do update set is_project_admin = true
               where excluded.is_project_admin and not user_projects.is_project_admin
             returning user_id, project_id)
           select n.place as "place!" from named n join granted using (user_id, project_id)"#,
        &users,
        &names,
        &admins,
        services.clock.now()
    )
    .fetch_all(connection)
    .await?;
    let places = places.into_iter().filter_map(|place| usize::try_from(place - 1).ok()).collect();
    Ok(Granted { places, entries })
}
