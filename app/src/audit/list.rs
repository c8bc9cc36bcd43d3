//! The list of audit events.

use super::data::{FilterNames, ListEvents, NameFilter, Proof, ReadProof};
use super::filters::filters;
use super::{event, news, proof};
use crate::me::Me;
use crate::page::list_page::{ListData, ListPage};
use crate::page::list_parts::Column;
use crate::page::listing::empty;
use crate::page::{LazyPage, PageData, use_page};
use crate::paths;
use crate::read::Data;
use crate::ui::{EmptyKind, EmptyState, Icon, Priority, Stacked, Width};
use crate::url::with_params;
use domain::audit::{AuditEvent, AuditQuery};
use domain::permission::Permission;
use leptos::prelude::*;

/// The list of audit events.
pub struct AuditLogPage {
    list: ListData<AuditQuery, AuditEvent, FilterNames>,
    proof: PageData<Proof>,
}

impl LazyPage for AuditLogPage {
    fn load() -> Self {
        let list = ListData::load(
            AuditQuery::from_params,
            |query| ListEvents { query },
            |requested| Some(Data::read(|| 0, move || NameFilter { filter: requested.get().0.filter })),
        );
        Self { list, proof: use_page(|| ReadProof {}) }
    }

    fn view(self) -> AnyView {
        let Self { list, proof } = self;
        let (line, news) = (proof::line(proof), news::notice(list.page, list.requested));
        let page = ListPage {
            one: "event",
            title: "Audit log",
            subtitle: |_| "Events cannot be edited or deleted",
            may_open: |me| me.may(Permission::ViewAuditLog),
            create: |_| None,
            files: |query: &AuditQuery| {
                let filter: AuditQuery = query.filter.clone().into();
                let file = |path| with_params(path, &filter.to_params());
                vec![("Download CSV", file(paths::AUDIT_LOG_CSV)), ("JSON lines", file(paths::AUDIT_LOG_JSON))]
            },
            searched: "Name of the target",
            key: |event: &AuditEvent| event.id.to_string(),
            filters,
            table: |_, _| ("Audit events", columns()),
            empty: no_events,
        };
        list.view(page, view! { {line} {news} })
    }
}

fn columns() -> Vec<Column<AuditQuery, AuditEvent>> {
    vec![
        Column::new("Time, UTC", event::time)
            .width(Width::Medium)
            .class("num text-sm align-top py-2.5!")
            .stacked(|_| Stacked::End),
        // Before the time once the row is stacked.
        Column::new("Actor", event::actor).width(Width::Long).class("align-top @max-p1:-order-1"),
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
