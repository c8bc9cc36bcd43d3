//! What every list shares: a search that narrows it while one types, and a word about parameters not understood.

use crate::ui::{Banner, BannerKind, SearchField};
use domain::text::SearchTerm;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// The search field of a list. With scripts it goes to the narrowed list while one types and keeps the focus; it is
/// made anew only when the address changes in another way, for example by clearing the filters.
#[component]
pub fn LiveSearch(
    /// What is searched, for readers: "Search people".
    label: &'static str,
    /// The fields searched: "Name or e-mail".
    placeholder: &'static str,
    /// What the address searches for now; empty for nothing.
    #[prop(into)]
    term: Signal<String>,
    /// The address of the list narrowed to a term, from its first page.
    href: impl Fn(Option<SearchTerm>) -> String + Send + Sync + 'static,
) -> impl IntoView {
    let typed = StoredValue::new(term.get_untracked());
    let shown = Memo::new(move |before: Option<&(u32, String)>| {
        let term = term.get();
        match before {
            Some(before) if typed.get_value().trim() == term => before.clone(),
            before => (before.map_or(0, |(count, _)| count + 1), term),
        }
    });
    let navigate = use_navigate();
    let search = Callback::new(move |text: String| {
        let to = href(SearchTerm::parse(&text).ok());
        typed.set_value(text);
        navigate(&to, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    });
    let field = move |(_, value): (u32, String)| {
        typed.set_value(value.clone());
        view! { <SearchField label placeholder value on_input=search /> }
    };
    // Keyed, because a field that is reused keeps what was typed into it.
    view! { <For each=move || [shown.get()] key=|(count, _)| *count children=field /> }
}

/// Names the parameters of the address that were not understood and therefore left out.
pub fn ignored_notice(ignored: &[String]) -> Option<impl IntoView + use<>> {
    let names = ignored.join(", ");
    (!ignored.is_empty()).then(|| {
        view! {
            <div class="px-gutter pb-3">
                <Banner kind=BannerKind::Warn fact="The address was not understood in full.">
                    {format!("Left out: {names}. Choose again.")}
                </Banner>
            </div>
        }
    })
}
