//! The page of the identity provider: its state, the checks of the set-up, the import of its users, other issuers that
//! users are known by, and break-glass.

use crate::Services;
use crate::break_glass;
use crate::error::Error;
use crate::guard::Can;
use crate::identity::{issuer_move, status};
use crate::keycloak::doctor::report;
use crate::keycloak::import::overview;
use domain::break_glass::BreakGlassStatus;
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
    /// Issuers that users are known by and that are not the configured one.
    pub other_issuers: Vec<String>,
    /// The last break-glass codes.
    pub break_glass: BreakGlassStatus,
}

/// Reads all of it. What the provider is requested for is read at once, because one that does not answer takes its time
/// for each request.
///
/// # Errors
/// The database failed.
pub async fn identity_provider(
    services: &Services,
    can: &Can<ViewIdentityProvider>,
) -> Result<IdentityProviderState, Error> {
    let (status, doctor, import) = tokio::join!(status(services, can), report(services, can), overview(services, can));
    Ok(IdentityProviderState {
        status: status?,
        doctor,
        import: import?,
        other_issuers: issuer_move::other_issuers(services).await?,
        break_glass: break_glass::status(services).await?,
    })
}
