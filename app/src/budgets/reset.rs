//! The form that resets a budget by hand, on the page of a user or project that has it.

use super::actions::{ResetBudgetOfProject, ResetBudgetOfUser};
use crate::form::ConfirmForm;
use crate::ui::{ButtonKind, ButtonSize, DialogButton};
use domain::budget::{AssignedBudget, Category, Usage};
use domain::id::{ProjectId, UserId};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The user or project whose window is reset.
#[derive(Clone, Copy)]
pub(crate) enum ResetOf {
    User(UserId),
    Project(ProjectId),
}

/// Nothing where the spend is not shown.
pub(crate) fn reset_form(budget: &AssignedBudget, of: ResetOf, holder: &str) -> Option<impl IntoView + use<>> {
    let (category, usage) = (budget.category, budget.usage.as_ref()?);
    let (action, field) = match of {
        ResetOf::User(id) => (ResetBudgetOfUser::url(), ("user", id.to_string())),
        ResetOf::Project(id) => (ResetBudgetOfProject::url(), ("project", id.to_string())),
    };
    let id = format!("reset-{}", category.key());
    let target = id.clone();
    let opener = move || {
        view! {
            <DialogButton target kind=ButtonKind::Quiet size=ButtonSize::Small>
                "Reset now"
            </DialogButton>
        }
    };
    let fields = vec![field, ("category", category.key().to_owned())];
    Some(view! {
        <ConfirmForm
            action
            fields
            id
            question=format!("Reset the {} budget of {holder} now?", category.title())
            consequence=consequence(category, usage)
            verb="Reset budget"
            kind=ButtonKind::Primary
            opener
        />
    })
}

fn consequence(category: Category, usage: &Usage) -> String {
    let reserved =
        if usage.reserved.is_zero() { "" } else { " Calls that are running are counted in the window that ends." };
    format!(
        "The window of the {} budget ends now. The {} spent so far is kept in it. The next window begins now with $0.00 \
         spent.{reserved}",
        category.title(),
        usage.spent.exact(),
    )
}
