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
use crate::change::commit;
use crate::error::Error;
use crate::guard::Caller;
use crate::meter;
use crate::session::{self, Client, SessionToken};
use domain::email::Email;
use domain::error::Refusal;
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

/// Begins a session for the user who knows the password, in place of the one the browser had.
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
    let verified = verify(services, email, password, client).await?.ok_or_else(|| wrong_sign_in(services))?;
    let mut transaction = services.pool.begin().await?;
    let entered = enter(services, &mut transaction, &verified).await?;
    let password_change_due = entered.ok_or_else(|| wrong_sign_in(services))?;
    let (user, now) = (verified.user, services.clock.now());
    let (_, token) = session::begin(services, &mut transaction, user, client, now).await?;
    let device = device::remember(services, &mut transaction, user, client.device.as_ref()).await?;
    if let Some(replaced) = &client.session {
        session::end(&mut transaction, replaced).await?;
    }
    commit(transaction).await?;
    Ok(SignedIn { token, device, password_change_due })
}

fn wrong_sign_in(services: &Services) -> Error {
    wrong(services, "password", "The e-mail address or the password is wrong.")
}

/// Notes that whoever is signed in still knows the password, and gives the session a new secret (field.md S9). Whom a
/// provider vouches for proves it there (see [`crate::identity::flow::Purpose`]).
///
/// # Errors
/// A problem at `confirm_password`; [`Refusal::SignedOut`] when `old` is not the session's secret any more, and as
/// [`with_password`].
pub async fn confirm(
    services: &Services,
    caller: &Caller,
    old: &SessionToken,
    password: String,
    client: &Client,
) -> Result<SessionToken, Error> {
    let person = &caller.actor;
    let wrong = || wrong(services, "confirm_password", "The password is wrong.");
    let verified = verify(services, &person.email, password, client).await?;
    let verified = verified.filter(|verified| verified.user == person.user_id).ok_or_else(wrong)?;
    let mut transaction = services.pool.begin().await?;
    enter(services, &mut transaction, &verified).await?.ok_or_else(wrong)?;
    let now = services.clock.now();
    let token = session::confirm(services, &mut transaction, person.session_id, old, now).await?;
    let token = token.ok_or(Refusal::SignedOut)?;
    commit(transaction).await?;
    Ok(token)
}

/// Somebody who knows the password.
struct Verified {
    user: UserId,
    /// The hash that the password made.
    hash: String,
    /// To replace it when it is weaker than what is made today.
    better_hash: Option<String>,
    path: Path,
}

/// Counts a try and looks at the password; `None` when it is wrong for whatever reason.
async fn verify(
    services: &Services,
    email: &str,
    password: String,
    client: &Client,
) -> Result<Option<Verified>, Error> {
    let (counted, path) = tries::count(services, client, Email::parse(email).ok().as_ref()).await?;
    let hash = counted.as_ref().and_then(|account| account.password_hash.clone());
    let is_right = services.hasher.verify(password.clone(), hash.clone()).await?;
    let (Some(account), Some(hash), true) = (counted, hash, is_right) else { return Ok(None) };
    let better_hash = services.hasher.better(password, &hash).await?;
    Ok(Some(Verified { user: account.id, hash, better_hash, path }))
}

/// Takes the try back, unless the account was deactivated or got another password in the meantime. Whoever comes from a
/// known device leaves the account's lock to those it was made for. Says whether a password change is due.
async fn enter(services: &Services, connection: &mut PgConnection, verified: &Verified) -> Result<Option<bool>, Error> {
    // In the order in which tries are counted: network, then account.
    if let Path::Open { network } = &verified.path {
        tries::give_back(connection, network).await?;
    }
    let row = sqlx::query!(
        "update users set last_sign_in_at = $3, password_hash = coalesce($5, password_hash),
           sign_in_tries = case when $4 then 0 else sign_in_tries end,
           locked_until = case when $4 then null else locked_until end
         where id = $1 and is_active and password_hash = $2
         returning password_change_due",
        verified.user.0,
        verified.hash,
        services.clock.now(),
        matches!(verified.path, Path::Open { .. }),
        verified.better_hash
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.password_change_due))
}
