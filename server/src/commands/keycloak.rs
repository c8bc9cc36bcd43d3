//! `bursar keycloak`.

pub(super) mod import;
mod secrets;
mod setup;
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
    /// A file of a secret cannot be read.
    #[error("{file}: {source}", file = .file.display())]
    File {
        /// Which.
        file: std::path::PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A secret is missing, and nobody can type it here.
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

/// Does what the command line asks.
pub(super) async fn run(command: Keycloak) -> Result<(), CommandError> {
    match command {
        Keycloak::Setup(asked) => setup::run(&asked).await,
        Keycloak::Import(arguments) => import::run(&super::configured()?, arguments).await,
    }
}
