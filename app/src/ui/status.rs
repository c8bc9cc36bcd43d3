//! States of a person: an icon with its own outline and a word.

use super::badge::{Badge, BadgeKind};
use super::icon::{Icon, IconSize, markup};
use domain::role::PlatformRole;
use domain::user::{UserKind, UserStatus};
use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// The state of a person, as icon and word without a ground.
#[component]
pub fn StatusMark(
    /// The gravest state that holds.
    status: UserStatus,
) -> impl IntoView {
    let (icon, colour) = match status {
        UserStatus::Active => (Icon::CircleCheck, "text-ink [&>svg]:text-ink-2"),
        UserStatus::NeverSignedIn => (Icon::CircleDashed, "text-ink-2"),
        UserStatus::Locked => (Icon::Lock, "font-medium text-danger-ink"),
        UserStatus::Deactivated => (Icon::Ban, "text-ink-2"),
    };
    // As it is written, like its icon: every row of a list has one, and its words are ours.
    let (drawing, word) = (markup(icon, IconSize::Small), status.title());
    InertElement::new(format!(
        r#"<span class="inline-flex min-w-0 items-center gap-1.5 text-sm whitespace-nowrap {colour}">{drawing}{word}</span>"#
    ))
}

/// The platform role: a badge, or plain text for a user, because that is the normal case.
#[component]
pub fn RoleBadge(
    /// Platform role.
    role: PlatformRole,
    /// Regular or external.
    #[prop(optional)]
    kind: UserKind,
) -> impl IntoView {
    let (badge, icon) = match (role, kind) {
        (PlatformRole::Maintainer, _) => (BadgeKind::Accent, Icon::ShieldCheck),
        (PlatformRole::Admin, _) => (BadgeKind::Neutral, Icon::Shield),
        (PlatformRole::Auditor, _) => (BadgeKind::Outline, Icon::Eye),
        (PlatformRole::User, UserKind::External) => (BadgeKind::Outline, Icon::Globe),
        (PlatformRole::User, UserKind::Regular) => {
            let word = role.title();
            return InertElement::new(format!(r#"<span class="text-sm text-ink-2">{word}</span>"#)).into_any();
        }
    };
    let word = if role == PlatformRole::User { kind.title() } else { role.title() };
    view! { <Badge kind=badge icon>{word}</Badge> }.into_any()
}
