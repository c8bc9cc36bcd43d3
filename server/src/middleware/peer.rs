//! Who is at the other end: the address of the connection, or what a trusted proxy says about it.

use crate::state::Web;
use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap, HeaderName};
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Headers by which a proxy shows that it is one.
const FORWARDED: [HeaderName; 4] = [
    FORWARDED_FOR,
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// The address of the connection.
pub fn connection(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical())
}

/// Whether the connection comes from a proxy that is believed.
pub fn is_trusted(web: &Web, extensions: &Extensions) -> bool {
    connection(extensions).is_some_and(|address| web.trusted_proxies.contains(address))
}

/// The address of the client, if the connection is a trusted proxy's: the last one in `X-Forwarded-For` that is no trusted
/// proxy, or else the first one, which is then a machine inside these networks.
pub fn client(web: &Web, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let connection = connection(extensions)?;
    if !web.trusted_proxies.contains(connection) {
        warn_of_untrusted_proxy(connection, headers);
        return Some(connection);
    }
    let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().flat_map(|line| line.split(',')).rev();
    let mut client = connection;
    // Any client could have written what comes before the first value that is not an address.
    for address in hops.map_while(hop) {
        client = address;
        if !web.trusted_proxies.contains(address) {
            break;
        }
    }
    Some(client)
}

/// The address of a hop, which some proxies write with the port of the connection, and IPv6 in brackets.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Says once that a proxy is in front whose headers are not believed, because then everybody behind it counts as one
/// address. Once, because any client can send the header.
fn warn_of_untrusted_proxy(connection: IpAddr, headers: &HeaderMap) {
    static WARNING: Once = Once::new();
    if FORWARDED.iter().any(|name| headers.contains_key(name)) {
        WARNING.call_once(|| {
            tracing::warn!(
                %connection,
                "ignored the forwarded headers of a connection that is no trusted proxy's. If it is your proxy, every client \
                 behind it counts as one address: set BURSAR_TRUSTED_PROXIES to its address or network"
            );
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{TrustedProxies, Value as _};
    use std::path::PathBuf;
    use std::time::Duration;

    fn seen(trusted: &[&str], connection: &str, forwarded: &[&str]) -> String {
        let web = Web {
            public_url: None,
            trusted_proxies: TrustedProxies::parse(&trusted.join(",")).expect("networks"),
            site_dir: PathBuf::new(),
            request_timeout: Duration::from_secs(1),
            hsts: <crate::config::Hsts as crate::config::Value>::parse("off").expect("a value"),
        };
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(connection.parse().expect("an address"), 1)));
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("a header"));
        }
        client(&web, &extensions, &headers).expect("an address").to_string()
    }

    #[test]
    fn no_proxy_is_trusted_by_default() {
        assert_eq!(seen(&[], "192.0.2.7", &["203.0.113.9"]), "192.0.2.7");
        assert_eq!(seen(&["10.0.0.1"], "192.0.2.7", &["203.0.113.9"]), "192.0.2.7");
    }

    #[test]
    fn a_trusted_proxy_names_the_client_and_the_client_cannot_name_itself() {
        assert_eq!(seen(&["10.0.0.1"], "10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.1"], "10.0.0.1", &["1.1.1.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.1", "10.0.0.2"], "10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(seen(&["10.0.0.1"], "10.0.0.1", &["1.1.1.1", "203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn nonsense_from_a_proxy_leaves_the_proxy_itself() {
        assert_eq!(seen(&["10.0.0.1"], "10.0.0.1", &["1.1.1.1, unknown"]), "10.0.0.1");
        assert_eq!(seen(&["10.0.0.1"], "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(seen(&["10.0.0.1"], "::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn proxies_are_trusted_by_network() {
        let pods = ["10.42.0.0/16", "fd00:42::/48"];
        assert_eq!(seen(&pods, "10.42.7.9", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen(&pods, "fd00:42::9", &["198.51.100.1, 203.0.113.9, 10.42.3.3"]), "203.0.113.9");
        assert_eq!(seen(&pods, "10.43.0.1", &["203.0.113.9"]), "10.43.0.1");
    }

    #[test]
    fn clients_inside_the_trusted_networks_are_told_apart() {
        assert_eq!(seen(&["10.42.0.0/16"], "10.42.7.9", &["10.42.3.3"]), "10.42.3.3");
        assert_eq!(seen(&["10.42.0.0/16"], "10.42.7.9", &["10.42.3.3, 10.42.8.8"]), "10.42.3.3");
        assert_eq!(seen(&["10.42.0.0/16"], "10.42.7.9", &["unknown, 10.42.3.3"]), "10.42.3.3");
    }

    #[test]
    fn hops_are_read_with_ports_and_brackets() {
        for (hop, client) in [
            ("203.0.113.9:51234", "203.0.113.9"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:51234", "203.0.113.9"),
            (" 203.0.113.9 ", "203.0.113.9"),
        ] {
            assert_eq!(seen(&["10.0.0.1"], "10.0.0.1", &[hop]), client, "{hop}");
            assert_eq!(seen(&["10.0.0.1"], "10.0.0.1", &[&format!("1.1.1.1, {hop}")]), client, "{hop}");
        }
        for nonsense in ["203.0.113.9:", "203.0.113.9:http", "[203.0.113", "2001:db8::7]", "203.0.113.9:99999", ""] {
            assert_eq!(seen(&["10.0.0.1"], "10.0.0.1", &[&format!("1.1.1.1, {nonsense}")]), "10.0.0.1", "{nonsense}");
        }
    }
}
