//! Editing a budget, also when another user saved it first.

use super::actions::EditBudget;
use super::assigned_words::assigned_words;
use super::data::{BudgetToEdit, ReadBudgetToEdit};
use super::form::{fields, labels};
use crate::form::{Edited, FieldColumn, FormFields};
use crate::page::crumbs::below;
use crate::page::{LazyPage, PageData, WithServerTime, loaded, use_page};
use crate::paths;
use crate::ui::{Crumb, FormFoot, PageBody, PageHead};
use domain::budget::{BudgetQuery, BudgetRow};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The form of a budget.
pub struct EditBudgetPage {
    page: PageData<BudgetToEdit>,
}

impl LazyPage for EditBudgetPage {
    fn load() -> Self {
        let params = use_params_map();
        Self { page: use_page(move || ReadBudgetToEdit { id: params.read().get("id").unwrap_or_default() }) }
    }

    fn view(self) -> AnyView {
        loaded(self.page, |dated, forms| form_page(dated, forms.of("edit-budget"))).into_any()
    }
}

fn form_page(dated: WithServerTime<BudgetToEdit>, state: FormFields) -> impl IntoView {
    let WithServerTime { now, data: BudgetToEdit { budget, time_zones } } = dated;
    let crumbs =
        below::<BudgetQuery>([Crumb::link(budget.name.clone(), paths::budget(budget.id)), Crumb::here("Edit")]);
    let title = format!("Edit {}", budget.name);
    let edited = Edited {
        action: EditBudget::url(),
        form: "edit-budget",
        what: "budget",
        target: ("budget", budget.id.to_string()),
        version: budget.version,
        stored: budget.form_fields(),
        now,
        discard_href: paths::budget(budget.id),
        class: None,
    };
    view! {
        <Title text=title.clone() />
        <PageHead crumbs title />
        <PageBody>{edited.form(state, |state| edit_fields(budget, time_zones, state))}</PageBody>
    }
}

fn edit_fields(budget: BudgetRow, time_zones: Vec<String>, state: FormFields) -> AnyView {
    let changes = match budget.user_count + budget.project_count {
        0 => "Not assigned yet, so the change affects no user and no project.".to_owned(),
        _ => {
            let holders = assigned_words(budget.user_count, budget.project_count);
            format!("The new limits apply at once to {holders}.")
        }
    };
    let back = paths::budget(budget.id);
    view! {
        <FieldColumn form="edit-budget" state fact="Not saved." labels=labels()>
            {fields(Some(&budget), time_zones)}
            <p class="text-sm text-ink-2">{changes}</p>
            <FormFoot cancel=back submit="Save budget" />
        </FieldColumn>
    }
    .into_any()
}
