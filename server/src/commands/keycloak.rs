//! `bursar keycloak`.

mod doctor;
pub(super) mod import;
mod passwords;
pub(super) mod secrets;
mod setup;
mod users;
mod variables;

use super::CommandError;
use crate::cli::Keycloak;

/// Why a command about Keycloak failed.
#[derive(Debug, thiserror::Error)]
pub enum KeycloakError {
    /// Keycloak refuses or does not answer.
    #[error(transparent)]
    Refused(#[from] services::keycloak::setup::Error),
    /// No TLS connection can be verified.
    #[error(transparent)]
    Https(#[from] https_client::ClientError),
    /// A file cannot be read or written.
    #[error("{file}: {source}", file = .file.display())]
    File {
        /// Which.
        file: std::path::PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// The file of users cannot be read as one.
    #[error("{file}: {problem}", file = .file.display())]
    Users {
        /// Which.
        file: std::path::PathBuf,
        /// Why.
        problem: services::keycloak::users::FileProblem,
    },
    /// It is not overwritten.
    #[error("{file} exists already, and its passwords may not be handed out yet. Name a new file.", file = .0.display())]
    PasswordsExist(std::path::PathBuf),
    /// Users were not all written.
    #[error(transparent)]
    Run(#[from] services::keycloak::users::RunError),
    /// Realm roles give no role in Bursar.
    #[error("{0}: grant roles in Keycloak.")]
    RolesClaim(domain::keycloak_user::OtherRolesClaim),
    /// Some rows were refused, and the others were not.
    #[error("{0} of the rows were refused. The lines above say why.")]
    RowsRefused(usize),
    /// Neither an option nor a variable says where or what.
    #[error("{option} is missing. Give it, or set {variable}.")]
    MissingOption {
        /// The option.
        option: &'static str,
        /// The variable.
        variable: &'static str,
    },
    /// A secret is missing, and there is no terminal to type it.
    #[error("{what} is missing. Set {variable}, name a file by {option}, or run the command in a terminal to type it.")]
    Missing {
        /// Which.
        what: &'static str,
        /// Its variable.
        variable: &'static str,
        /// Its option.
        option: &'static str,
    },
    /// The realm to import is not configured.
    #[error("An import needs these variables, which are not set: {0}.")]
    ImportVariables(String),
    /// The import stopped.
    #[error("{0} What was imported stays; the same command goes on from there.")]
    Import(#[from] services::keycloak::import::ImportError),
    /// The doctor checks a realm of Keycloak, and users sign in otherwise.
    #[error("Users do not sign in through Keycloak: IDP_PROVIDER is not keycloak.")]
    OtherProvider,
    /// The doctor found something.
    #[error("Findings of severity high or medium: {0}. Mend them as described above, then run the command again.")]
    Findings(usize),
    /// The directory's discovery document is missing or wrong.
    #[error("{address} cannot be read as a discovery document: {source}. Check the issuer.")]
    Discovery {
        /// Where.
        address: url::Url,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
}

/// Does what the command line says.
pub(super) async fn run(command: Keycloak) -> Result<(), CommandError> {
    match command {
        Keycloak::Setup(arguments) => setup::run(&arguments, &super::configured_by(&setup::VARIABLES)?).await,
        Keycloak::Import(arguments) => import::run(&super::configured()?, arguments).await,
        Keycloak::Users(arguments) => users::run(&arguments, &super::configured()?).await,
        Keycloak::Doctor => doctor::run(&super::configured()?).await,
    }
}
