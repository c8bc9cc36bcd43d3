//! What the binary says about its configuration.

use crate::process::{run, site, text};
use tempfile::{NamedTempFile, TempDir};

#[test]
fn an_unknown_value_stops_the_start_and_names_the_allowed_ones() {
    let output = run(&["serve"], &[("IDP_PROVIDER", "ldap"), ("BURSAR_PORTS", "1")]);
    assert!(!output.status.success());
    let said = text(&output.stderr);
    for part in ["IDP_PROVIDER", "ldap", "Allowed: local", "BURSAR_PORTS is not a variable"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

/// What `check-config` says where the pages are built.
fn check_config(variables: &[(&str, &str)]) -> (bool, String) {
    let site = site();
    let pages = ("BURSAR_SITE_DIR", site.path().to_str().expect("plain"));
    let output = run(&["check-config"], &[variables, &[pages]].concat());
    (output.status.success(), format!("{}{}", text(&output.stdout), text(&output.stderr)))
}

/// Variables of an identity provider at `issuer`.
fn provider(issuer: &str) -> [(&str, &str); 5] {
    [
        ("IDP_PROVIDER", "keycloak"),
        ("OIDC_ISSUER_URL", issuer),
        ("OIDC_CLIENT_ID", "bursar"),
        ("BURSAR_PUBLIC_URL", "https://bursar.example.com:443"),
        ("BURSAR_SECRET_KEY", "0123456789abcdef0123456789abcdef"),
    ]
}

/// As [`check_config`], with an identity provider at `issuer`.
fn check_config_with_provider(issuer: &str, variables: &[(&str, &str)]) -> (bool, String) {
    check_config(&[variables, &provider(issuer)].concat())
}

#[test]
fn check_config_shows_what_holds_but_no_secret() {
    let secret = "a quiet ledger line";
    let (is_good, said) = check_config(&[
        ("DATABASE_URL", "postgres://u:hidden@h/d"),
        ("SUPERADMIN_PASSWORD", secret),
        ("USER_PROJECT_LIMIT", "7"),
    ]);
    assert!(is_good, "{said}");
    assert!(said.contains("USER_PROJECT_LIMIT = 7") && said.contains("DATABASE_URL = set, not shown"), "{said}");
    assert!(!said.contains(secret) && !said.contains("hidden"), "{said}");
}

#[test]
fn empty_database_url_stops_the_start() {
    for empty in ["", "\n"] {
        for command in ["serve", "check-config", "migrate"] {
            let output = run(&[command], &[("DATABASE_URL", empty)]);
            assert!(!output.status.success(), "{command}");
            let said = text(&output.stderr);
            assert!(said.contains("DATABASE_URL is set but empty"), "{command}: {said}");
        }
    }
}

#[test]
fn other_name_of_a_variable_stops_the_start() {
    let output = run(&["serve"], &[("DATABASE_URI", "postgres://u:hidden@h/d")]);
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("Did you mean DATABASE_URL?"), "{said}");
    assert!(!said.contains("hidden"), "{said}");
}

#[test]
fn service_links_of_kubernetes_do_not_stop_the_start() {
    let (is_good, said) = check_config(&[
        ("BURSAR_PORT", "tcp://10.96.0.12:3000"),
        ("BURSAR_SERVICE_HOST", "10.96.0.12"),
        ("BURSAR_SERVICE_PORT_HTTP", "3000"),
        ("BURSAR_PORT_3000_TCP_ADDR", "10.96.0.12"),
        ("BURSAR_RW_SERVICE_HOST", "10.96.0.13"),
    ]);
    assert!(is_good, "{said}");
    assert!(!check_config(&[("BURSAR_PORT", "3000")]).0);
}

#[test]
fn missing_certificate_authorities_are_said_in_one_sentence() {
    let empty = NamedTempFile::new().expect("a file");
    let none = ("SSL_CERT_FILE", empty.path().to_str().expect("plain"));
    let issuer = "https://id.example.com/realms/main";
    let (is_good, said) = check_config_with_provider(issuer, &[none]);
    // Sent to the provider as browsers write it.
    assert!(said.contains("BURSAR_PUBLIC_URL = https://bursar.example.com\n"), "{said}");
    assert!(!is_good && said.contains("IDP_PROVIDER: No TLS connection can be verified"), "{said}");
    assert!(said.contains("ca-certificates") && said.contains("SSL_CERT_FILE"), "{said}");
    assert!(!said.contains("invariant"), "{said}");
    // The server says the same, and stops.
    let (site, database) = (site(), ("DATABASE_URL", "postgres://127.0.0.1:1/never-asked"));
    let serving = [none, database, ("BURSAR_SITE_DIR", site.path().to_str().expect("plain")), ("PORT", "0")];
    let output = run(&["serve"], &[&serving[..], &provider(issuer)].concat());
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("IDP_PROVIDER: No TLS connection can be verified"), "{said}");
    let (is_good, said) = check_config(&[none, ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example.com:4318")]);
    assert!(!is_good && said.contains("OTEL_EXPORTER_OTLP_ENDPOINT: No TLS connection can be verified"), "{said}");
}

#[test]
fn check_config_says_everything_that_serve_would_refuse() {
    let empty = NamedTempFile::new().expect("a file");
    let folder = TempDir::new().expect("a folder");
    let folder = folder.path().to_str().expect("plain");
    let (is_good, said) = check_config_with_provider(
        "https://id.example.com",
        &[("SSL_CERT_FILE", empty.path().to_str().expect("plain")), ("BURSAR_POSTGRES_BIN", folder)],
    );
    assert!(!is_good && said.contains("No TLS connection can be verified"), "{said}");
    #[cfg(feature = "embedded-postgres")]
    assert!(said.contains("BURSAR_POSTGRES_BIN:"), "{said}");
    let (is_good, said) = check_config(&[("DATABASE_URL", "no address")]);
    assert!(!is_good && said.contains("DATABASE_URL:"), "{said}");
    let output = run(&["check-config"], &[("BURSAR_SITE_DIR", folder)]);
    assert!(!output.status.success() && text(&output.stderr).contains("cargo xtask run"));
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
