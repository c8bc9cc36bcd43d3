//! The last plan and the last import, for the page of the identity provider.

use super::realm::Realm;
use super::row::{Row, last_runs};
use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use domain::import::{ImportOverview, ImportRun, ImportSource, RunState};
use domain::mode::Mode;
use domain::permission::ViewIdentityProvider;
use domain::provider::ProviderKind;
use sqlx::PgExecutor;
use time::OffsetDateTime;

/// The last plan and the last import of the configured realm, or of any realm once none is configured: the report stays
/// after the variables are removed.
///
/// # Errors
/// The database failed.
pub async fn overview(services: &Services, _: &Can<ViewIdentityProvider>) -> Result<ImportOverview, Error> {
    let has_keycloak = services.identity().is_some_and(|identity| identity.kind() == ProviderKind::Keycloak);
    let realm = services.keycloak_admin.as_deref().map(|admin| admin.realm_to_import());
    let (address, name) = (realm.as_ref().map(super::Realm::address), realm.as_ref().map(super::Realm::name));
    let source = match (services.settings.mode, address, name) {
        _ if !has_keycloak => ImportSource::NoKeycloak,
        (Mode::Keycloak, _, _) => ImportSource::KeycloakManaged,
        (Mode::Platform, Some(address), Some(realm)) => {
            ImportSource::Ready { address: address.to_owned(), realm: realm.to_owned() }
        }
        _ => ImportSource::MissingVariables(
            services.settings.missing_for_import.iter().map(|name| (*name).to_owned()).collect(),
        ),
    };
    with_runs(&services.pool, services.clock.now(), address, name, source).await
}

/// The same of a realm that is configured, in the transaction that is about to begin a plan or an import.
pub(super) async fn of_realm(
    database: impl PgExecutor<'_>,
    now: OffsetDateTime,
    realm: &Realm,
) -> Result<ImportOverview, Error> {
    let source = ImportSource::Ready { address: realm.address().to_owned(), realm: realm.name().to_owned() };
    with_runs(database, now, Some(realm.address()), Some(realm.name()), source).await
}

async fn with_runs(
    database: impl PgExecutor<'_>,
    now: OffsetDateTime,
    address: Option<&str>,
    name: Option<&str>,
    source: ImportSource,
) -> Result<ImportOverview, Error> {
    let last = last_runs(database, address, name).await?;
    let [plan, import] = [last.plan, last.import].map(|row| Some(run(row?, now)));
    Ok(ImportOverview { source, plan, import })
}

/// For the page, with the state that it has now.
fn run(row: Row, now: OffsetDateTime) -> ImportRun {
    let (id, state) = (row.id, RunState::at(now, row.finished_at, row.leased_until));
    ImportRun { id, state, started_by: row.starter.clone(), progress: row.into() }
}
