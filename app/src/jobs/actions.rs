//! What can be done to jobs.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Done, Form},
    crate::paths,
    crate::request::{parse_id, permitted},
    domain::error::Refusal,
    domain::job::Job,
    domain::permission::RunJobs,
    domain::shortened::shortened,
    services::jobs,
};

/// Has a job run before its time.
#[server(prefix = "/act", endpoint = "jobs/run")]
pub async fn run_job(job: String) -> Result<FormOutcome, PageError> {
    Form::new("run-job", [])
        .submit(async move {
            let (services, can) = permitted::<RunJobs>()?;
            let job = Job::from_key(&job).ok_or(Refusal::NotFound)?;
            jobs::request(&services, &can, job).await?;
            Ok(Done::at(paths::JOBS).with_notice(format!("“{}” starts within a few seconds.", job.title())))
        })
        .await
}

/// Has a message that was not delivered be sent again.
#[server(prefix = "/act", endpoint = "jobs/retry-delivery")]
pub async fn retry_delivery(delivery: String) -> Result<FormOutcome, PageError> {
    Form::new("retry-delivery", [])
        .submit(async move {
            let (services, can) = permitted::<RunJobs>()?;
            let subject = jobs::retry_delivery(&services, &can, parse_id(&delivery)?).await?;
            let notice = format!("“{}” is sent again within a few seconds.", shortened(&subject));
            Ok(Done::at(paths::JOBS).with_notice(notice))
        })
        .await
}
