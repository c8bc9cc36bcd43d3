//! Signing in with e-mail address and password.
//!
//! Every failure has one answer and costs the same work, whether the account is unknown, locked, deactivated or
//! the password is wrong (`behaviour.md` W-12). Tries are counted before the password is looked at (field.md S8).

mod tries;

pub use tries::sweep;
pub(crate) use tries::{Account, count_account, wrong};

use crate::Services;
use crate::error::Error;
use crate::session::{self, Client, SessionToken};
use domain::email::Email;
use domain::id::UserId;
use sqlx::PgConnection;

/// A sign-in that succeeded.
#[derive(Debug)]
pub struct SignedIn {
    /// For the cookie.
    pub token: SessionToken,
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
    let network = tries::network(client);
    let counted = tries::count(services, &network, Email::parse(email).ok().as_ref()).await?;
    let hash = counted.as_ref().and_then(|account| account.password_hash.clone());
    let is_right = services.hasher.verify(password, hash.clone()).await?;
    match (counted, hash) {
        (Some(account), Some(hash)) if is_right => begin(services, account.id, &hash, &network, client).await,
        _ => Err(wrong(services, "password", "The e-mail address or the password is wrong.")),
    }
}

/// Makes the session, unless the account was deactivated or got another password in the meantime.
async fn begin(
    services: &Services,
    user: UserId,
    verified_hash: &str,
    network: &str,
    client: &Client,
) -> Result<SignedIn, Error> {
    let mut transaction = services.pool.begin().await?;
    // In the order in which tries are counted: network, then account.
    tries::give_back(&mut transaction, network).await?;
    let Some(password_change_due) = enter(services, &mut transaction, user, verified_hash).await? else {
        return Err(wrong(services, "password", "The e-mail address or the password is wrong."));
    };
    let token = session::begin(services, &mut transaction, user, client).await?;
    transaction.commit().await?;
    Ok(SignedIn { token, password_change_due })
}

async fn enter(
    services: &Services,
    connection: &mut PgConnection,
    user: UserId,
    verified_hash: &str,
) -> Result<Option<bool>, Error> {
    let row = sqlx::query!(
        "update users set sign_in_tries = 0, locked_until = null, last_sign_in_at = $3
         where id = $1 and is_active and password_hash = $2
         returning password_change_due",
        user.0,
        verified_hash,
        services.clock.now()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.password_change_due))
}
