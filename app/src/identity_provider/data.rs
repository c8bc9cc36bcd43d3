//! What the page of the identity provider reads.

use super::import::data::ImportView;
use crate::error::PageError;
use crate::page::WithServerTime;
use domain::doctor::Report;
use domain::mode::Mode;
use domain::provider::ProviderStatus;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The page's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// Where roles and projects are kept.
    pub mode: Mode,
    /// The state of the provider; `None` where Bursar keeps passwords itself.
    pub status: Option<ProviderStatus>,
    /// What the set-up doctor says; `None` without Keycloak.
    pub doctor: Option<Report>,
    /// The import of the users of its realm.
    pub import: ImportView,
}

/// Reads the state of the identity provider, which is requested unless it answered a moment ago, and checks the set-up.
#[server(prefix = "/data", endpoint = "identity-provider")]
pub async fn read_identity_provider() -> Result<WithServerTime<IdentityProvider>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        let state = services::views::identity_provider(&services, &can).await?;
        let (status, doctor) = (state.status, state.doctor);
        let import = ImportView::of(&caller, state.import);
        Ok(IdentityProvider { mode: services.settings().mode, status, doctor, import })
    })
    .await
}
