//! Who asks: from the session cookie to the person, with the rights that hold now.

use super::error_pages::{self, Problem};
use super::request_id::RequestId;
use super::{peer, transport};
use crate::state::AppState;
use app::cookies::CookieName;
use app::request::RequestInfo;
use app::theme::Theme;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::error::Refusal;
use domain::id::UserId;
use http::header::USER_AGENT;
use services::authenticate;
use services::client::{Client, DeviceToken, SessionToken};
use services::forms::FlashCookie;
use services::guard::Caller;
use services::handover::HandoverToken;
use services::submission::FormKey;

/// Who was signed in, among the extensions of the answer; for the log.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn(pub UserId);

/// Puts a [`RequestInfo`] into the request. A cookie that means nothing is as good as none.
pub async fn read(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let token = CookieName::Session.read(headers).and_then(SessionToken::from_cookie);
    let actor = match &token {
        Some(token) => authenticate::by_session(&state.services, token).await,
        None => Ok(None),
    };
    let actor = match actor.map_err(Refusal::from) {
        Ok(actor) => actor,
        Err(refusal) => {
            let problem = if refusal == Refusal::Unavailable { Problem::NO_DATABASE } else { Problem::FAULT };
            return error_pages::page(&state, headers, request.extensions(), problem);
        }
    };
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let signed_in = actor.as_ref().map(|actor| SignedIn(actor.user_id));
    let info = RequestInfo {
        caller: actor.map(|actor| Caller { actor, request_id: request_id.clone(), sent_bearer: false }),
        request_id,
        session_token: token.clone(),
        client: Client {
            address: peer::client(&state.web, request.extensions(), headers).map(|address| address.to_string()),
            user_agent: headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).map(str::to_owned),
            device: CookieName::Device.read(headers).and_then(DeviceToken::from_cookie),
            is_program: false,
            session: token,
        },
        theme: CookieName::Theme.read(headers).map(Theme::parse).unwrap_or_default(),
        flash_cookie: CookieName::Flash.read(headers).and_then(FlashCookie::from_cookie),
        kept_form: CookieName::KeptForm.read(headers).map(str::to_owned),
        handover_token: CookieName::Handover.read(headers).and_then(HandoverToken::from_cookie),
        form_key: FormKey::make(&state.services),
        assets: state.assets.clone(),
        plain_http: transport::plain_http(state.web.public_url.as_ref(), request.uri(), headers),
    };
    request.extensions_mut().insert(info);
    let mut response = next.run(request).await;
    if let Some(signed_in) = signed_in {
        response.extensions_mut().insert(signed_in);
    }
    response
}
