//! The audit log, the newest event first: one statement for a page, whatever the filter and the number of rows.

mod filter;
mod row;

pub use filter::{ActorFilter, EventFilter};

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::keyset::{Keyset, SortKey, time_key};
use domain::audit::{AuditEvent, AuditFilter, AuditProof, AuditQuery};
use domain::count::MAX_EXACT_COUNT;
use domain::id::EventId;
use domain::page::{Cursor, Direction, Page, PageSize};
use domain::permission::{ReadActivityEvents, ViewAuditLog};
use filter::Rows;
use row::Row;
use sqlx::{Postgres, QueryBuilder};

/// New events are counted up to this many.
pub const MAX_NEW_EVENTS: u32 = 100;

/// A page of the audit log. One statement.
///
/// # Errors
/// The database failed.
pub async fn list(
    services: &Services,
    _can: &Can<ViewAuditLog>,
    query: &AuditQuery,
) -> Result<Page<AuditEvent>, Error> {
    read(services, &EventFilter::from(&query.filter), query.cursor.as_ref(), query.size).await
}

/// The newest events. One statement.
///
/// # Errors
/// The database failed.
pub async fn newest(services: &Services, _can: &Can<ViewAuditLog>, limit: u32) -> Result<Vec<AuditEvent>, Error> {
    let (filter, keyset) = (EventFilter::default(), keyset(None, PageSize::default()));
    let mut sql = select(&Rows { filter: &filter, keyset: &keyset, limit, offset: 0 });
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    rows.into_iter().map(|row| row.read(services.settings.budgets)).collect()
}

/// The last verification of the chain; `None` before the first.
///
/// # Errors
/// The database failed.
pub async fn proof(services: &Services, _can: &Can<ViewAuditLog>) -> Result<Option<AuditProof>, Error> {
    let row = sqlx::query!(
        "select verified_at, sealed, problems, problem,
                (select verified_at from audit_verifications where is_whole order by verified_at desc, id desc limit 1)
                as whole_at
         from audit_verifications order by verified_at desc, id desc limit 1"
    )
    .fetch_optional(&services.pool)
    .await?;
    Ok(row.map(|row| AuditProof {
        verified_at: row.verified_at,
        whole_at: row.whole_at,
        sealed: row.sealed,
        problems: row.problems,
        problem: row.problem,
    }))
}

/// How many events that match the filter are newer than the event `newest`, at most [`MAX_NEW_EVENTS`]. Two statements.
///
/// # Errors
/// The database failed.
pub async fn count_new(
    services: &Services,
    _can: &Can<ViewAuditLog>,
    query: &AuditQuery,
    newest: EventId,
) -> Result<i64, Error> {
    let at =
        sqlx::query_scalar!("select at from audit_log where id = $1", newest.0).fetch_optional(&services.pool).await?;
    let filter = EventFilter::from(&query.filter);
    let since = Cursor { direction: Direction::Before, key: time_key(at), id: newest.0 };
    let page = keyset(Some(&since), PageSize::default());
    let mut sql = QueryBuilder::new("select count(*) from (");
    Rows { filter: &filter, keyset: &page, limit: MAX_NEW_EVENTS, offset: 0 }.push(&mut sql);
    sql.push(") l");
    Ok(sql.build_query_scalar().fetch_one(&services.pool).await?)
}

/// Which events of a filtered log.
#[derive(Clone, Copy, Debug)]
pub struct EventSlice {
    /// The most events.
    pub limit: u32,
    /// Events before them.
    pub offset: u32,
    /// The oldest event first.
    pub is_ascending: bool,
}

/// A part of the audit log for `/v1`, and how many events match: exact up to [`MAX_EXACT_COUNT`], above that a lower
/// bound. Two statements.
///
/// # Errors
/// The database failed.
pub async fn activity(
    services: &Services,
    _can: &Can<ReadActivityEvents>,
    filter: &EventFilter,
    slice: EventSlice,
) -> Result<(Vec<AuditEvent>, i64), Error> {
    let EventSlice { limit, offset, is_ascending } = slice;
    let keyset = Keyset::new(SortKey::time("l.at"), "l", !is_ascending, PageSize::default(), None);
    let mut sql = select(&Rows { filter, keyset: &keyset, limit, offset });
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    let mut sql = QueryBuilder::new("select count(*) from (");
    let most = u32::try_from(MAX_EXACT_COUNT).unwrap_or(u32::MAX);
    Rows { filter, keyset: &keyset, limit: most + 1, offset: 0 }.push(&mut sql);
    sql.push(") l");
    let counted: i64 = sql.build_query_scalar().fetch_one(&services.pool).await?;
    let read = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let known = if read > 0 { i64::from(offset) + read } else { 0 };
    let has_budgets = services.settings.budgets;
    let events = rows.into_iter().map(|row| row.read(has_budgets)).collect::<Result<_, _>>()?;
    Ok((events, counted.max(known)))
}

/// What the filter names by id, by name.
#[derive(Clone, Debug, Default)]
pub struct FilterNames {
    /// The e-mail address of the user.
    pub actor: Option<String>,
    /// The name that the target had last.
    pub target: Option<String>,
}

/// Reads the names of what the filter names by id. At most one statement.
///
/// # Errors
/// The database failed.
pub async fn names(services: &Services, _can: &Can<ViewAuditLog>, filter: &AuditFilter) -> Result<FilterNames, Error> {
    let actor = filter.actor.as_ref().and_then(|actor| actor.as_str().parse::<uuid::Uuid>().ok());
    if actor.is_none() && filter.target.is_none() {
        return Ok(FilterNames::default());
    }
    let mut sql = QueryBuilder::new("select (select email from users where id = ");
    sql.push_bind(actor).push("), (select target from audit_log where target_id = ").push_bind(filter.target);
    sql.push(" order by at desc, id desc limit 1)");
    let (actor, target) = sql.build_query_as().fetch_one(&services.pool).await?;
    Ok(FilterNames { actor, target })
}

async fn read(
    services: &Services,
    filter: &EventFilter,
    cursor: Option<&Cursor>,
    size: PageSize,
) -> Result<Page<AuditEvent>, Error> {
    let keyset = keyset(cursor, size);
    let rows: Vec<Row> = statement(filter, &keyset).build_query_as().fetch_all(&services.pool).await?;
    let page = keyset.page(rows, |row| (time_key(Some(row.at)), row.id));
    let has_budgets = services.settings.budgets;
    page.try_map(|row| row.read(has_budgets))
}

/// The newest event first.
fn keyset(cursor: Option<&Cursor>, size: PageSize) -> Keyset<'_> {
    Keyset::new(SortKey::time("l.at"), "l", true, size, cursor)
}

fn statement(filter: &EventFilter, keyset: &Keyset<'_>) -> QueryBuilder<Postgres> {
    select(&Rows { filter, keyset, limit: keyset.limit(), offset: 0 })
}

fn select(rows: &Rows<'_>) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new("select ");
    sql.push(row::COLUMNS).push(" from (");
    rows.push(&mut sql);
    sql.push(") l").push(row::JOINS);
    rows.keyset.push_order(&mut sql);
    sql
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use domain::audit::{AuditFilter, Kind};
    use domain::project::ProjectName;
    use domain::text::SearchTerm;
    use uuid::Uuid;

    /// Of the rows that a filter reads, none is read beside the page: whether its events are many, few or old.
    #[tokio::test]
    async fn every_filter_reads_a_bounded_part_of_its_own_index() {
        let world = World::create().await;
        world
            .run(
                "insert into users (id, name, email) values ('00000000-0000-0000-0000-000000000001'::uuid, 'Busy', 'busy@example.com'),
                                                            ('00000000-0000-0000-0000-000000000002'::uuid, 'Idle', 'idle@example.com');
                 insert into projects (id, name, description, project_type)
                   values (md5('atlas')::uuid, 'atlas', 'Atlas', 'shared');
                 insert into audit_log (id, at, actor_id, actor, action, target_type, target_id, target, changes)
                   select gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 minute',
                          case when n % 3 > 0 then '00000000-0000-0000-0000-000000000001'::uuid end, case when n % 3 > 0 then 'busy@example.com' else 'Bursar' end,
                          case n % 4 when 0 then 'project.member_added' when 1 then 'user.edited' when 2 then 'user.created'
                                     else 'budget.edited' end,
                          case when n % 4 = 0 then 'project' else 'user' end, md5((n % 5000)::text)::uuid, 'Target ' || n % 5000,
                          jsonb_build_array(jsonb_build_object('field', 'person', 'before', null, 'after', 'busy@example.com'))
                   from generate_series(1, 40000) n;
                 analyze;",
            )
            .await;
        let term = |text| SearchTerm::parse(text).ok();
        let default = AuditFilter::default;
        for (index, filter) in [
            ("audit_log_by_time", default()),
            ("audit_log_by_target", AuditFilter { target: Some(Uuid::from_u128(7)), ..default() }),
            ("audit_log_by_user", AuditFilter { actor: term("busy@example.com"), ..default() }),
            ("audit_log_by_user", AuditFilter { actor: term("idle@example.com"), ..default() }),
            ("audit_log_by_actor", AuditFilter { actor: term("bursar"), ..default() }),
            ("audit_log_by_action", AuditFilter { kind: Some(Kind::User), ..default() }),
            ("audit_log_by_action", AuditFilter { kind: Some(Kind::Job), ..default() }),
            ("audit_log_by_name", AuditFilter { search: term("target 17"), ..default() }),
            ("audit_log_by_target", AuditFilter { project: ProjectName::parse_existing("atlas").ok(), ..default() }),
        ] {
            let filter = EventFilter::from(&filter);
            let page = keyset(None, PageSize::default());
            let mut sql = statement(&filter, &page);
            let plan = world.executed_plan(&mut sql).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan on audit_log"), "{index} {filter:?}\n{plan}");
            let read = world.rows_read(&mut statement(&filter, &page), index).await;
            assert!(read.rows <= 400, "{index} {filter:?} {read:?}");
        }
        let filter = EventFilter { target: Some(Uuid::from_u128(1)), ..EventFilter::default() };
        let read =
            world.rows_read(&mut statement(&filter, &keyset(None, PageSize::default())), "audit_log_by_member").await;
        assert!(read.rows > 0 && read.rows <= 50, "{read:?}");
    }
}
