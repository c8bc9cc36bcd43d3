//! Who somebody at the provider is here.

use crate::Services;
use crate::error::Error;
use domain::claims::Claims;
use domain::id::UserId;
use domain::role::PlatformRole;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::{Builder, Uuid};

/// First half of the two-part advisory lock; the second half is drawn from the subject.
const SIGN_IN_LOCK: i32 = 0x6275_7274;

/// The id of somebody at the provider: the subject when that is a UUID, else one that is always the same for it.
pub(super) fn person_id(issuer: &str, subject: &str) -> UserId {
    match subject.parse::<Uuid>() {
        Ok(id) if id.to_string() == subject => UserId(id),
        _ => {
            let digest = Sha256::new().chain_update(issuer).chain_update([0]).chain_update(subject).finalize();
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest[..16]);
            UserId(Builder::from_custom_bytes(bytes).into_uuid())
        }
    }
}

/// One sign-in of the same person after the other, until the transaction ends.
pub(super) async fn lock(connection: &mut PgConnection, issuer: &str, subject: &str) -> Result<(), Error> {
    let id = person_id(issuer, subject);
    sqlx::query!("select pg_advisory_xact_lock($1, hashtext($2::uuid::text))", SIGN_IN_LOCK, id.0)
        .fetch_one(connection)
        .await?;
    Ok(())
}

/// Somebody who has a row in `users`, locked.
pub(super) struct Known {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) picture: Option<String>,
    pub(super) auth_source: String,
    pub(super) is_active: bool,
}

/// The person linked to an identity; without a link the one whose id is the subject, as an import makes them.
pub(super) async fn find(connection: &mut PgConnection, issuer: &str, subject: &str) -> Result<Option<Known>, Error> {
    let row = sqlx::query!(
        "with who as (
           select i.user_id as id from user_identities i where i.issuer = $1 and i.subject = $2
           union all
           select u.id from users u
           where u.id = $3 and not exists (select from user_identities i where i.user_id = u.id)
           limit 1)
         select u.id, u.name, u.email, u.picture, u.auth_source, u.is_active
         from users u where u.id = (select id from who) for no key update",
        issuer,
        subject,
        person_id(issuer, subject).0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Known {
        id: UserId(row.id),
        name: row.name,
        email: row.email,
        picture: row.picture,
        auth_source: row.auth_source,
        is_active: row.is_active,
    }))
}

/// Keeps what the last token said, to show where it differs from what holds.
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
           username = excluded.username, claimed_role = excluded.claimed_role, claimed_type = excluded.claimed_type,
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
        services.clock.now()
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
