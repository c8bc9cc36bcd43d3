//! What needs a decision; each with a link to where that is done.

use super::limits;
use crate::paths;
use crate::ui::{ButtonSize, Icon, LinkButton, RelativeTime, Section, SvgIcon, Views as _, count_words, counted};
use domain::access_anomaly::AnomalyQuery;
use domain::budget::{BudgetRequest, MAX_WAITING_COUNT, WaitingRequests};
use domain::delivery::Undelivered;
use domain::doctor::Severity;
use domain::job::JobRow;
use domain::overview::{HighAnomalies, Overview, Work};
use domain::text::sentence;
use leptos::prelude::*;
use time::OffsetDateTime;

/// How grave it is; the words say the same.
#[derive(Clone, Copy)]
pub(super) enum Gravity {
    Danger,
    Warn,
}

impl Gravity {
    const fn class(self) -> &'static str {
        match self {
            Self::Danger => "bg-danger-tint text-danger-ink",
            Self::Warn => "bg-warn-tint text-warn-ink",
        }
    }
}

/// One thing to decide.
pub(super) struct Decision {
    pub(super) gravity: Gravity,
    pub(super) icon: Icon,
    pub(super) title: String,
    /// What it means, and of whom or what.
    pub(super) details: AnyView,
    /// Where it is decided: the address and the words of the link.
    pub(super) link: (String, String),
}

pub(super) fn decisions(data: &Overview, now: OffsetDateTime) -> impl IntoView + use<> {
    let requests = data.requests.as_ref().and_then(requests);
    let limits = data.limits.iter().flat_map(|limits| limits::decisions(limits, now));
    let anomalies = data.anomalies.as_ref().and_then(anomalies);
    let work = data.work.iter().flat_map(|work| [undelivered(work.undelivered, now), failed_jobs(work, now)]);
    let decisions: Vec<Decision> = requests.into_iter().chain(limits).chain(anomalies).chain(work.flatten()).collect();
    let count = decisions.len();
    let side = move || (count > 0).then(|| counted(i64::try_from(count).unwrap_or(i64::MAX), "item"));
    let stopped = data.limits.as_ref().and_then(|limits| limits.stopped_job).map(|job| limits::stopped(job, now));
    let body = if decisions.is_empty() {
        view! {
            <p class="flex items-center gap-2 text-base text-ink-2">
                <SvgIcon icon=Icon::CircleCheck />
                "Nothing needs a decision."
            </p>
        }
        .into_any()
    } else {
        let items = decisions.into_iter().map(decision).views();
        view! { <ul class="divide-y divide-line">{items}</ul> }.into_any()
    };
    view! {
        <Section id="decisions" title="Needs a decision" side>
            {body} {stopped}
        </Section>
    }
}

fn decision(Decision { gravity, icon, title, details, link: (href, words) }: Decision) -> impl IntoView {
    view! {
        <li class="grid grid-cols-[1.75rem_minmax(0,1fr)_auto] items-start gap-x-3 py-3.5 first:pt-1 @max-p1:grid-cols-[1.75rem_minmax(0,1fr)]">
            <span class=["grid size-7 place-content-center rounded-md", gravity.class()].join(" ")>
                <SvgIcon icon />
            </span>
            <div class="grid min-w-0 gap-0.5">
                <h3 class="text-base/5 font-semibold">{title}</h3>
                <div class="max-w-184 text-sm text-ink-2 wrap-anywhere">{details}</div>
            </div>
            <div class="@max-p1:col-start-2 @max-p1:mt-2.5">
                <LinkButton href size=ButtonSize::Small>
                    {words}
                </LinkButton>
            </div>
        </li>
    }
}

fn requests(waiting: &WaitingRequests) -> Option<Decision> {
    let (count, verb) = match waiting.count {
        0 => return None,
        1 => ("1 request".to_owned(), "is"),
        MAX_WAITING_COUNT.. => (format!("{MAX_WAITING_COUNT} requests or more"), "are"),
        count => (counted(count, "request"), "are"),
    };
    let line = |request: &BudgetRequest| {
        let href = paths::request(request.facts.id);
        view! { <li><a href=href class="font-strong text-ink hover:underline">{request.holder_name().to_owned()}</a> " " {request.in_words()}</li> }
    };
    let oldest = waiting.oldest.iter().map(line).views();
    Some(Decision {
        gravity: Gravity::Warn,
        icon: Icon::Inbox,
        title: format!("{count} {verb} waiting"),
        details: view! { <ul class="grid gap-0.5">{oldest}</ul> }.into_any(),
        link: (paths::REQUESTS.to_owned(), "Review requests".to_owned()),
    })
}

fn anomalies(high: &HighAnomalies) -> Option<Decision> {
    let title = match high.count {
        0 => return None,
        1 => "1 high anomaly in the access matrix".to_owned(),
        count => format!("{} high anomalies in the access matrix", count_words(count)),
    };
    let titles = high.titles.iter().map(|title| view! { <li>{sentence(title)}</li> }).views();
    let query = AnomalyQuery { severity: Some(Severity::High), ..AnomalyQuery::default() };
    Some(Decision {
        gravity: Gravity::Danger,
        icon: Icon::Shield,
        title,
        details: view! { <ul class="grid gap-0.5">{titles}</ul> }.into_any(),
        link: (paths::access_anomalies(query), "Open anomalies".to_owned()),
    })
}

fn undelivered(messages: Undelivered, now: OffsetDateTime) -> Option<Decision> {
    let Undelivered { failed, waiting, oldest } = messages;
    let title = match (failed, waiting) {
        (0, 0) => return None,
        _ if messages.count() == 1 => "1 message was not delivered".to_owned(),
        _ => format!("{} were not delivered", counted(messages.count(), "message")),
    };
    let failed =
        (failed > 0).then(|| format!("{} failed and must be sent again by hand. ", counted(failed, "message")));
    let waiting = (waiting > 0).then(|| {
        let at = oldest.map(|at| view! { " The oldest was written " <RelativeTime at now /> "." });
        view! { {counted(waiting, "message")} " will be tried again." {at} }
    });
    Some(Decision {
        gravity: Gravity::Warn,
        icon: Icon::MailWarning,
        title,
        details: view! { <p>{failed} {waiting}</p> }.into_any(),
        link: (format!("{}#deliveries", paths::JOBS), "Open deliveries".to_owned()),
    })
}

fn failed_jobs(work: &Work, now: OffsetDateTime) -> Option<Decision> {
    let jobs: Vec<_> = work.problems(now).collect();
    let title = match jobs.len() {
        0 => return None,
        1 => "1 job has failed or is late".to_owned(),
        count => format!("{count} jobs have failed or are late"),
    };
    let line = |job: &&JobRow| view! { <li>{problem(job, now)}</li> };
    Some(Decision {
        gravity: Gravity::Danger,
        icon: Icon::Clock,
        title,
        details: view! { <ul class="grid gap-0.5">{jobs.iter().map(line).views()}</ul> }.into_any(),
        link: (paths::JOBS.to_owned(), "Open jobs".to_owned()),
    })
}

fn problem(job: &JobRow, now: OffsetDateTime) -> impl IntoView + use<> {
    let name = view! { <span class="font-strong text-ink">{job.job.title()}</span> ": " };
    let failure = job.last.as_ref().and_then(|run| run.problem.as_deref()).map(sentence);
    let what = match failure {
        Some(failure) => failure.into_any(),
        None => view! { "was due " <RelativeTime at=job.next_at now /> "." }.into_any(),
    };
    view! { {name} {what} }
}
