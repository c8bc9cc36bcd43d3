//! Plans and imports that a maintainer starts on the page. They go on in this process after the request.

use super::begin::{self, Begun, Facts, ImportRequest};
use super::overview;
use super::realm::Realm;
use super::run::Run;
use super::{ImportError, Started, complete};
use crate::Services;
use crate::audit::{Action, By, Entry, TargetType};
use crate::error::Error;
use crate::guard::{Caller, Can};
use crate::reauthentication::check_recent;
use domain::import::ImportKind;
use domain::permission::ImportUsers;
use domain::violation::Violation;
use sqlx::PgExecutor;
use uuid::Uuid;

/// What a maintainer starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A plan, in place of the one before.
    Plan,
    /// The import, or the rest of one that was interrupted.
    Import,
    /// Another import after one that is complete. What was edited in Bursar stays.
    ImportAgain,
}

impl Start {
    const fn kind(self) -> ImportKind {
        match self {
            Self::Plan => ImportKind::Plan,
            Self::Import | Self::ImportAgain => ImportKind::Apply,
        }
    }

    const fn action(self) -> Action {
        match self {
            Self::Plan => Action::IdentityProviderImportPlanned,
            Self::Import | Self::ImportAgain => Action::IdentityProviderImportStarted,
        }
    }
}

/// Starts a plan or an import, and returns when it has begun. Keycloak is requested first, so that what it refuses is known
/// at once.
///
/// # Errors
/// [`Violation::ImportUnderWay`] when an instance works on a plan or an import of the realm;
/// [`Violation::ImportCompleted`] and [`Violation::ImportNeedsPlan`]; [`Violation::KeycloakRefused`]; a refusal of the
/// change; or the database failed.
pub async fn start_by_hand(services: &Services, can: &Can<ImportUsers>, start: Start) -> Result<(), Error> {
    // A required re-authentication is reported before any request to Keycloak.
    check_recent(services, &services.pool, can.caller()).await?;
    let admin = services.keycloak_admin.as_deref().ok_or(Violation::ImportNotConfigured)?;
    let realm = admin.realm_to_import();
    check(services, &services.pool, &realm, start).await?;
    let facts = Facts::read(&realm).await.map_err(|fault| Violation::KeycloakRefused { why: fault.to_string() })?;
    if start == Start::Plan {
        // The caller may have lost the permission while Keycloak answered.
        services.change(can).await?.commit().await?;
        begin::delete_plan_rows(services, &realm).await?;
    }
    let mut change = services.change(can).await?;
    let connection = change.connection();
    begin::lock_beginnings(connection).await?;
    check(services, &mut *connection, &realm, start).await?;
    let is_forced = start == Start::ImportAgain;
    let request = ImportRequest { kind: start.kind(), is_forced };
    let run = match begin::begin_within(services, connection, &realm, request, facts).await? {
        Begun::Here(run) => run,
        Begun::Settled(Started::Elsewhere(_)) => return Err(Violation::ImportUnderWay.into()),
        Begun::Settled(_) => return Err(Violation::ImportCompleted.into()),
    };
    sqlx::query!(
        "update keycloak_imports set started_by = $2 where id = $1",
        run.id(),
        can.caller().actor.account().map(|user| user.0)
    )
    .execute(connection)
    .await?;
    let entry = Entry::new(start.action(), TargetType::IdentityProvider, run.id(), realm.name());
    change.record(if is_forced { entry.set("again", true) } else { entry }).await?;
    change.commit().await?;
    services.background.spawn(go_on(services.clone(), realm, run, can.caller().clone()));
    Ok(())
}

/// One plan or import of the realm at a time, and another import only after a plan that shows what it would do.
async fn check(services: &Services, database: impl PgExecutor<'_>, realm: &Realm, start: Start) -> Result<(), Error> {
    let overview = overview::of_realm(database, services.clock.now(), realm).await?;
    if overview.under_way().is_some() {
        return Err(Violation::ImportUnderWay.into());
    }
    if start == Start::ImportAgain && overview.fresh_plan().is_none() {
        return Err(Violation::ImportNeedsPlan.into());
    }
    Ok(())
}

/// What stops it is in its row; here it is only logged.
async fn go_on(services: Services, realm: Realm, run: Run, caller: Caller) {
    match complete(&services, &realm, run, By::Caller(&caller), &mut |_| {}).await {
        Ok(progress) => tracing::info!(kind = progress.kind.key(), users = progress.counts.total(), "complete"),
        Err(fault @ (ImportError::TakenOver | ImportError::ServerStopped)) => tracing::info!(%fault, "not complete"),
        Err(fault) => tracing::error!(%fault, "an import that a maintainer started was interrupted"),
    }
}

/// Stops a plan or an import. What is imported stays, and the rest can be imported later.
///
/// The instance that works on it loses its lease, so that it cannot write another page.
///
/// # Errors
/// [`Violation::ImportNotUnderWay`]; a refusal of the change; or the database failed.
pub async fn stop(services: &Services, can: &Can<ImportUsers>, import: Uuid) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let now = services.clock.now();
    let stopped = sqlx::query!(
        "update keycloak_imports set lease_holder = null, leased_until = null, stopped_at = $2, fault = $3
         where id = $1 and finished_at is null and leased_until > $2 returning realm, is_plan",
        import,
        now,
        format!("{} stopped it.", can.caller().actor.name)
    )
    .fetch_optional(change.connection())
    .await?;
    let stopped = stopped.ok_or(Violation::ImportNotUnderWay)?;
    let kind = if stopped.is_plan { ImportKind::Plan } else { ImportKind::Apply };
    let entry = Entry::new(Action::IdentityProviderImportStopped, TargetType::IdentityProvider, import, stopped.realm);
    change.record(entry.set("kind", kind.key())).await?;
    change.commit().await
}
