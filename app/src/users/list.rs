//! The list of people.

use super::data::ListPeople;
use super::project_filter;
use super::row::person_row;
use crate::form::Hidden;
use crate::me::{Me, use_me};
use crate::page::listing::{EmptyWords, ListQuery as _, clear, empty, ignored_notice, pager, result};
use crate::page::{LazyPage, PageData, loaded, use_page, use_params};
use crate::paths;
use crate::read::Data;
use crate::suggestions::{NameProject, NamedProject};
use crate::ui::{
    ButtonKind, Choice, Crumb, EmptyKind, EmptyState, FilterBar, FilterChip, Header, Icon, LinkButton, PageHead,
    SearchField, SortHeader, Table, TableBody, TableHead, Views, Width, awaited,
};
use domain::page::Page;
use domain::permission::Permission;
use domain::role::PlatformRole;
use domain::user::{DIFFERS, UserKind, UserQuery, UserRow, UserSort, UserStatus};
use leptos::prelude::*;
use leptos_meta::Title;
use time::OffsetDateTime;

pub(super) type Asked = Memo<(UserQuery, Vec<String>)>;

/// The list of people.
pub struct UsersPage {
    page: PageData<Page<UserRow>>,
    asked: Asked,
    me: Data<Me>,
    project: Data<Option<NamedProject>>,
}

impl LazyPage for UsersPage {
    fn load() -> Self {
        let asked = use_params(UserQuery::from_params);
        let project = Data::read(|| 0, move || NameProject { name: asked.get().0.project });
        Self { page: use_page(move || ListPeople { query: asked.get().0 }), asked, me: use_me(), project }
    }

    fn view(self) -> AnyView {
        let UsersPage { page, asked, me, project } = self;
        let head = awaited(move || async move {
            let me = me.get().await.ok().filter(|me| me.may(Permission::ViewUsers))?;
            Some(list_head(&me, asked, project.get().await.ok().flatten()))
        });
        view! {
            <Title text="Users" />
            {head}
            {loaded(page, move |dated, _| people(dated.data, dated.now, &asked.get_untracked()))}
        }
        .into_any()
    }
}

/// Title, search and filters. They stand outside the rows, so that the search keeps the focus while rows change.
fn list_head(me: &Me, asked: Asked, project: Option<NamedProject>) -> impl IntoView + use<> {
    let (may_create, has_provider) = (me.may(Permission::ManageUsers) && !me.has_provider, me.has_provider);
    let crumbs = vec![Crumb::here("Settings"), Crumb::here("Administration"), Crumb::here("Users management")];
    let create = move || {
        may_create.then(|| {
            view! {
                <LinkButton href=paths::NEW_USER kind=ButtonKind::Primary icon=Icon::Plus>
                    "Create person"
                </LinkButton>
            }
        })
    };
    let search = move || {
        view! { <SearchField label="Search people" placeholder="Name or e-mail" value=asked.with_untracked(|(query, _)| query.term()) /> }
    };
    let choose = project_filter::choose(asked);
    let title = match &project {
        Some(NamedProject::One { title, .. }) => Some(title.clone()),
        _ => None,
    };
    let unclear = project.map(|project| project_filter::meaning(&asked.read_untracked().0, project));
    view! {
        <PageHead crumbs title="Users" actions=create />
        <FilterBar action=paths::USERS search=search>
            {move || filters(&asked.read().0, has_provider, choose, title.clone())}
        </FilterBar>
        {unclear}
    }
}

/// Only where tokens are.
fn token_filter(query: &UserQuery) -> impl IntoView + use<> {
    view! {
        <FilterChip
            id="filter-token"
            name="token"
            label="Token"
            options=vec![Choice::new(DIFFERS, "Differs from what holds")]
            selected=query.differs.then(|| DIFFERS.to_owned())
            clear_href=UserQuery { differs: false, ..query.clone() }.address()
            submit="Show people"
        />
    }
}

fn filters(
    query: &UserQuery,
    has_provider: bool,
    choose: Callback<String>,
    title: Option<String>,
) -> impl IntoView + use<> {
    let fields = query.cleared().to_params();
    let roles = PlatformRole::ALL.map(|role| Choice::new(role.key(), role.title()));
    let states = UserStatus::ALL.map(|status| Choice::new(status.key(), status.title()));
    view! {
        <Hidden fields />
        {project_filter::chip(query, title, choose)}
        <FilterChip
            id="filter-role"
            name="role"
            label="Role"
            options=roles.into()
            selected=query.role.map(|role| role.key().to_owned())
            clear_href=UserQuery { role: None, ..query.clone() }.address()
            submit="Show people"
        />
        <FilterChip
            id="filter-status"
            name="status"
            label="Status"
            options=states.into()
            selected=query.status.map(|status| status.key().to_owned())
            clear_href=UserQuery { status: None, ..query.clone() }.address()
            submit="Show people"
        />
        <FilterChip
            id="filter-type"
            name="type"
            label="Type"
            options=UserKind::ALL.map(|kind| Choice::new(kind.key(), kind.title())).into()
            selected=query.kind.map(|kind| kind.key().to_owned())
            clear_href=UserQuery { kind: None, ..query.clone() }.address()
            submit="Show users"
        />
        {has_provider.then(|| token_filter(query))}
        {clear(query)}
    }
}

fn people(
    page: Page<UserRow>,
    now: OffsetDateTime,
    (query, ignored): &(UserQuery, Vec<String>),
) -> impl IntoView + use<> {
    let (pager, result) = (pager(&page, query), result(&page, "user", "users"));
    let body = if page.rows.is_empty() {
        nobody(query)
    } else {
        let head = columns(query);
        let rows = page.rows.into_iter().map(move |row| person_row(row, now)).views();
        view! {
            <Table label="People">
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

fn columns(query: &UserQuery) -> impl IntoView + use<> {
    let [name, sign_in, created] = UserSort::ALL.map(|sort| query.head(sort));
    view! {
        <TableHead>
            <SortHeader label="Name" by=name />
            <Header label="Status" width=Width::Medium />
            <Header label="Role" width=Width::Medium />
            <Header label="Type" width=Width::Short />
            <Header label="Projects" />
            <SortHeader label="Last sign-in" by=sign_in width=Width::Medium />
            <SortHeader label="Created" by=created width=Width::Medium priority=super::row::CREATED />
        </TableHead>
    }
}

fn nobody(query: &UserQuery) -> AnyView {
    let text = query.search.as_ref().map_or_else(
        || "Nobody fits the filters that are set.".to_owned(),
        |term| format!("Neither a name nor an e-mail that fits the filters contains “{term}”."),
    );
    let nothing = view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Users)
            title="No people yet"
            text="People stand here once an admin has created an account for them."
        />
    };
    let no_page = "Nobody on this page any more";
    empty(query, EmptyWords { no_match: ("No people found", text), no_page, nothing: nothing.into_any() })
}
