//! `bursar explain`

use super::CommandError;
use super::operate::with_database;
use crate::api::{HolderItem, UserAccessDetail};
use crate::cli::{Explain, ExplainFormat, Question};
use crate::config::Config;
use domain::error::Refusal;
use domain::explain::{BudgetAccess, Explanation, Obstacle, ProjectAccess, Step, UserAccess, UserAnswer};
use domain::page::{Cursor, PageSize};
use domain::permission::{Permission, Scope};
use domain::project::ProjectName;
use services::Services;
use services::views::explain;
use std::fmt::{self, Display};
use std::io::{self, Write as _};
use time::OffsetDateTime;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// No user has it.
    #[error("No user has this id, e-mail address or username.")]
    UnknownUser,
    /// There is no such project.
    #[error("No project in use has this technical name.")]
    UnknownProject,
}

pub(super) async fn run(config: &Config, args: &Explain) -> Result<(), CommandError> {
    with_database(config, async |services| match &args.question {
        Question::User { user, project } => {
            let answer = explain::user_for_operator(services, user, project.as_ref(), None).await?;
            match answer {
                UserAnswer::Access(access) => print_access(*access, args.format),
                UserAnswer::UnknownUser => Err(ExplainError::UnknownUser.into()),
                UserAnswer::UnknownProject => Err(ExplainError::UnknownProject.into()),
            }
        }
        Question::Who { permission, project } => {
            print_holders(services, *permission, project.as_ref(), args.format).await
        }
    })
    .await
}

fn print_access(access: UserAccess, format: ExplainFormat) -> Result<(), CommandError> {
    print(&match format {
        ExplainFormat::Json => serde_json::to_string_pretty(&UserAccessDetail::from(access))? + "\n",
        ExplainFormat::Text => AsText(&access).to_string(),
    });
    Ok(())
}

/// Prints page by page, so that the answer never has to fit into memory.
async fn print_holders(
    services: &Services,
    permission: Permission,
    project: Option<&ProjectName>,
    format: ExplainFormat,
) -> Result<(), CommandError> {
    let size = PageSize::for_programs(PageSize::MOST_FOR_PROGRAMS);
    let size = size.map_err(Refusal::Rule).map_err(services::Error::from)?;
    let mut cursor: Option<Cursor> = None;
    loop {
        let found = explain::holders_for_operator(services, permission, project, cursor.as_ref(), size).await;
        let found = match found.map_err(Refusal::from) {
            Err(Refusal::NotFound) => return Err(ExplainError::UnknownProject.into()),
            found => found.map_err(services::Error::from)?,
        };
        for row in found.page.rows {
            let user = format!("{} <{}>", row.user.name, row.user.email);
            print(&match format {
                ExplainFormat::Json => serde_json::to_string(&HolderItem::from(row))? + "\n",
                ExplainFormat::Text => lines(&user, &row.explanation),
            });
        }
        cursor = found.page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// A reader that closes the pipe, such as `head`, is no error.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// What a user can do, for people.
struct AsText<'a>(&'a UserAccess);

impl Display for AsText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let access = self.0;
        writeln!(
            f,
            "{} <{}>, {}, {}",
            access.user.name,
            access.user.email,
            access.user.role.title(),
            access.user.kind.title()
        )?;
        if let Some(obstacle) = &access.obstacle {
            writeln!(f, "Can do nothing now: {obstacle}")?;
        }
        let place = access.project.as_ref().map_or("on the platform", |project| project.title.as_str());
        writeln!(f, "\nPermissions, {place}")?;
        for explained in &access.explanations {
            f.write_str(&lines(&format!("  {}", explained.permission.key()), explained))?;
        }
        if !access.projects.is_empty() {
            f.write_str("\nProjects\n")?;
        }
        for ProjectAccess { assignment, steps, obstacle, .. } in &access.projects {
            writeln!(f, "  {}: {}{}", assignment.name, path(steps, assignment.since), against(obstacle.as_ref()))?;
        }
        if !access.budgets.is_empty() {
            f.write_str("\nBudgets that pay\n")?;
        }
        for BudgetAccess { category, steps, since, denial, .. } in &access.budgets {
            let paid = || {
                if steps.is_empty() { "no budget, spend is only recorded".to_owned() } else { path(steps, *since) }
            };
            let why = denial.clone().unwrap_or_else(paid);
            writeln!(f, "  {}: {why}", category.key())?;
        }
        Ok(())
    }
}

/// Whether, and every path on a line of its own.
fn lines(about: &str, explained: &Explanation) -> String {
    let widest = explained.paths.iter().map(|path| path.scope).max();
    let answer = match (&explained.obstacle, widest) {
        (Some(obstacle), _) => format!("no. {obstacle}"),
        (None, Some(Scope::Platform)) => "yes, everywhere".to_owned(),
        (None, Some(Scope::Project)) => "yes, in the project".to_owned(),
        (None, _) => "yes, their own".to_owned(),
    };
    let paths = explained.paths.iter().map(|granted| format!("      {}\n", path(&granted.steps, granted.since)));
    format!("{about}: {answer}\n{}", paths.collect::<String>())
}

fn path(steps: &[Step], since: Option<OffsetDateTime>) -> String {
    let step = |step: &Step| format!("{} {}", step.kind.title(), step.value);
    let since = since.map(|since| format!(", since {}", since.date())).unwrap_or_default();
    steps.iter().map(step).collect::<Vec<_>>().join(" > ") + &since
}

fn against(obstacle: Option<&Obstacle>) -> String {
    obstacle.map(|obstacle| format!(". No effect: {obstacle}")).unwrap_or_default()
}
