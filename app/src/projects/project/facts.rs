//! Facts about a project, at the right.

use crate::page::events_fact::events_fact;
use crate::projects::data::ProjectView;
use crate::ui::{Banner, BannerKind, Day, Fact, Facts, RailPart, Views, count_words};
use domain::audit::AuditFilter;
use domain::draft::FieldValue;
use domain::mode::Mode;
use domain::project::{ProjectDraft, ProjectFacts, ProjectKind};
use leptos::prelude::*;

/// A name that was taken over from a token as it is; nothing when a new project could have it, too.
pub(super) fn imported(facts: &ProjectFacts) -> Option<impl IntoView + use<>> {
    let problem = facts.name_problem()?;
    let text = format!("It came with a sign-in and is kept as it is. A new project would be told: {problem}");
    Some(view! {
        <div class="px-gutter pt-4">
            <Banner kind=BannerKind::Warn fact="The name does not follow the rules.">{text}</Banner>
        </div>
    })
}

pub(super) fn rail(view: &ProjectView) -> impl IntoView + use<> {
    let facts = &view.project.facts;
    let is_counted = view.mode == Mode::Platform;
    let is_imported = facts.is_imported;
    let shows_analytics = view.may_edit;
    let analytics = FieldValue::switch(facts.draft.cli_analytics_enabled).shown;
    let ProjectFacts { draft, created_by, created_at, kind, .. } = facts.clone();
    let filter = AuditFilter { project: Some(facts.name.clone()), ..AuditFilter::default() };
    let events = events_fact(view.may_view_events, vec![("Changes of this project", filter)]);
    let (members, admins) = (count_words(facts.member_count), count_words(facts.admin_count));
    view! {
        <RailPart title="Facts">
            <Facts>
                <Fact label="Description">
                    <span class="whitespace-pre-line">{draft.description}</span>
                </Fact>
                {created_by.map(|name| view! { <Fact label="Created by">{name}</Fact> }).views()}
                <Fact label="Created">
                    <Day at=created_at />
                </Fact>
                {shows_analytics.then(|| view! { <Fact label=ProjectDraft::CLI_ANALYTICS_ENABLED.label>{analytics}</Fact> }).views()}
                {is_imported.then(|| view! { <Fact label="Origin">"Imported: a sign-in named it"</Fact> }).views()}
                {is_counted.then(|| view! { <Fact label="Members">{members}</Fact> }).views()}
                {(is_counted && kind == ProjectKind::Shared).then(|| view! { <Fact label="Project admins">{admins}</Fact> })}
                {events}
            </Facts>
        </RailPart>
    }
}
