//! The section on the page of the identity provider.

use super::buttons::buttons;
use super::data::ImportView;
use super::notices::notices;
use super::summary::summary;
use super::words::{by, state};
use crate::page::WithServerTime;
use crate::paths;
use crate::ui::{ButtonKind, ButtonSize, LinkButton, RelativeTime, Section};
use domain::import::{ImportOverview, ImportSource};
use leptos::prelude::*;
use time::OffsetDateTime;

/// The last run with its counts, what can be started, and the way to the report. Nothing without Keycloak.
pub(in crate::identity_provider) fn section(view: &ImportView, now: OffsetDateTime) -> Option<AnyView> {
    let overview = view.overview.clone();
    if overview.source == ImportSource::NoKeycloak {
        return None;
    }
    let buttons = buttons(view, ButtonSize::Small);
    let report = overview.current().is_some().then(|| {
        view! {
            <LinkButton href=paths::KEYCLOAK_IMPORT kind=ButtonKind::Quiet size=ButtonSize::Small>
                "Open report"
            </LinkButton>
        }
    });
    let shown = RwSignal::new(WithServerTime { now, data: overview });
    #[cfg(feature = "hydrate")]
    super::follow::follow(shown, || super::data::ReadImportProgress {}, |overview| overview.under_way().is_some());
    let side = move || move || shown.with(|shown| state_line(&shown.data, shown.now));
    let body = move || shown.with(|shown| body(&shown.data, shown.now));
    let actions = move || view! { {report} {buttons} };
    Some(
        view! {
            <Section id="import" title="Import from Keycloak" side actions>
                <div class="grid gap-4">{body}</div>
            </Section>
        }
        .into_any(),
    )
}

/// The state, and since when.
pub(super) fn state_line(overview: &ImportOverview, now: OffsetDateTime) -> AnyView {
    let Some(run) = overview.current() else { return "Not run yet".into_any() };
    let ((words, at), by) = (state(run), by(run));
    view! { {words} <RelativeTime at now /> {by} }.into_any()
}

fn body(overview: &ImportOverview, now: OffsetDateTime) -> AnyView {
    let summary = match overview.current() {
        Some(run) => summary(run, now),
        None => first_words(&overview.source),
    };
    view! { {notices(overview)} {summary} }.into_any()
}

/// What it is for, before the first run.
pub(super) fn first_words(source: &ImportSource) -> AnyView {
    match source {
        ImportSource::Ready { address, realm } => view! {
            <p class="measure text-sm text-ink-2">
                "Copies the users of the realm " <code class="font-mono text-xs tracking-none">{realm.clone()}</code> " at "
                <code class="font-mono text-xs tracking-none wrap-anywhere">{address.clone()}</code>
                " to Bursar once, with their roles and projects. A plan shows what it would do and writes no users."
            </p>
        }
        .into_any(),
        ImportSource::MissingVariables(_) => view! {
            <p class="measure text-sm text-ink-2">
                "Copies the users of a realm to Bursar once, with their roles and projects."
            </p>
        }
        .into_any(),
        ImportSource::KeycloakManaged | ImportSource::NoKeycloak => view! {
            <p class="measure text-sm text-ink-2">
                "Keycloak keeps roles and projects, so there is nothing to import. For Platform-managed mode set "
                <code class="font-mono text-xs tracking-none">"ENABLE_USER_MANAGEMENT=true"</code> ", then import the users here."
            </p>
        }
        .into_any(),
    }
}
