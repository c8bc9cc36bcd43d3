//! Starting and stopping a plan or an import.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Done, Form},
    crate::paths,
    crate::request::{parse_id, permitted},
    domain::permission::ImportUsers,
    services::keycloak::import::{self, Start},
};

#[cfg(feature = "ssr")]
async fn start(start: Start, notice: &'static str) -> Result<FormOutcome, PageError> {
    let form = Form::new("keycloak-import", []);
    form.submit(async move {
        let (services, can) = permitted::<ImportUsers>()?;
        import::start_by_hand(&services, &can, start).await?;
        Ok(Done::at(paths::KEYCLOAK_IMPORT).with_notice(notice))
    })
    .await
}

/// Makes a plan: what an import would do.
#[server(prefix = "/act", endpoint = "keycloak-import/plan")]
pub async fn plan_import() -> Result<FormOutcome, PageError> {
    start(Start::Plan, "Planning started. You can leave this page.").await
}

/// Imports the users, or the rest of them after an interruption.
#[server(prefix = "/act", endpoint = "keycloak-import/start")]
pub async fn start_import() -> Result<FormOutcome, PageError> {
    start(Start::Import, "Import started. You can leave this page.").await
}

/// Imports the users once more.
#[server(prefix = "/act", endpoint = "keycloak-import/start-again")]
pub async fn start_import_again() -> Result<FormOutcome, PageError> {
    start(Start::ImportAgain, "Import started. You can leave this page.").await
}

/// Stops the plan or import that is under way.
#[server(prefix = "/act", endpoint = "keycloak-import/stop")]
pub async fn stop_import(import: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("keycloak-import", []);
    form.submit(async move {
        let (services, can) = permitted::<ImportUsers>()?;
        import::stop(&services, &can, parse_id(&import)?).await?;
        Ok(Done::at(paths::KEYCLOAK_IMPORT).with_notice("Stopped. What was imported stays."))
    })
    .await
}
