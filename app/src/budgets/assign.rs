//! Assigning a budget from its own page.

use super::actions::{ASSIGN_TO_PROJECT, ASSIGN_TO_USER, AssignBudget};
use crate::form::{Forms, Hidden, PostForm};
use crate::suggestions::holder_source;
use crate::ui::{Button, Chooser, Icon, Section};
use domain::budget::BudgetRow;
use domain::suggestion::SuggestionKind;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

pub(super) fn section(budget: &BudgetRow, forms: &Forms) -> impl IntoView + use<> {
    let side = format!("Replaces the {} budget that they have", budget.category.title());
    let (to_user, to_project) = (form(budget, forms, false), form(budget, forms, true));
    view! {
        <Section id="assign" title="Assign" side=move || side>
            <div class="grid gap-4">{to_user} {to_project}</div>
        </Section>
    }
}

fn form(budget: &BudgetRow, forms: &Forms, is_project: bool) -> impl IntoView + use<> {
    let id = budget.id;
    let (form, name, label, kind, hint) = if is_project {
        (
            ASSIGN_TO_PROJECT,
            "project",
            "Assign to project",
            SuggestionKind::Project,
            "Name of a shared project, or a part of it.",
        )
    } else {
        (
            ASSIGN_TO_USER,
            "person",
            "Assign to user",
            SuggestionKind::User,
            "Name or e-mail of an active user, or a part of it.",
        )
    };
    let scope = forms.of(form).scope(form);
    view! {
        <PostForm
            action=AssignBudget::url()
            class="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2 @max-p1:grid-cols-[minmax(0,1fr)]"
        >
            <Hidden fields=vec![("budget", id.to_string()), ("is_project", is_project.to_string())] />
            <Provider value=scope>
                <Chooser name label kind source=holder_source(id, is_project) chosen_already="Has it already" hint />
            </Provider>
            // As far down as the label beside it.
            <div class="mt-6.5 flex min-h-9 items-center @max-p1:mt-0">
                <Button icon=Icon::Plus submit=true>
                    {label}
                </Button>
            </div>
        </PostForm>
    }
}
