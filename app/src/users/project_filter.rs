//! The filter of the list of users by project, and what its text means without scripts.

use super::list::Asked;
use crate::page::listing::ListQuery as _;
use crate::suggestions::{NamedProject, project_source};
use crate::ui::{Banner, BannerKind, Chooser, FieldFilterChip, Views};
use domain::project::ProjectName;
use domain::suggestion::{Suggestion, SuggestionKind};
use domain::user::UserQuery;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_navigate;

/// Filters the list by a project that was chosen.
pub(super) fn choose(asked: Asked) -> Callback<String> {
    let navigate = use_navigate();
    Callback::new(move |name: String| {
        let to = within(&asked.read_untracked().0, &name);
        navigate(&to, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    })
}

pub(super) fn chip(query: &UserQuery, title: Option<String>, choose: Callback<String>) -> impl IntoView + use<> {
    let name = query.project.as_ref().map(ToString::to_string);
    let clear_href = UserQuery { project: None, ..query.clone() }.address();
    let value = name.clone().unwrap_or_default();
    view! {
        <FieldFilterChip
            id="filter-project"
            label="Project"
            value=title.or(name)
            clear_href
            submit="Show people"
        >
            <Chooser
                name="project"
                label="Project"
                kind=SuggestionKind::Project
                source=project_source(None)
                value
                filter=choose
            />
        </FieldFilterChip>
    }
}

/// Goes on to the project that the text names, or says that it names none, or several.
pub(super) fn meaning(query: &UserQuery, project: NamedProject) -> Option<AnyView> {
    let typed = query.project.as_ref()?;
    match project {
        NamedProject::One { name, .. } if name.eq_ignore_ascii_case(typed.as_str()) => None,
        NamedProject::One { name, .. } => Some(view! { <Redirect path=within(query, &name) /> }.into_any()),
        NamedProject::Unclear(found) if found.is_empty() => {
            let fact = format!("No project is called “{typed}”.");
            Some(notice(fact, view! { "Choose another project, or clear the filter." }.into_any()))
        }
        NamedProject::Unclear(found) => {
            let fact = format!("“{typed}” is not the whole name of one project.");
            Some(notice(fact, choices(query, found).into_any()))
        }
    }
}

fn choices(query: &UserQuery, found: Vec<Suggestion>) -> impl IntoView + use<> {
    let choice = |project: Suggestion| {
        let href = within(query, &project.value);
        view! {
            <li>
                <a href=href class="rounded-sm underline underline-offset-[0.2em]">{project.label}</a>
                " "
                {project.detail}
            </li>
        }
    };
    view! {
        "Choose one of these:"
        <ul>{found.into_iter().map(choice).views()}</ul>
    }
}

fn notice(fact: String, text: AnyView) -> AnyView {
    view! {
        <div class="px-gutter pb-3">
            <Banner kind=BannerKind::Warn fact>
                {text}
            </Banner>
        </div>
    }
    .into_any()
}

/// The list of the users of a project.
fn within(query: &UserQuery, project: &str) -> String {
    UserQuery { project: ProjectName::parse_existing(project).ok(), ..query.clone() }.address()
}
