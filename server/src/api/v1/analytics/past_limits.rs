//! Users who reached a limit.

use super::params::{TableParams, TableQuery};
use super::table::{Table, amounts, words};
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::api::wire::SignedAmount;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::permission::ViewSpend;
use serde::Serialize;
use services::guard::Caller;
use services::views::ReadScope;
use services::views::spending::{Limit, past_limit};
use utoipa::ToSchema;

/// A user who reached a limit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserPastLimit {
    /// The address.
    user_email: String,
    /// The most that was spent in one window.
    max_spent: SignedAmount,
}

/// Users who reached a soft limit in a window of these days.
#[utoipa::path(
    get,
    path = "/analytics/budget-soft-limit",
    operation_id = "get_budget_soft_limit",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The table.", body = Table<UserPastLimit>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn soft(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<UserPastLimit>>, ApiError> {
    past(&state, &caller, params, Limit::Soft).await
}

/// Users who reached a hard limit in a window of these days.
#[utoipa::path(
    get,
    path = "/analytics/budget-hard-limit",
    operation_id = "get_budget_hard_limit",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The table.", body = Table<UserPastLimit>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn hard(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<UserPastLimit>>, ApiError> {
    past(&state, &caller, params, Limit::Hard).await
}

async fn past(
    state: &AppState,
    caller: &Caller,
    params: Result<Query<TableParams>, ApiError>,
    limit: Limit,
) -> Result<Json<Table<UserPastLimit>>, ApiError> {
    let scope = ReadScope::<ViewSpend>::of_any(caller)?;
    let TableQuery { days, filter, slice, frame } = params?.0.query(state.services.clock().now())?;
    let (rows, count) = past_limit(&state.services, &scope, days, limit, &filter, slice).await?;
    let rows = rows.into_iter().map(|row| UserPastLimit { user_email: row.email, max_spent: SignedAmount(row.spent) });
    let columns = [words("user_email", "User"), amounts("max_spent", "Most spent in a window")];
    Ok(frame.table(&columns, rows.collect(), count))
}
