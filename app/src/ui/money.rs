//! Amounts, always exact: with cents on object pages, without them in lists when the amount is whole.

use domain::budget::Limits;
use domain::money::Money;
use leptos::prelude::*;

/// `$1,702.64`
#[component]
pub fn Amount(
    /// How much.
    amount: Money,
) -> impl IntoView {
    view! { <span class="money">{amount.exact()}</span> }
}

/// `$1,702`, or `$1,702.64` when the amount is not whole. A narrow column breaks it before the point: cut there, it
/// would read as another amount.
#[component]
pub fn ShortAmount(
    /// How much.
    amount: Money,
) -> impl IntoView {
    let text = amount.short();
    let (whole, decimals) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (whole, decimals) = (whole.to_owned(), decimals.to_owned());
    view! {
        <span>
            <span class="money">{whole}</span>
            <wbr />
            <span class="money">{decimals}</span>
        </span>
    }
}

/// Both limits of a budget as plain figures: "$225.00 soft, $250.00 hard".
#[component]
pub fn LimitFigures(
    /// Soft and hard limit.
    limits: Limits,
) -> impl IntoView {
    view! {
        <span>
            <span class="money">{limits.soft().exact()}</span>
            <span class="text-ink-2">" soft, "</span>
            <span class="money font-strong">{limits.hard().exact()}</span>
            <span class="text-ink-2">" hard"</span>
        </span>
    }
}
