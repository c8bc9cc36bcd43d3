//! How the platform is doing: each part with a link to its page.

use crate::paths;
use crate::ui::{Icon, IconSize, RelativeTime, SvgIcon, Views as _, counted};
use domain::audit::AuditProof;
use domain::overview::{Overview, Work};
use domain::provider::ProviderHealth;
use leptos::prelude::*;
use time::OffsetDateTime;

/// A part of the platform.
struct Part {
    name: &'static str,
    /// Its page.
    href: Option<String>,
    is_well: bool,
    words: AnyView,
}

pub(super) fn list(data: &Overview, now: OffsetDateTime) -> impl IntoView + use<> {
    let database =
        Part { name: "Database", href: None, is_well: true, words: "Answered when this page was read.".into_any() };
    let provider = data.provider.as_ref().map(|provider| provider_part(provider, now));
    let work = data.work.iter().flat_map(|work| [jobs(work, now), deliveries(work)]);
    let audit = data.audit.as_ref().map(|audit| chain(audit.proof.as_ref(), now));
    let parts = provider.into_iter().chain([database]).chain(work).chain(audit);
    view! { <ul class="mt-1.5 grid gap-3">{parts.map(part).views()}</ul> }
}

fn part(Part { name, href, is_well, words }: Part) -> impl IntoView {
    let (icon, colour) =
        if is_well { (Icon::CircleCheck, "text-ink-2") } else { (Icon::TriangleAlert, "text-warn-ink") };
    let name = match href {
        Some(href) => view! { <a href=href class="inline-block min-h-6 rounded-sm font-strong underline-offset-[0.2em] hover:underline">{name}</a> }.into_any(),
        None => view! { <span class="font-strong">{name}</span> }.into_any(),
    };
    view! {
        <li class="grid grid-cols-[1rem_minmax(0,1fr)] gap-x-2.5">
            <span class=["pt-0.5", colour].join(" ")>
                <SvgIcon icon size=IconSize::Small />
            </span>
            <div class="min-w-0 wrap-anywhere">
                {name} <p class=["text-xs", colour].join(" ")>{words}</p>
            </div>
        </li>
    }
}

fn provider_part(provider: &ProviderHealth, now: OffsetDateTime) -> Part {
    let words = match (&provider.outage, provider.keys_read_at) {
        (Some(outage), _) => {
            let (heading, since) = (outage.heading(provider.kind), outage.since);
            view! { {heading} " First noticed " <RelativeTime at=since now /> "." }.into_any()
        }
        (None, Some(at)) => view! { "Signing keys read " <RelativeTime at now /> "." }.into_any(),
        (None, None) => "No request was sent yet.".into_any(),
    };
    let (href, is_well) = (Some(paths::IDENTITY_PROVIDER.to_owned()), provider.outage.is_none());
    Part { name: "Identity provider", href, is_well, words }
}

fn jobs(work: &Work, now: OffsetDateTime) -> Part {
    let (all, problems) = (work.jobs.len(), work.problems(now).count());
    let words = match problems {
        0 => format!("{all} of {all} on time."),
        _ => format!("{problems} of {all} failed or late."),
    };
    Part { name: "Jobs", href: Some(paths::JOBS.to_owned()), is_well: problems == 0, words: words.into_any() }
}

fn deliveries(work: &Work) -> Part {
    let words = match work.undelivered.count() {
        0 => "No failed or overdue messages.".to_owned(),
        count => format!("{} not delivered.", counted(count, "message")),
    };
    let is_well = work.undelivered.count() == 0;
    Part { name: "Deliveries", href: Some(format!("{}#deliveries", paths::JOBS)), is_well, words: words.into_any() }
}

fn chain(proof: Option<&AuditProof>, now: OffsetDateTime) -> Part {
    let problems = proof.map_or(0, |proof| proof.problems);
    let words = match proof.map(|proof| proof.verified_at) {
        None => "Not verified yet.".into_any(),
        Some(at) if problems == 0 => view! { "Verified " <RelativeTime at now /> ", no problems." }.into_any(),
        Some(at) => view! { {counted(problems, "problem")} " found " <RelativeTime at now /> "." }.into_any(),
    };
    Part { name: "Audit chain", href: Some(paths::AUDIT_LOG.to_owned()), is_well: problems == 0, words }
}
