//! Badges: a role, a kind, a project, a state that needs a ground.

use super::Views;
use super::icon::{Icon, IconSize, SvgIcon};
use domain::role::ProjectRole;
use domain::user::{ProjectChip, UserKind};
use leptos::prelude::*;

/// What a badge's colour says. Its word says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadgeKind {
    /// Most things.
    #[default]
    Neutral,
    /// Quieter still: a kind beside a name.
    Outline,
    /// Maintainer, nothing else.
    Accent,
    /// Past a soft limit, or soon.
    Warn,
    /// At a hard limit, refused.
    Danger,
    /// Waiting, information.
    Info,
}

const BASE: &str = "min-h-5 max-w-full min-w-0 rounded-sm px-1.5 text-xs/4.5 font-medium whitespace-nowrap";
/// With room for an icon.
const WITH_ICON: &str = "inline-flex items-center gap-1";
/// Of words alone.
const WORDS: &str = "block truncate py-px";

const fn ground(kind: BadgeKind) -> &'static str {
    match kind {
        BadgeKind::Neutral => "bg-tag text-ink [&>svg]:text-ink-2",
        BadgeKind::Outline => "text-ink inset-ring inset-ring-line-2 [&>svg]:text-ink-2",
        BadgeKind::Accent => "bg-accent-tint text-accent-ink",
        BadgeKind::Warn => "bg-warn-tint text-warn-ink",
        BadgeKind::Danger => "bg-danger-tint text-danger-ink",
        BadgeKind::Info => "bg-info-tint text-info-ink",
    }
}

/// A badge of one or two words.
#[component]
pub fn Badge(
    /// What its colour says.
    #[prop(optional)]
    kind: BadgeKind,
    /// When it is a state.
    #[prop(optional_no_strip, into)]
    icon: Option<Icon>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <span class=[BASE, WITH_ICON, ground(kind)].join(" ")>
            {icon.map(|icon| view! { <SvgIcon icon size=IconSize::Tiny /> }).views()}
            <span class="truncate">{children()}</span>
        </span>
    }
}

/// Marks people from outside; nothing for everybody else.
#[component]
pub fn ExternalBadge(
    /// Regular or external.
    kind: UserKind,
) -> impl IntoView {
    (kind == UserKind::External).then(|| view! { <Badge kind=BadgeKind::Outline>{kind.title()}</Badge> })
}

/// Marks an unverified e-mail address; renders nothing for a verified one.
#[component]
pub fn UnverifiedBadge(
    /// Whether the address is known to be the user's.
    verified: bool,
) -> impl IntoView {
    (!verified).then(|| view! { <Badge kind=BadgeKind::Warn>"Unverified e-mail"</Badge> })
}

/// An e-mail address on one line: the mark comes first, where a long address cannot push it out of sight.
pub fn shown_address(email: &str, verified: bool) -> String {
    if verified { email.to_owned() } else { ["Unverified: ", email].concat() }
}

/// A project as a badge that leads to it; a key marks a project admin.
#[component]
pub fn ProjectBadge(
    /// Technical name, which is what the badge shows.
    #[prop(into)]
    name: String,
    /// Display name, for the pointer.
    #[prop(into)]
    title: String,
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// The person is its project admin.
    #[prop(optional)]
    is_admin: bool,
) -> impl IntoView {
    let class = |inside| [BASE, inside, ground(BadgeKind::Neutral), "hover:bg-line"].join(" ");
    if is_admin {
        view! {
            <a href=href title=title class=class(WITH_ICON)>
                <SvgIcon icon=Icon::KeyRound size=IconSize::Tiny />
                <span class="sr-only">"Project admin of "</span>
                <span class="truncate">{name}</span>
            </a>
        }
        .into_any()
    } else {
        view! {
            <a href=href title=title class=class(WORDS)>
                {name}
            </a>
        }
        .into_any()
    }
}

/// At most three projects, then how many more, which opens all of them.
#[component]
pub fn ProjectBadges(
    /// Those known, administered ones first.
    projects: Vec<ProjectChip>,
    /// How many there are in all.
    total: i64,
    /// The address of a project by its technical name.
    address: fn(&str) -> String,
    /// Where all of them stand.
    #[prop(into)]
    more_href: String,
) -> impl IntoView {
    if projects.is_empty() {
        return view! { <span class="text-sm text-ink-2">"None"</span> }.into_any();
    }
    let shown = projects.len().min(3);
    let more = total - i64::try_from(shown).unwrap_or(i64::MAX);
    let badge = move |chip: ProjectChip| {
        let name = chip.name.to_string();
        let address = address(&name);
        view! {
            <li class="flex max-w-28 min-w-9 flex-initial">
                <ProjectBadge name title=chip.title href=address is_admin=chip.role == ProjectRole::Admin />
            </li>
        }
    };
    view! {
        <ul class="flex min-w-0 items-center gap-1">
            {projects.into_iter().take(shown).map(badge).views()}
            {(more > 0)
                .then(|| {
                    view! {
                        <li class="flex-none">
                            <MoreChip count=more href=more_href />
                        </li>
                    }
                })}
        </ul>
    }
    .into_any()
}

/// `+2`: how many more there are, and the way to them.
#[component]
pub fn MoreChip(
    /// How many more.
    count: i64,
    /// Where they stand.
    #[prop(into)]
    href: String,
) -> impl IntoView {
    view! {
        <a
            href=href
            class="num inline-grid min-h-6 min-w-6 place-content-center rounded-sm text-xs font-medium text-ink-2 hover:text-ink"
        >
            <span aria-hidden="true">"+" {count.to_string()}</span>
            <span class="sr-only">{count.to_string()} " more"</span>
        </a>
    }
}
