//! Reading people.

use super::body::{UserDetail, UserItem};
use super::{nobody, parse_id};
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::etag::Versioned;
use crate::api::paging::{Address, At, PageBody, Paged};
use crate::api::permit::people_seen;
use crate::api::query::{Query, text};
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::budget::BudgetSlug;
use domain::form::FieldProblem;
use domain::project::ProjectName;
use domain::text::SearchTerm;
use domain::user::UserKind;
use serde::Deserialize;
use services::users::directory::{self, Filters, Reach};
use utoipa::IntoParams;

/// What is looked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Part of the name, the user name or the e-mail address, without regard to case and accents.
    #[serde(default, deserialize_with = "text")]
    search: Option<String>,
    /// A JSON object, for example `{"is_active": true, "platform_role": "admin"}`; its members are `projects`,
    /// `budgets`, `user_type`, `is_active`, `is_auditor` and `platform_role`.
    #[serde(default, deserialize_with = "text")]
    filters: Option<String>,
}

/// The members of `filters`.
#[derive(Clone, Debug, Default, Deserialize)]
struct WantedFilters {
    projects: Option<Vec<String>>,
    budgets: Option<Vec<String>>,
    user_type: Option<String>,
    is_active: Option<bool>,
    is_auditor: Option<bool>,
    platform_role: Option<WantedRole>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WantedRole {
    User,
    PlatformAdmin,
    Admin,
}

/// People by name; for project admins the members of the projects they manage.
#[utoipa::path(get, path = "/admin/users", tag = "people", params(At<1, 1000>, Wanted), responses((status = OK, body = PageBody<UserItem>)))]
pub async fn users(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Address(address): Address,
    at: Result<Query<At<1, 1000>>, ApiError>,
    wanted: Result<Query<Wanted>, ApiError>,
) -> Result<Paged<UserItem>, ApiError> {
    let seen = people_seen(&caller)?;
    let (Query(at), Query(wanted)) = (at?, wanted?);
    let listing = directory::directory(&state.services, &seen, &filters(wanted)?, &at.slice()?).await?;
    Ok(at.answer(&address, listing, UserItem::from))
}

/// A person; for project admins somebody of the projects they manage.
#[utoipa::path(get, path = "/admin/users/{id}", tag = "people", params(("id" = String, Path, description = "The person's id")), responses((status = OK, body = UserDetail)))]
pub async fn user(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Versioned<UserDetail>, ApiError> {
    let seen = people_seen(&caller)?;
    let entry = directory::entry(&state.services, &seen, parse_id(&id)?).await;
    let entry = entry.map_err(|fault| ApiError::from(fault).naming(NOBODY))?;
    Ok(Versioned(entry.version, entry.into()))
}

const NOBODY: &str = "User not found";

fn filters(wanted: Wanted) -> Result<Filters, ApiError> {
    let members = match wanted.filters.as_deref() {
        None => WantedFilters::default(),
        Some(text) => parse(text)?,
    };
    let at = |name: &str, problem: FieldProblem| ApiError::field(&format!("filters.{name}"), problem.as_str());
    let names = |names: Vec<String>| names.iter().map(|name| ProjectName::parse_existing(name)).collect();
    let slugs = |slugs: Vec<String>| slugs.iter().map(|slug| BudgetSlug::parse(slug)).collect();
    Ok(Filters {
        search: wanted
            .search
            .as_deref()
            .map(SearchTerm::parse)
            .transpose()
            .map_err(|problem| ApiError::field("search", problem.as_str()))?,
        projects: members.projects.map(names).transpose().map_err(|problem| at("projects", problem))?,
        budgets: members.budgets.map(slugs).transpose().map_err(|problem| at("budgets", problem))?,
        kind: members
            .user_type
            .as_deref()
            .map(UserKind::parse)
            .transpose()
            .map_err(|problem| at("user_type", problem))?,
        is_active: members.is_active,
        is_auditor: members.is_auditor,
        reach: members.platform_role.map(|role| match role {
            WantedRole::User => Reach::User,
            WantedRole::PlatformAdmin => Reach::ProjectAdmin,
            WantedRole::Admin => Reach::Admin,
        }),
    })
}

/// What is no JSON object is a bad request; a wrong value in it has its path.
fn parse(text: &str) -> Result<WantedFilters, ApiError> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    if !value.is_object() {
        return Err(ApiError::bad_request("Invalid filters").detailed("`filters` has to be a JSON object."));
    }
    serde_path_to_error::deserialize(&value)
        .map_err(|fault| ApiError::field(&format!("filters.{}", fault.path()), fault.inner().to_string()))
}

/// As [`nobody`], for what a service did not find.
pub fn missing(fault: services::Error) -> ApiError {
    let refused = ApiError::from(fault);
    if refused.status().as_u16() == 404 { nobody() } else { refused }
}
