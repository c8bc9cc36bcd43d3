//! Signing in with e-mail address and password.
//!
//! A failure has the same answer and costs the same work, whether an account has the address or not. Tries are counted
//! before the password is looked at. Only a right password is answered with more: that the account is deactivated, or that
//! a one-time password has expired.

mod addresses;
mod device;
mod tries;

pub use addresses::sweep_addresses;
use addresses::{Count, StoredPassword};
pub(crate) use device::forget_devices;
pub use device::{DEVICE_LIFETIME, sweep_devices};
pub use tries::sweep;
use tries::{Account, Attempt, Path};
pub(crate) use tries::{
    count_break_glass_try, count_start, finish_start, forget_break_glass_tries, forget_break_glass_try, wrong,
};

use crate::Services;
use crate::audit::{self, Action, Claimant, Failure};
use crate::change::commit;
use crate::client::{Client, DeviceToken, SessionToken};
use crate::error::Error;
use crate::guard::Caller;
use crate::meter;
use crate::session;
use domain::email::Email;
use domain::error::Refusal;
use domain::id::UserId;
use domain::violation::Violation;
use sqlx::PgConnection;

/// Why a sign-in failed, for the audit log, unless the password was wrong and nothing more.
const LAST_TRY: &str = "last try, sign-in is blocked";
const DEACTIVATED: &str = "right password of a deactivated account";
const EXPIRED: &str = "right one-time password that has expired";

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

/// Refuses passwords where users sign in through an identity provider.
pub(crate) fn check_passwords_count(services: &Services) -> Result<(), Refusal> {
    services.identity.as_ref().map_or(Ok(()), |identity| {
        Err(Refusal::Forbidden(Violation::SignInWith { provider: identity.kind().title().to_owned() }))
    })
}

/// Begins a session for the user who knows the password, in place of the one the browser had.
///
/// # Errors
/// A problem at `password`, or [`Refusal::SignInBlocked`] after the last try, whether there is an account or not;
/// [`Refusal::TooMany`] with the seconds to wait when the network has had its tries; [`Refusal::Busy`] when too many
/// passwords wait; [`Refusal::Forbidden`] for the right password of a deactivated account, for a one-time password that
/// has expired, and where users sign in through an identity provider.
pub async fn with_password(
    services: &Services,
    email: &str,
    password: String,
    client: &Client,
) -> Result<SignedIn, Error> {
    check_passwords_count(services)?;
    meter::sign_in("local", check(services, email, password, client).await)
}

async fn check(services: &Services, email: &str, password: String, client: &Client) -> Result<SignedIn, Error> {
    let email = Email::parse(email).ok();
    let attempt = tries::count(services, client, email.as_ref().map(Account::Email)).await?;
    let count = attempt.count;
    let user = attempt.password.as_ref().map(|stored| stored.id);
    let refused = || wrong_sign_in(services, count);
    let reason = count.is_last().then_some(LAST_TRY);
    let failure = Failure { action: Action::UserSignInFailed, claimant: Claimant::Typed(user), client, reason };
    let Some(verified) = verify(services, attempt, password).await? else {
        audit::record_failure(services, failure, matches!(count, Count::Blocked(_))).await?;
        return Err(refused());
    };
    if !verified.is_active {
        audit::record_failure(services, Failure { reason: Some(DEACTIVATED), ..failure }, false).await?;
        return Err(Refusal::Forbidden(Violation::AccountDeactivated).into());
    }
    let mut transaction = services.pool.begin().await?;
    let Entered { password_change_due, has_expired } =
        enter(services, &mut transaction, &verified).await?.ok_or_else(refused)?;
    if has_expired {
        audit::record_failure(services, Failure { reason: Some(EXPIRED), ..failure }, false).await?;
        return Err(Refusal::Forbidden(Violation::OneTimePasswordExpired).into());
    }
    let (user, now) = (verified.user, services.clock.now());
    let (session, token) = session::begin(services, &mut transaction, user, client, now).await?;
    if password_change_due {
        session::note_one_time_password(&mut transaction, session).await?;
    }
    audit::record_session(services, &mut transaction, Action::UserSignedIn, session).await?;
    let device = device::remember(services, &mut transaction, user, client.device.as_ref()).await?;
    if let Some(replaced) = &client.session {
        session::end(&mut transaction, replaced).await?;
    }
    commit(transaction).await?;
    Ok(SignedIn { token, device, password_change_due })
}

/// The answer to a wrong password or an address without an account; the same for both.
fn wrong_sign_in(services: &Services, count: Count) -> Error {
    match count {
        Count::Open => wrong(services, |tries, minutes| Violation::WrongSignIn { tries, minutes }),
        Count::Last(until) | Count::Blocked(until) => {
            Refusal::SignInBlocked { until, seconds: tries::seconds_from(services.clock.now(), until) }.into()
        }
    }
}

/// Notes that the user who is signed in still knows the password, and gives the session a new secret. Where users sign
/// in through a provider they prove it there (see [`crate::identity::flow::Purpose`]).
///
/// # Errors
/// A problem at `confirm_password`; [`Refusal::SignedOut`] when `old` is not the session's secret any more;
/// [`Refusal::TooMany`] when no try is left; [`Refusal::Forbidden`] as [`with_password`].
pub async fn confirm(
    services: &Services,
    caller: &Caller,
    old: &SessionToken,
    password: String,
    client: &Client,
) -> Result<SessionToken, Error> {
    let wrong = || wrong(services, |tries, minutes| Violation::WrongPassword { tries, minutes });
    let verified = verify_own(services, caller, password, client).await?.ok_or_else(wrong)?;
    let mut transaction = services.pool.begin().await?;
    enter(services, &mut transaction, &verified).await?.ok_or_else(wrong)?;
    let now = services.clock.now();
    let token = session::confirm(services, &mut transaction, caller.actor.session_id, old, now).await?;
    let token = token.ok_or(Refusal::SignedOut)?;
    commit(transaction).await?;
    Ok(token)
}

/// A user who knows the password.
pub(crate) struct Verified {
    user: UserId,
    is_active: bool,
    /// The hash that the password made.
    hash: String,
    /// To replace it when it is weaker than what is made today.
    better_hash: Option<String>,
    path: Path,
}

/// Counts a try of the user who is signed in and verifies the password; `None`, and an event, when it is wrong.
///
/// Without a try left it is refused at once: which account it is about is no secret here, so there is no time to equal.
pub(crate) async fn verify_own(
    services: &Services,
    caller: &Caller,
    password: String,
    client: &Client,
) -> Result<Option<Verified>, Error> {
    check_passwords_count(services)?;
    let user = caller.actor.user_id;
    let attempt = tries::count(services, client, Some(Account::Id(user))).await?;
    if let Count::Blocked(until) = attempt.count {
        return Err(Refusal::TooMany(tries::seconds_from(services.clock.now(), until)).into());
    }
    let reason = attempt.count.is_last().then_some(LAST_TRY);
    let verified = verify(services, attempt, password).await?;
    if verified.is_none() {
        let claimant = Claimant::Session(caller.actor.session_id);
        let failure = Failure { action: Action::UserReauthenticationFailed, claimant, client, reason };
        audit::record_failure(services, failure, false).await?;
    }
    Ok(verified)
}

/// Verifies the password of an account, or takes as long without one or while its address is blocked; `None` when it is
/// wrong for whatever reason.
async fn verify(services: &Services, attempt: Attempt, password: String) -> Result<Option<Verified>, Error> {
    let Attempt { password: stored, path, count } = attempt;
    let stored = stored.filter(|_| !matches!(count, Count::Blocked(_)));
    let hash = stored.as_ref().and_then(|stored| stored.hash.clone());
    let is_right = services.hasher.verify(password.clone(), hash.clone()).await?;
    let (Some(StoredPassword { id: user, is_active, .. }), Some(hash), true) = (stored, hash, is_right) else {
        return Ok(None);
    };
    let better_hash = services.hasher.better(password, &hash).await?;
    Ok(Some(Verified { user, is_active, hash, better_hash, path }))
}

/// What holds for a password that is right.
pub(crate) struct Entered {
    /// It is a one-time password.
    password_change_due: bool,
    /// It is a one-time password that came too late to sign in with. Who signed in with it in time may change it.
    has_expired: bool,
}

/// Takes the try back, unless the account was deactivated or got another password in the meantime. A known device leaves
/// the account's lock to those it was made for.
pub(crate) async fn enter(
    services: &Services,
    connection: &mut PgConnection,
    verified: &Verified,
) -> Result<Option<Entered>, Error> {
    // In the order in which tries are counted: network, then account; a device after its user, as everywhere.
    if let Path::Open { network } = &verified.path {
        tries::give_back(connection, network).await?;
    }
    let row = sqlx::query!(
        "update users set last_sign_in_at = $3, password_hash = coalesce($5, password_hash),
           sign_in_tries = case when $4 then greatest(sign_in_tries - 1, 0) else sign_in_tries end,
           locked_until = case when $4 then null else locked_until end
         where id = $1 and is_active and password_hash = $2
         returning password_change_due,
                   password_change_due and coalesce(password_expires_at <= $3, false) as \"has_expired!\"",
        verified.user.0,
        verified.hash,
        services.clock.now(),
        matches!(verified.path, Path::Open { .. }),
        verified.better_hash
    )
    .fetch_optional(&mut *connection)
    .await?;
    if let (Some(_), Path::KnownDevice(device)) = (&row, &verified.path) {
        device::give_back(connection, verified.user, device).await?;
    }
    Ok(row.map(|row| Entered { password_change_due: row.password_change_due, has_expired: row.has_expired }))
}
