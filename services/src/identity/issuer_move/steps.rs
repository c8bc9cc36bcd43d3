//! The steps of a move. Each changes only what is left, so that an interrupted move is completed by all of them.

use super::IssuerMove;
use crate::Services;
use crate::error::Error;
use crate::sweep::{self, BATCH};
use sqlx::{PgConnection, PgExecutor};
use std::time::Duration;

/// Identities that are moved in one transaction, with their users locked.
const IDENTITIES_PER_BATCH: i64 = 1_000;

/// How often identities are tried again whose users were locked by other transactions, or that a sign-in took at the
/// same moment.
const MAX_PASSES: u32 = 50;

/// The pause between passes.
const PASS_INTERVAL: Duration = Duration::from_millis(100);

/// Moves the rows of a table to the new issuer, in batches. Waits for rows that other transactions hold.
macro_rules! move_rows {
    ($services:expr, $issuers:expr, $table:literal, $key:literal) => {
        sweep::in_batches(|| {
            sqlx::query!(
                "update "
                    + $table
                    + " set issuer = $2 where "
                    + $key
                    + " = any(array(select "
                    + $key
                    + " from "
                    + $table
                    + " where issuer = $1 order by "
                    + $key
                    + " limit $3 for update))",
                $issuers.from,
                $issuers.to,
                BATCH
            )
            .execute(&$services.pool)
        })
        .await
    };
}

/// All steps. Returns how many identities were moved.
pub(super) async fn move_all(services: &Services, issuers: IssuerMove<'_>) -> Result<u64, Error> {
    // Tokens that were issued before a logout stay refused.
    move_rows!(services, issuers, "provider_logouts", "id")?;
    let moved = move_identities(services, issuers).await?;
    // Sessions go on, and a logout of the new issuer ends them.
    move_rows!(services, issuers, "provider_sessions", "session_id")?;
    move_news(services, issuers).await?;
    settle_conflicts(services, issuers).await?;
    note_conflicts(services, issuers).await?;
    Ok(moved)
}

/// Derives the ids of users whose subject is not a UUID from the old issuer also after the move.
pub(super) async fn keep_ids(connection: &mut PgConnection, issuers: IssuerMove<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into issuer_origins (issuer, origin)
         values ($2, coalesce((select origin from issuer_origins where issuer = $1), $1))
         on conflict (issuer) do update set origin = excluded.origin",
        issuers.from,
        issuers.to
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves all identities, in passes over the subjects. A pass skips users whom another transaction has locked.
async fn move_identities(services: &Services, issuers: IssuerMove<'_>) -> Result<u64, Error> {
    let mut moved = 0;
    for pass in 0..MAX_PASSES {
        if pass > 0 {
            tokio::time::sleep(PASS_INTERVAL).await;
        }
        moved += move_in_order(services, issuers).await?;
        if !has_movable(&services.pool, issuers).await? {
            break;
        }
    }
    Ok(moved)
}

/// One pass in the order of subjects. Ends early when a sign-in takes a subject at the new issuer at the same moment:
/// the next pass knows it as a conflict.
async fn move_in_order(services: &Services, issuers: IssuerMove<'_>) -> Result<u64, Error> {
    let (mut moved, mut last) = (0, Some(String::new()));
    while let Some(after) = last {
        let batch = sqlx::query!(
            r#"with movable as (
                 select i.subject, i.user_id from user_identities i
                 where i.issuer = $1 and i.subject > $3
                   and not exists (select from user_identities j where j.issuer = $2 and j.subject = i.subject)
                 order by i.subject limit $4),
               -- Every change of an identity holds its user.
               locked as (select u.id from users u where u.id in (select user_id from movable) for no key update skip locked),
               moved as (update user_identities i set issuer = $2 from movable m
                         where i.issuer = $1 and i.subject = m.subject and i.user_id = m.user_id
                           and m.user_id in (select id from locked) returning i.subject)
               select (select max(subject) from movable) as last, (select count(*) from moved) as "moved!""#,
            issuers.from,
            issuers.to,
            after,
            IDENTITIES_PER_BATCH
        )
        .fetch_one(&services.pool)
        .await;
        match batch {
            Ok(batch) => {
                moved += batch.moved.unsigned_abs();
                last = batch.last;
            }
            Err(fault) if is_unique_violation(&fault) => break,
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(moved)
}

fn is_unique_violation(fault: &sqlx::Error) -> bool {
    fault.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

async fn has_movable(database: impl PgExecutor<'_>, issuers: IssuerMove<'_>) -> Result<bool, Error> {
    let has_movable = sqlx::query_scalar!(
        r#"select exists (
             select from user_identities i where i.issuer = $1
               and not exists (select from user_identities j where j.issuer = $2 and j.subject = i.subject)) as "exists!""#,
        issuers.from,
        issuers.to
    );
    Ok(has_movable.fetch_one(database).await?)
}

async fn move_news(services: &Services, issuers: IssuerMove<'_>) -> Result<(), Error> {
    sqlx::query!(
        "with old as (delete from provider_news where issuer = $1 returning last_logout_at)
         insert into provider_news as n (issuer, last_logout_at) select $2, last_logout_at from old
         on conflict (issuer) do update set last_logout_at = greatest(n.last_logout_at, excluded.last_logout_at)",
        issuers.from,
        issuers.to
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}

/// Forgets refusals of users who are known by the new issuer now, and refusals at the old issuer.
async fn settle_conflicts(services: &Services, issuers: IssuerMove<'_>) -> Result<u64, Error> {
    sweep::in_batches(|| {
        sqlx::query!(
            "delete from identity_conflicts where ctid = any(array(
               select c.ctid from identity_conflicts c
               where c.issuer = $1
                  or (c.issuer = $2 and exists (
                    select from user_identities i where i.issuer = $2 and i.subject = c.subject and i.user_id = c.user_id))
               limit $3 for update of c skip locked))",
            issuers.from,
            issuers.to,
            BATCH
        )
        .execute(&services.pool)
    })
    .await
}

/// Notes identities that stay on the page of their user, where an admin links the account to the new identity.
async fn note_conflicts(services: &Services, issuers: IssuerMove<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into identity_conflicts
           (issuer, subject, user_id, provider, name, address, address_verified, username, first_at, last_at)
         select j.issuer, j.subject, i.user_id, v.auth_source, v.name, v.email, v.email_verified, j.username, $3, $3
         from user_identities i join user_identities j on j.subject = i.subject join users v on v.id = j.user_id
         where i.issuer = $1 and j.issuer = $2 order by j.subject
         on conflict (issuer, subject) do nothing",
        issuers.from,
        issuers.to,
        services.clock.now()
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}
