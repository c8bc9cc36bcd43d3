//! `bursar access-matrix --live`

use super::{AccessMatrixError, print};
use crate::cli::{AccessMatrix, MatrixFormat};
use crate::commands::CommandError;
use crate::commands::keycloak::KeycloakError;
use crate::commands::keycloak::secrets::{has_password_variable, login};
use crate::config::Config;
use domain::access_matrix::{Live, Matrix, live_csv, markdown};
use domain::doctor::Severity;
use services::keycloak::setup::Keycloak;
use services::keycloak::snapshot::{self, Progress};
use std::io::{self, IsTerminal as _, Write as _};
use url::Url;

/// The variable of the script that the command takes the place of.
const EXTERNAL_URL: &str = "EXTERNAL_URL";

pub(super) async fn run(arguments: &AccessMatrix, config: &Config, matrix: &Matrix) -> Result<(), CommandError> {
    let address = address(arguments, config, std::env::var(EXTERNAL_URL).ok().as_deref())?;
    let mut realms = Vec::new();
    for realm in realms_to_read(arguments, matrix) {
        let login = login(&arguments.administrator, config, &realm, has_password_variable())?;
        let keycloak = Keycloak::new(address.clone(), login).map_err(KeycloakError::from)?;
        let read = snapshot::read(&keycloak, &realm, &mut |progress| show(&realm, progress)).await;
        let snapshot = read.map_err(KeycloakError::Refused)?;
        realms.push(Live::new(matrix, &snapshot));
    }
    print(&match arguments.format {
        MatrixFormat::Markdown => {
            let parts = realms.iter().map(Live::markdown);
            std::iter::once(markdown(matrix)).chain(parts).collect::<Vec<_>>().join("\n")
        }
        MatrixFormat::Csv => live_csv(&realms),
        MatrixFormat::Json => {
            serde_json::to_string_pretty(&serde_json::json!({ "matrix": matrix, "realms": realms }))? + "\n"
        }
    });
    Ok(judge(&realms, arguments.fail_on.map(Severity::from))?)
}

/// Where Keycloak answers. Below the platform's address it is at /auth, which may be part of the address already.
fn address(arguments: &AccessMatrix, config: &Config, external: Option<&str>) -> Result<Url, AccessMatrixError> {
    let below = |mut base: Url| {
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&if path.ends_with("/auth") { path } else { format!("{path}/auth") });
        base
    };
    if let Some(base) = arguments.base_url.clone() {
        return Ok(below(base));
    }
    let exact = || config.keycloak_admin_url.as_ref().map(|url| url.url().clone());
    if let Some(url) = arguments.url.clone().or_else(exact) {
        return Ok(url);
    }
    let external = external.filter(|url| !url.is_empty()).ok_or(AccessMatrixError::NoAddress)?;
    let external = Url::parse(external).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    external.map(below).ok_or(AccessMatrixError::ExternalUrl)
}

/// The named realms, else those that grant a declared role.
fn realms_to_read(arguments: &AccessMatrix, matrix: &Matrix) -> Vec<String> {
    if !arguments.realms.is_empty() {
        return arguments.realms.clone();
    }
    let realms = matrix.realms.iter().map(|realm| &realm.name);
    realms.filter(|name| matrix.roles_of(name).next().is_some()).cloned().collect()
}

/// How far it has come, for a person who waits at a terminal.
fn show(realm: &str, progress: Progress) {
    let mut terminal = io::stderr();
    if terminal.is_terminal() {
        let _ = match progress {
            Progress::Users(count) => writeln!(terminal, "{realm}: {count} users"),
            Progress::Roles(done, all) => writeln!(terminal, "{realm}: holders of {done} of {all} roles"),
            Progress::Groups(done, all) => writeln!(terminal, "{realm}: members of {done} of {all} groups"),
        };
    }
}

fn judge(realms: &[Live], fail_on: Option<Severity>) -> Result<(), AccessMatrixError> {
    let Some(limit) = fail_on else { return Ok(()) };
    // The highest severity comes first in the order.
    let failing = realms.iter().flat_map(|realm| &realm.anomalies).filter(|anomaly| anomaly.severity <= limit).count();
    if failing == 0 { Ok(()) } else { Err(AccessMatrixError::Anomalies(failing)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser as _;
    use domain::access_matrix::{MatrixCell, MatrixRole, Realm, Snapshot, SnapshotUser};

    fn arguments(options: &[&str]) -> AccessMatrix {
        let all = [&["bursar", "access-matrix", "--live"], options].concat();
        match Cli::try_parse_from(all).expect("arguments").command {
            Command::AccessMatrix(arguments) => *arguments,
            other => panic!("{other:?}"),
        }
    }

    fn found(options: &[&str], variables: &[(&str, &str)], external: Option<&str>) -> String {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let config = Config::read(variables).expect("variables");
        address(&arguments(options), &config, external).map_or_else(|error| error.to_string(), |url| url.to_string())
    }

    #[test]
    fn address_is_the_one_of_the_script_with_its_auth_path() {
        let external = Some("https://platform.example.com");
        assert_eq!(found(&[], &[], external), "https://platform.example.com/auth");
        assert_eq!(found(&["https://x-8888.app.github.dev/"], &[], external), "https://x-8888.app.github.dev/auth");
        assert_eq!(found(&["https://id.example.com/auth"], &[], None), "https://id.example.com/auth");
        assert!(found(&[], &[], None).contains("EXTERNAL_URL"));
        assert!(found(&[], &[], Some("platform")).contains("EXTERNAL_URL is not an address"));
    }

    #[test]
    fn address_of_keycloak_itself_is_taken_as_it_is() {
        let configured = [("KEYCLOAK_ADMIN_URL", "https://id.example.com")];
        assert_eq!(found(&[], &configured, Some("https://platform.example.com")), "https://id.example.com/");
        assert_eq!(found(&["--url", "https://other.example.com"], &configured, None), "https://other.example.com/");
    }

    #[test]
    fn severity_that_fails_includes_higher_ones() {
        let role = MatrixRole {
            realm: "main".to_owned(),
            client: None,
            name: "admin".to_owned(),
            group: None,
            is_privileged: false,
            is_for_machines: false,
            max_holders: None,
            owner: None,
            cells: vec![MatrixCell::default()],
        };
        let realm = Realm { name: "main".to_owned(), description: None };
        let matrix = Matrix { realms: vec![realm], roles: vec![role], ..Matrix::default() };
        let idle = SnapshotUser { username: "idle".to_owned(), is_enabled: true, ..SnapshotUser::default() };
        let snapshot = Snapshot { realm: "main".to_owned(), users: vec![idle], ..Snapshot::default() };
        let live = [Live::new(&matrix, &snapshot)];
        assert!(judge(&live, None).is_ok() && judge(&live, Some(Severity::High)).is_ok());
        assert!(matches!(judge(&live, Some(Severity::Low)), Err(AccessMatrixError::Anomalies(1))));
        let partial = Snapshot { unread: vec!["x".to_owned()], ..snapshot };
        let live = [Live::new(&matrix, &partial)];
        assert!(matches!(judge(&live, Some(Severity::High)), Err(AccessMatrixError::Anomalies(1))));
        assert_eq!(realms_to_read(&arguments(&[]), &matrix), ["main"]);
        assert_eq!(realms_to_read(&arguments(&["--realm", "other"]), &matrix), ["other"]);
    }
}
