//! The last plan and the last import, for the page of the identity provider.

use super::row::number;
use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use domain::import::{ImportCounts, ImportKind, ImportOverview, ImportProgress, ImportRun, ImportSource, RunState};
use domain::mode::Mode;
use domain::permission::ViewIdentityProvider;
use domain::provider::ProviderKind;

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
    let [plan, import] = last(services, address, name).await?;
    Ok(ImportOverview { source, plan, import })
}

/// The last plan and the last import, in one statement.
async fn last(
    services: &Services,
    address: Option<&str>,
    realm: Option<&str>,
) -> Result<[Option<ImportRun>; 2], Error> {
    let rows = sqlx::query!(
        r#"select distinct on (i.is_plan) i.*, u.name as "starter?"
           from keycloak_imports i left join users u on u.id = i.started_by
           where i.address = coalesce($1, i.address) and i.realm = coalesce($2, i.realm)
           order by i.is_plan, i.id desc"#,
        address,
        realm
    )
    .fetch_all(&services.pool)
    .await?;
    let mut last = [None, None];
    for row in rows {
        let (state, started_by) = (RunState::at(services.clock.now(), row.finished_at, row.leased_until), row.starter);
        let kind = if row.is_plan { ImportKind::Plan } else { ImportKind::Apply };
        let progress = ImportProgress {
            kind,
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
            resumed_at: row.resumed_at,
            resumed_with: number(row.resumed_with),
            updated_at: row.updated_at,
            finished_at: row.finished_at,
            fault: row.fault,
        };
        last[kind as usize] = Some(ImportRun { id: row.id, progress, state, started_by });
    }
    Ok(last)
}
