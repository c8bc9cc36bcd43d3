//! Access tokens: those that API clients send, and the one that came with a sign-in.
//!
//! The token of an API client is verified when it is first sent; from then on it is the secret of a session that expires
//! with it. So everything that holds for sessions holds for API clients: rights are read on every request, changes name
//! the session, and a user who is deactivated or signed out by the provider is signed out at once.

use super::fault::{Fault, stale, untrusted};
use super::logged_out::{self, Origin};
use super::seal::Tokens;
use super::sessions::{self, Grant, SignedText};
use super::{Identity, claims};
use crate::Services;
use crate::change::commit;
use crate::client::{Client, SessionToken};
use crate::provision::{self, Admission, Occasion};
use crate::session;
use domain::provider::ProviderKind;
use oidc_client::{Claims, Purpose, claim_seconds, claim_text};

/// A verified access token.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
    /// Its issuer.
    pub issuer: String,
    /// The user.
    pub subject: String,
    /// Claims in the shape that every part of the console reads.
    pub claims: Claims,
}

/// Verifies the access token of an API client: signature, issuer, times, that it is an access token, and that it is for us.
///
/// # Errors
/// See [`oidc_client::OidcClient::verify_access_token`].
pub async fn verify(services: &Services, token: &str) -> Result<VerifiedToken, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("Bursar has no identity provider"))?;
    let claims = identity.oidc.verify_access_token(token).await?;
    let subject = claim_text(&claims, "sub").ok_or_else(|| untrusted("it has no sub"))?.to_owned();
    let userinfo = identity.userinfo([&claims, &Claims::new()], &subject, token, (Purpose::Code, None)).await;
    let others = userinfo.or_else(|fault| match fault {
        // A token without the scope openid opens nothing there, and may still be all that a known user needs.
        Fault::Protocol(oidc_client::Error::Declined(why)) => {
            tracing::warn!(why, "an access token of an API client does not open the userinfo endpoint");
            Ok(Claims::new())
        }
        fault => Err(fault),
    })?;
    let claims = claims::canonical(&identity.config, claims, others);
    Ok(VerifiedToken { issuer: identity.config.issuer.clone(), subject, claims })
}

impl Identity {
    /// What an API client has to send.
    pub(crate) fn token_help(&self) -> String {
        let Self { config, .. } = self;
        format!(
            "Send `Authorization: Bearer <token>` with an access token of {} that is meant for {}.",
            config.issuer, config.client_id
        )
    }

    /// What an API client has to send instead of a token that was refused for `reason`.
    pub(crate) fn help(&self, reason: &str) -> String {
        if self.config.kind == ProviderKind::Entra && reason.contains(ENTRA_V1_ISSUER) {
            return "It is a token of version 1.0. Set requestedAccessTokenVersion to 2 in the manifest of Bursar's app \
                    registration in Microsoft Entra ID."
                .to_owned();
        }
        self.token_help()
    }
}

/// Begins the session of a token that is sent for the first time. One that was revoked begins no other.
pub(crate) async fn begin_session(
    services: &Services,
    token: &str,
    secret: &SessionToken,
    client: &Client,
) -> Result<(), Fault> {
    let verified = verify(services, token).await?;
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    let expires_at = claim_seconds(&verified.claims, "exp").ok_or_else(|| untrusted("it never expires"))?;
    let sid = claim_text(&verified.claims, "sid").map(str::to_owned);
    let mut transaction = services.pool.begin().await?;
    let origin = Origin { sid: sid.as_deref(), subject: &verified.subject, started_at: None };
    logged_out::check(services, &mut transaction, &verified.issuer, &verified.claims, origin).await?;
    let signed_text = SignedText::of(token);
    if signed_text.is_revoked(&mut transaction, &verified).await? {
        return Err(stale("its session was revoked"));
    }
    let verified_identity = identity.verified(&verified.claims, "");
    let admission = provision::admit(services, &mut transaction, &verified_identity, Occasion::Refresh).await?;
    let user = match admission {
        Admission::Admitted(user) => user,
        Admission::Denied(denied) => {
            commit(transaction).await?;
            return Err(Fault::Denied(denied));
        }
    };
    let times = (services.clock.now(), expires_at);
    // Its secret can be sent again, which decides how it is revoked.
    let client = Client { is_program: true, ..client.clone() };
    let begun = session::insert_session(services, &mut transaction, secret, user, &client, times).await?;
    // Two requests may both have been the first; one of them began it.
    if let Some(session) = begun {
        let grant = Grant {
            subject: verified.subject,
            sid,
            tokens: Tokens { refresh: None, id: String::new() },
            expires_at,
            authenticated_at: None,
            claims: verified.claims,
        };
        sessions::keep(services, &mut transaction, identity, session, &grant).await?;
        signed_text.keep(&mut transaction, session).await?;
    }
    Ok(commit(transaction).await?)
}

impl Identity {
    /// The claims of the access token that came with an ID token of Keycloak; elsewhere it is not ours to read.
    ///
    /// A token that could not be read for a reason outside it is a fault: without it roles would seem revoked.
    pub(super) async fn accompanying(&self, token: &str, subject: &str) -> Result<Claims, Fault> {
        if self.config.kind != ProviderKind::Keycloak {
            return Ok(Claims::new());
        }
        match self.oidc.verify_own_access_token(token).await {
            Ok(claims) if claim_text(&claims, "sub") == Some(subject) => Ok(claims),
            Ok(_) => Ok(Claims::new()),
            Err(oidc_client::Error::Untrusted(why)) => {
                tracing::warn!(why, "the access token that came with an ID token is not used");
                Ok(Claims::new())
            }
            Err(fault) => Err(fault.into()),
        }
    }
}

/// How tokens of Entra ID's version 1.0 begin their issuer.
const ENTRA_V1_ISSUER: &str = "https://sts.windows.net/";
