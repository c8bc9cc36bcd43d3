//! The list of users in Keycloak: a look-up, because only Keycloak knows them.

use super::data::{KeycloakUsers, ListKeycloakUsers};
use super::{PLACE, unavailable};
use crate::page::crumbs::administration;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{
    Avatar, Badge, BadgeKind, ButtonKind, Cell, Crumb, EmptyKind, EmptyState, FilterBar, Header, Icon, LinkButton,
    NameCell, PageHead, SearchField, Stacked, Table, TableBody, TableHead, TableRow, Views, Width,
};
use crate::url::with_params;
use domain::count::counted;
use domain::keycloak_user::{ListedUser, Unavailable, project_list};
use domain::page::Params;
use domain::violation::Violation;
use leptos::prelude::*;
use leptos_meta::Title;

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Query {
    text: String,
    skipped: u32,
}

impl Query {
    fn from_params(params: &mut Params) -> Self {
        let number = |raw: &str| raw.parse().map_err(|_| Violation::UnknownCursor);
        Self {
            text: params.take("q", |raw| Ok(raw.trim().to_owned())).unwrap_or_default(),
            skipped: params.take("from", number).unwrap_or_default(),
        }
    }

    fn address(&self, skipped: u32) -> String {
        let mut params = Vec::new();
        if !self.text.is_empty() {
            params.push(("q", self.text.clone()));
        }
        if skipped > 0 {
            params.push(("from", skipped.to_string()));
        }
        with_params(paths::KEYCLOAK_USERS, &params)
    }
}

/// The list of users in Keycloak.
pub struct KeycloakUsersPage {
    page: PageData<Result<KeycloakUsers, Unavailable>>,
    query: Memo<(Query, Vec<String>)>,
}

impl LazyPage for KeycloakUsersPage {
    fn load() -> Self {
        let query = use_params(Query::from_params);
        let call = move || {
            let Query { text, skipped } = query.get().0;
            ListKeycloakUsers { text, skipped }
        };
        Self { page: use_page(call), query }
    }

    fn view(self) -> AnyView {
        let Self { page, query } = self;
        let value = query.with_untracked(|(query, _)| query.text.clone());
        let search = move || view! { <SearchField label="Search users in Keycloak" placeholder="Name, user name or e-mail" value /> };
        let create = || {
            view! {
                <LinkButton href=paths::NEW_KEYCLOAK_USER kind=ButtonKind::Primary icon=Icon::Plus>
                    "Create user"
                </LinkButton>
            }
        };
        view! {
            <Title text=PLACE />
            <PageHead crumbs=administration([Crumb::here(PLACE)]) title=PLACE actions=create />
            <FilterBar action=paths::KEYCLOAK_USERS search>""</FilterBar>
            {loaded(page, move |dated, _| {
                let (query, ignored) = query.get_untracked();
                let body = body(dated.data, &query);
                view! { {ignored_notice(&ignored)} {body} }
            })}
        }
        .into_any()
    }
}

fn body(users: Result<KeycloakUsers, Unavailable>, query: &Query) -> AnyView {
    let users = match users {
        Ok(users) => users,
        Err(why) => return view! { <div class="px-gutter pt-4">{unavailable::notice(why)}</div> }.into_any(),
    };
    if users.rows.is_empty() {
        return no_users(query);
    }
    let found = counted(i64::try_from(users.rows.len()).unwrap_or(i64::MAX), "user");
    let rows = users.rows.iter().cloned().map(row).views();
    view! {
        <p data-result class="sr-only">{format!("{found} on this page")}</p>
        <Table label=PLACE>
            <TableHead>
                <Header label="Name" />
                <Header label="User name" width=Width::Long />
                <Header label="Sign-in" width=Width::Medium />
                <Header label="Projects" />
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
        {steps(&users, query)}
    }
    .into_any()
}

fn row(user: ListedUser) -> impl IntoView {
    let ListedUser { id, username, name, email, enabled, projects } = user;
    let href = id.map(paths::keycloak_user);
    let (detail, seed) = ((!email.is_empty()).then_some(email), username.clone());
    let picture = name.clone();
    let names = project_list(&projects);
    let state = if enabled { "Enabled" } else { "Disabled" };
    let kind = if enabled { BadgeKind::Outline } else { BadgeKind::Warn };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href name detail>
                    <Avatar name=picture seed />
                </NameCell>
            </Cell>
            <Cell label="User name" class="text-sm">
                <span class="wrap-anywhere">{username}</span>
            </Cell>
            <Cell stacked=Stacked::End>
                <Badge kind>{state}</Badge>
            </Cell>
            <Cell label="Projects" class="text-sm text-ink-2">
                <span class="wrap-anywhere">{names}</span>
            </Cell>
        </TableRow>
    }
}

/// Keycloak skips a number of users; it has no places to go on from.
fn steps(users: &KeycloakUsers, query: &Query) -> Option<impl IntoView + use<>> {
    let previous = (users.skipped > 0).then(|| query.address(users.skipped.saturating_sub(users.page_rows)));
    let next = users.has_more.then(|| query.address(users.skipped.saturating_add(users.page_rows)));
    (previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav aria-label="Pages" class="flex flex-wrap justify-end gap-2 px-gutter pt-2.5 pb-3">
                {previous.map(|href| view! { <LinkButton href icon=Icon::ChevronLeft attr:rel="prev">"Previous"</LinkButton> }).views()}
                {next.map(|href| view! { <LinkButton href icon=Icon::ChevronRight attr:rel="next">"Next"</LinkButton> }).views()}
            </nav>
        }
    })
}

fn no_users(query: &Query) -> AnyView {
    if query.text.is_empty() && query.skipped == 0 {
        return view! {
            <EmptyState
                kind=EmptyKind::Nothing(Icon::Users)
                title="No users in Keycloak yet"
                text="Users of the realm appear here. Create the first one."
            />
        }
        .into_any();
    }
    let (title, text) = if query.skipped > 0 {
        ("No users on this page any more", "The list has become shorter since the last page was read.".to_owned())
    } else {
        ("No users match", format!("No user of the realm has “{}” in the name, user name or e-mail.", query.text))
    };
    let all = || view! { <LinkButton href=paths::KEYCLOAK_USERS>"Show all users"</LinkButton> };
    view! { <EmptyState kind=EmptyKind::NoMatch title text actions=all /> }.into_any()
}
