//! The list of requests: those that wait first.

use super::data::ListBudgetRequests;
use super::state::badge;
use crate::page::list_page::Requested;
use crate::page::listing::{ListQuery as _, empty, ignored_notice, pager, result};
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page, use_params};
use crate::paths;
use crate::ui::{
    Avatar, AvatarShape, Cell, EmptyKind, EmptyState, Header, Icon, NameCell, PageHead, Priority, RelativeTime,
    ShortAmount, Stacked, SvgIcon, Tab, Table, TableBody, TableHead, TableRow, Tabs, Tile, Width, category_icon, keyed,
};
use domain::budget::{AssignedBudget, BudgetRequest, BudgetRequestQuery, Holder, RequestState};
use domain::page::Page;
use leptos::prelude::*;
use leptos_meta::Title;
use time::OffsetDateTime;

/// The list of requests.
pub struct BudgetRequestsPage {
    page: PageData<Page<BudgetRequest>>,
    requested: Requested<BudgetRequestQuery>,
}

impl LazyPage for BudgetRequestsPage {
    fn load() -> Self {
        let requested = use_params(BudgetRequestQuery::from_params);
        Self { page: use_page(move || ListBudgetRequests { query: requested.get().0 }), requested }
    }

    fn view(self) -> AnyView {
        let Self { page, requested } = self;
        view! {
            <Title text="Requests" />
            <PageHead title="Requests" subtitle="For budgets, those that wait first" />
            {loaded(page, move |dated, _| body(dated, &requested.get_untracked()))}
        }
        .into_any()
    }
}

fn body(
    dated: WithServerTime<Page<BudgetRequest>>,
    (query, ignored): &(BudgetRequestQuery, Vec<String>),
) -> impl IntoView + use<> {
    let WithServerTime { now, data: page } = dated;
    let rows = if page.rows.is_empty() { nothing(query) } else { table(&page, now).into_any() };
    view! {
        {tabs(query)}
        {ignored_notice(ignored)}
        {result(&page, "request")}
        {rows}
        {pager(&page, query)}
    }
}

fn tabs(query: &BudgetRequestQuery) -> impl IntoView + use<> {
    let tab = |state: Option<RequestState>| Tab {
        label: state.map_or("All", RequestState::title).to_owned(),
        href: BudgetRequestQuery { state, size: query.size, cursor: None }.address(),
        count: None,
        is_current: query.state == state,
    };
    let tabs = [None].into_iter().chain(RequestState::ALL.map(Some)).map(tab).collect();
    view! { <Tabs label="State" tabs /> }
}

fn nothing(query: &BudgetRequestQuery) -> AnyView {
    let no_match = "No requests are in this state.".to_owned();
    let nothing = view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::Wallet)
            title="No requests yet"
            text="Users request a budget with a higher hard limit on My access, project admins on the page of their project. A maintainer approves or declines it here."
        />
    };
    empty(query, "request", no_match, nothing.into_any())
}

fn table(page: &Page<BudgetRequest>, now: OffsetDateTime) -> impl IntoView + use<> {
    let rows = page.rows.clone().into_iter().map(|request| (request.facts.id.to_string(), row(request, now)));
    let rows = keyed(rows);
    view! {
        <Table label="Requests">
            <TableHead>
                <Header label="For" width=Width::Longer />
                <Header label="Category" width=Width::Medium priority=Priority::P2 />
                <Header label="Now" width=Width::Medium figures=true />
                <Header label="Requested" width=Width::Medium figures=true />
                <Header label="Reason" priority=Priority::P3 />
                <Header label="State" width=Width::Medium />
            </TableHead>
            <TableBody>{rows}</TableBody>
        </Table>
    }
}

fn row(request: BudgetRequest, now: OffsetDateTime) -> impl IntoView {
    let name = name_cell(&request);
    let BudgetRequest { facts, present, .. } = request;
    let category = facts.category;
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>{name}</Cell>
            <Cell priority=Priority::P2>
                <span class="inline-flex items-center gap-1.5 text-sm whitespace-nowrap [&>svg]:text-ink-2">
                    <SvgIcon icon=category_icon(category) />
                    {category.title()}
                </span>
            </Cell>
            <Cell figures=true label="Now">{present_limit(present)}</Cell>
            <Cell figures=true label="Requested" class="font-strong"><ShortAmount amount=facts.hard_limit /></Cell>
            <Cell priority=Priority::P3 stacked=Stacked::Line>
                <span class="block truncate text-sm text-ink-2" title=facts.reason.clone()>{facts.reason.clone()}</span>
            </Cell>
            <Cell>
                <div class="grid justify-items-start gap-0.5 py-1">
                    {badge(facts.state)}
                    <p class="num text-xs text-ink-2"><RelativeTime at=facts.requested_at now /></p>
                </div>
            </Cell>
        </TableRow>
    }
}

/// The hard limit of now, and what is spent of it in the window of now.
fn present_limit(present: Option<AssignedBudget>) -> AnyView {
    let Some(AssignedBudget { limits, usage, .. }) = present else {
        return view! { <span class="text-sm text-ink-2">"No budget"</span> }.into_any();
    };
    let spent = usage.map(|usage| {
        view! { <p class="text-xs text-ink-2"><span class="money">{usage.spent.cents()}</span>" spent"</p> }
    });
    view! {
        <div class="py-1"><ShortAmount amount=limits.hard() /> {spent}</div>
    }
    .into_any()
}

fn name_cell(request: &BudgetRequest) -> impl IntoView + use<> {
    let (href, name) = (paths::request(request.facts.id), request.holder_name().to_owned());
    let shown = name.clone();
    let (detail, picture) = match &request.holder {
        Some(Holder::User { id, email, .. }) => {
            let seed = id.to_string();
            (email.clone(), view! { <Avatar name seed /> }.into_any())
        }
        Some(Holder::Project { name: technical, .. }) => {
            let (seed, by) = (technical.to_string(), format!("{technical}, by {}", request.facts.requested_by));
            (by, view! { <Avatar name seed shape=AvatarShape::Project /> }.into_any())
        }
        None => (String::new(), view! { <Tile icon=Icon::Folder /> }.into_any()),
    };
    view! {
        <NameCell href name=shown detail>
            {picture}
        </NameCell>
    }
}
