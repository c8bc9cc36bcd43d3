//! The realm's roles and its settings.

use super::super::Facts;
use super::super::verdict::{Verdict, WithCommand as _, problem};
use domain::doctor::Severity;
use time::Duration;

pub(super) fn roles(facts: &Facts<'_>) -> Verdict {
    let missing = facts.state()?.missing_roles.as_ref().map_err(Clone::clone)?;
    if missing.is_empty() {
        return Ok(None);
    }
    let names = missing.join(", ");
    let found = problem(
        Severity::High,
        "A realm role is missing",
        format!("The realm has no role {names}. Users need one of the roles to sign in."),
        "Create it under Realm roles.",
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn session_lifetime(facts: &Facts<'_>) -> Verdict {
    let (realm, settings) = (facts.realm_settings()?, facts.deployment.settings);
    let longer = [
        ("SSO session idle", "ssoSessionIdleTimeout", settings.session_idle),
        ("SSO session max", "ssoSessionMaxLifespan", settings.session_life),
    ]
    .into_iter()
    .find_map(|(name, field, ours)| {
        let theirs = Duration::seconds(realm[field].as_i64()?);
        (theirs > ours).then_some((name, field, theirs, ours))
    });
    let Some((name, field, theirs, ours)) = longer else { return Ok(None) };
    let found = problem(
        Severity::Low,
        "Sessions live longer in Keycloak than here",
        format!("{name} is {}, and Bursar's is {}. Users sign in again without a password.", span(theirs), span(ours)),
        format!("Set {name} to {}, or accept it.", span(ours)),
    );
    Ok(Some(found.with_command(facts.commands.update_realm(&format!("-s {field}={}", ours.whole_seconds())))))
}

pub(super) fn brute_force(facts: &Facts<'_>) -> Verdict {
    if facts.realm_settings()?["bruteForceProtected"] == true {
        return Ok(None);
    }
    let found = problem(
        Severity::Medium,
        "Brute force protection is off",
        "Keycloak does not limit how often a password may be tried.",
        "Turn it on in Realm settings, Security defenses. Where all users sign in through another directory, it changes nothing.",
    );
    Ok(Some(found.with_command(facts.commands.update_realm("-s bruteForceProtected=true"))))
}

/// Hours, or minutes where it is not whole hours.
fn span(duration: Duration) -> String {
    let (hours, minutes) = (duration.whole_hours(), duration.whole_minutes());
    match (hours, minutes) {
        (1, 60) => "1 hour".to_owned(),
        _ if minutes == hours * 60 => format!("{hours} hours"),
        _ => format!("{minutes} minutes"),
    }
}
