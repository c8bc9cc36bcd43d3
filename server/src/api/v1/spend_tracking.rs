//! Collecting what was spent through LiteLLM.

use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::permit::on_platform;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use services::jobs;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(collect))
}

/// What came of a collection.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Collected {
    /// In words.
    message: String,
    /// The same as numbers.
    data: CollectedRows,
}

/// What a collection added.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct CollectedRows {
    /// Events in the ledger: one for each customer that has spent something since the last collection.
    rows_inserted: usize,
}

/// Reads what the customers of the LiteLLM proxy have spent and adds what is new to the ledger. Called again, it adds nothing
/// that is there already.
#[utoipa::path(
    post,
    path = "/admin/spend-tracking/collect",
    operation_id = "collect_spend",
    tag = "analytics",
    responses(
        (status = OK, description = "What was added.", body = Collected),
        (status = FORBIDDEN, description = "The caller is no administrator."),
        (status = CONFLICT, description = "A collection is under way."),
        (status = BAD_GATEWAY, description = "LiteLLM refuses or does not answer."),
        (status = SERVICE_UNAVAILABLE, description = "Spend is not collected here."),
    ),
)]
async fn collect(State(state): State<AppState>, Asking(caller): Asking) -> Result<Json<Collected>, ApiError> {
    let added = jobs::collect_litellm(&state.services, &on_platform(&caller)?).await?;
    let message = match added {
        0 => "Nothing was spent since the last collection.".to_owned(),
        added => format!(
            "{} added to the ledger.",
            domain::count::counted(i64::try_from(added).unwrap_or(i64::MAX), "event")
        ),
    };
    Ok(Json(Collected { message, data: CollectedRows { rows_inserted: added } }))
}
