//! Authenticates a request: from the secret of a session, or the access token of an API client, to the user with the
//! rights that hold now.

use crate::client::{Client, SessionToken};
use crate::error::Error;
use crate::identity::{self, Fault, access_token};
use crate::{Services, actor, session};
use domain::actor::Actor;
use domain::claims::DEVELOPER_ROLE;
use domain::denial::Denial;
use oidc_client::Error as ProtocolError;

/// Why an access token authenticates no user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessTokenRefused {
    /// Because of the token itself; for the API client that sent it. Says nothing about users.
    Token {
        /// What is wrong, as a sentence.
        reason: String,
        /// What to send instead.
        help: String,
    },
    /// The provider's keys cannot be read now.
    Unreachable,
}

/// The user of a session.
///
/// # Errors
/// The database failed. A token that is unknown, expired or unused for too long is `Ok(None)`.
pub async fn by_session(services: &Services, token: &SessionToken) -> Result<Option<Actor>, Error> {
    if services.identity.is_some() && !identity::refresh_if_due(services, token).await? {
        return Ok(None);
    }
    let Some((actor, last_used_at)) = actor::load(services, token).await? else { return Ok(None) };
    session::record_use(services, actor.session_id, last_used_at).await?;
    Ok(Some(actor))
}

/// The user behind the access token of an API client.
///
/// # Errors
/// The database failed. A token that authenticates no user is an [`AccessTokenRefused`].
pub async fn by_access_token(
    services: &Services,
    token: &str,
    client: &Client,
) -> Result<Result<Actor, AccessTokenRefused>, Error> {
    let secret = SessionToken::derived(token);
    if let Some(actor) = by_session(services, &secret).await? {
        return Ok(Ok(actor));
    }
    let fault = match access_token::begin_session(services, token, &secret, client).await {
        Ok(()) => match by_session(services, &secret).await? {
            Some(actor) => return Ok(Ok(actor)),
            None => ProtocolError::Stale("its session has ended").into(),
        },
        Err(Fault::Services(fault)) => return Err(fault),
        Err(fault) => fault,
    };
    tracing::warn!(%fault, "refused an access token");
    let reason = match fault {
        Fault::Protocol(ProtocolError::Untrusted(why) | ProtocolError::TooLarge(why)) => why,
        Fault::Protocol(ProtocolError::Stale(why)) => why.to_owned(),
        Fault::Protocol(_) | Fault::ProviderSignInOver | Fault::Services(_) => {
            return Ok(Err(AccessTokenRefused::Unreachable));
        }
        Fault::Denied(denied) => match denied.reason {
            Denial::NoRole { admin_role } => format!("it has neither the role {DEVELOPER_ROLE} nor {admin_role}"),
            _ => "its user may not sign in; the console says why when they try".to_owned(),
        },
    };
    let help = services.identity.as_ref().map_or_else(|| LOCAL_HELP.to_owned(), |identity| identity.help(&reason));
    Ok(Err(AccessTokenRefused::Token { reason: format!("The access token was refused: {reason}."), help }))
}

/// What an API client has to send.
pub fn help(services: &Services) -> String {
    services.identity.as_ref().map_or_else(|| LOCAL_HELP.to_owned(), |identity| identity.token_help())
}

/// What to send where Bursar keeps the passwords.
const LOCAL_HELP: &str = "Send `Authorization: Bearer <token>` with the token of POST /v1/local-auth/login.";
