//! What the pages of Budgets management read.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::budget::{BudgetDetail, BudgetQuery, BudgetRow, HolderCounts};
use domain::litellm::PushState;
use domain::page::Page;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A budget's page, with what the viewer may do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetView {
    /// Facts and assignments.
    pub detail: BudgetDetail,
    /// May edit, assign and delete it.
    pub may_manage: bool,
    /// May see the audit log.
    pub may_view_events: bool,
    /// How far it has come in LiteLLM, where budgets are pushed there.
    pub pushed: Option<PushState>,
}

/// What the form of a new budget needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewBudget {
    /// The time zones to suggest.
    pub time_zones: Vec<String>,
}

/// What the form that edits a budget needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetToEdit {
    /// Facts.
    pub budget: BudgetRow,
    /// The time zones to suggest.
    pub time_zones: Vec<String>,
}

/// What the page that deletes a budget shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetToDelete {
    /// Facts and the latest assignments.
    pub detail: BudgetDetail,
    /// Who loses it, counted to the end.
    pub holders: HolderCounts,
}

/// Reads a page of the list of budgets.
#[server(prefix = "/data", endpoint = "budgets")]
pub async fn list_budgets(query: BudgetQuery) -> Result<WithServerTime<Page<BudgetRow>>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        services::views::budgets::list(&services, &caller.can(Target::Platform)?, &query).await
    })
    .await
}

/// Reads a budget's page.
#[server(prefix = "/data", endpoint = "budget")]
pub async fn read_budget(id: String) -> Result<WithServerTime<BudgetView>, PageError> {
    use domain::actor::Target;
    use domain::permission::Permission;
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        let detail = services::views::budgets::detail(&services, &can, crate::request::parse_id(&id)?).await?;
        let may = |permission| caller.actor.may(permission, Target::Platform);
        let (may_manage, may_view_events) = (may(Permission::ManageBudgets), may(Permission::ViewAuditLog));
        let pushed = services::views::litellm::pushed(&services, &can, &detail.budget.slug).await?;
        Ok(BudgetView { detail, may_manage, may_view_events, pushed })
    })
    .await
}

/// Refuses the form that changes what is declared in a file.
#[cfg(feature = "ssr")]
fn refuse_predefined(budget: &BudgetRow) -> Result<(), domain::error::Refusal> {
    if budget.is_predefined {
        Err(domain::error::Refusal::Forbidden(domain::violation::Violation::PredefinedBudget))
    } else {
        Ok(())
    }
}

/// Reads what the page that deletes a budget shows, for those who may delete it.
#[server(prefix = "/data", endpoint = "budget-to-delete")]
pub async fn read_budget_to_delete(id: String) -> Result<WithServerTime<BudgetToDelete>, PageError> {
    use domain::actor::Target;
    crate::page::load_page(|services, caller| async move {
        let (can, budget) = (caller.can(Target::Platform)?, crate::request::parse_id(&id)?);
        let holders = services::budgets::holders(&services, &can, budget).await?;
        let detail = services::views::budgets::detail(&services, &caller.can(Target::Platform)?, budget).await?;
        refuse_predefined(&detail.budget)?;
        Ok(BudgetToDelete { detail, holders })
    })
    .await
}

/// Opens the form for a new budget to those who may send it.
#[server(prefix = "/data", endpoint = "new-budget")]
pub async fn open_new_budget() -> Result<WithServerTime<NewBudget>, PageError> {
    use domain::actor::Target;
    use domain::permission::ManageBudgets;
    crate::page::load_page(|_, caller| async move {
        caller.can::<ManageBudgets>(Target::Platform)?;
        Ok(NewBudget { time_zones: domain::time_zone::suggested_time_zones() })
    })
    .await
}

/// Reads a budget for its form, for those who may send it.
#[server(prefix = "/data", endpoint = "budget-to-edit")]
pub async fn read_budget_to_edit(id: String) -> Result<WithServerTime<BudgetToEdit>, PageError> {
    use domain::actor::Target;
    use domain::permission::ManageBudgets;
    crate::page::load_page(|services, caller| async move {
        caller.can::<ManageBudgets>(Target::Platform)?;
        let can = caller.can(Target::Platform)?;
        let budget = services::views::budgets::facts(&services, &can, crate::request::parse_id(&id)?).await?;
        refuse_predefined(&budget)?;
        Ok(BudgetToEdit { budget, time_zones: domain::time_zone::suggested_time_zones() })
    })
    .await
}
