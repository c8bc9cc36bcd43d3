//! The personal project that every regular user has. It is known by its owner; its name
//! is for display.

use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use domain::id::UserId;
use domain::project::ProjectKind;
use sqlx::PgConnection;
use uuid::Uuid;

/// The longest name of a project, in characters.
const MAX_NAME_LENGTH: usize = 255;
/// How many random characters tell a name from others that are taken.
const RANDOM_LENGTH: usize = 6;

/// Creates the personal project of a user who has none, with its owner as the one member. `own_name` is what it is
/// called, if that name is free. Returns the entry for the audit log.
///
/// # Errors
/// The database failed.
pub(crate) async fn ensure_personal_project(
    services: &Services,
    connection: &mut PgConnection,
    owner: UserId,
    name: &str,
    own_name: &str,
) -> Result<Option<Entry>, Error> {
    let made = make_personal_project(services, connection, owner, name, own_name).await?;
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
    own_name: &str,
) -> Result<Option<Entry>, Error> {
    for candidate in candidates(services, own_name) {
        let row = sqlx::query!(
            r#"with mine as (
                 select exists (select from projects p
                                where p.created_by = $5 and p.project_type = 'personal' and p.deleted_at is null) as is_there),
               made as (
                 insert into projects (id, name, description, project_type, created_by, created_at, updated_at)
                 select $1, $2, $3, $4, $5, $6, $6 where not (select is_there from mine)
                 on conflict do nothing
                 returning id, name)
               select mine.is_there as "is_there!", made.id as "id?", made.name as "name?" from mine left join made on true"#,
            services.new_id(),
            candidate,
            format!("Personal project of {name}"),
            ProjectKind::Personal.key(),
            owner.0,
            services.clock.now()
        )
        .fetch_one(&mut *connection)
        .await?;
        if row.is_there {
            return Ok(None);
        }
        if let (Some(id), Some(name)) = (row.id, row.name) {
            let entry = Entry::new(Action::ProjectCreated, TargetType::Project, id, name);
            return Ok(Some(entry.set("kind", ProjectKind::Personal.key()).set("owner", own_name)));
        }
    }
    // No name that is partly random is taken: another sign-in of the owner was faster.
    Ok(None)
}

/// The names to try one after the other: the own name, the same with an addition, at last with one that is not taken.
fn candidates(services: &Services, own_name: &str) -> [String; 3] {
    let id = services.new_id().simple().to_string();
    let random = &id[id.len() - RANDOM_LENGTH..];
    ["", " (personal)", &format!(" (personal {random})")].map(|addition| {
        let room = MAX_NAME_LENGTH - addition.len();
        own_name.chars().take(room).chain(addition.chars()).collect()
    })
}

/// Turns a shared project that bears one of its one member's own names into the personal project, when it has no other
/// member, no other creator, and no budget assigned to it: a personal project has none. Returns the entry for the audit
/// log.
pub(crate) async fn adopt_personal_project(
    services: &Services,
    connection: &mut PgConnection,
    owner: UserId,
    own_names: &[String],
) -> Result<Option<Entry>, Error> {
    // Locked before it is read: assigning a budget and adding a member lock the project first.
    let candidates = sqlx::query_scalar!(
        "select p.id from projects p join unnest($2::text[]) with ordinality as own(name, place)
           on lower(p.name) = lower(own.name)
         where p.deleted_at is null and p.project_type = 'shared' and (p.created_by is null or p.created_by = $1)
         order by own.place for update of p",
        owner.0,
        own_names
    )
    .fetch_all(&mut *connection)
    .await?;
    let adopted = sqlx::query!(
        "update projects set project_type = 'personal', created_by = $1, updated_at = $3, version = version + 1
         where id = (
           select p.id from unnest($2::uuid[]) with ordinality as p(id, place)
           where not exists (select from user_projects m where m.project_id = p.id and m.user_id <> $1)
             and not exists (select from project_budgets b where b.project_id = p.id)
           order by p.place limit 1)
         and not exists (select from projects mine
                         where mine.created_by = $1 and mine.project_type = 'personal' and mine.deleted_at is null)
         returning id, name",
        owner.0,
        &candidates,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?;
    Ok(adopted.map(|row| {
        Entry::new(Action::ProjectKindChanged, TargetType::Project, row.id, row.name).field(
            "kind",
            Some(ProjectKind::Shared.key().to_owned()),
            Some(ProjectKind::Personal.key().to_owned()),
        )
    }))
}

/// As [`rename_personal_projects`], for one owner.
pub(crate) async fn rename_personal_project(
    services: &Services,
    connection: &mut PgConnection,
    owner: UserId,
    (old, new): (&str, &str),
) -> Result<Option<Entry>, Error> {
    Ok(rename_personal_projects(services, connection, &[(owner, old, new)]).await?.pop())
}

/// Gives personal projects the names of their owners' new addresses, unless a name is in use, or the project is called by
/// something else than an address or the owner's id. Each owner comes with the old and the new address.
/// Returns the entries for the audit log.
pub(crate) async fn rename_personal_projects(
    services: &Services,
    connection: &mut PgConnection,
    owners: &[(UserId, &str, &str)],
) -> Result<Vec<Entry>, Error> {
    let ids: Vec<Uuid> = owners.iter().map(|(owner, ..)| owner.0).collect();
    let old: Vec<String> = owners.iter().map(|(_, old, _)| (*old).to_owned()).collect();
    let new: Vec<String> = owners.iter().map(|(.., new)| (*new).to_owned()).collect();
    let renamed = sqlx::query!(
        "update projects p set name = old.address, updated_at = $4, version = version + 1
         from (select p.id, p.name, n.address
               from unnest($1::uuid[], $2::text[], $3::text[]) n (owner, former_address, address)
               join projects p on p.created_by = n.owner
               where p.project_type = 'personal' and p.deleted_at is null and p.name <> n.address
                 and (lower(p.name) = lower(n.former_address) or p.name like '%@%' or p.name = n.owner::text)) old
         where p.id = old.id
           and not exists (select from projects o where lower(o.name) = lower(old.address) and o.id <> p.id)
         returning p.id, old.name as former, p.name",
        &ids,
        &old,
        &new,
        services.clock.now()
    )
    .fetch_all(connection)
    .await?;
    let entries = renamed.into_iter().map(|row| {
        let entry = Entry::new(Action::ProjectEdited, TargetType::Project, row.id, row.name.clone());
        entry.field("name", Some(row.former), Some(row.name))
    });
    Ok(entries.collect())
}
