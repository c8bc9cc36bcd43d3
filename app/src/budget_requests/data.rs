//! What the pages of requests read.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::budget::{AssignedBudget, BudgetRequest, BudgetRequestQuery, Category};
use domain::page::Page;
use domain::project::ProjectName;
use domain::suggestion::Suggestion;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A request, with what the viewer may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRequestView {
    /// The request.
    pub request: BudgetRequest,
    /// The budget with the smallest hard limit that is enough.
    pub fitting: Option<Suggestion>,
    /// May decide it, unless it is the viewer's own.
    pub may_decide: bool,
    /// The viewer requested it.
    pub is_own: bool,
}

/// What the form that requests a budget shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBudgetRequest {
    /// What the budget would pay for.
    pub category: Category,
    /// Name and title of the project that it is for; `None` for the viewer.
    pub project: Option<(ProjectName, String)>,
    /// The budget that pays now.
    pub present: Option<AssignedBudget>,
}

/// Reads a page of the list of requests.
#[server(prefix = "/data", endpoint = "budget-requests")]
pub async fn list_budget_requests(query: BudgetRequestQuery) -> Result<WithServerTime<Page<BudgetRequest>>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        services::views::budget_requests::list(&services, &caller.can(Target::Platform)?, &query).await
    })
    .await
}

/// Reads a request.
#[server(prefix = "/data", endpoint = "budget-request")]
pub async fn read_budget_request(id: String) -> Result<WithServerTime<BudgetRequestView>, PageError> {
    use domain::actor::Target;
    use domain::permission::Permission;
    crate::page::load_page(|services, caller| async move {
        let (can, id) = (caller.can(Target::Platform)?, crate::request::parse_id(&id)?);
        let (request, fitting) = services::views::budget_requests::find(&services, &can, id).await?;
        let may_decide = caller.actor.may(Permission::ManageBudgets, Target::Platform);
        let is_own = caller.actor.account() == Some(request.facts.requester_id);
        Ok(BudgetRequestView { request, fitting, may_decide, is_own })
    })
    .await
}

/// Opens the form that requests a budget for the project that is named, or for the viewer.
#[server(prefix = "/data", endpoint = "new-budget-request")]
pub async fn open_new_budget_request(
    category: Option<Category>,
    #[server(default)] project: String,
) -> Result<WithServerTime<NewBudgetRequest>, PageError> {
    use domain::actor::Target;
    use services::views::{budget_requests, project_page};
    let category = category.unwrap_or(Category::Platform);
    crate::page::load_page(|services, caller| async move {
        if project.is_empty() {
            let present = budget_requests::present_of_user(&services, &caller.can(Target::Own)?, category).await?;
            return Ok(NewBudgetRequest { category, project: None, present });
        }
        let name = crate::request::parse_project(&project)?;
        let facts = project_page::facts(&services, &caller, &name).await?;
        let can = caller.can(Target::Project(facts.id))?;
        let present = budget_requests::present_of_project(&services, &can, category).await?;
        let title = facts.title().to_owned();
        Ok(NewBudgetRequest { category, project: Some((facts.name, title)), present })
    })
    .await
}
