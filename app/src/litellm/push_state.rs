//! How far a budget has come in LiteLLM, in words.

use crate::ui::{Badge, BadgeKind, Icon, RelativeTime};
use domain::litellm::PushState;
use domain::text::sentence;
use leptos::prelude::*;
use time::OffsetDateTime;

/// For the facts of a budget.
pub(crate) fn push_state(state: PushState, now: OffsetDateTime) -> AnyView {
    let why = |problem: &str| {
        let problem = sentence(problem);
        view! { <p class="text-xs text-danger-ink wrap-anywhere">{problem}</p> }
    };
    match state {
        PushState::Planned | PushState::Waiting(None) => {
            view! { <Badge kind=BadgeKind::Info icon=Icon::RefreshCw>"Waiting"</Badge> }.into_any()
        }
        PushState::Waiting(Some(problem)) => view! {
            <div class="grid justify-items-start gap-1">
                <Badge kind=BadgeKind::Warn icon=Icon::TriangleAlert>"Retrying"</Badge>
                {why(&problem)}
            </div>
        }
        .into_any(),
        PushState::Pushed(at) => view! { "Pushed " <RelativeTime at now /> }.into_any(),
        PushState::Failed(problem) => view! {
            <div class="grid justify-items-start gap-1">
                <Badge kind=BadgeKind::Danger icon=Icon::OctagonAlert>"Failed"</Badge>
                {why(&problem)}
            </div>
        }
        .into_any(),
    }
}
