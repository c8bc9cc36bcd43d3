//! Writing users of a page: the new ones together in a few statements, those who changed one by one.

use crate::Services;
use crate::audit::{self, By, Entry, TargetType};
use crate::error::Error;
use crate::locks::lock_user;
use crate::provision::make_missing;
use crate::users::{adopt_personal_project, ensure_personal_project, rename_personal_project};
use domain::claims::ClaimedProject;
use domain::id::UserId;
use domain::import::{Comparison, ImportedUser, Snapshot};
use domain::project::ProjectKind;
use domain::provider::ProviderKind;
use domain::text::folded;
use domain::user::UserKind;
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// The description of a project that was created because a user of the realm is in it.
const DESCRIPTION: &str = "Imported from Keycloak";
/// The longest name of a project, in characters.
const MAX_NAME_LENGTH: usize = 255;

/// Creates users with their projects. Returns the ids of those whose id and address were free.
pub(super) async fn create(
    services: &Services,
    connection: &mut PgConnection,
    by: By<'_>,
    users: &[&ImportedUser],
) -> Result<HashSet<Uuid>, Error> {
    let created = insert_users(services, connection, users).await?;
    let users: Vec<&ImportedUser> = users.iter().copied().filter(|user| created.contains(&user.id.0)).collect();
    let mut entries: Vec<Entry> = users.iter().map(|user| imported(user)).collect();
    entries.extend(personal_projects(services, connection, &users).await?);
    let joined: Vec<_> = users.iter().flat_map(|user| user.projects().map(|project| (user.id, project))).collect();
    entries.extend(join(services, connection, &joined).await?);
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
    let created = sqlx::query_scalar!(
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
    Ok(created.into_iter().collect())
}

/// One event for a new user, which names the shared projects too.
fn imported(user: &ImportedUser) -> Entry {
    let named = |project: &ClaimedProject| {
        let role = if project.is_admin { " (project admin)" } else { "" };
        format!("{}{role}", project.name)
    };
    let projects: Vec<String> = user.projects().map(named).collect();
    Entry::new("user.imported", TargetType::User, user.id.0, user.email.as_str())
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
    let users: BTreeMap<Uuid, &ImportedUser> =
        users.iter().filter(|user| user.claims.kind == UserKind::Regular).map(|user| (user.id.0, *user)).collect();
    let taken = with_taken_names(connection, &users).await?;
    let free: Vec<&ImportedUser> = users.values().copied().filter(|user| !taken.contains(&user.id.0)).collect();
    let mut entries = insert_personal_projects(services, connection, &free).await?;
    let owners: Vec<Uuid> = users.keys().copied().collect();
    let without = sqlx::query_scalar!(
        r#"select o.id as "id!" from unnest($1::uuid[]) o(id)
           where not exists (select from projects p
                             where p.created_by = o.id and p.project_type = 'personal' and p.deleted_at is null)"#,
        &owners
    )
    .fetch_all(&mut *connection)
    .await?;
    for user in without.iter().filter_map(|id| users.get(id)) {
        let names: Vec<String> = user.claims.own_names().map(str::to_owned).collect();
        entries.extend(adopt_personal_project(services, connection, user.id, &names).await?);
        let (name, own_name) = (user.claims.shown_name(), user.claims.personal_project());
        entries.extend(ensure_personal_project(services, connection, user.id, name, own_name).await?);
    }
    sqlx::query!(
        "insert into user_projects (user_id, project_id, created_at)
         select created_by, id, $2 from projects
         where created_by = any($1) and project_type = 'personal' and deleted_at is null
         on conflict do nothing",
        &owners,
        services.clock.now()
    )
    .execute(connection)
    .await?;
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

async fn insert_personal_projects(
    services: &Services,
    connection: &mut PgConnection,
    owners: &[&ImportedUser],
) -> Result<Vec<Entry>, Error> {
    let ids: Vec<Uuid> = owners.iter().map(|_| services.new_id()).collect();
    let names: Vec<String> =
        owners.iter().map(|user| user.claims.personal_project().chars().take(MAX_NAME_LENGTH).collect()).collect();
    let descriptions: Vec<String> =
        owners.iter().map(|user| format!("Personal project of {}", user.claims.shown_name())).collect();
    let owner_ids: Vec<Uuid> = owners.iter().map(|user| user.id.0).collect();
    let made = sqlx::query!(
        "insert into projects (id, name, description, project_type, created_by, created_at, updated_at)
         select n.id, n.name, n.description, $5, n.owner, $6, $6
         from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) n (id, name, description, owner)
         order by lower(n.name)
         on conflict do nothing
         returning id, name",
        &ids,
        &names,
        &descriptions,
        &owner_ids,
        ProjectKind::Personal.key(),
        services.clock.now()
    )
    .fetch_all(connection)
    .await?;
    Ok(made
        .into_iter()
        .map(|row| {
            let entry = Entry::new("project.created", TargetType::Project, row.id, row.name.clone());
            entry.set("kind", ProjectKind::Personal.key()).set("owner", row.name)
        })
        .collect())
}

/// Adds users to shared projects, and creates the unknown ones. A member who is named as project admin becomes one.
/// Returns the entries for the audit log of new projects.
async fn join(
    services: &Services,
    connection: &mut PgConnection,
    joined: &[(UserId, &ClaimedProject)],
) -> Result<Vec<Entry>, Error> {
    // The first spelling of a project names it.
    let mut by_name: BTreeMap<String, &ClaimedProject> = BTreeMap::new();
    for (_, project) in joined {
        by_name.entry(folded(project.name.as_str())).or_insert(*project);
    }
    let named: Vec<&ClaimedProject> = by_name.into_values().collect();
    let entries = make_missing(services, connection, &named, DESCRIPTION).await?;
    let users: Vec<Uuid> = joined.iter().map(|(user, _)| user.0).collect();
    let names: Vec<String> = joined.iter().map(|(_, project)| project.name.to_string()).collect();
    let admins: Vec<bool> = joined.iter().map(|(_, project)| project.is_admin).collect();
    sqlx::query!(
        "insert into user_projects (user_id, project_id, is_project_admin, created_at)
         select n.user_id, p.id, bool_or(n.is_admin), $4
         from unnest($1::uuid[], $2::text[], $3::bool[]) n (user_id, name, is_admin)
         join projects p on lower(p.name) = lower(n.name) and p.deleted_at is null and p.project_type = 'shared'
         group by n.user_id, p.id order by n.user_id, p.id
         on conflict on constraint user_projects_pkey do update set is_project_admin = true
           where excluded.is_project_admin and not user_projects.is_project_admin",
        &users,
        &names,
        &admins,
        services.clock.now()
    )
    .execute(connection)
    .await?;
    Ok(entries)
}

/// Updates what Keycloak changed and Bursar did not.
pub(super) async fn update(
    services: &Services,
    connection: &mut PgConnection,
    by: By<'_>,
    (id, bursar): (UserId, &Snapshot),
    keycloak: &ImportedUser,
    changes: &Comparison,
) -> Result<(), Error> {
    lock_user(connection, id).await?;
    let name = changes.name.as_deref().unwrap_or(&bursar.name);
    let email = changes.email.as_deref().unwrap_or(&bursar.email);
    sqlx::query!(
        "update users set name = $2, email = $3, email_verified = case when email <> $3 then $4 else email_verified end,
                          updated_at = $5, version = version + 1
         where id = $1",
        id.0,
        name,
        email,
        keycloak.claims.email_verified,
        services.clock.now()
    )
    .execute(&mut *connection)
    .await?;
    let mut entry = Entry::new("user.imported", TargetType::User, id.0, email);
    for change in &changes.updates {
        entry = entry.field(change.field, Some(change.before.clone()), Some(change.after.clone()));
    }
    let mut entries = vec![entry];
    if changes.email.is_some() && keycloak.claims.email_verified {
        entries.extend(rename_personal_project(services, connection, id, (&bursar.email, email)).await?);
    }
    let joined: Vec<_> = changes.projects.iter().map(|project| (id, project)).collect();
    entries.extend(join(services, connection, &joined).await?);
    audit::write_all(services, connection, by, entries).await
}
