//! Browsers that a user has signed in from: the user can sign in there although others have locked the account.
//!
//! A device has tries of its own, counted like those of an account. Its token alone opens nothing.

use super::addresses::StoredPassword;
use super::tries::Account;
use crate::Services;
use crate::client::DeviceToken;
use crate::error::Error;
use crate::sweep;
use domain::id::UserId;
use sqlx::PgConnection;
use time::Duration;

/// How long a device is known after its last sign-in.
pub const DEVICE_LIFETIME: Duration = Duration::days(180);

/// Counts a try of a device that knows the account, unless the device is locked; `None` when it is or is not known.
pub(super) async fn count(
    services: &Services,
    connection: &mut PgConnection,
    device: &DeviceToken,
    account: Account<'_>,
) -> Result<Option<StoredPassword>, Error> {
    let now = services.clock.now();
    let (id, email) = account.keys();
    let row = sqlx::query!(
        "update known_devices d set
           tries = case when d.locked_until is null then d.tries + 1 else 1 end,
           locked_until = case when case when d.locked_until is null then d.tries + 1 else 1 end >= $4 then $5::timestamptz end
         from users u
         where u.id = d.user_id and u.id = coalesce($6::uuid, (select id from users where lower(email) = lower($1)))
           and d.token_hash = $2
           and d.expires_at > $3 and (d.locked_until is null or d.locked_until <= $3)
         returning u.id, u.password_hash, u.is_active",
        email,
        device.hash(),
        now,
        i32::from(services.settings.account_tries),
        now + services.settings.lock_period,
        id
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| StoredPassword { id: UserId(row.id), hash: row.password_hash, is_active: row.is_active }))
}

/// Takes back the tries of a device from which the right password came.
pub(super) async fn give_back(connection: &mut PgConnection, user: UserId, device: &DeviceToken) -> Result<(), Error> {
    sqlx::query!(
        "update known_devices set tries = 0, locked_until = null where user_id = $1 and token_hash = $2",
        user.0,
        device.hash()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks the browser as known for this user. A browser in which others sign in too keeps its token; otherwise it gets a
/// new one.
pub(super) async fn remember(
    services: &Services,
    connection: &mut PgConnection,
    user: UserId,
    device: Option<&DeviceToken>,
) -> Result<DeviceToken, Error> {
    let token = match device {
        Some(device) if is_known(connection, device).await? => device.clone(),
        _ => DeviceToken::random(services),
    };
    sqlx::query!(
        "insert into known_devices (user_id, token_hash, expires_at) values ($1, $2, $3)
         on conflict (user_id, token_hash) do update set tries = 0, locked_until = null, expires_at = $3",
        user.0,
        token.hash(),
        services.clock.now() + DEVICE_LIFETIME
    )
    .execute(connection)
    .await?;
    Ok(token)
}

async fn is_known(connection: &mut PgConnection, device: &DeviceToken) -> Result<bool, Error> {
    let row =
        sqlx::query!(r#"select exists (select from known_devices where token_hash = $1) as "exists!""#, device.hash())
            .fetch_one(connection)
            .await?;
    Ok(row.exists)
}

/// Forgets the devices of a user whom an admin deactivated or gave another password.
pub(crate) async fn forget_devices(connection: &mut PgConnection, user: UserId) -> Result<(), Error> {
    sqlx::query!("delete from known_devices where user_id = $1", user.0).execute(connection).await?;
    Ok(())
}

/// Forgets devices that were not signed in from for long; called by a job. Returns how many there were.
///
/// # Errors
/// The database failed.
pub async fn sweep_devices(services: &Services) -> Result<u64, Error> {
    sweep::delete_until!(services, "known_devices", "expires_at", services.clock.now())
}
