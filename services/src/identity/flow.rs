//! The authorization code flow: leaving for the provider, and coming back with a code.
//!
//! One random secret in a short-lived cookie binds both halves to one browser. State, nonce and PKCE verifier are
//! derived from it; its hash names a row that is taken on return, so each secret is used once (field.md S2).

use super::client::refused;
use super::code::Code;
use super::contact::Purpose as Exchange;
use super::fault::{Fault, untrusted};
use super::id_token::IdToken;
use super::logged_out::{self, Origin};
use super::seal::Tokens;
use super::sessions::{self, Grant};
use super::signed::Claims;
use super::token_answer::TokenAnswer;
use super::{Identity, LEEWAY, claims, state};
use crate::Services;
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
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow};
use openidconnect::{
    AuthorizationCode, CsrfToken, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, Scope,
};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use time::{Duration, OffsetDateTime};

/// Where they come back to; the redirect address to register with the provider.
pub const CALLBACK: &str = "/sign-in/callback";
/// Where somebody leaves who is signed in and has to prove once more who they are.
pub const AGAIN: &str = "/sign-in/again";
/// How long somebody may take at the provider.
pub const LIFE: Duration = Duration::minutes(10);

cookie_secret! {
    /// The secret of one sign-in, for its cookie and nowhere else.
    FlowSecret
}

impl FlowSecret {
    /// A value that only who knows the secret can make, and that does not tell it.
    fn derive(&self, purpose: &str) -> String {
        let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(self.expose()).finalize();
        URL_SAFE_NO_PAD.encode(digest)
    }
}

/// Why somebody leaves for the provider.
#[derive(Clone, Debug)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To prove once more who they are, for a session that goes on.
    Reauthenticate(SessionId),
}

/// A browser that is about to leave.
pub struct Leaving {
    /// Where to.
    pub url: String,
    /// For the cookie.
    pub secret: FlowSecret,
}

/// What the provider sent back through the browser.
#[derive(Default)]
pub struct Return {
    /// To be exchanged for tokens.
    pub code: Option<String>,
    /// As it was when the browser left.
    pub state: Option<String>,
    /// The provider's issuer (RFC 9207).
    pub iss: Option<String>,
    /// An error code instead of a code.
    pub error: Option<String>,
}

/// The request that a browser came back with.
#[derive(Clone, Copy)]
pub struct From<'a> {
    /// Where it came from, and the session that this one replaces.
    pub client: &'a Client,
    /// For the log and for whoever is turned away.
    pub request_id: &'a str,
}

/// A browser that came back, with what it has to do next.
pub struct Arrived {
    /// The secret of the session, new in any case.
    pub token: SessionToken,
    /// A path of this site.
    pub next: String,
}

/// Prepares a browser to leave, if the provider answers. `next` is a path of this site.
///
/// # Errors
/// [`Fault::Unreachable`] when the provider does not answer; [`domain::error::Refusal::TooMany`] when the network of
/// the browser has begun too many sign-ins.
pub async fn leave(services: &Services, purpose: Purpose, next: &str, client: &Client) -> Result<Leaving, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    if matches!(purpose, Purpose::SignIn) {
        count_start(services, client).await?;
    }
    let known = identity.reach(services).await?;
    let secret = FlowSecret::random(services);
    let (state, nonce) = (state::compose(services, identity, secret.derive("state"), next)?, secret.derive("nonce"));
    let verifier = PkceCodeVerifier::new(secret.derive("pkce"));
    let client = identity.client(&known)?;
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .add_scopes(identity.config.scopes.iter().cloned().map(Scope::new))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    let session = match purpose {
        Purpose::SignIn => None,
        Purpose::Reauthenticate(session) => {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO);
            Some(session)
        }
    };
    let (url, ..) = request.url();
    let now = services.clock.now();
    sqlx::query!(
        "insert into sign_in_flows (secret_hash, next, session_id, started_at, expires_at) values ($1, $2, $3, $4, $5)",
        secret.hash(),
        next,
        session.map(|session| session.0),
        now,
        now + LIFE
    )
    .execute(&services.pool)
    .await?;
    Ok(Leaving { url: url.to_string(), secret })
}

/// Takes a browser back in: checks that it is the one that left, exchanges the code, checks what the provider vouches
/// for, and begins a session or marks the one it came from as freshly authenticated.
///
/// # Errors
/// See [`Fault`]. Nothing is changed then, except that the secret is used up once its state was right.
pub async fn arrive(
    services: &Services,
    secret: Option<FlowSecret>,
    back: Return,
    from: From<'_>,
) -> Result<Arrived, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("there is no identity provider"))?;
    let secret = secret.ok_or(Fault::Stale("the browser has no cookie of it"))?;
    let proof = state::proof(back.state.as_deref().unwrap_or_default());
    // A wrong state uses nothing up: any site can send a browser here with one.
    if !bool::from(secret.derive("state").as_bytes().ct_eq(proof.as_bytes())) {
        return Err(Fault::Stale("its state is another one's"));
    }
    let flow = take(services, &secret).await?;
    let is_sign_in = flow.session.is_none();
    let result = finish(services, identity, (&secret, flow), back, from).await;
    if is_sign_in { meter::sign_in(identity.kind().key(), result) } else { result }
}

async fn finish(
    services: &Services,
    identity: &Identity,
    (secret, flow): (&FlowSecret, Flow),
    back: Return,
    from: From<'_>,
) -> Result<Arrived, Fault> {
    check_issuer(services, identity, back.iss.as_deref()).await?;
    if let Some(error) = back.error {
        // Keycloak says so when the user signed in there in another tab meanwhile, or took too long.
        if error == "temporarily_unavailable" {
            return Err(Fault::Stale("the provider's own sign-in is not open any more"));
        }
        return Err(Fault::Declined(error.chars().take(64).collect()));
    }
    let code = Code::parse(back.code.ok_or_else(|| untrusted("there is no code"))?)?;
    let answer = exchange(services, identity, secret, code).await?;
    let id = identity.id_token(services, &answer, Some(&Nonce::new(secret.derive("nonce")))).await?;
    let grant = granted(services, identity, &answer, id, (Exchange::Code, None)).await?;
    let token = match flow.session {
        None => sign_in(services, identity, &grant, flow.started_at, from).await?,
        Some(session) => {
            let old = from.client.session.as_ref();
            sessions::confirm(services, identity, session, &grant, flow.started_at - LEEWAY, old).await?
        }
    };
    Ok(Arrived { token, next: flow.next })
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
    let row = row.ok_or(Fault::Stale("it was used already, or it took too long"))?;
    Ok(Flow { next: row.next, session: row.session_id.map(SessionId), started_at: row.started_at })
}

/// RFC 9207: an answer that names its issuer names the right one, and one that always does has done so.
async fn check_issuer(services: &Services, identity: &Identity, iss: Option<&str>) -> Result<(), Fault> {
    let is_required = identity.current(services).await?.extras().authorization_response_iss_parameter_supported;
    match iss {
        Some(iss) if iss == identity.config.issuer => Ok(()),
        None if !is_required => Ok(()),
        Some(iss) => {
            let iss: String = iss.chars().take(200).collect();
            Err(untrusted(format!("the answer is of issuer {iss:?}, expected {:?}", identity.config.issuer)))
        }
        None => Err(untrusted("the answer does not name its issuer, which the provider always does")),
    }
}

async fn exchange(
    services: &Services,
    identity: &Identity,
    secret: &FlowSecret,
    code: Code,
) -> Result<TokenAnswer, Fault> {
    let client = identity.client(&*identity.current(services).await?)?;
    let request =
        client.exchange_code(AuthorizationCode::new(code.into_text())).map_err(|fault| untrusted(fault.to_string()))?;
    let answer = request
        .set_pkce_verifier(PkceCodeVerifier::new(secret.derive("pkce")))
        .request_async(&identity.line(services, Exchange::Code))
        .await;
    answer.map_err(|fault| refused(fault, "the provider does not know the code any more"))
}

/// What an answer with a checked ID token comes to; `held` are the claims of a session that is refreshed.
pub(super) async fn granted(
    services: &Services,
    identity: &Identity,
    answer: &TokenAnswer,
    id: IdToken,
    (purpose, held): (Exchange, Option<&Claims>),
) -> Result<Grant, Fault> {
    let token = answer.access_token().secret();
    let access = identity.accompanying(services, token, &id.subject).await?;
    let userinfo = identity.userinfo(services, [&id.claims, &access], &id.subject, token, (purpose, held)).await?;
    let others = claims::merged(access, userinfo);
    let life = answer.expires_in().and_then(|life| Duration::try_from(life).ok()).unwrap_or(sessions::DEFAULT_LIFE);
    Ok(Grant {
        claims: claims::canonical(&identity.config, id.claims, others),
        subject: id.subject,
        sid: id.sid,
        tokens: Tokens { refresh: answer.refresh_token().map(|token| token.secret().clone()), id: id.raw },
        expires_at: services.clock.now() + life,
        authenticated_at: id.authenticated_at,
    })
}

async fn sign_in(
    services: &Services,
    identity: &Identity,
    grant: &Grant,
    started_at: OffsetDateTime,
    from: From<'_>,
) -> Result<SessionToken, Fault> {
    let mut transaction = services.pool.begin().await?;
    let origin = Origin { sid: grant.sid.as_deref(), subject: &grant.subject, started_at: Some(started_at) };
    logged_out::check(services, &mut transaction, &identity.config.issuer, &grant.claims, origin).await?;
    let vouched = identity.vouched(&grant.claims, from.request_id);
    let admission = provision::admit(services, &mut transaction, &vouched, Occasion::SignIn).await?;
    let user = match admission {
        Admission::Admitted(user) => user,
        Admission::Denied(denied) => {
            commit(transaction).await?;
            return Err(Fault::Denied(denied));
        }
    };
    let token = sessions::begin(services, &mut transaction, identity, user, grant, from.client).await?;
    if let Some(old) = &from.client.session {
        session::end(&mut transaction, old).await?;
    }
    finish_start(&mut transaction, from.client).await?;
    commit(transaction).await?;
    Ok(token)
}
