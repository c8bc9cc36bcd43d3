//! `bursar access-matrix`: its arguments.

use super::Administrator;
use clap::{Args, ValueEnum};
use domain::doctor::Severity;
use std::path::PathBuf;
use url::Url;

/// What `bursar access-matrix` prints.
#[derive(Debug, Args)]
pub struct AccessMatrix {
    /// The declaration of the matrix; else BURSAR_ACCESS_MATRIX.
    #[arg(long, value_name = "FILE")]
    pub declaration: Option<PathBuf>,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = MatrixFormat::Markdown)]
    pub format: MatrixFormat,
    /// A realm's export or template: print what it and the declaration disagree on. Ends with an error when they do.
    #[arg(long, value_name = "FILE", conflicts_with = "live")]
    pub realm_file: Option<PathBuf>,
    /// Read Keycloak too: who holds which role, by which path, what that reaches, and what should not be so.
    #[arg(long)]
    pub live: bool,
    /// Where the platform answers; Keycloak is below it at /auth. Else --url, KEYCLOAK_ADMIN_URL or EXTERNAL_URL.
    #[arg(value_name = "BASE_URL", requires = "live", value_parser = super::keycloak::http_address)]
    pub base_url: Option<Url>,
    /// The address of Keycloak itself, with the path that it is served under, if any.
    #[arg(long, value_name = "URL", requires = "live", conflicts_with = "base_url", value_parser = super::keycloak::http_address)]
    pub url: Option<Url>,
    /// A realm to read, instead of every realm that grants a declared role.
    #[arg(long = "realm", value_name = "NAME", requires = "live")]
    pub realms: Vec<String>,
    /// End with an error when an anomaly is of this severity or a graver one, also when it was accepted in Bursar.
    #[arg(long, value_enum, value_name = "SEVERITY", requires = "live")]
    pub fail_on: Option<FailOn>,
    /// Who reads, unless the service account does.
    #[command(flatten)]
    pub administrator: Administrator,
}

/// A form of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MatrixFormat {
    /// A page of documentation.
    Markdown,
    /// A line for each cell of the grid; with --live a line for each path by which a user comes to a role.
    Csv,
    /// Everything that is declared and read.
    Json,
}

/// A severity that fails the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// High alone.
    High,
    /// High and medium.
    Medium,
    /// Any.
    Low,
}

impl From<FailOn> for Severity {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::High => Self::High,
            FailOn::Medium => Self::Medium,
            FailOn::Low => Self::Low,
        }
    }
}
