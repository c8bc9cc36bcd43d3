//! What can be done to the split of a project.

use crate::error::PageError;
use crate::form::FormOutcome;
use domain::budget::group::GroupFields;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::form::{Done, Form},
    crate::paths,
    crate::request::{parse_id, permitted_in},
    domain::budget::{Share, SharePrecondition, ShownShares},
    domain::draft::{Edit, Precondition},
    domain::form::FieldErrors,
    domain::id::GroupId,
    domain::money::Money,
    domain::permission::{EditProject, ManageBudgets, SetMemberShares},
    domain::project::ProjectDraft,
    domain::shortened::shortened,
    domain::text::ShareReason,
    domain::violation::Violation,
    services::{allocations, projects},
};

/// Name of the form of a group.
pub(super) const GROUP_FORM: &str = "budget-group";
/// Name of the form that gives a member a fixed share.
pub(super) const SHARE_FORM: &str = "member-share";

/// Creates a project's budget group.
#[server(prefix = "/act", endpoint = "projects/create-budget-group")]
pub async fn create_budget_group(
    project: String,
    #[server(flatten)] fields: GroupFields,
) -> Result<FormOutcome, PageError> {
    let form = Form::new(GROUP_FORM, fields.values());
    form.submit(async move {
        let (services, can) = permitted_in::<ManageBudgets>(&project).await?;
        allocations::create_group(&services, &can, &fields.parse()?).await?;
        Ok(Done::at(paths::project_split(&project)).with_notice("Split saved. The limits hold at once."))
    })
    .await
}

/// Changes a project's budget group.
#[server(prefix = "/act", endpoint = "projects/edit-budget-group")]
pub async fn edit_budget_group(
    project: String,
    group: String,
    version: i64,
    #[server(flatten)] fields: GroupFields,
) -> Result<FormOutcome, PageError> {
    let form = Form::new(GROUP_FORM, fields.values());
    form.submit(async move {
        let (services, can) = permitted_in::<ManageBudgets>(&project).await?;
        let group: GroupId = parse_id(&group)?;
        allocations::edit_group(&services, &can, group, fields.edit(version)).await?;
        Ok(Done::at(paths::project_split(&project)).with_notice("Split saved. The limits hold at once."))
    })
    .await
}

/// Deletes a project's budget group with its budgets.
#[server(prefix = "/act", endpoint = "projects/delete-budget-group")]
pub async fn delete_budget_group(project: String, group: String, version: i64) -> Result<FormOutcome, PageError> {
    let form = Form::new("delete-budget-group", []);
    form.submit(async move {
        let (services, can) = permitted_in::<ManageBudgets>(&project).await?;
        let group: GroupId = parse_id(&group)?;
        allocations::delete_group(&services, &can, group, version.into()).await?;
        Ok(Done::at(paths::project_split(&project)).with_notice("Budget group deleted. What was spent is kept."))
    })
    .await
}

/// Switches on or off that each member may spend a share of the project's budgets only.
#[server(prefix = "/act", endpoint = "projects/enforce-member-limits")]
pub async fn enforce_member_limits(project: String, is_enforced: bool) -> Result<FormOutcome, PageError> {
    let form = Form::new("enforce-member-limits", []);
    form.submit(async move {
        permitted_in::<ManageBudgets>(&project).await?;
        let (services, can) = permitted_in::<EditProject>(&project).await?;
        let edit = Edit::new(Precondition::None, move |stored: ProjectDraft| {
            Ok(ProjectDraft { member_limits_enforced: is_enforced, ..stored })
        });
        projects::edit(&services, &can, edit).await?;
        let now = if is_enforced { "Each member may spend the own share only." } else { "Member limits are off." };
        Ok(Done::here().with_notice(now))
    })
    .await
}

/// Gives a member a fixed share of a budget.
#[server(prefix = "/act", endpoint = "projects/set-member-share")]
pub async fn set_member_share(
    project: String,
    budget: String,
    person: String,
    hard_limit: String,
    soft_limit: String,
    #[server(default)] reason: String,
    #[server(default)] shown: String,
) -> Result<FormOutcome, PageError> {
    let values = [
        ("budget", budget.as_str()),
        ("person", &person),
        ("hard_limit", &hard_limit),
        ("soft_limit", &soft_limit),
        ("reason", &reason),
    ];
    Form::new(SHARE_FORM, values)
        .submit(async move {
            let (services, can) = permitted_in::<SetMemberShares>(&project).await?;
            let mut errors = FieldErrors::default();
            let member = || Violation::unknown_choice("a member");
            let person = errors.take("person", parse_id(&person).map_err(|_| member()));
            let budget = errors.take("budget", parse_id(&budget).map_err(|_| Violation::unknown_choice("a budget")));
            let hard = errors.take("hard_limit", Money::parse(&hard_limit));
            let soft = errors.take("soft_limit", Money::parse(&soft_limit));
            let reason = errors.take("reason", ShareReason::parse(&reason));
            let (Some(person), Some(budget), Some(hard), Some(soft), Some(reason)) =
                (person, budget, hard, soft, reason)
            else {
                return Err(errors.into());
            };
            let share = Share::new(soft, hard)?;
            let precondition = ShownShares::parse(&shown).precondition(budget, person);
            allocations::set_share(&services, &can, (budget, person), share, Some(&reason), precondition).await?;
            let text = format!("Fixed share of {} set. The other members share the rest of the budget.", share.hard());
            Ok(Done::here().with_notice(text))
        })
        .await
}

/// Gives a member an equal share of a budget again.
#[server(prefix = "/act", endpoint = "projects/clear-member-share")]
pub async fn clear_member_share(
    project: String,
    budget: String,
    person: String,
    #[server(default)] name: String,
    #[server(default)] shown: Option<String>,
) -> Result<FormOutcome, PageError> {
    let form = Form::new("clear-member-share", []);
    form.submit(async move {
        let (services, can) = permitted_in::<SetMemberShares>(&project).await?;
        let (budget, person) = (parse_id(&budget)?, parse_id(&person)?);
        // Where limits are not enforced, the page shows no amount.
        let shown = shown.map(|shown| ShownShares::parse(&shown).precondition(budget, person));
        let precondition = shown.unwrap_or(SharePrecondition::None);
        allocations::clear_share(&services, &can, (budget, person), precondition).await?;
        Ok(Done::here().with_notice(format!("{} has an equal share again.", shortened(&name))))
    })
    .await
}
