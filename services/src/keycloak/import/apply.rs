//! Writing the users of a page: the new ones, and those whom Keycloak changed.

use super::create::{self, Created};
use super::existing::{self, Existing};
use super::page::Context;
use super::update::{self, Update};
use crate::Services;
use crate::error::Error;
use crate::provision::{lock_sign_ins, note_conflict};
use domain::import::ImportedUser;
use domain::provider::ProviderKind;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// By the id in Keycloak: the users who were created, and those whose place was taken.
type Written = (HashMap<Uuid, Created>, HashMap<Uuid, Existing>);

/// Creates the new users and updates those whom Keycloak changed.
pub(super) async fn write_users(
    services: &Services,
    connection: &mut PgConnection,
    context: Context<'_>,
    users: &[&ImportedUser],
) -> Result<Written, Error> {
    let mut known = existing::load(services, connection, users).await?;
    existing::lock_changed(services, connection, users, &mut known).await?;
    let new: Vec<&ImportedUser> = users.iter().copied().filter(|user| !known.contains_key(&user.id.0)).collect();
    let mut created = HashMap::new();
    if !new.is_empty() {
        // A first sign-in of one of them waits until the page is committed, unless it was first.
        lock_sign_ins(connection, &new.iter().map(|user| user.id.0).collect::<Vec<_>>()).await?;
        created = create::create(services, connection, context.by, &new).await?;
        let others: Vec<_> = new.into_iter().filter(|user| !created.contains_key(&user.id.0)).collect();
        if !others.is_empty() {
            let mut signed_in = existing::load(services, connection, &others).await?;
            existing::lock_changed(services, connection, &others, &mut signed_in).await?;
            known.extend(signed_in);
        }
    }
    update_changed(services, connection, context, users, &mut known).await?;
    note_conflicts(services, connection, context, users, &known).await?;
    Ok((created, known))
}

async fn update_changed(
    services: &Services,
    connection: &mut PgConnection,
    context: Context<'_>,
    users: &[&ImportedUser],
    known: &mut HashMap<Uuid, Existing>,
) -> Result<(), Error> {
    let updates = updates(users, known);
    if updates.is_empty() { Ok(()) } else { update::update(services, connection, context.by, updates).await }
}

/// Those whom Keycloak changed, in the order of their ids.
fn updates<'a>(users: &[&'a ImportedUser], known: &'a mut HashMap<Uuid, Existing>) -> Vec<Update<'a>> {
    let keycloak: HashMap<Uuid, &ImportedUser> = users.iter().map(|user| (user.id.0, *user)).collect();
    let mut updates = Vec::new();
    for (subject, existing) in known {
        if let Existing::Same { id, bursar, comparison, .. } = existing
            && comparison.has_updates()
            && let Some(&keycloak) = keycloak.get(subject)
        {
            updates.push(Update { id: *id, email: &bursar.email, keycloak, comparison });
        }
    }
    updates.sort_by_key(|update| update.id.0);
    updates
}

/// Records conflicts of addresses on the pages of the users who have them, where users sign in through the realm.
async fn note_conflicts(
    services: &Services,
    connection: &mut PgConnection,
    context: Context<'_>,
    users: &[&ImportedUser],
    known: &HashMap<Uuid, Existing>,
) -> Result<(), Error> {
    let Some(issuer) = context.issuer else { return Ok(()) };
    for user in users {
        if let Some(Existing::AddressOfAnother { owner, .. }) = known.get(&user.id.0) {
            let provider = ProviderKind::Keycloak.key();
            note_conflict(services, connection, (provider, issuer), &user.claims, *owner).await?;
        }
    }
    Ok(())
}
