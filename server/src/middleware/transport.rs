//! Whether browsers keep our cookies. They are `Secure`: over plain HTTP a browser takes them from its own machine alone,
//! and drops them without a word from anywhere else.

use crate::config::PublicUrl;
use app::plain_http::PlainHttp;
use http::header::{FORWARDED, HOST, ORIGIN};
use http::{HeaderMap, Uri};
use std::net::IpAddr;

/// Set when the page came over plain HTTP from another machine, as far as its request shows.
///
/// A proxy that adds TLS need not say so. Browsers do: they send `Sec-Fetch-Site` to origins that they trust, which are
/// those with TLS and their own machine. This decides nothing but a warning, so headers of any client are good enough.
pub fn plain_http(public: Option<&PublicUrl>, uri: &Uri, headers: &HeaderMap) -> Option<PlainHttp> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = uri.host().unwrap_or_else(|| host_of(text(HOST.as_str())));
    let is_trusted = headers.contains_key("sec-fetch-site")
        || text(ORIGIN.as_str()).starts_with("https://")
        || text("x-forwarded-proto").split(',').next().is_some_and(|first| first.trim().eq_ignore_ascii_case("https"))
        || text(FORWARDED.as_str()).to_ascii_lowercase().contains("proto=https");
    if is_trusted || is_loopback(host) {
        return None;
    }
    let https = public.filter(|url| url.is_https());
    Some(PlainHttp { https_origin: https.map(PublicUrl::origin).map(str::to_owned) })
}

/// Without the port.
fn host_of(authority: &str) -> &str {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    authority.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(authority, |(host, _)| host)
}

/// What browsers take for their own machine, over HTTP too (W3C Secure Contexts, 3.1).
fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Value as _;

    fn https_origin(public: Option<&str>, pairs: &[(&'static str, &str)]) -> Option<Option<String>> {
        let public = public.map(|url| PublicUrl::parse(url).expect("an address"));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a header"));
        }
        plain_http(public.as_ref(), &Uri::from_static("/sign-in"), &headers).map(|plain| plain.https_origin)
    }

    #[test]
    fn plain_http_from_another_machine_is_noticed() {
        for host in ["192.168.1.5:3000", "bursar", "bursar.lan:80", "[fd00::7]:3000", "localhost.example.com"] {
            assert_eq!(https_origin(None, &[("host", host)]), Some(None), "{host}");
        }
        let public = "https://bursar.example.com";
        let posted = [("host", "192.168.1.5:3000"), ("origin", "http://192.168.1.5:3000")];
        assert_eq!(https_origin(Some(public), &posted), Some(Some(public.to_owned())));
        assert_eq!(https_origin(Some("http://bursar.lan"), &[("host", "bursar.lan")]), Some(None));
    }

    #[test]
    fn own_machine_and_tls_are_left_alone() {
        for host in ["127.0.0.1:3000", "127.9.9.9", "localhost:3000", "LOCALHOST", "bursar.localhost", "[::1]:3000"] {
            assert_eq!(https_origin(None, &[("host", host)]), None, "{host}");
        }
        let host = ("host", "bursar.example.com");
        for told in [
            ("sec-fetch-site", "none"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "for=192.0.2.1;Proto=https"),
            ("origin", "https://bursar.example.com"),
        ] {
            assert_eq!(https_origin(None, &[host, told]), None, "{told:?}");
        }
    }
}
