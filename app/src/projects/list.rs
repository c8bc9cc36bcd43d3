//! The list of projects.

use super::data::{ListProjects, MatchOtherType};
use super::deleted::deleted_projects;
use super::reduced;
use super::row::{ADMINS, CREATED, project_row};
use crate::form::Hidden;
use crate::me::{Me, use_me};
use crate::page::listing::{EmptyWords, ListQuery as _, clear, empty, ignored_notice, pager, result};
use crate::page::{LazyPage, PageData, loaded, use_page, use_params};
use crate::paths;
use crate::read::Data;
use crate::ui::{
    Banner, BannerKind, ButtonKind, ButtonSize, Choice, Crumb, EmptyKind, EmptyState, FilterBar, FilterChip, Header,
    Icon, LinkButton, PageHead, SearchField, SortHeader, Table, TableBody, TableHead, Views, Width, awaited,
    within_awaited,
};
use domain::mode::Mode;
use domain::page::Page;
use domain::permission::Permission;
use domain::project::{ProjectQuery, ProjectRow, ProjectSort, ProjectState, ProjectTypes};
use domain::role::PlatformRole;
use leptos::prelude::*;
use leptos_meta::Title;

type Asked = Memo<(ProjectQuery, Vec<String>)>;

/// The list of projects.
pub struct ProjectsPage {
    page: PageData<Page<ProjectRow>>,
    other_type: PageData<bool>,
    asked: Asked,
    me: Data<Me>,
}

impl LazyPage for ProjectsPage {
    fn load() -> Self {
        let asked = use_params(ProjectQuery::from_params);
        Self {
            page: use_page(move || ListProjects { query: asked.get().0 }),
            other_type: use_page(move || MatchOtherType { query: asked.get().0 }),
            asked,
            me: use_me(),
        }
    }

    fn view(self) -> AnyView {
        let ProjectsPage { page, other_type, asked, me } = self;
        let head = awaited(move || async move { me.get().await.ok().map(|me| list_head(&me, asked)) });
        let other_type = awaited(move || async move {
            let matches = other_type.get().await.is_ok_and(|dated| dated.data);
            matches.then(|| other_type_notice(&asked.get_untracked().0))
        });
        let rows = move |page: Page<ProjectRow>| {
            within_awaited(async move {
                match me.get().await {
                    Ok(me) if me.mode == Mode::Keycloak => {
                        reduced::projects(page, &asked.get_untracked(), &me).into_any()
                    }
                    me => {
                        let may_create = me.is_ok_and(|me| me.may(Permission::CreateProject));
                        projects(page, &asked.get_untracked(), may_create).into_any()
                    }
                }
            })
        };
        view! {
            <Title text="Projects" />
            {head}
            {other_type}
            {loaded(page, move |dated, _| rows(dated.data))}
        }
        .into_any()
    }
}

/// Title and search. They stand outside the rows, so that the search keeps the focus while rows change.
fn list_head(me: &Me, asked: Asked) -> impl IntoView + use<> {
    let crumbs = vec![Crumb::here("Settings"), Crumb::here("Administration"), Crumb::here("Projects management")];
    let subtitle = if me.role == PlatformRole::User { "Those you are in" } else { "All of the platform" };
    let (may_create, is_reduced) = (me.may(Permission::CreateProject), me.mode == Mode::Keycloak);
    let of_platform = me.role != PlatformRole::User;
    let create = move || {
        may_create.then(|| {
            view! {
                <LinkButton href=paths::NEW_PROJECT kind=ButtonKind::Primary icon=Icon::Plus>
                    "Create project"
                </LinkButton>
            }
        })
    };
    let search = move || {
        view! { <SearchField label="Search projects" placeholder="Name or description" value=asked.with_untracked(|(query, _)| query.term()) /> }
    };
    view! {
        <PageHead crumbs title="Projects" subtitle actions=create />
        <FilterBar action=paths::PROJECTS search=search>
            {move || (!is_reduced).then(|| filters(&asked.read().0, of_platform))}
        </FilterBar>
    }
}

fn filters(query: &ProjectQuery, of_platform: bool) -> impl IntoView + use<> {
    let fields = query.cleared().to_params();
    let types = query.types(of_platform);
    let cleared = (of_platform && types != ProjectTypes::All).then_some(ProjectTypes::All);
    view! {
        <Hidden fields />
        <FilterChip
            id="filter-type"
            name="type"
            label="Type"
            options=ProjectTypes::ALL.map(|types| Choice::new(types.key(), types.title())).into()
            selected=(of_platform || query.types.is_some()).then(|| types.key().to_owned())
            clear_href=ProjectQuery { types: cleared, ..query.clone() }.address()
            submit="Show projects"
        />
        <FilterChip
            id="filter-state"
            name="state"
            label="State"
            options=ProjectState::ALL.map(|state| Choice::new(state.key(), state.title())).into()
            selected=query.state.map(|state| state.key().to_owned())
            clear_href=ProjectQuery { state: None, ..query.clone() }.address()
            submit="Show projects"
        />
        {clear(query)}
    }
}

/// Says that a search matches projects of the type that the list leaves out.
fn other_type_notice(query: &ProjectQuery) -> impl IntoView + use<> {
    let fact = match query.types {
        Some(ProjectTypes::Personal) => "Shared projects match too.",
        _ => "Personal projects match too.",
    };
    let href = ProjectQuery { types: Some(ProjectTypes::All), ..query.clone() }.address();
    view! {
        <div class="px-gutter pb-3">
            <Banner
                kind=BannerKind::Info
                fact
                action=move || view! { <LinkButton href size=ButtonSize::Small>"Search all types"</LinkButton> }
            />
        </div>
    }
}

fn projects(
    page: Page<ProjectRow>,
    (query, ignored): &(ProjectQuery, Vec<String>),
    may_create: bool,
) -> impl IntoView + use<> {
    let (pager, result) = (pager(&page, query), result(&page, "project", "projects"));
    let body = if page.rows.is_empty() {
        no_projects(query, may_create)
    } else if query.state == Some(ProjectState::Deleted) {
        deleted_projects(page.rows, query).into_any()
    } else {
        let head = columns(query);
        let rows = page.rows.into_iter().map(project_row).views();
        view! {
            <Table label="Projects">
                {head} <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    view! {
        {ignored_notice(ignored)}
        {result}
        {body}
        {pager}
    }
}

fn columns(query: &ProjectQuery) -> impl IntoView + use<> {
    let [name, created] = [ProjectSort::Name, ProjectSort::Created].map(|sort| query.head(sort));
    view! {
        <TableHead>
            <SortHeader label="Name" by=name />
            <Header label="Type" width=Width::Short />
            <Header label="Members" figures=true width=Width::Short />
            <Header label="Project admins" figures=true width=Width::Medium priority=ADMINS />
            <Header label="Your role" width=Width::Medium />
            <SortHeader label="Created" by=created width=Width::Medium priority=CREATED />
        </TableHead>
    }
}

fn no_projects(query: &ProjectQuery, may_create: bool) -> AnyView {
    let text = match (&query.search, query.state) {
        (Some(term), _) => format!("Neither a name nor a description that you may see here contains “{term}”."),
        (None, Some(ProjectState::WithoutAdmin)) => "Every shared project has a project admin.".to_owned(),
        (None, None) => "There are no projects of this type.".to_owned(),
        (None, Some(ProjectState::Deleted)) => {
            "A deleted project stands here for 30 days and can be restored. There is none.".to_owned()
        }
    };
    let no_page = "No projects on this page any more";
    empty(query, EmptyWords { no_match: ("No projects found", text), no_page, nothing: nothing(may_create) })
}

fn nothing(may_create: bool) -> AnyView {
    let text = if may_create {
        "A shared project is where people work together under budgets of its own. Create one and add people to it."
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
