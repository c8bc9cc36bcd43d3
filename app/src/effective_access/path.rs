//! Grant paths on the screen.

use crate::ui::{Cell, Day, Header, Icon, IconSize, Stacked, SvgIcon, Views, Width};
use domain::explain::{Explanation, GrantPath, Obstacle, Step};
use domain::permission::Scope;
use leptos::prelude::*;
use time::OffsetDateTime;

/// The steps from the user to what is granted.
pub(super) fn steps(steps: &[Step]) -> AnyView {
    let step = |(place, step): (usize, &Step)| {
        let chevron = (place > 0).then(|| view! { <SvgIcon icon=Icon::ChevronRight size=IconSize::Tiny /> });
        view! {
            <li class="inline-flex items-center gap-1.5 [&>svg]:text-ink-3">
                {chevron}
                <span>
                    <span class="text-ink-2">{step.kind.title()} " "</span>
                    <span class="font-strong wrap-anywhere">{step.value.clone()}</span>
                </span>
            </li>
        }
    };
    view! { <ol class="flex flex-wrap items-center gap-x-1.5 gap-y-0.5 text-sm">{steps.iter().enumerate().map(step).views()}</ol> }
        .into_any()
}

/// Every path of an explanation, and what stands against it.
pub(super) fn because(explained: &Explanation) -> AnyView {
    let others = (explained.paths.len() > 1)
        .then(|| view! { <p class="text-xs text-ink-2">"Removing one of these changes nothing."</p> });
    view! {
        <div class="grid gap-1">
            {explained.paths.iter().map(|path| steps(&path.steps)).views()}
            {others}
            {explained.obstacle.as_ref().map(obstacle).views()}
        </div>
    }
    .into_any()
}

/// Why a user may not.
pub(super) fn obstacle(obstacle: &Obstacle) -> AnyView {
    view! { <p class="text-sm text-ink-2">{obstacle.to_string()}</p> }.into_any()
}

/// How far it reaches, or that it does not.
pub(super) fn reach(explained: &Explanation) -> AnyView {
    let widest = explained.paths.iter().map(|path| path.scope).max();
    let (icon, words) = match (explained.is_allowed(), widest) {
        (true, Some(Scope::Platform)) => (Icon::Check, "Yes, everywhere"),
        (true, Some(Scope::Project)) => (Icon::Check, "Yes, in the project"),
        (true, _) => (Icon::Check, "Yes, their own"),
        (false, _) => (Icon::X, "No"),
    };
    view! {
        <span class="inline-flex items-center gap-1.5 text-sm font-medium [&>svg]:text-ink-2">
            <SvgIcon icon size=IconSize::Small />
            {words}
        </span>
    }
    .into_any()
}

/// Since when the first of the paths is held, where that is known.
pub(super) fn since(paths: &[GrantPath]) -> AnyView {
    day(paths.first().and_then(|path| path.since))
}

/// A day, or that it is unknown.
pub(super) fn day(at: Option<OffsetDateTime>) -> AnyView {
    match at {
        Some(at) => view! { <Day at /> }.into_any(),
        None => view! { <span class="text-ink-2">"–"</span> }.into_any(),
    }
}

/// The last columns of every table of answers.
pub(super) fn because_heads() -> impl IntoView {
    view! {
        <Header label="Because" />
        <Header label="Since" width=Width::Short />
    }
}

/// The cells under [`because_heads`].
pub(super) fn because_cells(because: AnyView, since: AnyView) -> impl IntoView {
    view! {
        <Cell stacked=Stacked::Line class="whitespace-normal">
            {because}
        </Cell>
        <Cell stacked=Stacked::Hidden class="text-sm">
            {since}
        </Cell>
    }
}
