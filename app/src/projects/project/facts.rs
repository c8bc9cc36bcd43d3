//! Facts about a project, at the right.

use crate::ui::{Day, Fact, Facts, RailPart};
use domain::project::{ProjectFacts, ProjectKind};
use leptos::prelude::*;

pub(super) fn rail(facts: &ProjectFacts) -> impl IntoView + use<> {
    let ProjectFacts { description, created_by, created_at, kind, .. } = facts.clone();
    let (members, admins) = (facts.member_count.to_string(), facts.admin_count.to_string());
    view! {
        <RailPart title="Facts">
            <Facts>
                <Fact label="Description">
                    <span class="whitespace-pre-line">{description}</span>
                </Fact>
                {created_by.map(|name| view! { <Fact label="Created by">{name}</Fact> })}
                <Fact label="Created">
                    <Day at=created_at />
                </Fact>
                <Fact label="Members">{members}</Fact>
                {(kind == ProjectKind::Shared).then(|| view! { <Fact label="Project admins">{admins}</Fact> })}
            </Facts>
        </RailPart>
    }
}
