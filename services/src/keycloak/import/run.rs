//! One import: its row, its progress, and the completed marker.

use super::ImportError;
use super::lease::Lease;
use super::realm::Realm;
use crate::Services;
use crate::error::Error;
use domain::import::{ImportCounts, ImportKind, ImportProgress};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Serialises the beginnings of imports: two instances start at the same time.
const BEGIN_LOCK: i64 = 0x6275_7273_6172_0470;

/// What came of beginning an import.
pub(super) enum Begun {
    /// It runs here, from its beginning or from the page after the last one that was committed.
    Here(Run),
    /// It is complete.
    Before(ImportProgress),
    /// Another instance works on it.
    Elsewhere(ImportProgress),
}

/// What the row of an import says of the realm.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) total: u32,
    pub(super) is_writable_by_users: bool,
}

/// An import that this instance works on.
pub(super) struct Run {
    lease: Lease,
    position: u32,
    is_second_pass: bool,
    last_subject: Option<String>,
    has_moved: bool,
    progress: ImportProgress,
}

/// A row of `keycloak_imports`.
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) realm: String,
    pub(super) is_plan: bool,
    pub(super) total: i32,
    pub(super) position: i32,
    pub(super) is_second_pass: bool,
    pub(super) last_subject: Option<String>,
    pub(super) has_moved: bool,
    pub(super) has_attributes: bool,
    pub(super) is_writable_by_users: bool,
    pub(super) created: i32,
    pub(super) updated: i32,
    pub(super) skipped: i32,
    pub(super) conflicts: i32,
    pub(super) failed: i32,
    pub(super) over_limit: i32,
    pub(super) leased_until: Option<OffsetDateTime>,
    pub(super) started_at: OffsetDateTime,
    pub(super) updated_at: OffsetDateTime,
    pub(super) finished_at: Option<OffsetDateTime>,
    pub(super) fault: Option<String>,
}

/// Numbers of users are never negative.
fn number(stored: i32) -> u32 {
    stored.unsigned_abs()
}

fn stored(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl From<Row> for ImportProgress {
    fn from(row: Row) -> Self {
        Self {
            kind: if row.is_plan { ImportKind::Plan } else { ImportKind::Apply },
            realm: row.realm,
            total: number(row.total),
            counts: ImportCounts {
                created: number(row.created),
                updated: number(row.updated),
                skipped: number(row.skipped),
                conflicts: number(row.conflicts),
                failed: number(row.failed),
                over_limit: number(row.over_limit),
            },
            has_attributes: row.has_attributes,
            is_writable_by_users: row.is_writable_by_users,
            started_at: row.started_at,
            updated_at: row.updated_at,
            finished_at: row.finished_at,
            fault: row.fault,
        }
    }
}

/// Begins an import, takes over one that no instance works on any more, or says why not.
pub(super) async fn begin(
    services: &Services,
    realm: &Realm,
    kind: ImportKind,
    is_forced: bool,
    facts: Facts,
) -> Result<Begun, Error> {
    let mut transaction = services.pool.begin().await?;
    let begun = begin_within(services, &mut transaction, realm, (kind, is_forced), facts).await?;
    transaction.commit().await?;
    Ok(begun)
}

/// Lets no other import begin before the end of the transaction.
pub(super) async fn lock_beginnings(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", BEGIN_LOCK).fetch_one(connection).await?;
    Ok(())
}

/// [`begin`], as a part of a transaction.
pub(super) async fn begin_within(
    services: &Services,
    connection: &mut PgConnection,
    realm: &Realm,
    (kind, is_forced): (ImportKind, bool),
    facts: Facts,
) -> Result<Begun, Error> {
    let is_plan = kind == ImportKind::Plan;
    let now = services.clock.now();
    lock_beginnings(connection).await?;
    let last = last(connection, realm, is_plan).await?;
    match last {
        Some(row) if row.finished_at.is_none() && row.leased_until.is_some_and(|until| until > now) => {
            return Ok(Begun::Elsewhere(row.into()));
        }
        Some(row) if row.finished_at.is_some() && !is_plan && !is_forced => return Ok(Begun::Before(row.into())),
        Some(row) if row.finished_at.is_none() && !is_plan => {
            return Ok(Begun::Here(take_over(services, connection, row).await?));
        }
        _ => {}
    }
    if is_plan {
        sqlx::query!(
            "delete from keycloak_imports where address = $1 and realm = $2 and is_plan",
            realm.address(),
            realm.name()
        )
        .execute(&mut *connection)
        .await?;
    }
    let lease = Lease::new(services, services.new_id());
    sqlx::query!(
        "insert into keycloak_imports
           (id, address, realm, is_plan, total, is_writable_by_users, lease_holder, leased_until, started_at, updated_at)
         values ($1, $2, $3, $4, $5, $9, $6, $7, $8, $8)",
        lease.import,
        realm.address(),
        realm.name(),
        is_plan,
        stored(facts.total),
        lease.holder,
        Lease::end(services),
        now,
        facts.is_writable_by_users
    )
    .execute(&mut *connection)
    .await?;
    let progress = ImportProgress {
        kind,
        realm: realm.name().to_owned(),
        total: facts.total,
        counts: ImportCounts::default(),
        has_attributes: false,
        is_writable_by_users: facts.is_writable_by_users,
        started_at: now,
        updated_at: now,
        finished_at: None,
        fault: None,
    };
    Ok(Begun::Here(Run { lease, position: 0, is_second_pass: false, last_subject: None, has_moved: false, progress }))
}

/// The completed import of a realm. Keycloak is not needed to know it.
pub(super) async fn completed(services: &Services, realm: &Realm) -> Result<Option<ImportProgress>, Error> {
    let mut transaction = services.pool.begin().await?;
    let last = last(&mut transaction, realm, false).await?;
    Ok(last.filter(|row| row.finished_at.is_some()).map(ImportProgress::from))
}

/// Whether a maintainer stopped the import that was begun last.
pub(super) async fn is_stopped_by_hand(services: &Services, realm: &Realm) -> Result<bool, Error> {
    let stopped = sqlx::query_scalar!(
        r#"select stopped_at is not null as "is_stopped!" from keycloak_imports
           where address = $1 and realm = $2 and not is_plan order by id desc limit 1"#,
        realm.address(),
        realm.name()
    );
    Ok(stopped.fetch_optional(&services.pool).await?.unwrap_or(false))
}

/// The import of this realm that was begun last.
pub(super) async fn last(connection: &mut PgConnection, realm: &Realm, is_plan: bool) -> Result<Option<Row>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, realm, is_plan, total, position, is_second_pass, last_subject, has_moved, has_attributes,
                is_writable_by_users,
                created, updated, skipped, conflicts, failed, over_limit, leased_until, started_at, updated_at, finished_at, fault
         from keycloak_imports where address = $1 and realm = $2 and is_plan = $3 order by id desc limit 1",
        realm.address(),
        realm.name(),
        is_plan
    );
    Ok(row.fetch_optional(connection).await?)
}

async fn take_over(services: &Services, connection: &mut PgConnection, row: Row) -> Result<Run, Error> {
    let lease = Lease::new(services, row.id);
    sqlx::query!(
        "update keycloak_imports set lease_holder = $2, leased_until = $3, fault = null, stopped_at = null where id = $1",
        lease.import,
        lease.holder,
        Lease::end(services)
    )
    .execute(connection)
    .await?;
    Ok(Run {
        lease,
        position: number(row.position),
        is_second_pass: row.is_second_pass,
        last_subject: row.last_subject.clone(),
        has_moved: row.has_moved,
        progress: ImportProgress { fault: None, ..row.into() },
    })
}

impl Run {
    pub(super) const fn id(&self) -> Uuid {
        self.lease.import
    }

    pub(super) const fn lease(&self) -> Lease {
        self.lease
    }

    pub(super) const fn position(&self) -> u32 {
        self.position
    }

    /// Whether a page that comes after this user is not the one that follows the last page.
    pub(super) fn has_moved(&self, after: Option<&str>) -> bool {
        self.has_moved || self.last_subject.as_deref() != after
    }

    /// Whether every user of the realm was read, `count` of them.
    pub(super) const fn needs_no_other_pass(&self, count: u32) -> bool {
        self.is_second_pass || !(self.has_moved || self.progress.counts.total() < count)
    }

    pub(super) const fn progress(&self) -> &ImportProgress {
        &self.progress
    }

    pub(super) fn into_progress(self) -> ImportProgress {
        self.progress
    }

    pub(super) fn is_plan(&self) -> bool {
        self.progress.kind == ImportKind::Plan
    }

    /// Records a page within its transaction. No other instance writes a page of this import before the commit.
    pub(super) async fn advance(
        &self,
        services: &Services,
        connection: &mut PgConnection,
        next: &Advanced,
    ) -> Result<(), ImportError> {
        let counts = next.counts;
        let advanced = sqlx::query!(
            "update keycloak_imports set
               position = $3, created = $4, updated = $5, skipped = $6, conflicts = $7, failed = $8, over_limit = $9,
               has_attributes = has_attributes or $10, leased_until = $12, updated_at = $11, last_subject = $13,
               has_moved = $14
             where id = $1 and lease_holder = $2 and finished_at is null",
            self.lease.import,
            self.lease.holder,
            stored(next.position),
            stored(counts.created),
            stored(counts.updated),
            stored(counts.skipped),
            stored(counts.conflicts),
            stored(counts.failed),
            stored(counts.over_limit),
            next.has_attributes,
            services.clock.now(),
            Lease::end(services),
            next.last_subject,
            next.has_moved
        )
        .execute(connection)
        .await?;
        if advanced.rows_affected() == 0 { Err(ImportError::TakenOver) } else { Ok(()) }
    }

    /// The page is committed.
    pub(super) fn advanced(&mut self, services: &Services, next: Advanced) {
        (self.position, self.has_moved) = (next.position, next.has_moved);
        self.last_subject = next.last_subject;
        self.progress.counts = next.counts;
        self.progress.has_attributes |= next.has_attributes;
        self.progress.updated_at = services.clock.now();
    }

    /// Reads the realm once more; users who have a result are passed over.
    pub(super) async fn begin_pass(&mut self, services: &Services) -> Result<(), ImportError> {
        let begun = sqlx::query!(
            "update keycloak_imports set position = 0, is_second_pass = true, last_subject = null, has_moved = false
             where id = $1 and lease_holder = $2",
            self.lease.import,
            self.lease.holder
        )
        .execute(&services.pool)
        .await?;
        (self.position, self.is_second_pass, self.has_moved, self.last_subject) = (0, true, false, None);
        if begun.rows_affected() == 0 { Err(ImportError::TakenOver) } else { Ok(()) }
    }

    /// Sets the completed marker.
    pub(super) async fn finish(&mut self, services: &Services) -> Result<(), ImportError> {
        let now = services.clock.now();
        let finished = sqlx::query!(
            "update keycloak_imports set finished_at = $3, updated_at = $3, leased_until = null, fault = null
             where id = $1 and lease_holder = $2 and finished_at is null",
            self.lease.import,
            self.lease.holder,
            now
        )
        .execute(&services.pool)
        .await?;
        (self.progress.finished_at, self.progress.updated_at) = (Some(now), now);
        if finished.rows_affected() == 0 { Err(ImportError::TakenOver) } else { Ok(()) }
    }
}

/// How far an import is after a page.
pub(super) struct Advanced {
    pub(super) position: u32,
    pub(super) counts: ImportCounts,
    pub(super) has_attributes: bool,
    pub(super) last_subject: Option<String>,
    pub(super) has_moved: bool,
}
