//! Filters of a list: a chip that says what is set, and a popover with the choices. All of it is one GET form.

use super::Views;
use super::button::{Button, ButtonKind, ButtonSize};
use super::choice::{Choice, tick_ring};
use super::dialog::POPOVER;
use super::icon::{Icon, IconSize, SvgIcon};
use leptos::children::ViewFnOnce;
use leptos::prelude::*;

/// The line of search and filters over a list: a GET form to the list itself.
#[component]
pub fn FilterBar(
    /// The list's path.
    #[prop(into)]
    action: String,
    /// [`super::search::SearchField`].
    #[prop(into)]
    search: ViewFnOnce,
    /// What the URL says besides, [`FilterChip`]s, and the way to clear them.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <form method="get" action=action role="search" class="flex flex-wrap items-center gap-2 px-gutter py-2.5 print:hidden">
            {search.run()}
            {children.map(|children| children())}
            <Button kind=ButtonKind::Quiet submit=true>
                "Search"
            </Button>
        </form>
    }
    .into_any()
}

const CHIP: &str = "inline-flex min-h-control-sm items-center gap-1.25 rounded-md px-2 py-0.5 text-sm font-medium \
                    whitespace-nowrap focus-visible:rounded-md";

/// One filter with its choices as radio buttons. Not set: a dashed edge and a plus. Set: "Role is Admin" and a cross
/// that clears it.
#[component]
pub fn FilterChip(
    /// Unique in the page.
    #[prop(into)]
    id: String,
    /// The parameter's name.
    #[prop(into)]
    name: String,
    /// What is filtered by: "Role".
    #[prop(into)]
    label: String,
    /// What there is to choose.
    options: Vec<Choice>,
    /// The value chosen now.
    #[prop(optional_no_strip, into)]
    selected: Option<String>,
    /// The list without this filter.
    #[prop(into)]
    clear_href: String,
    /// What the button says: "Show users".
    #[prop(into)]
    submit: String,
) -> impl IntoView {
    let chosen = selected.as_ref().map(|value| {
        let known = options.iter().find(|option| option.value == *value);
        known.map_or_else(|| value.clone(), |option| option.label.clone())
    });
    let row = move |option: Choice| {
        let checked = selected.as_ref() == Some(&option.value);
        view! {
            <label class="flex min-h-7.5 items-center gap-2 rounded-md px-2 py-0.75 hover:bg-ink/6">
                <input type="radio" name=name.clone() value=option.value checked=checked prop:checked=checked class=tick_ring() />
                {option.label}
            </label>
        }
    };
    view! {
        <div class="inline-flex">
            {chip(&id, &label, chosen, clear_href)}
            <div id=id popover="auto" class=[POPOVER, "min-w-52 [position-area:bottom_span-right]"].join(" ")>
                <fieldset class="max-h-80 overflow-y-auto">
                    <legend class="px-2 pt-1.5 pb-1 text-xs font-medium text-ink-2">{label}</legend>
                    {options.into_iter().map(row).views()}
                </fieldset>
                <div class="-mx-1 mt-1 -mb-1 border-t border-line p-2">
                    <Button kind=ButtonKind::Primary size=ButtonSize::Small submit=true>
                        {submit}
                    </Button>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// One filter with a field of its own. Not set: a dashed edge and a plus. Set: "Project is Atlas" and a cross.
#[component]
pub fn FieldFilterChip(
    /// Unique in the page.
    #[prop(into)]
    id: String,
    /// What is filtered by: "Project".
    #[prop(into)]
    label: String,
    /// What is filtered by now.
    #[prop(optional_no_strip)]
    value: Option<String>,
    /// The list without this filter.
    #[prop(into)]
    clear_href: String,
    /// What the button says: "Show users".
    #[prop(into)]
    submit: String,
    /// The field.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="inline-flex">
            {chip(&id, &label, value, clear_href)}
            <div id=id popover="auto" class=[POPOVER, "w-72 [position-area:bottom_span-right]"].join(" ")>
                <div class="p-2">{children()}</div>
                <div class="-mx-1 mt-1 -mb-1 border-t border-line p-2">
                    <Button kind=ButtonKind::Primary size=ButtonSize::Small submit=true>
                        {submit}
                    </Button>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// A filter that is set by a link and can only be cleared: "User is Ada" and a cross.
#[component]
pub fn FixedFilterChip(
    /// The parameter's name.
    name: &'static str,
    /// The parameter's value.
    #[prop(into)]
    value: String,
    /// What is filtered by: "User".
    label: &'static str,
    /// What is filtered by now.
    #[prop(into)]
    title: String,
    /// The list without this filter.
    #[prop(into)]
    clear_href: String,
) -> impl IntoView {
    let words = view! {
        <span class="inline-flex items-center gap-1.25 py-0.5 ps-2 pe-1 text-sm font-medium whitespace-nowrap">
            {set_words(label.to_owned(), title)}
        </span>
    };
    view! {
        <input type="hidden" name=name value=value />
        {set_chip(label, clear_href, words.into_any())}
    }
    .into_any()
}

fn chip(id: &str, label: &str, chosen: Option<String>, clear_href: String) -> AnyView {
    let (id, label) = (id.to_owned(), label.to_owned());
    match chosen {
        None => view! {
            <button
                type="button"
                popovertarget=id
                class=[CHIP, "border border-dashed border-line-2 text-ink-2 hover:border-control hover:text-ink [&>svg]:text-ink-3"].join(" ")
            >
                <SvgIcon icon=Icon::Plus size=IconSize::Small />
                {label}
            </button>
        }
        .into_any(),
        Some(chosen) => {
            let words = view! {
                <button type="button" popovertarget=id class=[CHIP, "min-h-6 pe-1"].join(" ")>
                    {set_words(label.clone(), chosen)}
                </button>
            };
            set_chip(&label, clear_href, words.into_any())
        }
    }
}

/// "Role is Admin".
fn set_words(label: String, value: String) -> impl IntoView {
    view! {
        <span class="font-normal text-ink-2">{label} " is"</span>
        <span class="max-w-48 truncate">{value}</span>
    }
}

/// A filter that is set, and a cross that clears it.
fn set_chip(label: &str, clear_href: String, words: AnyView) -> AnyView {
    let clear = format!("Clear the filter {label}");
    view! {
        <span class="inline-flex min-h-control-sm items-center rounded-md border border-line-2 bg-raised shadow-e1">
            {words}
            <a
                href=clear_href
                aria-label=clear
                class="grid min-h-6 w-6 place-content-center rounded-sm text-ink-2 hover:bg-ink/7 hover:text-ink"
            >
                <SvgIcon icon=Icon::X size=IconSize::Small />
            </a>
        </span>
    }
    .into_any()
}
