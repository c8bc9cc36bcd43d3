//! What narrows the page: a project, a user, a category.

use crate::form::Hidden;
use crate::page::project_chip;
use crate::paths;
use crate::ui::{ButtonKind, Choice, FilterChip, FixedFilterChip, LinkButton};
use domain::budget::Category;
use domain::spending::{Spending, SpendingQuery};
use leptos::prelude::*;

const SUBMIT: &str = "Show spend";

pub(super) fn bar(data: &Spending, query: &SpendingQuery) -> AnyView {
    let clear = query.is_filtered().then(|| {
        view! {
            <LinkButton href=paths::spending(&query.unfiltered()) kind=ButtonKind::Quiet>
                "Clear"
            </LinkButton>
        }
    });
    view! {
        <form method="get" action=paths::SPENDING role="search" aria-label="Filters" class="flex flex-wrap items-center gap-2 px-gutter py-2.5 print:hidden">
            <Hidden fields=query.unfiltered().to_params() />
            {project(data, query)} {user(data, query)} {category(query)} {clear}
        </form>
    }
    .into_any()
}

fn project(data: &Spending, query: &SpendingQuery) -> AnyView {
    let from = query.from_first();
    let address = move |project| paths::spending(&SpendingQuery { project, ..from.clone() });
    project_chip(query.project.as_ref(), data.project.clone(), SUBMIT, address)
}

/// A user is chosen in the breakdown by user.
fn user(data: &Spending, query: &SpendingQuery) -> Option<AnyView> {
    let id = query.user?.to_string();
    let name = data.user_title();
    let href = paths::spending(&SpendingQuery { user: None, ..query.from_first() });
    Some(view! { <FixedFilterChip name="user" value=id label="User" title=name clear_href=href /> }.into_any())
}

fn category(query: &SpendingQuery) -> AnyView {
    let options = Category::ALL.map(|category| Choice::new(category.key(), category.title())).into();
    let selected = query.category.map(|category| category.key().to_owned());
    let clear_href = paths::spending(&SpendingQuery { category: None, ..query.from_first() });
    view! {
        <FilterChip id="filter-category" name="category" label="Category" options selected clear_href submit=SUBMIT />
    }
    .into_any()
}
