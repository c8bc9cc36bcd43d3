//! The audit log as activity events, for maintainers.

use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::permit::on_platform;
use crate::api::query::{Query, list, number, text};
use crate::api::schema::MomentText;
use crate::api::wire::Stamp;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::audit::{Action, AuditEvent, EventAction, FieldChange, Kind, TargetType};
use domain::permission::ReadActivityEvents;
use domain::text::SearchTerm;
use domain::violation::Violation;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use services::listing::MAX_OFFSET;
use services::views::audit::{self, ActorFilter, EventFilter, EventSlice};
use std::collections::{BTreeMap, BTreeSet};
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The addresses of this file.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(filter_options))
}

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
    /// The first moment, in ISO 8601; in UTC without an offset.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<MomentText>)]
    from: Option<String>,
    /// The last moment, which counts; a day without a time counts whole.
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<MomentText>)]
    to: Option<String>,
    /// `desc` for the newest event first, or `asc`.
    #[serde(default)]
    #[param(inline)]
    sort_dir: Order,
    /// Rows on a page.
    #[serde(default = "default_limit", deserialize_with = "number::<_, 1, 1000>")]
    #[param(minimum = 1, maximum = 1000, default = 50)]
    limit: u32,
    /// Rows before the page. Beyond them, narrow the time.
    #[serde(default, deserialize_with = "number::<_, 0, MAX_OFFSET>")]
    #[param(minimum = 0, maximum = 50000, default = 0)]
    offset: u32,
}

/// The years of a time that a client sends.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2999;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Order {
    Asc,
    #[default]
    Desc,
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
            from: moment("from", self.from.as_deref())?.map(|(first, _)| first),
            before: moment("to", self.to.as_deref())?.map(|(last, length)| last + length),
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
        let is_included = |action: &&Action| {
            matches(&self.domain, action.kind().domain()) && matches(&self.event_type, action.event_type())
        };
        is_narrowed.then(|| Action::ALL.iter().filter(is_included).copied().collect())
    }
}

/// A time, and how long it lasts: a day without a time of day lasts a day.
fn moment(name: &str, raw: Option<&str>) -> Result<Option<(OffsetDateTime, Duration)>, ApiError> {
    let Some(raw) = raw else { return Ok(None) };
    let exact = OffsetDateTime::parse(raw, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(raw, &Iso8601::PARSING))
        .or_else(|_| PrimitiveDateTime::parse(raw, &Iso8601::PARSING).map(PrimitiveDateTime::assume_utc))
        .map(|moment| (moment, Duration::MICROSECOND));
    let day = || Date::parse(raw, &Iso8601::PARSING).map(|day| (day.midnight().assume_utc(), Duration::DAY));
    let read = exact.or_else(|_| day()).ok().filter(|(moment, _)| YEARS.contains(&moment.year()));
    let problem = || Violation::unknown_choice("a time such as 2026-11-17T09:00:00Z");
    read.map(Some).ok_or_else(|| ApiError::value(name, &problem()))
}

/// An activity event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActivityEvent {
    /// The id of the event.
    id: String,
    /// What it is about.
    #[schema(example = "user_management")]
    domain: &'static str,
    /// What was done.
    #[schema(example = "user.created")]
    event_type: String,
    /// The type of the object.
    entity_type: Option<String>,
    /// The id of the object; the technical name of a project.
    entity_id: Option<String>,
    /// The user who did it; null for Bursar and for operators.
    actor_id: Option<String>,
    /// The e-mail address of that user at the time.
    actor_email: Option<String>,
    /// The name of that user now, or what stands for it.
    actor_name: Option<String>,
    /// Each changed field with its value, and `previous_<field>` with the value before.
    attributes: Option<Map<String, Value>>,
    /// When.
    created_at: Stamp,
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

/// What events can be filtered by.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FilterOptions {
    /// Every domain.
    domains: BTreeSet<&'static str>,
    /// Every event type.
    event_types: BTreeSet<&'static str>,
    /// Every type of object.
    entity_types: BTreeSet<&'static str>,
    /// What belongs to each domain.
    mapping: BTreeMap<&'static str, DomainOptions>,
}

/// What belongs to a domain.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct DomainOptions {
    /// Its event types.
    event_types: BTreeSet<&'static str>,
    /// Its types of objects.
    entity_types: BTreeSet<&'static str>,
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
    let slice = EventSlice { limit: params.limit, offset: params.offset, is_ascending: params.sort_dir == Order::Asc };
    let (rows, total) = match params.filter()? {
        Some(filter) => audit::activity(&state.services, &can, &filter, slice).await?,
        None => (Vec::new(), 0),
    };
    let (per_page, page) = (params.limit, params.offset / params.limit);
    let pages = (total + i64::from(per_page) - 1) / i64::from(per_page);
    let pagination = EventPagination { total, page, per_page, pages };
    Ok(Json(ActivityEvents { data: rows.into_iter().map(ActivityEvent::from).collect(), pagination }))
}

/// What activity events can be filtered by.
#[utoipa::path(
    get,
    path = "/admin/activity-events/filter-options",
    operation_id = "get_activity_event_filters",
    tag = "audit",
    responses((status = OK, description = "The values of each filter.", body = FilterOptions)),
)]
pub async fn filter_options(Asking(caller): Asking) -> Result<Json<FilterOptions>, ApiError> {
    on_platform::<ReadActivityEvents>(&caller)?;
    let mut mapping = BTreeMap::<_, DomainOptions>::new();
    for kind in Kind::ALL {
        let options = mapping.entry(kind.domain()).or_default();
        options.event_types.extend(kind.actions().map(Action::event_type));
        options.entity_types.extend(kind.target_types().iter().map(|target| target.key()));
    }
    Ok(Json(FilterOptions {
        domains: mapping.keys().copied().collect(),
        event_types: mapping.values().flat_map(|options| options.event_types.clone()).collect(),
        entity_types: mapping.values().flat_map(|options| options.entity_types.clone()).collect(),
        mapping,
    }))
}

impl From<AuditEvent> for ActivityEvent {
    fn from(event: AuditEvent) -> Self {
        let (domain, event_type, is_member) = match &event.action {
            EventAction::Known(action) => {
                (action.kind().domain(), action.event_type().to_owned(), action.kind() == Kind::Member)
            }
            EventAction::Other(key) => ("other", key.clone(), false),
        };
        let (entity_type, entity_id) = match event.target.kind {
            Some(TargetType::Project) if is_member => {
                (Some(TargetType::User), event.member.map(|user| user.to_string()))
            }
            Some(TargetType::Project) => (event.target.kind, Some(event.target.name.clone())),
            kind => (kind, Some(event.target.id.to_string())),
        };
        let attributes = match &event.action {
            _ if is_member => membership(&event.target.name, &event.changes),
            EventAction::Known(Action::ProjectOwnershipChanged) => ownership(&event.changes),
            _ => changed(&event.changes),
        };
        let actor_email = event.actor_id.map(|_| event.actor.recorded);
        Self {
            id: event.id.to_string(),
            domain,
            event_type,
            entity_type: entity_type.map(|kind| kind.key().to_owned()),
            entity_id,
            actor_id: event.actor_id.map(|id| id.to_string()),
            actor_email,
            actor_name: Some(event.actor.name),
            attributes: Some(attributes).filter(|attributes| !attributes.is_empty()),
            created_at: Stamp(event.at),
        }
    }
}

fn changed(changes: &[FieldChange]) -> Map<String, Value> {
    let mut attributes = Map::new();
    for change in changes {
        attributes.insert(change.field.clone(), change.after.clone().into());
        if let Some(before) = &change.before {
            attributes.insert(format!("previous_{}", change.field), before.clone().into());
        }
    }
    attributes
}

fn membership(project: &str, changes: &[FieldChange]) -> Map<String, Value> {
    let role = changes.iter().find(|change| change.field == "role").and_then(|change| change.after.as_deref());
    let mut attributes = Map::from_iter([("project_name".to_owned(), project.into())]);
    attributes.extend(role.map(|role| ("is_project_admin".to_owned(), (role == "admin").into())));
    attributes
}

fn ownership(changes: &[FieldChange]) -> Map<String, Value> {
    let owner = changes.iter().find(|change| change.field == "owner");
    let value = |value: Option<&String>| value.cloned().map_or(Value::Null, Value::from);
    Map::from_iter([
        ("previous_owner_username".to_owned(), value(owner.and_then(|owner| owner.before.as_ref()))),
        ("new_owner_username".to_owned(), value(owner.and_then(|owner| owner.after.as_ref()))),
    ])
}
