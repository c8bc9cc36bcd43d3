//! Every sign-in but the first in Platform-managed mode: the stored state decides, the provider corrects the profile.

use super::first::usable_address;
use super::identity::Known;
use super::{Occasion, Verdict, Vouched, conflicts, identity};
use crate::Services;
use crate::audit::{self, By, Entry, TargetType};
use crate::error::Error;
use crate::users::rename_personal_project;
use domain::claims::Claims;
use domain::denial::Denial;
use domain::text::folded;
use sqlx::PgConnection;

/// Lets a known person in who is active. A refreshed token only renews what the drift panel compares.
pub(super) async fn admit(
    services: &Services,
    connection: &mut PgConnection,
    vouched: &Vouched<'_>,
    claims: &Claims,
    person: Known,
    occasion: Occasion,
) -> Result<Verdict, Error> {
    if !person.is_active {
        return Ok(Err(Denial::Deactivated));
    }
    if occasion == Occasion::SignIn {
        let email = usable_address(claims).unwrap_or(&person.email);
        let is_new = folded(email) != folded(&person.email);
        let owner = if is_new { identity::owner_of(connection, email).await? } else { None };
        // The subject says who it is, whatever the address: another account's address waits until an admin settles it.
        let email = if owner.is_some() { &person.email } else { email };
        refresh(services, connection, vouched, claims, &person, email).await?;
        match owner {
            Some(owner) => conflicts::note(services, connection, vouched, claims, owner).await?,
            None => conflicts::forget(connection, vouched.issuer, &claims.subject).await?,
        }
    }
    identity::note(services, connection, vouched.issuer, claims, person.id).await?;
    Ok(Ok(person.id))
}

/// E-mail address, name and picture. A name that is missing in the token leaves the stored one.
async fn refresh(
    services: &Services,
    connection: &mut PgConnection,
    vouched: &Vouched<'_>,
    claims: &Claims,
    person: &Known,
    email: &str,
) -> Result<(), Error> {
    let name = claims.name.as_ref().map_or(person.name.as_str(), |name| name.as_str());
    let has_changed = (email, name, claims.picture.as_deref(), vouched.provider)
        != (&person.email, &person.name, person.picture.as_deref(), &person.auth_source);
    sqlx::query!(
        "update users set email = $2, name = $3, picture = $4, auth_source = $5, last_sign_in_at = $6,
                          updated_at = case when $7 then $6 else updated_at end,
                          version = version + case when $7 then 1 else 0 end
         where id = $1",
        person.id.0,
        email,
        name,
        claims.picture,
        vouched.provider,
        services.clock.now(),
        has_changed
    )
    .execute(&mut *connection)
    .await?;
    if !has_changed {
        return Ok(());
    }
    let renamed = rename_personal_project(services, connection, person.id, (&person.email, email)).await?;
    let entry = Entry::new("user.profile_refreshed", TargetType::User, person.id.0, email)
        .field("email", Some(person.email.clone()), Some(email.to_owned()))
        .field("name", Some(person.name.clone()), Some(name.to_owned()))
        .field("picture", person.picture.clone(), claims.picture.clone())
        .field("provider", Some(person.auth_source.clone()), Some(vouched.provider.to_owned()));
    let entries = std::iter::once(entry).chain(renamed).collect();
    audit::write_all(services, connection, By::Console, entries).await
}
