//! Beginning an import: from its first page, or from the page after the last one that was committed.

use super::Started;
use super::lease::Lease;
use super::realm::Realm;
use super::row::{Row, last, stored};
use super::run::Run;
use crate::Services;
use crate::error::Error;
use crate::sweep::{self, BATCH};
use domain::import::{ImportCounts, ImportKind, ImportProgress};
use sqlx::PgConnection;
use time::OffsetDateTime;

/// Serialises the beginnings of imports: two instances start at the same time.
const BEGIN_LOCK: i64 = 0x6275_7273_6172_0470;

/// What is to be done.
#[derive(Clone, Copy)]
pub(super) struct ImportRequest {
    pub(super) kind: ImportKind,
    /// Whether users are imported again after a completed import.
    pub(super) is_forced: bool,
}

/// What came of beginning an import.
pub(super) enum Begun {
    /// It runs here.
    Here(Run),
    /// There is nothing to do here.
    Settled(Started),
}

/// What the row of an import says of the realm.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) total: u32,
    pub(super) is_writable_by_users: bool,
}

impl Facts {
    pub(super) async fn read(realm: &Realm) -> Result<Self, keycloak_admin::Error> {
        let (total, is_writable_by_users) = tokio::try_join!(realm.count(), realm.is_writable_by_users())?;
        Ok(Self { total, is_writable_by_users })
    }
}

impl ImportRequest {
    fn is_plan(self) -> bool {
        self.kind == ImportKind::Plan
    }

    /// What the answer says of the last import, where that leaves nothing to do here.
    fn settled(self, last: &Row, now: OffsetDateTime) -> Option<fn(ImportProgress) -> Started> {
        if last.is_leased(now) {
            return Some(Started::Elsewhere);
        }
        if last.finished_at.is_some() && !self.is_plan() && !self.is_forced {
            return Some(Started::Before);
        }
        None
    }
}

/// The answer where another instance imports, or the import is complete. Keycloak is not needed to know it.
pub(super) async fn settled(
    services: &Services,
    realm: &Realm,
    request: ImportRequest,
) -> Result<Option<Started>, Error> {
    let last = last(&services.pool, realm, request.is_plan()).await?;
    Ok(last.and_then(|last| Some(request.settled(&last, services.clock.now())?(last.into()))))
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

/// Begins an import, takes over one that no instance works on any more, or says why not.
pub(super) async fn begin(
    services: &Services,
    realm: &Realm,
    request: ImportRequest,
    facts: Facts,
) -> Result<Begun, Error> {
    if request.is_plan() {
        delete_plan_rows(services, realm).await?;
    }
    let mut transaction = services.pool.begin().await?;
    let begun = begin_within(services, &mut transaction, realm, request, facts).await?;
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
    request: ImportRequest,
    facts: Facts,
) -> Result<Begun, Error> {
    lock_beginnings(connection).await?;
    lock_unfinished(connection, realm, request.is_plan()).await?;
    let last = last(&mut *connection, realm, request.is_plan()).await?;
    if let Some(last) = &last
        && let Some(settled) = request.settled(last, services.clock.now())
    {
        return Ok(Begun::Settled(settled(last.clone().into())));
    }
    Ok(Begun::Here(match last {
        Some(row) if row.finished_at.is_none() && !request.is_plan() => take_over(services, connection, row).await?,
        _ => insert(services, connection, realm, request, facts).await?,
    }))
}

/// Waits for a page that is being committed: its position is the one to go on from.
async fn lock_unfinished(connection: &mut PgConnection, realm: &Realm, is_plan: bool) -> Result<(), Error> {
    sqlx::query!(
        "select id from keycloak_imports
         where address = $1 and realm = $2 and is_plan = $3 and finished_at is null for update",
        realm.address(),
        realm.name(),
        is_plan
    )
    .fetch_optional(connection)
    .await?;
    Ok(())
}

async fn take_over(services: &Services, connection: &mut PgConnection, row: Row) -> Result<Run, Error> {
    let (lease, now) = (Lease::new(services, row.id), services.clock.now());
    sqlx::query!(
        "update keycloak_imports set lease_holder = $2, leased_until = $3, fault = null, stopped_at = null, resumed_at = $4,
                                     resumed_with = created + updated + skipped + conflicts + failed
         where id = $1",
        lease.import,
        lease.holder,
        Lease::end(services),
        now
    )
    .execute(connection)
    .await?;
    Ok(Run::resumed(lease, row, now))
}

/// Inserts a new import; a new plan takes the place of the one before.
async fn insert(
    services: &Services,
    connection: &mut PgConnection,
    realm: &Realm,
    request: ImportRequest,
    facts: Facts,
) -> Result<Run, Error> {
    if request.is_plan() {
        sqlx::query!(
            "delete from keycloak_imports where address = $1 and realm = $2 and is_plan",
            realm.address(),
            realm.name()
        )
        .execute(&mut *connection)
        .await?;
    }
    let (now, lease) = (services.clock.now(), Lease::new(services, services.new_id()));
    sqlx::query!(
        "insert into keycloak_imports
           (id, address, realm, is_plan, total, is_writable_by_users, lease_holder, leased_until, started_at, updated_at)
         values ($1, $2, $3, $4, $5, $9, $6, $7, $8, $8)",
        lease.import,
        realm.address(),
        realm.name(),
        request.is_plan(),
        stored(facts.total),
        lease.holder,
        Lease::end(services),
        now,
        facts.is_writable_by_users
    )
    .execute(connection)
    .await?;
    let progress = ImportProgress {
        kind: request.kind,
        realm: realm.name().to_owned(),
        total: facts.total,
        counts: ImportCounts::default(),
        has_attributes: false,
        is_writable_by_users: facts.is_writable_by_users,
        started_at: now,
        resumed_at: None,
        resumed_with: 0,
        updated_at: now,
        finished_at: None,
        fault: None,
    };
    Ok(Run::new(lease, progress))
}

/// Deletes the report of the plan before, in batches and before any lock: it may have a million rows. The plan that
/// another instance makes keeps its report.
pub(super) async fn delete_plan_rows(services: &Services, realm: &Realm) -> Result<u64, Error> {
    let now = services.clock.now();
    sweep::in_batches(|| {
        sqlx::query!(
            "delete from keycloak_import_users where ctid = any(array(
               select r.ctid from keycloak_import_users r join keycloak_imports i on i.id = r.import_id
               where i.address = $1 and i.realm = $2 and i.is_plan
                 and (i.finished_at is not null or i.leased_until is null or i.leased_until <= $3)
               limit $4 for update of r skip locked))",
            realm.address(),
            realm.name(),
            now,
            BATCH
        )
        .execute(&services.pool)
    })
    .await
}
