//! What the page that moves identities reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::identity_move::{KnownIssuer, MovePlan};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The page's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityMove {
    /// The configured issuer; `None` with local accounts.
    pub to: Option<String>,
    /// Every issuer that users are known by.
    pub issuers: Vec<KnownIssuer>,
    /// The issuer that was chosen, with what the move would change.
    pub plan: Option<(String, MovePlan)>,
}

/// Reads the issuers that users are known by, and the plan for the one that is chosen.
#[server(prefix = "/data", endpoint = "move-identities")]
pub async fn read_identity_move(from: String) -> Result<WithServerTime<IdentityMove>, PageError> {
    use domain::actor::Target;
    use services::identity::issuer_move;
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        let issuers = issuer_move::issuers(&services, &can).await?;
        let to = services.identity().map(|identity| identity.issuer().to_owned());
        let is_known = issuers.iter().any(|known| known.issuer == from) && to.as_ref().is_some_and(|to| *to != from);
        let plan = match is_known {
            true => Some((from.clone(), issuer_move::plan_to_configured(&services, &can, &from).await?)),
            false => None,
        };
        Ok(IdentityMove { to, issuers, plan })
    })
    .await
}
