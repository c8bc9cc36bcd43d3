//! Who works in a project, where the identity provider keeps it.

use crate::ui::Section;
use domain::project::{ProjectFacts, ProjectKind};
use leptos::prelude::*;

pub(super) fn section(facts: &ProjectFacts) -> impl IntoView + use<> {
    let name = facts.name.to_string();
    let body = match facts.kind {
        ProjectKind::Personal => "Only its owner works here.".into_any(),
        ProjectKind::Shared => view! {
            "Kept by the identity provider and read at each request. To add a member, put "
            <code class="font-mono text-xs tracking-none wrap-anywhere">{name}</code>
            " into the attribute "
            <code class="font-mono text-xs tracking-none">"applications"</code>
            ", or into "
            <code class="font-mono text-xs tracking-none">"applications_admin"</code>
            " for a project admin. It takes effect at the user's next sign-in."
        }
        .into_any(),
    };
    view! {
        <Section id="members" title="Members">
            <p class="max-w-136 text-base text-ink-2">{body}</p>
        </Section>
    }
}
