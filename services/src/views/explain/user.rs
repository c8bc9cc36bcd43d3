//! What a user can do.

use super::check_kept_here;
use super::question::{self, Found};
use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::spend::{Paying, paying};
use crate::views::user_page;
use domain::actor::Standing;
use domain::budget::AssignedBudget;
use domain::explain::{
    AccessUser, BudgetAccess, Explanation, NamedProject, Obstacle, ProjectAccess, Step, StepKind, Subject, UserAccess,
    UserAnswer, grantor, steps_of_member,
};
use domain::permission::{Permission, ViewAccessMatrix};
use domain::project::ProjectName;
use domain::spend::UserRef;
use domain::user::Assignment;
use domain::view::UserDetail;

/// Explains what a user can do: on the platform and in each project, or in one project, there also which budget pays. At
/// most three statements.
///
/// # Errors
/// [`domain::error::Refusal::Rule`] where the identity provider keeps the rights.
pub async fn user(
    services: &Services,
    _can: &Can<ViewAccessMatrix>,
    user: &UserRef,
    project: Option<&ProjectName>,
    permission: Option<Permission>,
) -> Result<UserAnswer, Error> {
    user_for_operator(services, user, project, permission).await
}

/// The same for an operator at the command line.
///
/// # Errors
/// As [`user`].
pub async fn user_for_operator(
    services: &Services,
    user: &UserRef,
    project: Option<&ProjectName>,
    permission: Option<Permission>,
) -> Result<UserAnswer, Error> {
    check_kept_here(services)?;
    let found = question::find(services, user, project).await?;
    let Found { user: Some(found), project: in_project } = found else { return Ok(UserAnswer::UnknownUser) };
    if project.is_some() && in_project.is_none() {
        return Ok(UserAnswer::UnknownProject);
    }
    let detail = user_page::read(services, found.id).await?;
    let standing = Standing { mode: services.settings.mode, role: detail.role, kind: detail.kind };
    let subject = Subject {
        standing,
        role_granted: found.role_event.granted(detail.role),
        status: detail.status,
        password_change_due: found.password_change_due,
    };
    let budgets = match &in_project {
        Some((project, name)) if services.settings.budgets => {
            let paying = paying(services, found.id, name).await?;
            paying.into_iter().map(|paying| in_a_project(paying, project, &detail)).collect()
        }
        _ => detail.budgets.iter().map(outside_of_projects).collect(),
    };
    let answer = Answer { subject: &subject, detail: &detail, permission };
    Ok(UserAnswer::Access(Box::new(UserAccess {
        obstacle: subject.obstacle_of_account(),
        explanations: answer.explanations(in_project.as_ref().map(|(_, name)| name)),
        projects: if in_project.is_none() { answer.projects() } else { Vec::new() },
        user: access_user(&detail),
        project: in_project.map(|(project, _)| project),
        budgets,
    })))
}

fn access_user(detail: &UserDetail) -> AccessUser {
    let UserDetail { id, kind, status, role, .. } = *detail;
    AccessUser { id, name: detail.name.clone(), email: detail.email.clone(), kind, status, role }
}

/// The facts that the rules decide about.
struct Answer<'a> {
    subject: &'a Subject,
    detail: &'a UserDetail,
    permission: Option<Permission>,
}

impl Answer<'_> {
    fn explanations(&self, project: Option<&ProjectName>) -> Vec<Explanation> {
        let assignment = project.map(|name| self.detail.projects.iter().find(|held| held.name == *name));
        let is_included = |permission: &Permission| match self.permission {
            Some(chosen) => *permission == chosen,
            None => self.subject.standing.mode.has(*permission),
        };
        let explained = Permission::ALL
            .iter()
            .copied()
            .filter(is_included)
            .map(|permission| self.subject.explain(permission, assignment));
        // Without a chosen permission those alone that something grants: the rest is the table.
        explained.filter(|explained| self.permission.is_some() || !explained.paths.is_empty()).collect()
    }

    fn projects(&self) -> Vec<ProjectAccess> {
        let access = self.detail.projects.iter().map(|held| self.project(held));
        let is_included =
            |access: &ProjectAccess| self.permission.is_none_or(|chosen| access.permissions.contains(&chosen));
        access.filter(is_included).collect()
    }

    fn project(&self, assignment: &Assignment) -> ProjectAccess {
        let kind = self.subject.standing.kind;
        let role = assignment.role.effective_for(kind).counts_as();
        let of_membership = |permission: &Permission| self.subject.standing.mode.scope(*permission, role).is_some();
        ProjectAccess {
            steps: steps_of_member(assignment, kind),
            permissions: Permission::ALL.iter().copied().filter(of_membership).collect(),
            obstacle: (!assignment.is_open)
                .then_some(Obstacle::ClosedToExternalUsers)
                .or_else(|| self.subject.obstacle_of_account()),
            assignment: assignment.clone(),
        }
    }
}

fn in_a_project(paying: Paying, project: &NamedProject, detail: &UserDetail) -> BudgetAccess {
    let Paying { category, budget, is_of_project, share, denial } = paying;
    let own = budget.as_ref().and_then(|(budget, ..)| detail.budgets.iter().find(|held| held.id == budget.id));
    let steps = match (&budget, is_of_project, own) {
        (None, ..) => Vec::new(),
        (Some((budget, ..)), true, _) => {
            vec![Step::new(StepKind::Project, &project.title), Step::new(StepKind::Budget, &budget.name)]
        }
        (Some(_), false, Some(own)) => steps_of_budget(own),
        (Some((budget, ..)), false, None) => vec![Step::new(StepKind::Budget, &budget.name)],
    };
    let since = budget.as_ref().map(|(.., since)| *since);
    let budget = budget.map(|(budget, limits, _)| (budget.id, budget.name, limits));
    BudgetAccess { category, budget, share, steps, since, denial }
}

fn outside_of_projects(budget: &AssignedBudget) -> BudgetAccess {
    BudgetAccess {
        category: budget.category,
        budget: Some((budget.id, budget.name.clone(), budget.limits)),
        share: None,
        steps: steps_of_budget(budget),
        since: Some(budget.since),
        denial: None,
    }
}

fn steps_of_budget(budget: &AssignedBudget) -> Vec<Step> {
    let named = Step::new(StepKind::Budget, &budget.name);
    let by = if budget.is_default {
        Step::new(StepKind::Rule, "Default budget of its category")
    } else {
        grantor(budget.assigned_by.clone())
    };
    vec![named, by]
}
