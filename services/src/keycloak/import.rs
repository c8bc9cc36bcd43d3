//! The one-time import of the users of a realm into Bursar's database.
//!
//! Users are read in pages, and each page is written in one transaction with its results, the position and the audit
//! events: an import that is killed goes on after the last page. One instance works on it under a lease; a completed
//! import is the marker that it is not done again unless it is forced.

mod apply;
mod begin;
mod by_hand;
mod create;
mod existing;
mod lease;
mod memberships;
mod overview;
mod page;
mod read_report;
mod realm;
mod report;
mod roles;
mod row;
mod run;
mod update;

pub use by_hand::{Start, start_by_hand, stop};
pub use overview::overview;
pub use read_report::{report, report_page};
pub use realm::Realm;
pub use report::latest;

use crate::Services;
use crate::audit::By;
use crate::error::Error;
use begin::{Begun, Facts, ImportRequest};
use domain::import::{ImportKind, ImportProgress};
use domain::keycloak_user::{RealmRole, RealmRoles};
use page::{Context, RealmFacts};
use run::Run;

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
    /// Users were deleted in every pass.
    #[error(
        "Users of the realm were deleted each time it was read, so some of the others may be missing. Start the import again \
         when no users are deleted: it adds those."
    )]
    UsersDeleted,
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
    run(services, realm, ImportRequest { kind: ImportKind::Plan, is_forced: false }, By::Operator, tell).await
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
    run(services, realm, ImportRequest { kind: ImportKind::Apply, is_forced }, started_by.by(), tell).await
}

async fn run(
    services: &Services,
    realm: &Realm,
    request: ImportRequest,
    by: By<'_>,
    tell: &mut (dyn FnMut(&ImportProgress) + Send),
) -> Result<Started, ImportError> {
    if let Some(started) = begin::settled(services, realm, request).await? {
        return Ok(started);
    }
    if matches!(by, By::Console) && begin::is_stopped_by_hand(services, realm).await? {
        return Ok(Started::StoppedByHand);
    }
    let run = match begin::begin(services, realm, request, Facts::read(realm).await?).await? {
        Begun::Here(run) => run,
        Begun::Settled(started) => return Ok(started),
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

/// Reads the realm until no user can have been passed over.
async fn work(
    services: &Services,
    realm: &Realm,
    run: &mut Run,
    by: By<'_>,
    tell: &mut (dyn FnMut(&ImportProgress) + Send),
) -> Result<(), ImportError> {
    let issuer = services.identity().and_then(|identity| realm.issuer(identity));
    loop {
        let facts = realm_facts(services, realm).await?;
        read_pass(services, realm, run, Context { facts: &facts, by, issuer }, tell).await?;
        if run.is_complete(realm.count().await?) {
            return run.finish(services).await;
        }
        run.begin_pass(services).await?;
    }
}

/// The realm roles by which users sign in; without a provider, or where its tokens have roles in another claim, those with
/// Bursar's names.
fn realm_roles(services: &Services) -> RealmRoles {
    let rules = &services.settings.claims;
    let configured = services.identity().and_then(|identity| identity.config.realm_roles(rules).ok());
    configured.unwrap_or_else(|| RealmRoles::unmapped(rules))
}

/// What is known of the whole realm before its users are read.
async fn realm_facts(services: &Services, realm: &Realm) -> Result<RealmFacts, ImportError> {
    let granting = roles::Granting::load(realm).await?;
    let roles = realm_roles(services);
    let (admins, developers, duplicates) = tokio::try_join!(
        granting.holders(realm, &roles, RealmRole::Admin),
        granting.holders(realm, &roles, RealmRole::Developer),
        realm.duplicate_addresses()
    )?;
    Ok(RealmFacts { admins, developers, duplicates })
}

/// Reads page after page. While one is written, the next is read.
async fn read_pass(
    services: &Services,
    realm: &Realm,
    run: &mut Run,
    context: Context<'_>,
    tell: &mut (dyn FnMut(&ImportProgress) + Send),
) -> Result<(), ImportError> {
    let mut page = realm.page(run.position()).await?;
    loop {
        let read_next = async { if page.is_end() { Ok(None) } else { realm.page(page.next).await.map(Some) } };
        let (written, next) = tokio::join!(page::write(services, run, context, &page), read_next);
        written?;
        tell(run.progress());
        match next? {
            Some(next) => page = next,
            None => return Ok(()),
        }
    }
}
