//! The search of a project's members.

use crate::form::Hidden;
use crate::paths;
use crate::ui::{Button, ButtonKind, SearchField};
use crate::url::with_params;
use domain::project::MemberQuery;
use leptos::prelude::*;

/// Searches the members of the project.
pub(super) fn members_form(name: &str, query: &MemberQuery) -> impl IntoView + use<> {
    let value = query.search.as_ref().map(ToString::to_string).unwrap_or_default();
    let fields = MemberQuery { search: None, cursor: None, ..query.clone() }.to_params();
    let action = paths::project(name);
    view! {
        <form method="get" action=action role="search" aria-label="Members" class="mb-2 flex items-center gap-2 print:hidden">
            <Hidden fields />
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
