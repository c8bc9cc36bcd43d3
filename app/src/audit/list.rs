//! The list of audit events.

use super::data::{FilterNames, ListEvents, NameFilter};
use super::event;
use super::filters::filters;
use crate::me::Me;
use crate::page::LazyPage;
use crate::page::list_page::{ListData, ListPage};
use crate::page::list_parts::Column;
use crate::page::listing::empty;
use crate::read::Data;
use crate::ui::{EmptyKind, EmptyState, Icon, Priority, Stacked, Width};
use domain::audit::{AuditEvent, AuditQuery};
use domain::permission::Permission;
use leptos::prelude::*;

/// The list of audit events.
pub struct AuditLogPage(ListData<AuditQuery, AuditEvent, FilterNames>);

impl LazyPage for AuditLogPage {
    fn load() -> Self {
        Self(ListData::load(
            AuditQuery::from_params,
            |query| ListEvents { query },
            |requested| Some(Data::read(|| 0, move || NameFilter { filter: requested.get().0.filter })),
        ))
    }

    fn view(self) -> AnyView {
        let page = ListPage {
            one: "event",
            title: "Audit log",
            subtitle: |_| "Events cannot be edited or deleted",
            may_open: |me| me.may(Permission::ViewAuditLog),
            create: |_| None,
            searched: "Name of the target",
            key: |event: &AuditEvent| event.id.to_string(),
            filters,
            table: |_, _| ("Audit events", columns()),
            empty: no_events,
        };
        self.0.view(page, ())
    }
}

fn columns() -> Vec<Column<AuditQuery, AuditEvent>> {
    vec![
        Column::new("Time, UTC", event::time).width(Width::Medium).class("num text-sm align-top py-2.5!").stacked(|_| Stacked::End),
        Column::new("Actor", event::actor).width(Width::Long).class("align-top"),
        Column::new("What happened", event::what_happened)
            .class("align-top whitespace-normal")
            .stacked(|_| Stacked::Line),
        Column::new("Kind", event::kind)
            .width(Width::Medium)
            .from(Priority::P2)
            .stacked(|_| Stacked::Hidden)
            .class("align-top py-2.5! text-sm text-ink-2"),
    ]
}

fn no_events(query: &AuditQuery, _: Option<&Me>) -> AnyView {
    let nothing = view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Clock)
            title="No events yet"
            text="Every change is recorded here with who made it and the values before and after."
        />
    };
    empty(query, "event", "No events match these filters.".to_owned(), nothing.into_any())
}
