//! Who has reached a limit: the windows that a job noted, compared with the budget that pays now.

use crate::Services;
use crate::budgets::stored::{category, limits};
use crate::error::Error;
use crate::guard::Can;
use crate::views::budgets::HolderRow;
use domain::job::{Job, JobRow};
use domain::money::Money;
use domain::overview::{LimitHolder, MAX_COUNTED, NAMED, ReachedBy, ReachedLimits, Reset, RunsOut, StoppedJob};
use domain::permission::ViewSpend;
use domain::usage::{CategoryUsage, Usage};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::types::Json;
use time::OffsetDateTime;

/// How many budgets that run out are told.
const MAX_RUNNING_OUT: i64 = 3;

/// Who has reached a limit. One statement; it reads at most [`MAX_COUNTED`] windows at each limit.
pub(super) async fn reached(services: &Services, _: &Can<ViewSpend>, jobs: &[JobRow]) -> Result<ReachedLimits, Error> {
    let now = services.clock.now();
    let row = sqlx::query!(
        r#"with noted as (
             (select window_id, is_hard from limits_reached where is_hard and ends_at > $1 order by ends_at limit $2)
             union all
             (select window_id, is_hard from limits_reached where is_soft and not is_hard and ends_at > $1
              order by ends_at limit $2)),
           current as materialized (
             select w.*, w.spent >= w.hard_limit as is_hard
             from paid_windows w
             -- As a list of ids, so that no plan reads the other windows.
             where w.id = any(array(select window_id from noted)) and w.starts_at <= $1 and w.ends_at > $1
               and w.spent > 0 and w.spent >= w.soft_limit),
           at_hard as (
             select distinct on (user_id, project_id) * from current where is_hard
             order by user_id, project_id, ends_at desc, id),
           shown as (
             (select 'user' as part, h.* from at_hard h where user_id is not null order by ends_at desc, id limit $3)
             union all
             (select 'project', h.* from at_hard h where user_id is null order by ends_at desc, id limit $3)
             union all
             -- At their present rate, before the window ends: as Usage::runs_out_at.
             (select 'running_out', c.* from current c
              where not is_hard and extract(epoch from $1::timestamptz - starts_at) * (hard_limit - spent)
                                    < spent * extract(epoch from ends_at - $1::timestamptz)
              order by extract(epoch from $1::timestamptz - starts_at) * (hard_limit - spent) / spent, id limit $4))
           select count(distinct user_id) filter (where is_hard) as "users_at_hard!",
                  count(distinct user_id) filter (where not is_hard) as "users_over_soft!",
                  count(distinct project_id) filter (where is_hard) as "projects_at_hard!",
                  count(distinct project_id) filter (where not is_hard) as "projects_over_soft!",
                  not exists (select from noted group by is_hard having count(*) >= $2) as "is_exact!",
                  (select coalesce(json_agg(json_build_object(
                     'part', s.part, 'holder', budget_holder(s.user_id, s.project_id), 'category', s.category,
                     'spent', s.spent::text, 'reserved', s.reserved::text, 'soft_limit', s.soft_limit::text,
                     'hard_limit', s.hard_limit::text, 'starts_at', s.starts_at, 'ends_at', s.ends_at)
                     order by s.ends_at desc, s.id), '[]') from shown s) as "shown!: Json<Vec<ShownRow>>",
                  (select coalesce(json_agg(json_build_object('at', r.at, 'count', r.count) order by r.at), '[]')
                   from (select min(ends_at) as at, count(*) from current
                         group by (ends_at at time zone 'UTC')::date order by 1 limit 3) r) as "resets!: Json<Vec<Reset>>"
           from current"#,
        now,
        MAX_COUNTED + 1,
        i64::try_from(NAMED).unwrap_or(i64::MAX),
        MAX_RUNNING_OUT
    )
    .fetch_one(&services.pool)
    .await?;
    let mut limits = ReachedLimits {
        users: ReachedBy { at_hard_limit: row.users_at_hard, over_soft_limit: row.users_over_soft, named: Vec::new() },
        projects: ReachedBy {
            at_hard_limit: row.projects_at_hard,
            over_soft_limit: row.projects_over_soft,
            named: Vec::new(),
        },
        running_out: Vec::new(),
        resets: row.resets.0,
        is_exact: row.is_exact,
        stopped_job: jobs.iter().find(|row| row.job == Job::RaiseAlerts).and_then(|row| StoppedJob::of(row, now)),
    };
    for row in row.shown.0 {
        let part = row.part;
        let of = LimitHolder::try_from(row)?;
        match part {
            Part::User => limits.users.named.push(of),
            Part::Project => limits.projects.named.push(of),
            Part::RunningOut => {
                limits.running_out.extend(of.budget.usage.runs_out_at(now).map(|at| RunsOut { of, at }))
            }
        }
    }
    limits.running_out.sort_by_key(|budget| budget.at);
    Ok(limits)
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    User,
    Project,
    RunningOut,
}

#[derive(Debug, Deserialize)]
struct ShownRow {
    part: Part,
    holder: HolderRow,
    category: String,
    spent: Decimal,
    reserved: Decimal,
    soft_limit: Decimal,
    hard_limit: Decimal,
    #[serde(with = "time::serde::rfc3339")]
    starts_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    ends_at: OffsetDateTime,
}

impl TryFrom<ShownRow> for LimitHolder {
    type Error = Error;

    fn try_from(row: ShownRow) -> Result<Self, Error> {
        let usage = Usage {
            limits: limits(row.soft_limit, row.hard_limit)?,
            spent: Money::of_sum(row.spent),
            reserved: Money::of_sum(row.reserved),
            starts_at: row.starts_at,
            resets_at: row.ends_at,
        };
        Ok(Self { holder: row.holder.try_into()?, budget: CategoryUsage { category: category(&row.category)?, usage } })
    }
}
