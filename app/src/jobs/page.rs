//! The page of the jobs.

use super::actions::RunJob;
use super::data::{Jobs, ReadJobs};
use super::deliveries::deliveries;
use crate::form::{Hidden, PostForm};
use crate::page::crumbs::administration;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{
    Badge, BadgeKind, Button, ButtonSize, Cell, Crumb, Header, Icon, IconSize, LinkButton, PageBody, PageHead,
    RelativeTime, Stacked, SvgIcon, Table, TableBody, TableHead, TableRow, Views as _, Width,
};
use domain::job::{Job, JobRow, Run};
use domain::text::sentence;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use time::OffsetDateTime;

/// Every job: when it ran last, how that ended, and when it runs next.
pub struct JobsPage {
    page: PageData<Jobs>,
}

impl LazyPage for JobsPage {
    fn load() -> Self {
        Self { page: use_page(|| ReadJobs {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="Jobs" />
            {loaded(self.page, |dated, _| jobs(dated))}
        }
        .into_any()
    }
}

fn jobs(dated: WithServerTime<Jobs>) -> impl IntoView {
    let WithServerTime { now, data: Jobs { rows, deliveries: messages, may_run } } = dated;
    let rows = rows.into_iter().map(|job| row(job, now, may_run)).views();
    let refresh = || {
        view! {
            <LinkButton href=paths::JOBS icon=Icon::RefreshCw external=true>
                "Refresh"
            </LinkButton>
        }
    };
    view! {
        <PageHead crumbs=administration([Crumb::here("Jobs")]) title="Jobs" subtitle="What Bursar does by itself" actions=refresh />
        <Table label="Jobs">
            <TableHead>
                <Header label="Job" />
                <Header label="Schedule" width=Width::Medium />
                <Header label="Last run" width=Width::Medium />
                <Header label="Next run" width=Width::Medium />
                {may_run.then(|| view! { <Header label="Run" is_hidden=true width=Width::Medium /> }).views()}
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
        <PageBody>{deliveries(messages, now, may_run)}</PageBody>
    }
}

fn row(row: JobRow, now: OffsetDateTime, may_run: bool) -> impl IntoView {
    let JobRow { job, schedule, next_at, is_running, last } = row;
    let problem = last.as_ref().and_then(problem);
    let next = if next_at <= now { "now".into_any() } else { view! { <RelativeTime at=next_at now /> }.into_any() };
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <div class="grid min-w-0 gap-0.5 py-1.5 whitespace-normal">
                    <p class="font-strong">{job.title()}</p>
                    <p class="text-xs text-ink-2">{job.purpose()}</p>
                    {problem}
                </div>
            </Cell>
            <Cell stacked=Stacked::Hidden>
                <span class="text-sm text-ink-2">{schedule}</span>
            </Cell>
            <Cell>{last_run(is_running, last.as_ref(), now)}</Cell>
            <Cell stacked=Stacked::Hidden class="num text-sm">
                {next}
            </Cell>
            {may_run
                .then(|| {
                    view! {
                        <Cell controls=true stacked=Stacked::End>
                            <div class="flex justify-end">{run_form(job)}</div>
                        </Cell>
                    }
                })
                .views()}
        </TableRow>
    }
}

/// How the last run ended, and when.
fn last_run(is_running: bool, last: Option<&Run>, now: OffsetDateTime) -> impl IntoView + use<> {
    let at = last.map(|run| view! { <p class="num text-xs text-ink-2"><RelativeTime at=run.finished_at now /></p> });
    let badge = |kind, icon, word| view! { <Badge kind icon>{word}</Badge> }.into_any();
    let result = match last {
        _ if is_running => badge(BadgeKind::Info, Icon::RefreshCw, "Running"),
        Some(Run { problem: Some(_), .. }) => badge(BadgeKind::Danger, Icon::OctagonAlert, "Failed"),
        Some(Run { problem: None, .. }) => view! {
            <span class="inline-flex items-center gap-1.5 text-sm [&>svg]:text-ink-2">
                <SvgIcon icon=Icon::CircleCheck size=IconSize::Small />
                "Succeeded"
            </span>
        }
        .into_any(),
        None => view! { <span class="text-sm text-ink-2">"Not run yet"</span> }.into_any(),
    };
    view! { <div class="grid justify-items-start gap-0.5 py-1.5">{result} {at}</div> }
}

/// Why the last run failed, and how often in a row.
fn problem(run: &Run) -> Option<impl IntoView + use<>> {
    let problem = sentence(run.problem.as_deref()?);
    let again = (run.failures > 1).then(|| format!(" {} runs in a row have failed.", run.failures));
    Some(view! {
        <p class="text-xs text-danger-ink wrap-anywhere">{problem} {again}</p>
    })
}

fn run_form(job: Job) -> impl IntoView {
    let which = format!(": {}", job.title());
    view! {
        <PostForm action=RunJob::url()>
            <Hidden fields=vec![("job", job.key().to_owned())] />
            <Button size=ButtonSize::Small submit=true>
                "Run now"
                <span class="sr-only">{which}</span>
            </Button>
        </PostForm>
    }
}
