//! The attributes that become rights: Keycloak keeps them, and users cannot write them.

use super::super::Facts;
use super::super::verdict::{NotChecked, Verdict, WithCommand as _, problem};
use super::tokens;
use crate::keycloak::attributes::{self, ATTRIBUTES, GUEST};
use domain::doctor::Severity;
use serde_json::Value;

pub(super) fn declared(facts: &Facts<'_>) -> Verdict {
    let profile = profile(facts)?;
    let missing: Vec<&str> = attributes::required().filter(|name| !attributes::is_kept(profile, name)).collect();
    if missing.is_empty() {
        return Ok(None);
    }
    let found = problem(
        Severity::High,
        "Keycloak drops attributes of users",
        format!(
            "The user profile does not declare {}, and unmanaged attributes are off: values are not kept and tokens come without them.",
            missing.join(", ")
        ),
        "Declare them in Realm settings, User profile, so that only administrators edit them.",
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn protected(facts: &Facts<'_>) -> Verdict {
    let profile = profile(facts)?;
    let guest = attributes::declared(profile, GUEST).map(|_| GUEST);
    let mut names: Vec<&str> = attributes::required().chain(guest).collect();
    // A mapper may make a claim of Bursar from any attribute.
    let mapped = tokens::sources_of_claims(facts);
    for name in mapped.iter().flatten() {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let writable: Vec<&str> =
        names.into_iter().filter(|name| attributes::is_writable_by_users(profile, name)).collect();
    if writable.is_empty() {
        // Without the mappers it is not known which attributes count.
        return mapped.map(|_| None);
    }
    let found = problem(
        Severity::High,
        "Users can write their own rights",
        format!("Every user of the realm can write {} in the account API or console.", writable.join(", ")),
        "Declare the attributes so that only administrators edit them. Then compare the values of all users with those that you gave.",
    );
    // Setup declares its own attributes alone.
    let is_mended_by_setup = writable.iter().all(|name| is_ours(name));
    Ok(Some(if is_mended_by_setup { found.with_command(facts.commands.setup()) } else { found }))
}

fn is_ours(name: &str) -> bool {
    ATTRIBUTES.iter().any(|attribute| attribute.name == name)
}

pub(super) fn unmanaged(facts: &Facts<'_>) -> Verdict {
    if attributes::unmanaged_policy(profile(facts)?) != "ENABLED" {
        return Ok(None);
    }
    let found = problem(
        Severity::Medium,
        "Users can write attributes that are not declared",
        "Unmanaged attributes are Enabled. A mapper that makes a claim of such an attribute lets users choose its value.",
        "Set Unmanaged attributes to Only administrators can write, or to Disabled if no application needs them.",
    );
    Ok(Some(found.with_command(facts.commands.close_unmanaged())))
}

fn profile<'a>(facts: &'a Facts<'_>) -> Result<&'a Value, NotChecked> {
    facts.state()?.profile.as_ref().map_err(Clone::clone)
}
