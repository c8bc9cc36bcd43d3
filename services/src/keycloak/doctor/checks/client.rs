//! Bursar's client: it exists, and may do what Bursar does.

use super::super::Facts;
use super::super::verdict::{Verdict, WithCommand as _, problem};
use super::text;
use domain::doctor::Severity;

pub(super) fn exists(facts: &Facts<'_>) -> Verdict {
    let client = facts.state()?.client.as_ref().map_err(Clone::clone)?;
    let id = facts.client_id();
    let found = match client {
        None => problem(
            Severity::High,
            "The client does not exist",
            format!("The realm has no client {id}. No user can sign in."),
            "Correct OIDC_CLIENT_ID, or create the client.",
        ),
        Some(client) if client["enabled"] == false => problem(
            Severity::High,
            "The client is disabled",
            format!("The client {id} is disabled. No user can sign in."),
            "Enable it under Clients.",
        ),
        Some(_) => return Ok(None),
    };
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn standard_flow(facts: &Facts<'_>) -> Verdict {
    if facts.client()?["standardFlowEnabled"] != false {
        return Ok(None);
    }
    let found = problem(
        Severity::High,
        "The standard flow is off",
        format!("The client {} may not use the authorization code flow. No user can sign in.", facts.client_id()),
        "Turn on Standard flow in the client's settings.",
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn confidential(facts: &Facts<'_>) -> Verdict {
    if facts.client()?["publicClient"] != true {
        return Ok(None);
    }
    let found = problem(
        Severity::Medium,
        "The client does not authenticate itself",
        format!("{} is a public client: Keycloak does not check its secret.", facts.client_id()),
        "Turn on Client authentication, and set OIDC_CLIENT_SECRET to the secret. The command prints it.",
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn other_flows(facts: &Facts<'_>) -> Verdict {
    let client = facts.client()?;
    let flows = [("directAccessGrantsEnabled", "Direct access grants"), ("implicitFlowEnabled", "Implicit flow")];
    let on: Vec<&str> = flows.into_iter().filter(|(field, _)| client[*field] == true).map(|(_, name)| name).collect();
    if on.is_empty() {
        return Ok(None);
    }
    let found = problem(
        Severity::Low,
        "The client allows flows that Bursar does not use",
        format!("{} has {} turned on.", facts.client_id(), on.join(" and ")),
        "Turn them off in the client's settings.",
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn pkce(facts: &Facts<'_>) -> Verdict {
    let (severity, found, title) = match text(&facts.client()?["attributes"], "pkce.code.challenge.method") {
        "S256" => return Ok(None),
        "" => (
            Severity::Low,
            "Bursar uses PKCE, but Keycloak would also accept a sign-in without it.".to_owned(),
            "PKCE is not required",
        ),
        other => (
            Severity::High,
            format!("Keycloak requires the method {other}, and Bursar uses S256. No user can sign in."),
            "PKCE has the wrong method",
        ),
    };
    let mend = "Set Proof Key for Code Exchange Code Challenge Method to S256 in the client's advanced settings.";
    Ok(Some(problem(severity, title, found, mend).with_command(facts.commands.setup())))
}
