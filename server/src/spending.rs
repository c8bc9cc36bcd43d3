//! Spending as a file: every row of the breakdown on the screen, with exact amounts.

use crate::download;
use crate::state::AppState;
use app::paths;
use app::request::RequestInfo;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::response::Response;
use axum::{Extension, Router};
use domain::page::Params;
use domain::permission::ViewSpend;
use domain::spending::{SpendRow, SpendingQuery};
use services::exports::{self, Export};
use services::guard::Caller;
use services::views::{ReadScope, spending};

/// One address, for users who are signed in.
pub fn routes(state: &AppState) -> Router<AppState> {
    download::route(state, paths::SPENDING_CSV, download)
}

async fn download(
    State(state): State<AppState>,
    Query(pairs): Query<Vec<(String, String)>>,
    Extension(info): Extension<RequestInfo>,
    request: Request,
) -> Response {
    let query = SpendingQuery::from_params(&mut Params::new(pairs));
    let services = state.services.clone();
    let file = |caller: Caller| async move {
        let scope = ReadScope::<ViewSpend>::of(&caller)?;
        exports::record(&services, &caller, Export::SpendingCsv, query.to_params()).await?;
        let (days, rows) = spending::all_rows(&services, &scope, &query).await?;
        let lines = rows.iter().map(|row| row.csv(days));
        let text: String = std::iter::once(SpendRow::CSV_HEADER.to_owned()).chain(lines).collect();
        let name = format!("spending-by-{}-{}-{}.csv", query.by.key(), days.from, days.to);
        Ok(download::csv(&name, Body::from(text)))
    };
    download::answer(&state, info, request, file).await
}
