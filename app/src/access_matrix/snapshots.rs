//! The page of the snapshots: what was read when, and what changed between two of them.

use super::actions::TakeAccessSnapshot;
use super::changes::changes;
use super::data::{ReadAccessSnapshots, SnapshotsData};
use super::tabs::{Current, tabs};
use crate::form::PostForm;
use crate::page::crumbs::administration;
use crate::page::list_page::Requested;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{
    Badge, BadgeKind, Banner, BannerKind, Button, ButtonKind, Cell, Crumb, EmptyKind, EmptyState, Header, Icon,
    LinkButton, PageBody, PageHead, RelativeTime, Section, Stacked, Table, TableBody, TableFit, TableHead, TableRow,
    Views as _, Width,
};
use domain::access_snapshot::{ComparisonQuery, SnapshotRow, SnapshotState, Snapshots};
use domain::text::sentence;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use time::OffsetDateTime;

/// Snapshots of who holds which roles in Keycloak, over time.
pub struct AccessSnapshotsPage {
    page: PageData<SnapshotsData>,
    requested: Requested<ComparisonQuery>,
}

impl LazyPage for AccessSnapshotsPage {
    fn load() -> Self {
        let requested = use_params(ComparisonQuery::from_params);
        let read = move || {
            let ComparisonQuery { from, to } = requested.get().0;
            ReadAccessSnapshots { from, to }
        };
        Self { page: use_page(read), requested }
    }

    fn view(self) -> AnyView {
        let Self { page, requested } = self;
        view! {
            <Title text="Access snapshots" />
            {loaded(page, move |dated, _| snapshots_page(dated, requested.get_untracked().1))}
        }
        .into_any()
    }
}

fn snapshots_page(dated: WithServerTime<SnapshotsData>, ignored: Vec<String>) -> impl IntoView {
    let WithServerTime { now, data: SnapshotsData { snapshots, may_take, is_declared } } = dated;
    let is_under_way = snapshots.unfinished().is_some();
    let can_take = may_take && snapshots.realm.is_ok() && !is_under_way;
    let actions = move || match (is_under_way, can_take) {
        (true, _) => view! {
            <LinkButton href=paths::ACCESS_SNAPSHOTS icon=Icon::RefreshCw external=true>
                "Refresh"
            </LinkButton>
        }
        .into_any(),
        (false, true) => view! {
            <PostForm action=TakeAccessSnapshot::url() class="grid">
                <Button kind=ButtonKind::Primary submit=true>
                    "Take snapshot now"
                </Button>
            </PostForm>
        }
        .into_any(),
        (false, false) => ().into_any(),
    };
    let content = match &snapshots.realm {
        Err(missing) => not_configured(missing).into_any(),
        Ok(realm) if snapshots.rows.is_empty() => no_snapshots(realm).into_any(),
        Ok(_) => stored(&snapshots, now).into_any(),
    };
    view! {
        <PageHead crumbs=administration([Crumb::here("Access matrix")]) title="Access matrix" subtitle="Who reaches what" actions />
        {tabs(Current::Snapshots, is_declared)}
        {ignored_notice(&ignored)}
        {content}
    }
}

fn not_configured(missing: &[String]) -> impl IntoView + use<> {
    let text = format!("Set {} and restart Bursar. “bursar keycloak setup” prints them.", missing.join(", "));
    view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::GitCompare)
            title="Snapshots need a service account of Keycloak"
            text
        />
    }
}

fn no_snapshots(realm: &str) -> impl IntoView + use<> {
    let text = format!("A snapshot records who holds which roles of the realm {realm}. Bursar takes one every day.");
    view! { <EmptyState kind=EmptyKind::Nothing(Icon::GitCompare) title="No snapshots yet" text /> }
}

fn stored(snapshots: &Snapshots, now: OffsetDateTime) -> impl IntoView + use<> {
    let under_way = snapshots.unfinished().map(under_way).views();
    let changes = changes(snapshots);
    let rows = snapshots.rows.iter().map(|snapshot| row(snapshot, now)).views();
    view! {
        <PageBody>
            {under_way} {changes}
            <Section id="snapshots" title="Snapshots">
                <Table label="Snapshots" fit=TableFit::Section>
                    <TableHead>
                        <Header label="Taken" width=Width::Medium />
                        <Header label="State" />
                        <Header label="Requested by" width=Width::Long />
                    </TableHead>
                    <TableBody>{rows}</TableBody>
                </Table>
            </Section>
        </PageBody>
    }
}

fn under_way(row: &SnapshotRow) -> impl IntoView + use<> {
    let read = match row.state {
        SnapshotState::Waiting => "It starts within a few seconds.".to_owned(),
        _ => format!("Read so far: {}.", row.progress.in_words()),
    };
    view! {
        <Banner kind=BannerKind::Info fact="A snapshot is being taken.">
            {read}
        </Banner>
    }
}

fn row(row: &SnapshotRow, now: OffsetDateTime) -> impl IntoView + use<> {
    let (kind, icon) = match row.state {
        SnapshotState::Waiting | SnapshotState::Running => (BadgeKind::Info, Icon::RefreshCw),
        SnapshotState::Complete => (BadgeKind::Neutral, Icon::CircleCheck),
        SnapshotState::Partial => (BadgeKind::Warn, Icon::TriangleAlert),
        SnapshotState::Failed => (BadgeKind::Danger, Icon::OctagonAlert),
    };
    let problem = row.problem.as_deref().map(|problem| {
        view! { <p class="text-xs text-ink-2 wrap-anywhere">{sentence(problem)}</p> }
    });
    let (at, title, read) = (row.at, row.state.title(), row.progress.in_words());
    let requested_by = row.requested_by.clone().unwrap_or_else(|| "Daily job".to_owned());
    view! {
        <TableRow>
            <Cell class="num text-sm">
                <RelativeTime at now />
            </Cell>
            <Cell stacked=Stacked::Line>
                <div class="grid min-w-0 justify-items-start gap-1 py-1.5 whitespace-normal">
                    <span class="flex flex-wrap items-center gap-2">
                        <Badge kind icon>
                            {title}
                        </Badge>
                        <span class="num text-xs text-ink-2">{read}</span>
                    </span>
                    {problem}
                </div>
            </Cell>
            <Cell class="text-sm">{requested_by}</Cell>
        </TableRow>
    }
}
