//! The links from an object's facts to its events in the audit log.

use crate::paths;
use crate::ui::{Fact, Views as _};
use domain::audit::AuditFilter;
use leptos::prelude::*;

/// The links, for users who see the audit log.
pub(crate) fn events_fact(may_view: bool, links: Vec<(&'static str, AuditFilter)>) -> Option<impl IntoView + use<>> {
    let link = |(label, filter): (&'static str, AuditFilter)| {
        view! {
            <a href=paths::audit_log(&filter.into()) class="flex min-h-6 w-fit items-center rounded-sm underline underline-offset-[0.2em]">
                {label}
            </a>
        }
    };
    may_view.then(|| view! { <Fact label="Audit log">{links.into_iter().map(link).views()}</Fact> })
}
