//! What a user has spent of budgets.

use super::params::TableParams;
use super::table::{Column, Metric, MetricValue, Metrics, Table, amounts, moments, percents, words};
use crate::api::auth::Asking;
use crate::api::error::ApiError;
use crate::api::query::{Query, text};
use crate::api::schema::UserFilterText;
use crate::api::v1::users::{missing, parse_id};
use crate::api::wire::{SignedAmount, Stamp};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use domain::budget::{Category, Usage};
use domain::money::NetAmount;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use services::views::spending::{UserUsage, user_usage};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};

/// The user of the budgets.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UserParams {
    #[serde(default, deserialize_with = "text")]
    #[param(inline, value_type = Option<UserFilterText>)]
    user_id: Option<String>,
}

/// What is spent of a budget.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BudgetUsage {
    /// The username for the user's own budget of the category `platform`; `username (cli)` and `username (premium)` for
    /// the others; the technical name of a project for a share of its budget.
    project_name: String,
    current_spending: SignedAmount,
    budget_reset_at: Stamp,
    /// `N days N hours N mins`, or `Expired`.
    time_until_reset: String,
    /// The hard limit.
    budget_limit: SignedAmount,
    /// Spent of the hard limit, in percent.
    total: SignedAmount,
}

const COLUMNS: [Column; 6] = [
    words("project_name", "Project"),
    amounts("current_spending", "Current spending"),
    moments("budget_reset_at", "Resets at"),
    words("time_until_reset", "Time until reset"),
    amounts("budget_limit", "Limit"),
    percents("total", "Total"),
];

/// What a user has spent of budgets: the caller, or another user for those who see all users and for project admins of a
/// project that the user is in.
#[utoipa::path(
    get,
    path = "/analytics/budget_usage",
    operation_id = "get_budget_usage",
    tag = "analytics",
    params(UserParams, TableParams),
    responses(
        (status = OK, description = "The table. It has no pages.", body = Table<BudgetUsage>),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
        (status = NOT_FOUND, description = "There is no such user, or budgets are switched off."),
    ),
)]
pub async fn budgets(
    State(state): State<AppState>,
    Asking(caller): Asking,
    user: Result<Query<UserParams>, ApiError>,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Table<BudgetUsage>>, ApiError> {
    let user = user?.0.user_id.map(|id| parse_id(&id)).transpose()?;
    let now = state.services.clock().now();
    let UserUsage { username, own, shares } = user_usage(&state.services, &caller, user).await.map_err(missing)?;
    let own = own.iter().filter_map(|budget| Some((label(&username, budget.category), budget.usage.as_ref()?)));
    let shares = shares.iter().map(|share| (share.project.clone(), &share.usage));
    let rows = own.chain(shares).map(|(name, usage)| row(name, usage, now)).collect();
    Ok(params?.0.query(now)?.frame.whole_table(&COLUMNS, rows))
}

fn label(username: &str, category: Category) -> String {
    match category {
        Category::Platform => username.to_owned(),
        Category::Cli => format!("{username} (cli)"),
        Category::PremiumModels => format!("{username} (premium)"),
    }
}

fn row(project_name: String, usage: &Usage, now: OffsetDateTime) -> BudgetUsage {
    let (spent, limit) = (usage.spent.as_decimal(), usage.limits.hard().as_decimal());
    // A share may be zero: it is used up.
    let percent = (spent * Decimal::ONE_HUNDRED).checked_div(limit).unwrap_or(Decimal::ONE_HUNDRED);
    let percent = percent.round_dp_with_strategy(2, RoundingStrategy::ToZero);
    BudgetUsage {
        project_name,
        current_spending: SignedAmount(usage.spent.into()),
        budget_reset_at: Stamp(usage.resets_at),
        time_until_reset: until(usage.resets_at - now),
        budget_limit: SignedAmount(usage.limits.hard().into()),
        total: SignedAmount(NetAmount::new(percent)),
    }
}

fn until(left: Duration) -> String {
    if left <= Duration::ZERO {
        return "Expired".to_owned();
    }
    let (days, hours, minutes) = (left.whole_days(), left.whole_hours() % 24, left.whole_minutes() % 60);
    format!("{days} days {hours} hours {minutes} mins")
}

/// What the caller has spent of the own budgets.
#[utoipa::path(
    get,
    path = "/analytics/spending",
    operation_id = "get_own_spending",
    tag = "analytics",
    params(TableParams),
    responses(
        (status = OK, description = "The figures; `N/A` without a budget.", body = Metrics),
        (status = BAD_REQUEST, description = "The period or the days make no sense."),
    ),
)]
pub async fn own(
    State(state): State<AppState>,
    Asking(caller): Asking,
    params: Result<Query<TableParams>, ApiError>,
) -> Result<Json<Metrics>, ApiError> {
    let now = state.services.clock().now();
    let held = user_usage(&state.services, &caller, None).await.map_err(missing)?;
    let of = |category| held.own.iter().find(|budget| budget.category == category)?.usage.as_ref();
    let spent = |category| of(category).map(|usage| MetricValue::Amount(SignedAmount(usage.spent.into())));
    let platform = of(Category::Platform);
    let limit = platform.map(|usage| MetricValue::Amount(SignedAmount(usage.limits.hard().into())));
    let left = platform.map(|usage| MetricValue::Words(until(usage.resets_at - now)));
    let mut metrics = vec![
        Metric::new(amounts("current_spending", "Current spending"), spent(Category::Platform)),
        Metric::new(amounts("budget_limit", "Limit"), limit),
        Metric::new(
            moments("budget_reset_at", "Resets at"),
            platform.map(|usage| MetricValue::Moment(Stamp(usage.resets_at))),
        ),
        Metric::new(words("time_until_reset", "Time until reset"), left),
    ];
    for (category, about) in [
        (Category::Cli, amounts("cli_current_spending", "Current spending of the CLI")),
        (Category::PremiumModels, amounts("premium_current_spending", "Current spending on premium models")),
    ] {
        metrics.extend(of(category).is_some().then(|| Metric::new(about, spent(category))));
    }
    Ok(params?.0.query(now)?.frame.metrics(metrics))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_until_reset_is_in_days_hours_and_minutes() {
        assert_eq!(until(Duration::seconds(2 * 86_400 + 3 * 3600 + 4 * 60 + 5)), "2 days 3 hours 4 mins");
        assert_eq!(until(Duration::seconds(59)), "0 days 0 hours 0 mins");
        assert_eq!(until(Duration::ZERO), "Expired");
    }
}
