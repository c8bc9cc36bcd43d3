//! Reserving amounts before calls.

use super::rows::{RowProblem, RowRefusal, Rows, each_in_place, next};
use crate::api::auth::ByGateway;
use crate::api::body::Body;
use crate::api::error::ApiError;
use crate::api::schema::{
    CategoryText, LifetimeSeconds, ModelText, ProjectRefText, ReservedAmount, SpendKeyText, UserRefText, whole,
};
use crate::api::wire::{SentAmount, Stamp};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::form::FieldErrors;
use domain::spend::{Allowance, Decision, Denial, ReserveFields, ReserveRequest};
use serde::{Deserialize, Serialize};
use services::spend;
use utoipa::ToSchema;

/// An amount to hold for a call that is about to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"key": "call-7f3a", "user": "ada@example.com", "project": "atlas", "budget_category": "platform", "model": "gpt-4o-mini", "amount": 0.02}))]
pub struct NewReservation {
    #[schema(value_type = SpendKeyText)]
    key: String,
    /// Who spends. A user, a project, or both have to be named.
    #[schema(value_type = Option<UserRefText>)]
    user: Option<String>,
    /// In which project.
    #[schema(value_type = Option<ProjectRefText>)]
    project: Option<String>,
    #[schema(value_type = CategoryText)]
    budget_category: String,
    #[schema(value_type = Option<ModelText>)]
    model: Option<String>,
    /// The most that the call can cost, in US dollars.
    #[schema(value_type = ReservedAmount)]
    amount: SentAmount,
    /// The user pays with credentials of their own: the call is allowed and recorded, and no budget pays.
    #[serde(default)]
    personal: bool,
    /// How long the amount is held; 600 seconds without it.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<LifetimeSeconds>)]
    expires_in: Option<i64>,
}

impl NewReservation {
    fn parse(self) -> Result<ReserveRequest, FieldErrors> {
        ReserveRequest::parse(&ReserveFields {
            key: self.key,
            user: self.user.unwrap_or_default(),
            project: self.project.unwrap_or_default(),
            category: self.budget_category,
            model: self.model.unwrap_or_default(),
            amount: self.amount.0,
            personal: self.personal,
            expires_in: self.expires_in,
        })
    }
}

/// Whether a call may be made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"allowed": false, "reservation_id": null, "code": "hard_limit_reached", "reason": "The budget Leads has $0.50 of $250.00 left until it resets.", "resets_at": "2026-04-01T00:00:00.000000+00:00", "expires_at": null, "budget_id": null, "budget_name": null}))]
pub struct ReservationDecision {
    /// Whether the call may be made. The amount is held then.
    allowed: bool,
    /// To settle or release; null where the call may not be made.
    reservation_id: Option<String>,
    /// Why the call may not be made, or `soft_limit_reached` as a warning; docs/gateways.md lists the codes.
    code: Option<String>,
    /// The same as a sentence.
    reason: Option<String>,
    /// When the budget that pays starts again from zero; null where no limit decided.
    resets_at: Option<Stamp>,
    /// When the amount is no longer held.
    expires_at: Option<Stamp>,
    /// The budget that pays; null where no budget does.
    budget_id: Option<String>,
    budget_name: Option<String>,
    /// What is wrong with the fields of a row of a batch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    problems: Vec<RowProblem>,
}

impl From<Decision> for ReservationDecision {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allowed(allowance) => Self::allowed(allowance),
            Decision::Denied(Denial { refusal, resets_at }) => {
                Self { resets_at: resets_at.map(Stamp), ..RowRefusal::from(refusal).into() }
            }
        }
    }
}

impl ReservationDecision {
    fn allowed(allowance: Allowance) -> Self {
        let Allowance { reservation, budget, window, soft_limit_reached, expires_at } = allowance;
        let name = budget.as_ref().map_or("", |budget| budget.name.as_str());
        let reason = soft_limit_reached.then(|| format!("With this call the budget {name} reaches its soft limit."));
        Self {
            allowed: true,
            reservation_id: Some(reservation.to_string()),
            code: soft_limit_reached.then(|| "soft_limit_reached".to_owned()),
            reason,
            resets_at: window.map(|window| Stamp(window.ends_at)),
            expires_at: Some(Stamp(expires_at)),
            budget_id: budget.as_ref().map(|budget| budget.slug.clone()),
            budget_name: budget.map(|budget| budget.name),
            problems: Vec::new(),
        }
    }
}

impl From<RowRefusal> for ReservationDecision {
    fn from(refused: RowRefusal) -> Self {
        Self {
            allowed: false,
            reservation_id: None,
            code: Some(refused.code),
            reason: Some(refused.reason),
            resets_at: None,
            expires_at: None,
            budget_id: None,
            budget_name: None,
            problems: refused.problems,
        }
    }
}

/// Holds an amount before a call, where the budget has room.
///
/// A denial is an answer: `200` with `allowed: false`, the code, the reason, and when the budget resets. The same key again
/// is the same reservation, so a request whose answer was lost can be sent again.
#[utoipa::path(
    post,
    path = "/gateway/reservations",
    operation_id = "reserve",
    tag = "gateways",
    request_body = NewReservation,
    responses(
        (status = OK, description = "Whether the call may be made.", body = ReservationDecision),
        (status = NOT_FOUND, description = "Budgets are switched off, or not kept by Bursar."),
    ),
)]
pub async fn reserve(
    State(state): State<AppState>,
    ByGateway(gateway): ByGateway,
    body: Result<Body<NewReservation>, ApiError>,
) -> Result<Json<ReservationDecision>, ApiError> {
    let Body(body) = body?;
    let decisions = spend::reserve_many(&state.services, gateway, vec![body.parse()?]).await?;
    Ok(Json(next(&mut decisions.into_iter())?.into()))
}

/// Many reservations.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reservations": [{"key": "call-7f3a", "user": "ada@example.com", "budget_category": "cli", "amount": 0.02}]}))]
pub struct NewReservations {
    #[schema(value_type = Vec<NewReservation>, min_items = 1, max_items = 500)]
    reservations: Rows,
}

/// One decision for each row, in its place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReservationDecisions {
    results: Vec<ReservationDecision>,
}

/// Holds many amounts, each where its budget has room. A row with problems is denied in its place and the others are decided.
#[utoipa::path(
    post,
    path = "/gateway/reservations/batch",
    operation_id = "reserve_many",
    tag = "gateways",
    request_body = NewReservations,
    responses(
        (status = OK, description = "A decision for each row, in its place.", body = ReservationDecisions),
        (status = NOT_FOUND, description = "Budgets are switched off, or not kept by Bursar."),
    ),
)]
pub async fn reserve_many(
    State(state): State<AppState>,
    ByGateway(gateway): ByGateway,
    body: Result<Body<NewReservations>, ApiError>,
) -> Result<Json<ReservationDecisions>, ApiError> {
    let Body(NewReservations { reservations }) = body?;
    let work = async |requests| spend::reserve_many(&state.services, gateway, requests).await;
    let results = each_in_place("reservations", &reservations, NewReservation::parse, work).await?;
    Ok(Json(ReservationDecisions { results }))
}
