//! `bursar explain`: its arguments.

use clap::{Args, Subcommand, ValueEnum};
use domain::permission::Permission;
use domain::project::ProjectName;
use domain::spend::UserRef;

/// What `bursar explain` answers.
#[derive(Debug, Args)]
pub struct Explain {
    /// The question.
    #[command(subcommand)]
    pub question: Question,
    /// How the answer is printed.
    #[arg(long, global = true, value_enum, default_value_t = ExplainFormat::Text)]
    pub format: ExplainFormat,
}

/// A question about effective access.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// What can this user do, and why?
    User {
        /// The user's e-mail address, username or id.
        #[arg(value_name = "EMAIL", value_parser = user)]
        user: UserRef,
        /// In this project only, and which budget pays there.
        #[arg(long, value_name = "NAME", value_parser = project)]
        project: Option<ProjectName>,
    },
    /// Who can do this, and why?
    Who {
        /// The permission, such as manage_members.
        #[arg(value_parser = permission)]
        permission: Permission,
        /// In this project, instead of on the platform.
        #[arg(long, value_name = "NAME", value_parser = project)]
        project: Option<ProjectName>,
    },
}

/// A form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// Lines for people.
    Text,
    /// As `/v1` answers it; `who` prints one user a line.
    Json,
}

fn user(raw: &str) -> Result<UserRef, String> {
    UserRef::parse(raw).map_err(|problem| problem.to_string())
}

fn project(raw: &str) -> Result<ProjectName, String> {
    ProjectName::parse_existing(raw).map_err(|problem| problem.to_string())
}

fn permission(raw: &str) -> Result<Permission, String> {
    let keys = || Permission::ALL.iter().map(|permission| permission.key()).collect::<Vec<_>>().join(", ");
    Permission::parse(raw).map_err(|_| format!("Choose one of: {}", keys()))
}
