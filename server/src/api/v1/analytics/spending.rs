//! Spend by project and by user.

use super::params::{TableParams, TableQuery};
use super::table::{Column, Table, amounts, words};
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::query::Query;
use crate::api::wire::SignedAmount;
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::budget::Category;
use domain::id::{ProjectId, UserId};
use domain::money::NetAmount;
use domain::permission::ViewSpend;
use domain::spending::{Breakdown, SpendRow, Spender};
use serde::Serialize;
use services::guard::Caller;
use services::views::{ReadScope, spending};
use std::collections::HashMap;
use utoipa::ToSchema;

/// What a project spent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectSpending {
    /// Technical name; all personal projects together are `Personal projects`.
    project_name: String,
    total_cost_usd: SignedAmount,
}

/// What a user spent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserSpending {
    /// The address; `Deleted user` for users who are no longer stored, `No user` for spend of no user.
    user_email: String,
    total_cost_usd: SignedAmount,
}

/// What a user spent with command-line tools.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CliUserSpending {
    /// As [`UserSpending::user_email`].
    user_name: String,
    total_cost_usd: SignedAmount,
}

/// What was spent in a project by category, beside the hard limits of its budgets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProjectCategories {
    /// Technical name.
    project_name: String,
    /// As people read it.
    display_name: String,
    #[serde(flatten)]
    categories: Categories,
}

/// What a member spent by category, beside the hard limits of the member's shares.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberCategories {
    /// A user's id; empty for spend of no user.
    user_id: String,
    #[serde(flatten)]
    categories: Categories,
}

/// Amounts by category, and their limits; null for none.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Categories {
    platform: SignedAmount,
    cli: SignedAmount,
    premium_models: SignedAmount,
    platform_limit: Option<SignedAmount>,
    cli_limit: Option<SignedAmount>,
    premium_models_limit: Option<SignedAmount>,
}

const CATEGORIES: [Column; 6] = [
    amounts("platform", "Platform"),
    amounts("cli", "CLI"),
    amounts("premium_models", "Premium models"),
    amounts("platform_limit", "Platform limit"),
    amounts("cli_limit", "CLI limit"),
    amounts("premium_models_limit", "Premium models limit"),
];

/// Spend by project, the largest first. Users who administer no project read an empty table.
#[utoipa::path(
    get,
    path = "/analytics/projects-spending",
    operation_id = "get_projects_spending",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The table.", body = Table<ProjectSpending>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn projects(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<ProjectSpending>>, ApiError> {
    let row = |project_name, total_cost_usd| ProjectSpending { project_name, total_cost_usd };
    totals(&state, &caller, params, (Breakdown::Project, None), words("project_name", "Project"), row).await
}

/// Spend by user, the largest first. Users who administer no project read an empty table.
#[utoipa::path(
    get,
    path = "/analytics/users-spending",
    operation_id = "get_users_spending",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The table.", body = Table<UserSpending>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn users(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<UserSpending>>, ApiError> {
    by_users(&state, &caller, params, None).await
}

/// Spend of the category `platform` by user, the largest first.
#[utoipa::path(
    get,
    path = "/analytics/spending/by-users/platform",
    operation_id = "get_platform_spending_by_users",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The table.", body = Table<UserSpending>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn platform_by_users(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<UserSpending>>, ApiError> {
    by_users(&state, &caller, params, Some(Category::Platform)).await
}

/// Spend of the category `cli` by user, the largest first.
#[utoipa::path(
    get,
    path = "/analytics/spending/by-users/cli",
    operation_id = "get_cli_spending_by_users",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The table.", body = Table<CliUserSpending>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn cli_by_users(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<CliUserSpending>>, ApiError> {
    let row = |user_name, total_cost_usd| CliUserSpending { user_name, total_cost_usd };
    totals(&state, &caller, params, (Breakdown::User, Some(Category::Cli)), words("user_name", "User"), row).await
}

/// Spend of the users named in `users` by project and category, beside the hard limits of the projects' budgets.
#[utoipa::path(
    get,
    path = "/analytics/user-project-spending",
    operation_id = "get_user_project_spending",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The table.", body = Table<ProjectCategories>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn user_in_projects(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<ProjectCategories>>, ApiError> {
    let (query, rows, count) = read(&state, &caller, params, Breakdown::Project, None).await?;
    let projects: Vec<ProjectId> = rows.iter().filter_map(|row| project_of(&row.spender)).collect();
    let limits = spending::project_limits(&state.services, &projects).await?;
    let row = |row: SpendRow| ProjectCategories {
        project_name: name(&row.spender),
        display_name: row.spender.title(),
        categories: Categories::of(&row, project_of(&row.spender), &limits),
    };
    let columns = [&[words("project_name", "Project"), words("display_name", "Name")], CATEGORIES.as_slice()].concat();
    Ok(query.frame.table(&columns, rows.into_iter().map(row).collect(), count))
}

/// Spend in the projects named in `projects` by member and category, beside the hard limits of the members' shares.
#[utoipa::path(
    get,
    path = "/analytics/project-member-spending",
    operation_id = "get_project_member_spending",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The table.", body = Table<MemberCategories>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn members_of_project(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<MemberCategories>>, ApiError> {
    let (query, rows, count) = read(&state, &caller, params, Breakdown::User, None).await?;
    let users: Vec<UserId> = rows.iter().filter_map(|row| user_of(&row.spender)).collect();
    let scope = ReadScope::<ViewSpend>::of_any(&caller)?;
    let limits = spending::member_limits(&state.services, &scope, &query.filter, &users).await?;
    let row = |row: SpendRow| MemberCategories {
        user_id: user_of(&row.spender).map(|id| id.to_string()).unwrap_or_default(),
        categories: Categories::of(&row, user_of(&row.spender), &limits),
    };
    let columns = [&[words("user_id", "User")], CATEGORIES.as_slice()].concat();
    Ok(query.frame.table(&columns, rows.into_iter().map(row).collect(), count))
}

async fn by_users(
    state: &AppState,
    caller: &Caller,
    params: Result<Query<TableParams>, ApiError>,
    category: Option<Category>,
) -> Result<Json<Table<UserSpending>>, ApiError> {
    let row = |user_email, total_cost_usd| UserSpending { user_email, total_cost_usd };
    totals(state, caller, params, (Breakdown::User, category), words("user_email", "User"), row).await
}

/// A table of one name and one amount in each row.
async fn totals<R>(
    state: &AppState,
    caller: &Caller,
    params: Result<Query<TableParams>, ApiError>,
    (by, category): (Breakdown, Option<Category>),
    names: Column,
    row: impl Fn(String, SignedAmount) -> R,
) -> Result<Json<Table<R>>, ApiError> {
    let (query, rows, count) = read(state, caller, params, by, category).await?;
    let rows = rows.iter().map(|spent| row(name(&spent.spender), SignedAmount(spent.amount)));
    Ok(query.frame.table(&[names, amounts("total_cost_usd", "Total cost")], rows.collect(), count))
}

async fn read(
    state: &AppState,
    caller: &Caller,
    params: Result<Query<TableParams>, ApiError>,
    by: Breakdown,
    category: Option<Category>,
) -> Result<(TableQuery, Vec<SpendRow>, i64), ApiError> {
    let scope = ReadScope::<ViewSpend>::of_any(caller)?;
    let mut query = params?.0.query(state.services.clock().now())?;
    query.filter.category = category;
    let TableQuery { days, filter, slice, .. } = &query;
    let (rows, count) = spending::some_rows(&state.services, &scope, *days, by, filter, *slice).await?;
    Ok((query, rows, count))
}

/// Technical name or address, and words for what has none.
fn name(spender: &Spender) -> String {
    match spender {
        Spender::Project { .. } | Spender::User { .. } => spender.detail(),
        other => other.title(),
    }
}

const fn project_of(spender: &Spender) -> Option<ProjectId> {
    match spender {
        Spender::Project { id, .. } => Some(*id),
        _ => None,
    }
}

const fn user_of(spender: &Spender) -> Option<UserId> {
    match spender {
        Spender::User { id, .. } | Spender::DeletedUser(id) => Some(*id),
        _ => None,
    }
}

impl Categories {
    fn of<K: Copy + Eq + std::hash::Hash>(
        row: &SpendRow,
        holder: Option<K>,
        limits: &HashMap<(K, Category), NetAmount>,
    ) -> Self {
        let spent = |category| SignedAmount(row.by_category.of(category));
        let limit = |category| Some(SignedAmount(*limits.get(&(holder?, category))?));
        Self {
            platform: spent(Category::Platform),
            cli: spent(Category::Cli),
            premium_models: spent(Category::PremiumModels),
            platform_limit: limit(Category::Platform),
            cli_limit: limit(Category::Cli),
            premium_models_limit: limit(Category::PremiumModels),
        }
    }
}
