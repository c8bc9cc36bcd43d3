//! The one-time import of the users of a realm into Bursar's database.
//!
//! Users are read in pages, and each page is written in one transaction with its results, the position and the audit
//! events: an import that is killed goes on after the last page. One instance works on it under a lease; a completed
//! import is the marker that it is not done again unless it is forced.

mod by_hand;
mod existing;
mod lease;
mod overview;
mod page;
mod read_report;
mod realm;
mod report;
mod roles;
mod run;
mod write;

pub use by_hand::{Start, start_by_hand, stop};
pub use overview::overview;
pub use read_report::{report, report_page};
pub use realm::Realm;
pub use report::latest;

use crate::Services;
use crate::audit::By;
use crate::error::Error;
use domain::import::{ImportKind, ImportProgress};
use page::{Context, RealmFacts};
use run::{Begun, Run};

/// Why an import stopped. What was committed stays, and the next start goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Keycloak refused, or did not answer.
    #[error(transparent)]
    Keycloak(#[from] keycloak_admin::Error),
    /// The database failed.
    #[error(transparent)]
    Services(#[from] Error),
    /// The lease is lost: a maintainer stopped the import, or another instance took it over because this one did not
    /// renew the lease in time.
    #[error("The import was stopped by a maintainer, or another instance of Bursar took it over.")]
    TakenOver,
    /// The server stops.
    #[error("The server was stopped.")]
    ServerStopped,
}

impl From<sqlx::Error> for ImportError {
    fn from(fault: sqlx::Error) -> Self {
        Self::Services(fault.into())
    }
}

/// Who starts an import; the audit log names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartedBy {
    /// A user of the command line.
    Operator,
    /// The server, at its start.
    Server,
}

impl StartedBy {
    const fn by(self) -> By<'static> {
        match self {
            Self::Operator => By::Operator,
            Self::Server => By::Console,
        }
    }
}

/// What came of starting an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Started {
    /// It is complete.
    Done(ImportProgress),
    /// It was complete before, so nothing was done.
    Before(ImportProgress),
    /// Another instance works on it.
    Elsewhere(ImportProgress),
    /// A maintainer stopped it. Only a user starts it again, not the server by itself.
    StoppedByHand,
}

/// Records what an import would do, in place of the plan before. `tell` hears of every page.
///
/// # Errors
/// See [`ImportError`].
pub async fn plan(
    services: &Services,
    realm: &Realm,
    tell: &mut (dyn FnMut(&ImportProgress) + Send),
) -> Result<Started, ImportError> {
    start(services, realm, (ImportKind::Plan, false), By::Operator, tell).await
}

/// Imports the users, unless a completed import of the realm is on record and `is_forced` is not set. One that was begun
/// and not completed goes on. `tell` hears of every page.
///
/// # Errors
/// See [`ImportError`].
pub async fn apply(
    services: &Services,
    realm: &Realm,
    is_forced: bool,
    started_by: StartedBy,
    tell: &mut (dyn FnMut(&ImportProgress) + Send),
) -> Result<Started, ImportError> {
    start(services, realm, (ImportKind::Apply, is_forced), started_by.by(), tell).await
}

async fn start(
    services: &Services,
    realm: &Realm,
    (kind, is_forced): (ImportKind, bool),
    by: By<'_>,
    tell: &mut (dyn FnMut(&ImportProgress) + Send),
) -> Result<Started, ImportError> {
    if kind == ImportKind::Apply
        && !is_forced
        && let Some(progress) = run::completed(services, realm).await?
    {
        return Ok(Started::Before(progress));
    }
    if matches!(by, By::Console) && run::is_stopped_by_hand(services, realm).await? {
        return Ok(Started::StoppedByHand);
    }
    let facts = run::Facts { total: realm.count().await?, is_writable_by_users: realm.is_writable_by_users().await? };
    let run = match run::begin(services, realm, kind, is_forced, facts).await? {
        Begun::Here(run) => run,
        Begun::Before(progress) => return Ok(Started::Before(progress)),
        Begun::Elsewhere(progress) => return Ok(Started::Elsewhere(progress)),
    };
    complete(services, realm, run, by, tell).await.map(Started::Done)
}

/// Works on an import until it is complete. Whatever stops it before, the lease is released.
async fn complete(
    services: &Services,
    realm: &Realm,
    mut run: Run,
    by: By<'_>,
    tell: &mut (dyn FnMut(&ImportProgress) + Send),
) -> Result<ImportProgress, ImportError> {
    let lease = run.lease();
    let worked = tokio::select! {
        worked = work(services, realm, &mut run, by, tell) => worked,
        lost = lease.keep(services) => Err(lost),
        () = services.background.stopped() => Err(ImportError::ServerStopped),
    };
    if let Err(fault) = worked {
        lease.release(services, &fault).await;
        return Err(fault);
    }
    Ok(run.into_progress())
}

/// Reads page after page. While one is written, the next is read.
async fn work(
    services: &Services,
    realm: &Realm,
    run: &mut Run,
    by: By<'_>,
    tell: &mut (dyn FnMut(&ImportProgress) + Send),
) -> Result<(), ImportError> {
    let rules = &services.settings.claims;
    let facts = RealmFacts {
        admins: roles::holders(realm, &rules.admin_role).await?,
        developers: roles::holders(realm, domain::claims::DEVELOPER_ROLE).await?,
        duplicates: realm.duplicate_addresses().await?,
    };
    let issuer = services.identity().and_then(|identity| realm.issuer(identity));
    let context = Context { facts: &facts, by, issuer };
    let mut page = realm.page(run.position()).await?;
    loop {
        let next = run.position() + u32::try_from(page.users.len()).unwrap_or(u32::MAX);
        let is_last = page.is_last();
        let read_next = async { if is_last { Ok(None) } else { realm.page(next).await.map(Some) } };
        let (written, read) = tokio::join!(page::write(services, run, context, &page), read_next);
        written?;
        tell(run.progress());
        if let Some(next) = read? {
            page = next;
            continue;
        }
        if run.needs_no_other_pass(realm.count().await?) {
            return run.finish(services).await;
        }
        run.begin_pass(services).await?;
        page = realm.page(0).await?;
    }
}
