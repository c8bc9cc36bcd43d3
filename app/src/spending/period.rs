//! Which days the page is about.

use crate::paths;
use crate::ui::{DayRangePicker, PeriodLink};
use domain::spending::{Period, Spending, SpendingQuery};
use leptos::prelude::*;

pub(super) fn picker(data: &Spending, query: &SpendingQuery) -> AnyView {
    let (today, period) = (data.today, query.period);
    let href = |period| paths::spending(&SpendingQuery { period, ..query.from_first() });
    let step = |period: Period| PeriodLink { label: period.days(today).title(), href: href(period) };
    let offered = Period::OFFERED.map(|offered| {
        let link = PeriodLink { label: offered.title(), href: href(offered) };
        (link, offered == period)
    });
    let title = match period {
        Period::ThisMonth | Period::LastMonth => data.days.title(),
        other => other.title(),
    };
    let keep = SpendingQuery { period: Period::default(), ..query.from_first() }.to_params();
    let days = [data.days.from, data.days.to].map(|day| day.to_string());
    view! {
        <DayRangePicker
            title
            earlier=step(period.earlier(today))
            later=period.later(today).map(step)
            offered=offered.into()
            action=paths::SPENDING
            keep
            days
        />
    }
    .into_any()
}
