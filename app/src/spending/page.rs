//! The page.

use super::data::ReadSpending;
use super::{breakdown, chart, filters, movers, period, totals};
use crate::me::{Me, use_me};
use crate::page::crumbs::administration;
use crate::page::list_page::Requested;
use crate::page::listing::ignored_notice;
use crate::page::{LazyPage, PageData, WithServerTime, loaded_with_me, use_page, use_params};
use crate::paths;
use crate::read::Data;
use crate::ui::{Crumb, EmptyKind, EmptyState, Icon, LinkButton, PageHead};
use domain::permission::Permission;
use domain::spending::{Period, Spending, SpendingQuery};
use leptos::prelude::*;
use leptos_meta::Title;

/// What users and projects spent in some days.
pub struct SpendingPage {
    page: PageData<Spending>,
    requested: Requested<SpendingQuery>,
    me: Data<Me>,
}

impl LazyPage for SpendingPage {
    fn load() -> Self {
        let requested = use_params(SpendingQuery::from_params);
        Self { page: use_page(move || ReadSpending { query: requested.get().0 }), requested, me: use_me() }
    }

    fn view(self) -> AnyView {
        let Self { page, requested, me } = self;
        view! {
            <Title text="Spending" />
            {loaded_with_me(page, me, move |dated, me, _| spending_page(&dated, requested.get_untracked(), me.as_ref()))}
        }
        .into_any()
    }
}

fn spending_page(
    WithServerTime { data, .. }: &WithServerTime<Spending>,
    (query, ignored): (SpendingQuery, Vec<String>),
    me: Option<&Me>,
) -> impl IntoView + use<> {
    let actions = data.has_spend.then(|| {
        let (picker, csv) = (period::picker(data, &query), paths::spending_csv(&query));
        let csv = (!data.is_empty()).then(|| {
            view! {
                <LinkButton href=csv icon=Icon::Download external=true>
                    "Download CSV"
                </LinkButton>
            }
        });
        view! { {picker} {csv} }
    });
    let body = match () {
        () if !data.has_spend => no_spend(me.is_some_and(|me| me.may(Permission::ViewGateways))),
        () if data.is_empty() => view! { {filters::bar(data, &query)} {no_spend_in_days(data, &query)} }.into_any(),
        () => body(data, &query),
    };
    view! {
        <PageHead
            crumbs=administration([Crumb::here("Spending")])
            title="Spending"
            subtitle="US dollars, days in UTC"
            actions=move || actions
        />
        {ignored_notice(&ignored)}
        {body}
    }
}

fn body(data: &Spending, query: &SpendingQuery) -> AnyView {
    view! {
        <section aria-labelledby="spent" class="border-b border-line px-gutter pt-4 pb-3">
            {totals::totals(data)} {chart::chart(data)}
        </section>
        {breakdown::tabs(query)}
        {filters::bar(data, query)}
        <div class="grid grid-cols-[minmax(0,1fr)_19rem] items-start @max-p4:grid-cols-[minmax(0,1fr)]">
            {breakdown::table(data, query)} {movers::movers(data, query)}
        </div>
    }
    .into_any()
}

fn no_spend(may_view_gateways: bool) -> AnyView {
    view! {
        <EmptyState
            kind=EmptyKind::Nothing(Icon::ChartColumn)
            title="No spend yet"
            text="Gateways report what calls to models cost. Once a gateway reports spend, it appears here by day, project, user and model."
            actions=move || may_view_gateways.then(|| view! { <LinkButton href=paths::GATEWAYS>"Show gateways"</LinkButton> })
        />
    }
    .into_any()
}

fn no_spend_in_days(data: &Spending, query: &SpendingQuery) -> AnyView {
    let days = data.days.in_words();
    if data.today < data.days.from {
        let href = paths::spending(&SpendingQuery { period: Period::default(), ..query.from_first() });
        let actions = move || view! { <LinkButton href>"Show this month"</LinkButton> };
        let text = format!("There can be no spend {days} yet.");
        return view! { <EmptyState kind=EmptyKind::NoMatch title="These days are in the future" text actions /> }
            .into_any();
    }
    if query.is_filtered() {
        let href = paths::spending(&query.unfiltered());
        let actions = move || view! { <LinkButton href>"Clear filters"</LinkButton> };
        let text = format!("Nothing was spent {days} that matches these filters.");
        return view! { <EmptyState kind=EmptyKind::NoMatch title="No spend found" text actions /> }.into_any();
    }
    let href = paths::spending(&SpendingQuery { period: Period::Last90Days, ..query.from_first() });
    let actions = move || view! { <LinkButton href>"Show the last 90 days"</LinkButton> };
    let text = format!("Nothing was spent {days}.");
    view! { <EmptyState kind=EmptyKind::NoMatch title="No spend in these days" text actions /> }.into_any()
}
