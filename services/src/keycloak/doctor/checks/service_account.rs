//! The service account: it signs in, may read the realm, and nothing else.

use super::super::Facts;
use super::super::contact::says_no_realm;
use super::super::verdict::{NotChecked, Verdict, WithCommand as _, not_checked, problem};
use crate::keycloak::admin_api::held_roles;
use crate::keycloak::setup::ROLES;
use domain::doctor::Severity;
use keycloak_admin::Error;

/// Contains every other role of `realm-management`.
const REALM_ADMIN: &str = "realm-admin";
/// Lets Bursar create users of Keycloak and change them, where that is wanted.
const MANAGE_USERS: &str = "manage-users";

pub(super) fn sign_in(facts: &Facts<'_>) -> Verdict {
    let Some(admin) = facts.deployment.admin else { return facts.state().map(|_| None) };
    let realm = facts.commands.realm();
    if admin.realm != realm {
        return Ok(Some(problem(
            Severity::Medium,
            "The service account belongs to another realm",
            format!("KEYCLOAK_ADMIN_REALM is {}, and users sign in in {realm}.", admin.realm),
            "Set KEYCLOAK_ADMIN_REALM to the realm of OIDC_ISSUER_URL, and the other KEYCLOAK_ADMIN_ variables to a client of it.",
        )));
    }
    let mend = match &facts.refused {
        None => return Ok(None),
        Some(_) if facts.contact.description.is_err() => return not_checked("Keycloak does not answer"),
        Some(Error::NoRealm { .. }) if facts.contact.description.as_ref().is_ok_and(says_no_realm) => {
            return not_checked("the realm does not exist");
        }
        Some(Error::NoRealm { .. }) => {
            "Users sign in in a realm of this name, so KEYCLOAK_ADMIN_URL is another Keycloak than that of OIDC_ISSUER_URL: correct it."
        }
        Some(Error::Credentials { .. }) => {
            "Set KEYCLOAK_ADMIN_CLIENT_ID and KEYCLOAK_ADMIN_CLIENT_SECRET to those that the command prints."
        }
        Some(Error::NoServiceAccount { .. }) => {
            "Turn on Service accounts roles in the client's settings, as the command does."
        }
        Some(Error::Timeout { .. }) => "Run the checks again when Keycloak is less busy.",
        Some(_) => {
            "Correct KEYCLOAK_ADMIN_URL. It is the address of Keycloak, with a path such as /auth only if Keycloak is served under it."
        }
    };
    let command = matches!(facts.refused, Some(Error::Credentials { .. } | Error::NoServiceAccount { .. }));
    let found = facts.refused.as_ref().map(ToString::to_string).unwrap_or_default();
    let found = problem(Severity::Medium, "The service account cannot be used", found, mend);
    Ok(Some(if command { found.with_command(facts.commands.setup()) } else { found }))
}

pub(super) fn missing_roles(facts: &Facts<'_>) -> Verdict {
    let (client_id, held) = account(facts)?;
    let missing: Vec<&str> = ROLES.into_iter().filter(|role| !held.contains(role)).collect();
    if missing.is_empty() {
        return Ok(None);
    }
    let (found, mend) = if missing.len() == ROLES.len() {
        (
            format!(
                "The token of {client_id} has none of the roles of the client realm-management: {}.",
                missing.join(", ")
            ),
            "Assign them under Clients, Service accounts roles. If they are assigned, turn on Full scope allowed in the client's dedicated scope and add the client scope roles: without these the token leaves roles out.",
        )
    } else {
        (
            format!("{client_id} lacks {} of the client realm-management.", missing.join(", ")),
            "Assign it under Clients, Service accounts roles, or run the command.",
        )
    };
    let found = problem(Severity::Medium, "The service account lacks a role", found, mend);
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn excess_roles(facts: &Facts<'_>) -> Verdict {
    let (client_id, held) = account(facts)?;
    let mut excess: Vec<&str> = held.into_iter().filter(|role| !ROLES.contains(role)).collect();
    if excess.contains(&REALM_ADMIN) {
        excess = vec![REALM_ADMIN];
    }
    if excess.is_empty() {
        return Ok(None);
    }
    let names = excess.join(", ");
    let (severity, mend) = if excess == [MANAGE_USERS] {
        (Severity::Low, "Remove it, unless Bursar creates or changes users of Keycloak.".to_owned())
    } else {
        (Severity::Medium, format!("Remove {names}. The service account needs only {}.", ROLES.join(", ")))
    };
    let found = problem(
        severity,
        "The service account may do more than it needs",
        format!("{client_id} holds {names}. A stolen secret could be used to change the realm."),
        mend,
    );
    Ok(Some(found.with_command(facts.commands.remove_roles(client_id, &excess))))
}

/// The client, and its roles as they count in its token, composites included.
fn account<'a>(facts: &'a Facts<'_>) -> Result<(&'a str, Vec<&'a str>), NotChecked> {
    let client_id = facts.deployment.admin.map(|admin| admin.client_id.as_str()).unwrap_or_default();
    Ok((client_id, held_roles(&facts.state()?.account)))
}
