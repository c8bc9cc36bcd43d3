//! The list of people.

use super::data::list_people;
use super::row::person_row;
use crate::confirm::Hidden;
use crate::error::PageError;
use crate::listing::{LiveSearch, ignored_notice};
use crate::me::{Me, use_me};
use crate::page::{PageData, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{
    ButtonKind, Choice, Crumb, EmptyKind, EmptyState, FilterBar, FilterChip, Header, Icon, LinkButton, PageHead, Pager,
    SortHeader, Sorted, Table, TableBody, TableHead, TextFilterChip, Width,
};
use crate::url::with_params;
use domain::page::Page;
use domain::permission::Permission;
use domain::role::PlatformRole;
use domain::user::{UserQuery, UserRow, UserSort, UserStatus};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{LazyRoute, lazy_route};
use time::OffsetDateTime;

type Asked = Memo<(UserQuery, Vec<String>)>;

/// The list of people.
pub struct UsersPage {
    page: PageData<Page<UserRow>>,
    asked: Asked,
    me: Resource<Result<Me, PageError>>,
}

#[lazy_route]
impl LazyRoute for UsersPage {
    fn data() -> Self {
        let asked = use_params(UserQuery::from_params);
        Self { page: use_page(move || asked.get().0, list_people), asked, me: use_me() }
    }

    fn view(this: Self) -> AnyView {
        let UsersPage { page, asked, me } = this;
        let head = move || {
            Suspend::new(async move {
                let me = me.await.ok().filter(|me| me.may(Permission::ViewUsers));
                me.map(|me| list_head(me.may(Permission::ManageUsers), asked))
            })
        };
        view! {
            <Title text="Users" />
            <Transition>{head}</Transition>
            {loaded(page, move |dated, _| people(dated.data, dated.now, &asked.get_untracked()))}
        }
        .into_any()
    }
}

/// Title, search and filters. They stand outside the rows, so that the search keeps the focus while rows change.
fn list_head(may_create: bool, asked: Asked) -> impl IntoView {
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
        let term = Memo::new(move |_| asked.read().0.search.as_ref().map(ToString::to_string).unwrap_or_default());
        let href = move |search| address(UserQuery { search, ..asked.get_untracked().0 });
        view! { <LiveSearch label="Search people" placeholder="Name or e-mail" term href /> }
    };
    view! {
        <PageHead crumbs title="Users" actions=create />
        <FilterBar action=paths::USERS search=search>
            {move || filters(&asked.read().0)}
        </FilterBar>
    }
}

/// What clearing search and filters leaves: the order and the number of rows.
fn cleared(query: &UserQuery) -> UserQuery {
    UserQuery { sort: query.sort, descending: query.descending, size: query.size, ..UserQuery::default() }
}

fn filters(query: &UserQuery) -> impl IntoView + use<> {
    let kept = cleared(query);
    let roles = PlatformRole::ALL.map(|role| Choice::new(role.key(), role.title()));
    let states = UserStatus::ALL.map(|status| Choice::new(status.key(), status.title()));
    view! {
        <Hidden fields=kept.to_params() />
        <TextFilterChip
            id="filter-project"
            name="project"
            label="Project"
            field="Technical name"
            value=query.project.as_ref().map(ToString::to_string)
            clear_href=address(UserQuery { project: None, ..query.clone() })
            submit="Show people"
        />
        <FilterChip
            id="filter-role"
            name="role"
            label="Role"
            options=roles.into()
            selected=query.role.map(|role| role.key().to_owned())
            clear_href=address(UserQuery { role: None, ..query.clone() })
            submit="Show people"
        />
        <FilterChip
            id="filter-status"
            name="status"
            label="Status"
            options=states.into()
            selected=query.status.map(|status| status.key().to_owned())
            clear_href=address(UserQuery { status: None, ..query.clone() })
            submit="Show people"
        />
        {query
            .is_filtered()
            .then(|| {
                view! {
                    <LinkButton href=address(kept) kind=ButtonKind::Quiet>
                        "Clear"
                    </LinkButton>
                }
            })}
    }
}

/// The list asked for, from its first page.
fn address(query: UserQuery) -> String {
    with_params(paths::USERS, &UserQuery { cursor: None, ..query }.to_params())
}

fn people(
    page: Page<UserRow>,
    now: OffsetDateTime,
    (query, ignored): &(UserQuery, Vec<String>),
) -> impl IntoView + use<> {
    let at = |cursor| with_params(paths::USERS, &UserQuery { cursor: Some(cursor), ..query.clone() }.to_params());
    let (previous, next) = (page.previous.map(at), page.next.map(at));
    let body = if page.rows.is_empty() {
        nobody(query).into_any()
    } else {
        let head = columns(query);
        let rows = page.rows.into_iter().map(move |row| person_row(row, now)).collect_view();
        view! {
            <Table label="People">
                {head} <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    let size = query.size;
    let keep = query.to_params();
    view! {
        {ignored_notice(ignored)}
        {body}
        <Pager previous next size action=paths::USERS keep />
    }
}

fn columns(query: &UserQuery) -> impl IntoView + use<> {
    let sorted = |sort| (query.sort == sort).then_some(Sorted::from_descending(query.descending));
    let by = |sort| {
        let descending = query.sort == sort && !query.descending;
        address(UserQuery { sort, descending, ..query.clone() })
    };
    let sorting = UserSort::ALL.map(|sort| (by(sort), sorted(sort)));
    let [(by_name, name), (by_sign_in, sign_in), (by_created, created)] = sorting;
    view! {
        <TableHead>
            <SortHeader label="Name" href=by_name sorted=name />
            <Header label="Status" width=Width::Medium />
            <Header label="Role" width=Width::Medium />
            <Header label="Projects" />
            <SortHeader label="Last sign-in" href=by_sign_in sorted=sign_in width=Width::Medium />
            <SortHeader label="Created" href=by_created sorted=created width=Width::Medium priority=super::row::CREATED />
        </TableHead>
    }
}

fn nobody(query: &UserQuery) -> impl IntoView + use<> {
    if query.is_filtered() {
        let searched = query.search.as_ref();
        let text = searched.map_or_else(
            || "Nobody fits the filters that are set.".to_owned(),
            |term| format!("Neither a name nor an e-mail that fits the filters contains “{term}”."),
        );
        let clear = address(cleared(query));
        view! {
            <EmptyState
                kind=EmptyKind::NoMatch
                title="No people found"
                text
                actions=move || view! { <LinkButton href=clear>"Clear search and filters"</LinkButton> }
            />
        }
        .into_any()
    } else if query.cursor.is_some() {
        let first = address(query.clone());
        view! {
            <EmptyState
                kind=EmptyKind::NoMatch
                title="Nobody on this page any more"
                text="The list has become shorter since the last page was read."
                actions=move || view! { <LinkButton href=first>"Go to the first page"</LinkButton> }
            />
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                kind=EmptyKind::Nothing(Icon::Users)
                title="No people yet"
                text="People stand here once an admin has created an account for them."
            />
        }
        .into_any()
    }
}
