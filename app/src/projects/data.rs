//! What the pages of Projects management read.

use crate::error::PageError;
use crate::page::WithServerTime;
use domain::mode::Mode;
use domain::page::Page;
use domain::project::{MemberQuery, ProjectFacts, ProjectQuery, ProjectRow};
use domain::user::ProjectAllowance;
use domain::view::ProjectDetail;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A project's page, with what the viewer may do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectView {
    /// Facts, members, budgets.
    pub project: ProjectDetail,
    /// Where it is kept who works here.
    pub mode: Mode,
    /// May edit it.
    pub may_edit: bool,
    /// May delete it.
    pub may_delete: bool,
    /// May add, change and remove members.
    pub may_manage_members: bool,
    /// May see its budgets at all.
    pub may_view_budgets: bool,
    /// May see how its budgets are shared out among members.
    pub may_view_shares: bool,
    /// May assign budgets.
    pub may_manage_budgets: bool,
    /// May request budgets for it; maintainers assign them.
    pub may_request_budgets: bool,
    /// May open people's pages.
    pub may_view_people: bool,
    /// May open budgets' pages.
    pub may_view_all_budgets: bool,
    /// May see the audit log.
    pub may_view_events: bool,
}

/// What the form for a new project tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewProjectView {
    /// How many more shared projects the maker may be in.
    pub allowance: ProjectAllowance,
    /// Whether the maker becomes a member at all.
    pub mode: Mode,
}

/// Reads a page of the list of projects.
#[server(prefix = "/data", endpoint = "projects")]
pub async fn list_projects(query: ProjectQuery) -> Result<WithServerTime<Page<ProjectRow>>, PageError> {
    crate::page::load_page(|services, caller| async move {
        services::views::projects::list(&services, &caller, &query).await
    })
    .await
}

/// Tells whether a search matches projects of the type that its list leaves out.
#[server(prefix = "/data", endpoint = "projects-of-other-type")]
pub async fn match_other_type(query: ProjectQuery) -> Result<WithServerTime<bool>, PageError> {
    crate::page::load_page(|services, caller| async move {
        services::views::projects::matches_other_type(&services, &caller, &query).await
    })
    .await
}

/// Reads a project's page.
#[server(prefix = "/data", endpoint = "project")]
pub async fn read_project(name: String, query: MemberQuery) -> Result<WithServerTime<ProjectView>, PageError> {
    use domain::actor::Target;
    use domain::permission::Permission;
    use domain::project::ProjectKind;
    crate::page::load_page(|services, caller| async move {
        let name = crate::request::parse_project(&name)?;
        let project = services::views::project_page::load(&services, &caller, &name, &query).await?;
        let target = Target::Project(project.facts.id);
        let shared = project.facts.kind == ProjectKind::Shared;
        let may = |permission| shared && caller.actor.may(permission, target);
        let may_manage_budgets = services.settings().budgets && may(Permission::ManageBudgets);
        Ok(ProjectView {
            mode: caller.actor.mode,
            may_edit: may(Permission::EditProject),
            may_delete: may(Permission::DeleteProject),
            may_manage_members: may(Permission::ManageMembers),
            may_view_budgets: services.settings().budgets && may(Permission::ViewProjectBudgets),
            may_view_shares: services.settings().budgets && may(Permission::ViewMemberShares),
            may_manage_budgets,
            may_request_budgets: services.settings().budgets
                && may(Permission::RequestProjectBudgets)
                && !may_manage_budgets,
            may_view_people: caller.actor.may(Permission::ViewUsers, Target::Platform),
            may_view_events: caller.actor.may(Permission::ViewAuditLog, Target::Platform),
            may_view_all_budgets: caller.actor.may(Permission::ViewBudgets, Target::Platform),
            project,
        })
    })
    .await
}

/// Reads a project's facts for its edit form.
#[server(prefix = "/data", endpoint = "project-facts")]
pub async fn read_project_facts(name: String) -> Result<WithServerTime<ProjectFacts>, PageError> {
    use domain::actor::Target;
    use domain::permission::EditProject;
    crate::page::load_page(|services, caller| async move {
        let facts =
            services::views::project_page::facts(&services, &caller, &crate::request::parse_project(&name)?).await?;
        caller.can::<EditProject>(Target::Project(facts.id))?;
        Ok(facts)
    })
    .await
}

/// Opens the form for a new project to those who may send it, with how many more they may be in.
#[server(prefix = "/data", endpoint = "new-project")]
pub async fn open_new_project() -> Result<WithServerTime<NewProjectView>, PageError> {
    use domain::actor::Target;
    use domain::permission::CreateProject;
    crate::page::load_page(|services, caller| async move {
        caller.can::<CreateProject>(Target::Own)?;
        let allowance = services::views::my_access::load(&services, &caller).await?.allowance;
        Ok(NewProjectView { allowance, mode: caller.actor.mode })
    })
    .await
}
