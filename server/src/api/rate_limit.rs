//! The limits of requests, in the headers that API clients know (`draft-ietf-httpapi-ratelimit-headers`, in the three
//! fields in use).

use super::auth::{Identity, bearer};
use super::error::ApiError;
use crate::middleware::peer;
use crate::rate_limit::{Key, Left, Network, network};
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue};
use services::gateways::GatewayToken;

/// Refuses what is beyond the limit of a user or a gateway, and says on every answer how much is left.
pub async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(identity) = request.extensions().get::<Identity>().filter(|identity| identity.gateway.is_err()) {
        count_refused(&state, gateway_token(&request), network_of(identity));
    }
    let Some(left) = state.api_rate.count(key(&request), now(&state)) else { return next.run(request).await };
    let mut response = if left.is_over { too_many(left) } else { next.run(request).await };
    tell(left, &mut response);
    response
}

/// Refuses what is beyond the limit of a network, before a token costs a signature and a look-up. Gateways share a higher
/// limit, so the refused tokens among theirs have one of their own.
pub async fn limit_network(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let network = network(peer::client(&state.web, request.extensions(), request.headers()));
    let (rate, now) = (&state.api_rate, now(&state));
    let over = if let Some(token) = gateway_token(&request) {
        let refused = rate.used_up(&Key::RefusedTokens(network), now);
        let refused = refused.or_else(|| rate.used_up(&Key::RefusedToken(token.hash()), now));
        refused.or_else(|| rate.count(Key::AllGateways(network), now).filter(|left| left.is_over))
    } else {
        rate.count(Key::All(network), now).filter(|left| left.is_over)
    };
    let Some(left) = over else { return next.run(request).await };
    let mut response = too_many(left);
    tell(left, &mut response);
    response
}

/// A gateway may send a token that has expired again and again, and shuts out no other gateway of its network: of a
/// network the tokens are counted, not the requests.
fn count_refused(state: &AppState, token: Option<GatewayToken>, network: Network) {
    let (rate, now) = (&state.api_rate, now(state));
    let of_token = token.and_then(|token| rate.count(Key::RefusedToken(token.hash()), now));
    if of_token.is_some_and(|left| left.remaining + 1 == left.limit) {
        rate.count(Key::RefusedTokens(network), now);
    }
}

/// The token of a gateway that it has, if one may have been issued here: no other is looked up.
fn gateway_token(request: &Request) -> Option<GatewayToken> {
    bearer(request.headers()).and_then(GatewayToken::parse)
}

fn network_of(identity: &Identity) -> Network {
    network(identity.client.address.as_ref().and_then(|address| address.parse().ok()))
}

fn now(state: &AppState) -> i64 {
    state.services.clock().now().unix_timestamp()
}

fn too_many(left: Left) -> Response {
    ApiError::too_many(left.seconds).into_response()
}

fn tell(left: Left, response: &mut Response) {
    let headers = response.headers_mut();
    for (name, number) in [
        ("ratelimit-limit", u64::from(left.limit)),
        ("ratelimit-remaining", left.remaining.into()),
        ("ratelimit-reset", left.seconds),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
    }
}

fn key(request: &Request) -> Key {
    let identity = request.extensions().get::<Identity>();
    match identity.map(|identity| (identity.caller.as_ref(), &identity.gateway)) {
        Some((Some(caller), _)) => Key::User(caller.actor.user_id),
        Some((None, Ok(gateway))) => Key::Gateway(*gateway),
        Some((None, Err(_))) | None => Key::Anonymous(identity.and_then(network_of)),
    }
}
