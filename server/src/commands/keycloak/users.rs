//! `bursar keycloak users`

use super::KeycloakError;
use super::passwords::Passwords;
use super::secrets::{has_password_variable, login};
use crate::cli::Users;
use crate::commands::CommandError;
use crate::commands::start::{claim_rules, realm_roles};
use crate::config::Config;
use services::keycloak::setup::Keycloak;
use services::keycloak::users::{self, FieldChange, Invitation, Mode, Outcome, RealmUsers, Refusal, RowResult, Rules};
use services::random::Random;
use std::io::{self, Write as _};
use url::Url;

pub(super) async fn run(arguments: &Users, config: &Config) -> Result<(), CommandError> {
    let claims = claim_rules(config);
    let file = || arguments.file.clone();
    let bytes = std::fs::read(&arguments.file).map_err(|source| KeycloakError::File { file: file(), source })?;
    let rows = users::read(&bytes, &claims).map_err(|problem| KeycloakError::Users { file: file(), problem })?;
    let realm = realm(arguments, config)?;
    let login = login(&arguments.administrator, config, &realm, has_password_variable())?;
    let keycloak = Keycloak::new(address(arguments, config)?, login).map_err(KeycloakError::from)?;
    let roles = realm_roles(config).map_err(KeycloakError::RolesClaim)?;
    let rules = Rules { claims, roles, are_emails_verified: arguments.emails_verified };
    let mode = if arguments.plan { Mode::Plan } else { Mode::Apply };
    let path = arguments.temporary_passwords.as_deref().filter(|_| mode == Mode::Apply);
    let mut passwords = path.map(Passwords::create).transpose()?;
    let mut counts = Counts::default();
    let ended = {
        let mut hand_over =
            passwords.as_mut().map(|passwords| |user: &_, password: &_| passwords.write(user, password));
        let mut invitation = match &mut hand_over {
            Some(hand_over) => Invitation::TemporaryPassword(hand_over),
            None if arguments.invite => Invitation::Mail,
            None => Invitation::None,
        };
        let mut on_row = |row: &RowResult| {
            counts.add(&row.outcome);
            // A reader that closes the pipe, such as `head`, must not end a run half-way.
            let _ = io::stdout().write_all(lines(row).as_bytes());
        };
        let users = RealmUsers::new(&keycloak, &realm);
        users::run(&users, &rules, mode, &mut invitation, &Random::system(), &rows, &mut on_row).await
    };
    let finished = passwords.map(Passwords::finish).transpose();
    if let Ok(Some(Some(where_they_are))) = &finished {
        let _ = writeln!(io::stdout(), "{where_they_are}");
    }
    let _ = writeln!(io::stdout(), "{}", counts.summary(mode, rows.len()));
    ended.map_err(KeycloakError::from)?;
    finished?;
    if counts.refused > 0 { Err(KeycloakError::RowsRefused(counts.refused).into()) } else { Ok(()) }
}

fn address(arguments: &Users, config: &Config) -> Result<Url, KeycloakError> {
    let configured = || config.keycloak_admin_url.as_ref().map(|url| url.url().clone());
    let missing = KeycloakError::MissingOption { option: "--url", variable: "KEYCLOAK_ADMIN_URL" };
    arguments.url.clone().or_else(configured).ok_or(missing)
}

fn realm(arguments: &Users, config: &Config) -> Result<String, KeycloakError> {
    let missing = KeycloakError::MissingOption { option: "--realm", variable: "KEYCLOAK_ADMIN_REALM" };
    arguments.realm.clone().or_else(|| config.keycloak_admin_realm.clone()).ok_or(missing)
}

#[derive(Default)]
struct Counts {
    created: usize,
    updated: usize,
    unchanged: usize,
    refused: usize,
}

impl Counts {
    const fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Created(_) => self.created += 1,
            Outcome::Updated(_) => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused(_) => self.refused += 1,
        }
    }

    fn summary(&self, mode: Mode, rows: usize) -> String {
        let Self { created, updated, unchanged, refused } = self;
        let done = created + updated + unchanged + refused;
        let counts = format!("{created} created, {updated} updated, {unchanged} unchanged, {refused} refused");
        match mode {
            Mode::Plan => format!("Plan for {done} of {rows} rows: {counts}. Nothing was changed."),
            Mode::Apply => format!("{done} of {rows} rows: {counts}."),
        }
    }
}

/// A row as both the plan and the run print it.
fn lines(row: &RowResult) -> String {
    let (sign, details) = match &row.outcome {
        Outcome::Created(changes) => ('+', changes.iter().map(created).collect()),
        Outcome::Updated(changes) => ('~', changes.iter().map(updated).collect()),
        Outcome::Unchanged => ('=', Vec::new()),
        Outcome::Refused(refusals) => ('!', refusals.iter().map(refused).collect()),
    };
    let name = if row.username.is_empty() { "no user name" } else { &row.username };
    let details: String = details.iter().map(|detail| format!("    {}\n", printable(detail))).collect();
    format!("{sign} {} (line {})\n{details}", printable(name), row.line)
}

fn created(change: &FieldChange) -> String {
    format!("{}: {}", change.field, change.after)
}

/// The code comes last, for scripts.
fn refused(refusal: &Refusal) -> String {
    format!("{refusal} [{}]", refusal.reason.code())
}

fn updated(change: &FieldChange) -> String {
    let value = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    format!("{}: {} -> {}", change.field, value(&change.before), value(&change.after))
}

/// A text that cannot move the cursor or change colours of a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command, Keycloak as Subcommand};
    use clap::Parser as _;
    use services::keycloak::setup::Login;

    fn users(options: &[&str]) -> Users {
        let arguments = [&["bursar", "keycloak", "users", "--file", "users.csv"], options].concat();
        match Cli::try_parse_from(arguments).expect("arguments").command {
            Command::Keycloak(Subcommand::Users(users)) => *users,
            other => panic!("{other:?}"),
        }
    }

    fn config(variables: &[(&str, &str)]) -> Config {
        Config::read(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
            .expect("variables")
    }

    #[test]
    fn configured_service_account_signs_in_unless_an_administrator_is_named() {
        let config = config(&[
            ("KEYCLOAK_ADMIN_URL", "https://id.example.com/auth"),
            ("KEYCLOAK_ADMIN_REALM", "main"),
            ("KEYCLOAK_ADMIN_CLIENT_ID", "bursar-import"),
            ("KEYCLOAK_ADMIN_CLIENT_SECRET", "s3cret"),
        ]);
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().to_str().expect("a path");
        let name = |options: &[&str], has_password| match login(
            &users(options).administrator,
            &config,
            "main",
            has_password,
        ) {
            Ok(Login::ServiceAccount { realm, client_id, .. }) => format!("{client_id} of {realm}"),
            Ok(Login::Administrator { username, .. }) => username,
            Err(error) => error.to_string(),
        };
        assert_eq!(name(&[], false), "bursar-import of main");
        assert_eq!(name(&["--admin-password-file", path], false), "admin");
        assert_eq!(name(&["--admin", "zelda", "--admin-password-file", path], false), "zelda");
        let arguments = users(&[]);
        assert_eq!(address(&arguments, &config).expect("configured").as_str(), "https://id.example.com/auth");
        assert_eq!(realm(&arguments, &config).expect("configured"), "main");
    }

    #[test]
    fn missing_address_names_its_option_and_its_variable() {
        let refused = address(&users(&[]), &config(&[])).expect_err("no address").to_string();
        assert_eq!(refused, "--url is missing. Give it, or set KEYCLOAK_ADMIN_URL.");
    }
}
