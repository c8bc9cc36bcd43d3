//! Creating the new users of a page together, with their projects.

use super::memberships;
use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use crate::users::{adopt_personal_project, ensure_personal_project};
use domain::claims::ClaimedProject;
use domain::import::{ImportedUser, Snapshot};
use domain::project::ProjectKind;
use domain::provider::ProviderKind;
use domain::user::UserKind;
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// The longest name of a project, in characters.
const MAX_NAME_LENGTH: usize = 255;

/// A user who was created, or would be.
pub(super) struct Created {
    /// As written.
    pub(super) snapshot: Snapshot,
    /// Projects that admit no members.
    pub(super) refused_projects: Vec<String>,
}

impl Created {
    /// As a plan expects it.
    pub(super) fn planned(user: &ImportedUser) -> Self {
        Self { snapshot: user.snapshot(), refused_projects: Vec::new() }
    }
}

/// Creates users with their projects. Returns those whose id and address were free.
pub(super) async fn create(
    services: &Services,
    connection: &mut PgConnection,
    by: By<'_>,
    users: &[&ImportedUser],
) -> Result<HashMap<Uuid, Created>, Error> {
    let inserted = insert_users(services, connection, users).await?;
    let users: Vec<&ImportedUser> = users.iter().copied().filter(|user| inserted.contains(&user.id.0)).collect();
    let personal = personal_projects(services, connection, &users).await?;
    let named: Vec<_> = users.iter().flat_map(|user| user.projects().map(|project| (user.id, project))).collect();
    let granted = memberships::grant(services, connection, &named).await?;
    let (mut created, mut entries) = (HashMap::new(), Vec::new());
    let mut place = 0;
    for user in users {
        let (mut admitted, mut refused) = (Vec::new(), Vec::new());
        for project in user.projects() {
            let projects = if granted.places.contains(&place) { &mut admitted } else { &mut refused };
            projects.push(project);
            place += 1;
        }
        entries.push(imported(user, &admitted));
        let projects = admitted.into_iter().map(|project| (project.name.to_string(), project.is_admin)).collect();
        let refused_projects = refused.into_iter().map(|project| project.name.to_string()).collect();
        created.insert(user.id.0, Created { snapshot: Snapshot { projects, ..user.snapshot() }, refused_projects });
    }
    entries.extend(personal);
    entries.extend(granted.entries);
    audit::write_all(services, connection, by, entries).await?;
    Ok(created)
}

/// In the order of the ids, as everything that locks several users.
async fn insert_users(
    services: &Services,
    connection: &mut PgConnection,
    users: &[&ImportedUser],
) -> Result<HashSet<Uuid>, Error> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.id.0).collect();
    let addresses: Vec<String> = users.iter().map(|user| user.email.to_string()).collect();
    let verified: Vec<bool> = users.iter().map(|user| user.claims.email_verified).collect();
    let names: Vec<String> = users.iter().map(|user| user.claims.shown_name().to_owned()).collect();
    let kinds: Vec<String> = users.iter().map(|user| user.claims.kind.key().to_owned()).collect();
    let admins: Vec<bool> = users.iter().map(|user| user.role.is_admin()).collect();
    let active: Vec<bool> = users.iter().map(|user| user.is_active).collect();
    let inserted = sqlx::query_scalar!(
        "insert into users (id, email, email_verified, name, user_type, is_admin, is_active, auth_source, created_at, updated_at)
         select n.*, $8, $9, $9
         from unnest($1::uuid[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::bool[], $7::bool[]) n (id)
         order by n.id
         on conflict do nothing returning id",
        &ids,
        &addresses,
        &verified,
        &names,
        &kinds,
        &admins,
        &active,
        ProviderKind::Keycloak.key(),
        services.clock.now()
    )
    .fetch_all(connection)
    .await?;
    Ok(inserted.into_iter().collect())
}

/// One event for a new user, which names the shared projects too.
fn imported(user: &ImportedUser, projects: &[&ClaimedProject]) -> Entry {
    let named = |project: &&ClaimedProject| {
        let role = if project.is_admin { " (project admin)" } else { "" };
        format!("{}{role}", project.name)
    };
    let projects: Vec<String> = projects.iter().map(named).collect();
    Entry::new(Action::UserImported, TargetType::User, user.id.0, user.email.as_str())
        .set("name", user.claims.shown_name())
        .set("email", &user.email)
        .set("email_verified", user.claims.email_verified)
        .set("kind", user.claims.kind.key())
        .set("role", user.role.key())
        .set("active", user.is_active)
        .set("provider", ProviderKind::Keycloak.key())
        .field("projects", None, (!projects.is_empty()).then(|| projects.join(", ")))
}

/// The personal projects of regular users: those whose name is free in one statement, the others one by one. Returns the
/// entries for the audit log.
async fn personal_projects(
    services: &Services,
    connection: &mut PgConnection,
    users: &[&ImportedUser],
) -> Result<Vec<Entry>, Error> {
    let mut users: BTreeMap<Uuid, &ImportedUser> =
        users.iter().filter(|user| user.claims.kind == UserKind::Regular).map(|user| (user.id.0, *user)).collect();
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let taken = with_taken_names(connection, &users).await?;
    let free: Vec<&ImportedUser> = users.values().copied().filter(|user| !taken.contains(&user.id.0)).collect();
    let mut entries = Vec::new();
    for (owner, entry) in insert_personal_projects(services, connection, &free).await? {
        users.remove(&owner);
        entries.push(entry);
    }
    for user in users.values() {
        let names: Vec<String> = user.claims.own_names().map(str::to_owned).collect();
        entries.extend(adopt_personal_project(services, connection, user.id, &names).await?);
        let (name, own_name) = (user.claims.shown_name(), user.claims.personal_project());
        entries.extend(ensure_personal_project(services, connection, user.id, name, own_name).await?);
    }
    Ok(entries)
}

/// The users one of whose own names is the name of a project.
async fn with_taken_names(
    connection: &mut PgConnection,
    users: &BTreeMap<Uuid, &ImportedUser>,
) -> Result<HashSet<Uuid>, Error> {
    let names = |user: &ImportedUser| {
        let own = user.claims.own_names().chain([user.claims.personal_project()]);
        own.map(str::to_owned).collect::<Vec<_>>()
    };
    let (ids, names): (Vec<Uuid>, Vec<String>) =
        users.iter().flat_map(|(id, user)| names(user).into_iter().map(|name| (*id, name))).unzip();
    let taken = sqlx::query_scalar!(
        r#"select w.id as "id!" from unnest($1::uuid[], $2::text[]) w(id, name)
           join projects p on lower(p.name) = lower(w.name) and p.deleted_at is null"#,
        &ids,
        &names
    )
    .fetch_all(connection)
    .await?;
    Ok(taken.into_iter().collect())
}

/// Creates personal projects with their owners as members, unless a name is taken. Returns the owners and the entries for
/// the audit log.
async fn insert_personal_projects(
    services: &Services,
    connection: &mut PgConnection,
    owners: &[&ImportedUser],
) -> Result<Vec<(Uuid, Entry)>, Error> {
    let ids: Vec<Uuid> = owners.iter().map(|_| services.new_id()).collect();
    let names: Vec<String> =
        owners.iter().map(|user| user.claims.personal_project().chars().take(MAX_NAME_LENGTH).collect()).collect();
    let descriptions: Vec<String> =
        owners.iter().map(|user| format!("Personal project of {}", user.claims.shown_name())).collect();
    let owner_ids: Vec<Uuid> = owners.iter().map(|user| user.id.0).collect();
    let made = sqlx::query!(
        r#"with made as (
             insert into projects (id, name, description, project_type, created_by, created_at, updated_at)
             select n.id, n.name, n.description, $5, n.owner, $6, $6
             from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) n (id, name, description, owner)
             order by lower(n.name)
             on conflict do nothing
             returning id, name, created_by),
           joined as (
             insert into user_projects (user_id, project_id, created_at) select created_by, id, $6 from made)
           select id, name, created_by as "owner!" from made"#,
        &ids,
        &names,
        &descriptions,
        &owner_ids,
        ProjectKind::Personal.key(),
        services.clock.now()
    )
    .fetch_all(connection)
    .await?;
    let entries = made.into_iter().map(|row| {
        let entry = Entry::new(Action::ProjectCreated, TargetType::Project, row.id, row.name.clone());
        (row.owner, entry.set("kind", ProjectKind::Personal.key()).set("owner", row.name))
    });
    Ok(entries.collect())
}
