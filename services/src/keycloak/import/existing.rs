//! Users of the realm who are in Bursar already, and addresses and ids that others have.

use crate::Services;
use crate::error::Error;
use crate::identity::Identity;
use crate::locks::lock_users;
use domain::id::UserId;
use domain::import::{Comparison, ImportedUser, Snapshot, compare};
use domain::provider::ProviderKind;
use domain::role::PlatformRole;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// What Bursar has in the place of a user of the realm.
pub(super) enum Existing {
    /// The same user.
    Same {
        id: UserId,
        bursar: Box<Snapshot>,
        /// As the last import wrote them.
        base: Option<Snapshot>,
        comparison: Box<Comparison>,
    },
    /// Another one with the id, who signs in with another identity.
    IdOfAnother { name: String },
    /// Another one with the address.
    AddressOfAnother { owner: UserId, name: String },
}

/// By the id in Keycloak; users who are new are not among them. Three statements.
pub(super) async fn load(
    services: &Services,
    connection: &mut PgConnection,
    users: &[&ImportedUser],
) -> Result<HashMap<Uuid, Existing>, Error> {
    let mut found = load_same(services, connection, users).await?;
    for (id, owner, name) in load_owners(connection, users).await? {
        match found.get(&id) {
            Some(Existing::Same { id: same, .. }) if same.0 == owner => {}
            _ => drop(found.insert(id, Existing::AddressOfAnother { owner: UserId(owner), name })),
        }
    }
    Ok(found)
}

/// Locks those who differ, and loads them once more: an edit that was saved meanwhile stays.
pub(super) async fn lock_changed(
    services: &Services,
    connection: &mut PgConnection,
    users: &[&ImportedUser],
    found: &mut HashMap<Uuid, Existing>,
) -> Result<(), Error> {
    let changed = |user: &ImportedUser| match found.get(&user.id.0) {
        Some(Existing::Same { id, comparison, .. }) if comparison.has_updates() => Some(id.0),
        _ => None,
    };
    let (ids, users): (Vec<Uuid>, Vec<&ImportedUser>) =
        users.iter().filter_map(|user| Some((changed(user)?, *user))).unzip();
    if !ids.is_empty() {
        lock_users(connection, &ids).await?;
        found.extend(load(services, connection, &users).await?);
    }
    Ok(())
}

/// The users linked to these identities, or with these ids and no other identity, as a sign-in finds them.
async fn load_same(
    services: &Services,
    connection: &mut PgConnection,
    users: &[&ImportedUser],
) -> Result<HashMap<Uuid, Existing>, Error> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.id.0).collect();
    let issuer = services.identity().map(Identity::issuer);
    let rows = sqlx::query!(
        r#"select w.id as "subject!", u.id, u.name, u.email, u.user_type, u.is_admin, u.is_maintainer, u.is_auditor,
                  u.is_active, s.projects as "projects!",
                  (i.user_id is not null or (u.auth_source = $3 and coalesce(l.subject, w.id::text) = w.id::text)) as "is_same!"
           from unnest($1::uuid[]) w(id)
           left join user_identities i on i.issuer = $2 and i.subject = w.id::text
           join users u on u.id = coalesce(i.user_id, w.id)
           left join user_identities l on l.user_id = u.id
           cross join lateral (
             select coalesce(json_object_agg(p.name, m.is_project_admin), '{}') as projects
             from user_projects m join projects p on p.id = m.project_id
             where m.user_id = u.id and p.deleted_at is null and p.project_type = 'shared') s"#,
        &ids,
        issuer,
        ProviderKind::Keycloak.key()
    )
    .fetch_all(&mut *connection)
    .await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut bases = load_bases(connection, &ids).await?;
    let keycloak: HashMap<Uuid, &ImportedUser> = users.iter().map(|user| (user.id.0, *user)).collect();
    let existing = rows.into_iter().map(|row| {
        if !row.is_same {
            return Ok((row.subject, Existing::IdOfAnother { name: row.name }));
        }
        let role = PlatformRole::from_flags(row.is_maintainer, row.is_admin, row.is_auditor);
        let bursar = Snapshot {
            name: row.name,
            email: row.email,
            role: role.key().to_owned(),
            kind: row.user_type,
            is_active: row.is_active,
            projects: read(row.projects)?,
        };
        let base = bases.remove(&row.subject);
        let keycloak = keycloak.get(&row.subject).map(|user| user.snapshot()).unwrap_or_default();
        let comparison = Box::new(compare(base.as_ref(), &bursar, &keycloak));
        Ok((row.subject, Existing::Same { id: UserId(row.id), bursar: Box::new(bursar), base, comparison }))
    });
    existing.collect()
}

/// What the last import wrote of each.
async fn load_bases(connection: &mut PgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Snapshot>, Error> {
    let rows = sqlx::query!(
        r#"select distinct on (r.subject) w.id as "id!", r.imported as "imported!"
           from unnest($1::uuid[]) w(id) join keycloak_import_users r on r.subject = w.id::text
           where r.imported is not null order by r.subject, r.import_id desc"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((row.id, read(row.imported)?))).collect()
}

/// The users who have the addresses: id in Keycloak, id in Bursar, name.
async fn load_owners(
    connection: &mut PgConnection,
    users: &[&ImportedUser],
) -> Result<Vec<(Uuid, Uuid, String)>, Error> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.id.0).collect();
    let addresses: Vec<String> = users.iter().map(|user| user.email.as_str().to_owned()).collect();
    let rows = sqlx::query!(
        r#"select w.id as "subject!", u.id, u.name
           from unnest($1::uuid[], $2::text[]) w(id, address) join users u on lower(u.email) = lower(w.address)"#,
        &ids,
        &addresses
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.subject, row.id, row.name)).collect())
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|fault| Error::Broken(format!("a stored import: {fault}")))
}
