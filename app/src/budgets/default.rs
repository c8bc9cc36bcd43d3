//! The default of a category, on the page of a budget.

use super::actions::SetDefaultBudget;
use crate::form::{Hidden, PostForm};
use crate::ui::{Button, Section};
use domain::budget::BudgetRow;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// Whether the budget is the default, and for maintainers the button that changes it.
pub(super) fn section(budget: &BudgetRow, may_manage: bool) -> Option<impl IntoView + use<>> {
    let (category, is_default) = (budget.category.title(), budget.is_default);
    let is_declared = budget.default_is_predefined;
    if !is_default && !may_manage {
        return None;
    }
    let text = if is_default {
        format!("It limits every user who has no {category} budget. Each has a window of their own.")
    } else if is_declared {
        format!("The file of predefined budgets says which budget is the default for {category}.")
    } else {
        format!("As the default, it limits every user who has no {category} budget, in place of the present default.")
    };
    let verb = if is_default { "Clear default" } else { "Make default" };
    let fields = vec![("budget", budget.id.to_string()), ("is_default", (!is_default).to_string())];
    let form = (may_manage && !is_declared).then(|| {
        view! {
            <PostForm action=SetDefaultBudget::url()>
                <Hidden fields />
                <Button submit=true>{verb}</Button>
            </PostForm>
        }
    });
    Some(view! {
        <Section id="default" title=format!("Default for {category}")>
            <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
                <p class="max-w-136 text-sm">{text}</p>
                {form}
            </div>
        </Section>
    })
}
