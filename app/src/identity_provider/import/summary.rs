//! How many users had which outcome, and how far a run is.

use super::words::{duration, figure, per_second, tallied, time_left};
use crate::paths;
use crate::ui::{Fact, Facts, Icon, IconSize, RelativeTime, SvgIcon, Views as _, absolute, hydrated::hydrated};
use domain::count::counted;
use domain::import::{ImportKind, ImportRun, Outcome, ReportQuery, ReportTab, RunState};
use leptos::prelude::*;
use time::OffsetDateTime;

/// The counts at the left, the progress or the facts at the right.
pub(super) fn summary(run: &ImportRun, now: OffsetDateTime) -> AnyView {
    let beside = match run.state {
        RunState::UnderWay => progress(run),
        RunState::Interrupted | RunState::Finished => facts(run, now),
    };
    view! {
        <div class="grid grid-cols-[repeat(2,minmax(0,1fr))] items-start gap-x-12 gap-y-6 @max-p2:grid-cols-[minmax(0,1fr)]">
            {tally(run)} {beside}
        </div>
    }
    .into_any()
}

/// The icon of an outcome.
pub(super) const fn outcome_icon(outcome: Outcome) -> Icon {
    match outcome {
        Outcome::Created => Icon::Plus,
        Outcome::Updated => Icon::Pencil,
        Outcome::Skipped => Icon::Minus,
        Outcome::Conflict => Icon::TriangleAlert,
        Outcome::Failed => Icon::OctagonAlert,
    }
}

/// The colour of the icon of an outcome that needs a decision.
pub(super) const fn outcome_colour(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Conflict => "text-warn-ink",
        Outcome::Failed => "text-danger-ink",
        Outcome::Created | Outcome::Updated | Outcome::Skipped => "text-ink-2",
    }
}

const LINE: &str = "flex min-h-9 items-center gap-3 border-b border-line text-sm";

fn tally(run: &ImportRun) -> impl IntoView + use<> {
    let (kind, counts) = (run.progress.kind, run.progress.counts);
    let line = move |outcome: Outcome| {
        let count = counts.of(outcome);
        let (colour, weight) =
            if count == 0 { ("text-ink-3", "text-ink-2") } else { (outcome_colour(outcome), "font-strong") };
        let label = tab_link(kind, ReportTab::Outcome(outcome), tallied(kind, outcome), count);
        view! {
            <div class=LINE>
                <dt class="flex min-w-0 items-center gap-2">
                    <span class=colour><SvgIcon icon=outcome_icon(outcome) size=IconSize::Small /></span>
                    {label}
                </dt>
                <dd class=["num ms-auto", weight].join(" ")>{figure(count)}</dd>
            </div>
        }
    };
    let [created, updated, rest @ ..] = Outcome::ALL;
    let over_limit = (counts.over_limit > 0).then(|| {
        let label = tab_link(kind, ReportTab::OverLimit, "of these, over their project limit", counts.over_limit);
        view! {
            <div class=LINE>
                <dt class="ps-5.5">{label}</dt>
                <dd class="num ms-auto font-strong">{figure(counts.over_limit)}</dd>
            </div>
        }
    });
    view! {
        <dl>
            {[created, updated].map(line).into_iter().views()} {over_limit} {rest.map(line).into_iter().views()}
            <div class="flex min-h-9 items-center gap-3 text-sm font-strong">
                <dt>"Users in the realm"</dt>
                <dd class="num ms-auto">{figure(run.progress.total.max(counts.total()))}</dd>
            </div>
        </dl>
    }
}

/// Leads to the rows that are counted, if there are any.
fn tab_link(kind: ImportKind, tab: ReportTab, label: &'static str, count: u32) -> AnyView {
    if count == 0 {
        return view! { <span class="text-ink-2">{label}</span> }.into_any();
    }
    let query = ReportQuery { of: Some(kind), tab: Some(tab), ..ReportQuery::default() };
    view! {
        <a href=paths::import_report(&query) class="rounded-sm underline-offset-[0.2em] hover:underline">
            {label}
        </a>
    }
    .into_any()
}

fn progress(run: &ImportRun) -> AnyView {
    let ready = hydrated();
    let progress = &run.progress;
    let (done, total) = (progress.counts.total(), progress.total.max(progress.counts.total()));
    let (label, what) = match progress.kind {
        ImportKind::Plan => ("Plan", "No user is written. You can leave this page."),
        ImportKind::Apply => ("Import", "You can leave this page. Stopping keeps what is done."),
    };
    let left = progress.time_left().map(time_left);
    let rate = progress.rate().map(|rate| per_second(rate) + ". ").unwrap_or_default();
    let words = format!("{} of {}", figure(done), counted(total, "user"));
    view! {
        <div class="grid gap-2">
            <p class="flex flex-wrap items-baseline justify-between gap-x-3 text-sm text-ink-2">
                <span class="num">
                    <b class="text-2xl font-semibold text-ink">{figure(done)}</b>
                    {format!(" of {}", counted(total, "user"))}
                </span>
                <span class="num">{left}</span>
            </p>
            <progress
                aria-label=label
                aria-valuetext=words
                max=total.max(1).to_string()
                value=done.to_string()
                class="h-2 w-full appearance-none overflow-hidden rounded-full border-0 bg-track [&::-moz-progress-bar]:bg-meter [&::-webkit-progress-bar]:bg-track [&::-webkit-progress-value]:bg-meter"
            ></progress>
            <p class="num text-xs text-ink-2">{rate} {what}</p>
            <p hidden=move || ready.get() class="text-sm">
                <a href=paths::KEYCLOAK_IMPORT class="link">
                    "Refresh"
                </a>
            </p>
        </div>
    }
    .into_any()
}

fn facts(run: &ImportRun, now: OffsetDateTime) -> AnyView {
    let progress = &run.progress;
    let took = progress.finished_at.map(|at| duration(at - progress.started_at));
    // Since an interruption the rate is not that of the whole time.
    let rate = progress.rate().filter(|_| progress.resumed_at.is_none()).map(|rate| format!(", {}", per_second(rate)));
    let took = took.map(|took| view! { <Fact label="Took">{took} {rate}</Fact> });
    let started_at = progress.started_at;
    let by = run.started_by.clone().unwrap_or_else(|| "The command line, or the start of the server".to_owned());
    let realm = progress.realm.clone();
    view! {
        <Facts>
            <Fact label="Realm">
                <code class="font-mono text-xs tracking-none">{realm}</code>
            </Fact>
            <Fact label="Started">
                <RelativeTime at=started_at now />
                <span class="text-ink-2">{format!(", {}", absolute(started_at))}</span>
            </Fact>
            <Fact label="Started by">{by}</Fact>
            {took}
        </Facts>
    }
    .into_any()
}
