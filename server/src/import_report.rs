//! The report of the import from Keycloak as a file: the same lines as `bursar keycloak import --report`.

use crate::download;
use crate::state::AppState;
use app::paths;
use app::request::RequestInfo;
use axum::body::{Body, Bytes};
use axum::extract::{Query, Request, State};
use axum::response::Response;
use axum::{Extension, Router};
use domain::actor::Target;
use domain::error::Refusal;
use domain::import::{CSV_HEADER, ImportRun, ReportQuery, ReportRow, ReportTab};
use domain::page::Params;
use domain::permission::ViewIdentityProvider;
use futures_util::stream;
use services::exports::{self, Export};
use services::guard::{Caller, Can};
use services::keycloak::import;
use services::{Error, Services};
use uuid::Uuid;

/// One address, for users who are signed in.
pub fn routes(state: &AppState) -> Router<AppState> {
    download::route(state, paths::KEYCLOAK_IMPORT_CSV, download)
}

async fn download(
    State(state): State<AppState>,
    Query(pairs): Query<Vec<(String, String)>>,
    Extension(info): Extension<RequestInfo>,
    request: Request,
) -> Response {
    let query = ReportQuery::from_params(&mut Params::new(pairs));
    let services = state.services.clone();
    download::answer(&state, info, request, |caller| async move { file(&services, &caller, &query).await }).await
}

/// The header, then the rows, read as fast as the browser takes them. The first rows are read before the answer begins, so
/// that a database that fails is no file.
async fn file(services: &Services, caller: &Caller, query: &ReportQuery) -> Result<Response, Error> {
    let can: Can<ViewIdentityProvider> = caller.can(Target::Platform)?;
    let overview = import::overview(services, &can).await?;
    let run = query.of.map_or_else(|| overview.current(), |kind| overview.of(kind)).ok_or(Refusal::NotFound)?;
    let rows = import::report(services, run.id, query.tab, None).await?;
    exports::record(services, caller, Export::ImportReportCsv, query.to_params()).await?;
    let rest = Rest { services: services.clone(), import: run.id, tab: query.tab, rows };
    let lines = stream::try_unfold(rest, Rest::next);
    let header = stream::once(async { Ok::<_, Error>(Bytes::from_static(CSV_HEADER.as_bytes())) });
    Ok(download::csv(&file_name(run, query.tab), Body::from_stream(stream::StreamExt::chain(header, lines))))
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
