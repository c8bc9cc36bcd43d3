//! What shows without a login.

use super::super::Facts;
use super::super::contact::{Answer, host, says_no_realm};
use super::super::verdict::{NotChecked, Verdict, WithCommand as _, not_checked, problem};
use super::text;
use crate::identity::logout::BACK_CHANNEL;
use domain::doctor::Severity;
use domain::provider::LEEWAY;
use reqwest::StatusCode;

pub(super) fn connection(facts: &Facts<'_>) -> Verdict {
    let Err(what) = &facts.contact.description else { return Ok(None) };
    Ok(Some(problem(
        Severity::High,
        "Keycloak does not answer",
        format!("{}: {what}. No user can sign in.", issuer_of(facts)),
        "Check OIDC_ISSUER_URL, and that a firewall or proxy lets Bursar reach it. Where Bursar needs another address than browsers, set OIDC_INTERNAL_URL. If a private authority signed the certificate, let SSL_CERT_FILE name its PEM file.",
    )))
}

pub(super) fn path(facts: &Facts<'_>) -> Verdict {
    let answer = answer(facts)?;
    if says_no_realm(answer) || answer.status.is_success() && answer.body["issuer"].is_string() {
        return Ok(None);
    }
    let status = answer.status;
    let found = match &answer.location {
        Some(target) => format!("{} leads on to {target}. Redirects are not followed.", issuer_of(facts)),
        None if status.is_success() => {
            format!("What answers at {} is not Keycloak: it does not describe a realm.", issuer_of(facts))
        }
        None => format!("{} answers with status {}.", issuer_of(facts), status.as_u16()),
    };
    let mend = match &facts.contact.other_issuer {
        Some(other) => format!("Keycloak answers at {other}: set OIDC_ISSUER_URL to that address."),
        None => "Correct OIDC_ISSUER_URL. It is <address>/realms/<realm>, with a path such as /auth before it only if Keycloak is served under it.".to_owned(),
    };
    Ok(Some(problem(Severity::High, "Keycloak is not served under this path", found, mend)))
}

pub(super) fn realm(facts: &Facts<'_>) -> Verdict {
    let answer = answer(facts)?;
    if !says_no_realm(answer) {
        return if answer.body["issuer"].is_string() { Ok(None) } else { not_checked("Keycloak was not found") };
    }
    let name = facts.commands.realm();
    let mend = "Names of realms are case-sensitive: correct OIDC_ISSUER_URL, or enable or create the realm.";
    let found = format!("Keycloak says of the realm {name}: {}.", text(&answer.body, "error"));
    let found = problem(Severity::High, "The realm does not exist or is disabled", found, mend);
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn issuer(facts: &Facts<'_>) -> Verdict {
    let described = described(facts)?;
    let configured = issuer_of(facts);
    if described == configured {
        return Ok(None);
    }
    Ok(Some(problem(
        Severity::High,
        "The issuer differs from the address",
        format!("OIDC_ISSUER_URL is {configured}, and Keycloak calls itself {described}. Its tokens are refused."),
        format!(
            "If browsers reach Keycloak at {described}, set OIDC_ISSUER_URL to it, and OIDC_INTERNAL_URL to the address that Bursar itself uses. Otherwise set Keycloak's option hostname to the public address."
        ),
    )))
}

pub(super) fn secret(facts: &Facts<'_>) -> Verdict {
    if described(facts)? != issuer_of(facts) {
        return not_checked("the issuer differs");
    }
    // Keycloak answers the same for clients that do not exist or are disabled.
    if let Ok(state) = facts.state()
        && let Ok(client) = &state.client
        && client.as_ref().is_none_or(|client| client["enabled"] == false)
    {
        return not_checked("the client does not exist or is disabled");
    }
    let (id, has_secret) = (facts.client_id(), facts.deployment.identity.config.client_secret.is_some());
    let said = match &facts.contact.client {
        Ok(()) => return Ok(None),
        Err(oidc_client::Error::Declined(said)) => said,
        Err(fault) => return Err(NotChecked(fault.to_string())),
    };
    let found = if has_secret {
        format!("Keycloak refuses the client {id} with OIDC_CLIENT_SECRET ({said}).")
    } else {
        format!("Keycloak refuses the client {id} without a secret ({said}), and OIDC_CLIENT_SECRET is not set.")
    };
    let mend = "Set OIDC_CLIENT_SECRET to the secret under Clients, Credentials. The command prints it.";
    let found = problem(Severity::High, "Keycloak refuses the client secret", found, mend);
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn clock(facts: &Facts<'_>) -> Verdict {
    let Some(ahead) = facts.account_clock.or(facts.contact.clock_ahead_seconds) else {
        return not_checked("Keycloak tells its time only in tokens, and this instance has not received one yet");
    };
    if ahead.unsigned_abs() <= LEEWAY.whole_seconds().unsigned_abs() {
        return Ok(None);
    }
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    Ok(Some(problem(
        Severity::High,
        "The clocks differ",
        format!(
            "Keycloak's clock is {} seconds {direction} Bursar's. Tokens are refused beyond {} seconds.",
            ahead.unsigned_abs(),
            LEEWAY.whole_seconds()
        ),
        "Synchronize both machines by NTP.",
    )))
}

pub(super) fn back_channel_reachable(facts: &Facts<'_>) -> Verdict {
    let address = facts.address(BACK_CHANNEL);
    if let Ok(client) = facts.client() {
        let registered = text(&client["attributes"], "backchannel.logout.url");
        if !registered.is_empty() && registered != address {
            return Err(NotChecked(format!(
                "Keycloak is told {registered}, an address that Bursar does not request: only Keycloak may reach it"
            )));
        }
    }
    let config = &facts.deployment.identity.config;
    let keycloak = host(config.internal_url.as_deref().unwrap_or(&config.issuer));
    let found = if is_this_machine(host(&address)) && !is_this_machine(keycloak) {
        format!("{address} is an address of this machine, which Keycloak on another machine cannot reach.")
    } else {
        match &facts.contact.back_channel {
            // Bursar refuses a request without a token.
            Ok(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY) => return Ok(None),
            Ok(status) => format!("Requested from here, {address} answers with status {}.", status.as_u16()),
            Err(what) => format!("Requested from here, {address} does not answer: {what}."),
        }
    };
    Ok(Some(problem(
        Severity::Medium,
        "The back-channel logout address is probably not reachable from Keycloak",
        format!("{found} Sessions that end in Keycloak go on in Bursar."),
        format!(
            "Check that BURSAR_PUBLIC_URL leads to Bursar and that a proxy lets POST {BACK_CHANNEL} through without a sign-in of its own. If Keycloak needs another address, enter it as the client's Backchannel logout URL."
        ),
    )))
}

fn issuer_of<'a>(facts: &Facts<'a>) -> &'a str {
    &facts.deployment.identity.config.issuer
}

/// The answer where the realm describes itself.
fn answer<'a>(facts: &'a Facts<'_>) -> Result<&'a Answer, NotChecked> {
    facts.contact.description.as_ref().map_err(|_| NotChecked("Keycloak does not answer".to_owned()))
}

/// The issuer that the realm names.
fn described<'a>(facts: &'a Facts<'_>) -> Result<&'a str, NotChecked> {
    let issuer = answer(facts)?.body["issuer"].as_str();
    issuer.ok_or_else(|| NotChecked("the realm was not found".to_owned()))
}

fn is_this_machine(host: Option<String>) -> bool {
    host.is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse();
        host == "localhost" || address.is_ok_and(|address: std::net::IpAddr| address.is_loopback())
    })
}
