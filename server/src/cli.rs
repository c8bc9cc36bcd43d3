//! The command line.

mod access_matrix;
mod break_glass;
mod explain;
mod identity;
mod keycloak;

pub use access_matrix::{AccessMatrix, FailOn, MatrixFormat};
pub use break_glass::BreakGlass;
pub use explain::{Explain, ExplainFormat, Question};
pub use identity::{Identity, Move};
pub use keycloak::{Administrator, Broker, Import, ImportAction, Keycloak, Output, Setup, Users};

use crate::config;
use clap::{Parser, Subcommand};
use domain::email::Email;
use services::audit::Head;

/// Users, projects and budgets of a shared AI platform, in one place.
#[derive(Debug, Parser)]
#[command(name = "bursar", version, after_help = "Variables are explained by `bursar --help`.", after_long_help = config::help())]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `bursar` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the console. Needs no configuration.
    Serve {
        /// Fill an empty database with a small sample organisation.
        #[arg(long)]
        sample: bool,
    },
    /// Bring the schema of the database up to date, as `serve` does at start.
    Migrate {
        /// Apply the SQL files of this folder instead of those that were built in.
        #[arg(long, value_name = "FOLDER")]
        from: Option<std::path::PathBuf>,
    },
    /// Make a user a maintainer.
    GrantMaintainer {
        /// The user's e-mail address.
        #[arg(value_parser = email)]
        email: Email,
        /// The user's id at the identity provider, needed where the address is not verified; of a local account the user
        /// id on its page.
        #[arg(long, value_name = "SUBJECT")]
        subject: Option<String>,
    },
    /// Prove that the audit log is what was written: compute its chain of hashes again. Ends with an error when it is not.
    VerifyAudit {
        /// The last seal that an earlier run printed, like 17:3fa9...: it must still be there.
        #[arg(long, value_name = "SEAL", value_parser = seal)]
        known: Option<Head>,
    },
    /// Open the console while users cannot sign in: print a code that opens one short session with a maintainer's rights.
    BreakGlass(BreakGlass),
    /// What operators do when the identity provider changes.
    #[command(subcommand)]
    Identity(Identity),
    /// What operators do in Keycloak.
    #[command(subcommand)]
    Keycloak(Keycloak),
    /// Print the access matrix: which role has which level of access to which resource of your platform.
    AccessMatrix(Box<AccessMatrix>),
    /// Explain access: what a user can do, or who can do something, with the path that grants it.
    Explain(Explain),
    /// Read the configuration and show what holds; secrets do not show.
    CheckConfig,
    /// Run a private Postgres, print its address, and stop it on a signal or when standard input closes.
    #[cfg(feature = "embedded-postgres")]
    Postgres {
        /// Where its data lives, instead of BURSAR_DATA_DIR.
        #[arg(long, conflicts_with = "throw_away")]
        data_dir: Option<std::path::PathBuf>,
        /// Keep the data in a temporary folder that is removed at the end, and do not wait for the disk. For tests.
        #[arg(long)]
        throw_away: bool,
    },
    /// Fill an empty database with invented users, projects, budgets and spend, in any number, to measure with.
    DemoData(DemoData),
    /// Print a part of the documentation that is made from the program itself.
    Docs {
        /// Which part.
        part: Part,
    },
}

/// What `bursar demo-data` makes.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct DemoData {
    /// How many people.
    #[arg(long, value_name = "N")]
    pub users: u32,
    /// How many shared projects; everybody regular has a personal one besides.
    #[arg(long, value_name = "M")]
    pub projects: u32,
    /// How many calls to models in the last 90 days, with their spend.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub spend_events: u32,
    /// Another seed makes other people; the same seed makes the same.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Fill a database in which there are people already.
    #[arg(long)]
    pub beside_others: bool,
}

/// A part of the documentation.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Part {
    /// Who may do what.
    Roles,
    /// Every environment variable.
    Config,
    /// The API, as an OpenAPI document.
    Api,
    /// The codes of the API's errors.
    Errors,
}

fn seal(raw: &str) -> Result<Head, String> {
    let parts = raw.split_once(':').and_then(|(number, hash)| Some((number.parse().ok()?, hash)));
    match parts.filter(|(_, hash)| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        Some((number, hash)) => Ok(Head { number, hash: hash.to_lowercase() }),
        None => {
            Err("Copy it from the last line of an earlier run: a number, a colon and 64 hexadecimal digits.".to_owned())
        }
    }
}

fn email(raw: &str) -> Result<Email, String> {
    Email::parse(raw).map_err(|problem| problem.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound_and_its_help_explains_every_variable() {
        Cli::command().debug_assert();
        let help = Cli::command().render_long_help().to_string();
        for variable in config::VARIABLES {
            assert!(variable.names.iter().all(|name| help.contains(name)), "{:?}", variable.names);
        }
    }
}
