//! What the page of the jobs reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::delivery::DeliveryRow;
use domain::job::JobRow;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The page's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jobs {
    /// Every job with its last run.
    pub rows: Vec<JobRow>,
    /// The messages to other systems.
    pub deliveries: Vec<DeliveryRow>,
    /// Whether the user may have a job run before its time, and a message be sent again.
    pub may_run: bool,
}

/// Reads every job with its last run, and the messages that are delivered.
#[server(prefix = "/data", endpoint = "jobs")]
pub async fn read_jobs() -> Result<WithServerTime<Jobs>, PageError> {
    use domain::actor::Target;
    use domain::permission::RunJobs;
    crate::page::load_page(|services, caller| async move {
        let rows = services::views::jobs(&services, &caller.can(Target::Platform)?).await?;
        let deliveries = services::views::deliveries(&services, &caller.can(Target::Platform)?).await?;
        Ok(Jobs { rows, deliveries, may_run: caller.can::<RunJobs>(Target::Platform).is_ok() })
    })
    .await
}
