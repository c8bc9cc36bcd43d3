//! Reading people.

use super::body::{UserDetail, UserItem};
use super::{parse_id, user_not_found};
use crate::api::auth::Asking;
use crate::api::code::Code;
use crate::api::error::{ApiError, Part};
use crate::api::etag::Versioned;
use crate::api::paging::{Address, PageBody, PageParams, Paged};
use crate::api::permit::users_in_scope;
use crate::api::query::{Query, optional, refused, text};
use crate::api::schema::{
    BudgetIdText, ProjectNameText, SearchText, SentText as _, UserIdText, UserKindText, in_query, nullable, one_of,
};
use crate::state::AppState;
use axum::extract::{Path, State};
use domain::budget::BudgetSlug;
use domain::project::ProjectName;
use domain::text::SearchTerm;
use domain::user::UserKind;
use domain::violation::Violation;
use serde::Deserialize;
use serde_json::json;
use services::listing::ListQuery;
use services::views::users::{self, Reach, UserFilter};
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema as _};

/// Search term and filters.
#[derive(Clone, Debug, Deserialize)]
pub struct UserListParams {
    #[serde(default, deserialize_with = "text")]
    search: Option<String>,
    #[serde(default, deserialize_with = "text")]
    filters: Option<String>,
}

impl IntoParams for UserListParams {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let search =
            "Part of the name, the user name or the e-mail address, without regard to case. Blank is no search.";
        let filters = "A JSON object. A user is listed when all its members match.";
        let content = ContentBuilder::new().schema(Some(UserListFilters::schema()));
        let content = content.example(Some(json!({"is_active": true, "platform_role": "admin"})));
        vec![
            in_query("search", search).schema(Some(SearchText::schema())).build(),
            in_query("filters", filters).content("application/json", content.build()).build(),
        ]
    }
}

/// The members of `filters`.
#[derive(Clone, Debug, Default, Deserialize)]
struct UserListFilters {
    projects: Option<Vec<String>>,
    budgets: Option<Vec<String>>,
    user_type: Option<String>,
    is_active: Option<bool>,
    is_auditor: Option<bool>,
    platform_role: Option<FilteredRole>,
}

impl UserListFilters {
    /// The members, each of which may be null, which filters nothing.
    fn schema() -> Schema {
        let list = |items: RefOr<Schema>| nullable(ArrayBuilder::new().items(items));
        let flag = || nullable(ObjectBuilder::new().schema_type(Type::Boolean));
        let role = one_of(["user", "platform_admin", "admin"]);
        ObjectBuilder::new()
            .property("projects", list(ProjectNameText::schema()))
            .property("budgets", list(BudgetIdText::schema()))
            .property("user_type", nullable(UserKindText::schema()))
            .property("is_active", flag())
            .property("is_auditor", flag())
            .property("platform_role", nullable(role))
            .into()
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FilteredRole {
    User,
    PlatformAdmin,
    Admin,
}

/// Users by name; for project admins the members of the projects they manage.
#[utoipa::path(
    get,
    path = "/admin/users",
    operation_id = "list_users",
    tag = "users",
    params(PageParams<1, 1000>, UserListParams),
    responses(
        (
            status = OK,
            description = "A page of users.",
            body = PageBody<UserItem>,
            headers(("Link" = Option<String>, description = "The next page; missing on the last one.")),
        ),
        (
            status = BAD_REQUEST,
            description = "`page` times `per_page` is beyond the depth that page numbers reach, or `filters` is not a JSON object.",
        ),
    ),
)]
pub async fn users(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Address(address): Address,
    at: Result<Query<PageParams<1, 1000>>, ApiError>,
    params: Result<Query<UserListParams>, ApiError>,
) -> Result<Paged<UserItem>, ApiError> {
    let scope = users_in_scope(&caller)?;
    let (Query(at), Query(params)) = (at?, params?);
    let query = ListQuery { filter: filter(params)?, slice: at.slice()?, ..ListQuery::default() };
    let listing = users::list_for_api(&state.services, &scope, &query).await?;
    Ok(at.answer(&address, listing, UserItem::from))
}

/// A user; for project admins a member of the projects they manage.
#[utoipa::path(
    get,
    path = "/admin/users/{id}",
    operation_id = "get_user",
    tag = "users",
    params(("id" = inline(UserIdText), Path, description = "The id of the user")),
    responses(
        (
            status = OK,
            description = "The user.",
            body = UserDetail,
            headers(("ETag" = String, description = "The version, for `If-Match`.")),
        ),
    ),
)]
pub async fn user(
    State(state): State<AppState>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Versioned<UserDetail>, ApiError> {
    let scope = users_in_scope(&caller)?;
    let user = users::find(&state.services, &scope, parse_id(&id)?).await.map_err(missing)?;
    Ok(Versioned(user.version, user.into()))
}

fn filter(params: UserListParams) -> Result<UserFilter, ApiError> {
    let members = match params.filters.as_deref() {
        None => UserListFilters::default(),
        Some(text) => parse(text)?,
    };
    let at = |name: &str, problem: Violation| refused(&format!("filters.{name}"), &problem);
    let names = |names: Vec<String>| names.iter().map(|name| ProjectName::parse_sent(name)).collect();
    let slugs = |slugs: Vec<String>| slugs.iter().map(|slug| BudgetSlug::parse(slug)).collect();
    Ok(UserFilter {
        search: optional("search", params.search.as_deref(), SearchTerm::parse_sent)?,
        projects: members.projects.map(names).transpose().map_err(|problem| at("projects", problem))?,
        budgets: members.budgets.map(slugs).transpose().map_err(|problem| at("budgets", problem))?,
        kind: optional("filters.user_type", members.user_type.as_deref(), UserKind::parse)?,
        is_active: members.is_active,
        is_auditor: members.is_auditor,
        reach: members.platform_role.map(|role| match role {
            FilteredRole::User => Reach::User,
            FilteredRole::PlatformAdmin => Reach::ProjectAdmin,
            FilteredRole::Admin => Reach::Admin,
        }),
        ..UserFilter::default()
    })
}

/// What is no JSON object is a bad request; a wrong value in it has its path.
fn parse(text: &str) -> Result<UserListFilters, ApiError> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    if !value.is_object() {
        return Err(
            ApiError::new(Code::InvalidFilters, "Invalid filters").detailed("`filters` has to be a JSON object.")
        );
    }
    serde_path_to_error::deserialize(&value).map_err(|fault| {
        ApiError::field(&format!("filters.{}", fault.path()), &fault.inner().to_string()).found_in(Part::Query)
    })
}

/// As [`user_not_found`], for what a service did not find.
pub fn missing(fault: services::Error) -> ApiError {
    ApiError::refused(fault, user_not_found)
}
