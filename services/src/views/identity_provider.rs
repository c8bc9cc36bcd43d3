//! The page of the identity provider: its state, the checks of the set-up, and the import of its users.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::identity::status;
use crate::keycloak::doctor::report;
use crate::keycloak::import::overview;
use domain::doctor::Report;
use domain::import::ImportOverview;
use domain::permission::ViewIdentityProvider;
use domain::provider::ProviderStatus;

/// What the page shows.
#[derive(Debug)]
pub struct IdentityProviderState {
    /// The state of the provider; `None` without one.
    pub status: Option<ProviderStatus>,
    /// What the doctor says of it; `None` unless it is Keycloak.
    pub doctor: Option<Report>,
    /// The last plan and the last import.
    pub import: ImportOverview,
}

/// Reads all of it at once, because a provider that does not answer takes its time for each request.
///
/// # Errors
/// The database failed.
pub async fn identity_provider(
    services: &Services,
    can: &Can<ViewIdentityProvider>,
) -> Result<IdentityProviderState, Error> {
    let (status, doctor, import) = tokio::join!(status(services, can), report(services, can), overview(services, can));
    Ok(IdentityProviderState { status: status?, doctor, import: import? })
}
