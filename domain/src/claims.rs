//! What a verified token says about a user (docs/identity.md, "What a token must say").
//!
//! Signature, issuer, audience and times are checked before; here the claims become types. In Keycloak-managed mode
//! they are the rights themselves, in Platform-managed mode they are copied once, at the first sign-in.

mod value;

pub use value::{boolean, names, projects as project_names};

use crate::email::Email;
use crate::project::ProjectName;
use crate::role::PlatformRole;
use crate::text::{PersonName, first_invisible, folded};
use crate::user::UserKind;
use serde_json::{Map, Value};

/// The role that opens sign-in to everybody who is not an admin.
pub const DEVELOPER_ROLE: &str = "developer";
/// Longest subject taken (OpenID Connect Core, section 2: at most 255 ASCII characters).
const SUBJECT_LENGTH: usize = 255;
/// Longest address of a picture taken.
const PICTURE_LENGTH: usize = 1024;

/// The claims the console uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// `sub`: the one name of the person that never changes at the provider.
    pub subject: String,
    /// `preferred_username`, unless it has invisible characters and so may look like the name of another user.
    pub username: Option<String>,
    /// `name`, or `given_name` and `family_name`.
    pub name: Option<PersonName>,
    /// `email`
    pub email: Option<Email>,
    /// Whether the identity provider verified that the address is the user's (`email_verified`); a missing claim means
    /// no. An unverified address identifies no user.
    pub email_verified: bool,
    /// `picture`: an https address.
    pub picture: Option<String>,
    /// `realm_access.roles`, where other providers' roles are put when the token is verified.
    pub roles: Vec<String>,
    /// The identity provider left the roles out of the token, as Entra ID does above 200 groups: it said neither that
    /// the user has a role nor that they have none.
    pub roles_left_out: bool,
    /// The platform role these give; `None` means that the person may not sign in at all.
    ///
    /// An external person is never an admin. Maintainers are made in the console's database alone.
    pub role: Option<PlatformRole>,
    /// `applications` and `applications_admin` as one list, each project once whatever its case.
    pub projects: Vec<ClaimedProject>,
    /// External when `user_type` or `guest` says so; claims that leave it unclear are refused.
    pub kind: UserKind,
}

/// A project somebody's token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedProject {
    /// As the provider spells it; any text that can be a name, whatever the rules for new names say.
    pub name: ProjectName,
    /// Named in `applications_admin`; never set for an external user, who is a member of those projects.
    pub is_admin: bool,
}

/// How claims are read; from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRules {
    /// `ADMIN_ROLE_NAME`: the role that means admin.
    pub admin_role: String,
    /// `ADMIN_USER_ID`: the subject that is an admin whatever its roles.
    pub admin_subject: Option<String>,
    /// `EXTERNAL_USER_TYPE`: the `user_type` of people from outside.
    pub external_type: String,
}

impl Default for ClaimRules {
    fn default() -> Self {
        Self { admin_role: "admin".to_owned(), admin_subject: None, external_type: "external".to_owned() }
    }
}

/// Why verified claims cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimProblem {
    /// Nobody is named.
    #[error("the claim sub is missing, empty or too long")]
    Subject,
    /// The value as JSON. Anything but the two words is refused, so that a slip never makes an external person regular.
    #[error("the claim user_type is {0}")]
    UserType(String),
    /// The value as JSON. Anything but a boolean is refused, for the same reason.
    #[error("the claim guest is {0}")]
    Guest(String),
}

impl Claims {
    /// Reads a verified claim set.
    ///
    /// # Errors
    /// There is no subject, `user_type` is there and neither `regular` nor the word for external users, or `guest` is
    /// there and no boolean.
    pub fn parse(claims: &Map<String, Value>, rules: &ClaimRules) -> Result<Self, ClaimProblem> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let subject = text("sub").filter(|subject| subject.len() <= SUBJECT_LENGTH).ok_or(ClaimProblem::Subject)?;
        let (roles, kind) = (roles(claims), user_kind(claims, &rules.external_type)?);
        let email = text("email").and_then(|email| Email::parse(email).ok());
        let is_true = |value: Option<&Value>| value.and_then(boolean) == Some(true);
        Ok(Self {
            role: role(&roles, subject, kind, rules),
            subject: subject.to_owned(),
            username: text("preferred_username").filter(|name| first_invisible(name).is_none()).map(str::to_owned),
            name: name(text("name"), text("given_name"), text("family_name")),
            email_verified: email.is_some() && is_true(claims.get("email_verified")),
            email,
            picture: text("picture").filter(|url| is_picture(url)).map(str::to_owned),
            roles_left_out: is_true(claims.get("realm_access").and_then(|access| access.get("left_out"))),
            roles,
            projects: projects(
                value::projects(claims.get("applications")),
                value::projects(claims.get("applications_admin")),
                kind,
            ),
            kind,
        })
    }

    /// The names that mean the user alone: the verified e-mail address and the username.
    ///
    /// An unverified address is anybody's, and so is a username in the form of an address: where users choose it, they
    /// can choose the address of another user.
    pub fn own_names(&self) -> impl Iterator<Item = &str> {
        let address = self.email.as_ref().map(Email::as_str).filter(|_| self.email_verified);
        let is_safe = move |name: &&str| !name.contains('@') || address.is_some_and(|own| folded(own) == folded(name));
        address.into_iter().chain(self.username.as_deref().filter(is_safe))
    }

    /// Whether a project bears one of the user's own names: the personal project.
    pub fn is_own_name(&self, project: &str) -> bool {
        let project = folded(project);
        self.own_names().any(|name| folded(name) == project)
    }

    /// What the personal project is called: an own name, without one the subject.
    pub fn personal_project(&self) -> &str {
        self.own_names().next().unwrap_or(&self.subject)
    }

    /// The named projects that are not the personal one.
    pub fn shared_projects(&self) -> impl Iterator<Item = &ClaimedProject> {
        self.projects.iter().filter(|project| !self.is_own_name(project.name.as_str()))
    }

    /// What the token says about a project, whatever the case of its name.
    pub fn project(&self, name: &str) -> Option<&ClaimedProject> {
        let name = folded(name);
        self.projects.iter().find(|project| folded(project.name.as_str()) == name)
    }

    /// The address the person is known by: the e-mail address, without one the username.
    pub fn address(&self) -> Option<&str> {
        self.email.as_ref().map(Email::as_str).or(self.username.as_deref())
    }

    /// The name as shown: without one the address, and at last the subject.
    pub fn shown_name(&self) -> &str {
        self.name.as_ref().map(PersonName::as_str).or_else(|| self.address()).unwrap_or(&self.subject)
    }
}

fn name(whole: Option<&str>, given: Option<&str>, family: Option<&str>) -> Option<PersonName> {
    let parts: Vec<&str> = given.into_iter().chain(family).collect();
    whole.and_then(PersonName::of_token).or_else(|| PersonName::of_token(&parts.join(" ")))
}

fn is_picture(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= PICTURE_LENGTH && !url.contains(char::is_whitespace)
}

fn roles(claims: &Map<String, Value>) -> Vec<String> {
    let roles = claims.get("realm_access").and_then(|access| access.get("roles"));
    roles.map(names).unwrap_or_default()
}

fn role(roles: &[String], subject: &str, kind: UserKind, rules: &ClaimRules) -> Option<PlatformRole> {
    let has = |wanted: &str| roles.iter().any(|role| role == wanted);
    let is_admin = has(&rules.admin_role) || rules.admin_subject.as_deref() == Some(subject);
    match (is_admin, kind) {
        (true, UserKind::Regular) => Some(PlatformRole::Admin),
        (true, UserKind::External) => Some(PlatformRole::User),
        (false, _) => has(DEVELOPER_ROLE).then_some(PlatformRole::User),
    }
}

/// Whoever administers a project is in it, also when only the second list says so.
fn projects(member: Vec<ProjectName>, admin: Vec<ProjectName>, kind: UserKind) -> Vec<ClaimedProject> {
    let may_be_admin = kind == UserKind::Regular;
    let named = member.into_iter().map(|name| (name, false)).chain(admin.into_iter().map(|name| (name, may_be_admin)));
    let mut projects: Vec<ClaimedProject> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for (name, is_admin) in named {
        let place = *places.entry(folded(name.as_str())).or_insert(projects.len());
        match projects.get_mut(place) {
            Some(known) => known.is_admin |= is_admin,
            None => projects.push(ClaimedProject { name, is_admin }),
        }
    }
    projects
}

/// Whether a user is regular or external, by the claims `user_type` and `guest`.
///
/// # Errors
/// One of them is there and cannot be read: a slip must not make an external user regular.
pub fn user_kind(claims: &Map<String, Value>, external: &str) -> Result<UserKind, ClaimProblem> {
    let stated = match claims.get("user_type") {
        None | Some(Value::Null) => UserKind::Regular,
        Some(value) => match value.as_str().map(|word| folded(word.trim())) {
            Some(word) if word == UserKind::Regular.key() => UserKind::Regular,
            Some(word) if word == folded(external) => UserKind::External,
            _ => return Err(ClaimProblem::UserType(value::shown(value))),
        },
    };
    let is_guest = match claims.get("guest") {
        None | Some(Value::Null) => false,
        Some(value) => boolean(value).ok_or_else(|| ClaimProblem::Guest(value::shown(value)))?,
    };
    Ok(if is_guest { UserKind::External } else { stated })
}

#[cfg(test)]
mod tests;
