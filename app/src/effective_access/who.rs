//! Who can do something.

use super::path::{because, because_cells, because_heads, reach, since};
use crate::page::listing::result;
use crate::paths;
use crate::ui::{
    Avatar, Cell, EmptyKind, EmptyState, Header, Icon, NameCell, Pager, Stacked, Table, TableBody, TableHead, TableRow,
    Views, Width,
};
use domain::explain::{AccessQuery, AccessView, HolderRow, PermissionHolders};
use domain::mode::Mode;
use domain::page::Cursor;
use domain::permission::{Permission, Scope};
use domain::role::Role;
use domain::spend::UserRef;
use leptos::prelude::*;

pub(super) fn answer(holders: &PermissionHolders, query: &AccessQuery) -> AnyView {
    let place = holders.project.as_ref().map_or_else(String::new, |project| format!(" in {}", project.title));
    let heading = format!("{}{place}: who can", holders.permission.title());
    let notes = notes(holders.permission, holders.project.is_some());
    let rows = holders.page.rows.iter().map(|row| holder(row, query)).views();
    let table = if holders.page.rows.is_empty() {
        let text = "No user holds a role that grants it here.";
        view! { <EmptyState kind=EmptyKind::Nothing(Icon::Users) title="No users" text /> }.into_any()
    } else {
        view! {
            <Table label="Users who can">
                <TableHead>
                    <Header label="User" width=Width::Longer />
                    <Header label="May" width=Width::Medium />
                    {because_heads()}
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    view! {
        <div class="px-gutter pb-3">
            <h2 class="text-md font-semibold tracking-money wrap-anywhere">{heading}</h2>
            {notes.into_iter().map(|note| view! { <p class="text-sm text-ink-2">{note}</p> }).views()}
        </div>
        {result(&holders.page, "user")}
        {table}
        {pager(holders, query)}
    }
    .into_any()
}

/// Who else can, without being in the list.
fn notes(permission: Permission, has_project: bool) -> Vec<&'static str> {
    let has = |scope| Role::ALL.into_iter().any(|role| Mode::Platform.scope(permission, role) == Some(scope));
    let own = has(Scope::Own).then_some("Other users can too, each for themselves alone: they are not listed.");
    let in_project = (has(Scope::Project) && !has_project)
        .then_some("Roles in a project grant it there as well. Choose a project to see who holds them.");
    own.into_iter().chain(in_project).collect()
}

fn holder(row: &HolderRow, query: &AccessQuery) -> AnyView {
    let user = &row.user;
    let query = AccessQuery {
        view: AccessView::User,
        user: UserRef::parse(&user.id.to_string()).ok(),
        project: query.project.clone(),
        permission: None,
        ..AccessQuery::default()
    };
    let (href, name, email) = (paths::effective_access(&query), user.name.clone(), user.email.clone());
    let (initials, seed) = (name.clone(), user.id.to_string());
    let (may, because, since) = (reach(&row.explanation), because(&row.explanation), since(&row.explanation.paths));
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href name detail=email>
                    <Avatar name=initials seed />
                </NameCell>
            </Cell>
            <Cell>{may}</Cell>
            {because_cells(because, since)}
        </TableRow>
    }
    .into_any()
}

fn pager(holders: &PermissionHolders, query: &AccessQuery) -> Option<AnyView> {
    let at = |cursor: &Option<Cursor>| {
        let cursor = Some(cursor.clone()?);
        Some(paths::effective_access(&AccessQuery { cursor, ..query.clone() }))
    };
    let (previous, next) = (at(&holders.page.previous), at(&holders.page.next));
    (!holders.page.rows.is_empty()).then(|| {
        let (size, keep) = (query.size, query.to_params());
        view! { <Pager previous next size action=paths::EFFECTIVE_ACCESS keep /> }.into_any()
    })
}
