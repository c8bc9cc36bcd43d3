//! What the page of the LiteLLM proxy reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::litellm::LiteLlmStatus;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The page's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiteLlmView {
    /// The proxy; `None` where none is configured.
    pub status: Option<LiteLlmStatus>,
    /// Whether the user may start and stop pushing.
    pub may_manage: bool,
    /// Whether the user may see the jobs and what they deliver.
    pub may_view_jobs: bool,
}

/// Reads how the proxy stands beside Bursar.
#[server(prefix = "/data", endpoint = "litellm")]
pub async fn read_litellm() -> Result<WithServerTime<LiteLlmView>, PageError> {
    use domain::actor::Target;
    use domain::permission::Permission;
    crate::page::load_page(|services, caller| async move {
        let status = services::views::litellm::status(&services, &caller.can(Target::Platform)?).await?;
        let may = |permission| caller.actor.may(permission, Target::Platform);
        let (may_manage, may_view_jobs) = (may(Permission::ManageBudgets), may(Permission::ViewJobs));
        Ok(LiteLlmView { status, may_manage, may_view_jobs })
    })
    .await
}
