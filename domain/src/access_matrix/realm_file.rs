//! Roles, clients and default users as a file of a realm says: an export of Keycloak, or a template of one.

use super::{DefaultUser, Matrix, is_placeholder};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What of a realm's file the matrix is about.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RealmFile {
    realm: String,
    #[serde(default)]
    roles: FileRoles,
    #[serde(default)]
    clients: Vec<FileClient>,
    #[serde(default)]
    users: Vec<FileUser>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct FileRoles {
    #[serde(default)]
    realm: Vec<Named>,
    #[serde(default)]
    client: BTreeMap<String, Vec<Named>>,
}

#[derive(Clone, Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileClient {
    client_id: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileUser {
    username: String,
    email: Option<String>,
    service_account_client_id: Option<String>,
    #[serde(default)]
    realm_roles: Vec<String>,
    #[serde(default)]
    client_roles: BTreeMap<String, Vec<String>>,
}

/// The clients that Keycloak makes in every realm.
const BUILT_IN_CLIENTS: [&str; 6] =
    ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"];

impl RealmFile {
    /// Reads a file. A template may have placeholders where JSON has no string: `"enabled": ${ENABLED}`.
    ///
    /// # Errors
    /// It is not the JSON of a realm.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(&with_quoted_placeholders(text))
    }

    /// The name of the realm.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The users of the file with the roles that Keycloak does not grant to every user; without service accounts.
    pub fn default_users(&self) -> Vec<DefaultUser> {
        let users = self.users.iter().filter(|user| user.service_account_client_id.is_none());
        let users = users.map(|user| DefaultUser {
            realm: self.realm.clone(),
            username: user.username.clone(),
            email: user.email.clone(),
            roles: user.roles().filter(|role| !is_built_in(role)).collect(),
        });
        users.collect()
    }

    fn roles(&self) -> BTreeSet<String> {
        let realm = self.roles.realm.iter().map(|role| role.name.clone());
        let of_clients = self.roles.client.iter().filter(|(client, _)| !BUILT_IN_CLIENTS.contains(&client.as_str()));
        let of_clients =
            of_clients.flat_map(|(client, roles)| roles.iter().map(move |role| format!("{client} / {}", role.name)));
        realm.chain(of_clients).filter(|role| !is_built_in(role)).collect()
    }

    /// What the file and the declaration disagree on, in sentences.
    pub fn differences(&self, matrix: &Matrix) -> Vec<String> {
        let declared: BTreeSet<String> = matrix.roles_of(&self.realm).map(super::MatrixRole::title).collect();
        let roles = self.roles();
        let mut differences: Vec<String> = Vec::new();
        differences.extend(
            roles.difference(&declared).map(|role| format!("The role {role} is in the file and not declared.")),
        );
        differences.extend(
            declared.difference(&roles).map(|role| format!("The role {role} is declared and not in the file.")),
        );
        differences.extend(self.clients_that_differ(matrix));
        differences.extend(self.users_that_differ(matrix));
        differences
    }

    fn clients_that_differ(&self, matrix: &Matrix) -> Vec<String> {
        let in_realm = matrix.resources.iter().filter(|resource| resource.realms.contains(&self.realm));
        let declared: BTreeSet<&str> =
            in_realm.flat_map(|resource| resource.clients.iter().map(String::as_str)).collect();
        let is_own = |client: &&str| !BUILT_IN_CLIENTS.contains(client);
        let declared: BTreeSet<&str> = declared.into_iter().filter(is_own).collect();
        let clients: BTreeSet<&str> =
            self.clients.iter().map(|client| client.client_id.as_str()).filter(is_own).collect();
        let undeclared = clients
            .difference(&declared)
            .map(|client| format!("The client {client} is in the file and no resource names it."));
        let missing =
            declared.difference(&clients).map(|client| format!("The client {client} is declared and not in the file."));
        undeclared.chain(missing).collect()
    }

    fn users_that_differ(&self, matrix: &Matrix) -> Vec<String> {
        let by_name = |users: Vec<DefaultUser>| -> BTreeMap<String, BTreeSet<String>> {
            users.into_iter().map(|user| (user.username, user.roles.into_iter().collect())).collect()
        };
        let declared = matrix.default_users.iter().filter(|user| user.realm == self.realm).cloned().collect();
        let (declared, found) = (by_name(declared), by_name(self.default_users()));
        let names: BTreeSet<&String> = declared.keys().chain(found.keys()).collect();
        let differences = names.into_iter().filter_map(|name| {
            let set_by = if is_placeholder(name) { " (set by the environment)" } else { "" };
            match (declared.get(name), found.get(name)) {
                (Some(declared), Some(found)) if declared != found => Some(format!(
                    "The default user {name}{set_by} holds {} in the file and {} in the declaration.",
                    listed(found),
                    listed(declared)
                )),
                (None, Some(_)) => Some(format!("The default user {name}{set_by} is in the file and not declared.")),
                (Some(_), None) => Some(format!("The default user {name}{set_by} is declared and not in the file.")),
                _ => None,
            }
        });
        differences.collect()
    }
}

impl FileUser {
    fn roles(&self) -> impl Iterator<Item = String> + '_ {
        let of_clients = self.client_roles.iter();
        let of_clients =
            of_clients.flat_map(|(client, roles)| roles.iter().map(move |role| format!("{client} / {role}")));
        self.realm_roles.iter().cloned().chain(of_clients)
    }
}

/// Whether Keycloak grants the role to every user by itself.
fn is_built_in(role: &str) -> bool {
    let prefixes = ["default-roles-", "account / "];
    matches!(role, "offline_access" | "uma_authorization") || prefixes.iter().any(|prefix| role.starts_with(prefix))
}

fn listed(roles: &BTreeSet<String>) -> String {
    if roles.is_empty() { "no role".to_owned() } else { roles.iter().cloned().collect::<Vec<_>>().join(", ") }
}

/// Puts quotation marks around placeholders outside strings, so that a template is JSON.
fn with_quoted_placeholders(text: &str) -> String {
    let (mut written, mut is_string, mut is_escaped) = (String::with_capacity(text.len()), false, false);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if !is_string
            && rest.starts_with("${")
            && let Some(end) = rest.find('}')
        {
            let (placeholder, after) = rest.split_at(end + 1);
            written.push_str(&format!("{placeholder:?}"));
            rest = after;
            continue;
        }
        if character == '"' && !is_escaped {
            is_string = !is_string;
        }
        is_escaped = is_string && character == '\\' && !is_escaped;
        written.push(character);
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_matrix::{MatrixRole, Resource};

    const TEMPLATE: &str = r#"{
        "realm": "cdm", "enabled": ${CDM_ENABLED}, "displayName": "A \" ${NAME}",
        "roles": {
            "realm": [{ "name": "cdm-admin" }, { "name": "cdm-new" }, { "name": "offline_access" }, { "name": "default-roles-cdm" }],
            "client": { "grafana": [{ "name": "editor" }], "realm-management": [{ "name": "view-users" }] }
        },
        "clients": [{ "clientId": "grafana" }, { "clientId": "account" }, { "clientId": "kiosk" }],
        "users": [
            { "username": "cdm-admin", "realmRoles": ["cdm-admin", "offline_access"] },
            { "username": "${KC_ADMIN_USER}", "realmRoles": ["cdm-admin"], "clientRoles": { "grafana": ["editor"] } },
            { "username": "service-account-x", "serviceAccountClientId": "x", "realmRoles": ["cdm-admin"] }
        ]
    }"#;

    fn role(name: &str) -> MatrixRole {
        MatrixRole {
            realm: "cdm".to_owned(),
            client: None,
            name: name.to_owned(),
            group: None,
            is_privileged: false,
            is_for_machines: false,
            max_holders: None,
            owner: None,
            cells: Vec::new(),
        }
    }

    fn user(username: &str, roles: &[&str]) -> DefaultUser {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        DefaultUser { realm: "cdm".to_owned(), username: username.to_owned(), email: None, roles }
    }

    #[test]
    fn users_of_a_template_are_read_with_their_placeholders() {
        let file = RealmFile::parse(TEMPLATE).expect("a realm");
        let expected =
            [user("cdm-admin", &["cdm-admin"]), user("${KC_ADMIN_USER}", &["cdm-admin", "grafana / editor"])];
        assert_eq!(file.default_users(), expected);
        assert_eq!(file.default_users()[1].email_or_origin(), "(env-set)");
    }

    #[test]
    fn every_difference_between_file_and_declaration_is_listed() {
        let resource = Resource {
            realms: vec!["cdm".to_owned()],
            clients: vec!["grafana".to_owned(), "portal".to_owned(), "account-console".to_owned()],
            ..Resource::default()
        };
        let matrix = Matrix {
            roles: vec![role("cdm-admin"), role("cdm-old")],
            resources: vec![resource],
            default_users: vec![user("cdm-admin", &["cdm-old"]), user("gone", &[])],
            ..Matrix::default()
        };
        assert_eq!(
            RealmFile::parse(TEMPLATE).expect("a realm").differences(&matrix),
            [
                "The role cdm-new is in the file and not declared.",
                "The role grafana / editor is in the file and not declared.",
                "The role cdm-old is declared and not in the file.",
                "The client kiosk is in the file and no resource names it.",
                "The client portal is declared and not in the file.",
                "The default user ${KC_ADMIN_USER} (set by the environment) is in the file and not declared.",
                "The default user cdm-admin holds cdm-admin in the file and cdm-old in the declaration.",
                "The default user gone is declared and not in the file.",
            ]
        );
    }

    #[test]
    fn file_that_agrees_has_no_differences() {
        let file = RealmFile::parse(r#"{ "realm": "cdm", "roles": { "realm": [{ "name": "cdm-admin" }] } }"#);
        let matrix = Matrix { roles: vec![role("cdm-admin")], ..Matrix::default() };
        assert_eq!(file.expect("a realm").differences(&matrix), [""; 0]);
    }
}
