//! Web origins: the public address, and what browsers send in `Origin`.

use super::Value;
use url::Url;

/// The origin of an http address without a path, as browsers write it (RFC 6454, section 6.2): the host in lower case and
/// ASCII, the default port left out.
pub fn web_origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    (is_web && is_bare).then(|| url.origin().ascii_serialization())
}

/// The origin that browsers see: scheme, host and port, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// As browsers write it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.0
    }

    /// Whether browsers come by TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl Value for PublicUrl {
    const ALLOWED: &'static str = "an address like https://bursar.example.com, without a path";

    fn parse(raw: &str) -> Result<Self, String> {
        web_origin(raw).map(Self).ok_or_else(|| format!("{raw:?} is not one"))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_url_becomes_the_origin_that_browsers_send() {
        for (raw, origin) in [
            ("https://bursar.example.com", "https://bursar.example.com"),
            ("https://Bursar.Example.com/", "https://bursar.example.com"),
            ("HTTPS://bursar.example.com:443", "https://bursar.example.com"),
            ("http://bursar.example.com:80/", "http://bursar.example.com"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("https://bursar.example.com:80", "https://bursar.example.com:80"),
            ("https://bürsar.example", "https://xn--brsar-kva.example"),
            ("https://[2001:DB8:0::7]:443", "https://[2001:db8::7]"),
        ] {
            assert_eq!(PublicUrl::parse(raw).map(|url| url.origin().to_owned()), Ok(origin.to_owned()), "{raw}");
        }
    }

    #[test]
    fn public_url_with_more_than_an_origin_is_refused() {
        for bad in [
            "bursar.example.com",
            "bursar.example.com:443",
            "ftp://x",
            "https://x/path",
            "https://x//",
            "https://x/?a",
            "https://x/#a",
            "https://u:p@x",
            "https://u@x",
            "https://",
            "https://x:99999",
            "null",
            "",
        ] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
