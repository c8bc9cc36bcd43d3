//! Reading and writing the users of a realm.

use super::edit::{HeldRoles, RoleChange};
use super::{Reason, Refusal, Rules, RunError};
use crate::keycloak::attributes;
use domain::keycloak_user::KeycloakUserDraft;
use domain::text::folded;
use keycloak_admin::{Error, Keycloak};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

/// The users of one realm.
#[derive(Clone, Copy)]
pub struct RealmUsers<'a> {
    keycloak: &'a Keycloak,
    realm: &'a str,
}

/// Why no user of the realm can be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessProblem {
    /// Keycloak would drop it without a word.
    #[error(
        "The realm {realm} does not know the attribute {attribute} and would drop its values. Run `bursar keycloak setup` for the realm."
    )]
    Attribute {
        /// The realm.
        realm: String,
        /// The attribute.
        attribute: &'static str,
    },
    /// No user could sign in.
    #[error("The realm {realm} has no role {role}. Run `bursar keycloak setup` for the realm.")]
    Role {
        /// The realm.
        realm: String,
        /// The role.
        role: String,
    },
    /// No mail can be sent.
    #[error(
        "The realm {realm} has no mail server, so that Keycloak cannot send invitations. Set it in Keycloak under Realm settings, Email, or use temporary passwords."
    )]
    Mail {
        /// The realm.
        realm: String,
    },
}

/// Why a user was not written.
pub(super) enum Failure {
    /// For a reason of this user.
    Row(Refusal),
    /// For a reason that the others would meet too.
    Run(RunError),
}

impl Failure {
    /// With what was changed all the same, where the failure is of one user.
    pub(super) fn and(self, changed: &str) -> Self {
        match self {
            Self::Row(refusal) => {
                let notes: Vec<&str> = refusal.note.as_deref().into_iter().chain([changed]).collect();
                Self::Row(Refusal { note: Some(notes.join(" ")), ..refusal })
            }
            run @ Self::Run(_) => run,
        }
    }

    /// Why, in sentences.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Row(refusal) => refusal.to_string(),
            Self::Run(error) => error.to_string(),
        }
    }

    /// Of a user who was to be removed again.
    pub(super) fn of_new_user(self, username: &str, deleted: &Result<(), Error>) -> Self {
        match (self, deleted) {
            (failure, Ok(())) => failure,
            (row @ Self::Row(_), Err(fault)) => {
                row.and(&format!("The user stays in Keycloak; delete the user there. {fault}"))
            }
            (Self::Run(error), Err(_)) => Self::Run(RunError::Incomplete(username.to_owned(), Box::new(error))),
        }
    }
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self::Row(reason.into())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Exists { said, .. } | Error::Refused { said, .. } if !said.is_empty() => {
                Reason::Keycloak(said).into()
            }
            refused @ Error::Refused { .. } => Reason::Keycloak(refused.to_string()).into(),
            Error::NotFound { .. } => Reason::Deleted.into(),
            other => Self::Run(other.into()),
        }
    }
}

/// What the realm has that users need.
pub(super) struct Prepared {
    /// The realm roles that give a role, as Keycloak represents them.
    roles: Vec<Value>,
    /// Whether the address is the user name too.
    pub(super) is_email_username: bool,
}

impl Prepared {
    /// The representations of realm roles.
    fn named(&self, names: &[String]) -> Vec<&Value> {
        self.roles.iter().filter(|role| names.iter().any(|name| role["name"] == **name)).collect()
    }
}

/// A user who is there.
pub(super) struct Existing {
    pub(super) id: String,
    pub(super) user: Value,
    pub(super) roles: HeldRoles,
}

/// How a new user signs in for the first time.
#[derive(Clone, Copy)]
pub(super) enum FirstSignIn<'a> {
    Password(&'a SecretString),
    Mail,
    Other,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl<'a> RealmUsers<'a> {
    /// The users of the realm of this name.
    pub const fn new(keycloak: &'a Keycloak, realm: &'a str) -> Self {
        Self { keycloak, realm }
    }

    /// What the realm has, when that is what users need.
    pub(super) async fn prepared(&self, rules: &Rules, is_mail_needed: bool) -> Result<Prepared, RunError> {
        let realm = || self.realm.to_owned();
        let profile: Value = self.keycloak.get(&[self.realm, "users", "profile"], &[]).await?;
        if let Some(attribute) = attributes::required().find(|name| !attributes::is_kept(&profile, name)) {
            return Err(AccessProblem::Attribute { realm: realm(), attribute }.into());
        }
        let settings: Value = self.keycloak.get(&[self.realm], &[]).await?;
        if is_mail_needed && !has_mail_server(&settings) {
            return Err(AccessProblem::Mail { realm: realm() }.into());
        }
        let mut roles = Vec::new();
        for (name, role) in rules.roles.iter() {
            match self.keycloak.find(&[self.realm, "roles", name]).await? {
                Some(representation) => roles.push(representation),
                // Of several that give a role only one is granted.
                None if rules.roles.granted(role) != Some(name) => {}
                None => return Err(AccessProblem::Role { realm: realm(), role: name.to_owned() }.into()),
            }
        }
        Ok(Prepared { roles, is_email_username: settings["registrationEmailAsUsername"] == true })
    }

    /// The user of this name, when no other user has the address.
    pub(super) async fn find(
        &self,
        draft: &KeycloakUserDraft,
        prepared: &Prepared,
    ) -> Result<Option<Existing>, Failure> {
        let username = draft.username.as_str();
        if prepared.is_email_username && username != draft.email.as_str() {
            return Err(Reason::UsernameIsNotEmail.into());
        }
        if let Some(other) = self.other_with_address(draft).await? {
            return Err(Reason::EmailTaken(other).into());
        }
        match self.find_by_name(username).await? {
            Some(user) => Ok(Some(self.with_roles(user).await?)),
            None => Ok(None),
        }
    }

    /// The name of another user with the address.
    pub(super) async fn other_with_address(&self, draft: &KeycloakUserDraft) -> Result<Option<String>, Error> {
        let same_address = self.search("email", draft.email.as_str()).await?;
        let mut others = same_address.iter().filter_map(|user| user["username"].as_str());
        Ok(others.find(|other| folded(other) != folded(draft.username.as_str())).map(str::to_owned))
    }

    /// The user of this name.
    pub(super) async fn find_by_name(&self, username: &str) -> Result<Option<Value>, Error> {
        Ok(self.search("username", username).await?.into_iter().next())
    }

    /// The user with this id.
    pub(super) async fn find_by_id(&self, id: &str) -> Result<Option<Existing>, Error> {
        match self.keycloak.find(&self.below(&[id])).await? {
            Some(user) => self.with_roles(user).await.map(Some),
            None => Ok(None),
        }
    }

    /// Users whose name, user name or address contains the text, in the order of user names.
    pub(super) async fn list(&self, text: &str, first: usize, max: usize) -> Result<Vec<Value>, Error> {
        let (first, max) = (first.to_string(), max.to_string());
        let query = [("search", text), ("first", &first), ("max", &max), ("briefRepresentation", "false")];
        self.keycloak.get(&[self.realm, "users"], &query).await
    }

    async fn with_roles(&self, user: Value) -> Result<Existing, Error> {
        let id = user["id"].as_str().unwrap_or_default().to_owned();
        let roles = HeldRoles {
            assigned: self.held(&[&id, "role-mappings", "realm"]).await?,
            effective: self.held(&[&id, "role-mappings", "realm", "composite"]).await?,
        };
        Ok(Existing { id, user, roles })
    }

    async fn search(&self, field: &str, text: &str) -> Result<Vec<Value>, Error> {
        self.keycloak.get(&[self.realm, "users"], &[(field, text), ("exact", "true")]).await
    }

    async fn held(&self, path: &[&str]) -> Result<Vec<String>, Error> {
        let roles: Vec<Named> = self.keycloak.get(&self.below(path), &[]).await?;
        Ok(roles.into_iter().map(|role| role.name).collect())
    }

    /// Writes the fields and the role of a user. A refused field neither keeps a role that is revoked nor leaves one that
    /// is granted.
    pub(super) async fn write(
        &self,
        id: &str,
        user: &Value,
        is_changed: bool,
        role: Option<&RoleChange>,
        prepared: &Prepared,
    ) -> Result<(), Failure> {
        let (first, last) = if role.is_some_and(|role| !role.revoked.is_empty()) { (role, None) } else { (None, role) };
        if let Some(role) = first {
            self.change_role(id, role, prepared).await?;
        }
        if is_changed {
            let replaced = self.keycloak.put(&self.below(&[id]), user).await.map_err(Failure::from);
            replaced.map_err(|failure| match first {
                Some(role) => failure.and(&format!("The role {} was revoked.", role.change.before)),
                None => failure,
            })?;
        }
        if let Some(role) = last {
            let changed = self.change_role(id, role, prepared).await;
            changed
                .map_err(|failure| if is_changed { failure.and("The other fields were changed.") } else { failure })?;
        }
        Ok(())
    }

    /// Creates a user with everything, or not at all: half a user would count as unchanged the next time.
    pub(super) async fn create(
        &self,
        user: Value,
        first: FirstSignIn<'_>,
        role: Option<&RoleChange>,
        prepared: &Prepared,
    ) -> Result<String, Failure> {
        let username = user["username"].as_str().unwrap_or_default().to_owned();
        let id = self.insert(user, first).await?;
        match self.complete(&id, first, role, prepared).await {
            Ok(()) => Ok(id),
            Err(failure) => Err(failure.of_new_user(&username, &self.delete(&id).await)),
        }
    }

    /// Creates a user without a role, and returns the id.
    pub(super) async fn insert(&self, mut user: Value, first: FirstSignIn<'_>) -> Result<String, Error> {
        if let FirstSignIn::Password(password) = first {
            user["credentials"] = json!([{ "type": "password", "temporary": true, "value": password.expose_secret() }]);
        }
        let created = self.keycloak.post(&[self.realm, "users"], &user).await?;
        created.ok_or_else(|| Error::Answer {
            address: self.keycloak.base().to_string(),
            what: "it did not name the user that it created".to_owned(),
        })
    }

    /// Gives a new user the role and, where that is wanted, the mail.
    pub(super) async fn complete(
        &self,
        id: &str,
        first: FirstSignIn<'_>,
        role: Option<&RoleChange>,
        prepared: &Prepared,
    ) -> Result<(), Failure> {
        if let Some(role) = role {
            self.change_role(id, role, prepared).await?;
        }
        if matches!(first, FirstSignIn::Mail) {
            let path = self.below(&[id, "execute-actions-email"]);
            self.keycloak.put(&path, &json!(["UPDATE_PASSWORD", "VERIFY_EMAIL"])).await.map_err(not_sent)?;
        }
        Ok(())
    }

    pub(super) async fn delete(&self, id: &str) -> Result<(), Error> {
        self.keycloak.delete(&self.below(&[id]), None::<&Value>).await
    }

    pub(super) async fn change_role(&self, id: &str, change: &RoleChange, prepared: &Prepared) -> Result<(), Failure> {
        let path = self.below(&[id, "role-mappings", "realm"]);
        if let Some(granted) = &change.granted {
            self.keycloak.post(&path, &prepared.named(std::slice::from_ref(granted))).await?;
        }
        if !change.revoked.is_empty() {
            self.keycloak.delete(&path, Some(&prepared.named(&change.revoked))).await?;
            let held = self.held(&[id, "role-mappings", "realm", "composite"]).await?;
            if let Some(inherited) = change.revoked.iter().find(|role| held.contains(role)) {
                let failure = Failure::from(Reason::InheritedRole(inherited.clone()));
                return Err(failure.and("The assignment to the user itself was revoked."));
            }
        }
        Ok(())
    }

    fn below<'b>(&'b self, path: &[&'b str]) -> Vec<&'b str> {
        [&[self.realm, "users"], path].concat()
    }
}

/// Keycloak leaves the mail server out for those who may not see it; then sending tells.
fn has_mail_server(settings: &Value) -> bool {
    settings.get("smtpServer").is_none_or(|server| server["host"].as_str().is_some_and(|host| !host.is_empty()))
}

fn not_sent(error: Error) -> Failure {
    match error {
        Error::Refused { said, .. } => Reason::NotInvited(said).into(),
        other => other.into(),
    }
}
