//! Updating users of a page together: what Keycloak changed and Bursar did not.

use super::memberships;
use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use crate::users::rename_personal_projects;
use domain::id::UserId;
use domain::import::{Comparison, ImportedUser};
use sqlx::PgConnection;
use uuid::Uuid;

/// A user who is locked, and what is to be changed.
pub(super) struct Update<'a> {
    pub(super) id: UserId,
    /// The e-mail address in Bursar.
    pub(super) email: &'a str,
    pub(super) keycloak: &'a ImportedUser,
    /// Afterwards only what was changed is an update.
    pub(super) comparison: &'a mut Comparison,
}

/// Updates users in a few statements, however many they are.
pub(super) async fn update(
    services: &Services,
    connection: &mut PgConnection,
    by: By<'_>,
    mut users: Vec<Update<'_>>,
) -> Result<(), Error> {
    let new_projects = grant(services, connection, &mut users).await?;
    users.retain(|user| user.comparison.has_updates());
    if !users.is_empty() {
        update_rows(services, connection, &users).await?;
    }
    let readdressed = users.iter().filter(|user| user.keycloak.claims.email_verified);
    let readdressed: Vec<_> =
        readdressed.filter_map(|user| Some((user.id, user.email, user.comparison.email.as_deref()?))).collect();
    let mut entries: Vec<Entry> = users.iter().map(imported).collect();
    if !readdressed.is_empty() {
        entries.extend(rename_personal_projects(services, connection, &readdressed).await?);
    }
    entries.extend(new_projects);
    if entries.is_empty() { Ok(()) } else { audit::write_all(services, connection, by, entries).await }
}

/// Grants the memberships. Returns the entries for the audit log of new projects.
async fn grant(
    services: &Services,
    connection: &mut PgConnection,
    users: &mut [Update<'_>],
) -> Result<Vec<Entry>, Error> {
    let named = users.iter().flat_map(|user| user.comparison.memberships.iter().map(|named| (user.id, &named.project)));
    let named: Vec<_> = named.collect();
    let granted = memberships::grant(services, connection, &named).await?;
    let mut first = 0;
    for user in users {
        let count = user.comparison.memberships.len();
        user.comparison.retain_granted(|place| granted.places.contains(&(first + place)));
        first += count;
    }
    Ok(granted.entries)
}

/// Writes only the fields that Keycloak changed.
async fn update_rows(services: &Services, connection: &mut PgConnection, users: &[Update<'_>]) -> Result<(), Error> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.id.0).collect();
    let names: Vec<Option<String>> = users.iter().map(|user| user.comparison.name.clone()).collect();
    let addresses: Vec<Option<String>> = users.iter().map(|user| user.comparison.email.clone()).collect();
    let verified: Vec<bool> = users.iter().map(|user| user.keycloak.claims.email_verified).collect();
    sqlx::query!(
        "update users u set
           name = coalesce(n.name, u.name), email = coalesce(n.email, u.email),
           email_verified = case when n.email <> u.email then n.email_verified else u.email_verified end,
           updated_at = $5, version = u.version + 1
         from unnest($1::uuid[], $2::text[], $3::text[], $4::bool[]) n (id, name, email, email_verified)
         where u.id = n.id",
        &ids,
        &names as &[Option<String>],
        &addresses as &[Option<String>],
        &verified,
        services.clock.now()
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn imported(user: &Update<'_>) -> Entry {
    let address = user.comparison.email.as_deref().unwrap_or(user.email);
    let entry = Entry::new(Action::UserImported, TargetType::User, user.id.0, address);
    let changes = user.comparison.updates();
    changes
        .fold(entry, |entry, change| entry.field(change.field, Some(change.before.clone()), Some(change.after.clone())))
}
