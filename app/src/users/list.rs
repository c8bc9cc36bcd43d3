//! The list of users.

use super::data::ListUsers;
use super::project_filter;
use crate::me::Me;
use crate::page::LazyPage;
use crate::page::budget_columns::{budget_columns, usage_filter};
use crate::page::list_page::{ListData, ListPage};
use crate::page::list_parts::{self, Filter, line_if};
use crate::page::listing::empty;
use crate::paths;
use crate::read::Data;
use crate::suggestions::{NameProject, NamedProject};
use crate::ui::{
    Avatar, Choice, Day, EmptyKind, EmptyState, ExternalBadge, Icon, NameCell, Priority, ProjectBadges, RelativeTime,
    RoleBadge, Stacked, StatusMark, Width, shown_address,
};
use domain::permission::Permission;
use domain::role::PlatformRole;
use domain::user::{TokenState, UserKind, UserQuery, UserRow, UserSort, UserStatus};
use leptos::prelude::*;
use time::OffsetDateTime;

type Column = list_parts::Column<UserQuery, UserRow>;

/// The list of users.
pub struct UsersPage(ListData<UserQuery, UserRow, Option<NamedProject>>);

impl LazyPage for UsersPage {
    fn load() -> Self {
        Self(ListData::load(
            UserQuery::from_params,
            |query| ListUsers { query },
            |requested| Some(Data::read(|| 0, move || NameProject { name: requested.get().0.project })),
        ))
    }

    fn view(self) -> AnyView {
        let Self(list) = self;
        let notice = project_filter::notice(list.requested, list.me, list.filtered_by);
        let page = ListPage {
            one: "user",
            title: "Users",
            subtitle: |_| "",
            may_open: |me| me.may(Permission::ViewUsers),
            create: |me| (me.may(Permission::ManageUsers) && !me.has_provider).then_some(paths::NEW_USER),
            files: |_| Vec::new(),
            searched: "Name or e-mail",
            key: |user: &UserRow| user.id.to_string(),
            filters,
            table: |_, me| ("Users", columns(me.is_some_and(|me| me.budgets))),
            empty: no_users,
        };
        list.view(page, notice)
    }
}

fn filters(query: &UserQuery, me: &Me, project: &Option<NamedProject>) -> Vec<Filter<UserQuery>> {
    let mut filters = vec![
        Filter::Field(project_filter::chip(query, project.as_ref())),
        Filter::Choice {
            name: "role",
            label: "Role",
            choices: PlatformRole::ALL.map(|role| Choice::new(role.key(), role.title())).into(),
            value: query.role.map(PlatformRole::key),
            without: UserQuery { role: None, ..query.clone() },
        },
        Filter::Choice {
            name: "status",
            label: "Status",
            choices: UserStatus::ALL.map(|status| Choice::new(status.key(), status.title())).into(),
            value: query.status.map(UserStatus::key),
            without: UserQuery { status: None, ..query.clone() },
        },
        Filter::Choice {
            name: "type",
            label: "Type",
            choices: UserKind::ALL.map(|kind| Choice::new(kind.key(), kind.title())).into(),
            value: query.kind.map(UserKind::key),
            without: UserQuery { kind: None, ..query.clone() },
        },
    ];
    if me.budgets {
        filters.push(usage_filter(query.usage, UserQuery { usage: None, ..query.clone() }));
    }
    // Without an identity provider there are no tokens.
    if me.has_provider {
        filters.push(Filter::Choice {
            name: "token",
            label: "Drift",
            choices: vec![Choice::new(TokenState::Differs.key(), TokenState::Differs.title())],
            value: query.token.map(TokenState::key),
            without: UserQuery { token: None, ..query.clone() },
        });
    }
    filters
}

fn columns(has_budgets: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::new("Name", name).sorted_by(UserSort::Name).stacked(|_| Stacked::Line),
        Column::new("Status", |user, _| view! { <StatusMark status=user.status /> }.into_any()).width(Width::Medium),
    ];
    // The columns of budgets need the room: external users have their badge beside the role.
    let time_width = if has_budgets { Width::Short } else { Width::Medium };
    if has_budgets {
        columns.push(Column::new("Role", role_and_type).width(Width::Medium).stacked(|user| {
            if (user.role, user.kind) == (PlatformRole::User, UserKind::Regular) {
                Stacked::Hidden
            } else {
                Stacked::End
            }
        }));
    } else {
        columns.push(
            Column::new("Role", |user, _| view! { <RoleBadge role=user.role /> }.into_any())
                .width(Width::Medium)
                .stacked(|user| if user.role == PlatformRole::User { Stacked::Hidden } else { Stacked::End }),
        );
        columns.push(
            Column::new("Type", |user, _| type_of(user.kind))
                .width(Width::Short)
                .stacked(|user| line_if(user.kind != UserKind::Regular)),
        );
    }
    columns.push(Column::new("Projects", projects).labelled().stacked(|user| line_if(user.project_count > 0)));
    if has_budgets {
        columns.extend(budget_columns());
    }
    columns.extend([
        Column::new("Last sign-in", |user, now| last_sign_in(user.last_sign_in_at, now))
            .sorted_by(UserSort::LastSignIn)
            .width(time_width)
            .labelled()
            .stacked(|user| line_if(user.last_sign_in_at.is_some()))
            .class("num text-sm"),
        Column::new("Created", |user, _| view! { <Day at=user.created_at /> }.into_any())
            .sorted_by(UserSort::Created)
            .width(time_width)
            .from(Priority::P3)
            .stacked(|_| Stacked::Hidden)
            .class("num text-sm text-ink-2"),
    ]);
    columns
}

fn name(user: &UserRow, _: OffsetDateTime) -> AnyView {
    let (name, seed) = (user.name.clone(), user.id.to_string());
    let detail = shown_address(&user.email, user.email_verified);
    view! {
        <NameCell href=paths::user(user.id) name=user.name.clone() detail>
            <Avatar name seed />
        </NameCell>
    }
    .into_any()
}

/// The role, and a badge for external users in its place where it says nothing.
fn role_and_type(user: &UserRow, _: OffsetDateTime) -> AnyView {
    let (role, kind) = (user.role, user.kind);
    let shows_role = (role, kind) != (PlatformRole::User, UserKind::External);
    view! {
        <span class="inline-flex flex-wrap gap-1">
            {shows_role.then(|| view! { <RoleBadge role /> })} <ExternalBadge kind />
        </span>
    }
    .into_any()
}

/// The type: a badge for external users, plain text for the others.
fn type_of(kind: UserKind) -> AnyView {
    match kind {
        UserKind::External => view! { <ExternalBadge kind /> }.into_any(),
        UserKind::Regular => view! { <span class="text-sm text-ink-2">{kind.title()}</span> }.into_any(),
    }
}

fn projects(user: &UserRow, _: OffsetDateTime) -> AnyView {
    let (projects, more_href) = (user.projects.clone(), paths::user(user.id));
    view! { <ProjectBadges projects total=user.project_count address=paths::project more_href /> }.into_any()
}

/// "4 min ago", or "Never".
pub(super) fn last_sign_in(at: Option<OffsetDateTime>, now: OffsetDateTime) -> AnyView {
    match at {
        Some(at) => view! { <RelativeTime at now /> }.into_any(),
        None => view! { <span class="text-ink-2">"Never"</span> }.into_any(),
    }
}

fn no_users(query: &UserQuery, _: Option<&Me>) -> AnyView {
    let no_match = query.search.as_ref().map_or_else(
        || "No users match these filters.".to_owned(),
        |term| format!("No user with “{term}” in the name or e-mail matches these filters."),
    );
    let nothing = view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Users)
            title="No users yet"
            text="Users appear here once an admin has created an account for them."
        />
    };
    empty(query, "user", no_match, nothing.into_any())
}
