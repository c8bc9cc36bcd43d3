//! The alerts that a budget raised last.

use super::assignments::name_cell;
use crate::ui::{
    Cell, Header, RelativeTime, Section, Stacked, Table, TableBody, TableFit, TableHead, TableRow, Width, keyed,
};
use domain::budget::{BudgetAlert, BudgetRow};
use leptos::prelude::*;
use time::OffsetDateTime;

/// When the budget raises alerts, and those that were raised last.
pub(super) fn section(budget: &BudgetRow, alerts: Vec<BudgetAlert>, now: OffsetDateTime) -> impl IntoView + use<> {
    let side = format!("Alert at: {}", budget.alert_at.shown().to_lowercase());
    let body = if alerts.is_empty() {
        view! { <p class="text-sm text-ink-2">"No alert was raised yet."</p> }.into_any()
    } else {
        let rows = keyed(alerts.into_iter().enumerate().map(|(place, alert)| (place.to_string(), row(alert, now))));
        view! {
            <Table label="Alerts" fit=TableFit::Section>
                <TableHead>
                    <Header label="User or project" />
                    <Header label="Reached" width=Width::Longer />
                    <Header label="Spent" figures=true width=Width::Medium />
                    <Header label="Raised" width=Width::Medium />
                </TableHead>
                <TableBody>{rows}</TableBody>
            </Table>
        }
        .into_any()
    };
    view! {
        <Section id="alerts" title="Alerts" side=move || side>
            {body}
        </Section>
    }
}

fn row(alert: BudgetAlert, now: OffsetDateTime) -> impl IntoView {
    let BudgetAlert { threshold, holder, spent, limits, raised_at } = alert;
    let name = match holder {
        Some(holder) => name_cell(holder),
        None => view! { <span class="text-sm text-ink-2">"Deleted user or project"</span> }.into_any(),
    };
    let of = format!("{} of {}", spent.exact(), limits.hard().exact());
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>{name}</Cell>
            <Cell class="text-sm">{threshold.to_string()}</Cell>
            <Cell label="Spent" figures=true class="text-sm">
                <span class="money" title=of>
                    {spent.cents()}
                </span>
            </Cell>
            <Cell label="Raised" class="num text-sm">
                <RelativeTime at=raised_at now />
            </Cell>
        </TableRow>
    }
}
