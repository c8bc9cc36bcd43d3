//! The cells of an event. What changed stands in a disclosure that works without scripts.

use crate::paths;
use crate::ui::{Avatar, AvatarSize, CopyButton, Fact, Facts, ShortId, Views as _, counted, moment};
use domain::audit::{AuditEvent, AuditQuery, EventAction, EventTarget, FieldChange, TargetPage};
use leptos::prelude::*;
use time::OffsetDateTime;

const LINK: &str = "rounded-sm font-strong underline-offset-[0.2em] hover:underline";

pub(crate) fn time(event: &AuditEvent, now: OffsetDateTime) -> AnyView {
    moment(event.at, now).into_any()
}

pub(crate) fn actor(event: &AuditEvent, _: OffsetDateTime) -> AnyView {
    let actor = &event.actor;
    let (name, seed) = (actor.name.clone(), actor.user.map_or_else(|| actor.name.clone(), |user| user.to_string()));
    let shown = actor.name.clone();
    let name_view = match actor.user {
        Some(user) => view! { <a href=paths::user(user) class=LINK>{shown}</a> }.into_any(),
        None => view! { <span class="font-strong">{shown}</span> }.into_any(),
    };
    view! {
        <span class="flex min-w-0 items-center gap-2 py-1">
            <Avatar name seed size=AvatarSize::Small />
            <span class="truncate text-base" title=actor.recorded.clone()>
                {name_view}
            </span>
        </span>
    }
    .into_any()
}

pub(super) fn kind(event: &AuditEvent, _: OffsetDateTime) -> AnyView {
    match &event.action {
        EventAction::Known(action) => action.kind().title(),
        EventAction::Other(_) => "Other",
    }
    .into_any()
}

pub(crate) fn what_happened(event: &AuditEvent, _: OffsetDateTime) -> AnyView {
    let words = event.action.words().to_owned();
    let (target, details) = (target(&event.target), details(event));
    view! {
        <div class="grid min-w-0 gap-0.5 py-1.5">
            <p class="text-base wrap-anywhere">
                <span class="text-ink-2">{words}</span>
                " "
                {target}
            </p>
            {details}
        </div>
    }
    .into_any()
}

fn target(target: &EventTarget) -> AnyView {
    let name = target.name.clone();
    match target.page.as_ref().map(address) {
        Some(href) => view! { <a href=href class=LINK>{name}</a> }.into_any(),
        None => view! { <span class="font-strong">{name}</span> }.into_any(),
    }
}

fn address(page: &TargetPage) -> String {
    match page {
        TargetPage::User(user) => paths::user(*user),
        TargetPage::Project(name) => paths::project(name.as_str()),
        TargetPage::Budget(budget) => paths::budget(*budget),
        TargetPage::Gateways => paths::GATEWAYS.to_owned(),
        TargetPage::LiteLlm => paths::LITELLM.to_owned(),
        TargetPage::IdentityProvider => paths::IDENTITY_PROVIDER.to_owned(),
        TargetPage::Jobs => paths::JOBS.to_owned(),
        TargetPage::Anomaly(anomaly) => paths::access_anomaly(*anomaly),
    }
}

fn details(event: &AuditEvent) -> impl IntoView + use<> {
    let count = i64::try_from(event.changes.len()).unwrap_or(i64::MAX);
    let summary = if count > 0 { counted(count, "field") } else { "Details".to_owned() };
    let of = format!(" of the event “{} {}”", event.action.words(), event.target.name);
    let changes = (count > 0).then(|| fields(&event.changes)).into_any();
    view! {
        <details class="group/event text-sm">
            <summary class="w-fit cursor-pointer rounded-sm text-ink-2 underline underline-offset-[0.2em] hover:text-ink">
                {summary}
                <span class="sr-only">{of}</span>
            </summary>
            <div class="grid gap-3 pt-2 pb-3">{changes} {facts(event)}</div>
        </details>
    }
}

fn fields(changes: &[FieldChange]) -> impl IntoView + use<> {
    let head = |label| view! { <th scope="col" class="border-b border-line py-1 pe-3 text-start text-xs font-medium text-ink-2">{label}</th> };
    let row = |change: &FieldChange| {
        let (title, before, after) = (change.title(), change.before.clone(), change.after.clone());
        let before = before.map(|value| view! { <del class="text-danger-ink">{value}</del> });
        let after = after.map(|value| view! { <ins class="text-accent-ink no-underline">{value}</ins> });
        view! {
            <tr>
                <th scope="row" class="py-1 pe-3 text-start align-top font-normal">{title}</th>
                <td class="py-1 pe-3 align-top wrap-anywhere">{shown(before)}</td>
                <td class="py-1 align-top wrap-anywhere">{shown(after)}</td>
            </tr>
        }
    };
    view! {
        <table class="w-full table-fixed" aria-label="Changed fields">
            <thead>
                <tr>{head("Field")} {head("Before")} {head("After")}</tr>
            </thead>
            <tbody>{changes.iter().map(row).views()}</tbody>
        </table>
    }
}

/// A value, or a dash where there is none.
fn shown(value: Option<impl IntoView + 'static>) -> AnyView {
    match value {
        Some(value) => value.into_any(),
        None => view! {
            <span class="text-ink-2">
                <span aria-hidden="true">"–"</span>
                <span class="sr-only">"None"</span>
            </span>
        }
        .into_any(),
    }
}

fn facts(event: &AuditEvent) -> impl IntoView + use<> {
    let reason = event.reason.clone().map(|reason| view! { <Fact label="Reason">{reason}</Fact> });
    let request = event.request_id.clone().map(|id| {
        let copied = id.clone();
        view! {
            <Fact label="Request">
                <code class="font-mono text-xs tracking-none">{id}</code>
                <CopyButton text=copied label="Copy request id" />
            </Fact>
        }
    });
    let session = event.session_id.map(|id| {
        view! {
            <Fact label="Session">
                <ShortId id=id.to_string() label="Copy session id" />
            </Fact>
        }
    });
    let (id, recorded, all) = (event.id.to_string(), event.actor.recorded.clone(), of_target(event));
    view! {
        <Facts>
            {reason}
            <Fact label="Recorded as">{recorded}</Fact>
            {request}
            {session}
            <Fact label="Event">
                <ShortId id label="Copy event id" />
            </Fact>
            <Fact label="Target">
                <a href=all class="rounded-sm underline underline-offset-[0.2em]">
                    "All its events"
                </a>
            </Fact>
        </Facts>
    }
}

fn of_target(event: &AuditEvent) -> String {
    paths::audit_log(&AuditQuery::of_target(event.target.id))
}
