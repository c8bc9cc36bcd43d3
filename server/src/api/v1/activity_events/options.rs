//! What activity events can be filtered by.

use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::permit::on_platform;
use axum::Json;
use domain::audit::{Action, Kind};
use domain::permission::ReadActivityEvents;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

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
