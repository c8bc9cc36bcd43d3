//! Addresses of the sign-in through an identity provider: authorization redirect, callback, sign-out at the provider, and
//! back-channel logout.

mod sign_out;

use crate::middleware::body_limit::LARGEST_FORM;
use crate::middleware::error_pages::{self, Problem};
use crate::middleware::{body_limit, readiness, session};
use crate::state::AppState;
use app::cookies::{self, CookieName};
use app::next::NextPath;
use app::paths;
use app::request::RequestInfo;
use axum::extract::{Form, Query, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use cookie::Cookie;
use domain::denial::Denied;
use domain::error::Refusal;
use domain::flash::Flash;
use http::{HeaderMap, StatusCode};
use oidc_client::Error as ProtocolError;
use serde::Deserialize;
use services::forms;
use services::identity::Fault;
use services::identity::flow::{self, AuthorizationRedirect, CallbackContext, CallbackParams, FlowSecret, Purpose};
use services::identity::logout::{self, BACK_CHANNEL};

/// There are no such addresses with local accounts.
pub fn routes(state: &AppState) -> Router<AppState> {
    if state.services.identity().is_none() {
        return Router::new();
    }
    let browsers = Router::new()
        .route(paths::SIGN_IN_THROUGH_PROVIDER, get(sign_in))
        .route(flow::REAUTHENTICATE, get(reauthenticate))
        .route(flow::CALLBACK, get(callback))
        .route(paths::SIGN_OUT_AT_PROVIDER, get(sign_out::at_provider))
        .layer(from_fn_with_state(state.clone(), session::read));
    // The provider is no browser and has neither cookies nor an origin: the token it sends is what counts.
    let provider = Router::new().route(BACK_CHANNEL, post(back_channel)).layer(body_limit::cut::<LARGEST_FORM>());
    browsers.merge(provider).layer(from_fn_with_state(state.clone(), readiness::wait))
}

#[derive(Deserialize)]
struct SignInQuery {
    next: Option<String>,
}

impl SignInQuery {
    fn next(&self) -> NextPath {
        self.next.as_deref().and_then(NextPath::parse).unwrap_or_default()
    }
}

async fn sign_in(
    State(state): State<AppState>,
    Query(query): Query<SignInQuery>,
    Extension(info): Extension<RequestInfo>,
    request: Request,
) -> Response {
    let (next, cookie) = (query.next(), flow_cookie(request.headers()));
    match flow::begin_authorization(&state.services, Purpose::SignIn, cookie, next.as_str(), &info.client).await {
        Ok(redirect) => send_to_provider(redirect),
        // The sign-in page says what is wrong, and since when.
        Err(Fault::Protocol(ProtocolError::Unreachable(_))) => Redirect::to(&next.through_sign_in()).into_response(),
        Err(fault) => refuse(&state, &request.into_parts().0, fault),
    }
}

async fn reauthenticate(
    State(state): State<AppState>,
    Query(query): Query<SignInQuery>,
    Extension(info): Extension<RequestInfo>,
    request: Request,
) -> Response {
    let next = query.next();
    let Some(caller) = info.caller else { return Redirect::to(&next.through_sign_in()).into_response() };
    let (purpose, cookie) = (Purpose::Reauthenticate(caller.actor.session_id), flow_cookie(request.headers()));
    match flow::begin_authorization(&state.services, purpose, cookie, next.as_str(), &info.client).await {
        Ok(redirect) => send_to_provider(redirect),
        Err(fault) => refuse(&state, &request.into_parts().0, fault),
    }
}

/// The secret of a browser that began a sign-in, in this tab or in another one.
fn flow_cookie(headers: &HeaderMap) -> Option<FlowSecret> {
    CookieName::SignIn.read(headers).and_then(FlowSecret::from_cookie)
}

fn send_to_provider(redirect: AuthorizationRedirect) -> Response {
    with_cookie(Redirect::to(&redirect.url), &cookies::sign_in(&redirect.secret))
}

#[derive(Deserialize)]
struct CallbackQuery {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn callback(
    State(state): State<AppState>,
    Query(CallbackQuery { code, state: flow_state, iss, error, error_description }): Query<CallbackQuery>,
    Extension(info): Extension<RequestInfo>,
    request: Request,
) -> Response {
    let parts = request.into_parts().0;
    let cookie = flow_cookie(&parts.headers);
    let next = services::identity::destination(&state.services, flow_state.as_deref());
    let next = next.as_deref().and_then(NextPath::parse).unwrap_or_default();
    let params = CallbackParams { code, state: flow_state, iss, error, error_description };
    let context = CallbackContext { client: &info.client, request_id: &info.request_id };
    match flow::complete_authorization(&state.services, cookie, params, context).await {
        Ok(signed_in) => {
            let session = cookies::session(&signed_in.token, state.services.settings().session_life);
            forget(with_cookie(Redirect::to(&signed_in.next), &session))
        }
        Err(Fault::Denied(denied)) => forget(turn_away(&state, &parts, *denied).await),
        Err(fault @ Fault::ProviderSignInOver) => go_on(&info, &next, &fault, next.through_provider()),
        Err(fault @ Fault::Protocol(ProtocolError::Stale(_))) => {
            go_on(&info, &next, &fault, next.through_new_sign_in())
        }
        Err(fault) => refuse(&state, &parts, fault),
    }
}

/// Answers a callback of a sign-in that is not open any more: loaded again, too late, or over at the provider. A user who
/// is signed in goes on to where they were going, another one to `sign_in`.
fn go_on(info: &RequestInfo, next: &NextPath, fault: &Fault, sign_in: String) -> Response {
    let is_signed_in = info.caller.is_some();
    tracing::info!(%fault, is_signed_in, "a callback belongs to no open sign-in");
    Redirect::to(if is_signed_in { next.as_str() } else { &sign_in }).into_response()
}

/// Leads to the page that says why; what it says is read once, as what forms leave.
async fn turn_away(state: &AppState, parts: &http::request::Parts, denied: Denied) -> Response {
    match forms::keep(&state.services, None, &Flash::Denied(Box::new(denied))).await {
        Ok(kept) => with_cookie(Redirect::to(paths::TURNED_AWAY), &cookies::flash(&kept)),
        Err(fault) => refuse(state, parts, fault.into()),
    }
}

fn refuse(state: &AppState, parts: &http::request::Parts, fault: Fault) -> Response {
    tracing::warn!(%fault, "a sign-in through the identity provider failed");
    let problem = match fault {
        Fault::Denied(_) | Fault::ProviderSignInOver => Problem::SIGN_IN_DECLINED,
        Fault::Protocol(error) => match error {
            ProtocolError::Declined(_) | ProtocolError::Stale(_) => Problem::SIGN_IN_DECLINED,
            ProtocolError::Untrusted(_) => Problem::SIGN_IN_UNTRUSTED,
            ProtocolError::TooLarge(_) => Problem::TOKEN_TOO_LARGE,
            ProtocolError::Unreachable(_) => Problem::NO_PROVIDER,
        },
        Fault::Services(fault) => match Refusal::from(fault) {
            Refusal::Unavailable => Problem::NO_DATABASE,
            Refusal::TooMany(_) => Problem::TOO_MANY_SIGN_INS,
            _ => Problem::FAULT,
        },
    };
    error_pages::page(state, &parts.headers, &parts.extensions, problem)
}

/// The secret is used up.
fn forget(response: Response) -> Response {
    with_cookie(response, &CookieName::SignIn.remove())
}

fn with_cookie(answer: impl IntoResponse, cookie: &Cookie<'_>) -> Response {
    let mut response = answer.into_response();
    cookies::append(response.headers_mut(), cookie);
    response
}

#[derive(Deserialize)]
struct LogoutForm {
    logout_token: String,
}

/// Answers as OpenID Connect Back-Channel Logout 1.0, section 2.8, says.
async fn back_channel(State(state): State<AppState>, Form(form): Form<LogoutForm>) -> Response {
    let refused = |status: StatusCode, what: &str| {
        let body = serde_json::json!({ "error": "invalid_request", "error_description": what });
        (status, Json(body)).into_response()
    };
    match logout::back_channel(&state.services, &form.logout_token).await {
        Ok(ended) => {
            tracing::info!(ended, "the identity provider signed a user out");
            StatusCode::OK.into_response()
        }
        Err(fault @ Fault::Services(_)) => {
            tracing::error!(%fault, "a logout token could not be obeyed");
            refused(StatusCode::SERVICE_UNAVAILABLE, "try again later")
        }
        Err(fault) => {
            tracing::warn!(%fault, "refused a logout token");
            refused(StatusCode::BAD_REQUEST, "the logout token was refused")
        }
    }
}
