//! The list of the anomalies: what the rules found in the last snapshot, and what was decided about it.

use super::data::{AnomaliesData, ReadAccessAnomalies};
use super::tabs::{Current, tabs};
use crate::page::crumbs::administration;
use crate::page::list_page::Requested;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{
    Badge, BadgeKind, Banner, BannerKind, Button, ButtonKind, Cell, Choice, Crumb, EmptyKind, EmptyState, FilterChip,
    Header, Icon, PageHead, RelativeTime, Stacked, Table, TableBody, TableHead, TableRow, Views as _, Width,
};
use domain::access_anomaly::{Acceptance, Anomalies, AnomalyGap, AnomalyQuery, AnomalyRow, AnomalyState};
use domain::access_matrix::AnomalyRule;
use domain::doctor::Severity;
use leptos::prelude::*;
use leptos_meta::Title;
use time::OffsetDateTime;

const SUBMIT: &str = "Show anomalies";

/// The anomalies of the access matrix.
pub struct AccessAnomaliesPage {
    page: PageData<AnomaliesData>,
    requested: Requested<AnomalyQuery>,
}

impl LazyPage for AccessAnomaliesPage {
    fn load() -> Self {
        let requested = use_params(AnomalyQuery::from_params);
        Self { page: use_page(move || ReadAccessAnomalies { query: requested.get().0 }), requested }
    }

    fn view(self) -> AnyView {
        let Self { page, requested } = self;
        view! {
            <Title text="Anomalies" />
            {loaded(page, move |dated, _| anomalies_page(dated, requested.get_untracked()))}
        }
        .into_any()
    }
}

fn anomalies_page(
    dated: WithServerTime<AnomaliesData>,
    (query, ignored): (AnomalyQuery, Vec<String>),
) -> impl IntoView {
    let WithServerTime { now, data: AnomaliesData { anomalies, is_declared } } = dated;
    let content = if anomalies.rows.is_empty() {
        nothing(&anomalies, query).into_any()
    } else {
        list(&anomalies, now).into_any()
    };
    view! {
        <PageHead crumbs=administration([Crumb::here("Access matrix")]) title="Access matrix" subtitle="Who reaches what" />
        {tabs(Current::Anomalies, is_declared)}
        {ignored_notice(&ignored)}
        {gap(&anomalies)}
        {bar(&anomalies, query)}
        {content}
    }
}

/// Why the list says less than it seems to.
fn gap(anomalies: &Anomalies) -> Option<impl IntoView + use<>> {
    let (fact, text) = match anomalies.gap? {
        AnomalyGap::NoSnapshots => (
            "Nothing is searched for anomalies.",
            "Bursar has no service account for the realm. The tab Snapshots says which variables are missing.",
        ),
        AnomalyGap::NoDeclaration => (
            "Nothing is searched for anomalies.",
            "Declare the roles and resources of your platform in a file and let BURSAR_ACCESS_MATRIX name it. Anomalies that \
             were found before are no longer checked.",
        ),
        AnomalyGap::RealmNotDeclared => (
            "Nothing is searched for anomalies.",
            "The declared access matrix has no role of the realm that Bursar takes snapshots of. Anomalies that were found \
             before are no longer checked.",
        ),
        AnomalyGap::NotSearched => (
            "No snapshot has been searched for anomalies yet.",
            "Take a snapshot on the tab Snapshots, or wait for the daily one.",
        ),
        AnomalyGap::Partial => (
            "The last snapshot is partial.",
            "Anomalies may be missing here, and none was taken for resolved. The tab Snapshots says what could not be read.",
        ),
        AnomalyGap::Stale => (
            "The last snapshot is more than two days old.",
            "The anomalies of now may be others. The tab Snapshots says why the daily ones failed.",
        ),
    };
    Some(view! {
        <div class="px-gutter pt-4">
            <Banner kind=BannerKind::Warn fact>
                {text}
            </Banner>
        </div>
    })
}

fn bar(anomalies: &Anomalies, query: AnomalyQuery) -> impl IntoView + use<> {
    let title = |(state, count): (AnomalyState, i64)| Choice::new(state.key(), format!("{} ({count})", state.title()));
    let states = AnomalyState::ALL.into_iter().zip(anomalies.counts).map(title).collect();
    let severities = Severity::ALL.map(|severity| Choice::new(severity.key(), severity.name())).into();
    let rules = AnomalyRule::ALL.map(|rule| Choice::new(rule.key(), rule.key())).into();
    let without_rule = paths::access_anomalies(AnomalyQuery { rule: None, ..query });
    let without_severity = paths::access_anomalies(AnomalyQuery { severity: None, ..query });
    let without_state = paths::access_anomalies(AnomalyQuery { state: AnomalyState::default(), ..query });
    let severity = query.severity.map(|severity| severity.key().to_owned());
    let rule = query.rule.map(|rule| rule.key().to_owned());
    // The open ones are what the list shows without a filter.
    let state = (query.state != AnomalyState::default()).then(|| query.state.key().to_owned());
    view! {
        <form
            method="get"
            action=paths::ACCESS_ANOMALIES
            role="search"
            aria-label="Anomalies"
            class="flex flex-wrap items-center gap-2 px-gutter py-2.5 print:hidden"
        >
            <FilterChip id="filter-state" name="state" label="State" options=states selected=state clear_href=without_state submit=SUBMIT />
            <FilterChip id="filter-severity" name="severity" label="Severity" options=severities selected=severity clear_href=without_severity submit=SUBMIT />
            <FilterChip id="filter-rule" name="rule" label="Rule" options=rules selected=rule clear_href=without_rule submit=SUBMIT />
            <Button kind=ButtonKind::Quiet submit=true>
                {SUBMIT}
            </Button>
        </form>
    }
}

fn nothing(anomalies: &Anomalies, query: AnomalyQuery) -> impl IntoView + use<> {
    let is_narrowed = query.severity.is_some() || query.rule.is_some();
    let (title, text) = match (anomalies.searched_at, is_narrowed, query.state) {
        (None, ..) => ("No anomalies are known", "They are searched for in every snapshot."),
        (_, true, _) => ("No anomaly matches", "Choose another severity, rule or state."),
        (_, false, AnomalyState::Open) => ("No open anomalies", "The rules found nothing that needs a decision."),
        (_, false, AnomalyState::Accepted) => ("No accepted anomalies", "Open an anomaly to accept it with a reason."),
        (_, false, AnomalyState::Resolved) => {
            ("No resolved anomalies", "An anomaly is resolved when a complete snapshot no longer has it.")
        }
    };
    view! { <EmptyState kind=EmptyKind::Nothing(Icon::CircleCheck) title text /> }
}

fn list(anomalies: &Anomalies, now: OffsetDateTime) -> impl IntoView + use<> {
    let more = anomalies.has_more.then(|| {
        let shown = anomalies.rows.len();
        let text = format!("Only the first {shown} anomalies are shown. Choose a severity or a rule to see others.");
        view! { <p class="px-gutter py-3 text-sm text-ink-2">{text}</p> }
    });
    let rows = anomalies.rows.iter().map(|anomaly| row(anomaly, now)).views();
    view! {
        <Table label="Anomalies">
            <TableHead>
                <Header label="Severity" width=Width::Short />
                <Header label="Anomaly" />
                <Header label="Owner" width=Width::Long />
                <Header label="Since" width=Width::Medium />
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
        {more}
    }
}

fn row(anomaly: &AnomalyRow, now: OffsetDateTime) -> impl IntoView + use<> {
    let AnomalyRow { id, title, explanation, owner, since, severity, .. } = anomaly.clone();
    let decision = decision(anomaly);
    view! {
        <TableRow>
            <Cell>{severity_badge(severity)}</Cell>
            <Cell stacked=Stacked::Line>
                <div class="grid min-w-0 gap-0.5 py-1.5 whitespace-normal">
                    <a href=paths::access_anomaly(id) class="font-strong wrap-anywhere hover:underline">
                        {title}
                    </a>
                    <p class="text-xs text-ink-2 wrap-anywhere">{explanation}</p>
                    {decision.map(|decision| view! { <p class="text-xs wrap-anywhere">{decision}</p> })}
                </div>
            </Cell>
            <Cell label="Owner" class="text-sm">
                {owner.unwrap_or_else(|| "—".to_owned())}
            </Cell>
            <Cell label="Since" class="num text-sm">
                <RelativeTime at=since now />
            </Cell>
        </TableRow>
    }
}

/// What was decided, in a sentence.
pub(super) fn decision(anomaly: &AnomalyRow) -> Option<String> {
    let Acceptance { by, until, reason, is_exceeded, .. } = anomaly.acceptance.as_ref()?;
    Some(match anomaly.state {
        AnomalyState::Open if *is_exceeded => format!(
            "{by} accepted it until {until}. Since then users were added, it became more severe or says something else. \
             “{reason}”"
        ),
        AnomalyState::Open => format!("{by} accepted it until {until}, which is over. “{reason}”"),
        AnomalyState::Accepted | AnomalyState::Resolved => format!("Accepted by {by} until {until}: “{reason}”"),
    })
}

pub(super) fn severity_badge(severity: Severity) -> impl IntoView {
    let (kind, icon) = match severity {
        Severity::High => (BadgeKind::Danger, Icon::OctagonAlert),
        Severity::Medium => (BadgeKind::Warn, Icon::TriangleAlert),
        Severity::Low => (BadgeKind::Neutral, Icon::Info),
    };
    view! {
        <Badge kind icon>
            {severity.name()}
        </Badge>
    }
}
