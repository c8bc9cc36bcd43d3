//! Where the identity provider is, and what it calls the roles.

use super::PublicUrl;
use super::value::{Value, plain_value};
use std::collections::BTreeMap;
use std::net::IpAddr;
use url::Url;

/// Where an identity provider is found, exactly as it writes it in its tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerUrl(String);

impl IssuerUrl {
    /// The address as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

plain_value!(
    IssuerUrl,
    "an https address without a query (http on this machine alone), like https://id.example.com/realms/main",
    |raw| {
        let uri: http::Uri = raw.parse().ok()?;
        let host = uri.host()?;
        let is_here =
            host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        let is_safe = match uri.scheme_str()? {
            "https" => true,
            "http" => is_here,
            _ => false,
        };
        let is_plain = !raw.contains(['?', '#']) && !uri.authority()?.as_str().contains('@');
        (is_safe && is_plain).then(|| Self(raw.to_owned()))
    },
    |url| url.0.clone()
);

/// Scheme, host and port by which this process reaches the identity provider, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InternalUrl(PublicUrl);

impl InternalUrl {
    /// The address as written, its host in lower case.
    pub fn as_str(&self) -> &str {
        self.0.origin()
    }
}

plain_value!(
    InternalUrl,
    "an http or https address without a path, like http://keycloak.identity.svc:8080",
    |raw| PublicUrl::parse(raw).ok().map(Self),
    |url| url.0.show()
);

/// Where the API of another service is, with the path that it is served under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceUrl(Url);

impl ServiceUrl {
    /// The address.
    pub const fn url(&self) -> &Url {
        &self.0
    }
}

plain_value!(
    ServiceUrl,
    "an http or https address without a query, like https://service.example.com",
    |raw| {
        let url = Url::parse(raw).ok()?;
        let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        (is_plain && url.has_host() && matches!(url.scheme(), "http" | "https")).then_some(Self(url))
    },
    |url| url.0.to_string()
);

/// What the provider calls the roles that open Bursar: pairs of its word and ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleMap(pub Vec<(String, String)>);

impl RoleMap {
    fn pair(theirs: &str, ours: &str) -> Option<(String, String)> {
        let (theirs, ours) = (theirs.trim(), ours.trim());
        let is_known = ["admin", "developer"].contains(&ours) && !theirs.is_empty();
        is_known.then(|| (theirs.to_owned(), ours.to_owned()))
    }
}

impl RoleMap {
    /// As the variable is written; JSON where a name would not survive between commas.
    pub fn written(&self) -> String {
        services::keycloak::written_role_map(&self.0)
    }
}

impl Value for RoleMap {
    const ALLOWED: &'static str = "pairs separated by commas, each a name of the provider, = and admin or developer; or a JSON object of them, for names with commas";

    fn parse(raw: &str) -> Result<Self, String> {
        let unknown = |pair: &str| format!("{pair:?} is not one");
        let pairs: Result<Vec<_>, String> = if raw.trim_start().starts_with('{') {
            let pairs: BTreeMap<String, String> =
                serde_json::from_str(raw).map_err(|fault| format!("it is no JSON object of texts ({fault})"))?;
            pairs.iter().map(|(theirs, ours)| Self::pair(theirs, ours).ok_or_else(|| unknown(theirs))).collect()
        } else {
            let pairs = raw.split(',').map(str::trim).filter(|pair| !pair.is_empty());
            let read = |pair: &str| pair.rsplit_once('=').and_then(|(theirs, ours)| Self::pair(theirs, ours));
            pairs.map(|pair| read(pair).ok_or_else(|| unknown(pair))).collect()
        };
        pairs.map(Self)
    }

    fn show(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|(theirs, ours)| format!("{theirs}={ours}")).collect();
        if pairs.is_empty() { "none".to_owned() } else { pairs.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_reached_by_tls_unless_it_is_on_this_machine() {
        for good in ["https://id.example.com/realms/main", "http://127.0.0.1:8080/realms/main", "http://localhost:1"] {
            assert_eq!(IssuerUrl::parse(good).map(|url| url.as_str().to_owned()), Ok(good.to_owned()));
        }
        let bad =
            ["http://id.example.com", "id.example.com", "https://x?a=b", "https://x#a", "https://u:p@x", "file:///"];
        for bad in bad {
            assert!(IssuerUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn address_of_a_service_may_have_a_path_and_no_credentials() {
        for good in ["https://id.example.com", "http://keycloak.identity.svc:8080/", "https://id.example.com/auth"] {
            assert!(ServiceUrl::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["id.example.com", "https://u:p@id.example.com", "https://id.example.com?a=b", "ldap://id", "https://"]
        {
            assert!(ServiceUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn roles_are_mapped_by_pairs() {
        let map = RoleMap::parse("Platform Admins=admin, 1f2e=developer").expect("good");
        assert_eq!(
            map.0,
            [("Platform Admins".to_owned(), "admin".to_owned()), ("1f2e".to_owned(), "developer".to_owned())]
        );
        assert!(RoleMap::parse("").is_ok_and(|map| map.0.is_empty()));
        for bad in ["admins", "=admin", "a=", "a=owner"] {
            assert!(RoleMap::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn role_map_takes_ldap_names_as_json() {
        let name = "cn=admins,ou=groups,dc=example,dc=com";
        let map = RoleMap::parse(&format!(r#" {{"{name}": "admin", "Staff": "developer"}}"#)).expect("good");
        let pair = |theirs: &str, ours: &str| (theirs.to_owned(), ours.to_owned());
        assert_eq!(map.0, [pair("Staff", "developer"), pair(name, "admin")]);
        assert_eq!(RoleMap::parse("{}"), Ok(RoleMap::default()));
        for bad in [r#"{"a": "owner"}"#, r#"{"": "admin"}"#, r#"{"a": 1}"#, r#"{"a": ["admin"]}"#, "{", r#"{"a"}"#] {
            assert!(RoleMap::parse(bad).is_err(), "{bad}");
        }
        assert!(RoleMap::parse(&format!("{name}=admin")).is_err(), "the commas separate pairs");
    }
}
