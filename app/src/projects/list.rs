//! The list of projects.

use super::data::list_projects;
use super::row::{ADMINS, CREATED, project_row};
use crate::error::PageError;
use crate::listing::{LiveSearch, ignored_notice};
use crate::me::{Me, use_me};
use crate::page::{PageData, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{
    ButtonKind, Crumb, EmptyKind, EmptyState, FilterBar, Header, Icon, LinkButton, PageHead, Pager, SortHeader, Sorted,
    Table, TableBody, TableHead, Width,
};
use crate::url::with_params;
use domain::page::Page;
use domain::permission::Permission;
use domain::project::{ProjectQuery, ProjectRow, ProjectSort};
use domain::role::PlatformRole;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{LazyRoute, lazy_route};

type Asked = Memo<(ProjectQuery, Vec<String>)>;

/// The list of projects.
pub struct ProjectsPage {
    page: PageData<Page<ProjectRow>>,
    asked: Asked,
    me: Resource<Result<Me, PageError>>,
}

#[lazy_route]
impl LazyRoute for ProjectsPage {
    fn data() -> Self {
        let asked = use_params(ProjectQuery::from_params);
        Self { page: use_page(move || asked.get().0, list_projects), asked, me: use_me() }
    }

    fn view(this: Self) -> AnyView {
        let ProjectsPage { page, asked, me } = this;
        let head = move || Suspend::new(async move { me.await.ok().map(|me| list_head(&me, asked)) });
        let rows = move |page: Page<ProjectRow>| {
            Suspend::new(async move {
                let may_create = me.await.is_ok_and(|me| me.may(Permission::CreateProject));
                projects(page, &asked.get_untracked(), may_create)
            })
        };
        view! {
            <Title text="Projects" />
            <Transition>{head}</Transition>
            {loaded(page, move |dated, _| rows(dated.data))}
        }
        .into_any()
    }
}

/// Title and search. They stand outside the rows, so that the search keeps the focus while rows change.
fn list_head(me: &Me, asked: Asked) -> impl IntoView + use<> {
    let crumbs = vec![Crumb::here("Settings"), Crumb::here("Administration"), Crumb::here("Projects management")];
    let subtitle = if me.role == PlatformRole::User { "Those you are in" } else { "All of the platform" };
    let may_create = me.may(Permission::CreateProject);
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
        let term = Memo::new(move |_| asked.read().0.search.as_ref().map(ToString::to_string).unwrap_or_default());
        let href = move |search| address(ProjectQuery { search, ..asked.get_untracked().0 });
        view! { <LiveSearch label="Search projects" placeholder="Name or description" term href /> }
    };
    let kept = move || {
        let kept = ProjectQuery { search: None, cursor: None, ..asked.get().0 };
        kept.to_params()
            .into_iter()
            .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
            .collect_view()
    };
    view! {
        <PageHead crumbs title="Projects" subtitle actions=create />
        <FilterBar action=paths::PROJECTS search=search>
            {kept}
        </FilterBar>
    }
}

/// The list asked for, from its first page.
fn address(query: ProjectQuery) -> String {
    with_params(paths::PROJECTS, &ProjectQuery { cursor: None, ..query }.to_params())
}

fn projects(
    page: Page<ProjectRow>,
    (query, ignored): &(ProjectQuery, Vec<String>),
    may_create: bool,
) -> impl IntoView + use<> {
    let at = |cursor| with_params(paths::PROJECTS, &ProjectQuery { cursor: Some(cursor), ..query.clone() }.to_params());
    let (previous, next) = (page.previous.map(at), page.next.map(at));
    let body = if page.rows.is_empty() {
        no_projects(query, may_create).into_any()
    } else {
        let head = columns(query);
        let rows = page.rows.into_iter().map(project_row).collect_view();
        view! {
            <Table label="Projects">
                {head} <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    let (size, keep) = (query.size, query.to_params());
    view! {
        {ignored_notice(ignored)}
        {body}
        <Pager previous next size action=paths::PROJECTS keep />
    }
}

fn columns(query: &ProjectQuery) -> impl IntoView + use<> {
    let sorted = |sort| (query.sort == sort).then_some(Sorted::from_descending(query.descending));
    let by = |sort| {
        let descending = query.sort == sort && !query.descending;
        address(ProjectQuery { sort, descending, ..query.clone() })
    };
    let [(by_name, name), (by_created, created)] =
        [ProjectSort::Name, ProjectSort::Created].map(|sort| (by(sort), sorted(sort)));
    view! {
        <TableHead>
            <SortHeader label="Name" href=by_name sorted=name />
            <Header label="Type" width=Width::Short />
            <Header label="Members" figures=true width=Width::Short />
            <Header label="Project admins" figures=true width=Width::Medium priority=ADMINS />
            <Header label="Your role" width=Width::Medium />
            <SortHeader label="Created" href=by_created sorted=created width=Width::Medium priority=CREATED />
        </TableHead>
    }
}

fn no_projects(query: &ProjectQuery, may_create: bool) -> AnyView {
    if let Some(term) = &query.search {
        let clear = address(ProjectQuery { search: None, ..query.clone() });
        let text = format!("Neither a name nor a description you may see contains “{term}”.");
        return no_match("No projects found", text, "Clear search", clear);
    }
    if query.cursor.is_some() {
        let text = "The list has become shorter since the last page was read.".to_owned();
        return no_match("No projects on this page any more", text, "Go to the first page", address(query.clone()));
    }
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

fn no_match(title: &'static str, text: String, way: &'static str, href: String) -> AnyView {
    let actions = move || view! { <LinkButton href>{way}</LinkButton> };
    view! { <EmptyState kind=EmptyKind::NoMatch title text actions /> }.into_any()
}
