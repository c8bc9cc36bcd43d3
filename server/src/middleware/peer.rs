//! Who is at the other end: the address of the connection, or what a trusted proxy says about it.

use crate::state::Web;
use axum::extract::ConnectInfo;
use http::{Extensions, HeaderMap};
use std::net::{IpAddr, SocketAddr};

/// The address of the connection.
pub fn connection(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical())
}

/// Whether the connection comes from a proxy that is believed.
pub fn is_trusted(web: &Web, extensions: &Extensions) -> bool {
    connection(extensions).is_some_and(|address| web.trusted_proxies.contains(&address))
}

/// The address of the client: the last one in `X-Forwarded-For` that is not a trusted proxy, if the connection is.
pub fn client(web: &Web, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let connection = connection(extensions)?;
    if !web.trusted_proxies.contains(&connection) {
        return Some(connection);
    }
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().flat_map(|line| line.split(',')).rev();
    // What stands before the first thing that is no address could have been written by anybody.
    let addresses = hops.map_while(|hop| hop.trim().parse::<IpAddr>().ok()).map(|address| address.to_canonical());
    Some(addresses.into_iter().find(|address| !web.trusted_proxies.contains(address)).unwrap_or(connection))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use std::time::Duration;

    fn seen(trusted: &[&str], connection: &str, forwarded: &[&str]) -> String {
        let web = Web {
            public_url: None,
            trusted_proxies: trusted.iter().map(|address| address.parse().expect("an address")).collect(),
            site_dir: PathBuf::new(),
            request_timeout: Duration::from_secs(1),
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
    fn nobody_is_believed_by_default() {
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
}
