//! A returning sign-in in Platform-managed mode: the stored state decides, the provider corrects the profile.

use super::first_sign_in::usable_address;
use super::identity::Known;
use super::{Occasion, Verdict, VerifiedIdentity, conflicts, identity};
use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use crate::users::rename_personal_project;
use domain::claims::Claims;
use domain::denial::Denial;
use sqlx::PgConnection;

/// Admits a known user who is active. A refreshed token only renews what the drift panel compares.
pub(super) async fn admit(
    services: &Services,
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    claims: &Claims,
    person: Known,
    occasion: Occasion,
) -> Result<Verdict, Error> {
    if !person.is_active {
        return Ok(Err(Denial::Deactivated));
    }
    if occasion == Occasion::SignIn {
        let told = usable_address(claims).map(|email| (email, claims.email_verified));
        let kept = (person.email.as_str(), person.email_verified);
        let address = told.unwrap_or(kept);
        let is_new = address.0 != person.email;
        let owner = if is_new { identity::owner_of(connection, address.0).await? } else { None };
        let owner = owner.filter(|owner| *owner != person.id);
        // The subject says who it is, whatever the address: another account's address waits until an admin settles it.
        let address = if owner.is_some() { kept } else { address };
        refresh(services, connection, verified, claims, &person, address).await?;
        match owner {
            Some(owner) => {
                conflicts::note(services, connection, (verified.provider, verified.issuer), claims, owner).await?
            }
            None => conflicts::forget(connection, verified.issuer, &claims.subject).await?,
        }
    }
    identity::note(services, connection, verified.issuer, claims, person.id).await?;
    Ok(Ok(person.id))
}

/// E-mail address, name and picture. A name that is missing in the token leaves the stored one. The personal project takes
/// the name of an address once it is verified.
async fn refresh(
    services: &Services,
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    claims: &Claims,
    person: &Known,
    (email, email_verified): (&str, bool),
) -> Result<(), Error> {
    let name = claims.name.as_ref().map_or(person.name.as_str(), |name| name.as_str());
    let has_changed = (email, email_verified, name, claims.picture.as_deref(), verified.provider)
        != (&person.email, person.email_verified, &person.name, person.picture.as_deref(), &person.auth_source);
    sqlx::query!(
        "update users set email = $2, email_verified = $8, name = $3, picture = $4, auth_source = $5, last_sign_in_at = $6,
                          updated_at = case when $7 then $6 else updated_at end,
                          version = version + case when $7 then 1 else 0 end
         where id = $1",
        person.id.0,
        email,
        name,
        claims.picture,
        verified.provider,
        services.clock.now(),
        has_changed,
        email_verified
    )
    .execute(&mut *connection)
    .await?;
    if !has_changed {
        return Ok(());
    }
    let renamed = if email_verified {
        rename_personal_project(services, connection, person.id, (&person.email, email)).await?
    } else {
        None
    };
    let stated = |is: bool| Some(is.to_string());
    let entry = Entry::new(Action::UserProfileRefreshed, TargetType::User, person.id.0, email)
        .field("email", Some(person.email.clone()), Some(email.to_owned()))
        .field("email_verified", stated(person.email_verified), stated(email_verified))
        .field("name", Some(person.name.clone()), Some(name.to_owned()))
        .field("picture", person.picture.clone(), claims.picture.clone())
        .field("provider", Some(person.auth_source.clone()), Some(verified.provider.to_owned()));
    let entries = std::iter::once(entry).chain(renamed).collect();
    audit::write_all(services, connection, By::Console, entries).await
}
