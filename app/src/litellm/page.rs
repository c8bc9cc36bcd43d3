//! The page of the LiteLLM proxy.

use super::actions::{PushAgain, StartLitellm, StopLitellm};
use super::data::{LiteLlmView, ReadLitellm};
use super::differences;
use crate::form::ConfirmForm;
use crate::page::crumbs::administration;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{
    Banner, BannerKind, ButtonKind, ButtonSize, Crumb, DialogButton, EmptyKind, EmptyState, Icon, LinkButton, PageBody,
    PageHead, RelativeTime, Section, Stat, Stats, count_words,
};
use domain::count::counted;
use domain::figures::grouped;
use domain::litellm::{Comparison, LiteLlmStatus, PushStart};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use time::OffsetDateTime;

/// Whether budgets are pushed, and what differs.
pub struct LiteLlmPage {
    page: PageData<LiteLlmView>,
}

impl LazyPage for LiteLlmPage {
    fn load() -> Self {
        Self { page: use_page(|| ReadLitellm {}) }
    }

    fn view(self) -> AnyView {
        view! {
            <Title text="LiteLLM" />
            {loaded(self.page, |dated, _| litellm(dated))}
        }
        .into_any()
    }
}

fn litellm(dated: WithServerTime<LiteLlmView>) -> impl IntoView {
    let WithServerTime { now, data: LiteLlmView { status, may_manage, may_view_jobs } } = dated;
    let has_proxy = status.is_some();
    let check = move || {
        has_proxy.then(|| {
            view! {
                <LinkButton href=paths::LITELLM icon=Icon::RefreshCw external=true>
                    "Check again"
                </LinkButton>
            }
        })
    };
    let body = match status {
        Some(status) => {
            let differences = comparison(&status, may_manage);
            view! { <PageBody>{pushing(&status, may_manage, may_view_jobs, now)} {differences}</PageBody> }.into_any()
        }
        None => not_configured().into_any(),
    };
    view! {
        <PageHead
            crumbs=administration([Crumb::here("LiteLLM")])
            title="LiteLLM"
            subtitle="A proxy that enforces budgets by itself"
            actions=check
        />
        {body}
    }
}

fn not_configured() -> impl IntoView {
    view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::GitCompare)
            title="No LiteLLM proxy is connected"
            text="With LITELLM_URL and LITELLM_MASTER_KEY Bursar pushes budgets and their users to a LiteLLM proxy that enforces them by itself. A proxy that asks Bursar before each call needs no connection: it is a gateway."
        />
    }
}

fn pushing(
    status: &LiteLlmStatus,
    may_manage: bool,
    may_view_jobs: bool,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    let stop = (status.started.is_some() && may_manage).then(stop_form);
    let undelivered = status.waiting + status.failed;
    let (waiting, failed, is_started) = (status.waiting, status.failed, status.started.is_some());
    let jobs = move || {
        let words = match failed {
            0 if !is_started => "Sent once it is started".to_owned(),
            0 => "Sent within a minute, and again after a failure".to_owned(),
            failed => format!("{} failed, and are not sent again by themselves", count_words(failed)),
        };
        if may_view_jobs && undelivered > 0 {
            view! { <a href=format!("{}#deliveries", paths::JOBS) class="underline underline-offset-[0.2em]">{words}</a> }
                .into_any()
        } else {
            words.into_any()
        }
    };
    let collected = status.collects.clone().unwrap_or_else(|| "No".to_owned());
    let why = if status.collects.is_some() {
        "What its customers have spent is added to the ledger"
    } else {
        "LITELLM_COLLECT_SPEND is not set"
    };
    let (address, started) = (status.address.clone(), started(status.started.clone(), now));
    view! {
        <Section id="pushing" title="Pushing" side=move || address actions=move || stop>
            <Stats>
                {started}
                <Stat icon=Icon::RefreshCw label="Waiting" is_wrong={failed > 0} context=jobs>
                    {count_words(waiting)}
                </Stat>
                <Stat icon=Icon::ChartColumn label="Spend collected" context=move || why>
                    {collected}
                </Stat>
            </Stats>
        </Section>
    }
}

fn started(start: Option<PushStart>, now: OffsetDateTime) -> AnyView {
    match start {
        Some(PushStart { at, by }) => {
            let by = by.map(|by| format!(", by {by}"));
            view! {
                <Stat
                    icon=Icon::CircleCheck
                    label="Budgets"
                    context=move || view! { "Started " <RelativeTime at now /> {by} }
                >
                    "Pushed"
                </Stat>
            }
            .into_any()
        }
        None => view! {
            <Stat icon=Icon::CircleDashed label="Budgets" context=|| "Nothing in LiteLLM is changed before that">
                "Not started"
            </Stat>
        }
        .into_any(),
    }
}

fn comparison(status: &LiteLlmStatus, may_manage: bool) -> AnyView {
    let comparison = match &status.comparison {
        Err(problem) => {
            let problem = problem.clone();
            return view! {
                <Banner kind=BannerKind::Danger fact="What differs is not known.">
                    {problem}
                </Banner>
            }
            .into_any();
        }
        Ok(comparison) => comparison.clone(),
    };
    let side = side(&comparison);
    let is_started = status.started.is_some();
    let push = may_manage.then(|| push_form(&comparison, is_started)).flatten();
    view! {
        <Section id="differences" title="Differences" side=move || side actions=move || push>
            {differences::table(comparison)}
        </Section>
    }
    .into_any()
}

/// How many objects there are.
fn side(comparison: &Comparison) -> String {
    let number = |count: usize| grouped(&count.to_string());
    let Comparison { creates, updates, same, foreign, .. } = comparison;
    let counts = [
        (*creates, "to create"),
        (*updates, "to change"),
        (*same, "the same"),
        (*foreign, "in LiteLLM alone, left as is"),
    ];
    let words = counts.into_iter().filter(|(count, _)| *count > 0);
    words.map(|(count, what)| format!("{} {what}", number(count))).collect::<Vec<_>>().join(", ")
}

fn objects(count: usize, noun: &str) -> String {
    counted(i64::try_from(count).unwrap_or(i64::MAX), noun)
}

/// Starts pushing, or pushes again what others changed; nothing when that is under way.
fn push_form(comparison: &Comparison, is_started: bool) -> Option<AnyView> {
    let left = comparison.count() - comparison.waiting;
    if is_started && left == 0 {
        return None;
    }
    let what = format!(
        "{} in LiteLLM will be created, and {} changed.",
        objects(comparison.creates, "object"),
        grouped(&comparison.updates.to_string())
    );
    let (action, label, question, consequence) = if is_started {
        let question = format!("Push {} again?", objects(left, "object"));
        (PushAgain::url(), "Push again", question, format!("{what} What others changed there is overwritten."))
    } else {
        let then = "After that each change of a budget, an assignment or a share is pushed within a minute or two. What is in LiteLLM alone stays as it is. Each member of a project gets a limit there, and the project none: enforce member limits where the total has to hold.";
        (StartLitellm::url(), "Start pushing", "Start pushing budgets to LiteLLM?".to_owned(), format!("{what} {then}"))
    };
    let kind = if is_started { ButtonKind::default() } else { ButtonKind::Primary };
    let opener = move || {
        view! {
            <DialogButton target="push-to-litellm" kind size=ButtonSize::Small>
                {label}
            </DialogButton>
        }
    };
    Some(
        view! {
            <ConfirmForm
                action
                fields=vec![]
                id="push-to-litellm"
                question
                consequence
                verb=label
                kind=ButtonKind::Primary
                opener
            />
        }
        .into_any(),
    )
}

fn stop_form() -> impl IntoView {
    let opener = || {
        view! {
            <DialogButton target="stop-litellm" size=ButtonSize::Small>
                "Stop pushing"
            </DialogButton>
        }
    };
    view! {
        <ConfirmForm
            action=StopLitellm::url()
            fields=vec![]
            id="stop-litellm"
            question="Stop pushing budgets to LiteLLM?"
            consequence="Budgets and customers stay in LiteLLM as they are now, with their limits. Changes in Bursar no longer reach them. When it is started again, everything is compared first."
            verb="Stop pushing"
            opener
        />
    }
}
