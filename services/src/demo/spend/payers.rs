//! The budgets that pay, with how much of each is spent.

use super::super::draw::{Part, draws};
use crate::budgets::stored::category;
use crate::error::Error;
use domain::budget::Category;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use sqlx::PgConnection;
use uuid::Uuid;

/// A budget of a user or of a project.
pub(super) struct Payer {
    pub(super) category: Category,
    pub(super) user: Option<Uuid>,
    pub(super) personal_project: Option<Uuid>,
    pub(super) project: Option<Uuid>,
    /// Of the project.
    pub(super) members: Vec<Uuid>,
    /// Dollars.
    hard_limit: f64,
    period_minutes: f64,
    /// How much of the hard limit is spent in a period, about.
    share: f64,
}

const MINUTES: f64 = super::DAYS as f64 * 1440.0;

impl Payer {
    /// Millionths of a dollar that one of so many sessions costs: at most the share of a whole period.
    pub(super) fn session_micros(&self, sessions: f64) -> f64 {
        let of_a_period = self.share * self.hard_limit * 1_000_000.0;
        (of_a_period * MINUTES / self.period_minutes / sessions).min(of_a_period)
    }
}

/// A few are past a limit, most are far from it.
fn share(seed: u64, number: u32) -> f64 {
    let mut rng = draws(seed, Part::Payer, number);
    match rng.u32(0..100) {
        0..4 => 1.05 + 0.15 * rng.f64(),
        4..12 => 0.8 + 0.15 * rng.f64(),
        _ => 0.04 + 0.5 * rng.f64(),
    }
}

/// At most so many payers, half of them projects where there are enough, of those that have spent nothing yet.
pub(super) async fn read(connection: &mut PgConnection, seed: u64, most: u32) -> Result<Vec<Payer>, Error> {
    let rows = sqlx::query!(
        r#"with drawn as (
             (select a.category, p.id as project_id, null::uuid as user_id, null::uuid as personal_id, b.hard_limit,
                     b.reset_minutes, p.name,
                     array(select m.user_id from user_projects m join users u on u.id = m.user_id
                           where m.project_id = p.id and u.is_active and u.user_type = 'regular'
                           order by u.email collate "C" limit 200) as members
              from project_budgets a join budgets b on b.id = a.budget_id join projects p on p.id = a.project_id
              where p.deleted_at is null and not exists (select from budget_windows w where w.project_id = p.id)
              order by md5($1 || p.name || a.category) limit ($2::bigint + 1) / 2)
             union all
             (select a.category, null, u.id, own.id, b.hard_limit, b.reset_minutes, u.email, '{}'
              from user_budgets a join budgets b on b.id = a.budget_id join users u on u.id = a.user_id
              left join projects own on own.created_by = u.id and own.project_type = 'personal'
              where u.is_active and u.last_sign_in_at is not null
                and not exists (select from budget_windows w where w.user_id = u.id)
              order by md5($1 || u.email || a.category) limit $2))
           select category as "category!", project_id, user_id, personal_id, hard_limit as "hard_limit!",
                  reset_minutes as "reset_minutes!", members as "members!: Vec<Uuid>"
           from drawn order by project_id is null, md5($1 || name || category) limit $2"#,
        seed.to_string(),
        i64::from(most)
    )
    .fetch_all(connection)
    .await?;
    (0..)
        .zip(rows)
        .map(|(number, row)| {
            Ok(Payer {
                category: category(&row.category)?,
                user: row.user_id,
                personal_project: row.personal_id,
                project: row.project_id,
                members: row.members,
                hard_limit: dollars(row.hard_limit),
                period_minutes: f64::from(row.reset_minutes),
                share: share(seed, number),
            })
        })
        .collect()
}

/// An amount to draw others from, which are written in millionths.
fn dollars(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or_default()
}
