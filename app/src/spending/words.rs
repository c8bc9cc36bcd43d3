//! Amounts and days, as the parts of the page write them.

use domain::money::NetAmount;
use leptos::prelude::*;
use time::Date;

/// An amount in cents; the exact one stands behind it when it is another.
pub(super) fn amount(amount: NetAmount) -> AnyView {
    let (cents, exact) = (amount.cents(), amount.exact());
    let title = (cents != exact).then_some(exact);
    view! {
        <span class="money" title=title>
            {cents}
        </span>
    }
    .into_any()
}

/// "17 Nov"
pub(super) fn short_day(day: Date) -> String {
    let month = day.month().to_string();
    format!("{} {}", day.day(), month.get(..3).unwrap_or(&month))
}
