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
    if let Some(network) = refused_gateway(&request) {
        state.api_rate.count(Key::RefusedGateways(network), now(&state));
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
    let over = if names_gateway(&request) {
        let refused = rate.used_up(Key::RefusedGateways(network), now);
        refused.or_else(|| rate.count(Key::AllGateways(network), now).filter(|left| left.is_over))
    } else {
        rate.count(Key::All(network), now).filter(|left| left.is_over)
    };
    let Some(left) = over else { return next.run(request).await };
    let mut response = too_many(left);
    tell(left, &mut response);
    response
}

/// Whether its token looks like that of a gateway.
fn names_gateway(request: &Request) -> bool {
    bearer(request.headers()).is_some_and(GatewayToken::is_meant)
}

/// The network of a request with the token of a gateway that was refused.
fn refused_gateway(request: &Request) -> Option<Network> {
    let identity = request.extensions().get::<Identity>()?;
    (identity.gateway.is_err() && names_gateway(request)).then(|| network_of(identity))
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
