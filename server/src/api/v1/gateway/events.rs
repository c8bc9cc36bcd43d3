//! Reporting calls that were made without a reservation, and corrections.

use super::rows::{RowProblem, RowRefusal, Rows, each_in_place};
use crate::api::auth::ByGateway;
use crate::api::body::Body;
use crate::api::error::ApiError;
use crate::api::schema::{
    CategoryText, ModelText, ProjectRefText, SignedAmount, SpendKeyText, TokenCount, UserRefText, whole,
};
use crate::api::wire::SentAmount;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::form::FieldErrors;
use domain::spend::{EventFields, EventOutcome, SpendEvent};
use serde::{Deserialize, Serialize};
use services::spend;
use utoipa::ToSchema;

/// A call that was made, or the correction of one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"key": "call-7f3b", "user": "ada@example.com", "budget_category": "cli", "model": "gpt-4o-mini", "amount": 0.0131, "input_tokens": 812, "output_tokens": 94, "spent_at": "2026-03-02T09:00:00Z"}))]
pub struct NewSpendEvent {
    #[schema(value_type = SpendKeyText)]
    key: String,
    /// Who spent. A user, a project, or both have to be named.
    #[schema(value_type = Option<UserRefText>)]
    user: Option<String>,
    /// In which project.
    #[schema(value_type = Option<ProjectRefText>)]
    project: Option<String>,
    #[schema(value_type = CategoryText)]
    budget_category: String,
    #[schema(value_type = Option<ModelText>)]
    model: Option<String>,
    #[schema(value_type = SignedAmount)]
    amount: SentAmount,
    /// The user paid with credentials of their own.
    #[serde(default)]
    personal: bool,
    /// Sent to the model.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<TokenCount>)]
    input_tokens: Option<i64>,
    /// Received from the model.
    #[serde(default, deserialize_with = "whole")]
    #[schema(value_type = Option<TokenCount>)]
    output_tokens: Option<i64>,
    /// When; at most 92 days ago.
    #[schema(format = DateTime)]
    spent_at: String,
    /// In a correction, the key of the event that it corrects.
    #[schema(value_type = Option<SpendKeyText>)]
    corrects: Option<String>,
}

impl NewSpendEvent {
    fn parse(self) -> Result<SpendEvent, FieldErrors> {
        SpendEvent::parse(&EventFields {
            key: self.key,
            user: self.user.unwrap_or_default(),
            project: self.project.unwrap_or_default(),
            category: self.budget_category,
            model: self.model.unwrap_or_default(),
            amount: self.amount.0,
            personal: self.personal,
            input_tokens: self.input_tokens.unwrap_or_default(),
            output_tokens: self.output_tokens.unwrap_or_default(),
            spent_at: self.spent_at,
            corrects: self.corrects.unwrap_or_default(),
        })
    }
}

/// Many events.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"events": [{"key": "call-7f3b", "user": "ada@example.com", "budget_category": "cli", "amount": 0.0131, "spent_at": "2026-03-02T09:00:00Z"}]}))]
pub struct NewSpendEvents {
    #[schema(value_type = Vec<NewSpendEvent>, min_items = 1, max_items = 500)]
    events: Rows,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It is in the ledger.
    Accepted,
    /// It was in the ledger already, with the same content.
    Duplicate,
    /// It is not in the ledger.
    Refused,
}

/// What became of a row.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventResult {
    status: EventStatus,
    /// Why the row is refused; docs/gateways.md lists the codes.
    code: Option<String>,
    /// The same as a sentence.
    reason: Option<String>,
    /// What is wrong with the fields of the row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    problems: Vec<RowProblem>,
}

impl From<EventOutcome> for EventResult {
    fn from(outcome: EventOutcome) -> Self {
        let status = match outcome {
            EventOutcome::Accepted => EventStatus::Accepted,
            EventOutcome::Duplicate => EventStatus::Duplicate,
            EventOutcome::Refused(refusal) => return RowRefusal::from(refusal).into(),
        };
        Self { status, code: None, reason: None, problems: Vec::new() }
    }
}

impl From<RowRefusal> for EventResult {
    fn from(refused: RowRefusal) -> Self {
        let RowRefusal { code, reason, problems } = refused;
        Self { status: EventStatus::Refused, code: Some(code), reason: Some(reason), problems }
    }
}

/// One result for each row, in its place.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({"accepted": 1, "duplicates": 0, "refused": 1, "results": [{"status": "accepted", "code": null, "reason": null}, {"status": "refused", "code": "too_old", "reason": "The event is more than 92 days old."}]}))]
pub struct EventResults {
    accepted: usize,
    duplicates: usize,
    refused: usize,
    results: Vec<EventResult>,
}

/// Adds calls that were made to the ledger. A row with problems is refused in its place and the others are kept; a row that
/// was sent before, with the same key, is a duplicate and not counted again.
#[utoipa::path(
    post,
    path = "/gateway/spend-events",
    operation_id = "report_spend",
    tag = "gateways",
    request_body = NewSpendEvents,
    responses(
        (status = OK, description = "A result for each row, in its place.", body = EventResults),
        (status = NOT_FOUND, description = "Budgets are switched off, or not kept by Bursar."),
    ),
)]
pub async fn report(
    State(state): State<AppState>,
    ByGateway(gateway): ByGateway,
    body: Result<Body<NewSpendEvents>, ApiError>,
) -> Result<Json<EventResults>, ApiError> {
    let Body(NewSpendEvents { events }) = body?;
    let work = async |events| spend::ingest(&state.services, gateway, events).await;
    let results: Vec<EventResult> = each_in_place("events", &events, NewSpendEvent::parse, work).await?;
    let count = |wanted: fn(EventStatus) -> bool| results.iter().filter(|result| wanted(result.status)).count();
    Ok(Json(EventResults {
        accepted: count(|status| matches!(status, EventStatus::Accepted)),
        duplicates: count(|status| matches!(status, EventStatus::Duplicate)),
        refused: count(|status| matches!(status, EventStatus::Refused)),
        results,
    }))
}
