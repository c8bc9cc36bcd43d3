//! The windows in which spend is counted. A window has a row from its first use on.

mod locked;

pub(super) use self::locked::{LockedWindow, lock, lock_current};

use super::payer::Charge;
use crate::Services;
use crate::error::Error;
use domain::budget::Category;
use domain::error::Refusal;
use domain::spend::SpendWindow;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::sync::Arc;
use time::OffsetDateTime;
use uuid::Uuid;

/// Whose spend of which category a window counts: a user's own budget, a project's, or a member's share of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    pub(super) category: Category,
    pub(super) project_id: Option<Uuid>,
    pub(super) user_id: Option<Uuid>,
}

impl Slot {
    /// Whether it is a member's share of a project's budget.
    pub(super) const fn is_share(self) -> bool {
        self.project_id.is_some() && self.user_id.is_some()
    }
}

/// A moment at which a charge counts.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) charge: Arc<Charge>,
    pub(super) at: OffsetDateTime,
}

impl Moment {
    pub(super) fn key(&self) -> (Slot, OffsetDateTime) {
        (self.charge.slot, self.at)
    }
}

/// What is stored of a subject around a moment.
#[derive(Clone, Debug)]
struct Found {
    id: Option<Uuid>,
    starts_at: Option<OffsetDateTime>,
    schedule: Option<String>,
    /// Of the window at the moment.
    ends_at: Option<OffsetDateTime>,
    /// Of the last window before the moment.
    last_end: Option<OffsetDateTime>,
    /// Of the first window after the moment.
    next_start: Option<OffsetDateTime>,
}

/// A row to insert.
pub(super) struct NewWindow {
    pub(super) id: Uuid,
    pub(super) charge: Arc<Charge>,
    pub(super) starts_at: OffsetDateTime,
    pub(super) ends_at: OffsetDateTime,
}

/// A row that has a schedule which is not that of the budget any more.
struct Outdated {
    id: Uuid,
    charge: Arc<Charge>,
    /// Its new end when it begins at this very moment, so that nothing can be before it.
    ends_at: OffsetDateTime,
}

/// The ids of the windows at these moments. Windows that have no row yet get one; one whose schedule is not that of the
/// budget any more ends now. A moment before the budget was assigned has none.
pub(super) async fn open(
    services: &Services,
    moments: &BTreeMap<(Slot, OffsetDateTime), Moment>,
    now: OffsetDateTime,
) -> Result<BTreeMap<(Slot, OffsetDateTime), Uuid>, Error> {
    let moments: Vec<&Moment> = moments.values().collect();
    for _ in 0..super::ATTEMPTS {
        let found = find(services, &moments).await?;
        let projects = ProjectWindows::of(&moments, &found);
        let (mut missing, mut outdated) = (BTreeMap::new(), BTreeMap::new());
        for (moment, found) in moments.iter().zip(&found) {
            let Some(id) = found.id else {
                if let Some(window) = new_window(services, moment, found, &projects, now)? {
                    missing.entry((moment.charge.slot, window.starts_at)).or_insert(window);
                }
                continue;
            };
            let is_current = found.ends_at.is_some_and(|end| end > now);
            if is_current && found.schedule.as_deref() != Some(&moment.charge.schedule.key()) {
                let ends_at = until(moment, found, found.starts_at.unwrap_or(now))?;
                outdated.entry(id).or_insert(Outdated { id, charge: Arc::clone(&moment.charge), ends_at });
            }
        }
        if missing.is_empty() && outdated.is_empty() {
            let ids = moments.iter().zip(found).filter_map(|(moment, found)| Some((moment.key(), found.id?)));
            return Ok(ids.collect());
        }
        let mut transaction = services.pool.begin().await?;
        end(&mut transaction, outdated.into_values().collect(), now).await?;
        insert(&mut transaction, missing.into_values().collect()).await?;
        crate::change::commit(transaction).await?;
    }
    Err(Refusal::Unavailable.into())
}

async fn find(services: &Services, moments: &[&Moment]) -> Result<Vec<Found>, Error> {
    let slots = Slots::of(moments.iter().map(|moment| moment.charge.slot));
    let at: Vec<OffsetDateTime> = moments.iter().map(|moment| moment.at).collect();
    let rows = sqlx::query_as!(
        Found,
        r#"select case when n.starts_at <= k.at then n.id end as id,
                  case when n.starts_at <= k.at then n.starts_at end as starts_at,
                  case when n.starts_at <= k.at then n.schedule end as schedule,
                  case when n.starts_at <= k.at then n.ends_at end as ends_at,
                  l.ends_at as "last_end?",
                  case when n.starts_at > k.at then n.starts_at end as next_start
           from unnest($1::text[], $2::uuid[], $3::uuid[], $4::timestamptz[])
                with ordinality k (category, project_id, user_id, at, place)
           left join lateral (
               select w.id, w.starts_at, w.ends_at, w.schedule from budget_windows w
               where coalesce(w.user_id, '00000000-0000-0000-0000-000000000000'::uuid) = k.user_id
                 and coalesce(w.project_id, '00000000-0000-0000-0000-000000000000'::uuid) = k.project_id
                 and w.category = k.category and w.ends_at > k.at
               order by w.ends_at limit 1) n on true
           left join lateral (
               select w.ends_at from budget_windows w
               where coalesce(w.user_id, '00000000-0000-0000-0000-000000000000'::uuid) = k.user_id
                 and coalesce(w.project_id, '00000000-0000-0000-0000-000000000000'::uuid) = k.project_id
                 and w.category = k.category and w.ends_at <= k.at
               order by w.ends_at desc limit 1) l on true
           order by k.place"#,
        &slots.categories,
        &slots.project_ids,
        &slots.user_ids,
        &at
    );
    Ok(rows.fetch_all(&services.pool).await?)
}

/// The columns of slots, with nil for what is absent, as the index has it.
struct Slots {
    categories: Vec<String>,
    project_ids: Vec<Uuid>,
    user_ids: Vec<Uuid>,
}

impl Slots {
    fn of(slots: impl Iterator<Item = Slot> + Clone) -> Self {
        Self {
            categories: slots.clone().map(|slot| slot.category.key().to_owned()).collect(),
            project_ids: slots.clone().map(|slot| slot.project_id.unwrap_or_default()).collect(),
            user_ids: slots.map(|slot| slot.user_id.unwrap_or_default()).collect(),
        }
    }
}

/// The window at a moment without a row, between its neighbors. `None` for a time before the budget was assigned, unless
/// it is in the same window as this moment.
fn new_window(
    services: &Services,
    moment: &Moment,
    found: &Found,
    projects: &ProjectWindows,
    now: OffsetDateTime,
) -> Result<Option<NewWindow>, Error> {
    let Moment { charge, at, .. } = moment;
    let window = if charge.slot.is_share() {
        let Some(of_project) = projects.window(moment) else { return Ok(None) };
        SpendWindow {
            starts_at: found.last_end.map_or(of_project.starts_at, |end| end.max(of_project.starts_at)),
            ..of_project
        }
    } else {
        charge.schedule.window(found.last_end, charge.since, *at).ok_or_else(no_window)?
    };
    if *at < charge.since && window.ends_at <= now {
        return Ok(None);
    }
    let ends_at = found.next_start.map_or(window.ends_at, |next| next.min(window.ends_at));
    Ok(Some(NewWindow { id: services.new_id(), charge: Arc::clone(charge), starts_at: window.starts_at, ends_at }))
}

/// The windows of projects that have a row with the schedule of the budget. A share lasts as long as the project's window,
/// so that no member has two shares in one window.
struct ProjectWindows(BTreeMap<(Slot, OffsetDateTime), SpendWindow>);

impl ProjectWindows {
    fn of(moments: &[&Moment], found: &[Found]) -> Self {
        let windows = moments.iter().zip(found).filter_map(|(moment, found)| {
            let is_current = found.schedule.as_deref() == Some(&moment.charge.schedule.key());
            let (starts_at, ends_at) = found.starts_at.zip(found.ends_at).filter(|_| is_current)?;
            Some((moment.key(), SpendWindow { starts_at, ends_at }))
        });
        Self(windows.collect())
    }

    /// The window of the project in which the moment of a share is.
    fn window(&self, share: &Moment) -> Option<SpendWindow> {
        self.0.get(&(Slot { user_id: None, ..share.charge.slot }, share.at)).copied()
    }
}

/// When a window that begins at a time ends with the schedule of the budget.
fn until(moment: &Moment, found: &Found, starts_at: OffsetDateTime) -> Result<OffsetDateTime, Error> {
    let window = moment.charge.schedule.window(Some(starts_at), starts_at, starts_at).ok_or_else(no_window)?;
    Ok(found.next_start.map_or(window.ends_at, |next| next.min(window.ends_at)))
}

fn no_window() -> Error {
    Error::Broken("a time without a window".to_owned())
}

/// Ends windows now. One that begins now, or later by another clock, gets its new schedule and end instead.
async fn end(connection: &mut PgConnection, outdated: Vec<Outdated>, now: OffsetDateTime) -> Result<(), Error> {
    if outdated.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = outdated.iter().map(|window| window.id).collect();
    let schedules: Vec<String> = outdated.iter().map(|window| window.charge.schedule.key()).collect();
    let ends: Vec<OffsetDateTime> = outdated.iter().map(|window| window.ends_at).collect();
    lock(connection, &ids).await?;
    sqlx::query!(
        "update budget_windows w
         set ends_at = case when w.starts_at < $1 then $1 else o.ends_at end,
             schedule = case when w.starts_at < $1 then w.schedule else o.schedule end
         from unnest($2::uuid[], $3::text[], $4::timestamptz[]) o (id, schedule, ends_at)
         where w.id = o.id and w.schedule <> o.schedule and w.ends_at > $1",
        now,
        &ids,
        &schedules,
        &ends
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Inserts windows, except where another transaction was first.
pub(super) async fn insert(connection: &mut PgConnection, windows: Vec<NewWindow>) -> Result<(), Error> {
    if windows.is_empty() {
        return Ok(());
    }
    let slots = windows.iter().map(|window| window.charge.slot);
    let categories: Vec<String> = slots.clone().map(|slot| slot.category.key().to_owned()).collect();
    let project_ids: Vec<Option<Uuid>> = slots.clone().map(|slot| slot.project_id).collect();
    let user_ids: Vec<Option<Uuid>> = slots.map(|slot| slot.user_id).collect();
    let ids: Vec<Uuid> = windows.iter().map(|window| window.id).collect();
    let budgets: Vec<Uuid> = windows.iter().map(|window| window.charge.budget.id.0).collect();
    let schedules: Vec<String> = windows.iter().map(|window| window.charge.schedule.key()).collect();
    let starts: Vec<OffsetDateTime> = windows.iter().map(|window| window.starts_at).collect();
    let ends: Vec<OffsetDateTime> = windows.iter().map(|window| window.ends_at).collect();
    let soft: Vec<Decimal> = windows.iter().map(|window| window.charge.limits.soft().as_decimal()).collect();
    let hard: Vec<Decimal> = windows.iter().map(|window| window.charge.limits.hard().as_decimal()).collect();
    sqlx::query!(
        "insert into budget_windows
             (id, category, project_id, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit)
         select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[],
                              $7::timestamptz[], $8::timestamptz[], $9::numeric[], $10::numeric[])
         on conflict do nothing",
        &ids,
        &categories,
        &project_ids as &[Option<Uuid>],
        &user_ids as &[Option<Uuid>],
        &budgets,
        &schedules,
        &starts,
        &ends,
        &soft,
        &hard
    )
    .execute(connection)
    .await?;
    Ok(())
}
