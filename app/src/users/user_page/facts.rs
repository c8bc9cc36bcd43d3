//! Facts about a person, at the right.

use crate::page::events_fact::events_fact;
use crate::ui::{Day, Fact, Facts, RailPart, ShortId, count_words};
use crate::users::data::UserView;
use crate::users::list::last_sign_in;
use domain::audit::AuditFilter;
use domain::provider::ProviderKind;
use domain::text::SearchTerm;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) fn rail(view: &UserView, now: OffsetDateTime) -> impl IntoView + use<> {
    let person = &view.person;
    let id = person.id.to_string();
    let (kind, created, signed_in) = (person.kind.title(), person.created_at, person.last_sign_in_at);
    let signs_in_by = signs_in_by(&person.signs_in_by).to_owned();
    let sessions = count_words(person.session_count);
    let limit = limit_words(person.allowance.limit, view.default_project_limit);
    let about = AuditFilter { target: Some(person.id.0), ..AuditFilter::default() };
    let by = AuditFilter { actor: SearchTerm::parse(&id).ok(), ..AuditFilter::default() };
    let events = events_fact(view.may_view_events, vec![("Changes of this user", about), ("Changes by this user", by)]);
    view! {
        <RailPart title="Facts">
            <Facts>
                <Fact label="User id">
                    <ShortId id label="Copy user id" />
                </Fact>
                <Fact label="Type">{kind}</Fact>
                <Fact label="Signs in by">{signs_in_by}</Fact>
                <Fact label="Last sign-in">{last_sign_in(signed_in, now)}</Fact>
                <Fact label="Created">
                    <Day at=created />
                </Fact>
                <Fact label="Sessions">{sessions}</Fact>
                <Fact label="Project limit">{limit}</Fact>
                {events}
            </Facts>
        </RailPart>
    }
}

/// `users.auth_source` as people read it.
fn signs_in_by(source: &str) -> &str {
    let own = if source == "local" { "E-mail and password" } else { source };
    ProviderKind::from_key(source).map_or(own, |kind| kind.name())
}

fn limit_words(limit: Option<i64>, default: u32) -> String {
    match limit {
        None => "None".to_owned(),
        Some(limit) if limit == i64::from(default) => format!("{limit} (default)"),
        Some(limit) => limit.to_string(),
    }
}
