//! Where messages to other systems are sent.

use super::Value;
use services::outbox::WebhookSecret;
use url::Url;

/// Where webhooks are sent. Its path and query may hold a secret, so only the origin shows.
#[derive(Clone)]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    /// The address.
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

impl std::fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.show())
    }
}

impl Value for WebhookUrl {
    const ALLOWED: &'static str = "an http or https address, like https://alerts.example.com/bursar";

    fn parse(raw: &str) -> Result<Self, String> {
        let url = Url::parse(raw).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
        // Not repeated: a mistyped address may hold the secret of the right one.
        url.map(Self).ok_or_else(|| "it is not one".to_owned())
    }

    fn show(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

/// The SMTP server that sends mails. It may hold a password, so only scheme, host and port show.
#[derive(Clone)]
pub struct SmtpUrl(Url);

impl SmtpUrl {
    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.show())
    }
}

impl Value for SmtpUrl {
    const ALLOWED: &'static str = "smtps://user:password@host for TLS from the start (port 465), smtp://user:password@host?tls=required for STARTTLS (port 587), or smtp://host without TLS and password (port 25)";

    fn parse(raw: &str) -> Result<Self, String> {
        let url = Url::parse(raw).ok().filter(Url::has_host).ok_or("it is not one")?;
        let is_secure = match (url.scheme(), url.query()) {
            ("smtps", None) | ("smtp", Some("tls=required")) => true,
            ("smtp", None) => false,
            _ => return Err("it is not one".to_owned()),
        };
        if !is_secure && url.password().is_some() {
            return Err("a password needs TLS: it must not be sent in clear text".to_owned());
        }
        Ok(Self(url))
    }

    fn show(&self) -> String {
        let port = self.0.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}", self.0.scheme(), self.0.host_str().unwrap_or_default())
    }
}

impl Value for WebhookSecret {
    const ALLOWED: &'static str =
        "whsec_ and 24 to 64 random bytes in base64, like the output of: echo whsec_$(openssl rand -base64 32)";

    fn parse(raw: &str) -> Result<Self, String> {
        Self::parse(raw).ok_or_else(|| "it is not one".to_owned())
    }

    fn show(&self) -> String {
        "set, not shown".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_of_a_webhook_shows_without_what_may_be_secret() {
        let url = <WebhookUrl as Value>::parse("https://hooks.example.com:8443/services/T0/s3cret?token=s3cret");
        let url = url.expect("an address");
        assert_eq!((url.show(), format!("{url:?}")), ("https://hooks.example.com:8443".into(), url.show()));
        for bad in ["hooks.example.com/s3cret", "ftp://hooks.example.com", "https://", "/s3cret"] {
            let problem = <WebhookUrl as Value>::parse(bad).expect_err(bad);
            assert!(!problem.contains("s3cret"), "{problem}");
        }
    }

    #[test]
    fn mail_server_gets_a_password_over_tls_alone() {
        for (raw, shown) in [
            ("smtps://bursar:s3cret@mail.example.com", "smtps://mail.example.com"),
            ("smtp://bursar:s3cret@mail.example.com:2587?tls=required", "smtp://mail.example.com:2587"),
            ("smtp://127.0.0.1:1025", "smtp://127.0.0.1:1025"),
        ] {
            let url = SmtpUrl::parse(raw).expect(raw);
            assert_eq!((url.show(), format!("{url:?}")), (shown.to_owned(), shown.to_owned()));
        }
        for bad in [
            "mail.example.com",
            "smtp://",
            "http://mail.example.com",
            "smtp://bursar:s3cret@mail.example.com",
            "smtp://bursar:s3cret@mail.example.com?tls=opportunistic",
        ] {
            let problem = SmtpUrl::parse(bad).expect_err(bad);
            assert!(!problem.contains("s3cret"), "{problem}");
        }
    }
}
