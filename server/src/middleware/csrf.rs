//! Only our own pages may change anything: `Sec-Fetch-Site` and `Origin` both have a say.

use super::error_pages;
use crate::config::web_origin;
use crate::state::{AppState, Web};
use app::cookies::CookieName;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Uri};

/// Refuses whatever may change something and was not sent from our own pages.
pub async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_safe(request.method()) || comes_from_us(&state.web, request.uri(), request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!("refused a request that did not come from our own pages");
    error_pages::page(&state, request.headers(), request.extensions(), error_pages::Problem::CROSS_SITE)
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn comes_from_us(web: &Web, uri: &Uri, headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(|site| site.as_bytes() == b"same-origin");
    let origin = headers.get(ORIGIN).map(|origin| is_own_origin(web, uri, headers, origin));
    match (site, origin) {
        (Some(false), _) | (_, Some(false)) => false,
        (Some(true), _) | (_, Some(true)) => true,
        // No browser of today sends neither; an API client without a session has nothing to lose.
        (None, None) => CookieName::Session.read(headers).is_none() && !names_session(headers),
    }
}

/// Whether any cookie of the session's name is there, even a malformed or doubled one.
fn names_session(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(http::header::COOKIE).iter();
    let name = CookieName::Session.as_str().as_bytes();
    lines.any(|line| line.as_bytes().windows(name.len()).any(|part| part == name))
}

fn is_own_origin(web: &Web, uri: &Uri, headers: &HeaderMap, origin: &HeaderValue) -> bool {
    let Some(origin) = origin.to_str().ok().and_then(web_origin) else { return false };
    if let Some(public) = &web.public_url {
        return origin == public.origin();
    }
    let host =
        headers.get(HOST).and_then(|host| host.to_str().ok()).or_else(|| uri.authority().map(|host| host.as_str()));
    // Without a public address this server speaks plain HTTP to its visitors; a proxy that adds TLS keeps the host.
    let own = |scheme: &str| host.and_then(|host| web_origin(&format!("{scheme}://{host}")));
    ["http", "https"].into_iter().filter_map(own).any(|own| own == origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{PublicUrl, TrustedProxies, Value as _};
    use std::path::PathBuf;
    use std::time::Duration;

    fn passes(public: Option<&str>, pairs: &[(&'static str, &str)]) -> bool {
        let web = Web {
            public_url: public.map(|url| PublicUrl::parse(url).expect("an address")),
            trusted_proxies: TrustedProxies::default(),
            site_dir: PathBuf::new(),
            request_timeout: Duration::from_secs(1),
            hsts: crate::config::Hsts::parse("off").expect("a value"),
        };
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "bursar.test:3000".parse().expect("a host"));
        for (name, value) in pairs {
            headers.insert(*name, value.parse().expect("a header"));
        }
        comes_from_us(&web, &Uri::from_static("/act/x"), &headers)
    }

    const COOKIE: (&str, &str) = ("cookie", "__Host-bursar=abc");

    #[test]
    fn both_headers_have_a_say() {
        let ours = ("origin", "http://bursar.test:3000");
        assert!(passes(None, &[COOKIE, ours]));
        assert!(passes(None, &[COOKIE, ours, ("sec-fetch-site", "same-origin")]));
        assert!(passes(None, &[COOKIE, ("sec-fetch-site", "same-origin")]));
        for site in ["cross-site", "same-site", "none", "Same-Origin", ""] {
            assert!(!passes(None, &[COOKIE, ours, ("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["http://evil.test", "null", "http://bursar.test", "http://bursar.test:3000.evil.test", ""] {
            assert!(!passes(None, &[COOKIE, ("origin", origin), ("sec-fetch-site", "same-origin")]), "{origin}");
            assert!(!passes(None, &[COOKIE, ("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn without_both_only_a_request_without_a_session_passes() {
        assert!(passes(None, &[]));
        assert!(!passes(None, &[COOKIE]));
        assert!(!passes(None, &[("cookie", "__Host-bursar=a; __Host-bursar=b")]));
    }

    #[test]
    fn behind_a_proxy_the_public_address_counts_and_no_other() {
        let public = Some("https://bursar.example.com");
        assert!(passes(public, &[COOKIE, ("origin", "https://bursar.example.com")]));
        assert!(!passes(public, &[COOKIE, ("origin", "http://bursar.test:3000")]));
        assert!(!passes(public, &[COOKIE, ("origin", "http://bursar.example.com")]));
    }

    #[test]
    fn origins_are_compared_without_default_ports() {
        let https = [COOKIE, ("origin", "https://bursar.example.com")];
        for public in ["https://bursar.example.com:443", "https://Bursar.Example.com/", "https://bursar.example.com"] {
            assert!(passes(Some(public), &https), "{public}");
        }
        assert!(!passes(Some("https://bursar.example.com:8443"), &https));
        assert!(passes(Some("https://bürsar.example"), &[COOKIE, ("origin", "https://xn--brsar-kva.example")]));
        // Proxies that write the port into `Host`, as nginx does with `$host:$server_port`.
        assert!(passes(None, &[("host", "bursar.example.com:443"), https[0], https[1]]));
        let http = ("origin", "http://bursar.example.com");
        assert!(passes(None, &[("host", "Bursar.example.com:80"), COOKIE, http]));
        assert!(!passes(None, &[("host", "bursar.example.com:443"), COOKIE, http]));
    }
}
