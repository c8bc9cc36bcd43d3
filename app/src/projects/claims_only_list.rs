//! The empty states of the list of projects in Keycloak-managed mode: admins look up any project, other users see their
//! own.

use crate::me::Me;
use crate::paths;
use crate::ui::{EmptyKind, EmptyState, Icon, LinkButton};
use domain::project::ProjectQuery;
use domain::text::SearchTerm;
use leptos::prelude::*;

pub(super) fn nothing(query: &ProjectQuery, me: &Me) -> AnyView {
    let (kind, title, text) = match &query.search {
        _ if me.role.is_admin() && !query.search.as_ref().is_some_and(SearchTerm::is_telling) => (
            EmptyKind::Nothing(Icon::Search),
            "Look a project up",
            "Type at least three characters of its name or description. A project is created when a user signs in whose token names it, or by an admin.".to_owned(),
        ),
        Some(term) => (
            EmptyKind::NoMatch,
            "No projects found",
            format!("No project that you may see has “{term}” in its name or description."),
        ),
        None => (EmptyKind::Nothing(Icon::Folders), "No projects assigned yet", what_to_ask(&me.email)),
    };
    let lonely = query.search.is_none() && !me.role.is_admin();
    let next = move || {
        lonely.then(|| view! { <LinkButton href=paths::MY_ACCESS icon=Icon::KeyRound>"See my access"</LinkButton> })
    };
    view! { <EmptyState kind title text actions=next /> }.into_any()
}

/// What a developer without projects asks an administrator for.
pub(crate) fn what_to_ask(who: &str) -> String {
    format!(
        "Your sign-in gives you the role developer and no project. Ask an administrator of the identity provider to put a project's name into the attribute applications of {who}, or into applications_admin to make you its project admin. It holds after the next sign-in."
    )
}
