//! The first sign-in in Platform-managed mode: everything is copied once.

use super::{Verdict, VerifiedIdentity, conflicts, identity, projects, without_role};
use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use crate::users::{adopt_personal_project, ensure_personal_project};
use domain::claims::Claims;
use domain::denial::Denial;
use domain::id::UserId;
use domain::role::PlatformRole;
use domain::user::UserKind;
use sqlx::PgConnection;

/// Creates the user, in one transaction with their projects. More projects than the limit allows are kept.
pub(super) async fn admit(
    services: &Services,
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    claims: &Claims,
) -> Result<Verdict, Error> {
    let Some(role) = claims.role else {
        return Ok(Err(without_role(services, verified, claims)));
    };
    let Some(address) = usable_address(claims) else { return Ok(Err(Denial::NoAddress)) };
    if let Some(owner) = identity::owner_of(connection, address).await? {
        conflicts::note(services, connection, (verified.provider, verified.issuer), claims, owner).await?;
        return Ok(Err(Denial::AddressOfAnother));
    }
    let id = insert(services, connection, verified, claims, (address, role)).await?;
    identity::note(services, connection, verified.issuer, claims, id).await?;
    let mut entries = vec![created(verified, claims, id, (address, role))];
    if claims.kind == UserKind::Regular {
        entries.extend(personal_project(services, connection, claims, id).await?);
    }
    entries.extend(projects::join(services, connection, claims, id, address).await?);
    audit::write_all(services, connection, By::Console, entries).await?;
    Ok(Ok(id))
}

/// An address that the column takes.
pub(super) fn usable_address(claims: &Claims) -> Option<&str> {
    claims.address().filter(|address| (3..=254).contains(&address.chars().count()))
}

/// With the subject as id when that is a UUID, unless a user who was linked to another identity has it.
async fn insert(
    services: &Services,
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    claims: &Claims,
    (address, role): (&str, PlatformRole),
) -> Result<UserId, Error> {
    let origin = identity::origin(connection, verified.issuer).await?;
    let id = identity::person_id(&origin, &claims.subject);
    let id = sqlx::query_scalar!(
        "insert into users (id, email, email_verified, name, picture, user_type, is_admin, auth_source, last_sign_in_at,
                            created_at, updated_at)
         select case when exists (select from users where id = $1) then $2 else $1 end, $3, $10, $4, $5, $6, $7, $8, $9,
                $9, $9
         returning id",
        id.0,
        services.new_id(),
        address,
        claims.shown_name(),
        claims.picture,
        claims.kind.key(),
        role.is_admin(),
        verified.provider,
        services.clock.now(),
        claims.email_verified
    )
    .fetch_one(connection)
    .await?;
    Ok(UserId(id))
}

fn created(
    verified: &VerifiedIdentity<'_>,
    claims: &Claims,
    id: UserId,
    (address, role): (&str, PlatformRole),
) -> Entry {
    Entry::new(Action::UserCreated, TargetType::User, id.0, address)
        .set("name", claims.shown_name())
        .set("email", address)
        .set("email_verified", claims.email_verified)
        .set("kind", claims.kind.key())
        .set("role", role.key())
        .set("provider", verified.provider)
        .set("subject", &claims.subject)
}

/// The one that has the user's own name, when no other user is in it; else a new one.
async fn personal_project(
    services: &Services,
    connection: &mut PgConnection,
    claims: &Claims,
    id: UserId,
) -> Result<Vec<Entry>, Error> {
    let names: Vec<String> = claims.own_names().map(str::to_owned).collect();
    let adopted = adopt_personal_project(services, connection, id, &names).await?;
    let made =
        ensure_personal_project(services, connection, id, claims.shown_name(), claims.personal_project()).await?;
    Ok(adopted.into_iter().chain(made).collect())
}
