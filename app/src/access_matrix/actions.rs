//! What can be done about access.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Done, Form},
    crate::paths,
    crate::request::permitted,
    domain::permission::TakeAccessSnapshots,
    services::jobs,
};

/// Has the job take a snapshot of the grants in Keycloak.
#[server(prefix = "/act", endpoint = "access-snapshots/take")]
pub async fn take_access_snapshot() -> Result<FormOutcome, PageError> {
    Form::new("take-access-snapshot", [])
        .submit(async move {
            let (services, can) = permitted::<TakeAccessSnapshots>()?;
            jobs::request_access_snapshot(&services, &can).await?;
            Ok(Done::at(paths::ACCESS_SNAPSHOTS).with_notice("The snapshot starts within a few seconds."))
        })
        .await
}
