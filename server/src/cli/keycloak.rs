//! `bursar keycloak`: its arguments. Secrets are never among them, because every user of a machine sees them.

use clap::{Args, Subcommand, ValueEnum};
use domain::import::Outcome;
use std::path::PathBuf;
use url::Url;

/// What `bursar keycloak` can do.
#[derive(Debug, Subcommand)]
pub enum Keycloak {
    /// Set a realm up for Bursar, changing only what differs; can be repeated. Prints the variables of Bursar.
    Setup(Box<Setup>),
    /// Import the users of a realm once. KEYCLOAK_ADMIN_URL and the variables beside it say which realm.
    Import(Import),
    /// Create and update users of a realm from a CSV file, with role and projects; can be repeated.
    Users(Box<Users>),
    /// Check whether Keycloak and Bursar's own configuration fit, and explain how to mend each fault. Ends with an error
    /// when one is of severity high or medium.
    Doctor,
}

/// What `bursar keycloak setup` makes.
#[derive(Debug, Args)]
pub struct Setup {
    /// Only print what would change.
    #[arg(long)]
    pub plan: bool,
    /// The address of Keycloak, with the path that it is served under, if any.
    #[arg(long, value_name = "URL", value_parser = http_address)]
    pub url: Url,
    /// The realm; it is created when it does not exist.
    #[arg(long)]
    pub realm: String,
    /// The address that users of Bursar type.
    #[arg(long, value_name = "URL", value_parser = http_address)]
    pub public_url: Url,
    /// The client that Bursar is.
    #[arg(long, value_name = "ID", default_value = "bursar")]
    pub client_id: String,
    /// The client whose service account the import and the checks use.
    #[arg(long, value_name = "ID", default_value = "bursar-import")]
    pub service_client_id: String,
    /// Map the attribute `guest` too, which marks external users.
    #[arg(long)]
    pub guest: bool,
    /// How the variables are printed.
    #[arg(long, value_enum, default_value_t = Output::Env)]
    pub output: Output,
    /// Who makes it.
    #[command(flatten)]
    pub administrator: Administrator,
    /// A directory behind Keycloak.
    #[command(flatten)]
    pub broker: Option<Broker>,
}

/// What `bursar keycloak users` does.
///
/// It signs in as Keycloak's administrator or, where KEYCLOAK_ADMIN_CLIENT_ID is set and no administrator is named, as
/// that client's service account, which then needs the role manage-users of the client realm-management.
#[derive(Debug, Args)]
pub struct Users {
    /// The users: username,email,first_name,last_name,role,applications,applications_admin,user_type in the first line.
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// Only print what would change.
    #[arg(long)]
    pub plan: bool,
    /// The address of Keycloak, with the path that it is served under, if any; else KEYCLOAK_ADMIN_URL.
    #[arg(long, value_name = "URL", value_parser = http_address)]
    pub url: Option<Url>,
    /// The realm; else KEYCLOAK_ADMIN_REALM.
    #[arg(long)]
    pub realm: Option<String>,
    /// Give new users a temporary password, and write it to this new file that only you can read.
    #[arg(long, value_name = "FILE", conflicts_with = "invite")]
    pub temporary_passwords: Option<PathBuf>,
    /// Have Keycloak mail new users a link to choose a password and to verify their address.
    #[arg(long)]
    pub invite: bool,
    /// You have verified that the addresses belong to the users.
    #[arg(long)]
    pub emails_verified: bool,
    /// Who calls, unless the service account does.
    #[command(flatten)]
    pub administrator: Administrator,
}

/// An administrator of Keycloak. The password comes from KC_ADMIN_PASSWORD, a file or a prompt.
#[derive(Debug, Args)]
pub struct Administrator {
    /// The user name of an administrator in the realm `master`; else KC_ADMIN_USER.
    #[arg(long = "admin", value_name = "NAME")]
    pub name: Option<String>,
    /// A file that holds the password.
    #[arg(long = "admin-password-file", value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

/// A directory that signs users in to Keycloak, such as Microsoft Entra ID.
#[derive(Debug, Args)]
#[group(requires_all = ["broker_issuer", "broker_client_id"])]
pub struct Broker {
    /// Its issuer; of Entra ID https://login.microsoftonline.com/<tenant>/v2.0.
    #[arg(long, value_name = "URL", value_parser = http_address, required = false)]
    pub broker_issuer: Url,
    /// Keycloak's client there. Its secret comes from BROKER_CLIENT_SECRET, a file or a prompt.
    #[arg(long, value_name = "ID", required = false)]
    pub broker_client_id: String,
    /// A file that holds the secret.
    #[arg(long, value_name = "FILE")]
    pub broker_client_secret_file: Option<PathBuf>,
    /// Its name in Keycloak, a part of the redirect address to register with it.
    #[arg(long, value_name = "NAME", default_value = "entra")]
    pub broker_alias: String,
    /// The app role there that means `developer` here.
    #[arg(long, value_name = "ROLE", default_value = "Bursar.Developer")]
    pub broker_role: String,
}

/// For whom the variables are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Lines of an environment file.
    Env,
    /// A Secret of Kubernetes, for `kubectl apply -f -`.
    Kubernetes,
    /// The values of the Helm chart that use this Secret.
    Helm,
}

/// What `bursar keycloak import` does, and with which users.
#[derive(Clone, Copy, Debug, Args)]
pub struct Import {
    /// Whether it writes.
    #[command(flatten)]
    pub action: ImportAction,
    /// Import again although an import is complete. What was edited in Bursar is not overwritten.
    #[arg(long, requires = "apply")]
    pub force: bool,
    /// Only users with this result.
    #[arg(long, requires = "report", value_parser = outcome)]
    pub result: Option<Outcome>,
}

/// One of these.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ImportAction {
    /// Show what would be imported, and every conflict. Writes no users.
    #[arg(long)]
    pub plan: bool,
    /// Import the users. An import that was interrupted goes on after the last page.
    #[arg(long)]
    pub apply: bool,
    /// Print what became of each user in the last plan or import, as CSV.
    #[arg(long)]
    pub report: bool,
}

fn outcome(raw: &str) -> Result<Outcome, String> {
    let keys = Outcome::ALL.map(Outcome::key).join(", ");
    Outcome::from_key(raw).ok_or_else(|| format!("Results are {keys}."))
}

pub(super) fn http_address(raw: &str) -> Result<Url, String> {
    match Url::parse(raw.trim_end_matches('/')) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err("It looks like https://auth.example.com.".to_owned()),
    }
}
