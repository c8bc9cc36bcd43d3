//! The set-up doctor: findings first, then what could not be checked and what is fine.

use crate::paths;
use crate::ui::{Badge, BadgeKind, ButtonSize, CopyButton, Icon, IconSize, LinkButton, Section, SvgIcon, Views as _};
use domain::doctor::{Problem, Report, Severity};
use leptos::prelude::*;

pub(super) fn section(report: Report) -> impl IntoView {
    let summary = report.summary();
    let again = || {
        view! {
            <LinkButton href=paths::IDENTITY_PROVIDER size=ButtonSize::Small icon=Icon::RefreshCw external=true>
                "Run again"
            </LinkButton>
        }
    };
    let findings = report.findings();
    let has_findings = !findings.is_empty();
    let findings = findings.into_iter().map(|(check, problem)| finding(check.id(), problem.clone())).views();
    let not_checked = report.not_checked().into_iter().map(|(check, why)| (check.name(), Some(why.to_owned())));
    let not_checked = lines("Not checked", not_checked.collect());
    let fine = lines("Fine", report.fine().into_iter().map(|check| (check.name(), None)).collect());
    view! {
        <Section id="doctor" title="Set-up doctor" side=move || summary actions=again>
            <div class="grid gap-4">
                {has_findings.then(|| view! { <ul class="divide-y divide-line border-y border-line">{findings}</ul> })}
                {not_checked} {fine}
            </div>
        </Section>
    }
}

fn finding(id: &'static str, problem: Problem) -> impl IntoView {
    let (kind, icon) = match problem.severity {
        Severity::High => (BadgeKind::Danger, Icon::OctagonAlert),
        Severity::Medium => (BadgeKind::Warn, Icon::TriangleAlert),
        Severity::Low => (BadgeKind::Outline, Icon::Info),
    };
    let command = problem.command.map(|command| {
        view! {
            <div class="mt-1 flex max-w-full items-start gap-1">
                <code class="min-w-0 rounded-sm bg-sunken px-2 py-1 font-mono text-xs tracking-none wrap-anywhere">
                    {command.clone()}
                </code>
                <CopyButton text=command label="Copy command" />
            </div>
        }
    });
    view! {
        <li id=id class="flex gap-x-6 gap-y-1.5 py-4 max-nav:flex-col">
            <div class="w-20 flex-none">
                <Badge kind icon>
                    {problem.severity.name()}
                </Badge>
            </div>
            <div class="grid min-w-0 gap-1 text-sm">
                <h3 class="text-base font-strong">{problem.title}</h3>
                <p class="text-ink-2 wrap-anywhere">{problem.found}</p>
                <p class="wrap-anywhere">
                    <span class="font-strong">"Mend it: "</span>
                    {problem.mend}
                </p>
                {command}
            </div>
        </li>
    }
}

/// Checks behind a heading that opens them; nothing when there are none.
fn lines(title: &'static str, checks: Vec<(&'static str, Option<String>)>) -> Option<impl IntoView> {
    let count = checks.len();
    let lines = checks.into_iter().map(|(name, why)| {
        let why = why.map(|why| view! { <span class="text-ink-2">": " {why}</span> });
        view! { <li class="wrap-anywhere">{name} {why}</li> }
    });
    let lines = lines.views();
    (count > 0).then(|| {
        view! {
            <details class="group/checks text-sm">
                <summary class="flex min-h-6 cursor-pointer items-center gap-1.5 rounded-sm font-medium">
                    {format!("{title} ({count})")}
                    <span class="-rotate-90 text-ink-3 transition-transform group-open/checks:rotate-0">
                        <SvgIcon icon=Icon::ChevronDown size=IconSize::Small />
                    </span>
                </summary>
                <ul class="mt-2 grid list-disc gap-1 ps-5">{lines}</ul>
            </details>
        }
    })
}
