//! The attributes that become rights: Keycloak keeps them, and users cannot write them.

use super::super::Facts;
use super::super::verdict::{MendedBy as _, NotChecked, Verdict, problem};
use super::{list, text, texts};
use domain::doctor::Severity;
use serde_json::Value;

/// The attributes that every deployment uses; `guest` is on request.
pub(super) const ATTRIBUTES: [&str; 3] = ["applications", "applications_admin", "user_type"];

pub(super) fn declared(facts: &Facts<'_>) -> Verdict {
    let profile = profile(facts)?;
    let policy = text(profile, "unmanagedAttributePolicy");
    let missing: Vec<&str> = ATTRIBUTES.into_iter().filter(|name| attribute(profile, name).is_none()).collect();
    // Under these policies Keycloak keeps what is not declared; who may write it is another check.
    if missing.is_empty() || matches!(policy, "ENABLED" | "ADMIN_EDIT") {
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
    Ok(Some(found.mended_by(facts.mend.setup())))
}

pub(super) fn protected(facts: &Facts<'_>) -> Verdict {
    let profile = profile(facts)?;
    let is_open = text(profile, "unmanagedAttributePolicy") == "ENABLED";
    let is_writable = |name: &&str| match attribute(profile, name) {
        Some(attribute) => texts(&attribute["permissions"]["edit"]).any(|role| role == "user"),
        None => is_open,
    };
    let guest = attribute(profile, "guest").map(|_| "guest");
    let writable: Vec<&str> = ATTRIBUTES.into_iter().chain(guest).filter(is_writable).collect();
    if writable.is_empty() {
        return Ok(None);
    }
    let found = problem(
        Severity::High,
        "Users can write their own rights",
        format!("Every user of the realm can write {} in the account API or console.", writable.join(", ")),
        "Declare the attributes so that only administrators edit them. Then compare the values of all users with those that you gave.",
    );
    Ok(Some(found.mended_by(facts.mend.setup())))
}

pub(super) fn unmanaged(facts: &Facts<'_>) -> Verdict {
    if text(profile(facts)?, "unmanagedAttributePolicy") != "ENABLED" {
        return Ok(None);
    }
    let found = problem(
        Severity::Medium,
        "Users can write attributes that are not declared",
        "Unmanaged attributes are Enabled. A mapper that makes a claim of such an attribute lets users choose its value.",
        "Set Unmanaged attributes to Only administrators can write, or to Disabled if no application needs them.",
    );
    Ok(Some(found.mended_by(facts.mend.close_unmanaged())))
}

fn profile<'a>(facts: &'a Facts<'_>) -> Result<&'a Value, NotChecked> {
    facts.state()?.profile.as_ref().map_err(Clone::clone)
}

fn attribute<'a>(profile: &'a Value, name: &str) -> Option<&'a Value> {
    list(&profile["attributes"]).find(|attribute| attribute["name"] == name)
}
