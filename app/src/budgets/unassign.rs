//! The form that unassigns a budget, on the budget's page and on the page of a user or project that has it.

use super::actions::{UnassignBudgetFromProject, UnassignBudgetFromUser};
use crate::form::ConfirmForm;
use crate::ui::{ButtonKind, ButtonSize, DialogButton};
use domain::budget::Category;
use domain::id::UserId;
use domain::project::ProjectName;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The user or project that a budget is unassigned from.
pub(crate) enum UnassignFrom<'a> {
    User(UserId),
    Project(&'a ProjectName),
}

/// `key` tells the forms of one page apart.
pub(crate) fn unassign_form(
    key: &str,
    budget: &str,
    category: Category,
    from: UnassignFrom<'_>,
    holder: &str,
) -> impl IntoView + use<> {
    let (action, field) = match from {
        UnassignFrom::User(id) => (UnassignBudgetFromUser::url(), ("person", id.to_string())),
        UnassignFrom::Project(name) => (UnassignBudgetFromProject::url(), ("project", name.to_string())),
    };
    let id = format!("unassign-{key}");
    let target = id.clone();
    let fields = vec![field, ("category", category.key().to_owned())];
    let opener = move || {
        view! {
            <DialogButton target kind=ButtonKind::DangerQuiet size=ButtonSize::Small>
                "Unassign"
            </DialogButton>
        }
    };
    view! {
        <ConfirmForm
            action
            fields
            id
            question=format!("Unassign {budget} from {holder}?")
            consequence=format!(
                "{holder} will have no {} budget until you assign another. All other assignments stay.",
                category.title(),
            )
            verb="Unassign budget"
            opener
        />
    }
}
