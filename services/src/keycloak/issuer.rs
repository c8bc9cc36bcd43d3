//! Issuers of realms: the address of Keycloak, then `/realms/` and the name, escaped as in every address.

use reqwest::Url;

/// The issuer of a realm of the Keycloak at an address.
pub fn issuer(keycloak: &Url, realm: &str) -> String {
    let mut issuer = keycloak.clone();
    if let Ok(mut path) = issuer.path_segments_mut() {
        path.pop_if_empty().extend(["realms", realm]);
    }
    issuer.into()
}

/// Whether an issuer is that of a realm of this name, of whatever Keycloak.
pub(super) fn is_issuer_of(address: &str, realm: &str) -> bool {
    let Ok(address) = Url::parse(address) else { return false };
    let mut keycloak = address.clone();
    if let Ok(mut path) = keycloak.path_segments_mut() {
        path.pop_if_empty().pop().pop();
    }
    issuer(&keycloak, realm) == address.as_str().trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_of_a_realm_has_its_name_escaped() {
        for (keycloak, realm, expected) in [
            ("https://id.example.com", "main", "https://id.example.com/realms/main"),
            ("https://id.example.com/auth/", "my realm", "https://id.example.com/auth/realms/my%20realm"),
            ("http://127.0.0.1:8080", "ünï", "http://127.0.0.1:8080/realms/%C3%BCn%C3%AF"),
        ] {
            assert_eq!(issuer(&keycloak.parse().expect("an address"), realm), expected);
            assert!(is_issuer_of(expected, realm), "{expected}");
        }
        assert!(is_issuer_of("https://id.example.com/realms/main/", "main"));
        for (address, realm) in [
            ("https://id.example.com/realms/Main", "main"),
            ("https://id.example.com/realms/domain", "main"),
            ("https://id.example.com/main", "main"),
            ("main", "main"),
        ] {
            assert!(!is_issuer_of(address, realm), "{address}");
        }
    }
}
