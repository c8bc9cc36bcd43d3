//! The filter of the list of users by project, and what its text means without scripts.

use crate::me::Me;
use crate::page::list_page::Requested;
use crate::page::listing::ListQuery as _;
use crate::page::project_chip;
use crate::read::Data;
use crate::suggestions::NamedProject;
use crate::ui::{Banner, BannerKind, Views, awaited};
use domain::permission::Permission;
use domain::project::ProjectName;
use domain::suggestion::Suggestion;
use domain::user::UserQuery;
use leptos::prelude::*;
use leptos_router::components::Redirect;

/// The chip; a project that is chosen in its field filters the list.
pub(super) fn chip(query: &UserQuery, project: Option<&NamedProject>) -> AnyView {
    let title = match project {
        Some(NamedProject::One { title, .. }) => Some(title.clone()),
        _ => None,
    };
    let unfiltered = query.clone();
    let address = move |project| UserQuery { project, ..unfiltered.clone() }.address();
    project_chip(query.project.as_ref(), title, "Show users", address)
}

/// Goes on to the project that the text names, or says that it names none, or several.
pub(super) fn notice(
    requested: Requested<UserQuery>,
    me: Data<Me>,
    project: Option<Data<Option<NamedProject>>>,
) -> AnyView {
    awaited(move || async move {
        me.get().await.ok().filter(|me| me.may(Permission::ViewUsers))?;
        let project = project?.get().await.ok().flatten()?;
        meaning(&requested.read_untracked().0, project)
    })
}

fn meaning(query: &UserQuery, project: NamedProject) -> Option<AnyView> {
    let typed = query.project.as_ref()?;
    match project {
        NamedProject::One { name, .. } if name.eq_ignore_ascii_case(typed.as_str()) => None,
        NamedProject::One { name, .. } => Some(view! { <Redirect path=within(query, &name) /> }.into_any()),
        NamedProject::Unclear(found) if found.is_empty() => {
            let fact = format!("No project is called “{typed}”.");
            Some(banner(fact, view! { "Choose another project, or clear the filter." }.into_any()))
        }
        NamedProject::Unclear(found) => {
            let fact = format!("“{typed}” is not the whole name of one project.");
            Some(banner(fact, choices(query, found).into_any()))
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

fn banner(fact: String, text: AnyView) -> AnyView {
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
