//! A reset by hand: the window of now ends, and the next one begins with nothing spent. Calls under way stay counted in
//! the window in which they were reserved.

use super::payer::Charge;
use super::windows::{NewWindow, Slot, insert};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::budgets::stored::{limits, schedule};
use crate::budgets::switched_on;
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use domain::budget::{Category, Limits, Share};
use domain::error::Refusal;
use domain::id::{BudgetId, ProjectId, UserId};
use domain::money::Money;
use domain::permission::ManageBudgets;
use domain::spend::PayingBudget;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Whose window is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowSubject {
    /// A user's own budget, or the default one.
    User(UserId),
    /// A project's budget, and with it the shares of its members.
    Project(ProjectId),
}

impl WindowSubject {
    const fn columns(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::User(user) => (None, Some(user.0)),
            Self::Project(project) => (Some(project.0), None),
        }
    }
}

/// Ends the window of now and begins the next one. The past stays as it is.
///
/// # Errors
/// The refusals of every change; [`Refusal::NotFound`] when no budget of the category pays for the subject, or when
/// budgets are switched off.
pub async fn reset(
    services: &Services,
    can: &Can<ManageBudgets>,
    subject: WindowSubject,
    category: Category,
) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let (target, charge) = charge(&mut change, subject, category).await?.ok_or(Refusal::NotFound)?;
    let now = services.clock.now();
    let ended = end_windows(&mut change, charge.slot, now).await?;
    let spent = ended.iter().find(|window| window.slot == charge.slot).map(|window| window.spent);
    let mut next: Vec<_> = ended.iter().map(|window| (window.slot, window.ended_at, window.limits)).collect();
    if spent.is_none() {
        next.push((charge.slot, now, charge.limits));
    }
    // In the order in which reservations open windows.
    next.sort_by_key(|(slot, ..)| *slot);
    let windows = next.into_iter().map(|(slot, starts_at, limits)| {
        let window = charge.schedule.window(Some(starts_at), starts_at, starts_at);
        let ends_at = window.ok_or_else(|| Error::Broken("a reset without a window".to_owned()))?.ends_at;
        let charge = Arc::new(Charge { slot, limits, ..charge.clone() });
        Ok(NewWindow { id: services.new_id(), charge, starts_at, ends_at })
    });
    let windows = windows.collect::<Result<Vec<_>, Error>>()?;
    insert(change.connection(), windows).await?;
    let (action, target_type, id) = match subject {
        WindowSubject::User(user) => (Action::UserBudgetReset, TargetType::User, user.0),
        WindowSubject::Project(project) => (Action::ProjectBudgetReset, TargetType::Project, project.0),
    };
    let entry = Entry::new(action, target_type, id, target).set("category", category.key()).field(
        "spent",
        Some(spent.unwrap_or_default().typed()),
        Some(Money::default().typed()),
    );
    change.record(entry).await?;
    change.commit().await
}

/// The name of the subject, and the budget that pays for it.
async fn charge(
    change: &mut Change<'_>,
    subject: WindowSubject,
    category: Category,
) -> Result<Option<(String, Charge)>, Error> {
    let (project_id, user_id) = subject.columns();
    let row = sqlx::query!(
        r#"select c.target as "target!", c.since as "since!", b.id, coalesce(b.slug, b.id::text) as "slug!", b.name,
                  b.soft_limit, b.hard_limit, b.reset_minutes, b.calendar, b.time_zone
           from (select a.budget_id, a.created_at as since, p.name as target, 1 as choice
                 from project_budgets a join projects p on p.id = a.project_id
                 where a.project_id = $1 and a.category = $3
                 union all
                 select a.budget_id, a.created_at, u.email, 2 from user_budgets a join users u on u.id = a.user_id
                 where a.user_id = $2 and a.category = $3
                 union all
                 select d.id, d.created_at, u.email, 3 from budgets d, users u
                 where d.is_default and d.category = $3 and u.id = $2) c
           join budgets b on b.id = c.budget_id
           order by c.choice limit 1"#,
        project_id,
        user_id,
        category.key()
    )
    .fetch_optional(change.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let charge = Charge {
        slot: Slot { category, project_id, user_id },
        budget: PayingBudget { id: BudgetId(row.id), slug: row.slug, name: row.name },
        limits: limits(row.soft_limit, row.hard_limit)?,
        schedule: schedule(row.reset_minutes, row.calendar, &row.time_zone)?,
        since: row.since,
    };
    Ok(Some((row.target, charge)))
}

struct EndedWindow {
    slot: Slot,
    limits: Limits,
    spent: Money,
    ended_at: OffsetDateTime,
}

/// Ends the windows of now of a subject, those of shares of a project too, in the order of their ids.
async fn end_windows(change: &mut Change<'_>, slot: Slot, now: OffsetDateTime) -> Result<Vec<EndedWindow>, Error> {
    let rows = sqlx::query!(
        "select id, project_id, user_id, starts_at, spent, soft_limit, hard_limit from budget_windows
         where id = any(array(
             select id from budget_windows
             where project_id = $2 and user_id is null and category = $1 and ends_at > $4
             union all
             select id from budget_windows
             where project_id = $2 and user_id is not null and category = $1 and ends_at > $4
             union all
             select id from budget_windows
             where user_id = $3 and project_id is null and category = $1 and ends_at > $4))
           and starts_at <= $4 and ends_at > $4
         order by id for no key update",
        slot.category.key(),
        slot.project_id,
        slot.user_id,
        now
    )
    .fetch_all(change.connection())
    .await?;
    let mut ended = Vec::new();
    let (mut ids, mut ends) = (Vec::new(), Vec::new());
    for row in rows {
        // A window lasts a microsecond at least, also when it began at this very moment.
        let ended_at = now.max(row.starts_at + Duration::microseconds(1));
        ids.push(row.id);
        ends.push(ended_at);
        let spent = Money::of_sum(row.spent);
        ended.push(EndedWindow {
            slot: Slot { project_id: row.project_id, user_id: row.user_id, ..slot },
            limits: Share::new(Money::of_sum(row.soft_limit), Money::of_sum(row.hard_limit)).unwrap_or_default().into(),
            spent,
            ended_at,
        });
    }
    sqlx::query!(
        "update budget_windows w set ends_at = e.ends_at from unnest($1::uuid[], $2::timestamptz[]) e (id, ends_at)
         where w.id = e.id",
        &ids,
        &ends
    )
    .execute(change.connection())
    .await?;
    Ok(ended)
}
