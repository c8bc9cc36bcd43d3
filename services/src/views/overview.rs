//! The page Overview: parts of other pages, each for those who may see it. Nothing here sends a request to another system.

mod limits;

use super::{ReadScope, access_anomalies, audit, budget_requests, jobs, spending};
use crate::Services;
use crate::error::Error;
use crate::guard::Caller;
use crate::identity;
use domain::actor::Target;
use domain::overview::{AuditSummary, EVENTS, NAMED, Overview, Work};
use domain::page::PageSize;
use domain::permission::{ViewAuditLog, ViewJobs, ViewSpend, ViewUsers};

/// What the caller may see of it. Nine statements at most, whatever the number of rows.
///
/// # Errors
/// The refusal of [`Caller::can`] for [`ViewUsers`]; the database failed.
pub async fn overview(services: &Services, caller: &Caller) -> Result<Overview, Error> {
    caller.can::<ViewUsers>(Target::Platform)?;
    let jobs = jobs::load_jobs(services).await?;
    let (mut requests, mut limits, mut month) = (None, None, None);
    if let (true, Ok(can)) = (services.settings.budgets, caller.can(Target::Platform)) {
        requests = Some(budget_requests::waiting(services, &can, PageSize::new(NAMED as u16)?).await?);
    }
    if let (true, Ok(can)) = (services.settings.budgets, caller.can::<ViewSpend>(Target::Platform)) {
        limits = Some(limits::reached(services, &can, &jobs).await?);
        month = Some(spending::month(services, &ReadScope::<ViewSpend>::of(caller)?).await?);
    }
    let anomalies = match caller.can(Target::Platform) {
        Ok(can) => Some(access_anomalies::high(services, &can, NAMED).await?),
        Err(_) => None,
    };
    let work = match caller.can::<ViewJobs>(Target::Platform) {
        Ok(can) => Some(Work { jobs, undelivered: jobs::undelivered(services, &can).await? }),
        Err(_) => None,
    };
    let audit = match caller.can::<ViewAuditLog>(Target::Platform) {
        Ok(can) => Some(AuditSummary {
            events: audit::newest(services, &can, EVENTS).await?,
            proof: audit::proof(services, &can).await?,
        }),
        Err(_) => None,
    };
    let provider = caller.can(Target::Platform).ok().and_then(|can| identity::last_known(services, &can));
    Ok(Overview { requests, limits, anomalies, month, work, provider, audit })
}
