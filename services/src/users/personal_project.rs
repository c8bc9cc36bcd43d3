//! The project every regular person has for themselves (`behaviour.md` section 3.8). It is known by its owner; its name
//! is for display.

use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::error::Error;
use domain::id::UserId;
use domain::project::ProjectKind;
use sqlx::PgConnection;

/// Makes the personal project of somebody who has none: named by the e-mail address, with its owner as the one member.
/// Returns the entry for the audit log.
///
/// # Errors
/// The database failed.
pub(crate) async fn ensure_personal_project(
    services: &Services,
    connection: &mut PgConnection,
    owner: UserId,
    name: &str,
    email: &str,
) -> Result<Option<Entry>, Error> {
    let made = make_personal_project(services, connection, owner, name, email).await?;
    sqlx::query!(
        "insert into user_projects (user_id, project_id, created_at)
         select created_by, id, $2 from projects
         where created_by = $1 and project_type = 'personal' and deleted_at is null
         on conflict do nothing",
        owner.0,
        services.clock.now()
    )
    .execute(connection)
    .await?;
    Ok(made)
}

/// Makes the project alone, for an owner who may have no row in `users`. A name that is in use gets an addition.
pub(crate) async fn make_personal_project(
    services: &Services,
    connection: &mut PgConnection,
    owner: UserId,
    name: &str,
    email: &str,
) -> Result<Option<Entry>, Error> {
    let made = sqlx::query!(
        "insert into projects (id, name, description, project_type, created_by, created_at, updated_at)
         select $1, case when exists (select from projects p where lower(p.name) = lower($2))
                         then $2 || ' (personal)' else $2 end,
                $3, $4, $5, $6, $6
         where not exists (select from projects p
                           where p.created_by = $5 and p.project_type = 'personal' and p.deleted_at is null)
         on conflict (created_by) where project_type = 'personal' and deleted_at is null do nothing
         returning id, name",
        services.new_id(),
        email,
        format!("Personal project of {name}"),
        ProjectKind::Personal.key(),
        owner.0,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?;
    Ok(made.map(|row| {
        Entry::new("project.created", TargetType::Project, row.id, row.name)
            .set("kind", ProjectKind::Personal.key())
            .set("owner", email)
    }))
}

/// Turns a shared project that is named as its one person into the personal project, when nobody else is in it and
/// nobody else made it. `names` are the person's own names. Returns the entry for the audit log.
pub(crate) async fn adopt_personal_project(
    services: &Services,
    connection: &mut PgConnection,
    owner: UserId,
    names: &[String],
) -> Result<Option<Entry>, Error> {
    let adopted = sqlx::query!(
        "update projects set project_type = 'personal', created_by = $1, updated_at = $3, version = version + 1
         where id = (
           select p.id from projects p
           where lower(p.name) = any($2) and p.deleted_at is null and p.project_type = 'shared'
             and (p.created_by is null or p.created_by = $1)
             and not exists (select from user_projects m where m.project_id = p.id and m.user_id <> $1)
           order by array_position($2, lower(p.name)) limit 1)
         and not exists (select from projects mine
                         where mine.created_by = $1 and mine.project_type = 'personal' and mine.deleted_at is null)
         returning id, name",
        owner.0,
        names,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?;
    Ok(adopted.map(|row| {
        Entry::new("project.kind_changed", TargetType::Project, row.id, row.name).field(
            "kind",
            Some(ProjectKind::Shared.key().to_owned()),
            Some(ProjectKind::Personal.key().to_owned()),
        )
    }))
}

/// Gives the personal project the name of its owner's new address, unless the name is in use or was never the address.
/// Returns the entry for the audit log.
pub(crate) async fn rename_personal_project(
    services: &Services,
    connection: &mut PgConnection,
    owner: UserId,
    (old, new): (&str, &str),
) -> Result<Option<Entry>, Error> {
    let renamed = sqlx::query!(
        "update projects set name = $3, updated_at = $4, version = version + 1
         where created_by = $1 and project_type = 'personal' and deleted_at is null and lower(name) = lower($2)
           and not exists (select from projects p where lower(p.name) = lower($3) and p.id <> projects.id)
         returning id",
        owner.0,
        old,
        new,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?;
    Ok(renamed.map(|row| {
        let entry = Entry::new("project.edited", TargetType::Project, row.id, new);
        entry.field("name", Some(old.to_owned()), Some(new.to_owned()))
    }))
}
