//! The two searches of a project's page: its members, and people to add.

use super::Asked;
use crate::paths;
use crate::projects::data::ProjectPageQuery;
use crate::ui::{Button, ButtonKind, Icon, SearchField};
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

/// What was typed, on its way into the address.
///
/// It belongs to the page and not to the fields: those are shown anew whenever the page is read, also between the
/// last key and the end of the pause.
#[derive(Clone, Copy)]
pub(super) struct Searches {
    members: Callback<String>,
    find: Callback<String>,
}

impl Searches {
    /// Follows what is typed on the page whose technical name is `name`.
    pub(super) fn new(name: Memo<String>, asked: Asked) -> Self {
        let members = |search, query: ProjectPageQuery| ProjectPageQuery {
            members: MemberQuery { search, cursor: None, ..query.members },
            ..query
        };
        Self {
            members: follow(name, asked, members),
            find: follow(name, asked, |find, query| ProjectPageQuery { find, ..query }),
        }
    }
}

fn follow(
    name: Memo<String>,
    asked: Asked,
    narrowed: fn(Option<SearchTerm>, ProjectPageQuery) -> ProjectPageQuery,
) -> Callback<String> {
    let navigate = use_navigate();
    let go = move |typed: String| {
        let query = narrowed(SearchTerm::parse(&typed).ok(), asked.get_untracked().0);
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
pub(super) fn members_form(searches: Searches, name: &str, query: &ProjectPageQuery) -> impl IntoView + use<> {
    let value = text(query.members.search.as_ref());
    let action = paths::project(name);
    let report = searches.members;
    view! {
        <form
            method="get"
            action=action
            role="search"
            aria-label="Members"
            class="mb-2 flex items-center gap-2"
            on:input=move |event| report.run(event_target_value(&event))
        >
            <SearchField label="Search members" placeholder="Name or e-mail" value />
            <Button kind=ButtonKind::Quiet submit=true>
                "Search"
            </Button>
        </form>
    }
}

/// Finds people to add to the project.
pub(super) fn find_form(searches: Searches, name: &str, query: &ProjectPageQuery) -> impl IntoView + use<> {
    let value = text(query.find.as_ref());
    let action = paths::project(name);
    let report = searches.find;
    view! {
        <form
            method="get"
            action=action
            role="search"
            aria-label="People to add"
            class="flex items-center gap-2"
            on:input=move |event| report.run(event_target_value(&event))
        >
            <SearchField label="Find people to add" placeholder="Find people to add" name="find" is_second=true value />
            <Button icon=Icon::Search submit=true>
                "Find"
            </Button>
        </form>
    }
}

fn text(term: Option<&SearchTerm>) -> String {
    term.map(ToString::to_string).unwrap_or_default()
}

/// A project's page with these parameters.
pub(super) fn address(name: &str, query: &ProjectPageQuery) -> String {
    with_params(&paths::project(name), &query.to_params())
}
