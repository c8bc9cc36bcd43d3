//! Only our own pages may change anything (field.md S5): `Sec-Fetch-Site` and `Origin` both have a say.

use super::{cookies, error_pages};
use crate::state::{AppState, Web};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Method, Uri};

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
    let origin = headers.get(ORIGIN).map(|origin| is_own_origin(web, uri, headers, origin.as_bytes()));
    match (site, origin) {
        (Some(false), _) | (_, Some(false)) => false,
        (Some(true), _) | (_, Some(true)) => true,
        // No browser of today sends neither; a program without a session has nothing to lose.
        (None, None) => cookies::value(headers, cookies::SESSION).is_none() && !names_session(headers),
    }
}

/// Whether any cookie of the session's name is there, even a malformed or doubled one.
fn names_session(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(http::header::COOKIE).iter();
    lines.any(|line| line.as_bytes().windows(cookies::SESSION.len()).any(|part| part == cookies::SESSION.as_bytes()))
}

fn is_own_origin(web: &Web, uri: &Uri, headers: &HeaderMap, origin: &[u8]) -> bool {
    if let Some(public) = &web.public_url {
        return origin.eq_ignore_ascii_case(public.origin().as_bytes());
    }
    let host =
        headers.get(HOST).and_then(|host| host.to_str().ok()).or_else(|| uri.authority().map(|host| host.as_str()));
    // Without a public address this server speaks plain HTTP to its visitors; a proxy that adds TLS keeps the host.
    let own = |scheme: &str| host.is_some_and(|host| origin.eq_ignore_ascii_case(format!("{scheme}{host}").as_bytes()));
    own("http://") || own("https://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{PublicUrl, Value as _};
    use std::path::PathBuf;
    use std::time::Duration;

    fn passes(public: Option<&str>, pairs: &[(&'static str, &str)]) -> bool {
        let web = Web {
            public_url: public.map(|url| PublicUrl::parse(url).expect("an address")),
            trusted_proxies: vec![],
            site_dir: PathBuf::new(),
            request_timeout: Duration::from_secs(1),
        };
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "bursar.test:3000".parse().expect("a host"));
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a header"));
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
}
