//! What the page of the identity provider reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::doctor::Report;
use domain::mode::Mode;
use domain::provider::ProviderStatus;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Who vouches for people here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// Where roles and projects are kept.
    pub mode: Mode,
    /// How things stand with the provider; `None` where Bursar keeps passwords itself.
    pub status: Option<ProviderStatus>,
    /// What the set-up doctor says; `None` without Keycloak.
    pub doctor: Option<Report>,
}

/// Reads how the identity provider is doing, and asks it unless it has answered just now.
#[server(prefix = "/data", endpoint = "identity-provider")]
pub async fn read_identity_provider() -> Result<WithServerTime<IdentityProvider>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        let status = services::identity::status(&services, &can).await?;
        let doctor = services::keycloak::doctor::report(&services, &can).await;
        Ok(IdentityProvider { mode: services.settings().mode, status, doctor })
    })
    .await
}
