//! The latest request beside the budget that it is about: its state, and a button that withdraws it.

use super::actions::WithdrawBudgetRequest;
use super::state::badge;
use crate::form::{Hidden, PostForm};
use crate::paths;
use crate::ui::{Button, ButtonKind, ButtonSize, LinkButton, RelativeTime};
use domain::budget::{Category, RequestFacts, RequestState};
use domain::project::ProjectName;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

/// The link to the form that requests a budget, unless a request waits.
pub(crate) fn request_link(
    category: Category,
    has_budget: bool,
    project: Option<&ProjectName>,
    latest: Option<&RequestFacts>,
) -> Option<impl IntoView + use<>> {
    let is_waiting = latest.is_some_and(|request| request.state == RequestState::Waiting);
    let words = if has_budget { "Request increase" } else { "Request budget" };
    let href = paths::new_request(category, project);
    (!is_waiting).then(|| {
        view! {
            <LinkButton href size=ButtonSize::Small>
                {words}
                <span class="sr-only">{format!(": {}", category.title())}</span>
            </LinkButton>
        }
    })
}

/// What has become of a request.
pub(crate) fn latest(
    request: RequestFacts,
    project: Option<&ProjectName>,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let RequestFacts { id, category, hard_limit, reason, state, requested_by, requested_at, decision, .. } = request;
    let by = project.is_some().then(|| format!("by {requested_by} "));
    let withdraw = (state == RequestState::Waiting).then(|| {
        let project = project.map(|name| ("project", name.to_string()));
        let fields: Vec<_> = [("request", id.to_string())].into_iter().chain(project).collect();
        view! {
            <PostForm action=WithdrawBudgetRequest::url()>
                <Hidden fields />
                <Button kind=ButtonKind::Quiet size=ButtonSize::Small submit=true>
                    "Withdraw"
                    <span class="sr-only">{format!(": {} request", category.title())}</span>
                </Button>
            </PostForm>
        }
    });
    let decision = decision.map(|decision| {
        let by = decision.by.unwrap_or_else(|| "A break-glass session".to_owned());
        let said = match (state, decision.budget, decision.reason) {
            (RequestState::Approved, Some(budget), _) => format!("{by} assigned {budget} "),
            (RequestState::Withdrawn, ..) => format!("{by} withdrew it "),
            (_, _, Some(reason)) => format!("{by}: “{reason}” "),
            _ => format!("{by} "),
        };
        view! { <p class="wrap-anywhere">{said} <RelativeTime at=decision.at now /></p> }
    });
    view! {
        <div class="flex min-w-0 flex-wrap items-start justify-between gap-x-3 gap-y-1 text-sm">
            <div class="grid min-w-0 gap-0.5">
                <p class="flex flex-wrap items-center gap-x-2 gap-y-0.5">
                    {badge(state)}
                    <span class="money font-medium">{hard_limit.exact()}</span>
                    <span class="text-ink-2">"requested " {by} <RelativeTime at=requested_at now /></span>
                </p>
                <p class="text-ink-2 whitespace-pre-line wrap-anywhere">{format!("“{reason}”")}</p>
                {decision}
            </div>
            {withdraw}
        </div>
    }
}
