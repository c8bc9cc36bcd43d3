//! The top of a page: where it is, what it is, what can be done.

use super::Views;
use super::breadcrumbs::{Breadcrumbs, Crumb};
use domain::suggestion::SuggestionKind;
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// Crumbs, title with one quiet line beside it, actions at the right. A top place has no crumbs.
#[component]
pub fn PageHead(
    /// The way here; none on top places.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// The page's heading.
    #[prop(into)]
    title: String,
    /// One quiet line beside it.
    #[prop(optional)]
    subtitle: &'static str,
    /// Buttons, one of them primary at most.
    #[prop(optional, into)]
    actions: ViewFnOnce,
) -> impl IntoView {
    view! {
        <header class="px-gutter pt-3.5">
            {(!crumbs.is_empty()).then(|| view! { <Breadcrumbs crumbs /> })}
            <div class="mt-0.5 flex min-h-10 flex-wrap items-center gap-x-3 gap-y-2 max-nav:mt-1 max-nav:min-h-0">
                <h1 class="text-xl font-title wrap-anywhere">{title}</h1>
                {(!subtitle.is_empty()).then(|| view! { <p class="text-sm text-ink-2">{subtitle}</p> }).views()}
                <div class="ms-auto flex flex-wrap gap-2 empty:hidden max-nav:ms-0 max-nav:w-full max-nav:[&>*]:flex-auto">
                    {actions.run()}
                </div>
            </div>
        </header>
    }
    .into_any()
}

/// The head of one object: its picture, its name, a line that identifies it, actions.
#[component]
pub fn ObjectHead(
    /// The way here.
    crumbs: Vec<Crumb>,
    /// The object's name.
    #[prop(into)]
    title: String,
    /// An avatar or tile of 52 px.
    #[prop(into)]
    picture: ViewFnOnce,
    /// What the object is, for the command palette to offer it again.
    #[prop(optional)]
    kind: Option<SuggestionKind>,
    /// Buttons.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// Address, state, badges.
    children: Children,
) -> impl IntoView {
    view! {
        <header class="px-gutter pt-3.5">
            <Breadcrumbs crumbs />
            <div class="flex flex-wrap items-center gap-x-3.5 gap-y-3 pt-3 pb-2.5 @max-p1:items-start">
                {picture.run()}
                <div class="grid min-w-0 flex-[1_1_12rem] gap-0.5">
                    <h1 data-object=kind.map(SuggestionKind::noun) class="text-xl font-title wrap-anywhere">
                        {title}
                    </h1>
                    <div class="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm text-ink-2">{children()}</div>
                </div>
                <div class="ms-auto flex flex-wrap gap-2 empty:hidden @max-p1:ms-0 @max-p1:w-full @max-p1:[&>*]:flex-auto">
                    {actions.run()}
                </div>
            </div>
        </header>
    }
    .into_any()
}
