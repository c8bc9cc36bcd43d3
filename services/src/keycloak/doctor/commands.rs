//! Commands that mend what was found.

use super::Patient;
use std::fmt::Write as _;

/// The names that commands need, as they are configured.
pub(super) struct Mend<'a> {
    base: String,
    realm: &'a str,
    public_url: &'a str,
    client_id: &'a str,
    service_client_id: Option<&'a str>,
}

impl<'a> Mend<'a> {
    /// Keycloak's issuers are `<base>/realms/<realm>`.
    pub(super) fn new(patient: &Patient<'a>) -> Self {
        let config = &patient.identity.config;
        let issuer = config.issuer.trim_end_matches('/');
        let (base, realm) = issuer.rsplit_once("/realms/").unwrap_or((issuer, ""));
        let admin = patient.admin.map(|admin| admin.keycloak.base().as_str().trim_end_matches('/'));
        Self {
            base: admin.unwrap_or(base).to_owned(),
            realm,
            public_url: &config.public_url,
            client_id: &config.client_id,
            service_client_id: patient.admin.map(|admin| admin.client_id.as_str()),
        }
    }

    pub(super) const fn realm(&self) -> &'a str {
        self.realm
    }

    /// Sets up all that Bursar needs of the realm.
    pub(super) fn setup(&self) -> String {
        let (base, realm, public_url) = (quoted(&self.base), quoted(self.realm), quoted(self.public_url));
        let mut command = format!("bursar keycloak setup --url {base} --realm {realm} --public-url {public_url}");
        if self.client_id != "bursar" {
            let _ = write!(command, " --client-id {}", quoted(self.client_id));
        }
        if let Some(id) = self.service_client_id.filter(|id| *id != "bursar-import") {
            let _ = write!(command, " --service-client-id {}", quoted(id));
        }
        command
    }

    /// Changes fields of the realm.
    pub(super) fn update_realm(&self, fields: &str) -> String {
        format!("kcadm.sh update realms/{} {fields}", quoted(self.realm))
    }

    /// Changes fields of a client, by Keycloak's own id of it.
    pub(super) fn update_client(&self, id: &str, fields: &str) -> String {
        format!("kcadm.sh update clients/{id} -r {} {fields}", quoted(self.realm))
    }

    /// Creates a role of the realm.
    pub(super) fn create_role(&self, name: &str) -> String {
        format!("kcadm.sh create roles -r {} -s {}", quoted(self.realm), quoted(&format!("name={name}")))
    }

    /// Takes roles of `realm-management` from the service account of a client.
    pub(super) fn remove_roles(&self, client_id: &str, roles: &[&str]) -> String {
        let user = quoted(&format!("service-account-{client_id}"));
        let names: String = roles.iter().map(|role| format!(" --rolename {role}")).collect();
        format!(
            "kcadm.sh remove-roles -r {} --uusername {user} --cclientid realm-management{names}",
            quoted(self.realm)
        )
    }

    /// Has only administrators write attributes that are not declared.
    pub(super) fn close_unmanaged(&self) -> String {
        let realm = quoted(self.realm);
        format!(
            "kcadm.sh get users/profile -r {realm} | jq '.unmanagedAttributePolicy = \"ADMIN_EDIT\"' | kcadm.sh update users/profile -r {realm} -f -"
        )
    }
}

/// A word of a shell.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_with_characters_of_the_shell_are_quoted() {
        for (word, expected) in [
            ("https://id.example.com/auth", "https://id.example.com/auth"),
            ("a realm", "'a realm'"),
            ("", "''"),
            ("$(id)", "'$(id)'"),
            ("it's", r"'it'\''s'"),
            ("[::1]", "'[::1]'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
