//! Secrets from a variable, a file or a prompt; never from the command line.

use super::KeycloakError;
use crate::cli;
use crate::config::Config;
use secrecy::SecretString;
use services::keycloak::setup::Login;
use std::io::IsTerminal as _;
use std::path::Path;

/// Where a secret may come from.
pub(super) struct Source<'a> {
    /// What it is, for the prompt.
    pub(super) what: &'static str,
    pub(super) variable: &'static str,
    pub(super) option: &'static str,
    pub(super) file: Option<&'a Path>,
}

impl Source<'_> {
    /// The file comes first, as the most explicit.
    pub(super) fn read(&self) -> Result<SecretString, KeycloakError> {
        if let Some(file) = self.file {
            let read = std::fs::read_to_string(file);
            let text = read.map_err(|source| KeycloakError::File { file: file.to_owned(), source })?;
            // Editors and `echo` end a file with a line break.
            return Ok(text.trim_end_matches(['\r', '\n']).into());
        }
        match std::env::var(self.variable) {
            Ok(secret) if !secret.is_empty() => return Ok(secret.into()),
            _ if std::io::stdin().is_terminal() => {
                if let Ok(typed) = rpassword::prompt_password(format!("{}: ", self.what)) {
                    return Ok(typed.into());
                }
            }
            _ => {}
        }
        Err(KeycloakError::Missing { what: self.what, variable: self.variable, option: self.option })
    }
}

/// Whether the environment has a password of Keycloak's administrator.
pub(in crate::commands) fn has_password_variable() -> bool {
    std::env::var("KC_ADMIN_PASSWORD").is_ok_and(|password| !password.is_empty())
}

/// The service account where it is configured and no administrator is named.
pub(in crate::commands) fn login(
    named: &cli::Administrator,
    config: &Config,
    realm: &str,
    has_password_variable: bool,
) -> Result<Login, KeycloakError> {
    let is_administrator = named.name.is_some() || named.password_file.is_some() || has_password_variable;
    match (&config.keycloak_admin_client_id, &config.keycloak_admin_client_secret) {
        (Some(client_id), Some(secret)) if !is_administrator => {
            Ok(Login::ServiceAccount { realm: realm.to_owned(), client_id: client_id.clone(), secret: secret.clone() })
        }
        _ => administrator(named),
    }
}

/// Keycloak's administrator.
pub(super) fn administrator(arguments: &cli::Administrator) -> Result<Login, KeycloakError> {
    let name = arguments.name.clone().or_else(|| std::env::var("KC_ADMIN_USER").ok());
    let password = Source {
        what: "Password of Keycloak's administrator",
        variable: "KC_ADMIN_PASSWORD",
        option: "--admin-password-file",
        file: arguments.password_file.as_deref(),
    };
    Ok(Login::Administrator { username: name.unwrap_or_else(|| "admin".to_owned()), password: password.read()? })
}
