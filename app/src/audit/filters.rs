//! The filters of the audit log.

use super::data::FilterNames;
use crate::me::Me;
use crate::page::list_parts::Filter;
use crate::page::listing::ListQuery as _;
use crate::page::project_chip;
use crate::suggestions::user_source;
use crate::ui::{Choice, Chooser, DayField, FieldFilterChip, FixedFilterChip};
use domain::audit::{AuditFilter, AuditQuery, Day, Kind};
use domain::suggestion::SuggestionKind;
use domain::text::SearchTerm;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

const SUBMIT: &str = "Show events";

pub(super) fn filters(query: &AuditQuery, _: &Me, names: &FilterNames) -> Vec<Filter<AuditQuery>> {
    let mut filters = vec![Filter::Field(time(query)), Filter::Field(actor(query, names))];
    filters.extend(target(query, names).map(Filter::Field));
    filters.push(Filter::Choice {
        name: "kind",
        label: "Kind",
        choices: Kind::ALL.map(|kind| Choice::new(kind.key(), kind.title())).into(),
        value: query.filter.kind.map(Kind::key),
        without: AuditFilter { kind: None, ..query.filter.clone() }.into(),
    });
    filters.push(Filter::Field(project(query)));
    filters
}

/// The same list with another filter, from its first page.
fn with(query: &AuditQuery, filter: AuditFilter) -> String {
    AuditQuery { filter, cursor: None, size: query.size }.address()
}

fn go(
    query: &AuditQuery,
    change: impl Fn(AuditFilter, String) -> AuditFilter + Send + Sync + 'static,
) -> Callback<String> {
    let (query, navigate) = (query.clone(), use_navigate());
    Callback::new(move |chosen: String| {
        let address = with(&query, change(query.filter.clone(), chosen));
        navigate(&address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    })
}

fn time(query: &AuditQuery) -> AnyView {
    let AuditFilter { from, to, .. } = query.filter;
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let value = match (from, to) {
        (None, None) => None,
        (Some(from), Some(to)) if from == to => Some(from.to_string()),
        (Some(from), Some(to)) => Some(format!("{from} to {to}")),
        (Some(from), None) => Some(format!("since {from}")),
        (None, Some(to)) => Some(format!("until {to}")),
    };
    let clear_href = with(query, AuditFilter { from: None, to: None, ..query.filter.clone() });
    view! {
        <FieldFilterChip id="filter-time" label="Time" value clear_href submit=SUBMIT>
            <div class="grid gap-2.5">
                <DayField name="from" label="First day, UTC" value=day(from) />
                <DayField name="to" label="Last day, UTC" value=day(to) />
            </div>
        </FieldFilterChip>
    }
    .into_any()
}

fn actor(query: &AuditQuery, names: &FilterNames) -> AnyView {
    let value = query.filter.actor.as_ref().map(|actor| names.actor.clone().unwrap_or_else(|| actor.to_string()));
    let clear_href = with(query, AuditFilter { actor: None, ..query.filter.clone() });
    let filter = go(query, |filter, actor| AuditFilter { actor: SearchTerm::parse(&actor).ok(), ..filter });
    view! {
        <FieldFilterChip id="filter-actor" label="Actor" value=value.clone() clear_href submit=SUBMIT>
            <Chooser
                name="actor"
                label="Actor"
                kind=SuggestionKind::User
                source=user_source()
                hint="A user by e-mail address, or Bursar, or Operator"
                value=value.unwrap_or_default()
                filter
            />
        </FieldFilterChip>
    }
    .into_any()
}

/// A target is chosen by the links to its events.
fn target(query: &AuditQuery, names: &FilterNames) -> Option<AnyView> {
    let id = query.filter.target?.to_string();
    let title = names.target.clone().unwrap_or_else(|| id.clone());
    let clear_href = with(query, AuditFilter { target: None, ..query.filter.clone() });
    Some(view! { <FixedFilterChip name="target" value=id label="Target" title clear_href /> }.into_any())
}

fn project(query: &AuditQuery) -> AnyView {
    let query = query.clone();
    project_chip(query.filter.project.clone().as_ref(), None, SUBMIT, move |project| {
        with(&query, AuditFilter { project, ..query.filter.clone() })
    })
}
