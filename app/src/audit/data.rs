//! What the page of the audit log reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::audit::{AuditEvent, AuditFilter, AuditQuery};
use domain::page::Page;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {crate::request::permitted, domain::actor::Target, domain::error::Refusal, domain::permission::ViewAuditLog};

/// What the filters show of the objects that the address names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterNames {
    /// The e-mail address of the user whose id the address has.
    pub actor: Option<String>,
    /// The name of the target.
    pub target: Option<String>,
}

/// Reads a page of the audit log.
#[server(prefix = "/data", endpoint = "audit-log")]
pub async fn list_events(query: AuditQuery) -> Result<WithServerTime<Page<AuditEvent>>, PageError> {
    crate::page::load_page(|services, caller| async move {
        services::views::audit::list(&services, &caller.can(Target::Platform)?, &query).await
    })
    .await
}

/// Reads the names of what the filter names by id.
#[server(prefix = "/data", endpoint = "audit-filter-names")]
pub async fn name_filter(#[server(default)] filter: AuditFilter) -> Result<FilterNames, PageError> {
    let (services, can) = permitted::<ViewAuditLog>()?;
    let names = services::views::audit::names(&services, &can, &filter).await.map_err(Refusal::from)?;
    Ok(FilterNames { actor: names.actor, target: names.target })
}
