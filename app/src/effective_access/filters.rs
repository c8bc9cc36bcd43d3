//! The filters of the question: a user, a project, a permission.

use super::data::AccessAnswer;
use crate::form::Hidden;
use crate::page::project_chip;
use crate::paths;
use crate::suggestions::user_source;
use crate::ui::{ButtonKind, Choice, Chooser, FieldFilterChip, FilterChip, LinkButton};
use domain::explain::{AccessQuery, AccessView, UserAnswer};
use domain::mode::Mode;
use domain::permission::Permission;
use domain::spend::UserRef;
use domain::suggestion::SuggestionKind;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

const SUBMIT: &str = "Explain";

pub(super) fn bar(query: &AccessQuery, answer: &AccessAnswer) -> AnyView {
    let kept = AccessQuery { view: query.view, size: query.size, ..AccessQuery::default() };
    let is_set = query.user.is_some() || query.project.is_some() || query.permission.is_some();
    let clear = is_set.then(|| {
        view! {
            <LinkButton href=paths::effective_access(&kept) kind=ButtonKind::Quiet>
                "Clear"
            </LinkButton>
        }
    });
    let chips = match query.view {
        AccessView::User => vec![user(query, answer), project(query, answer), permission(query)],
        AccessView::Who => vec![permission(query), project(query, answer)],
    };
    view! {
        <form
            method="get"
            action=paths::EFFECTIVE_ACCESS
            role="search"
            aria-label="Question"
            class="flex flex-wrap items-center gap-2 px-gutter py-2.5 print:hidden"
        >
            <Hidden fields=kept.to_params() />
            {chips}
            {clear}
        </form>
    }
    .into_any()
}

/// The same question with something else chosen, from its first page.
fn address(query: AccessQuery) -> String {
    paths::effective_access(&AccessQuery { cursor: None, ..query })
}

fn user(query: &AccessQuery, answer: &AccessAnswer) -> AnyView {
    let value = match answer {
        AccessAnswer::User(UserAnswer::Access(access)) => Some(access.user.name.clone()),
        _ => query.user.as_ref().map(ToString::to_string),
    };
    let clear_href = address(AccessQuery { user: None, ..query.clone() });
    let (query, navigate) = (query.clone(), use_navigate());
    let typed = query.user.as_ref().map(ToString::to_string).unwrap_or_default();
    let filter = Callback::new(move |chosen: String| {
        let address = address(AccessQuery { user: UserRef::parse(&chosen).ok(), ..query.clone() });
        navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    });
    view! {
        <FieldFilterChip id="filter-user" label="User" value clear_href submit=SUBMIT>
            <Chooser
                name="user"
                label="User"
                kind=SuggestionKind::User
                source=user_source()
                hint="A user by e-mail address, username or id"
                value=typed
                filter
            />
        </FieldFilterChip>
    }
    .into_any()
}

fn project(query: &AccessQuery, answer: &AccessAnswer) -> AnyView {
    let project = match answer {
        AccessAnswer::User(UserAnswer::Access(access)) => access.project.as_ref(),
        AccessAnswer::Who(holders) => holders.project.as_ref(),
        _ => None,
    };
    let (title, unfiltered) = (project.map(|project| project.title.clone()), query.clone());
    project_chip(query.project.as_ref(), title, SUBMIT, move |project| {
        address(AccessQuery { project, ..unfiltered.clone() })
    })
}

fn permission(query: &AccessQuery) -> AnyView {
    let known = Permission::ALL.iter().copied().filter(|permission| Mode::Platform.has(*permission));
    let options = known.map(|permission| Choice::new(permission.key(), permission.title())).collect();
    let selected = query.permission.map(Permission::key);
    let clear_href = address(AccessQuery { permission: None, ..query.clone() });
    view! {
        <FilterChip id="filter-permission" name="permission" label="Permission" options selected clear_href submit=SUBMIT />
    }
    .into_any()
}
