//! A user of a Keycloak realm, read as a first sign-in reads the claims of a token.

use super::ImportResult;
use super::compare::Snapshot;
use crate::claims::{ClaimRules, ClaimedProject, Claims, DEVELOPER_ROLE};
use crate::email::Email;
use crate::id::UserId;
use crate::role::PlatformRole;
use crate::text::folded;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A user as Keycloak's admin API represents them; only what the import uses.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RealmUser {
    /// The id, which tokens name as `sub`.
    pub id: String,
    /// The username.
    pub username: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether Keycloak verified the address.
    pub email_verified: bool,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// The client whose service account this is.
    pub service_account_client_id: Option<String>,
    /// The attributes; each has a list of values.
    pub attributes: Option<BTreeMap<String, Vec<Value>>>,
}

/// Which of the two roles a user holds, directly, through groups or through composite roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeldRoles {
    /// `ADMIN_ROLE_NAME`
    pub admin: bool,
    /// `developer`
    pub developer: bool,
}

/// A user who can be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedUser {
    /// The id in Keycloak and in Bursar.
    pub id: UserId,
    /// What their token would say.
    pub claims: Claims,
    /// The e-mail address.
    pub email: Email,
    /// The platform role.
    pub role: PlatformRole,
    /// Whether they may sign in.
    pub is_active: bool,
}

impl RealmUser {
    /// The name that the report shows.
    pub fn shown_name(&self) -> String {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        let name = parts.into_iter().flatten().map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>();
        if name.is_empty() { self.username.clone().unwrap_or_default() } else { name.join(" ") }
    }

    /// The claims of a token of this user, as the mappers of docs/sign-in.md fill them.
    fn claims(&self, held: HeldRoles, rules: &ClaimRules) -> Map<String, Value> {
        let attributes = self.attributes.as_ref();
        let list = |name: &str| attributes.and_then(|attributes| attributes.get(name)).cloned().unwrap_or_default();
        let admin = held.admin.then_some(rules.admin_role.as_str());
        let developer = held.developer.then_some(DEVELOPER_ROLE);
        let roles: Vec<&str> = admin.into_iter().chain(developer).collect();
        let claims = [
            ("sub", json!(self.id)),
            ("preferred_username", json!(self.username)),
            ("email", json!(self.email)),
            ("email_verified", json!(self.email_verified)),
            ("given_name", json!(self.first_name)),
            ("family_name", json!(self.last_name)),
            ("realm_access", json!({ "roles": roles })),
            ("applications", json!(list("applications"))),
            ("applications_admin", json!(list("applications_admin"))),
            ("user_type", json!(list("user_type").first())),
            ("guest", json!(list("guest").first())),
        ];
        claims.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

impl ImportedUser {
    /// Reads a user of the realm.
    ///
    /// # Errors
    /// The result for a user who is not imported.
    pub fn parse(user: &RealmUser, held: HeldRoles, rules: &ClaimRules) -> Result<Self, ImportResult> {
        if user.service_account_client_id.is_some() {
            return Err(ImportResult::ServiceAccount);
        }
        // The id must be the text that tokens name, else the user would have another account after the sign-in.
        let id = user.id.parse::<Uuid>().ok().filter(|id| id.to_string() == user.id);
        let id = id.ok_or(ImportResult::IdIsNoUuid)?;
        let claims = user.claims(held, rules);
        let claims = Claims::parse(&claims, rules).map_err(|problem| ImportResult::Attribute(problem.to_string()))?;
        let role = claims.role.ok_or_else(|| ImportResult::NoRole { admin_role: rules.admin_role.clone() })?;
        let email = match (&claims.email, user.email.as_deref().map(str::trim).unwrap_or_default()) {
            (Some(email), _) => email.clone(),
            (None, "") => return Err(ImportResult::NoAddress),
            (None, address) => return Err(ImportResult::InvalidAddress { address: address.to_owned() }),
        };
        Ok(Self { id: UserId(id), claims, email, role, is_active: user.enabled })
    }

    /// The shared projects. Set-ups list the user's own address or username among the projects: that is the personal
    /// project, also while the address is not verified.
    pub fn projects(&self) -> impl Iterator<Item = &ClaimedProject> {
        let own = [Some(self.email.as_str()), self.claims.username.as_deref()].map(|name| name.map(folded));
        let is_own = move |project: &ClaimedProject| own.contains(&Some(folded(project.name.as_str())));
        self.claims.shared_projects().filter(move |project| !is_own(project))
    }

    /// The state that the import compares.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            name: self.claims.shown_name().to_owned(),
            email: self.email.as_str().to_owned(),
            role: self.role.key().to_owned(),
            kind: self.claims.kind.key().to_owned(),
            is_active: self.is_active,
            projects: self.projects().map(|project| (project.name.to_string(), project.is_admin)).collect(),
        }
    }
}
