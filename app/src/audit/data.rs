//! What the page of the audit log reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::audit::{AuditEvent, AuditFilter, AuditProof, AuditQuery};
use domain::page::Page;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {
    crate::request::permitted,
    domain::actor::Target,
    domain::error::Refusal,
    domain::permission::{Permission, ViewAuditLog},
};

/// What the filters show of the objects that the address names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterNames {
    /// The e-mail address of the user whose id the address has.
    pub actor: Option<String>,
    /// The name of the target.
    pub target: Option<String>,
}

/// The last verification, and what the user may do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The last verification; `None` before the first.
    pub last: Option<AuditProof>,
    /// Whether the user may see the jobs, one of which verifies the log.
    pub may_view_jobs: bool,
}

/// Reads the last verification of the audit log.
#[server(prefix = "/data", endpoint = "audit-proof")]
pub async fn read_proof() -> Result<WithServerTime<Proof>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let last = services::views::audit::proof(&services, &caller.can(Target::Platform)?).await?;
        Ok(Proof { last, may_view_jobs: caller.actor.may(Permission::ViewJobs, Target::Platform) })
    })
    .await
}

/// Counts the events that are newer than the newest one on the screen.
#[server(prefix = "/data", endpoint = "new-audit-events")]
pub async fn count_new_events(query: AuditQuery, newest: String) -> Result<i64, PageError> {
    let (services, can) = permitted::<ViewAuditLog>()?;
    let newest = crate::request::parse_id(&newest)?;
    Ok(services::views::audit::count_new(&services, &can, &query, newest).await.map_err(Refusal::from)?)
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
