//! One person in the list.

use crate::paths;
use crate::ui::{
    Avatar, Cell, Day, ExternalBadge, NameCell, Priority, ProjectBadges, RelativeTime, RoleBadge, Stacked, StatusMark,
    TableRow, shown_address,
};
use domain::role::PlatformRole;
use domain::user::{UserKind, UserRow};
use leptos::prelude::*;
use time::OffsetDateTime;

/// From which width the day of creation is shown.
pub const CREATED: Priority = Priority::P3;

/// A person's row: name and address, state, role, projects, last sign-in, day of creation.
pub fn person_row(person: UserRow, now: OffsetDateTime) -> impl IntoView {
    let (href, all_projects) = (paths::user(person.id), paths::user(person.id));
    let (name, seed) = (person.name.clone(), person.id.to_string());
    let projects_stacked = if person.project_count == 0 { Stacked::Hidden } else { Stacked::Line };
    let sign_in_stacked = if person.last_sign_in_at.is_none() { Stacked::Hidden } else { Stacked::Line };
    let role_stacked = if person.role == PlatformRole::User { Stacked::Hidden } else { Stacked::End };
    let type_stacked = if person.kind == UserKind::Regular { Stacked::Hidden } else { Stacked::Line };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href name=person.name detail=shown_address(&person.email, person.email_verified)>
                    <Avatar name seed />
                </NameCell>
            </Cell>
            <Cell>
                <StatusMark status=person.status />
            </Cell>
            <Cell stacked=role_stacked>
                <RoleBadge role=person.role />
            </Cell>
            <Cell stacked=type_stacked>
                <TypeBadge kind=person.kind />
            </Cell>
            <Cell stacked=projects_stacked label="Projects">
                <ProjectBadges
                    projects=person.projects
                    total=person.project_count
                    address=paths::project
                    more_href=all_projects
                />
            </Cell>
            <Cell stacked=sign_in_stacked label="Last sign-in" class="num text-sm">{last_sign_in(person.last_sign_in_at, now)}</Cell>
            <Cell stacked=Stacked::Hidden priority=CREATED class="num text-sm text-ink-2">
                <Day at=person.created_at />
            </Cell>
        </TableRow>
    }
}

/// The type: a badge for external users, plain text for the others.
#[component]
fn TypeBadge(
    /// Regular or external.
    kind: UserKind,
) -> impl IntoView {
    match kind {
        UserKind::External => view! { <ExternalBadge kind /> }.into_any(),
        UserKind::Regular => view! { <span class="text-sm text-ink-2">{kind.title()}</span> }.into_any(),
    }
}

/// "4 min ago", or "Never".
pub fn last_sign_in(at: Option<OffsetDateTime>, now: OffsetDateTime) -> AnyView {
    match at {
        Some(at) => view! { <RelativeTime at now /> }.into_any(),
        None => view! { <span class="text-ink-2">"Never"</span> }.into_any(),
    }
}
