//! Names that are no variables of Bursar: mistyped ones, other products' names of the same setting, and those that
//! Kubernetes sets by itself.

use super::VARIABLES;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

const OUR_PREFIX: &str = "BURSAR_";
/// Variables of the test tools, which may stand in the environment of a server that a test starts.
const TEST_PREFIX: &str = "BURSAR_TEST_";
/// How alike two names with our prefix are, from 0 to 1, before one is suggested for the other.
const MIN_SIMILARITY: f64 = 0.6;
/// How many characters a name without our prefix may differ from a variable to be taken for it.
const MAX_TYPOS: usize = 2;
/// Shorter names, like `PORT`, are within two characters of too many others.
const MIN_LENGTH_FOR_TYPOS: usize = 10;
/// What comparable products call settings of Bursar.
const OTHER_NAMES: [(&str, &str); 21] = [
    ("DATABASE_CONNECTION_STRING", "DATABASE_URL"),
    ("DATABASE_DSN", "DATABASE_URL"),
    ("DB_DSN", "DATABASE_URL"),
    ("DB_URI", "DATABASE_URL"),
    ("DB_URL", "DATABASE_URL"),
    ("PG_URI", "DATABASE_URL"),
    ("PG_URL", "DATABASE_URL"),
    ("POSTGRES_DSN", "DATABASE_URL"),
    ("POSTGRES_URI", "DATABASE_URL"),
    ("POSTGRES_URL", "DATABASE_URL"),
    ("POSTGRESQL_URI", "DATABASE_URL"),
    ("POSTGRESQL_URL", "DATABASE_URL"),
    ("ENTRA_TENANT", "ENTRA_TENANT_ID"),
    ("IDENTITY_PROVIDER", "IDP_PROVIDER"),
    ("OIDC_AUTHORITY", "OIDC_ISSUER_URL"),
    ("OIDC_DISCOVERY_URL", "OIDC_ISSUER_URL"),
    ("OIDC_ISSUER", "OIDC_ISSUER_URL"),
    ("OIDC_PROVIDER_URL", "OIDC_ISSUER_URL"),
    ("OIDC_SECRET", "OIDC_CLIENT_SECRET"),
    ("SUPERADMIN_MAIL", "SUPERADMIN_EMAIL"),
    ("SUPERADMIN_USER", "SUPERADMIN_EMAIL"),
];

/// A sentence for each name that seems to be meant for Bursar and is not read.
pub(super) fn problems(variables: &BTreeMap<String, String>) -> Vec<String> {
    let known: Vec<&str> = VARIABLES.iter().flat_map(|variable| variable.names).copied().collect();
    let unread =
        variables.iter().filter(|(name, value)| !known.contains(&name.as_str()) && !is_service_link(name, value));
    unread.filter_map(|(name, _)| problem(name, &known, variables)).collect()
}

fn problem(name: &str, known: &[&str], variables: &BTreeMap<String, String>) -> Option<String> {
    if name.starts_with(TEST_PREFIX) {
        return None;
    }
    if name.starts_with(OUR_PREFIX) {
        let hint = nearest(name, known).map_or_else(|| "`bursar --help` lists them.".to_owned(), did_you_mean);
        return Some(format!("{name} is not a variable of Bursar. {hint}"));
    }
    let meant = meant_by(name, known)?;
    // Where the right one is set too, this one is another program's.
    (!is_set(meant, variables)).then(|| {
        format!(
            "{name} is not a variable of Bursar. {} If {name} is for another program, start Bursar without it.",
            did_you_mean(meant)
        )
    })
}

fn did_you_mean(name: &str) -> String {
    format!("Did you mean {name}?")
}

fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let alike = |other: &str| strsim::normalized_levenshtein(name, other);
    known.iter().copied().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|near| alike(near) >= MIN_SIMILARITY)
}

/// The variable that a name without our prefix stands for.
fn meant_by<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let upper = name.to_uppercase();
    let typos = |other: &str| strsim::levenshtein(&upper, &other.to_uppercase());
    let other_name = || OTHER_NAMES.into_iter().find(|(other, _)| *other == upper).map(|(_, meant)| meant);
    let near =
        known.iter().copied().filter(|known| known.len() >= MIN_LENGTH_FOR_TYPOS).min_by_key(|known| typos(known));
    near.filter(|near| typos(near) <= MAX_TYPOS).or_else(other_name)
}

/// Whether a variable is set by any of its names.
fn is_set(name: &str, variables: &BTreeMap<String, String>) -> bool {
    let names = VARIABLES.iter().map(|variable| variable.names).find(|names| names.contains(&name)).unwrap_or_default();
    names.iter().any(|name| variables.contains_key(*name))
}

/// Whether Kubernetes set the variable for a Service of the namespace. It does so for every container unless
/// `enableServiceLinks` is false, so a Service named `bursar` or `bursar-rw` makes names with our prefix. The value is part
/// of the shape: `BURSAR_PORT=3000` is a mistake of the operator.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_number = |text: &str| text.parse::<u16>().is_ok();
    let is_address = || value.parse::<IpAddr>().is_ok();
    let is_protocol = |text: &str| ["TCP", "UDP", "SCTP"].contains(&text.to_uppercase().as_str());
    let is_url = || {
        let parts = value.split_once("://");
        parts.is_some_and(|(scheme, socket)| is_protocol(scheme) && socket.parse::<SocketAddr>().is_ok())
    };
    match name.split('_').collect::<Vec<_>>().as_slice() {
        [_, .., "SERVICE", "HOST"] => is_address(),
        [_, .., "PORT", number, protocol] if is_number(number) && is_protocol(protocol) => is_url(),
        [_, .., "PORT", number, protocol, part] if is_number(number) && is_protocol(protocol) => match *part {
            "PROTO" => is_protocol(value),
            "PORT" => value == *number,
            "ADDR" => is_address(),
            _ => false,
        },
        [_, .., "PORT"] if is_url() => true,
        _ => {
            let port_name = name.split_once("_SERVICE_PORT").map(|(_, port_name)| port_name);
            port_name.is_some_and(|port_name| port_name.is_empty() || port_name.starts_with('_')) && is_number(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems_of(variables: &[(&str, &str)]) -> Vec<String> {
        problems(&variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// As the kubelet sets them: `pkg/kubelet/envvars/envvars.go` of Kubernetes.
    const SERVICE_LINKS: [(&str, &str); 16] = [
        ("BURSAR_SERVICE_HOST", "10.96.0.12"),
        ("BURSAR_SERVICE_PORT", "3000"),
        ("BURSAR_SERVICE_PORT_HTTP", "3000"),
        ("BURSAR_SERVICE_PORT_HTTP_METRICS", "9090"),
        ("BURSAR_PORT", "tcp://10.96.0.12:3000"),
        ("BURSAR_PORT_3000_TCP", "tcp://10.96.0.12:3000"),
        ("BURSAR_PORT_3000_TCP_PROTO", "tcp"),
        ("BURSAR_PORT_3000_TCP_PORT", "3000"),
        ("BURSAR_PORT_3000_TCP_ADDR", "10.96.0.12"),
        ("BURSAR_RW_SERVICE_HOST", "fd00:96::12"),
        ("BURSAR_RW_SERVICE_PORT", "5432"),
        ("BURSAR_RW_PORT", "tcp://[fd00:96::12]:5432"),
        ("BURSAR_RW_PORT_5432_TCP", "tcp://[fd00:96::12]:5432"),
        ("BURSAR_RW_PORT_5432_TCP_ADDR", "fd00:96::12"),
        ("BURSAR_DNS_PORT_53_UDP", "udp://10.96.0.12:53"),
        ("BURSAR_DNS_PORT_53_UDP_PROTO", "udp"),
    ];

    #[test]
    fn service_links_of_kubernetes_are_left_alone() {
        assert_eq!(problems_of(&SERVICE_LINKS), Vec::<String>::new());
    }

    #[test]
    fn names_and_values_of_another_shape_are_no_service_links() {
        for (name, value) in [
            ("BURSAR_PORT", "3000"),
            ("BURSAR_PORT", "http://10.96.0.12:3000"),
            ("BURSAR_SERVICE_HOST", "bursar.example.com"),
            ("BURSAR_SERVICE_PORT", "http"),
            ("BURSAR_SERVICE_PORTS", "3000"),
            ("BURSAR_PORT_3000", "tcp://10.96.0.12:3000"),
            ("BURSAR_PORT_3000_TCP", "3000"),
            ("BURSAR_PORT_3000_TCP_PORT", "3001"),
            ("BURSAR_PORT_3000_TCP_NAME", "bursar"),
            ("BURSAR_TRUSTED_PROXY", "tcp://10.96.0.12:3000"),
        ] {
            assert_eq!(problems_of(&[(name, value)]).len(), 1, "{name}={value}");
        }
    }

    #[test]
    fn mistyped_names_with_our_prefix_get_the_nearest_one() {
        let problem = |name| problems_of(&[(name, "1")]).concat();
        assert!(problem("BURSAR_TRUSTED_PROXY").contains("Did you mean BURSAR_TRUSTED_PROXIES?"));
        assert!(problem("BURSAR_ENTIRELY_UNHEARD_OF").contains("--help"));
        assert_eq!(problem("BURSAR_TEST_DATABASE_URL"), "");
    }

    #[test]
    fn other_names_of_a_setting_are_pointed_out() {
        for (name, meant) in [
            ("DATABASE_URI", "DATABASE_URL"),
            ("DATABASE_URLS", "DATABASE_URL"),
            ("database_url", "DATABASE_URL"),
            ("POSTGRES_URL", "DATABASE_URL"),
            ("OIDC_ISSUER", "OIDC_ISSUER_URL"),
            ("OIDC_CLIENTID", "OIDC_CLIENT_ID"),
            ("OIDC_SECRET", "OIDC_CLIENT_SECRET"),
            ("ENABLE_USER_MANAGMENT", "ENABLE_USER_MANAGEMENT"),
            ("EXTERNAL_USER_ALLOWED_PROJECT", "EXTERNAL_USER_ALLOWED_PROJECTS"),
            ("IDP_PROVIDERS", "IDP_PROVIDER"),
            ("bursar_public_url", "BURSAR_PUBLIC_URL"),
        ] {
            let text = problems_of(&[(name, "x")]).concat();
            assert!(text.starts_with(name) && text.contains(&format!("Did you mean {meant}?")), "{name}: {text}");
        }
    }

    #[test]
    fn variables_of_other_programs_are_left_alone() {
        let others = [
            ("DATABASE_URL", "postgres://h/d"),
            ("DATABASE_URI", "postgres://h/d"),
            ("ENABLE_USER_MANAGEMENT", "true"),
            ("VITE_ENABLE_USER_MANAGEMENT", "true"),
            ("HOME", "/root"),
            ("HOST", "x"),
            ("PORTS", "1"),
            ("POSTGRES_PASSWORD", "x"),
            ("DATABASE_SERVICE_HOST", "10.96.0.13"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=b"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://x"),
        ];
        assert_eq!(problems_of(&others), Vec::<String>::new());
    }

    #[test]
    fn every_other_name_leads_to_a_variable() {
        for (other, meant) in OTHER_NAMES {
            assert!(VARIABLES.iter().any(|variable| variable.names.contains(&meant)), "{other}: {meant}");
        }
    }
}
