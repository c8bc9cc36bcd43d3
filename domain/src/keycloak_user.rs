//! A user of a Keycloak realm as an administrator describes one, for example in a line of a file.

mod managed;
mod realm_roles;
mod rights;

pub use managed::{FirstSignIn, ListedUser, ManagedUser, NewUserFields, Unavailable};
pub use realm_roles::{OtherRolesClaim, REALM_ROLES_CLAIM, RealmRoles};
pub use rights::{KeycloakRights, RightsFields, project_list};

use crate::claims::{ClaimRules, DEVELOPER_ROLE};
use crate::email::Email;
use crate::project::ProjectName;
use crate::text::{PersonName, folded};
use crate::user::UserKind;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

text_type! {
    /// The name that a user signs in to Keycloak with, in lower case as Keycloak stores it.
    KeycloakUsername, "the user name", 3..=255, lower_case
}

fn lower_case(raw: &str) -> String {
    crate::text::line(raw).to_lowercase()
}

/// What empties a field: an empty cell changes nothing.
pub const CLEAR: &str = "-";

/// A column of a file, and an attribute of the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// Names the user. Never changed.
    Username,
    /// The e-mail address.
    Email,
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// `admin` or `developer`.
    Role,
    /// The projects.
    Applications,
    /// The projects as project admin.
    ApplicationsAdmin,
    /// `regular`, or the word for external users.
    UserType,
}

impl Column {
    /// In the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Username,
        Self::Email,
        Self::FirstName,
        Self::LastName,
        Self::Role,
        Self::Applications,
        Self::ApplicationsAdmin,
        Self::UserType,
    ];
    /// Those that a file must have.
    pub const REQUIRED: [Self; 3] = [Self::Username, Self::Email, Self::Role];

    /// As it stands in the first line of a file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Role => "role",
            Self::Applications => "applications",
            Self::ApplicationsAdmin => "applications_admin",
            Self::UserType => "user_type",
        }
    }

    /// Reads a heading: `First name`, `first-name` and `firstName` are `first_name`.
    pub fn parse(raw: &str) -> Option<Self> {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let heading: String = letters(raw);
        Self::ALL.into_iter().find(|column| heading == letters(column.key()))
    }
}

/// The realm role that lets a user sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RealmRole {
    /// Administers the platform.
    Admin,
    /// Works in projects.
    Developer,
}

impl RealmRole {
    /// As it stands in a file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Developer => DEVELOPER_ROLE,
        }
    }

    /// Reads [`RealmRole::key`], trimmed and without regard to case.
    ///
    /// # Errors
    /// Names the values allowed.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        match folded(raw.trim()).as_str() {
            "admin" => Ok(Self::Admin),
            DEVELOPER_ROLE => Ok(Self::Developer),
            "" => Err(Violation::required("a role: admin or developer")),
            _ => Err(Violation::unknown_choice("admin or developer")),
        }
    }
}

/// What becomes of a field of a user who exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Desired<T> {
    /// It stays as it is.
    Keep,
    /// It is emptied.
    Clear,
    /// It gets this value.
    Set(T),
}

impl<T> Desired<T> {
    /// Reads a cell: an empty one keeps, [`CLEAR`] clears.
    fn parse(raw: &str, read: impl FnOnce(&str) -> Result<T, Violation>) -> Result<Self, Violation> {
        match raw.trim() {
            "" => Ok(Self::Keep),
            CLEAR => Ok(Self::Clear),
            text => read(text).map(Self::Set),
        }
    }
}

/// What a user of the realm is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeycloakUserDraft {
    /// Names the user.
    pub username: KeycloakUsername,
    /// In lower case, as Keycloak stores it.
    pub email: Email,
    /// The first name.
    pub first_name: Desired<PersonName>,
    /// The last name.
    pub last_name: Desired<PersonName>,
    /// The role.
    pub role: RealmRole,
    /// The projects, all of them.
    pub applications: Desired<Vec<ProjectName>>,
    /// The projects as project admin, all of them.
    pub applications_admin: Desired<Vec<ProjectName>>,
    /// Regular or external. It is never cleared: a slip must not make an external user regular.
    pub user_type: Desired<UserKind>,
}

/// A cell that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// Its column.
    pub column: Column,
    /// What to enter.
    pub violation: Violation,
}

impl KeycloakUserDraft {
    /// Reads the cells of a user.
    ///
    /// # Errors
    /// Every cell that cannot be read.
    pub fn parse<'a>(cell: impl Fn(Column) -> &'a str, rules: &ClaimRules) -> Result<Self, Vec<CellProblem>> {
        let mut problems = Vec::new();
        let username = noted(&mut problems, Column::Username, username(cell(Column::Username)));
        let email = noted(&mut problems, Column::Email, Email::parse(&cell(Column::Email).to_lowercase()));
        let name = |column| Desired::parse(cell(column), PersonName::parse);
        let first_name = noted(&mut problems, Column::FirstName, name(Column::FirstName));
        let last_name = noted(&mut problems, Column::LastName, name(Column::LastName));
        let role = noted(&mut problems, Column::Role, RealmRole::parse(cell(Column::Role)));
        let projects = |column| Desired::parse(cell(column), projects);
        let applications = noted(&mut problems, Column::Applications, projects(Column::Applications));
        let applications_admin = noted(&mut problems, Column::ApplicationsAdmin, projects(Column::ApplicationsAdmin));
        let user_type = noted(&mut problems, Column::UserType, user_type(cell(Column::UserType), rules));
        let draft = || {
            Some(Self {
                username: username?,
                email: email?,
                first_name: first_name?,
                last_name: last_name?,
                role: role?,
                applications: applications?,
                applications_admin: applications_admin?,
                user_type: user_type?,
            })
        };
        draft().ok_or(problems)
    }
}

fn noted<T>(problems: &mut Vec<CellProblem>, column: Column, parsed: Result<T, Violation>) -> Option<T> {
    parsed.map_err(|violation| problems.push(CellProblem { column, violation })).ok()
}

fn username(raw: &str) -> Result<KeycloakUsername, Violation> {
    let name = KeycloakUsername::parse(raw)?;
    if name.as_str().contains(char::is_whitespace) {
        return Err(Violation::ContainsBlanks { what: KeycloakUsername::LABEL.to_owned() });
    }
    Ok(name)
}

/// Names between blanks, line breaks, `|`, commas or semicolons, each once whatever its case. A group path names the
/// project without the slash before it, as in a token.
fn projects(raw: &str) -> Result<Vec<ProjectName>, Violation> {
    let names = raw.split(|c: char| c.is_whitespace() || matches!(c, '|' | ',' | ';')).filter(|name| !name.is_empty());
    let mut known = HashSet::new();
    let names = names.map(|name| ProjectName::parse_foreign(name.trim_start_matches('/')));
    names.filter(|name| name.as_ref().map_or(true, |name| known.insert(folded(name.as_str())))).collect()
}

fn user_type(raw: &str, rules: &ClaimRules) -> Result<Desired<UserKind>, Violation> {
    let word = folded(raw.trim());
    if word.is_empty() {
        Ok(Desired::Keep)
    } else if word == UserKind::Regular.key() {
        Ok(Desired::Set(UserKind::Regular))
    } else if word == folded(&rules.external_type) {
        Ok(Desired::Set(UserKind::External))
    } else {
        Err(Violation::unknown_choice(&format!("regular or {}", rules.external_type)))
    }
}

#[cfg(test)]
mod tests;
