//! The realms for trying and testing, as their files say: Bursar's, and one that stands in for a company's directory.

use crate::paths;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// In which users sign in.
pub(super) const BURSAR: &str = "bursar";
/// Which Bursar's realm asks in its turn, as it would ask Microsoft Entra ID.
pub(super) const COMPANY: &str = "company";

/// What of a realm's file matters here.
#[derive(Deserialize)]
pub(super) struct Realm {
    /// Its name, which is part of the issuer's address.
    #[serde(rename = "realm")]
    pub(super) name: String,
    clients: Vec<Client>,
    users: Vec<User>,
}

/// A client that may request tokens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Client {
    pub(super) client_id: String,
    pub(super) secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    username: String,
    enabled: bool,
    #[serde(default)]
    credentials: Vec<Credential>,
    #[serde(default)]
    realm_roles: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Credential {
    value: String,
}

/// What a realm's file is called.
pub(super) fn file_name(realm: &str) -> String {
    format!("{realm}-realm.json")
}

/// Where a realm's file lies.
pub(super) fn file(realm: &str) -> PathBuf {
    paths::root().join("deploy/keycloak").join(file_name(realm))
}

impl Realm {
    pub(super) fn read(realm: &str) -> Result<Self> {
        let file = file(realm);
        let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()))
    }

    /// The client that Bursar is.
    pub(super) fn bursar(&self) -> Result<&Client> {
        self.clients.iter().find(|client| client.client_id == "bursar").context("the realm has no client `bursar`")
    }

    /// A line for each user with a password: user name, password, and what is special.
    pub(super) fn people(&self) -> Vec<String> {
        let people = self.users.iter().filter_map(|user| Some((user, &user.credentials.first()?.value)));
        people.map(|(user, password)| format!("  {:<14} {password}   {}", user.username, user.particulars())).collect()
    }
}

impl User {
    fn particulars(&self) -> String {
        let roles = self.realm_roles.iter().filter(|role| !role.starts_with("default-roles-"));
        let mut words: Vec<String> = roles.map(|role| format!("role {role}")).collect();
        if words.is_empty() {
            words.push("no role".to_owned());
        }
        words.extend(self.attributes.iter().map(|(name, values)| format!("{name}: {}", values.join(" | "))));
        if !self.enabled {
            words.push("disabled".to_owned());
        }
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::collections::BTreeSet;

    #[test]
    fn the_realm_names_who_signs_in_with_what() {
        let realm = Realm::read(BURSAR).unwrap();
        let people = realm.people();
        let line = |name: &str| people.iter().find(|line| line.trim_start().starts_with(name)).unwrap();
        assert!(line("admin").contains("try-bursar   role admin"), "{people:#?}");
        assert!(line("developer").contains("applications: atlas,notebooks | claims-lab"), "{people:#?}");
        assert!(line("no-role").contains("no role"), "{people:#?}");
        assert!(line("disabled").ends_with("disabled"), "{people:#?}");
        assert!(!people.iter().any(|line| line.contains("service-account")), "{people:#?}");
        assert_eq!(realm.bursar().unwrap().client_id, "bursar");
        let company = Realm::read(COMPANY).unwrap().people();
        assert!(company[0].contains("colleague") && company[0].contains("role Bursar.Developer"), "{company:#?}");
    }

    /// Every claim that Bursar reads from an attribute of the user: what a user may edit, a user may claim.
    #[test]
    fn users_cannot_edit_what_tokens_say_of_them() {
        let text = std::fs::read_to_string(file(BURSAR)).unwrap();
        let realm: Value = serde_json::from_str(&text).unwrap();
        let component = &realm["components"]["org.keycloak.userprofile.UserProfileProvider"][0];
        let profile = component["config"]["kc.user.profile.config"][0].as_str().unwrap();
        let profile: Value = serde_json::from_str(profile).unwrap();
        let mapped = attributes_in_tokens(&realm);
        assert_eq!(mapped, BTreeSet::from(["applications", "applications_admin", "guest", "user_type"]));
        assert_only_administrators_edit(&profile, &mapped);
    }

    /// What operators copy is what is tested.
    #[test]
    fn documented_user_profile_is_the_realm_files() {
        let docs = std::fs::read_to_string(paths::root().join("docs/sign-in.md")).unwrap();
        let block = docs.split("```json\n").find(|block| block.contains("\"permissions\"")).unwrap();
        let documented: Value = serde_json::from_str(block.split("```").next().unwrap()).unwrap();
        let names = ["applications", "applications_admin", "guest", "user_type"];
        assert_only_administrators_edit(&documented, &BTreeSet::from(names));
    }

    fn attributes_in_tokens(realm: &Value) -> BTreeSet<&str> {
        let clients = realm["clients"].as_array().unwrap().iter();
        let mappers = clients.filter_map(|client| client["protocolMappers"].as_array()).flatten();
        mappers.filter_map(|mapper| mapper["config"]["user.attribute"].as_str()).collect()
    }

    fn assert_only_administrators_edit(profile: &Value, names: &BTreeSet<&str>) {
        assert_eq!(profile.get("unmanagedAttributePolicy"), None, "ENABLED lets users write any attribute");
        let declared = profile["attributes"].as_array().unwrap();
        for name in names {
            let attribute = declared.iter().find(|attribute| attribute["name"] == *name).expect(name);
            assert_eq!(attribute["permissions"], json!({ "view": ["admin"], "edit": ["admin"] }), "{name}");
            assert_eq!(attribute["multivalued"] == true, name.starts_with("applications"), "{name}");
        }
    }
}
