//! The messages to other systems: what has become of each, and a button that sends it again.

use super::actions::RetryDelivery;
use crate::form::{Hidden, PostForm};
use crate::ui::{
    Badge, BadgeKind, Button, ButtonSize, Cell, EmptyKind, EmptyState, Header, Icon, IconSize, RelativeTime, Section,
    Stacked, SvgIcon, Table, TableBody, TableFit, TableHead, TableRow, Views as _, Width, keyed,
};
use domain::delivery::{DeliveryRow, DeliveryState};
use domain::text::sentence;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use time::OffsetDateTime;

/// The latest messages, those that failed first.
pub(super) fn deliveries(rows: Vec<DeliveryRow>, now: OffsetDateTime, may_retry: bool) -> impl IntoView {
    let body = if rows.is_empty() {
        view! {
            <EmptyState
                kind=EmptyKind::Nothing(Icon::MessageSquare)
                title="No deliveries yet"
                text="Mails, webhooks and changes to LiteLLM are listed here with their state, for example when a budget reaches a limit."
            />
        }
        .into_any()
    } else {
        let rows = keyed(rows.into_iter().map(|message| (message.id.to_string(), row(message, now, may_retry))));
        view! {
            <Table label="Deliveries" fit=TableFit::Section>
                <TableHead>
                    <Header label="Message" />
                    <Header label="Recipient" width=Width::Longer />
                    <Header label="State" width=Width::Medium />
                    {may_retry.then(|| view! { <Header label="Retry" is_hidden=true width=Width::Short /> }).views()}
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    view! {
        <Section id="deliveries" title="Deliveries" side=|| "Messages to other systems, those that failed first">
            {body}
        </Section>
    }
}

fn row(message: DeliveryRow, now: OffsetDateTime, may_retry: bool) -> impl IntoView {
    let can_be_retried = message.can_be_retried();
    let problem = message.problem.as_deref().map(sentence);
    let problem = problem.map(|problem| view! { <p class="text-xs text-danger-ink wrap-anywhere">{problem}</p> });
    let state = state(&message, now);
    let DeliveryRow { id, channel, recipient, subject, created_at, .. } = message;
    let title = subject.clone();
    let retry = can_be_retried.then(|| retry_form(id.to_string(), subject));
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <div class="grid min-w-0 gap-0.5 py-1.5 whitespace-normal">
                    <p class="wrap-anywhere">{title}</p>
                    <p class="num text-xs text-ink-2">
                        <RelativeTime at=created_at now />
                    </p>
                    {problem}
                </div>
            </Cell>
            <Cell>
                <div class="grid min-w-0 gap-0.5 py-1.5 text-sm">
                    <p class="wrap-anywhere whitespace-normal">{recipient}</p>
                    <p class="text-xs text-ink-2">{channel.title()}</p>
                </div>
            </Cell>
            <Cell>{state}</Cell>
            {may_retry
                .then(|| {
                    view! {
                        <Cell controls=true stacked=Stacked::End>
                            <div class="flex justify-end">{retry}</div>
                        </Cell>
                    }
                })
                .views()}
        </TableRow>
    }
}

/// What has become of a message, and when it was or will be.
fn state(message: &DeliveryRow, now: OffsetDateTime) -> impl IntoView + use<> {
    let badge = |kind, icon, word| view! { <Badge kind icon>{word}</Badge> }.into_any();
    let at = message.settled_at.unwrap_or(message.next_attempt_at);
    let at = if at <= now && message.settled_at.is_none() {
        "now".into_any()
    } else {
        view! { <RelativeTime at now /> }.into_any()
    };
    let state = match message.state {
        DeliveryState::Failed => badge(BadgeKind::Danger, Icon::OctagonAlert, "Failed"),
        DeliveryState::Pending if message.problem.is_some() => badge(BadgeKind::Warn, Icon::TriangleAlert, "Retrying"),
        DeliveryState::Pending => badge(BadgeKind::Info, Icon::RefreshCw, "Waiting"),
        DeliveryState::Delivered => view! {
            <span class="inline-flex items-center gap-1.5 text-sm [&>svg]:text-ink-2">
                <SvgIcon icon=Icon::CircleCheck size=IconSize::Small />
                "Delivered"
            </span>
        }
        .into_any(),
    };
    let attempts = match message.attempts {
        0 | 1 => String::new(),
        attempts => format!(", {attempts} attempts"),
    };
    view! {
        <div class="grid justify-items-start gap-0.5 py-1.5">
            {state} <p class="num text-xs text-ink-2">{at}{attempts}</p>
        </div>
    }
}

fn retry_form(id: String, subject: String) -> impl IntoView {
    view! {
        <PostForm action=RetryDelivery::url()>
            <Hidden fields=vec![("delivery", id)] />
            <Button size=ButtonSize::Small submit=true>
                "Retry"
                <span class="sr-only">{format!(": {subject}")}</span>
            </Button>
        </PostForm>
    }
}
