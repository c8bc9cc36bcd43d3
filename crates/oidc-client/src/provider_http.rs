//! Requests to the provider: where each goes, and what its failure says.

use crate::contact::{Contact, Purpose};
use crate::exchange::{HttpFault, exchange};
use crate::{Clock, Config, OidcClient};
use openidconnect::url::{Origin, Url};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// Where requests of ours go, as opposed to the addresses that browsers are sent to.
#[derive(Clone)]
pub(crate) struct Route {
    issuer: Option<Url>,
    internal: Option<Url>,
    issuer_setting: &'static str,
}

impl Route {
    /// The internal URL takes the place of the issuer's scheme, host and port.
    pub(crate) fn new(config: &Config) -> Self {
        let parsed = |url: &str| Url::parse(url).ok();
        Self {
            issuer: parsed(&config.issuer),
            internal: config.internal_url.as_deref().and_then(parsed),
            issuer_setting: config.issuer_setting,
        }
    }

    /// The fault of an address without TLS.
    pub(crate) fn not_https(&self, url: &Url) -> HttpFault {
        HttpFault::NotHttps { host: host(url), issuer_setting: self.issuer_setting }
    }

    /// The address to send a request to that is meant for `address`.
    pub(crate) fn to(&self, address: &str) -> Result<Url, HttpFault> {
        let mut url = Url::parse(address).map_err(|_| HttpFault::Address)?;
        if let Some(internal) = &self.internal
            && Some(url.origin()) == self.issuer.as_ref().map(Url::origin)
        {
            let is_set = url.set_scheme(internal.scheme()).is_ok()
                && url.set_host(internal.host_str()).is_ok()
                && url.set_port(internal.port()).is_ok();
            return if is_set { Ok(url) } else { Err(HttpFault::Address) };
        }
        if self.is_safe(&url) || self.is_internal(&url) { Ok(url) } else { Err(self.not_https(&url)) }
    }

    /// Whether browsers, and we, may go there: a provider that is reached by https names no other addresses.
    pub(crate) fn is_safe(&self, url: &Url) -> bool {
        url.scheme() == "https" || self.issuer.as_ref().is_none_or(|issuer| issuer.scheme() != "https")
    }

    /// An address of the provider inside the cluster, as one names it that tells its own from the request.
    fn is_internal(&self, url: &Url) -> bool {
        self.internal.as_ref().map(Url::origin) == Some(url.origin())
    }
}

/// Scheme, host and port, for a log line.
fn host(url: &Url) -> String {
    match url.origin() {
        origin @ Origin::Tuple(..) => origin.ascii_serialization(),
        Origin::Opaque(_) => url.scheme().to_owned(),
    }
}

/// Sends the library's requests; records how each exchange went.
pub(crate) struct ProviderHttpClient {
    http: reqwest::Client,
    contact: Arc<Mutex<Contact>>,
    clock: Clock,
    route: Route,
    purpose: Purpose,
}

impl OidcClient {
    /// Where a request of ours goes that is meant for an address of the provider.
    ///
    /// # Errors
    /// Why no request goes there, in a few words.
    pub fn route_to(&self, address: &str) -> Result<Url, String> {
        self.route.to(address).map_err(|fault| fault.to_string())
    }

    /// The HTTP client for requests of one purpose.
    pub(crate) fn provider_http(&self, purpose: Purpose) -> ProviderHttpClient {
        ProviderHttpClient {
            http: self.http.clone(),
            contact: self.contact.clone(),
            clock: self.clock.clone(),
            route: self.route.clone(),
            purpose,
        }
    }
}

impl<'c> AsyncHttpClient<'c> for ProviderHttpClient {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl ProviderHttpClient {
    /// Sends one request, unless the provider failed a moment ago.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        let contact = || self.contact.lock().unwrap_or_else(PoisonError::into_inner);
        if contact().is_backing_off((self.clock)()) {
            return Err(HttpFault::BackingOff);
        }
        let answer = self.exchange(request).await;
        contact().record((self.clock)(), self.purpose, &answer);
        answer
    }

    async fn exchange(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpFault> {
        let url = self.route.to(&request.uri().to_string())?;
        *request.uri_mut() = url.as_str().parse().map_err(|_| HttpFault::Address)?;
        exchange(&self.http, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccessTokenProfile;

    const ISSUER: &str = "https://id.example.com/realms/main";

    fn route(issuer: &str, internal: Option<&str>) -> Route {
        Route::new(&Config {
            issuer: issuer.to_owned(),
            issuer_setting: "OIDC_ISSUER_URL",
            internal_url: internal.map(str::to_owned),
            client_id: String::new(),
            client_secret: None,
            redirect_uri: String::new(),
            scopes: Vec::new(),
            access_tokens: AccessTokenProfile::Rfc9068,
            leeway: time::Duration::ZERO,
        })
    }

    fn to(internal: Option<&str>, address: &str) -> String {
        match route(ISSUER, internal).to(address) {
            Ok(url) => url.to_string(),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn internal_address_replaces_scheme_host_and_port_of_the_issuer() {
        for (internal, expected) in [
            ("http://keycloak:8080", "http://keycloak:8080/realms/main/token?a=b"),
            ("https://keycloak", "https://keycloak/realms/main/token?a=b"),
            ("http://[fd00::7]:8080", "http://[fd00::7]:8080/realms/main/token?a=b"),
        ] {
            assert_eq!(to(Some(internal), "https://id.example.com/realms/main/token?a=b"), expected);
        }
        let dynamic = "http://keycloak:8080/realms/main/keys";
        assert_eq!(to(Some("http://keycloak:8080"), dynamic), dynamic, "as a provider names it that was asked there");
        let elsewhere = "https://keys.example.net/keys";
        assert_eq!(to(Some("http://keycloak:8080"), elsewhere), elsewhere, "another host is not the issuer's");
    }

    #[test]
    fn https_issuer_with_http_endpoint_is_refused() {
        let refused = "it names an address without TLS, http://id.example.com, and OIDC_ISSUER_URL has https";
        assert_eq!(to(None, "http://id.example.com/realms/main/token"), refused);
        assert_eq!(to(Some("http://keycloak:8080"), "http://id.example.com/realms/main/token"), refused);
        let local = route("http://127.0.0.1:8080/realms/main", None).to("http://127.0.0.1:8080/token");
        assert!(local.is_ok(), "an issuer on this machine needs no TLS");
    }
}
