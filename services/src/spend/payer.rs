//! Which budget pays, as it is at this moment.

use super::windows::Slot;
use crate::allocations::fixed_share;
use crate::budgets::stored::{limits, schedule};
use crate::error::Error;
use domain::budget::schedule::Schedule;
use domain::budget::{Category, EqualPool, Limits, Share};
use domain::id::BudgetId;
use domain::spend::{PayingBudget, SpendRefusal, SpendSubject};
use rust_decimal::Decimal;
use sqlx::PgExecutor;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// What decides which budget pays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spender<'a> {
    pub(super) subject: &'a SpendSubject,
    pub(super) category: Category,
    /// With credentials of their own: no budget pays.
    pub(super) personal: bool,
}

/// A user, a project, and the budgets that pay for them.
#[derive(Clone, Debug)]
pub(super) struct Payer {
    /// The user that was named, if there is one.
    pub(super) user_id: Option<Uuid>,
    /// The project that was named, if there is one.
    pub(super) project_id: Option<Uuid>,
    /// Why a new call is denied, whatever is left of the budgets.
    denial: Option<SpendRefusal>,
    /// What counts the spend: nothing, a budget, or a project's budget and the member's share of it.
    pub(super) charges: Vec<Arc<Charge>>,
}

/// A budget that pays, and where it counts.
#[derive(Clone, Debug)]
pub(super) struct Charge {
    pub(super) slot: Slot,
    pub(super) budget: PayingBudget,
    pub(super) limits: Limits,
    pub(super) schedule: Schedule,
    /// When it was assigned.
    pub(super) since: OffsetDateTime,
}

impl Payer {
    /// The user or the project does not exist: neither a call nor its spend can be attributed.
    pub(super) fn check_known(&self) -> Result<(), SpendRefusal> {
        match &self.denial {
            Some(denial @ (SpendRefusal::UnknownUser | SpendRefusal::UnknownProject)) => Err(denial.clone()),
            _ => Ok(()),
        }
    }

    /// As [`Payer::check_known`], and the user may make calls in the project.
    pub(super) fn check_may_call(&self) -> Result<(), SpendRefusal> {
        self.denial.clone().map_or(Ok(()), Err)
    }
}

struct Row {
    user_id: Option<Uuid>,
    is_active: Option<bool>,
    project_id: Option<Uuid>,
    project_name: Option<String>,
    is_deleted: bool,
    is_member: bool,
    budget_id: Option<Uuid>,
    slug: Option<String>,
    budget_name: Option<String>,
    soft_limit: Option<Decimal>,
    hard_limit: Option<Decimal>,
    reset_minutes: Option<i32>,
    calendar: Option<bool>,
    time_zone: Option<String>,
    since: Option<OffsetDateTime>,
    of_project: Option<bool>,
    /// Whether the project enforces member limits.
    is_enforced: bool,
    /// The fixed share of the member.
    own_soft: Option<Decimal>,
    own_hard: Option<Decimal>,
    /// The sums of all fixed shares.
    fixed_soft: Option<Decimal>,
    fixed_hard: Option<Decimal>,
    /// How many members have equal shares.
    equal_members: Option<i64>,
    /// Whether the member is the last one with an equal share, in the order of the user ids.
    is_last: Option<bool>,
}

/// Finds users, projects and budgets, in the order of the spenders. One statement, without locks.
pub(super) async fn resolve(executor: impl PgExecutor<'_>, spenders: &[Spender<'_>]) -> Result<Vec<Payer>, Error> {
    let user = |spender: &Spender<'_>| spender.subject.user().map(|user| user.as_str().to_owned());
    let users: Vec<Option<String>> = spenders.iter().map(user).collect();
    let user_ids: Vec<Option<Uuid>> = users.iter().map(|user| user.as_ref()?.parse().ok()).collect();
    let project = |spender: &Spender<'_>| spender.subject.project().map(|project| project.as_str().to_owned());
    let projects: Vec<Option<String>> = spenders.iter().map(project).collect();
    let categories: Vec<String> = spenders.iter().map(|spender| spender.category.key().to_owned()).collect();
    let personal: Vec<bool> = spenders.iter().map(|spender| spender.personal).collect();
    let rows = sqlx::query_as!(
        Row,
        r#"with spender as materialized (
             select r.place, r.category, u.id as user_id, u.is_active, p.id as project_id, p.name as project_name,
                    p.deleted_at is not null as is_deleted, m.user_id is not null as is_member, b.id as budget_id, b.slug,
                    b.name as budget_name, b.soft_limit, b.hard_limit, b.reset_minutes, b.calendar, b.time_zone, b.since,
                    b.of_project, coalesce(p.member_limits_enforced and b.is_own, false) as is_enforced,
                    o.soft_limit as own_soft, o.hard_limit as own_hard
             from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[])
                  with ordinality r (user_id, user_name, project, category, personal, place)
             left join lateral (
                 select n.id, n.is_active from (
                     select id, is_active, 1 as choice from users where id = r.user_id
                     union all
                     select id, is_active, 2 from users where lower(email) = lower(r.user_name)
                     union all
                     select id, is_active, 3 from users where lower(username) = lower(r.user_name)) n
                 order by n.choice limit 1) u on true
             left join projects p on lower(p.name) = lower(r.project)
             left join user_projects m on m.user_id = u.id and m.project_id = p.id
             left join lateral (
                 select b.id, coalesce(b.slug, b.id::text) as slug, b.name, b.soft_limit, b.hard_limit, b.reset_minutes,
                        b.calendar, b.time_zone, c.since, c.choice = 1 as of_project,
                        c.choice = 1 and b.project_id is not null as is_own
                 from (
                     select a.budget_id, a.created_at as since, 1 as choice from project_budgets a
                     where a.project_id = p.id and a.category = r.category
                     union all
                     select a.budget_id, a.created_at, 2 from user_budgets a
                     where a.user_id = u.id and a.category = r.category
                     union all
                     select d.id, d.created_at, 3 from budgets d
                     where d.is_default and d.category = r.category and u.id is not null) c
                 join budgets b on b.id = c.budget_id
                 order by c.choice limit 1) b on not r.personal
             left join member_allocations o
                 on p.member_limits_enforced and b.is_own and o.project_id = m.project_id and o.user_id = m.user_id
                    and o.category = r.category),
           -- Counts members: once for all spenders of a project.
           pool as (
             select e.project_id, e.category, f.soft, f.hard, c.members - f.members as members, l.user_id as last_member
             from (select distinct project_id, category from spender
                   where is_enforced and is_member and own_hard is null) e
             cross join lateral (
                 select coalesce(sum(a.soft_limit), 0) as soft, coalesce(sum(a.hard_limit), 0) as hard, count(*) as members
                 from member_allocations a where a.project_id = e.project_id and a.category = e.category) f
             cross join lateral (select count(*) as members from user_projects x where x.project_id = e.project_id) c
             left join lateral (
                 select x.user_id from user_projects x
                 where x.project_id = e.project_id and not exists (
                     select from member_allocations a
                     where a.project_id = e.project_id and a.category = e.category and a.user_id = x.user_id)
                 order by x.user_id desc limit 1) l on true)
           select s.user_id as "user_id?", s.is_active as "is_active?", s.project_id as "project_id?",
                  s.project_name as "project_name?", s.is_deleted as "is_deleted!", s.is_member as "is_member!",
                  s.budget_id as "budget_id?", s.slug as "slug?", s.budget_name as "budget_name?",
                  s.soft_limit as "soft_limit?", s.hard_limit as "hard_limit?", s.reset_minutes as "reset_minutes?",
                  s.calendar as "calendar?", s.time_zone as "time_zone?", s.since as "since?",
                  s.of_project as "of_project?", s.is_enforced as "is_enforced!", s.own_soft as "own_soft?",
                  s.own_hard as "own_hard?", e.soft as "fixed_soft?", e.hard as "fixed_hard?",
                  e.members as "equal_members?", e.last_member = s.user_id as "is_last?"
           from spender s
           left join pool e on s.is_enforced and s.is_member and s.own_hard is null
               and e.project_id = s.project_id and e.category = s.category
           order by s.place"#,
        &user_ids as &[Option<Uuid>],
        &users as &[Option<String>],
        &projects as &[Option<String>],
        &categories,
        &personal
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter().zip(spenders).map(|(row, spender)| payer(row, spender)).collect()
}

fn payer(row: Row, spender: &Spender<'_>) -> Result<Payer, Error> {
    let denial = denial(&row, spender.subject);
    let (user_id, project_id) = (row.user_id, row.project_id);
    let charges = charges(row, spender.category)?.into_iter().map(Arc::new).collect();
    Ok(Payer { user_id, project_id, denial, charges })
}

fn denial(row: &Row, subject: &SpendSubject) -> Option<SpendRefusal> {
    let (has_user, has_project) = (subject.user().is_some(), subject.project().is_some());
    let project = || row.project_name.clone().unwrap_or_default();
    if has_user && row.user_id.is_none() {
        Some(SpendRefusal::UnknownUser)
    } else if has_project && row.project_id.is_none() {
        Some(SpendRefusal::UnknownProject)
    } else if row.is_active == Some(false) {
        Some(SpendRefusal::UserDeactivated)
    } else if row.is_deleted {
        Some(SpendRefusal::ProjectDeleted { project: project() })
    } else if has_user && has_project && !row.is_member {
        Some(SpendRefusal::NotAMember { project: project() })
    } else if !has_user && row.is_enforced && row.of_project == Some(true) {
        Some(SpendRefusal::AllocationMissing { project: project() })
    } else {
        None
    }
}

/// The budget of the row, which the statement leaves out or returns whole; then the member's share of it.
fn charges(row: Row, category: Category) -> Result<Vec<Charge>, Error> {
    let (Some(soft), Some(hard), Some(minutes)) = (row.soft_limit, row.hard_limit, row.reset_minutes) else {
        return Ok(Vec::new());
    };
    let limits = limits(soft, hard)?;
    let share = share(&row, limits)?;
    let (Some(id), Some(slug), Some(name)) = (row.budget_id, row.slug, row.budget_name) else { return Ok(Vec::new()) };
    let (Some(is_calendar), Some(zone), Some(since)) = (row.calendar, row.time_zone, row.since) else {
        return Ok(Vec::new());
    };
    let schedule = schedule(minutes, is_calendar, &zone)?;
    let (project_id, user_id) = if row.of_project == Some(true) { (row.project_id, None) } else { (None, row.user_id) };
    let budget = PayingBudget { id: BudgetId(id), slug, name };
    let charge = Charge { slot: Slot { category, project_id, user_id }, budget, limits, schedule, since };
    let of_member = share.map(|share| {
        let slot = Slot { user_id: row.user_id, ..charge.slot };
        Charge { slot, limits: share.into(), ..charge.clone() }
    });
    Ok([charge].into_iter().chain(of_member).collect())
}

/// The member's share of the project's budget, where the project enforces member limits.
fn share(row: &Row, limits: Limits) -> Result<Option<Share>, Error> {
    if let Some((soft, hard)) = row.own_soft.zip(row.own_hard) {
        return fixed_share(soft, hard).map(Some);
    }
    let (Some(soft), Some(hard), Some(members)) = (row.fixed_soft, row.fixed_hard, row.equal_members) else {
        return Ok(None);
    };
    let pool = EqualPool::left(limits, soft, hard, u32::try_from(members).unwrap_or(u32::MAX));
    Ok(Some(pool.share(row.is_last == Some(true))))
}
