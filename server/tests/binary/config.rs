//! What the binary says about its configuration.

use crate::process::{run, text};
use tempfile::TempDir;

#[test]
fn an_unknown_value_stops_the_start_and_names_the_allowed_ones() {
    let output = run(&["serve"], &[("IDP_PROVIDER", "ldap"), ("BURSAR_PORTS", "1")]);
    assert!(!output.status.success());
    let said = text(&output.stderr);
    for part in ["IDP_PROVIDER", "ldap", "Allowed: local", "BURSAR_PORTS is not a variable"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn check_config_shows_what_holds_but_no_secret() {
    let secret = "a quiet ledger line";
    let output = run(
        &["check-config"],
        &[("DATABASE_URL", "postgres://u:hidden@h/d"), ("SUPERADMIN_PASSWORD", secret), ("USER_PROJECT_LIMIT", "7")],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("USER_PROJECT_LIMIT = 7") && said.contains("DATABASE_URL = set, not shown"), "{said}");
    assert!(!said.contains(secret) && !said.contains("hidden"), "{said}");
}

#[test]
fn documentation_needs_no_configuration() {
    let output = run(&["docs", "config"], &[("IDP_PROVIDER", "ldap")]);
    assert!(output.status.success() && text(&output.stdout).contains("`USER_PROJECT_LIMIT`"));
    let output = run(&["docs", "roles"], &[]);
    assert!(output.status.success() && text(&output.stdout).contains("Maintainer"));
}

#[test]
fn pages_that_were_not_built_stop_the_start() {
    let empty = TempDir::new().expect("a folder");
    let output = run(&["serve"], &[("BURSAR_SITE_DIR", empty.path().to_str().expect("plain")), ("PORT", "0")]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("cargo xtask run"), "{}", text(&output.stderr));
}
