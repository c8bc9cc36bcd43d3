//! `bursar keycloak setup`

use super::KeycloakError;
use super::secrets::{Source, administrator};
use super::variables::Variables;
use crate::cli::{self, Setup};
use crate::commands::CommandError;
use crate::commands::start::realm_roles;
use crate::config::Config;
use services::keycloak::setup::{self, Broker, Change, Endpoints, Keycloak, Mode, Outcome, RealmSetup, Step};
use url::Url;

/// The variables of Bursar that name roles. The others follow from the realm.
pub(super) const VARIABLES: [&str; 3] = ["ADMIN_ROLE_NAME", "OIDC_ROLES_CLAIM", "OIDC_ROLE_MAP"];

pub(super) async fn run(arguments: &Setup, config: &Config) -> Result<(), CommandError> {
    let roles = realm_roles(config);
    if let Err(claim) = &roles {
        eprintln!("No roles are created: {claim}.");
    }
    let keycloak =
        Keycloak::new(arguments.url.clone(), administrator(&arguments.administrator)?).map_err(KeycloakError::from)?;
    let setup = RealmSetup {
        realm: arguments.realm.clone(),
        public_url: arguments.public_url.as_str().trim_end_matches('/').to_owned(),
        client_id: arguments.client_id.clone(),
        service_client_id: arguments.service_client_id.clone(),
        roles: roles.ok(),
        is_guest_mapped: arguments.guest,
        broker: match &arguments.broker {
            Some(broker) => Some(self::broker(broker).await?),
            None => None,
        },
    };
    let mode = if arguments.plan { Mode::Plan } else { Mode::Apply };
    let outcome = setup::run(&keycloak, &setup, mode).await.map_err(KeycloakError::from)?;
    // Beside the output, which is a file of variables or a manifest.
    eprint!("{}", report(&outcome, mode));
    if mode == Mode::Apply {
        print!("{}", Variables::of(arguments, config, &outcome).print(arguments.output));
    }
    Ok(())
}

async fn broker(arguments: &cli::Broker) -> Result<Broker, CommandError> {
    let secret = Source {
        what: "Secret of Keycloak's client at the directory",
        variable: "BROKER_CLIENT_SECRET",
        option: "--broker-client-secret-file",
        file: arguments.broker_client_secret_file.as_deref(),
    };
    Ok(Broker {
        alias: arguments.broker_alias.clone(),
        issuer: arguments.broker_issuer.as_str().trim_end_matches('/').to_owned(),
        client_id: arguments.broker_client_id.clone(),
        client_secret: secret.read()?,
        developer_role: arguments.broker_role.clone(),
        endpoints: endpoints(&arguments.broker_issuer).await?,
    })
}

/// What the directory's discovery document says (OpenID Connect Discovery 1.0, section 4).
async fn endpoints(issuer: &Url) -> Result<Endpoints, CommandError> {
    let http = https_client::build(reqwest::Client::builder().timeout(std::time::Duration::from_secs(30)));
    let http = http.map_err(KeycloakError::from)?;
    let mut address = issuer.clone();
    if let Ok(mut path) = address.path_segments_mut() {
        path.pop_if_empty().extend([".well-known", "openid-configuration"]);
    }
    let read = async { http.get(address.clone()).send().await?.error_for_status()?.json().await };
    Ok(read.await.map_err(|source| KeycloakError::Discovery { address, source })?)
}

/// What was, or would be, done, with what undoes it.
fn report(outcome: &Outcome, mode: Mode) -> String {
    if outcome.steps.is_empty() {
        return "The realm is as Bursar needs it; nothing differs.\n".to_owned();
    }
    let mut lines: Vec<String> = outcome.steps.iter().flat_map(|step| lines(step, mode)).collect();
    lines.push(match mode {
        Mode::Plan => format!("{} changes are planned; none was made.", outcome.steps.len()),
        Mode::Apply => format!("{} changes were made.", outcome.steps.len()),
    });
    lines.join("\n") + "\n"
}

fn lines(step: &Step, mode: Mode) -> Vec<String> {
    let (sign, differences, undo) = match &step.change {
        Change::Created { undo } => ('+', &[][..], undo),
        Change::Changed { differences, undo } => ('~', &differences[..], undo),
    };
    let difference = |difference: &setup::Difference| {
        let before = difference.before.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
        format!("    {}: {before} -> {}", difference.field, difference.after)
    };
    let lines = std::iter::once(format!("{sign} {}", step.what)).chain(differences.iter().map(difference));
    // A plan knows no id of what is new yet.
    let undo = (mode == Mode::Apply).then(|| format!("    undo: {undo}"));
    lines.chain(undo).collect()
}
