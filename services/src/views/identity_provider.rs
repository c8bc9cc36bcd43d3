//! The page of the identity provider: its state, and the checks of the set-up.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::identity::status;
use crate::keycloak::doctor::report;
use domain::doctor::Report;
use domain::permission::ViewIdentityProvider;
use domain::provider::ProviderStatus;

/// The state of the provider (`None` without one) and what the doctor says of it (`None` unless it is Keycloak). Both are
/// requested at once, because a provider that does not answer takes its time for each.
///
/// # Errors
/// The database failed.
pub async fn identity_provider(
    services: &Services,
    can: &Can<ViewIdentityProvider>,
) -> Result<(Option<ProviderStatus>, Option<Report>), Error> {
    let (status, doctor) = tokio::join!(status(services, can), report(services, can));
    Ok((status?, doctor))
}
