//! What the pages of the import from Keycloak read.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::import::{ImportOverview, ImportRun, ReportLine, ReportQuery};
use domain::page::Page;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    domain::actor::Target, domain::permission::ImportUsers, domain::permission::Permission, services::guard::Caller,
    services::guard::Can,
};

/// The last plan and import, and what the viewer may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportView {
    /// The last plan and the last import.
    pub overview: ImportOverview,
    /// May plan, start and stop.
    pub may_import: bool,
    /// May open the pages of users.
    pub may_view_users: bool,
}

#[cfg(feature = "ssr")]
impl ImportView {
    /// What `caller` may do with it.
    pub(in crate::identity_provider) fn of(caller: &Caller, overview: ImportOverview) -> Self {
        let may = |permission| caller.actor.may(permission, Target::Platform);
        Self { overview, may_import: may(Permission::ImportUsers), may_view_users: may(Permission::ViewUsers) }
    }
}

/// The page of the import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPageData {
    /// The last plan and import.
    pub view: ImportView,
    /// The run whose report is shown, and a page of it; `None` before the first.
    pub report: Option<(ImportRun, Page<ReportLine>)>,
}

/// Reads the page of the import.
#[server(prefix = "/data", endpoint = "keycloak-import")]
pub async fn read_keycloak_import(query: ReportQuery) -> Result<WithServerTime<ImportPageData>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        let (overview, report) = services::views::keycloak_import(&services, &can, &query).await?;
        Ok(ImportPageData { view: ImportView::of(&caller, overview), report })
    })
    .await
}

/// Reads how far the plan or the import is.
#[server(prefix = "/data", endpoint = "keycloak-import-progress")]
pub async fn read_import_progress() -> Result<WithServerTime<ImportOverview>, PageError> {
    crate::page::load_page(|services, caller| async move {
        services::keycloak::import::overview(&services, &caller.can(Target::Platform)?).await
    })
    .await
}

/// Reads what another import would do, for the page that asks before it.
#[server(prefix = "/data", endpoint = "keycloak-import-again")]
pub async fn read_import_again() -> Result<WithServerTime<ImportOverview>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let _may_import: Can<ImportUsers> = caller.can(Target::Platform)?;
        services::keycloak::import::overview(&services, &caller.can(Target::Platform)?).await
    })
    .await
}
