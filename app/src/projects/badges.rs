//! Badges and words about projects that several pages show.

use crate::ui::{Badge, BadgeKind, Icon};
use domain::project::ProjectKind;
use domain::role::ProjectRole;
use domain::user::ProjectAllowance;
use leptos::prelude::*;

/// "2 of 3 shared projects used"
pub(crate) fn allowance_words(allowance: ProjectAllowance) -> String {
    let used = allowance.used;
    match allowance.limit {
        Some(limit) => format!("{used} of {limit} shared projects used"),
        None if used == 1 => "1 shared project, no limit".to_owned(),
        None => format!("{used} shared projects, no limit"),
    }
}

/// Shared or personal.
#[component]
pub fn KindBadge(
    /// The type of the project.
    kind: ProjectKind,
) -> impl IntoView {
    view! { <Badge kind=BadgeKind::Outline>{kind.title()}</Badge> }
}

/// A role in a project; a key marks the project admin.
#[component]
pub fn ProjectRoleBadge(
    /// The role.
    role: ProjectRole,
) -> impl IntoView {
    let (kind, icon) = match role {
        ProjectRole::Admin => (BadgeKind::Neutral, Some(Icon::KeyRound)),
        ProjectRole::Member | ProjectRole::Owner => (BadgeKind::Outline, None),
    };
    view! { <Badge kind icon>{role.title()}</Badge> }
}
