//! The last plan and the last import, for the page of the identity provider.

use super::row::Row;
use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use domain::import::{ImportOverview, ImportRun, ImportSource, RunState};
use domain::mode::Mode;
use domain::permission::ViewIdentityProvider;
use domain::provider::ProviderKind;
use uuid::Uuid;

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
    Ok(ImportOverview {
        source,
        plan: last(services, (address, name), true).await?,
        import: last(services, (address, name), false).await?,
    })
}

async fn last(
    services: &Services,
    (address, realm): (Option<&str>, Option<&str>),
    is_plan: bool,
) -> Result<Option<ImportRun>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, realm, is_plan, total, position, pass, last_subject, has_moved, has_attributes,
                is_writable_by_users,
                created, updated, skipped, conflicts, failed, over_limit, leased_until, started_at, updated_at, finished_at, fault
         from keycloak_imports where address = coalesce($1, address) and realm = coalesce($2, realm) and is_plan = $3
         order by id desc limit 1",
        address,
        realm,
        is_plan
    );
    let Some(row) = row.fetch_optional(&services.pool).await? else { return Ok(None) };
    let state = RunState::at(services.clock.now(), row.finished_at, row.leased_until);
    let (id, started_by) = (row.id, starter(services, row.id).await?);
    Ok(Some(ImportRun { id, progress: row.into(), state, started_by }))
}

async fn starter(services: &Services, import: Uuid) -> Result<Option<String>, Error> {
    let name = sqlx::query_scalar!(
        "select u.name from keycloak_imports i join users u on u.id = i.started_by where i.id = $1",
        import
    );
    Ok(name.fetch_optional(&services.pool).await?)
}
