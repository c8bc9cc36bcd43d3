//! What can be done to the LiteLLM proxy.

use crate::error::PageError;
use crate::form::FormOutcome;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Done, Form},
    crate::paths,
    crate::request::permitted,
    domain::count::counted,
    domain::permission::ManageBudgets,
    services::{jobs, litellm},
};

/// Starts pushing budgets.
#[server(prefix = "/act", endpoint = "litellm/start")]
pub async fn start_litellm() -> Result<FormOutcome, PageError> {
    Form::new("start-litellm", [])
        .submit(async move {
            let (services, can) = permitted::<ManageBudgets>()?;
            jobs::start_litellm(&services, &can).await?;
            Ok(Done::at(paths::LITELLM).with_notice("Budgets are pushed to LiteLLM from now on."))
        })
        .await
}

/// Stops pushing budgets.
#[server(prefix = "/act", endpoint = "litellm/stop")]
pub async fn stop_litellm() -> Result<FormOutcome, PageError> {
    Form::new("stop-litellm", [])
        .submit(async move {
            let (services, can) = permitted::<ManageBudgets>()?;
            litellm::stop(&services, &can).await?;
            Ok(Done::at(paths::LITELLM).with_notice("Budgets are no longer pushed to LiteLLM."))
        })
        .await
}

/// Pushes what differs in LiteLLM once more.
#[server(prefix = "/act", endpoint = "litellm/push-again")]
pub async fn push_again() -> Result<FormOutcome, PageError> {
    Form::new("push-again", [])
        .submit(async move {
            let (services, can) = permitted::<ManageBudgets>()?;
            let notice = match jobs::push_to_litellm_again(&services, &can).await? {
                0 => "Nothing differs that is not being pushed already.".to_owned(),
                count => {
                    let objects = counted(i64::try_from(count).unwrap_or(i64::MAX), "object");
                    format!("{objects} pushed within a few seconds.")
                }
            };
            Ok(Done::at(paths::LITELLM).with_notice(notice))
        })
        .await
}
