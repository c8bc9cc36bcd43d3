//! The page of the import from Keycloak: the last plan, the last import, and a page of the report of one of them.

use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::keycloak::import::{overview, report_page};
use domain::import::{ImportOverview, ImportRun, ReportLine, ReportQuery};
use domain::page::Page;
use domain::permission::ViewIdentityProvider;

/// What the page shows. The report is that of the plan or the import that the query names, else of the one that matters
/// most; `None` before the first.
///
/// # Errors
/// The database failed.
pub async fn keycloak_import(
    services: &Services,
    can: &Can<ViewIdentityProvider>,
    query: &ReportQuery,
) -> Result<(ImportOverview, Option<(ImportRun, Page<ReportLine>)>), Error> {
    let overview = overview(services, can).await?;
    let run = query.of.map_or_else(|| overview.current(), |kind| overview.of(kind)).cloned();
    let report = match run {
        Some(run) => {
            let page = report_page(services, can, &run, query).await?;
            Some((run, page))
        }
        None => None,
    };
    Ok((overview, report))
}
