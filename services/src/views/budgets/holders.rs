//! The holders of a budget and what they spend of it.

use crate::Services;
use crate::actor::user_kind;
use crate::budgets::stored::{limits, schedule_of};
use crate::error::Error;
use crate::projects::stored_name;
use crate::views::usage::{WindowRow, usage};
use domain::budget::{AlertThreshold, BudgetAlert, BudgetAssignment, BudgetRow, BudgetTotals, Holder, PastWindow};
use domain::count::MAX_EXACT_COUNT;
use domain::id::UserId;
use domain::money::Money;
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// The latest assignments with what each holder has spent.
pub(super) async fn assignments(services: &Services, budget: &BudgetRow) -> Result<Vec<BudgetAssignment>, Error> {
    let rows = sqlx::query!(
        r#"select a.holder as "holder!: Json<HolderRow>", a.latest as "latest: Json<WindowRow>",
                  giver.name as "assigned_by?", a.created_at as "since!"
           from (
             (select u.id, a.assigned_by, a.created_at, window_of_budget(w) as latest,
                     json_build_object('id', u.id, 'name', u.name, 'detail', u.email, 'user_type', u.user_type,
                       'email_verified', coalesce(u.email_verified, u.auth_source = 'local')) as holder
              from user_budgets a join users u on u.id = a.user_id
              left join lateral latest_user_window(a.user_id, a.category) w on true
              where a.budget_id = $1 order by a.created_at desc, u.id limit 50)
             union all
             (select p.id, a.assigned_by, a.created_at, window_of_budget(w),
                     json_build_object('id', p.id, 'name', p.title, 'detail', p.name, 'email_verified', false)
              from project_budgets a join projects p on p.id = a.project_id
              left join lateral latest_project_window(a.project_id, a.category) w on true
              where a.budget_id = $1 order by a.created_at desc, p.id limit 50)
           ) a left join users giver on giver.id = a.assigned_by
           order by a.created_at desc, a.id limit 50"#,
        budget.id.0
    )
    .fetch_all(&services.pool)
    .await?;
    let (now, schedule) = (services.clock.now(), schedule_of(budget)?);
    rows.into_iter()
        .map(|row| {
            let latest = row.latest.map(|window| window.0);
            let usage = usage(budget.limits, &schedule, row.since, latest, now)?;
            Ok(BudgetAssignment {
                holder: row.holder.0.try_into()?,
                usage,
                assigned_by: row.assigned_by,
                since: row.since,
            })
        })
        .collect()
}

/// What is spent of a budget.
pub(super) struct Spend {
    /// By all holders, unless they are too many to count.
    pub(super) totals: Option<BudgetTotals>,
    /// The windows that ended last.
    pub(super) past_windows: Vec<PastWindow>,
    /// The alerts that were raised last.
    pub(super) alerts: Vec<BudgetAlert>,
}

/// What is spent of a budget. One statement.
pub(super) async fn spend(services: &Services, budget: &BudgetRow) -> Result<Spend, Error> {
    let is_counted = budget.user_count.max(budget.project_count) <= MAX_EXACT_COUNT;
    let row = sqlx::query!(
        r#"with windows as (
             (select w.* from (select user_id, category from user_budgets where budget_id = $1 and $6) a
              cross join lateral latest_user_window(a.user_id, a.category) w)
             union all
             (select w.* from (select project_id, category from project_budgets where budget_id = $1 and $6) a
              cross join lateral latest_project_window(a.project_id, a.category) w)),
           current as (
             select spent from windows where starts_at <= $2 and ends_at > $2 and schedule = $3)
           select (select coalesce(sum(spent), 0) from current) as "spent!",
                  (select count(*) from current where spent >= $4 and spent > 0 and spent < $5) as "over_soft!",
                  (select count(*) from current where spent >= $5) as "over_hard!",
                  (select coalesce(json_agg(json_build_object(
                     'starts_at', w.starts_at, 'ends_at', w.ends_at, 'soft_limit', w.soft_limit::text,
                     'hard_limit', w.hard_limit::text, 'spent', w.spent::text,
                     'holder', budget_holder(w.user_id, w.project_id)) order by w.ends_at desc, w.id), '[]')
                   from (select * from budget_windows
                         where budget_id = $1 and ends_at <= $2 and (user_id is null or project_id is null)
                         order by ends_at desc, id limit 10) w) as "past!: Json<Vec<PastRow>>",
                  (select coalesce(json_agg(json_build_object(
                     'percent', a.percent, 'raised_at', a.raised_at, 'soft_limit', a.soft_limit::text,
                     'hard_limit', a.hard_limit::text, 'spent', a.spent::text,
                     'holder', budget_holder(w.user_id, w.project_id))
                     order by a.raised_at desc, a.window_id, a.percent desc nulls last), '[]')
                   from (select * from budget_alerts
                         where budget_id = $1 order by raised_at desc, window_id, percent desc nulls last limit 10) a
                   join budget_windows w on w.id = a.window_id) as "alerts!: Json<Vec<AlertRow>>""#,
        budget.id.0,
        services.clock.now(),
        schedule_of(budget)?.key(),
        budget.limits.soft().as_decimal(),
        budget.limits.hard().as_decimal(),
        is_counted
    )
    .fetch_one(&services.pool)
    .await?;
    let totals = is_counted.then(|| BudgetTotals {
        spent: Money::of_sum(row.spent),
        over_soft: row.over_soft,
        over_hard: row.over_hard,
    });
    Ok(Spend {
        totals,
        past_windows: row.past.0.into_iter().map(PastWindow::try_from).collect::<Result<_, _>>()?,
        alerts: row.alerts.0.into_iter().map(BudgetAlert::try_from).collect::<Result<_, _>>()?,
    })
}

/// A user or a project; only users have a type.
#[derive(Debug, Deserialize)]
pub(in crate::views) struct HolderRow {
    id: Uuid,
    name: String,
    detail: String,
    user_type: Option<String>,
    email_verified: bool,
}

impl TryFrom<HolderRow> for Holder {
    type Error = Error;

    fn try_from(row: HolderRow) -> Result<Self, Error> {
        Ok(match row.user_type {
            None => Self::Project { name: stored_name(&row.detail)?, title: row.name },
            Some(kind) => Self::User {
                id: UserId(row.id),
                name: row.name,
                email: row.detail,
                email_verified: row.email_verified,
                kind: user_kind(&kind)?,
            },
        })
    }
}

#[derive(Debug, Deserialize)]
struct PastRow {
    holder: Option<HolderRow>,
    #[serde(with = "time::serde::rfc3339")]
    starts_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    ends_at: OffsetDateTime,
    soft_limit: Decimal,
    hard_limit: Decimal,
    spent: Decimal,
}

impl TryFrom<PastRow> for PastWindow {
    type Error = Error;

    fn try_from(row: PastRow) -> Result<Self, Error> {
        Ok(Self {
            holder: row.holder.map(Holder::try_from).transpose()?,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            limits: limits(row.soft_limit, row.hard_limit)?,
            spent: Money::of_sum(row.spent),
        })
    }
}

#[derive(Debug, Deserialize)]
struct AlertRow {
    percent: Option<i16>,
    holder: Option<HolderRow>,
    #[serde(with = "time::serde::rfc3339")]
    raised_at: OffsetDateTime,
    soft_limit: Decimal,
    hard_limit: Decimal,
    spent: Decimal,
}

impl TryFrom<AlertRow> for BudgetAlert {
    type Error = Error;

    fn try_from(row: AlertRow) -> Result<Self, Error> {
        Ok(Self {
            threshold: AlertThreshold::from_stored(row.percent),
            holder: row.holder.map(Holder::try_from).transpose()?,
            spent: Money::of_sum(row.spent),
            limits: limits(row.soft_limit, row.hard_limit)?,
            raised_at: row.raised_at,
        })
    }
}
