//! What one's roles allow, on My access; read from the permission table.

use crate::me::Me;
use crate::ui::{Icon, IconSize, RailPart, SvgIcon, Views};
use domain::permission::{Permission, Scope};
use domain::user::Assignment;
use leptos::prelude::*;

/// Every permission with a tick, and in which projects it holds, or a cross and who has it.
pub(super) fn section(me: &Me, projects: &[Assignment]) -> impl IntoView + use<> {
    let lines = |allowed: bool| {
        let asked = Permission::ALL
            .iter()
            .copied()
            .filter(|permission| me.mode.has(*permission) && me.may(*permission) == allowed);
        let lines: Vec<_> =
            asked.map(|permission| line(permission.title(), note(permission, me, projects), allowed)).collect();
        lines
    };
    let (allowed, refused) = (lines(true), lines(false));
    view! {
        <RailPart title="What your role allows">
            <ul class="grid gap-1">{allowed} {refused}</ul>
        </RailPart>
    }
}

fn line(title: &'static str, note: Option<String>, allowed: bool) -> impl IntoView + use<> {
    let (icon, colour, word) =
        if allowed { (Icon::Check, "", "Allowed: ") } else { (Icon::X, "text-ink-2", "Not allowed: ") };
    view! {
        <li class=["flex items-start gap-2 [&>svg]:mt-0.75 [&>svg]:text-ink-2", colour].join(" ")>
            <SvgIcon icon size=IconSize::Small />
            <span>
                <span class="sr-only">{word}</span>
                {title}
                {note.map(|note| view! { <span class="text-ink-2">" (" {note} ")"</span> }).views()}
            </span>
        </li>
    }
}

/// In which projects somebody may, when it is not everywhere; who may instead, when they may not.
fn note(permission: Permission, me: &Me, projects: &[Assignment]) -> Option<String> {
    if !me.may(permission) {
        return Some(me.mode.holders(permission));
    }
    let scope = |role| me.mode.scope(permission, role);
    let everywhere = me.role.counts_as().is_some_and(|role| scope(role) == Some(Scope::Platform));
    let in_project = |project: &&Assignment| scope(project.role.counts_as()).is_some();
    let titles: Vec<&str> = projects.iter().filter(in_project).map(|project| project.title.as_str()).collect();
    (!everywhere && !titles.is_empty()).then(|| format!("in {}", titles.join(", ")))
}
