//! Columns and filters of a list, as values.

use super::listing::ListQuery;
use crate::ui::{Cell, Choice, FilterChip, Header, Priority, SortHeader, Stacked, Width};
use leptos::prelude::*;
use time::OffsetDateTime;

/// A column: its head, and a cell for each row.
pub(crate) struct Column<Q: ListQuery, R> {
    heading: &'static str,
    cell: fn(&R, OffsetDateTime) -> AnyView,
    sort: Option<Q::Sort>,
    width: Width,
    priority: Priority,
    stacked: fn(&R) -> Stacked,
    class: &'static str,
    is_figures: bool,
    is_labelled: bool,
    is_action: bool,
}

impl<Q: ListQuery, R> Column<Q, R> {
    /// A column as wide as the others leave room for.
    pub(crate) fn new(heading: &'static str, cell: fn(&R, OffsetDateTime) -> AnyView) -> Self {
        Self {
            heading,
            cell,
            sort: None,
            width: Width::default(),
            priority: Priority::default(),
            stacked: |_| Stacked::default(),
            class: "",
            is_figures: false,
            is_labelled: false,
            is_action: false,
        }
    }

    /// Sorts the list by the column.
    pub(crate) fn sorted_by(self, sort: Q::Sort) -> Self {
        Self { sort: Some(sort), ..self }
    }

    /// How wide it is.
    pub(crate) fn width(self, width: Width) -> Self {
        Self { width, ..self }
    }

    /// From which width of the sheet it is shown.
    pub(crate) fn from(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// Where a cell stands once its row is stacked.
    pub(crate) fn stacked(self, stacked: fn(&R) -> Stacked) -> Self {
        Self { stacked, ..self }
    }

    /// How the text of a cell is set.
    pub(crate) fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    /// Figures stand at the right.
    pub(crate) fn figures(self) -> Self {
        Self { is_figures: true, ..self }
    }

    /// Repeats the heading in a cell once its row is stacked.
    pub(crate) fn labelled(self) -> Self {
        Self { is_labelled: true, ..self }
    }

    /// Holds buttons; its heading is for screen readers only.
    pub(crate) fn action(self) -> Self {
        Self { is_action: true, ..self }
    }

    pub(super) fn head(&self, query: &Q) -> AnyView {
        let Self { heading, width, priority, is_figures: figures, is_action, .. } = *self;
        match self.sort {
            Some(sort) => view! { <SortHeader label=heading by=query.head(sort) figures width priority /> }.into_any(),
            None => view! { <Header label=heading figures is_hidden=is_action width priority /> }.into_any(),
        }
    }

    pub(super) fn cell(&self, row: &R, now: OffsetDateTime) -> AnyView {
        let Self { priority, is_figures: figures, is_action: controls, class, .. } = *self;
        let (stacked, content) = ((self.stacked)(row), (self.cell)(row, now));
        let label = if self.is_labelled { self.heading } else { "" };
        view! { <Cell label figures stacked priority controls class>{content}</Cell> }.into_any()
    }
}

/// A line of its own once the row is stacked, if there is something to show.
pub(crate) const fn line_if(is_there: bool) -> Stacked {
    if is_there { Stacked::Line } else { Stacked::Hidden }
}

/// A filter.
pub(crate) enum Filter<Q> {
    /// One of some choices.
    Choice {
        /// The parameter's name.
        name: &'static str,
        /// What is filtered by: "Role".
        label: &'static str,
        /// What there is to choose.
        choices: Vec<Choice>,
        /// The key of the current choice.
        value: Option<&'static str>,
        /// The list without the filter.
        without: Q,
    },
    /// A chip with a field of its own.
    Field(AnyView),
}

impl<Q: ListQuery> Filter<Q> {
    pub(super) fn chip(self, submit: &str) -> AnyView {
        match self {
            Self::Choice { name, label, choices: options, value, without } => {
                let (id, selected) = (format!("filter-{name}"), value.map(str::to_owned));
                view! { <FilterChip id name label options selected clear_href=without.address() submit /> }.into_any()
            }
            Self::Field(chip) => chip,
        }
    }
}
