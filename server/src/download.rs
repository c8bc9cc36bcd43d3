//! What the addresses of files share: who is signed in, how a file is named, and how a refusal looks in a browser.

use crate::middleware::error_pages::{self, Problem};
use crate::middleware::{readiness, session};
use crate::state::AppState;
use app::error::PageError;
use app::next::NextPath;
use app::request::{RequestInfo, wants_page};
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router, extract::OriginalUri};
use domain::csv;
use domain::error::Refusal;
use futures_util::{StreamExt as _, stream};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::request::Parts;
use services::Error;
use services::guard::Caller;

/// The address of a file, for users who are signed in.
pub fn route<T: 'static>(state: &AppState, path: &str, file: impl Handler<T, AppState>) -> Router<AppState> {
    Router::new()
        .route(path, get(file))
        .layer(from_fn_with_state(state.clone(), session::read))
        .layer(from_fn_with_state(state.clone(), readiness::wait))
}

/// Answers with a file for the signed-in user; a browser gets a page where it is refused.
pub async fn answer<F>(
    state: &AppState,
    info: RequestInfo,
    request: Request,
    file: impl FnOnce(Caller) -> F,
) -> Response
where
    F: Future<Output = Result<Response, Error>>,
{
    let parts = request.into_parts().0;
    let Some(caller) = info.caller.filter(|caller| !caller.actor.password_change_due) else {
        return signed_out(&parts, info.request_id);
    };
    match file(caller).await {
        Ok(response) => response,
        Err(fault) => refuse(state, &parts, fault, info.request_id),
    }
}

/// A file of CSV, which no cache keeps. It begins with a byte order mark: without one, Excel reads "Müller" as "MÃ¼ller".
pub fn csv(name: &str, lines: Body) -> Response {
    let mark = stream::once(async { Ok(Bytes::from_static(csv::BYTE_ORDER_MARK.as_bytes())) });
    file("text/csv; charset=utf-8", name, Body::from_stream(mark.chain(lines.into_data_stream())))
}

/// A file of JSON lines, which no cache keeps.
pub fn json_lines(name: &str, lines: Body) -> Response {
    file("application/x-ndjson", name, lines)
}

fn file(content_type: &str, name: &str, body: Body) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

fn signed_out(parts: &Parts, request_id: String) -> Response {
    if wants_page(&parts.headers) {
        let address = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let next = address.path_and_query().and_then(|path| NextPath::parse(path.as_str())).unwrap_or_default();
        return Redirect::to(&next.through_sign_in()).into_response();
    }
    let error = PageError { refusal: Refusal::SignedOut, request_id: Some(request_id) };
    (StatusCode::UNAUTHORIZED, Json(error)).into_response()
}

fn refuse(state: &AppState, parts: &Parts, fault: Error, request_id: String) -> Response {
    let refusal = Refusal::from(fault);
    let problem = match &refusal {
        Refusal::Forbidden(_) => Problem::NO_ACCESS,
        Refusal::NotFound => Problem::NOT_FOUND,
        Refusal::Unavailable => Problem::NO_DATABASE,
        _ => Problem::FAULT,
    };
    if wants_page(&parts.headers) {
        return error_pages::page(state, &parts.headers, &parts.extensions, problem);
    }
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(PageError { refusal, request_id: Some(request_id) })).into_response()
}
