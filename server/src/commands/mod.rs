//! What each command does.

mod access_matrix;
mod break_glass;
mod demo_data;
mod docs;
mod explain;
mod identity;
mod keycloak;
mod operate;
mod predefined_budgets;
mod serve;
mod start;
mod text_file;

use crate::cli::{Cli, Command};
use crate::config::{Config, Problems, VARIABLES};
use crate::manifest;
use crate::telemetry::{Telemetry, TelemetryError};

/// Why a command failed; its text is all that people see.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The environment is wrong.
    #[error(transparent)]
    Config(#[from] Problems),
    /// A variable holds bytes that are no text.
    #[error("The variable {0} is not valid UTF-8.")]
    NotText(String),
    /// The embedded Postgres does not run.
    #[cfg(feature = "embedded-postgres")]
    #[error(transparent)]
    Postgres(#[from] crate::postgres::PostgresError),
    /// This build needs to be told which database to use.
    #[error("DATABASE_URL is not set, and this build has no private Postgres. Set it to a Postgres 15 or newer.")]
    NoDatabase,
    /// The address of the database is wrong.
    #[error("DATABASE_URL: {0}")]
    DatabaseUrl(sqlx::Error),
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migrate(#[from] services::schema::MigrateError),
    /// Demo data was asked for where people work.
    #[error(
        "BURSAR_PUBLIC_URL is an https address: people seem to work here. Demo data goes into a database of its own."
    )]
    LooksLikeProduction,
    /// The pages were not built.
    #[error(transparent)]
    Manifest(#[from] manifest::ManifestError),
    /// No TLS connection to the identity provider can be verified.
    #[error("IDP_PROVIDER: {0}")]
    Https(#[from] https_client::ClientError),
    /// No mail can be sent as configured.
    #[error(transparent)]
    Mail(#[from] services::outbox::MailError),
    /// No TLS connection to the receiver of webhooks can be verified.
    #[error("ALERT_WEBHOOK_URL: {0}")]
    Webhook(https_client::ClientError),
    /// No TLS connection to the LiteLLM proxy can be verified.
    #[error("LITELLM_URL: {0}")]
    LiteLlm(https_client::ClientError),
    /// `check-config` found all of these.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<CommandError>),
    /// Identities cannot be moved.
    #[error(transparent)]
    Move(#[from] identity::MoveError),
    /// Keycloak refuses, or what it needs is missing.
    #[error(transparent)]
    Keycloak(#[from] keycloak::KeycloakError),
    /// The access matrix is declared wrongly, or not at all.
    #[error(transparent)]
    AccessMatrix(#[from] access_matrix::AccessMatrixError),
    /// The file of predefined budgets is wrong.
    #[error(transparent)]
    PredefinedBudgets(#[from] predefined_budgets::PredefinedBudgetsError),
    /// There is no such user or project.
    #[error(transparent)]
    Explain(#[from] explain::ExplainError),
    /// The console said no.
    #[error(transparent)]
    Services(#[from] services::Error),
    /// The audit log is not what was written, or would let statements change it.
    #[error("The audit log failed the check. The lines above say why.")]
    AuditBroken,
    /// The address is taken, or not ours.
    #[error("Cannot listen on {address}: {source}. Set {variable} to another one.")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// What to set.
        variable: &'static str,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// Metrics or traces cannot be had as configured.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The server stopped by itself.
    #[error("The server failed: {0}")]
    Serve(#[source] std::io::Error),
    /// The document of the API could not be written down.
    #[error("The document of the API: {0}")]
    Document(#[from] serde_json::Error),
    /// The private Postgres is gone.
    #[error("The private Postgres has ended unexpectedly. Start Bursar again.")]
    DatabaseLost,
}

/// Does what the command line asks.
///
/// # Errors
/// See [`CommandError`].
pub async fn run(cli: Cli) -> Result<(), CommandError> {
    match cli.command {
        Command::Serve { sample } => {
            let (config, telemetry) = observed()?;
            serve::run(&config, telemetry, sample).await
        }
        Command::Migrate { from } => operate::migrate(&configured()?, from.as_deref()).await,
        Command::GrantMaintainer { email, subject } => {
            operate::grant_maintainer(&configured()?, &email, subject.as_deref()).await
        }
        Command::VerifyAudit { known } => operate::verify_audit(&configured()?, known.as_ref()).await,
        Command::BreakGlass(asked) => break_glass::run(&configured()?, &asked).await,
        Command::Identity(command) => identity::run(&configured()?, command).await,
        Command::Keycloak(command) => keycloak::run(command).await,
        Command::AccessMatrix(arguments) => access_matrix::run(&arguments, &configured()?).await,
        Command::Explain(asked) => explain::run(&configured()?, &asked).await,
        Command::CheckConfig => operate::check_config(&configured()?).await,
        #[cfg(feature = "embedded-postgres")]
        Command::Postgres { data_dir, throw_away } => operate::postgres(&configured()?, data_dir, throw_away).await,
        Command::DemoData(asked) => demo_data::run(&configured()?, &asked).await,
        Command::Docs { part } => Ok(docs::print(part)?),
    }
}

/// Reads the configuration and starts logging as it says.
fn configured() -> Result<Config, CommandError> {
    Ok(observed()?.0)
}

/// As [`configured`], of these variables alone: the others may be missing or wrong until the command has run.
fn configured_by(variables: &[&str]) -> Result<Config, CommandError> {
    let all = environment()?.into_iter();
    Ok(Config::read(all.filter(|(name, _)| variables.contains(&name.as_str())))?)
}

/// As [`configured`], with what `serve` needs to be observed.
fn observed() -> Result<(Config, Telemetry), CommandError> {
    let config = Config::read(environment()?)?;
    let telemetry = Telemetry::start(&config)?;
    Ok((config, telemetry))
}

/// The variables of this process. Those of other programs may hold bytes that are no text.
fn environment() -> Result<Vec<(String, String)>, CommandError> {
    let is_ours = |name: &str| name.starts_with("BURSAR_") || VARIABLES.iter().any(|known| known.names.contains(&name));
    let named = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let read = named.filter_map(|(name, value)| match value.into_string() {
        Ok(value) => Some(Ok((name, value))),
        Err(_) => is_ours(&name).then_some(Err(CommandError::NotText(name))),
    });
    read.collect()
}
