//! The newest events of the audit log, in the cells of its own page.

use crate::audit::event;
use crate::paths;
use crate::ui::{
    ButtonKind, ButtonSize, Cell, Header, Icon, LinkButton, Section, Stacked, Table, TableBody, TableFit, TableHead,
    TableRow, Width, keyed,
};
use domain::audit::AuditEvent;
use leptos::prelude::*;
use time::OffsetDateTime;

pub(super) fn changes(events: &[AuditEvent], now: OffsetDateTime) -> impl IntoView + use<> {
    let actions = || {
        view! {
            <LinkButton href=paths::AUDIT_LOG kind=ButtonKind::Quiet size=ButtonSize::Small icon=Icon::ArrowRight>
                "Open audit log"
            </LinkButton>
        }
    };
    let rows = keyed(events.iter().map(|event| (event.id.to_string(), row(event, now))));
    let body = if events.is_empty() {
        view! { <p class="text-sm text-ink-2">"No events yet."</p> }.into_any()
    } else {
        view! {
            <Table label="Recent changes" fit=TableFit::Section>
                <TableHead>
                    <Header label="Actor" width=Width::Long />
                    <Header label="What happened" />
                    <Header label="Time, UTC" width=Width::Medium />
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    view! {
        <Section id="changes" title="Recent changes" actions>
            {body}
        </Section>
    }
}

fn row(event: &AuditEvent, now: OffsetDateTime) -> impl IntoView + use<> {
    let (time, actor, what) = (event::time(event, now), event::actor(event, now), event::what_happened(event, now));
    view! {
        <TableRow>
            <Cell class="align-top">{actor}</Cell>
            <Cell stacked=Stacked::Line class="align-top whitespace-normal">
                {what}
            </Cell>
            <Cell stacked=Stacked::End class="num text-sm align-top py-2.5! @max-p1:order-first">
                {time}
            </Cell>
        </TableRow>
    }
}
