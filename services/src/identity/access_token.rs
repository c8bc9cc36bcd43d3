//! Access tokens: those that programs send us, and the one that came with a sign-in.
//!
//! A program's token is checked when it is first seen; from then on it is the secret of a session that ends with it.
//! So everything that holds for sessions holds for programs: rights are read on every request, changes name the session,
//! and whoever is deactivated or signed out by the provider is out at once.

use super::contact::Purpose;
use super::fault::{Fault, untrusted};
use super::logged_out::{self, Origin};
use super::seal::Tokens;
use super::sessions::{self, Grant, SignedText};
use super::signed::{Claims, Signed, check_size, is_for, seconds, shown};
use super::{Identity, claims};
use crate::Services;
use crate::change::commit;
use crate::client::{Client, SessionToken};
use crate::provision::{self, Admission, Occasion};
use crate::session;
use domain::provider::ProviderKind;
use serde_json::{Map, Value};

/// Who sent a token, as the provider vouches for them.
#[derive(Clone, Debug)]
pub struct VerifiedToken {
    /// Its issuer.
    pub issuer: String,
    /// Whom it is about.
    pub subject: String,
    /// Claims in the shape that every part of the console reads.
    pub claims: Map<String, Value>,
}

/// Checks the access token of a program: signature, issuer, times, that it is an access token, and that it is for us.
///
/// # Errors
/// [`Fault::Untrusted`] or [`Fault::TooLarge`] saying what is wrong with it, [`Fault::Unreachable`] when the provider's
/// keys cannot be read.
pub async fn verify(services: &Services, token: &str) -> Result<VerifiedToken, Fault> {
    let identity = services.identity.as_ref().ok_or_else(|| untrusted("Bursar has no identity provider"))?;
    check_size(token)?;
    let claims = identity.access_claims(services, token).await?;
    let subject = text(&claims, "sub").ok_or_else(|| untrusted("it names nobody"))?.to_owned();
    let userinfo = identity.userinfo(services, [&claims, &Claims::new()], &subject, token, (Purpose::Code, None)).await;
    let others = userinfo.or_else(|fault| match fault {
        // A token without the scope openid opens nothing there, and may still be all that a known user needs.
        Fault::Declined(why) => {
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
    let expires_at = seconds(&verified.claims, "exp").ok_or_else(|| untrusted("it never expires"))?;
    let sid = text(&verified.claims, "sid").map(str::to_owned);
    let mut transaction = services.pool.begin().await?;
    let origin = Origin { sid: sid.as_deref(), subject: &verified.subject, started_at: None };
    logged_out::check(services, &mut transaction, &verified.issuer, &verified.claims, origin).await?;
    let signed_text = SignedText::of(token);
    if signed_text.is_revoked(&mut transaction, &verified).await? {
        return Err(Fault::Stale("its session was revoked"));
    }
    let vouched = identity.vouched(&verified.claims, "");
    let admission = provision::admit(services, &mut transaction, &vouched, Occasion::Refresh).await?;
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
    /// The claims of an access token that is for us.
    pub(super) async fn access_claims(&self, services: &Services, token: &str) -> Result<Claims, Fault> {
        let Signed { claims, kind, .. } = self.signed(services, token).await?;
        if seconds(&claims, "exp").is_none() {
            return Err(untrusted("it never expires"));
        }
        check_kind(self.config.kind, kind.as_deref(), &claims).map_err(untrusted)?;
        let client = self.config.client_id.as_str();
        // Keycloak names its client as the authorised party and, without a mapper, no audience.
        let is_ours = self.config.kind == ProviderKind::Keycloak && text(&claims, "azp") == Some(client);
        if is_ours || is_for(&claims, client) {
            return Ok(claims);
        }
        Err(untrusted(format!("its audience (aud) is {}, expected {client}", shown(claims.get("aud")))))
    }
}

impl Identity {
    /// The claims of the access token that came with an ID token of Keycloak; elsewhere it is not ours to read.
    ///
    /// A token that could not be read for a reason outside it is a fault: without it roles would seem revoked.
    pub(super) async fn accompanying(&self, services: &Services, token: &str, subject: &str) -> Result<Claims, Fault> {
        if self.config.kind != ProviderKind::Keycloak {
            return Ok(Claims::new());
        }
        match self.access_claims(services, token).await {
            Ok(claims) if text(&claims, "sub") == Some(subject) => Ok(claims),
            Ok(_) => Ok(Claims::new()),
            Err(Fault::Untrusted(why)) => {
                tracing::warn!(why, "the access token that came with an ID token is not used");
                Ok(Claims::new())
            }
            Err(fault) => Err(fault),
        }
    }
}

/// How tokens of Entra ID's version 1.0 begin their issuer.
const ENTRA_V1_ISSUER: &str = "https://sts.windows.net/";

/// Tells access tokens of users from ID tokens, which look alike and are no permission to call anything, and from those
/// that an application was given for itself.
fn check_kind(provider: ProviderKind, kind: Option<&str>, claims: &Claims) -> Result<(), String> {
    let (is_right, expected) = match provider {
        ProviderKind::Keycloak => (text(claims, "typ") == Some("Bearer"), "the claim typ with Bearer"),
        ProviderKind::Entra if text(claims, "idtyp") == Some("app") || is_of_application(claims) => {
            return Err("it is the token of an application (client credentials), not of a user".to_owned());
        }
        ProviderKind::Entra => (claims.contains_key("scp") && !claims.contains_key("nonce"), "the claim scp"),
        ProviderKind::Oidc => (false, "the header typ with at+jwt (RFC 9068)"),
    };
    if is_right || kind == Some("at+jwt") {
        return Ok(());
    }
    Err(format!("it is not an access token: those of this provider have {expected}"))
}

/// Entra ID gives applications roles and no scopes, and marks ID tokens with a nonce.
fn is_of_application(claims: &Claims) -> bool {
    claims.contains_key("roles") && !claims.contains_key("scp") && !claims.contains_key("nonce")
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_token_is_no_access_token() {
        let claims = |value: Value| value.as_object().cloned().expect("an object");
        let is = |provider, kind, value| check_kind(provider, kind, &claims(value)).is_ok();
        assert!(is(ProviderKind::Oidc, Some("at+jwt"), json!({})));
        assert!(!is(ProviderKind::Oidc, Some("jwt"), json!({ "scope": "openid" })));
        assert!(is(ProviderKind::Keycloak, Some("jwt"), json!({ "typ": "Bearer" })));
        for typ in ["ID", "Refresh", "Logout", "Offline"] {
            assert!(!is(ProviderKind::Keycloak, Some("jwt"), json!({ "typ": typ })), "{typ}");
        }
        assert!(is(ProviderKind::Entra, Some("jwt"), json!({ "scp": "access" })));
        assert!(!is(ProviderKind::Entra, Some("jwt"), json!({ "scp": "access", "nonce": "n" })));
        assert!(!is(ProviderKind::Entra, Some("jwt"), json!({})));
    }

    #[test]
    fn entra_token_of_an_application_is_told_from_an_id_token() {
        let why = |value: Value| {
            let claims = value.as_object().cloned().expect("an object");
            check_kind(ProviderKind::Entra, Some("jwt"), &claims).expect_err("no access token of a user")
        };
        for of_application in [json!({ "idtyp": "app" }), json!({ "roles": ["Bursar.Read"] })] {
            assert!(why(of_application).contains("an application"));
        }
        assert!(why(json!({ "roles": ["developer"], "nonce": "n" })).contains("not an access token"));
    }
}
