//! The list of projects.

use super::badges::{KindBadge, ProjectRoleBadge};
use super::data::{ListProjects, MatchOtherType};
use super::{claims_only_list, deleted_list};
use crate::me::Me;
use crate::page::budget_columns::{budget_columns, usage_filter};
use crate::page::list_page::{ListData, ListPage, Requested};
use crate::page::list_parts::{self, Filter, line_if};
use crate::page::listing::{ListQuery as _, empty};
use crate::page::{LazyPage, PageData, use_page};
use crate::paths;
use crate::ui::{
    Avatar, AvatarShape, Banner, BannerKind, ButtonSize, Choice, Day, EmptyKind, EmptyState, Icon, LinkButton,
    NameCell, Priority, Stacked, Width, awaited, count_words,
};
use domain::mode::Mode;
use domain::permission::Permission;
use domain::project::{ProjectKind, ProjectQuery, ProjectRow, ProjectSort, ProjectState, ProjectTypes};
use domain::role::PlatformRole;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) type Column = list_parts::Column<ProjectQuery, ProjectRow>;

/// The list of projects.
pub struct ProjectsPage {
    list: ListData<ProjectQuery, ProjectRow>,
    /// Whether a search matches projects of the type that the list leaves out.
    other_type: PageData<bool>,
}

impl LazyPage for ProjectsPage {
    fn load() -> Self {
        let list = ListData::load(ProjectQuery::from_params, |query| ListProjects { query }, |_| None);
        let requested = list.requested;
        Self { list, other_type: use_page(move || MatchOtherType { query: requested.get().0 }) }
    }

    fn view(self) -> AnyView {
        let Self { list, other_type } = self;
        let notice = other_type_notice(list.requested, other_type);
        let page: ListPage<ProjectQuery, ProjectRow> = ListPage {
            one: "project",
            title: "Projects",
            subtitle: |me| if sees_all(me) { "All of the platform" } else { "Those you are in" },
            may_open: |_| true,
            create: |me| me.may(Permission::CreateProject).then_some(paths::NEW_PROJECT),
            files: |_| Vec::new(),
            searched: "Name or description",
            key: |project| project.name.to_string(),
            filters: |query, me, ()| if is_from_claims(me) { Vec::new() } else { filters(query, me) },
            table: |query, me| match query.state {
                _ if me.is_some_and(is_from_claims) => ("Projects", columns(false, false)),
                Some(ProjectState::Deleted) => ("Deleted projects", deleted_list::columns()),
                _ => ("Projects", columns(true, me.is_some_and(|me| me.budgets))),
            },
            empty: |query, me| match me.filter(|me| is_from_claims(me)) {
                Some(me) => claims_only_list::nothing(query, me),
                None => no_projects(query, me.is_some_and(|me| me.may(Permission::CreateProject))),
            },
        };
        list.view(page, notice)
    }
}

/// Where the identity provider says who is in a project, the number is unknown here.
fn is_from_claims(me: &Me) -> bool {
    me.mode == Mode::Keycloak
}

fn sees_all(me: &Me) -> bool {
    me.role != PlatformRole::User
}

fn filters(query: &ProjectQuery, me: &Me) -> Vec<Filter<ProjectQuery>> {
    let of_platform = sees_all(me);
    let types = query.types(of_platform);
    let cleared = (of_platform && types != ProjectTypes::All).then_some(ProjectTypes::All);
    let usage = (me.budgets && me.may(Permission::ViewSpend))
        .then(|| usage_filter(query.usage, ProjectQuery { usage: None, ..query.clone() }));
    let filters = [
        Filter::Choice {
            name: "type",
            label: "Type",
            choices: ProjectTypes::ALL.map(|types| Choice::new(types.key(), types.title())).into(),
            value: (of_platform || query.types.is_some()).then(|| types.key()),
            without: ProjectQuery { types: cleared, ..query.clone() },
        },
        Filter::Choice {
            name: "state",
            label: "State",
            choices: ProjectState::ALL.map(|state| Choice::new(state.key(), state.title())).into(),
            value: query.state.map(ProjectState::key),
            without: ProjectQuery { state: None, ..query.clone() },
        },
    ];
    filters.into_iter().chain(usage).collect()
}

/// Says that a search matches projects of the type that the list leaves out.
fn other_type_notice(requested: Requested<ProjectQuery>, other_type: PageData<bool>) -> AnyView {
    awaited(move || async move {
        let matches = other_type.get().await.is_ok_and(|dated| dated.data);
        matches.then(|| {
            let query = requested.get_untracked().0;
            let fact = match query.types {
                Some(ProjectTypes::Personal) => "Shared projects match too.",
                _ => "Personal projects match too.",
            };
            let href = ProjectQuery { types: Some(ProjectTypes::All), ..query }.address();
            let action = move || view! { <LinkButton href size=ButtonSize::Small>"Search all types"</LinkButton> };
            view! {
                <div class="px-gutter pb-3">
                    <Banner kind=BannerKind::Info fact action />
                </div>
            }
        })
    })
}

fn columns(has_numbers: bool, has_budgets: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::new("Name", |project, _| name(project, Some(paths::project(project.name.as_str()))))
            .sorted_by(ProjectSort::Name)
            .stacked(|_| Stacked::Line),
        Column::new("Type", |project, _| view! { <KindBadge kind=project.kind /> }.into_any()).width(Width::Short),
    ];
    if has_numbers {
        columns.extend([
            Column::new("Members", |project, _| count_words(project.member_count).into_any())
                .width(Width::Short)
                .figures()
                .labelled()
                .class("text-sm"),
            Column::new("Project admins", admins)
                .width(Width::Medium)
                .figures()
                .from(Priority::P2)
                .stacked(|_| Stacked::Hidden)
                .class("text-sm"),
        ]);
    }
    if has_budgets {
        columns.extend(budget_columns());
    }
    columns.extend([
        Column::new("Your role", own_role).width(Width::Medium).stacked(|project| line_if(project.own_role.is_some())),
        Column::new("Created", |project, _| view! { <Day at=project.created_at /> }.into_any())
            .sorted_by(ProjectSort::Created)
            .width(Width::Medium)
            .from(Priority::P2)
            .stacked(|_| Stacked::Hidden)
            .class("num text-sm text-ink-2"),
    ]);
    columns
}

pub(super) fn name(project: &ProjectRow, href: Option<String>) -> AnyView {
    let (name, initials, seed) = (project.title.clone(), project.title.clone(), project.id.to_string());
    let detail = (project.title != project.name.as_str()).then(|| project.name.to_string());
    view! {
        <NameCell href name detail code=true>
            <Avatar name=initials seed shape=AvatarShape::Project />
        </NameCell>
    }
    .into_any()
}

/// A personal project has an owner and no admins.
fn admins(project: &ProjectRow, _: OffsetDateTime) -> AnyView {
    match project.kind {
        ProjectKind::Personal => "–".into_any(),
        ProjectKind::Shared => count_words(project.admin_count).into_any(),
    }
}

fn own_role(project: &ProjectRow, _: OffsetDateTime) -> AnyView {
    match project.own_role {
        Some(role) => view! { <ProjectRoleBadge role /> }.into_any(),
        None => view! { <span class="text-sm text-ink-2">"–"</span> }.into_any(),
    }
}

fn no_projects(query: &ProjectQuery, may_create: bool) -> AnyView {
    let no_match = match (&query.search, query.state) {
        (None, _) if query.usage.is_some() => "No project whose spend you may see matches these filters.".to_owned(),
        (Some(term), _) => {
            format!("No project that you may see has “{term}” in its name or description and matches these filters.")
        }
        (None, Some(ProjectState::WithoutAdmin)) => "Every shared project has a project admin.".to_owned(),
        (None, None) => "There are no projects of this type.".to_owned(),
        (None, Some(ProjectState::Deleted)) => {
            "Deleted projects appear here for 30 days and can be restored.".to_owned()
        }
    };
    empty(query, "project", no_match, no_projects_yet(may_create))
}

fn no_projects_yet(may_create: bool) -> AnyView {
    let text = if may_create {
        "In a shared project, users work together under the project's own budgets. Create one and add users to it."
    } else {
        "You are in no project yet. Ask a project admin to add you; “My access” says who can help."
    };
    let next = move || {
        if may_create {
            view! { <LinkButton href=paths::NEW_PROJECT icon=Icon::Plus>"Create project"</LinkButton> }
        } else {
            view! { <LinkButton href=paths::MY_ACCESS icon=Icon::KeyRound>"See my access"</LinkButton> }
        }
    };
    view! { <EmptyState kind=EmptyKind::Nothing(Icon::Folders) title="No projects yet" text actions=next /> }.into_any()
}
