//! What the page of the identity provider reads.

use super::import::data::ImportView;
use crate::error::PageError;
use crate::page::WithServerTime;
use domain::break_glass::BreakGlassStatus;
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
    /// Issuers that users are known by and that are not the configured one.
    pub other_issuers: Vec<String>,
    /// May move identities.
    pub may_move: bool,
    /// The last break-glass codes.
    pub break_glass: BreakGlassStatus,
}

/// Reads the state of the identity provider, which is requested unless it answered a moment ago, and checks the set-up.
#[server(prefix = "/data", endpoint = "identity-provider")]
pub async fn read_identity_provider() -> Result<WithServerTime<IdentityProvider>, PageError> {
    use domain::actor::Target;
    use domain::permission::Permission;
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        let state = services::views::identity_provider(&services, &can).await?;
        Ok(IdentityProvider {
            mode: services.settings().mode,
            status: state.status,
            doctor: state.doctor,
            import: ImportView::of(&caller, state.import),
            other_issuers: state.other_issuers,
            may_move: caller.actor.may(Permission::MoveIdentities, Target::Platform),
            break_glass: state.break_glass,
        })
    })
    .await
}
