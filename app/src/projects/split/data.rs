//! What the page of a project's split reads.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::budget::{BudgetGroup, OwnBudget};
use domain::page::Page;
use domain::project::{MemberQuery, ProjectFacts};
use domain::view::Member;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// How a project's total is split over categories and members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitView {
    /// The project.
    pub facts: ProjectFacts,
    /// Its group, if it has one.
    pub group: Option<BudgetGroup>,
    /// Its own budgets, with the shares of the members on the page.
    pub budgets: Vec<SharedBudget>,
    /// A page of the members.
    pub members: Page<Member>,
    /// May change the group, and whether member limits are enforced.
    pub may_manage: bool,
    /// May give members fixed shares.
    pub may_set_shares: bool,
}

/// A budget of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedBudget {
    /// The budget.
    pub budget: OwnBudget,
    /// How it is shared out among all members.
    pub words: String,
}

/// Reads the split of a project.
#[server(prefix = "/data", endpoint = "project-split")]
pub async fn read_split(name: String, query: MemberQuery) -> Result<WithServerTime<SplitView>, PageError> {
    use domain::actor::Target;
    use domain::error::Refusal;
    use domain::permission::{ManageBudgets, Permission, SetMemberShares, ViewMemberShares};
    use domain::project::ProjectKind;
    use services::views::{project_budgets, project_page};
    crate::page::load_page(|services, caller| async move {
        let name = crate::request::parse_project(&name)?;
        let project = project_page::load(&services, &caller, &name, &query).await?;
        let target = Target::Project(project.facts.id);
        let scope = caller.can::<ViewMemberShares>(target)?.into();
        if project.facts.kind == ProjectKind::Personal {
            return Err(Refusal::NotFound.into());
        }
        let budgets = project_budgets::of_project(&services, &scope, project.facts.id).await?;
        let group = project_budgets::active_group(&services, &scope, project.facts.id, &budgets).await?;
        let on_page = |budget: OwnBudget| {
            let words = budget.shares_in_words();
            let shown = |user| project.members.rows.iter().any(|member| member.user_id == user);
            let allocations = budget.allocations.into_iter().filter(|allocation| shown(allocation.user)).collect();
            SharedBudget { words, budget: OwnBudget { allocations, ..budget } }
        };
        let may_manage = caller.can::<ManageBudgets>(target).is_ok();
        let may_set_shares = caller.can::<SetMemberShares>(target).is_ok()
            && (services.settings().project_admins_set_shares
                || caller.actor.may(Permission::SetMemberShares, Target::Platform));
        let budgets = budgets.into_iter().map(on_page).collect();
        Ok(SplitView { group, budgets, may_manage, may_set_shares, facts: project.facts, members: project.members })
    })
    .await
}
