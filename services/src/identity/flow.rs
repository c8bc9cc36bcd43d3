//! The authorization code flow: the redirect to the provider, and the callback with a code.
//!
//! One random secret in a short-lived cookie binds both halves to one browser. The state names the flow, and the secret
//! of the flow is derived from both: nonce and PKCE verifier come from it, and its hash names a row that the callback
//! deletes. So each flow is used once, in the browser that began it, and tabs do not disturb each other.

use super::fault::{Fault, stale, untrusted};
use super::logged_out::{self, Origin};
use super::seal::Tokens;
use super::sessions::{self, Grant};
use super::{Identity, LEEWAY, claims, state};
use crate::Services;
use crate::audit::{self, Action, Claimant, Failure};
use crate::change::commit;
use crate::client::{Client, SessionToken};
use crate::meter;
use crate::provision::{self, Admission, Occasion};
use crate::session;
use crate::sign_in::{count_start, finish_start};
use crate::token::cookie_secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::SessionId;
use oidc_client::{AuthorizationRequest, Claims, IdToken, Purpose as Exchange, TokenResponse};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

/// The path of the callback; the redirect URI to register with the provider.
pub const CALLBACK: &str = "/sign-in/callback";
/// Where a signed-in user begins a re-authentication.
pub const REAUTHENTICATE: &str = "/sign-in/again";
/// How long a user may take at the provider.
pub const FLOW_LIFETIME: Duration = Duration::minutes(10);

/// Keycloak's description of an error when the user has signed in there in another tab, or took too long. Its own clients
/// begin again then.
const KEYCLOAK_SIGN_IN_OVER: &str = "authentication_expired";

cookie_secret! {
    /// The secret of a browser whose user is at the provider, for its cookie and nowhere else.
    FlowSecret
}

impl FlowSecret {
    /// The secret of one flow of this browser.
    fn of_flow(&self, id: &str) -> Self {
        Self(self.derive(&format!("flow {id}")).into())
    }

    /// A value that cannot be made without the secret, and that does not tell it.
    fn derive(&self, purpose: &str) -> String {
        let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(self.expose()).finalize();
        URL_SAFE_NO_PAD.encode(digest)
    }
}

/// Why a browser is sent to the provider.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To authenticate again, for a session that goes on.
    Reauthenticate(SessionId),
}

/// The redirect of a browser to the provider.
pub struct AuthorizationRedirect {
    /// The address.
    pub url: String,
    /// For the cookie that binds the callback to the browser.
    pub secret: FlowSecret,
}

/// The parameters of a callback.
#[derive(Default)]
pub struct CallbackParams {
    /// To be exchanged for tokens.
    pub code: Option<String>,
    /// As the authorization request had it.
    pub state: Option<String>,
    /// The provider's issuer (RFC 9207).
    pub iss: Option<String>,
    /// An error code instead of a code.
    pub error: Option<String>,
    /// What the provider adds to the error code.
    pub error_description: Option<String>,
}

/// The request of a callback.
#[derive(Clone, Copy)]
pub struct CallbackContext<'a> {
    /// Where it came from, and the session that this one replaces.
    pub client: &'a Client,
    /// For the log, and for the page of a user who is refused.
    pub request_id: &'a str,
}

/// A sign-in or re-authentication that succeeded.
pub struct SignInResult {
    /// The secret of the session, new in any case.
    pub token: SessionToken,
    /// A path of this site.
    pub next: String,
}

/// Begins a sign-in or re-authentication, if the provider answers. `cookie` is the secret that the browser has from
/// another tab, `next` a path of this site.
///
/// # Errors
/// [`oidc_client::Error::Unreachable`] when the provider does not answer; [`domain::error::Refusal::TooMany`] when the network of
/// the browser has begun too many sign-ins.
pub async fn begin_authorization(
    services: &Services,
    purpose: Purpose,
    cookie: Option<FlowSecret>,
    next: &str,
    client: &Client,
) -> Result<AuthorizationRedirect, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    if matches!(purpose, Purpose::SignIn) {
        count_start(services, client).await?;
    }
    let secret = cookie.unwrap_or_else(|| FlowSecret::random(services));
    let id = services.random.secret();
    let flow = secret.of_flow(&id);
    let session = match purpose {
        Purpose::SignIn => None,
        Purpose::Reauthenticate(session) => Some(session),
    };
    let request = AuthorizationRequest {
        state: state::compose(services, identity, id, next)?,
        nonce: flow.derive("nonce"),
        pkce_verifier: flow.derive("pkce"),
        reauthenticate: session.is_some(),
    };
    let url = identity.oidc.authorization_url(request).await?;
    let now = services.clock.now();
    sqlx::query!(
        "insert into sign_in_flows (secret_hash, next, session_id, started_at, expires_at) values ($1, $2, $3, $4, $5)",
        flow.hash(),
        next,
        session.map(|session| session.0),
        now,
        now + FLOW_LIFETIME
    )
    .execute(&services.pool)
    .await?;
    Ok(AuthorizationRedirect { url, secret })
}

/// Completes a sign-in or re-authentication: checks that the callback is of the browser that began it, exchanges the
/// code, verifies the tokens, and begins a session or marks the existing one as freshly authenticated.
///
/// # Errors
/// See [`Fault`]. Nothing is changed then, except that the flow is used up.
pub async fn complete_authorization(
    services: &Services,
    secret: Option<FlowSecret>,
    params: CallbackParams,
    context: CallbackContext<'_>,
) -> Result<SignInResult, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    let secret = secret.ok_or_else(|| stale("the browser has no cookie of it"))?;
    // Any site can send a browser here, but no flow of another browser has a row under this one's secret.
    let secret = secret.of_flow(state::flow_id(params.state.as_deref().unwrap_or_default()));
    let flow = take(services, &secret).await?;
    let session = flow.session;
    let result = finish(services, identity, (&secret, flow), params, context).await;
    if let Err(fault) = &result {
        record_refusal(services, session, fault, context.client).await?;
    }
    if session.is_none() { meter::sign_in(identity.kind().key(), result) } else { result }
}

/// The most characters that are recorded of an address from the claims.
const MAX_ADDRESS: usize = 254;

async fn record_refusal(
    services: &Services,
    session: Option<SessionId>,
    fault: &Fault,
    client: &Client,
) -> Result<(), Fault> {
    let Some(reason) = fault.refusal() else { return Ok(()) };
    let address: String = match fault {
        Fault::Denied(denied) => denied.address.chars().filter(|c| !c.is_control()).take(MAX_ADDRESS).collect(),
        _ => String::new(),
    };
    let (action, claimant) = match session {
        None => (Action::UserSignInFailed, Claimant::Named(&address)),
        Some(session) => (Action::UserReauthenticationFailed, Claimant::Session(session)),
    };
    let failure = Failure { action, claimant, client, reason: Some(reason) };
    Ok(audit::record_failure(services, failure, false).await?)
}

async fn finish(
    services: &Services,
    identity: &Identity,
    (secret, flow): (&FlowSecret, Flow),
    params: CallbackParams,
    context: CallbackContext<'_>,
) -> Result<SignInResult, Fault> {
    identity.oidc.check_callback_issuer(params.iss.as_deref()).await?;
    if let Some(error) = params.error {
        if error == "temporarily_unavailable" {
            let is_over = params.error_description.as_deref() == Some(KEYCLOAK_SIGN_IN_OVER);
            return Err(if is_over { Fault::ProviderSignInOver } else { stale("the provider is busy") });
        }
        return Err(oidc_client::Error::Declined(error.chars().take(64).collect()).into());
    }
    let code = params.code.ok_or_else(|| untrusted("there is no code"))?;
    let answer = identity.oidc.exchange_code(code, secret.derive("pkce")).await?;
    let id = identity.oidc.verify_id_token(&answer, Some(&secret.derive("nonce"))).await?;
    let grant = granted(services, identity, &answer, id, (Exchange::Code, None)).await?;
    let token = match flow.session {
        None => sign_in(services, identity, &grant, flow.started_at, context).await?,
        Some(session) => {
            let old = context.client.session.as_ref();
            sessions::confirm(services, identity, session, &grant, flow.started_at - LEEWAY, old).await?
        }
    };
    Ok(SignInResult { token, next: flow.next })
}

struct Flow {
    next: String,
    session: Option<SessionId>,
    started_at: OffsetDateTime,
}

async fn take(services: &Services, secret: &FlowSecret) -> Result<Flow, Fault> {
    let row = sqlx::query!(
        "delete from sign_in_flows where secret_hash = $1 and expires_at > $2 returning next, session_id, started_at",
        secret.hash(),
        services.clock.now()
    )
    .fetch_optional(&services.pool)
    .await?;
    let row = row.ok_or_else(|| stale("it was used already, took too long, or is another browser's"))?;
    Ok(Flow { next: row.next, session: row.session_id.map(SessionId), started_at: row.started_at })
}

/// The grant of an answer whose ID token is verified; `held` are the claims of a session that is refreshed.
pub(super) async fn granted(
    services: &Services,
    identity: &Identity,
    answer: &TokenResponse,
    id: IdToken,
    (purpose, held): (Exchange, Option<&Claims>),
) -> Result<Grant, Fault> {
    let token = answer.access_token();
    let access = identity.accompanying(token, &id.subject).await?;
    let userinfo = identity.userinfo([&id.claims, &access], &id.subject, token, (purpose, held)).await?;
    let others = claims::merged(access, userinfo);
    let life = answer.expires_in().unwrap_or(sessions::DEFAULT_LIFE);
    Ok(Grant {
        claims: claims::canonical(&identity.config, id.claims, others),
        subject: id.subject,
        sid: id.sid,
        tokens: Tokens { refresh: answer.refresh_token().map(str::to_owned), id: id.raw },
        expires_at: services.clock.now() + life,
        authenticated_at: id.authenticated_at,
    })
}

async fn sign_in(
    services: &Services,
    identity: &Identity,
    grant: &Grant,
    started_at: OffsetDateTime,
    context: CallbackContext<'_>,
) -> Result<SessionToken, Fault> {
    let mut transaction = services.pool.begin().await?;
    let origin = Origin { sid: grant.sid.as_deref(), subject: &grant.subject, started_at: Some(started_at) };
    logged_out::check(services, &mut transaction, &identity.config.issuer, &grant.claims, origin).await?;
    let verified_identity = identity.verified(&grant.claims, context.request_id);
    let admission = provision::admit(services, &mut transaction, &verified_identity, Occasion::SignIn).await?;
    let user = match admission {
        Admission::Admitted(user) => user,
        Admission::Denied(denied) => {
            commit(transaction).await?;
            return Err(Fault::Denied(denied));
        }
    };
    let token = sessions::begin(services, &mut transaction, identity, user, grant, context.client).await?;
    if let Some(old) = &context.client.session {
        session::end(&mut transaction, old).await?;
    }
    finish_start(&mut transaction, context.client).await?;
    commit(transaction).await?;
    Ok(token)
}
