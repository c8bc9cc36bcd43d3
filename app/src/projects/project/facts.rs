//! Facts about a project, at the right.

use crate::page::events_fact::events_fact;
use crate::paths;
use crate::projects::data::ProjectView;
use crate::ui::{Banner, BannerKind, Day, Fact, Facts, RailPart, RelativeTime, Views, count_words};
use domain::audit::AuditFilter;
use domain::budget::{RequestFacts, RequestState};
use domain::draft::FieldValue;
use domain::mode::Mode;
use domain::project::{ProjectDraft, ProjectFacts, ProjectKind};
use leptos::prelude::*;
use time::OffsetDateTime;

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

pub(super) fn rail(view: &ProjectView, now: OffsetDateTime) -> impl IntoView + use<> {
    let facts = &view.project.facts;
    let is_counted = view.mode == Mode::Platform;
    let is_imported = facts.is_imported;
    let shows_analytics = view.may_edit;
    let analytics = FieldValue::switch(facts.draft.cli_analytics_enabled).shown;
    let ProjectFacts { draft, created_by, created_at, kind, .. } = facts.clone();
    let filter = AuditFilter { project: Some(facts.name.clone()), ..AuditFilter::default() };
    let events = events_fact(view.may_view_events, vec![("Changes of this project", filter)]);
    let waiting = waiting(view, now);
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
        {waiting}
    }
}

/// The budget requests that wait, for those who read them.
fn waiting(view: &ProjectView, now: OffsetDateTime) -> Option<impl IntoView + use<>> {
    let requests = view.project.requests.iter().filter(|request| request.state == RequestState::Waiting);
    let requests: Vec<_> = requests.filter(|_| view.may_view_all_budgets).cloned().collect();
    let line = move |request: RequestFacts| {
        let words = format!(
            "{} asks for a {} budget of {}",
            request.requested_by,
            request.category.title(),
            request.hard_limit.exact()
        );
        view! {
            <li class="grid justify-items-start gap-0.5 py-1.25">
                <a href=paths::request(request.id) class="wrap-anywhere underline underline-offset-[0.2em]">{words}</a>
                <p class="text-xs text-ink-2"><RelativeTime at=request.requested_at now /></p>
            </li>
        }
    };
    (!requests.is_empty()).then(|| {
        view! {
            <RailPart title="Waiting">
                <ul>{requests.into_iter().map(line).views()}</ul>
            </RailPart>
        }
    })
}
