//! Who sends a request: from the header or the cookie to the user with the rights that hold now, or to the gateway.

use super::code::Code;
use super::error::ApiError;
use crate::middleware::peer;
use crate::middleware::request_id::RequestId;
use crate::middleware::session::SignedIn;
use crate::state::AppState;
use app::cookies::CookieName;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::id::GatewayId;
use http::HeaderMap;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::request::Parts;
use services::Services;
use services::authenticate::{self, AccessTokenRefused};
use services::budgets;
use services::client::{Client, DeviceToken, SessionToken};
use services::gateways::{self, GatewayToken, TokenRefused};
use services::guard::Caller;

/// The request's origin and, where it proved itself, the person behind it; among the request's extensions.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The caller; `None` without a session.
    pub caller: Option<Caller>,
    /// The session's secret, to end it by.
    pub token: Option<SessionToken>,
    /// Where the request came from.
    pub client: Client,
    /// The gateway that sent its token, or what to answer where one is required.
    pub gateway: Result<GatewayId, ApiError>,
    /// What to answer where a user has to be signed in.
    refused: ApiError,
}

/// What a request proves itself with.
enum Credential {
    None,
    Cookie(SessionToken),
    /// A session's secret as a Bearer token.
    Bearer(SessionToken),
    AccessToken(String),
    /// The token of a gateway, by its prefix.
    Gateway(String),
}

/// Whom a credential authenticates.
enum Authenticated {
    User(Actor),
    Gateway(GatewayId),
}

/// Puts an [`Identity`] into the request. What means nothing is as good as nothing.
pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let credential = match credential(request.headers()) {
        Ok(credential) => credential,
        Err(refused) => return refused.into_response(),
    };
    let headers = request.headers();
    let client = Client {
        address: peer::client(&state.web, request.extensions(), headers).map(|address| address.to_string()),
        device: CookieName::Device.read(headers).and_then(DeviceToken::from_cookie),
        user_agent: headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned),
        is_program: true,
        session: match &credential {
            Credential::Cookie(token) => Some(token.clone()),
            Credential::None | Credential::Bearer(_) | Credential::AccessToken(_) | Credential::Gateway(_) => None,
        },
    };
    let (actor, gateway, refused) = match authenticate(&state.services, &credential, &client).await {
        Ok(Ok(Authenticated::User(actor))) => {
            (Some(actor), Err(no_gateway(&credential)), ApiError::from(Refusal::SignedOut))
        }
        Ok(Ok(Authenticated::Gateway(gateway))) => {
            let refused =
                ApiError::invalid_token("The token of a gateway opens the addresses below /v1/gateway alone.")
                    .helped(authenticate::help(&state.services));
            (None, Ok(gateway), refused)
        }
        Ok(Err(refused)) => {
            let of_gateway = matches!(credential, Credential::Gateway(_));
            let gateway = if of_gateway { refused.clone() } else { no_gateway(&credential) };
            (None, Err(gateway), refused)
        }
        Err(fault) => return ApiError::from(fault).into_response(),
    };
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let signed_in = actor.as_ref().map(|actor| SignedIn(actor.user_id));
    let sent_bearer = matches!(credential, Credential::Bearer(_) | Credential::AccessToken(_));
    let token = match credential {
        Credential::None | Credential::Gateway(_) => None,
        Credential::Cookie(token) | Credential::Bearer(token) => Some(token),
        Credential::AccessToken(token) => Some(SessionToken::derived(&token)),
    };
    let identity = Identity {
        caller: actor.map(|actor| Caller { actor, request_id, sent_bearer }),
        token,
        client,
        gateway,
        refused,
    };
    request.extensions_mut().insert(identity);
    let mut response = next.run(request).await;
    if let Some(signed_in) = signed_in {
        response.extensions_mut().insert(signed_in);
    }
    response
}

/// The user or the gateway behind a credential, or the answer for where one is required.
async fn authenticate(
    services: &Services,
    credential: &Credential,
    client: &Client,
) -> Result<Result<Authenticated, ApiError>, services::Error> {
    let (token, refused) = match credential {
        Credential::Gateway(token) => return gateway(services, token).await,
        Credential::AccessToken(token) => {
            let authenticated = authenticate::by_access_token(services, token, client).await?;
            return Ok(authenticated.map(Authenticated::User).map_err(|refused| match refused {
                AccessTokenRefused::Token { reason, help } => ApiError::invalid_token(&reason).helped(help),
                AccessTokenRefused::Unreachable => ApiError::no_provider(),
            }));
        }
        Credential::None => return Ok(Err(ApiError::from(Refusal::SignedOut).helped(authenticate::help(services)))),
        Credential::Cookie(token) => (token, ApiError::from(Refusal::SignedOut)),
        Credential::Bearer(token) => {
            (token, ApiError::invalid_token("The token is unknown, or its session has ended."))
        }
    };
    let actor = authenticate::by_session(services, token).await?;
    Ok(actor.map(Authenticated::User).ok_or_else(|| refused.helped(authenticate::help(services))))
}

/// The gateway behind a token.
async fn gateway(services: &Services, token: &str) -> Result<Result<Authenticated, ApiError>, services::Error> {
    let reason = match gateways::authenticate(services, token).await {
        Ok(Ok(gateway)) => return Ok(Ok(Authenticated::Gateway(gateway))),
        Ok(Err(TokenRefused::Unknown)) => "No gateway has this token.",
        Ok(Err(TokenRefused::Expired)) => "The token of the gateway has expired.",
        Ok(Err(TokenRefused::Revoked)) => "The gateway was revoked.",
        Err(services::Error::Refused(Refusal::NotFound)) => "There are no gateways: budgets are not kept by Bursar.",
        Err(fault) => return Err(fault),
    };
    Ok(Err(ApiError::invalid_token(reason).helped(GATEWAY_HELP)))
}

/// What a gateway has to send.
const GATEWAY_HELP: &str = "Send `Authorization: Bearer bursar_gw_...`. A maintainer creates gateways under \
                            Administration, Gateways.";

/// The answer to another credential where a gateway is required.
fn no_gateway(credential: &Credential) -> ApiError {
    match credential {
        Credential::None | Credential::Cookie(_) => ApiError::from(Refusal::SignedOut),
        _ => ApiError::invalid_token("This token is not that of a gateway."),
    }
    .helped(GATEWAY_HELP)
}

/// A Bearer token or a session cookie, never both. Any other kind of `Authorization` counts as none.
fn credential(headers: &HeaderMap) -> Result<Credential, ApiError> {
    let cookie = CookieName::Session.read(headers);
    match (bearer(headers), cookie) {
        (Some(_), Some(_)) => Err(ApiError::new(Code::AmbiguousAuthentication, "Ambiguous authentication")
            .helped("Send either a Bearer token or the session cookie.")),
        (Some(token), None) if GatewayToken::is_meant(token) => Ok(Credential::Gateway(token.to_owned())),
        (Some(token), None) => Ok(SessionToken::from_cookie(token)
            .map_or_else(|| Credential::AccessToken(token.to_owned()), Credential::Bearer)),
        (None, Some(cookie)) => Ok(SessionToken::from_cookie(cookie).map_or(Credential::None, Credential::Cookie)),
        (None, None) => Ok(Credential::None),
    }
}

/// The Bearer token of a request, where there is one and no other.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (kind, token) = values.next()?.to_str().ok()?.split_once(' ')?;
    let is_only = values.next().is_none();
    (is_only && kind.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

/// Refuses requests without a session.
pub async fn require(request: Request, next: Next) -> Response {
    match caller_of(request.extensions()) {
        Err(refused) => refused.into_response(),
        Ok(_) => next.run(request).await,
    }
}

/// Refuses requests without a session, and of users who have a one-time password to change first.
pub async fn require_own_password(request: Request, next: Next) -> Response {
    match caller_of(request.extensions()) {
        Err(refused) => refused.into_response(),
        Ok(caller) if caller.actor.password_change_due => ApiError::from(Refusal::PasswordChangeDue).into_response(),
        Ok(_) => next.run(request).await,
    }
}

/// Refuses requests that no gateway sent. Where there are no gateways, the address does not exist.
pub async fn require_gateway(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Err(refusal) = budgets::switched_on(&state.services) {
        return ApiError::from(refusal).into_response();
    }
    match gateway_of(request.extensions()) {
        Err(refused) => refused.into_response(),
        Ok(_) => next.run(request).await,
    }
}

fn gateway_of(extensions: &http::Extensions) -> Result<GatewayId, ApiError> {
    let Some(identity) = extensions.get::<Identity>() else { return Err(Refusal::SignedOut.into()) };
    identity.gateway.clone()
}

/// The gateway that sent the request, for a handler.
#[derive(Clone, Copy, Debug)]
pub struct ByGateway(pub GatewayId);

impl<S: Send + Sync> FromRequestParts<S> for ByGateway {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        gateway_of(&parts.extensions).map(Self)
    }
}

fn caller_of(extensions: &http::Extensions) -> Result<Caller, ApiError> {
    let Some(identity) = extensions.get::<Identity>() else { return Err(Refusal::SignedOut.into()) };
    identity.caller.clone().ok_or_else(|| identity.refused.clone())
}

/// The person who asks, for a handler.
#[derive(Clone, Debug)]
pub struct Asking(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Asking {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        caller_of(&parts.extensions).map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(|| Refusal::Internal.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(lines: &[(&'static str, &str)]) -> &'static str {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header"));
        }
        match credential(&headers) {
            Err(_) => "ambiguous",
            Ok(Credential::None) => "none",
            Ok(Credential::Cookie(_)) => "cookie",
            Ok(Credential::Bearer(_)) => "bearer",
            Ok(Credential::AccessToken(_)) => "access token",
            Ok(Credential::Gateway(_)) => "gateway",
        }
    }

    #[test]
    fn a_token_or_a_cookie_but_not_both() {
        let token = "a".repeat(43);
        let bearer = format!("Bearer {token}");
        let cookie = format!("__Host-bursar={token}");
        assert_eq!(kind(&[("authorization", &bearer)]), "bearer");
        assert_eq!(kind(&[("authorization", &bearer.replace("Bearer", "bearer"))]), "bearer");
        assert_eq!(kind(&[("cookie", &cookie)]), "cookie");
        assert_eq!(kind(&[("authorization", &bearer), ("cookie", &cookie)]), "ambiguous");
        assert_eq!(kind(&[("authorization", "Bearer a.b.c")]), "access token");
        let gateway = format!("Bearer bursar_gw_{token}");
        assert_eq!(kind(&[("authorization", &gateway)]), "gateway");
        assert_eq!(kind(&[("authorization", &gateway), ("cookie", &cookie)]), "ambiguous");
    }

    #[test]
    fn another_kind_of_authorization_counts_as_none() {
        let cookie = format!("__Host-bursar={}", "a".repeat(43));
        assert_eq!(kind(&[("authorization", "Basic YTpi")]), "none");
        assert_eq!(kind(&[("authorization", "dev-codemie-user")]), "none");
        assert_eq!(kind(&[("authorization", "Basic YTpi"), ("cookie", &cookie)]), "cookie");
        assert_eq!(kind(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]), "none");
    }
}
