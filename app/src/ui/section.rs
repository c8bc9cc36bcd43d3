//! Parts of a page.

use super::button::{Button, ButtonKind, LinkButton};
use super::icon::Icon;
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// The body of a page, under its head: sections with 36 px between them.
#[component]
pub fn PageBody(
    /// [`Section`]s.
    children: Children,
) -> impl IntoView {
    view! { <div class="grid grid-cols-[minmax(0,1fr)] gap-9 px-gutter pt-5 pb-12 max-nav:pt-4">{children()}</div> }
}

/// The body of an object's page: sections, and the facts rail at the right or, on a narrow sheet, below.
#[component]
pub fn SplitBody(
    /// [`super::facts::FactsRail`] with its parts.
    #[prop(into)]
    rail: ViewFnOnce,
    /// [`Section`]s.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="grid grid-cols-[minmax(0,1fr)_16.5rem] items-start gap-x-10 px-gutter pt-5 pb-12 @max-rail:grid-cols-[minmax(0,1fr)] max-nav:pt-4">
            <div class="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-9">{children()}</div>
            <aside
                aria-label="Facts"
                class="min-w-0 divide-y divide-line @max-rail:mt-9"
            >
                {rail.run()}
            </aside>
        </div>
    }
    .into_any()
}

/// A section: heading, a quiet line beside it, actions at the right, content.
#[component]
pub fn Section(
    /// Unique in the page; names the section.
    #[prop(into)]
    id: String,
    /// The heading.
    #[prop(into)]
    title: String,
    /// Beside the heading: a line of text or an allowance.
    #[prop(optional, into)]
    side: ViewFnOnce,
    /// Small buttons at the right.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// The content.
    children: Children,
) -> impl IntoView {
    let heading = [&id, "-heading"].concat();
    view! {
        <section id=id aria-labelledby=heading class="min-w-0 scroll-mt-16">
            <div class="mb-3 flex min-h-control-sm flex-wrap items-center gap-x-3 gap-y-1.5">
                <h2 id=heading.clone() class="text-md font-semibold tracking-money">
                    {title}
                </h2>
                <div class="text-sm text-ink-2 empty:hidden">{side.run()}</div>
                <div class="ms-auto flex items-center gap-1.5 empty:hidden">{actions.run()}</div>
            </div>
            {children()}
        </section>
    }
    .into_any()
}

/// A section of a settings page: what and why at the left, the controls at the right. It saves by itself.
#[component]
pub fn SettingsSection(
    /// Unique in the page; names the section.
    #[prop(into)]
    id: String,
    /// What is set.
    #[prop(into)]
    title: String,
    /// Why, in a sentence or two.
    #[prop(into)]
    about: String,
    /// The controls.
    children: Children,
) -> impl IntoView {
    let heading = [&id, "-heading"].concat();
    view! {
        <section
            id=id
            aria-labelledby=heading
            class="grid scroll-mt-16 grid-cols-[15rem_minmax(0,42rem)] items-start gap-x-12 gap-y-4 border-line py-6 not-first:border-t @max-p3:grid-cols-[minmax(0,1fr)]"
        >
            <div class="grid gap-1">
                <h2 id=heading.clone() class="text-md font-semibold tracking-money">
                    {title}
                </h2>
                <p class="text-sm text-ink-2">{about}</p>
            </div>
            <div class="grid min-w-0 gap-4">{children()}</div>
        </section>
    }
    .into_any()
}

/// The column of a form page: at most 480 px.
#[component]
pub fn FormColumn(
    /// Fields, then [`FormFoot`].
    children: Children,
) -> impl IntoView {
    view! { <div class="grid max-w-120 grid-cols-[minmax(0,1fr)] gap-5">{children()}</div> }
}

/// The foot of a form at the right: a link that cancels, then the button that sends the form.
#[component]
pub fn FormFoot(
    /// Where Cancel leads.
    #[prop(into)]
    cancel: String,
    /// What the button says.
    #[prop(into)]
    submit: String,
    /// Whether the form deletes something.
    #[prop(optional)]
    deletes: bool,
) -> impl IntoView {
    let submit = if deletes {
        view! { <Button kind=ButtonKind::Danger icon=Icon::Trash submit=true>{submit}</Button> }.into_any()
    } else {
        view! { <Button kind=ButtonKind::Primary submit=true>{submit}</Button> }.into_any()
    };
    view! {
        <div class="flex flex-wrap justify-end gap-2 border-t border-line pt-4 @max-p1:[&>*]:flex-1">
            <LinkButton href=cancel kind=ButtonKind::Quiet>
                "Cancel"
            </LinkButton>
            {submit}
        </div>
    }
}
