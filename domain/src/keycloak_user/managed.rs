//! Users of the realm as pages list, show and create them.

use super::{Column, KeycloakRights, KeycloakUserDraft, RealmRole, RightsFields};
use crate::claims::ClaimRules;
use crate::form::FieldErrors;
use crate::id::UserId;
use crate::project::ProjectName;
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};

/// A user in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedUser {
    /// `None` for users of a directory that Keycloak does not store; their rights are kept there.
    pub id: Option<UserId>,
    /// Names the user at the sign-in.
    pub username: String,
    /// First and last name; the user name where there is neither.
    pub name: String,
    /// Empty where there is none.
    pub email: String,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// In both lists of projects.
    pub projects: Vec<ProjectName>,
}

/// A user with the rights that Keycloak has now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedUser {
    /// The subject of the user's tokens.
    pub id: UserId,
    /// What the list shows.
    pub listed: ListedUser,
    /// Whether Keycloak verified the address.
    pub email_verified: bool,
    /// Whether the attributes make the user an external one.
    pub is_external: bool,
    /// Role and projects.
    pub rights: KeycloakRights,
}

/// Why the users of the realm cannot be shown or changed from here, and what makes it possible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// Why.
    pub why: String,
    /// What to do about it.
    pub mend: String,
    /// The command that does it, where there is one.
    pub command: Option<String>,
}

/// How a new user signs in for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FirstSignIn {
    /// By a password that the user replaces then.
    Password,
    /// By Keycloak's mail with a link to choose a password.
    Mail,
    /// As the realm lets them, for example through a directory behind Keycloak.
    Other,
}

impl FirstSignIn {
    /// In the order of the form.
    pub const ALL: [Self; 3] = [Self::Password, Self::Mail, Self::Other];
    /// The field's name in the form.
    pub const FIELD: &str = "first_sign_in";

    /// As a form sends it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Mail => "mail",
            Self::Other => "other",
        }
    }

    /// As pages show it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Password => "Temporary password",
            Self::Mail => "Mail from Keycloak",
            Self::Other => "Neither",
        }
    }

    fn parse(raw: &str) -> Result<Self, Violation> {
        parse_key(Self::ALL, Self::key, raw, "how the user signs in for the first time")
    }
}

/// The fields of the form for a new user, as they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUserFields {
    /// The user name.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// May be empty.
    pub first_name: String,
    /// May be empty.
    pub last_name: String,
    /// `developer` or `admin`.
    pub role: String,
    /// Names between commas or line breaks.
    pub applications: String,
    /// Names between commas or line breaks.
    pub applications_admin: String,
    /// A key of [`FirstSignIn`].
    pub first_sign_in: String,
}

impl NewUserFields {
    /// Names and labels, for the summary of the form's problems.
    pub const LABELS: [(&str, &str); 8] = [
        (Column::Username.key(), "User name"),
        (Column::Email.key(), "E-mail address"),
        (Column::FirstName.key(), "First name"),
        (Column::LastName.key(), "Last name"),
        (Column::Role.key(), "Role"),
        (Column::Applications.key(), "Projects"),
        (Column::ApplicationsAdmin.key(), "Projects as project admin"),
        (FirstSignIn::FIELD, "First sign-in"),
    ];

    /// Names and values, to show them again when the form is refused.
    pub fn values(&self) -> [(&str, &str); 8] {
        let values = [
            &self.username,
            &self.email,
            &self.first_name,
            &self.last_name,
            &self.role,
            &self.applications,
            &self.applications_admin,
            &self.first_sign_in,
        ];
        std::array::from_fn(|at| (Self::LABELS[at].0, values[at].as_str()))
    }

    /// Parses the fields together.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(&self, rules: &ClaimRules) -> Result<(KeycloakUserDraft, FirstSignIn), FieldErrors> {
        let mut errors = FieldErrors::default();
        let cell = |column| match column {
            Column::Username => self.username.as_str(),
            Column::Email => &self.email,
            Column::FirstName => &self.first_name,
            Column::LastName => &self.last_name,
            Column::Role => &self.role,
            // In a form, another separator stands between projects.
            Column::Applications | Column::ApplicationsAdmin | Column::UserType => "",
        };
        let draft = KeycloakUserDraft::parse(cell, rules);
        let draft = draft.map_err(|problems| {
            problems.into_iter().for_each(|problem| errors.add(problem.column.key(), problem.violation));
        });
        let rights = RightsFields {
            role: RealmRole::Developer.key().to_owned(),
            applications: self.applications.clone(),
            applications_admin: self.applications_admin.clone(),
        };
        let rights = errors.take_all(rights.parse(&KeycloakRights::default()));
        let first_sign_in = errors.take(FirstSignIn::FIELD, FirstSignIn::parse(&self.first_sign_in));
        match (draft, rights, first_sign_in) {
            (Ok(draft), Some(rights), Some(first)) => Ok((draft.with_projects(rights), first)),
            _ => Err(errors),
        }
    }
}

impl KeycloakUserDraft {
    fn with_projects(self, rights: KeycloakRights) -> Self {
        use super::Desired::Set;
        Self { applications: Set(rights.applications), applications_admin: Set(rights.applications_admin), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_of_a_new_user_stands_at_its_field() {
        let fields =
            NewUserFields { username: "z l".to_owned(), applications: "a b".to_owned(), ..NewUserFields::default() };
        let errors = fields.parse(&ClaimRules::default()).expect_err("five");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["applications", "email", "first_sign_in", "role", "username"]);
    }

    #[test]
    fn new_user_is_read_as_a_row_of_a_file() {
        let fields = NewUserFields {
            username: " Zelda.L ".to_owned(),
            email: "Zelda@Example.com".to_owned(),
            role: "admin".to_owned(),
            applications: "atlas, billing".to_owned(),
            first_sign_in: "mail".to_owned(),
            ..NewUserFields::default()
        };
        let (draft, first) = fields.parse(&ClaimRules::default()).expect("a user");
        assert_eq!(
            (draft.username.as_str(), draft.email.as_str(), draft.role),
            ("zelda.l", "zelda@example.com", RealmRole::Admin)
        );
        assert_eq!(first, FirstSignIn::Mail);
        let super::super::Desired::Set(names) = draft.applications else { panic!("projects") };
        assert_eq!(names.iter().map(ProjectName::as_str).collect::<Vec<_>>(), ["atlas", "billing"]);
    }
}
