//! Counting tries at an address: the same rule whether an account has it or not, so that no answer tells which do.
//!
//! Each try is remembered for the lock period; the last one allowed blocks the address for as long. A right password
//! takes back its own try and no other: if it took back those of others as well, they would notice that an account is
//! in use.

use super::tries::Account;
use crate::Services;
use crate::error::Error;
use crate::sweep;
use domain::id::UserId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// An account whose password may be verified.
pub(super) struct StoredPassword {
    pub(super) id: UserId,
    pub(super) hash: Option<String>,
    pub(super) is_active: bool,
}

/// What counting a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// Tries are left after this one.
    Open,
    /// This was the last one: if it is wrong, the address is blocked until then.
    Last(OffsetDateTime),
    /// It came too late and does not count.
    Blocked(OffsetDateTime),
}

impl Count {
    /// Whether the address is blocked if this try is wrong, and was not before.
    pub(super) const fn is_last(self) -> bool {
        matches!(self, Self::Last(_))
    }
}

/// Tries at the address of an account.
#[derive(Clone, Copy)]
struct Tries {
    count: i32,
    end: Option<OffsetDateTime>,
    locked_until: Option<OffsetDateTime>,
}

impl Tries {
    /// With one more try at `now`, which is remembered until `end`.
    fn with_another(self, now: OffsetDateTime, end: OffsetDateTime, allowed: i32) -> (Self, Count) {
        if let Some(until) = self.locked_until.filter(|until| *until > now) {
            return (self, Count::Blocked(until));
        }
        let is_forgotten = self.locked_until.is_some() || self.end.is_some_and(|end| end <= now);
        let count = if is_forgotten { 1 } else { self.count.saturating_add(1) };
        let is_last = count >= allowed;
        let tries = Self { count, end: Some(end), locked_until: is_last.then_some(end) };
        (tries, if is_last { Count::Last(end) } else { Count::Open })
    }
}

/// Counts a try; part of a transaction. Two statements, whether there is an account or not.
pub(super) async fn count(
    services: &Services,
    connection: &mut PgConnection,
    account: Account<'_>,
) -> Result<(Option<StoredPassword>, Count), Error> {
    let (id, email) = account.keys();
    let row = sqlx::query!(
        "select id, password_hash, is_active, sign_in_tries, sign_in_tries_end_at, locked_until from users
         where id = coalesce($1::uuid, (select id from users where lower(email) = lower($2))) for no key update",
        id,
        email
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else {
        return Ok((None, count_unknown(services, connection, email.unwrap_or_default()).await?));
    };
    let so_far = Tries { count: row.sign_in_tries, end: row.sign_in_tries_end_at, locked_until: row.locked_until };
    let count = count_known(services, connection, row.id, so_far).await?;
    let password = StoredPassword { id: UserId(row.id), hash: row.password_hash, is_active: row.is_active };
    Ok((Some(password), count))
}

async fn count_known(
    services: &Services,
    connection: &mut PgConnection,
    user: Uuid,
    so_far: Tries,
) -> Result<Count, Error> {
    let now = services.clock.now();
    let end = now + services.settings.lock_period;
    let (tries, count) = so_far.with_another(now, end, i32::from(services.settings.account_tries));
    sqlx::query!(
        "update users set sign_in_tries = $2, sign_in_tries_end_at = $3, locked_until = $4 where id = $1",
        user,
        tries.count,
        tries.end,
        tries.locked_until
    )
    .execute(connection)
    .await?;
    Ok(count)
}

/// By the rule of [`Tries::with_another`], in one statement: there is no row to lock first. One more than allowed stands
/// for all that came too late.
async fn count_unknown(services: &Services, connection: &mut PgConnection, email: &str) -> Result<Count, Error> {
    let (now, allowed) = (services.clock.now(), services.settings.account_tries);
    let row = sqlx::query!(
        "insert into sign_in_addresses as a (address_hash, tries, ends_at)
         values (sha256(coalesce((select key from sign_in_address_key), '') || convert_to(lower($1), 'UTF8')), 1, $3)
         on conflict (address_hash) do update set
           tries = case when a.ends_at <= $2 then 1 else least(a.tries, $4) + 1 end,
           ends_at = case when a.ends_at > $2 and a.tries >= $4 then a.ends_at else $3 end
         returning tries, ends_at",
        email,
        now,
        now + services.settings.lock_period,
        i32::from(allowed)
    )
    .fetch_one(connection)
    .await?;
    Ok(match row.tries {
        tries if tries < i32::from(allowed) => Count::Open,
        tries if tries == i32::from(allowed) => Count::Last(row.ends_at),
        _ => Count::Blocked(row.ends_at),
    })
}

/// Forgets addresses without an account whose time is over; called by a job. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn sweep_addresses(services: &Services) -> Result<u64, Error> {
    sweep::delete_until!(services, "sign_in_addresses", "ends_at", services.clock.now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, rounds};
    use domain::email::Email;
    use domain::role::PlatformRole;
    use std::sync::Arc;
    use time::Duration;

    const UNKNOWN: &str = "nobody@example.com";

    /// What a try at an address comes to.
    async fn try_at(world: &World, email: &str) -> Count {
        let email = Email::parse(email).expect("an address");
        let mut transaction = world.services.pool().begin().await.expect("a transaction");
        let (_, counted) =
            count(&world.services, &mut transaction, Account::Email(&email)).await.expect("the database answers");
        transaction.commit().await.expect("a commit");
        counted
    }

    /// How many of so many tries at once are let through.
    async fn let_through(world: &Arc<World>, email: &str, tries: usize) -> u16 {
        let tries: Vec<_> = (0..tries)
            .map(|_| {
                let (world, email) = (Arc::clone(world), email.to_owned());
                tokio::spawn(async move { !matches!(try_at(&world, &email).await, Count::Blocked(_)) })
            })
            .collect();
        let mut let_through = 0;
        for attempt in tries {
            let_through += u16::from(attempt.await.expect("no panic"));
        }
        let_through
    }

    #[tokio::test]
    async fn of_500_parallel_tries_exactly_as_many_as_allowed_are_let_through() {
        let world = Arc::new(World::create().await);
        world.person("Priya", PlatformRole::User).await;
        for email in ["priya@example.com", UNKNOWN] {
            assert_eq!(let_through(&world, email, 500).await, world.services.settings().account_tries, "{email}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_eight_tries_at_once_five_are_let_through_every_time() {
        let world = Arc::new(World::create().await);
        for round in 0..rounds(50, 500) {
            world.row(&format!("Person {round}"), PlatformRole::User).await;
            for email in [format!("person.{round}@example.com"), format!("nobody.{round}@example.com")] {
                assert_eq!(let_through(&world, &email, 8).await, 5, "round {round}: {email}");
            }
        }
    }

    #[tokio::test]
    async fn unknown_address_counts_like_a_known_one() {
        let world = World::create().await;
        world.row("Priya", PlatformRole::User).await;
        let minute = Duration::MINUTE;
        // Four tries that are forgotten one by one with the last, a block that later tries do not prolong, and its end.
        for wait in [0, 1, 14, 5, 15, 0, 0, 0, 0, 0, 7, 7, 1, 1, 1, 1, 1, 1, 14, 1, 1] {
            world.clock.advance(minute * wait);
            let known = try_at(&world, "Priya@Example.com").await;
            assert_eq!(try_at(&world, UNKNOWN).await, known, "after {wait} minutes");
        }
    }

    #[tokio::test]
    async fn fifth_try_blocks_an_unknown_address_until_the_lock_period_is_over() {
        let world = World::create().await;
        let until = world.clock.now() + Duration::minutes(15);
        for _ in 0..4 {
            assert_eq!(try_at(&world, UNKNOWN).await, Count::Open);
        }
        assert_eq!(try_at(&world, UNKNOWN).await, Count::Last(until));
        world.clock.advance(Duration::minutes(15) - Duration::SECOND);
        assert_eq!(try_at(&world, "NOBODY@example.com").await, Count::Blocked(until));
        assert_eq!(sweep_addresses(&world.services).await.expect("swept"), 0, "a block is kept to its end");
        world.clock.advance(Duration::SECOND);
        assert_eq!(try_at(&world, UNKNOWN).await, Count::Open);
        world.clock.advance(Duration::minutes(15));
        assert_eq!(sweep_addresses(&world.services).await.expect("swept"), 1);
    }

    #[tokio::test]
    async fn typed_address_without_an_account_is_stored_as_a_keyed_hash() {
        let world = World::create().await;
        try_at(&world, UNKNOWN).await;
        let sql = "select address_hash = sha256('nobody@example.com'), strpos(a::text, 'nobody') > 0
                   from sign_in_addresses a";
        let (is_plain_hash, is_readable): (bool, bool) =
            sqlx::query_as(sql).fetch_one(world.services.pool()).await.expect("one address");
        assert!(!is_plain_hash && !is_readable);
        let key: i32 = sqlx::query_scalar("select length(key) from sign_in_address_key")
            .fetch_one(world.services.pool())
            .await
            .expect("one key");
        assert_eq!(key, 32);
    }
}
