//! The report of the import from Keycloak as a file: the same lines as `bursar keycloak import --report`.

use crate::middleware::error_pages::{self, Problem};
use crate::middleware::{readiness, session};
use crate::state::AppState;
use app::error::PageError;
use app::next::NextPath;
use app::paths;
use app::request::{RequestInfo, wants_page};
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, Query, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use domain::actor::Target;
use domain::error::Refusal;
use domain::import::{CSV_HEADER, ImportRun, ReportQuery, ReportRow, ReportTab};
use domain::page::Params;
use domain::permission::ViewIdentityProvider;
use futures_util::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use services::guard::{Caller, Can};
use services::keycloak::import;
use services::{Error, Services};
use uuid::Uuid;

/// One address, for users who are signed in.
pub fn routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route(paths::KEYCLOAK_IMPORT_CSV, get(download))
        .layer(from_fn_with_state(state.clone(), session::read))
        .layer(from_fn_with_state(state.clone(), readiness::wait))
}

async fn download(
    State(state): State<AppState>,
    Query(pairs): Query<Vec<(String, String)>>,
    OriginalUri(address): OriginalUri,
    Extension(info): Extension<RequestInfo>,
    request: Request,
) -> Response {
    let parts = request.into_parts().0;
    let Some(caller) = info.caller.filter(|caller| !caller.actor.password_change_due) else {
        let next = address.path_and_query().and_then(|path| NextPath::parse(path.as_str())).unwrap_or_default();
        return signed_out(&parts.headers, &next, info.request_id);
    };
    match file(&state.services, &caller, &ReportQuery::from_params(&mut Params::new(pairs))).await {
        Ok(response) => response,
        Err(fault) => refuse(&state, &parts, fault, info.request_id),
    }
}

/// The header, then the rows, read as fast as the browser takes them. The first rows are read before the answer begins, so
/// that a database that fails is no file.
async fn file(services: &Services, caller: &Caller, query: &ReportQuery) -> Result<Response, Error> {
    let can: Can<ViewIdentityProvider> = caller.can(Target::Platform)?;
    let overview = import::overview(services, &can).await?;
    let run = query.of.map_or_else(|| overview.current(), |kind| overview.of(kind)).ok_or(Refusal::NotFound)?;
    let rows = import::report(services, run.id, query.tab, None).await?;
    let rest = Rest { services: services.clone(), import: run.id, tab: query.tab, rows };
    let lines = stream::try_unfold(rest, Rest::next);
    let header = stream::once(async { Ok::<_, Error>(Bytes::from_static(CSV_HEADER.as_bytes())) });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file_name(run, query.tab))),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(stream::StreamExt::chain(header, lines))).into_response())
}

fn file_name(run: &ImportRun, tab: Option<ReportTab>) -> String {
    let tab = tab.map_or_else(String::new, |tab| format!("-{}", tab.key()));
    format!("keycloak-{}-{}{tab}.csv", run.progress.kind.key(), run.progress.started_at.date())
}

/// What is not sent yet.
struct Rest {
    services: Services,
    import: Uuid,
    tab: Option<ReportTab>,
    rows: Vec<ReportRow>,
}

impl Rest {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Error> {
        let Some(last) = self.rows.last().map(|row| row.place) else { return Ok(None) };
        let lines: String = self.rows.iter().map(ReportRow::csv).collect();
        self.rows = import::report(&self.services, self.import, self.tab, Some(last)).await?;
        Ok(Some((lines.into(), self)))
    }
}

fn signed_out(headers: &HeaderMap, next: &NextPath, request_id: String) -> Response {
    if wants_page(headers) {
        return Redirect::to(&next.through_sign_in()).into_response();
    }
    let error = PageError { refusal: Refusal::SignedOut, request_id: Some(request_id) };
    (StatusCode::UNAUTHORIZED, Json(error)).into_response()
}

fn refuse(state: &AppState, parts: &http::request::Parts, fault: Error, request_id: String) -> Response {
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
