//! What a user holds: projects and budgets, from a row of the view `user_holdings`.

use super::usage::{AssignedRow, with_defaults};
use crate::Services;
use crate::actor::project_role;
use crate::error::Error;
use crate::projects::{stored_kind, stored_name};
use domain::budget::AssignedBudget;
use domain::id::ProjectId;
use domain::project::ProjectKind;
use domain::user::{Assignment, DefaultCandidate, UserKind, default_project};
use serde::Deserialize;
use time::OffsetDateTime;

/// What a user holds.
pub(super) struct Holdings {
    /// By title, the personal one last; those too that are not open to external users.
    pub(super) projects: Vec<Assignment>,
    /// At most one a category and in the order of the categories, with the default ones; none where budgets are switched
    /// off.
    pub(super) budgets: Vec<AssignedBudget>,
}

/// A project in a row of `user_holdings`.
#[derive(Debug, Deserialize)]
pub(super) struct ProjectRow {
    id: ProjectId,
    name: String,
    title: String,
    project_type: String,
    is_project_admin: bool,
    is_only_admin: bool,
    is_default: bool,
    granted_by: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    since: OffsetDateTime,
}

impl Holdings {
    /// From a row of `user_holdings` and the default budgets of the user.
    ///
    /// # Errors
    /// What is stored cannot be read.
    pub(super) fn of(
        services: &Services,
        kind: UserKind,
        projects: Vec<ProjectRow>,
        budgets: Vec<AssignedRow>,
        defaults: Vec<AssignedRow>,
    ) -> Result<Self, Error> {
        let projects = projects.into_iter().map(|project| assignment(services, kind, project));
        let mut projects = projects.collect::<Result<Vec<_>, _>>()?;
        // The view does not know which projects are open to external users.
        let default = default_project(projects.iter().map(|project| DefaultCandidate {
            name: project.name.as_str(),
            is_personal: project.kind == ProjectKind::Personal,
            is_open: project.is_open,
            is_stored: project.is_default,
        }));
        for (place, project) in projects.iter_mut().enumerate() {
            project.is_default = default == Some(place);
        }
        if !services.settings.budgets {
            return Ok(Self { projects, budgets: Vec::new() });
        }
        let now = services.clock.now();
        let own = budgets.into_iter().map(|budget| budget.read(now, true)).collect::<Result<_, _>>()?;
        Ok(Self { projects, budgets: with_defaults(own, defaults, now)? })
    }
}

fn assignment(services: &Services, user_kind: UserKind, row: ProjectRow) -> Result<Assignment, Error> {
    let kind = stored_kind(&row.project_type)?;
    Ok(Assignment {
        project_id: row.id,
        is_open: kind == ProjectKind::Personal || services.settings.is_open_to(user_kind, &row.name),
        name: stored_name(&row.name)?,
        title: row.title,
        kind,
        role: project_role(kind == ProjectKind::Personal, row.is_project_admin),
        is_only_admin: row.is_only_admin,
        is_default: row.is_default,
        granted_by: row.granted_by,
        since: Some(row.since),
    })
}

/// How many of the projects are shared.
pub(super) fn count_shared(projects: &[Assignment]) -> i64 {
    let count = projects.iter().filter(|project| project.kind == ProjectKind::Shared).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}
