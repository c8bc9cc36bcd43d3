//! The addresses of Bursar that its client lists.

use super::super::Facts;
use super::super::verdict::{Verdict, WithCommand as _, problem};
use super::{text, texts};
use crate::identity::flow::CALLBACK;
use crate::identity::logout::{BACK_CHANNEL, is_back_channel};
use crate::keycloak::quoted;
use domain::doctor::Severity;
use serde_json::{Value, json};

/// Where browsers go after signing out.
const SIGN_IN: &str = "/sign-in";
/// What Keycloak puts between addresses in one text.
const SEPARATOR: &str = "##";

pub(super) fn redirect(facts: &Facts<'_>) -> Verdict {
    let (client, callback) = (facts.client()?, facts.address(CALLBACK));
    if redirects(client).iter().any(|pattern| covers(pattern, &callback)) {
        return Ok(None);
    }
    let found = problem(
        Severity::High,
        "The redirect address is missing",
        format!("{} does not list {callback}. Keycloak says \"Invalid parameter: redirect_uri\".", facts.client_id()),
        format!("Add it to Valid redirect URIs, or correct BURSAR_PUBLIC_URL. It must match exactly: {callback}."),
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn redirect_wildcard(facts: &Facts<'_>) -> Verdict {
    let client = facts.client()?;
    let (wild, exact): (Vec<String>, Vec<String>) =
        redirects(client).into_iter().partition(|pattern| pattern.ends_with('*'));
    if wild.is_empty() {
        return Ok(None);
    }
    let (severity, title) = if wild.iter().any(|pattern| is_any_site(pattern)) {
        (Severity::High, "The client accepts every redirect address")
    } else {
        (Severity::Low, "The client accepts more redirect addresses than Bursar uses")
    };
    let consequence = match severity {
        Severity::High => "so a sign-in can be sent to another site",
        Severity::Medium | Severity::Low => "and Bursar uses one address",
    };
    let mut keep = exact;
    let callback = facts.address(CALLBACK);
    if !keep.contains(&callback) {
        keep.push(callback.clone());
    }
    let fields = format!("-s {}", quoted(&format!("redirectUris={}", json!(keep))));
    let found = problem(
        severity,
        title,
        format!("{} lists {}, {consequence}.", facts.client_id(), wild.join(", ")),
        format!("Enter only {callback} under Valid redirect URIs."),
    );
    Ok(Some(found.with_command(facts.commands.update_client(text(client, "id"), &fields))))
}

pub(super) fn post_logout(facts: &Facts<'_>) -> Verdict {
    let (client, address) = (facts.client()?, facts.address(SIGN_IN));
    let listed = text(&client["attributes"], "post.logout.redirect.uris").split(SEPARATOR);
    let covers_it = |pattern: &str| match pattern {
        // All that is valid after signing in.
        "+" => redirects(client).iter().any(|pattern| covers(pattern, &address)),
        pattern => covers(pattern, &address),
    };
    if listed.into_iter().any(covers_it) {
        return Ok(None);
    }
    let found = problem(
        Severity::Medium,
        "The redirect address after signing out is missing",
        format!(
            "{} does not list {address}. After signing out users see an error page of Keycloak.",
            facts.client_id()
        ),
        format!("Add {address} to Valid post logout redirect URIs."),
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

pub(super) fn back_channel(facts: &Facts<'_>) -> Verdict {
    let (client, address) = (facts.client()?, facts.address(BACK_CHANNEL));
    let listed = text(&client["attributes"], "backchannel.logout.url");
    let is_off = client["frontchannelLogout"] == true;
    let (title, found) = if listed.is_empty() {
        ("The back-channel logout address is missing", format!("{} has none.", facts.client_id()))
    } else if !is_back_channel(listed) {
        ("The back-channel logout address is wrong", format!("{} has {listed}.", facts.client_id()))
    } else if is_off {
        ("Back-channel logout is off", format!("{} has Front channel logout turned on instead.", facts.client_id()))
    } else {
        return Ok(None);
    };
    let found = problem(
        Severity::Medium,
        title,
        format!("{found} Sessions that end in Keycloak go on in Bursar."),
        format!("Turn off Front channel logout, and enter {address} as Backchannel logout URL."),
    );
    Ok(Some(found.with_command(facts.commands.setup())))
}

/// The addresses that the client lists, relative ones made whole.
fn redirects(client: &Value) -> Vec<String> {
    let root = text(client, "rootUrl").trim_end_matches('/');
    let whole = |address: &str| if address.starts_with('/') { format!("{root}{address}") } else { address.to_owned() };
    texts(&client["redirectUris"]).map(whole).collect()
}

/// Keycloak's rule: the same address, or one that begins with what stands before a final `*`.
fn covers(pattern: &str, address: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => address.starts_with(start),
        None => pattern == address,
    }
}

/// Whether a pattern also covers addresses of other hosts.
fn is_any_site(pattern: &str) -> bool {
    let rest = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
    rest.starts_with('*') || !rest.contains('/')
}

#[cfg(test)]
mod tests {
    use super::{covers, is_any_site};

    #[test]
    fn pattern_covers_what_begins_like_it() {
        let callback = "https://bursar.example.com/sign-in/callback";
        for pattern in [callback, "*", "https://*", "https://bursar.example.com/*"] {
            assert!(covers(pattern, callback), "{pattern}");
        }
        for pattern in ["http://bursar.example.com/*", "https://bursar.example.com/sign-in/callback/", "/*", ""] {
            assert!(!covers(pattern, callback), "{pattern}");
        }
    }

    #[test]
    fn wildcard_before_the_path_covers_other_sites() {
        for pattern in ["*", "https://*", "https://bursar.example.com*", "https://*.example.com/*"] {
            assert!(is_any_site(pattern), "{pattern}");
        }
        for pattern in ["https://bursar.example.com/*", "/*", "https://bursar.example.com/sign-in/*"] {
            assert!(!is_any_site(pattern), "{pattern}");
        }
    }
}
