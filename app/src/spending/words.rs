//! Amounts and colours, as the parts of the page write them.

use domain::budget::Category;
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

/// The ground of a category's key.
pub(super) const fn ground(category: Category) -> &'static str {
    match category {
        Category::Platform => "bg-s1",
        Category::Cli => "bg-s2",
        Category::PremiumModels => "bg-s3",
    }
}

/// The fill of a category's bars.
pub(super) const fn fill(category: Category) -> &'static str {
    match category {
        Category::Platform => "fill-s1",
        Category::Cli => "fill-s2",
        Category::PremiumModels => "fill-s3",
    }
}

/// "17 Nov"
pub(super) fn short_day(day: Date) -> String {
    let month = day.month().to_string();
    format!("{} {}", day.day(), month.get(..3).unwrap_or(&month))
}
