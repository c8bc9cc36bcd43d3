//! The search of a project's members.

use super::Asked;
use crate::paths;
use crate::ui::{Button, ButtonKind, SearchField};
use crate::url::with_params;
use domain::project::MemberQuery;
use domain::text::SearchTerm;
use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use std::time::Duration;

/// How long after the last key the search begins.
const PAUSE: Duration = Duration::from_millis(200);

/// Takes what is typed into the address.
///
/// It belongs to the page and not to the field, which is rendered again whenever the page is read, also between the last
/// key and the end of the pause.
pub(super) fn member_search(name: Memo<String>, asked: Asked) -> Callback<String> {
    let navigate = use_navigate();
    let go = move |typed: String| {
        let query = MemberQuery { search: SearchTerm::parse(&typed).ok(), cursor: None, ..asked.get_untracked().0 };
        let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
        navigate(&address(&name.get_untracked(), &query), options);
    };
    // In the browser only: what is local to a thread must not be dropped on another one, as the server would.
    let later = cfg!(feature = "hydrate").then(|| StoredValue::new_local(debounce(PAUSE, go)));
    Callback::new(move |typed| {
        if let Some(later) = later {
            later.try_update_value(|later| later(typed));
        }
    })
}

/// Searches the members of the project.
pub(super) fn members_form(search: Callback<String>, name: &str, query: &MemberQuery) -> impl IntoView + use<> {
    let value = query.search.as_ref().map(ToString::to_string).unwrap_or_default();
    let action = paths::project(name);
    view! {
        <form
            method="get"
            action=action
            role="search"
            aria-label="Members"
            class="mb-2 flex items-center gap-2"
            on:input=move |event| search.run(event_target_value(&event))
        >
            <SearchField label="Search members" placeholder="Name or e-mail" value />
            <Button kind=ButtonKind::Quiet submit=true>
                "Search"
            </Button>
        </form>
    }
}

/// A project's page with these parameters.
pub(super) fn address(name: &str, query: &MemberQuery) -> String {
    with_params(&paths::project(name), &query.to_params())
}
