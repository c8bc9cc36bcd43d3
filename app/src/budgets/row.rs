//! One budget in the list.

use crate::paths;
use crate::ui::{
    Cell, IconSize, NameCell, Priority, RelativeTime, ShortAmount, Stacked, SvgIcon, TableRow, Tile, category_icon,
    count_words,
};
use domain::budget::BudgetRow;
use leptos::prelude::*;
use time::OffsetDateTime;

/// From which width the soft limit is shown.
pub const SOFT_LIMIT: Priority = Priority::P2;
/// From which width the reset period is shown.
pub const PERIOD: Priority = Priority::P3;
/// From which width the last change is shown.
pub const UPDATED: Priority = Priority::P4;

/// A budget's row: name, category, limits, period, whom it serves, last change.
pub fn budget_row(budget: BudgetRow, now: OffsetDateTime) -> impl IntoView {
    let href = paths::budget(budget.id);
    let icon = category_icon(budget.category);
    let (soft, hard) = (budget.limits.soft(), budget.limits.hard());
    let (category, period, updated) = (budget.category.title(), budget.period.in_words(), budget.updated_at);
    let assigned = assigned_words(budget.user_count, budget.project_count);
    let name = budget.name;
    view! {
        <TableRow>
            <Cell stacked=Stacked::Line>
                <NameCell href name>
                    <Tile icon />
                </NameCell>
            </Cell>
            <Cell>
                <span class="inline-flex items-center gap-1.5 text-sm whitespace-nowrap [&>svg]:text-ink-2">
                    <SvgIcon icon size=IconSize::Small />
                    {category}
                </span>
            </Cell>
            <Cell figures=true stacked=Stacked::Next priority=SOFT_LIMIT label="Soft limit" class="text-ink-2">
                <ShortAmount amount=soft />
            </Cell>
            <Cell figures=true stacked=Stacked::Next label="Hard limit" class="font-strong">
                <ShortAmount amount=hard />
            </Cell>
            <Cell priority=PERIOD label="Resets" class="text-sm">{period}</Cell>
            <Cell stacked=Stacked::Line>
                <span class="num block truncate text-sm">{assigned}</span>
            </Cell>
            <Cell stacked=Stacked::Hidden priority=UPDATED class="num text-sm text-ink-2">
                <RelativeTime at=updated now />
            </Cell>
        </TableRow>
    }
}

/// "9,412 people, 1 project", or "Nobody".
pub fn assigned_words(people: i64, projects: i64) -> String {
    let people_words = match people {
        0 => None,
        1 => Some("1 person".to_owned()),
        many => Some(format!("{} people", count_words(many))),
    };
    let project_words = match projects {
        0 => None,
        1 => Some("1 project".to_owned()),
        many => Some(format!("{} projects", count_words(many))),
    };
    let words: Vec<String> = people_words.into_iter().chain(project_words).collect();
    if words.is_empty() { "Nobody".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::assigned_words;

    #[test]
    fn whom_a_budget_serves_reads_as_a_phrase() {
        assert_eq!(assigned_words(0, 0), "Nobody");
        assert_eq!(assigned_words(1, 0), "1 person");
        assert_eq!(assigned_words(9_412, 1), "9,412 people, 1 project");
        assert_eq!(assigned_words(10_001, 0), "10,000+ people");
        assert_eq!(assigned_words(0, 2), "2 projects");
    }
}
