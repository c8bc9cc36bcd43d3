//! What can be done to budgets.

use crate::error::PageError;
use crate::form::FormOutcome;
use domain::budget::{BudgetFields, Category};
use domain::draft::EditBasis;
use domain::id::BudgetId;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Choice, Done, Form},
    crate::paths,
    crate::request::{parse_id, parse_project, permitted},
    crate::suggestions,
    domain::budget::{BudgetDraft, HolderCounts},
    domain::draft::{Edit, Precondition},
    domain::error::Refusal,
    domain::form::FieldErrors,
    domain::id::EventId,
    domain::permission::ManageBudgets,
    domain::shortened::shortened,
    domain::suggestion::{SuggestionKind, TYPED},
    domain::violation::Violation,
    leptos::server_fn::ServerFn,
    services::budgets,
    services::spend::{self, WindowSubject},
    services::undo::Changed,
};

/// Creates a budget.
#[server(prefix = "/act", endpoint = "budgets/create")]
pub async fn create_budget(#[server(flatten)] fields: BudgetFields) -> Result<FormOutcome, PageError> {
    let form = Form::new("create-budget", fields.values());
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let draft = BudgetDraft::parse_form(&fields)?;
        let id = budgets::create(&services, &can, None, &draft).await?;
        Ok(Done::at(paths::budget(id)).with_notice("Budget created. Assign it to users or projects."))
    })
    .await
}

/// Changes a budget for each user and project that has it.
#[server(prefix = "/act", endpoint = "budgets/edit")]
pub async fn edit_budget(
    budget: String,
    version: i64,
    #[server(flatten)] fields: BudgetFields,
    #[server(default)] basis: EditBasis,
) -> Result<FormOutcome, PageError> {
    // What the form was rendered with goes back too, so that another user's save is never overwritten unseen.
    let form =
        Form::new("edit-budget", fields.values()).keeping("version", version.to_string()).keeping_all(basis.kept());
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let id: BudgetId = parse_id(&budget)?;
        let draft = BudgetDraft::parse_form(&fields)?;
        let edit = Edit::new(Precondition::FormVersion { version, basis }, move |stored: BudgetDraft| {
            Ok(BudgetDraft { description: stored.description, ..draft })
        });
        let merge = budgets::edit(&services, &can, id, edit).await?;
        Ok(Done::at(paths::budget(id)).with_notice(merge.notice("Budget saved. The new limits hold at once.")))
    })
    .await
}

/// Deletes a budget. The holders are those that the user confirmed: others lose nothing.
#[server(prefix = "/act", endpoint = "budgets/delete")]
pub async fn delete_budget(
    budget: String,
    users: i64,
    projects: i64,
    deleted_projects: i64,
    fingerprint: i64,
) -> Result<FormOutcome, PageError> {
    let form = Form::new("delete-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let counts = HolderCounts { users, projects, deleted_projects, fingerprint };
        let deleted = budgets::delete(&services, &can, parse_id(&budget)?, counts).await?;
        let (done, name) = (Done::at(paths::BUDGETS), shortened(&deleted.name));
        Ok(match deleted.event {
            Some(event) => done.with_undo(
                format!("Budget {name} deleted."),
                UndoBudgetDeletion::url(),
                [("event", &event.to_string())],
            ),
            None => done.with_notice(format!("Budget {name} unassigned from {counts} and deleted.")),
        })
    })
    .await
}

/// Restores the budget that one's own change deleted.
#[server(prefix = "/act", endpoint = "budgets/undo-deletion")]
pub async fn undo_budget_deletion(event: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("delete-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let (budget, name) = budgets::undo_deletion(&services, &can, parse_id::<EventId>(&event)?).await?;
        Ok(Done::at(paths::budget(budget)).with_notice(format!("Restored budget {}.", shortened(&name))))
    })
    .await
}

/// Name of the form that assigns a budget of a category.
pub(super) const fn assign_form_name(category: Category) -> &'static str {
    match category {
        Category::Platform => "assign-platform",
        Category::Cli => "assign-cli",
        Category::PremiumModels => "assign-premium-models",
    }
}

/// Assigns a budget to a user, in place of the one of its category: the budget chosen, or the one that is typed.
#[server(prefix = "/act", endpoint = "budgets/assign-to-user")]
pub async fn assign_budget_to_user(
    #[server(default)] budget: String,
    person: String,
    #[server(default)] category: String,
    #[server(default)] typed: String,
) -> Result<FormOutcome, PageError> {
    assign(budget, &category, &typed, |budget| async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let changed = budgets::assign_to_user(&services, &can, parse_budget(&budget)?, parse_id(&person)?).await?;
        Ok(changed_here(&changed, "assigned", UndoAssignment::url()))
    })
    .await
}

/// Assigns a budget to a project, in place of the one of its category: the budget chosen, or the one that is typed.
#[server(prefix = "/act", endpoint = "budgets/assign-to-project")]
pub async fn assign_budget_to_project(
    #[server(default)] budget: String,
    project: String,
    #[server(default)] category: String,
    #[server(default)] typed: String,
) -> Result<FormOutcome, PageError> {
    assign(budget, &category, &typed, |budget| async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let (budget, project) = (parse_budget(&budget)?, parse_project(&project)?);
        let changed = budgets::assign_to_project(&services, &can, budget, &project).await?;
        Ok(changed_here(&changed, "assigned", UndoAssignment::url()))
    })
    .await
}

#[cfg(feature = "ssr")]
async fn assign<A>(
    budget: String,
    category: &str,
    typed: &str,
    action: impl FnOnce(String) -> A,
) -> Result<FormOutcome, PageError>
where
    A: Future<Output = Result<Done, services::Error>> + Send + 'static,
{
    let category = Category::parse(category).ok();
    let name = category.map_or("assign-budget", assign_form_name);
    let form = Form::new(name, [("budget", budget.as_str()), (TYPED, typed)]);
    let choice = Choice { field: "budget", kind: SuggestionKind::Budget, value: budget, typed };
    form.submit_choice(choice, suggestions::budgets(typed, category), action).await
}

/// Name of the form that assigns a budget to a user.
pub(super) const ASSIGN_TO_USER: &str = "assign-to-user";

/// Name of the form that assigns a budget to a project.
pub(super) const ASSIGN_TO_PROJECT: &str = "assign-to-project";

/// Assigns a budget from its own page, to the user or project that is chosen, or that is typed. It replaces the one of
/// its category.
#[server(prefix = "/act", endpoint = "budgets/assign")]
pub async fn assign_budget(
    budget: BudgetId,
    is_project: bool,
    #[server(default)] person: String,
    #[server(default)] project: String,
    #[server(default)] typed: String,
) -> Result<FormOutcome, PageError> {
    let (form, field, kind, value) = if is_project {
        (ASSIGN_TO_PROJECT, "project", SuggestionKind::Project, project)
    } else {
        (ASSIGN_TO_USER, "person", SuggestionKind::User, person)
    };
    let form = Form::new(form, [(field, value.as_str()), (TYPED, &typed)]);
    let choice = Choice { field, kind, value, typed: &typed };
    let assign = |holder: String| async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let changed = if is_project {
            budgets::assign_to_project(&services, &can, budget, &parse_project(&holder)?).await?
        } else {
            budgets::assign_to_user(&services, &can, budget, parse_id(&holder)?).await?
        };
        Ok(changed_here(&changed, "assigned", UndoAssignment::url()))
    };
    form.submit_choice(choice, suggestions::holders(&typed, budget, is_project), assign).await
}

/// Unassigns the budget of a category from a user.
#[server(prefix = "/act", endpoint = "budgets/unassign-from-user")]
pub async fn unassign_budget_from_user(person: String, category: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("unassign-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let changed = budgets::unassign_user(&services, &can, parse_id(&person)?, parse_category(&category)?).await?;
        Ok(changed_here(&changed, "unassigned", UndoUnassignment::url()))
    })
    .await
}

/// Unassigns the budget of a category from a project.
#[server(prefix = "/act", endpoint = "budgets/unassign-from-project")]
pub async fn unassign_budget_from_project(project: String, category: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("unassign-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let (project, category) = (parse_project(&project)?, parse_category(&category)?);
        let changed = budgets::unassign_project(&services, &can, &project, category).await?;
        Ok(changed_here(&changed, "unassigned", UndoUnassignment::url()))
    })
    .await
}

/// Ends the window of a user's budget of a category and begins the next one.
#[server(prefix = "/act", endpoint = "budgets/reset-of-user")]
pub async fn reset_budget_of_user(user: String, category: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("reset-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let (subject, category) = (WindowSubject::User(parse_id(&user)?), parse_category(&category)?);
        spend::reset(&services, &can, subject, category).await?;
        Ok(Done::here().with_notice(reset_notice(category)))
    })
    .await
}

/// Ends the window of a project's budget of a category and begins the next one.
#[server(prefix = "/act", endpoint = "budgets/reset-of-project")]
pub async fn reset_budget_of_project(project: String, category: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("reset-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let (subject, category) = (WindowSubject::Project(parse_id(&project)?), parse_category(&category)?);
        spend::reset(&services, &can, subject, category).await?;
        Ok(Done::here().with_notice(reset_notice(category)))
    })
    .await
}

#[cfg(feature = "ssr")]
fn reset_notice(category: Category) -> String {
    format!("{} budget reset. The next window has begun.", category.title())
}

/// Makes a budget the default of its category, or ends that.
#[server(prefix = "/act", endpoint = "budgets/set-default")]
pub async fn set_default_budget(budget: String, is_default: bool) -> Result<FormOutcome, PageError> {
    let form = Form::new("default-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let name = budgets::set_default(&services, &can, parse_id(&budget)?, is_default).await?;
        let (name, not) = (shortened(&name), if is_default { "" } else { "no longer " });
        Ok(Done::here().with_notice(format!("Budget {name} is {not}the default for its category.")))
    })
    .await
}

#[cfg(feature = "ssr")]
fn changed_here(changed: &Changed, done: &str, undo: &str) -> Done {
    let name = shortened(&changed.name);
    match changed.event {
        Some(event) => Done::here().with_undo(format!("Budget {name} {done}."), undo, [("event", &event.to_string())]),
        None => Done::here().with_notice(format!("Budget {name} was {done} already.")),
    }
}

/// Undoes one's own assignment: the budget that it replaced is assigned again.
#[server(prefix = "/act", endpoint = "budgets/undo-assignment")]
pub async fn undo_assignment(event: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("assign-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let name = budgets::undo_assignment(&services, &can, parse_id::<EventId>(&event)?).await?;
        Ok(Done::here().with_notice(format!("Assignment of budget {} undone.", shortened(&name))))
    })
    .await
}

/// Assigns the budget again that one's own change unassigned.
#[server(prefix = "/act", endpoint = "budgets/undo-unassignment")]
pub async fn undo_unassignment(event: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("unassign-budget", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageBudgets>()?;
        let name = budgets::undo_unassignment(&services, &can, parse_id::<EventId>(&event)?).await?;
        Ok(Done::here().with_notice(format!("Restored budget {}.", shortened(&name))))
    })
    .await
}

#[cfg(feature = "ssr")]
fn parse_budget(raw: &str) -> Result<BudgetId, FieldErrors> {
    parse_id(raw).map_err(|_| FieldErrors::one("budget", Violation::unknown_choice("a budget")))
}

#[cfg(feature = "ssr")]
fn parse_category(raw: &str) -> Result<Category, Refusal> {
    Category::parse(raw).map_err(|_| Refusal::NotFound)
}
