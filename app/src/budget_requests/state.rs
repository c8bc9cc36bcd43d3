//! The state of a request, as a badge.

use crate::ui::{Badge, BadgeKind, Icon};
use domain::budget::RequestState;
use leptos::prelude::*;

pub(super) fn badge(state: RequestState) -> impl IntoView {
    let (kind, icon) = match state {
        RequestState::Waiting => (BadgeKind::Info, Icon::Clock),
        RequestState::Approved => (BadgeKind::Neutral, Icon::CircleCheck),
        RequestState::Declined => (BadgeKind::Neutral, Icon::X),
        RequestState::Withdrawn | RequestState::Closed => (BadgeKind::Outline, Icon::Ban),
    };
    view! {
        <Badge kind icon>
            {state.title()}
        </Badge>
    }
}
