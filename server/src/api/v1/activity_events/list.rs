//! Reading activity events.

use super::event::ActivityEvent;
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::permit::on_platform;
use crate::api::query::{Direction, Query, list, number, optional, text};
use crate::api::schema::MomentText;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::audit::Action;
use domain::moment::Moment;
use domain::permission::ReadActivityEvents;
use domain::text::SearchTerm;
use serde::{Deserialize, Serialize};
use services::listing::MAX_OFFSET;
use services::views::audit::{self, ActorFilter, EventFilter, EventSlice};
use utoipa::{IntoParams, ToSchema};

/// What is looked for. Values of one parameter are alternatives; what is given applies at once.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ActivityEventParams {
    /// The id of the user who did it.
    #[serde(default, deserialize_with = "text")]
    actor_id: Option<String>,
    /// One of these domains.
    #[serde(default, deserialize_with = "list")]
    domain: Vec<String>,
    /// One of these event types.
    #[serde(default, deserialize_with = "list")]
    event_type: Vec<String>,
    /// One of these types of objects.
    #[serde(default, deserialize_with = "list")]
    entity_type: Vec<String>,
    /// The id of the object; the technical name of a project.
    #[serde(default, deserialize_with = "text")]
    entity_id: Option<String>,
    /// The first moment: a time in RFC 3339, in UTC without an offset, or a day in UTC.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<MomentText>)]
    from: Option<String>,
    /// The last moment, which counts; a day without a time counts whole.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<MomentText>)]
    to: Option<String>,
    /// `desc` for the newest event first, or `asc`.
    #[param(inline)]
    sort_dir: Option<Direction>,
    /// Rows on a page.
    #[serde(default = "default_limit", deserialize_with = "number::<_, 1, 1000>")]
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: u32,
    /// Rows before the page. Beyond them, narrow the time.
    #[serde(default, deserialize_with = "number::<_, 0, MAX_OFFSET>")]
    #[param(minimum = 0, maximum = 50000, default = 0)]
    offset: u32,
}

const fn default_limit() -> u32 {
    50
}

impl ActivityEventParams {
    /// `None` when nothing can match.
    fn filter(&self) -> Result<Option<EventFilter>, ApiError> {
        let mut filter = EventFilter {
            actions: self.actions(),
            entity_types: (!self.entity_type.is_empty()).then(|| self.entity_type.clone()),
            from: optional("from", self.from.as_deref(), Moment::parse)?.map(Moment::start),
            before: optional("to", self.to.as_deref(), Moment::parse)?.map(Moment::end),
            ..EventFilter::default()
        };
        if let Some(actor) = &self.actor_id {
            let Ok(actor) = actor.parse() else { return Ok(None) };
            filter.actor = Some(ActorFilter::User(actor));
        }
        if let Some(entity) = &self.entity_id {
            match (entity.parse(), SearchTerm::parse(entity)) {
                (Ok(id), _) => filter.target = Some(id),
                (_, Ok(name)) => filter.search = Some(name),
                _ => return Ok(None),
            }
        }
        Ok(Some(filter))
    }

    fn actions(&self) -> Option<Vec<Action>> {
        let matches = |values: &[String], value: &str| values.is_empty() || values.iter().any(|each| each == value);
        let is_narrowed = !(self.domain.is_empty() && self.event_type.is_empty());
        let is_among = |action: &&Action| {
            matches(&self.domain, action.kind().domain()) && matches(&self.event_type, action.event_type())
        };
        is_narrowed.then(|| Action::ALL.iter().filter(is_among).copied().collect())
    }
}

/// A page of activity events.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActivityEvents {
    /// The events.
    data: Vec<ActivityEvent>,
    /// Which page this is.
    pagination: EventPagination,
}

/// Which page of how many events.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct EventPagination {
    /// How many events match: exact up to 10,000, above that a lower bound.
    #[schema(minimum = 0)]
    total: i64,
    /// The number of the page, from 0.
    page: u32,
    /// The limit.
    per_page: u32,
    /// How many pages there are.
    #[schema(minimum = 0)]
    pages: i64,
}

/// Activity events, the newest first.
#[utoipa::path(
    get,
    path = "/admin/activity-events",
    operation_id = "list_activity_events",
    tag = "audit",
    params(ActivityEventParams),
    responses((status = OK, description = "A page of events.", body = ActivityEvents)),
)]
pub async fn events(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<ActivityEventParams>, ApiError>,
) -> Result<Json<ActivityEvents>, ApiError> {
    let can = on_platform::<ReadActivityEvents>(&caller)?;
    let Query(params) = params?;
    let slice = EventSlice {
        limit: params.limit,
        offset: params.offset,
        is_ascending: params.sort_dir == Some(Direction::Asc),
    };
    let (rows, total) = match params.filter()? {
        Some(filter) => audit::activity(&state.services, &can, &filter, slice).await?,
        None => (Vec::new(), 0),
    };
    let (per_page, page) = (params.limit, params.offset / params.limit);
    let pages = (total + i64::from(per_page) - 1) / i64::from(per_page);
    let pagination = EventPagination { total, page, per_page, pages };
    Ok(Json(ActivityEvents { data: rows.into_iter().map(ActivityEvent::from).collect(), pagination }))
}
