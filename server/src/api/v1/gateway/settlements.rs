//! Settling and releasing reservations after calls.

use super::rows::{RowProblem, RowRefusal, Rows, each_in_place, next};
use crate::api::auth::ByGateway;
use crate::api::body::Body;
use crate::api::code::Code;
use crate::api::error::ApiError;
use crate::api::schema::{ReservationIdText, SettledAmount, SpendKeyText, TokenCount, whole};
use crate::api::wire::SentAmount;
use crate::state::AppState;
use axum::Json;
use axum::extract::{Path, State};
use domain::form::FieldErrors;
use domain::id::ReservationId;
use domain::spend::{Release, ReleaseOutcome, ReservationRef, SettleFields, SettleOutcome, Settlement, SpendRefusal};
use serde::{Deserialize, Serialize};
use services::spend;
use utoipa::ToSchema;

/// What a call did cost.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 0.0131, "input_tokens": 812, "output_tokens": 94}))]
pub struct Cost {
    /// In US dollars; more than was reserved where that is so.
    #[schema(value_type = SettledAmount)]
    amount: SentAmount,
    /// Sent to the model.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<TokenCount>)]
    input_tokens: Option<i64>,
    /// Received from the model.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<TokenCount>)]
    output_tokens: Option<i64>,
}

/// A settled reservation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"reservation_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "repeated": false}))]
pub struct Settled {
    reservation_id: String,
    /// Whether an earlier request settled it with the same amount.
    repeated: bool,
}

/// Records what a call did cost, in the place of what was reserved for it.
#[utoipa::path(
    post,
    path = "/gateway/reservations/{id}/settle",
    operation_id = "settle_reservation",
    tag = "gateways",
    params(("id" = inline(ReservationIdText), Path, description = "The id of the reservation")),
    request_body = Cost,
    responses(
        (status = OK, description = "The spend is recorded, by this request or an earlier one.", body = Settled),
        (status = CONFLICT, description = "It was settled with another amount, or released."),
    ),
)]
pub async fn settle(
    State(state): State<AppState>,
    ByGateway(gateway): ByGateway,
    Path(id): Path<String>,
    body: Result<Body<Cost>, ApiError>,
) -> Result<Json<Settled>, ApiError> {
    let id = reservation(&id)?;
    let Body(Cost { amount, input_tokens, output_tokens }) = body?;
    let settlement =
        NewSettlement { reservation_id: Some(id.to_string()), key: None, amount, input_tokens, output_tokens }
            .parse()?;
    let settled = spend::settle_many(&state.services, gateway, vec![settlement]).await?;
    match next(&mut settled.into_iter())? {
        SettleOutcome::Settled { reservation, repeated } => {
            Ok(Json(Settled { reservation_id: reservation.to_string(), repeated }))
        }
        SettleOutcome::Refused(refusal) => Err(refused(&refusal)),
    }
}

/// A reservation whose amount is no longer held.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"reservation_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d"}))]
pub struct Released {
    reservation_id: String,
}

/// Gives back what was reserved for a call that was not made, or that cost nothing.
#[utoipa::path(
    post,
    path = "/gateway/reservations/{id}/release",
    operation_id = "release_reservation",
    tag = "gateways",
    params(("id" = inline(ReservationIdText), Path, description = "The id of the reservation")),
    responses(
        (status = OK, description = "Nothing is held, by this request, an earlier one, or because it has expired.", body = Released),
        (status = CONFLICT, description = "It was settled."),
    ),
)]
pub async fn release(
    State(state): State<AppState>,
    ByGateway(gateway): ByGateway,
    Path(id): Path<String>,
) -> Result<Json<Released>, ApiError> {
    let release: Release = ReservationRef::Id(reservation(&id)?);
    let released = spend::release_many(&state.services, gateway, vec![release]).await?;
    match next(&mut released.into_iter())? {
        ReleaseOutcome::Released { reservation } => Ok(Json(Released { reservation_id: reservation.to_string() })),
        ReleaseOutcome::Refused(refusal) => Err(refused(&refusal)),
    }
}

/// The reservation of an address; what is no id names none.
fn reservation(id: &str) -> Result<ReservationId, ApiError> {
    id.parse().map_err(|_| refused(&SpendRefusal::UnknownReservation))
}

fn refused(refusal: &SpendRefusal) -> ApiError {
    let code = match refusal {
        SpendRefusal::AlreadySettled { .. } => Code::AlreadySettled,
        SpendRefusal::AlreadyReleased => Code::AlreadyReleased,
        SpendRefusal::KeyReused => Code::IdempotencyKeyReused,
        _ => Code::UnknownReservation,
    };
    ApiError::new(code, refusal.to_string())
}

/// What a call did cost, with the reservation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reservation_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "amount": 0.0131}))]
pub struct NewSettlement {
    #[schema(value_type = Option<ReservationIdText>)]
    reservation_id: Option<String>,
    /// The key of the reservation, where its id is not known.
    #[schema(value_type = Option<SpendKeyText>)]
    key: Option<String>,
    /// In US dollars; more than was reserved where that is so.
    #[schema(value_type = SettledAmount)]
    amount: SentAmount,
    /// Sent to the model.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<TokenCount>)]
    input_tokens: Option<i64>,
    /// Received from the model.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<TokenCount>)]
    output_tokens: Option<i64>,
}

impl NewSettlement {
    fn parse(self) -> Result<Settlement, FieldErrors> {
        Settlement::parse(&SettleFields {
            reservation: self.reservation_id.unwrap_or_default(),
            key: self.key.unwrap_or_default(),
            amount: self.amount.0,
            input_tokens: self.input_tokens.unwrap_or_default(),
            output_tokens: self.output_tokens.unwrap_or_default(),
        })
    }
}

/// Many settlements.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"settlements": [{"reservation_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "amount": 0.0131}]}))]
pub struct NewSettlements {
    #[schema(value_type = Vec<NewSettlement>, min_items = 1, max_items = 500)]
    settlements: Rows,
}

/// What became of a settlement.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettlementStatus {
    /// This request settled the reservation.
    Settled,
    /// An earlier request settled it with the same amount.
    Repeated,
    /// Nothing was changed.
    Refused,
}

/// What became of a row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettlementResult {
    status: SettlementStatus,
    /// Null where the row is refused.
    reservation_id: Option<String>,
    /// Why the row is refused; docs/gateways.md lists the codes.
    code: Option<String>,
    /// The same as a sentence.
    reason: Option<String>,
    /// What is wrong with the fields of the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    problems: Vec<RowProblem>,
}

impl From<SettleOutcome> for SettlementResult {
    fn from(outcome: SettleOutcome) -> Self {
        match outcome {
            SettleOutcome::Settled { reservation, repeated } => {
                let status = if repeated { SettlementStatus::Repeated } else { SettlementStatus::Settled };
                let reservation_id = Some(reservation.to_string());
                Self { status, reservation_id, code: None, reason: None, problems: Vec::new() }
            }
            SettleOutcome::Refused(refusal) => RowRefusal::from(refusal).into(),
        }
    }
}

impl From<RowRefusal> for SettlementResult {
    fn from(refused: RowRefusal) -> Self {
        let RowRefusal { code, reason, problems } = refused;
        let (code, reason) = (Some(code), Some(reason));
        Self { status: SettlementStatus::Refused, reservation_id: None, code, reason, problems }
    }
}

/// One result for each row, in its place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettlementResults {
    results: Vec<SettlementResult>,
}

/// Records what many calls did cost. A row with problems is refused in its place and the others are settled.
#[utoipa::path(
    post,
    path = "/gateway/settlements/batch",
    operation_id = "settle_many",
    tag = "gateways",
    request_body = NewSettlements,
    responses(
        (status = OK, description = "A result for each row, in its place.", body = SettlementResults),
        (status = NOT_FOUND, description = "Budgets are switched off, or not kept by Bursar."),
    ),
)]
pub async fn settle_many(
    State(state): State<AppState>,
    ByGateway(gateway): ByGateway,
    body: Result<Body<NewSettlements>, ApiError>,
) -> Result<Json<SettlementResults>, ApiError> {
    let Body(NewSettlements { settlements }) = body?;
    let work = async |settlements| spend::settle_many(&state.services, gateway, settlements).await;
    let results = each_in_place("settlements", &settlements, NewSettlement::parse, work).await?;
    Ok(Json(SettlementResults { results }))
}
