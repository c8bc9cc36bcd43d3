//! Signing in with e-mail address and password.
//!
//! Every failure has one answer and costs the same work, whether the account is unknown, locked, deactivated or
//! the password is wrong (`behaviour.md` W-12). Tries are counted before the password is looked at (field.md S8).

mod device;
mod tries;

pub(crate) use device::forget_devices;
pub use device::{DeviceToken, KNOWN_FOR, sweep_devices};
use tries::Path;
pub use tries::sweep;
pub(crate) use tries::{Account, count_account, wrong};

use crate::Services;
use crate::error::Error;
use crate::meter;
use crate::session::{self, Client, SessionToken};
use domain::email::Email;
use domain::id::UserId;
use sqlx::PgConnection;

/// A sign-in that succeeded.
#[derive(Debug)]
pub struct SignedIn {
    /// For the cookie of the session.
    pub token: SessionToken,
    /// For the cookie by which this browser is known next time.
    pub device: DeviceToken,
    /// A one-time password was used; it has to be changed before anything else.
    pub password_change_due: bool,
}

/// Begins a session for whoever knows the password.
///
/// # Errors
/// A problem at `password` that is the same for every failure; [`domain::error::Refusal::TooMany`] with the seconds to
/// wait when the network has had its tries.
pub async fn with_password(
    services: &Services,
    email: &str,
    password: String,
    client: &Client,
) -> Result<SignedIn, Error> {
    meter::sign_in("local", check(services, email, password, client).await)
}

async fn check(services: &Services, email: &str, password: String, client: &Client) -> Result<SignedIn, Error> {
    let (counted, path) = tries::count(services, client, Email::parse(email).ok().as_ref()).await?;
    let hash = counted.as_ref().and_then(|account| account.password_hash.clone());
    let is_right = services.hasher.verify(password.clone(), hash.clone()).await?;
    let (Some(account), Some(hash), true) = (counted, hash, is_right) else {
        return Err(wrong(services, "password", "The e-mail address or the password is wrong."));
    };
    let better_hash = services.hasher.better(password, &hash).await?;
    begin(services, account.id, Verified { hash, better_hash }, path, client).await
}

/// The hash that the password made, and one to replace it when it is weaker than what is made today.
struct Verified {
    hash: String,
    better_hash: Option<String>,
}

/// Makes the session, unless the account was deactivated or got another password in the meantime.
async fn begin(
    services: &Services,
    user: UserId,
    verified: Verified,
    path: Path,
    client: &Client,
) -> Result<SignedIn, Error> {
    let mut transaction = services.pool.begin().await?;
    // In the order in which tries are counted: network, then account.
    if let Path::Open { network } = &path {
        tries::give_back(&mut transaction, network).await?;
    }
    let opens_lock = matches!(path, Path::Open { .. });
    let Some(password_change_due) = enter(services, &mut transaction, user, verified, opens_lock).await? else {
        return Err(wrong(services, "password", "The e-mail address or the password is wrong."));
    };
    let (_, token) = session::begin(services, &mut transaction, user, client).await?;
    let device = device::remember(services, &mut transaction, user, client.device.as_ref()).await?;
    transaction.commit().await?;
    Ok(SignedIn { token, device, password_change_due })
}

/// Whoever comes from a known device leaves the account's lock to those it was made for.
async fn enter(
    services: &Services,
    connection: &mut PgConnection,
    user: UserId,
    verified: Verified,
    opens_lock: bool,
) -> Result<Option<bool>, Error> {
    let row = sqlx::query!(
        "update users set last_sign_in_at = $3, password_hash = coalesce($5, password_hash),
           sign_in_tries = case when $4 then 0 else sign_in_tries end,
           locked_until = case when $4 then null else locked_until end
         where id = $1 and is_active and password_hash = $2
         returning password_change_due",
        user.0,
        verified.hash,
        services.clock.now(),
        opens_lock,
        verified.better_hash
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.password_change_due))
}
