//! Which user an identity of the provider is.

use super::VerifiedIdentity;
use crate::Services;
use crate::error::Error;
use crate::locks::lock_ids;
use domain::claims::Claims;
use domain::id::UserId;
use domain::role::PlatformRole;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::{Builder, Uuid};

/// First half of the two-part advisory lock; the second half is drawn from the subject.
const SIGN_IN_LOCK: i32 = 0x6275_7274;

/// The id for a subject: the subject itself when that is a UUID, else one that is always the same for it.
pub(super) fn person_id(issuer: &str, subject: &str) -> UserId {
    match subject.parse::<Uuid>() {
        Ok(id) if id.to_string() == subject => UserId(id),
        _ => derived_id(issuer, subject),
    }
}

/// The issuer that ids are derived from: the one that users were first known by, before it moved.
pub(super) async fn origin(connection: &mut PgConnection, issuer: &str) -> Result<String, Error> {
    let origin = sqlx::query_scalar!("select origin from issuer_origins where issuer = $1", issuer);
    Ok(origin.fetch_optional(connection).await?.unwrap_or_else(|| issuer.to_owned()))
}

fn derived_id(issuer: &str, subject: &str) -> UserId {
    let digest = Sha256::new().chain_update(issuer).chain_update([0]).chain_update(subject).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    UserId(Builder::from_custom_bytes(bytes).into_uuid())
}

/// The id where nothing of a user is stored: as [`person_id`], unless an account of another origin has it.
pub(super) async fn id_without_account(
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    subject: &str,
) -> Result<UserId, Error> {
    let origin = origin(connection, verified.issuer).await?;
    let id = person_id(&origin, subject);
    let is_taken = sqlx::query_scalar!(
        r#"select exists (select from users where id = $1 and auth_source <> $2) as "exists!""#,
        id.0,
        verified.provider
    )
    .fetch_one(connection)
    .await?;
    Ok(if is_taken { derived_id(&origin, subject) } else { id })
}

/// Serialises sign-ins of one identity, until the transaction ends.
pub(super) async fn lock(connection: &mut PgConnection, issuer: &str, subject: &str) -> Result<(), Error> {
    lock_ids(connection, SIGN_IN_LOCK, &[person_id(issuer, subject).0]).await
}

/// As [`lock`] for many identities whose subjects are UUIDs, in one order.
pub(crate) async fn lock_all(connection: &mut PgConnection, subjects: &[Uuid]) -> Result<(), Error> {
    lock_ids(connection, SIGN_IN_LOCK, subjects).await
}

/// A user of an identity, whose row is locked.
pub(super) struct Known {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) email_verified: bool,
    pub(super) picture: Option<String>,
    pub(super) auth_source: String,
    pub(super) is_active: bool,
}

/// The user linked to an identity, locked; without a link the one whose id is the subject, as an import makes them.
///
/// Only an account of this very provider is found by its id: where users choose their subject, they could choose the id of
/// a local account, which project members see.
///
/// An administrator may link the user to another identity while this waits for the lock. The identity is then looked up
/// once more, and is one without an account, or that of the user it was linked to.
pub(super) async fn find(
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    subject: &str,
) -> Result<Option<Known>, Error> {
    match lock_linked(connection, verified, subject).await? {
        Some(known) if !is_still_linked(connection, verified, subject, known.id).await? => {
            lock_linked(connection, verified, subject).await
        }
        found => Ok(found),
    }
}

async fn lock_linked(
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    subject: &str,
) -> Result<Option<Known>, Error> {
    let id = person_id(&origin(connection, verified.issuer).await?, subject);
    let row = sqlx::query!(
        r#"with who as (
           select i.user_id as id from user_identities i where i.issuer = $1 and i.subject = $2
           union all
           select u.id from users u
           where u.id = $3 and u.auth_source = $4
             and not exists (select from user_identities i where i.user_id = u.id)
           limit 1)
         select u.id, u.name, u.email, coalesce(u.email_verified, u.auth_source = 'local') as "email_verified!",
                u.picture, u.auth_source, u.is_active
         from users u where u.id = (select id from who) for no key update"#,
        verified.issuer,
        subject,
        id.0,
        verified.provider
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Known {
        id: UserId(row.id),
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
        picture: row.picture,
        auth_source: row.auth_source,
        is_active: row.is_active,
    }))
}

/// Whether a user who is locked now has this identity, or none. The statement that waited for the lock saw the links as
/// they were before it waited.
async fn is_still_linked(
    connection: &mut PgConnection,
    verified: &VerifiedIdentity<'_>,
    subject: &str,
    user: UserId,
) -> Result<bool, Error> {
    let is_another = sqlx::query_scalar!(
        r#"select exists (select from user_identities
                          where user_id = $1 and (issuer, subject) <> ($2, $3)) as "exists!""#,
        user.0,
        verified.issuer,
        subject
    )
    .fetch_one(connection)
    .await?;
    Ok(!is_another)
}

/// Keeps what the last token said, to show where it differs from what holds. A token that leaves the roles out says
/// nothing about them.
pub(super) async fn note(
    services: &Services,
    connection: &mut PgConnection,
    issuer: &str,
    claims: &Claims,
    person: UserId,
) -> Result<(), Error> {
    let names = |only_admin: bool| -> Vec<String> {
        let named = claims.shared_projects().filter(|project| project.is_admin || !only_admin);
        named.map(|project| project.name.to_string()).collect()
    };
    sqlx::query!(
        "insert into user_identities as i
           (issuer, subject, user_id, username, claimed_role, claimed_type, claimed_projects, claimed_admin_of,
            claimed_at, linked_at)
         values ($1, $2, $3, $4, $5, $6,
                 array(select distinct lower(n) from unnest($7::text[]) n order by 1),
                 array(select distinct lower(n) from unnest($8::text[]) n order by 1), $9, $9)
         on conflict (issuer, subject) do update set
           username = excluded.username, claimed_type = excluded.claimed_type,
           claimed_role = case when $10 then i.claimed_role else excluded.claimed_role end,
           claimed_projects = excluded.claimed_projects, claimed_admin_of = excluded.claimed_admin_of,
           claimed_at = excluded.claimed_at",
        issuer,
        claims.subject,
        person.0,
        claims.username,
        claims.role.map(PlatformRole::key),
        claims.kind.key(),
        &names(false),
        &names(true),
        services.clock.now(),
        claims.roles_left_out
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose an e-mail address is.
pub(super) async fn owner_of(connection: &mut PgConnection, email: &str) -> Result<Option<UserId>, Error> {
    let owner = sqlx::query_scalar!("select id from users where lower(email) = lower($1)", email)
        .fetch_optional(connection)
        .await?;
    Ok(owner.map(UserId))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_is_a_uuid_is_the_id_and_every_other_has_one_of_its_own() {
        let subject = "0198f1de-0000-7000-8000-000000000001";
        assert_eq!(person_id("https://a", subject).to_string(), subject);
        let id = person_id("https://a", "ada");
        assert_eq!(id, person_id("https://a", "ada"));
        for other in [person_id("https://b", "ada"), person_id("https://a", "ADA"), person_id("https://a", "")] {
            assert_ne!(id, other);
        }
        let upper = subject.replace('f', "F");
        assert_ne!(person_id("https://a", &upper).to_string(), subject, "subjects differ by case");
    }
}
