//! The rights of a user in Keycloak, as a form edits them.

use super::RealmRole;
use crate::draft::{Edit, EditBasis, FieldValue, Precondition};
use crate::form::FieldErrors;
use crate::project::ProjectName;
use crate::text::folded;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// What a form sends for no role.
const NO_ROLE: &str = "none";

/// Role and projects, which tokens name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeycloakRights {
    /// `None` means that the user cannot sign in.
    pub role: Option<RealmRole>,
    /// The projects.
    pub applications: Vec<ProjectName>,
    /// The projects as project admin.
    pub applications_admin: Vec<ProjectName>,
}

draft_fields! { KeycloakRights {
    ROLE: role, "Role", 0, |rights| FieldValue::shown(KeycloakRights::role_key(rights.role), KeycloakRights::role_title(rights.role));
    APPLICATIONS: applications, "Projects", 0, |rights| FieldValue::text(project_list(&rights.applications));
    APPLICATIONS_ADMIN: applications_admin, "Projects as project admin", 0,
        |rights| FieldValue::text(project_list(&rights.applications_admin));
} }

impl KeycloakRights {
    /// The choices of the form.
    pub const ROLES: [Option<RealmRole>; 3] = [None, Some(RealmRole::Developer), Some(RealmRole::Admin)];

    /// As a form sends it.
    pub const fn role_key(role: Option<RealmRole>) -> &'static str {
        match role {
            None => NO_ROLE,
            Some(role) => role.key(),
        }
    }

    /// As pages show it.
    pub const fn role_title(role: Option<RealmRole>) -> &'static str {
        match role {
            None => "No role",
            Some(RealmRole::Developer) => "Developer",
            Some(RealmRole::Admin) => "Admin",
        }
    }

    /// A number that differs when the values do: Keycloak keeps no version of a user.
    pub fn version(&self) -> i64 {
        let text = [
            Self::role_key(self.role),
            "\n",
            &project_list(&self.applications),
            "\n",
            &project_list(&self.applications_admin),
        ];
        // FNV-1a: the same in every release, which the hashes of the standard library are not.
        let hash = text
            .concat()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        hash.cast_signed()
    }
}

/// The fields of the form, as they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightsFields {
    /// `none`, `developer` or `admin`.
    pub role: String,
    /// Names between commas or line breaks.
    pub applications: String,
    /// Names between commas or line breaks.
    pub applications_admin: String,
}

impl RightsFields {
    /// Names and values, to show them again when the form is refused.
    pub fn values(&self) -> [(&str, &str); 3] {
        [
            (KeycloakRights::ROLE.name, &self.role),
            (KeycloakRights::APPLICATIONS.name, &self.applications),
            (KeycloakRights::APPLICATIONS_ADMIN.name, &self.applications_admin),
        ]
    }

    /// Parses the fields together. Names that the user has in Keycloak already are taken as they are.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(&self, stored: &KeycloakRights) -> Result<KeycloakRights, FieldErrors> {
        let mut errors = FieldErrors::default();
        let role = errors.take(KeycloakRights::ROLE.name, role(&self.role));
        let known = [&stored.applications[..], &stored.applications_admin[..]].concat();
        let applications = errors.take(KeycloakRights::APPLICATIONS.name, projects(&self.applications, &known));
        let admin = projects(&self.applications_admin, &known);
        let applications_admin = errors.take(KeycloakRights::APPLICATIONS_ADMIN.name, admin);
        let rights = || {
            Some(KeycloakRights { role: role?, applications: applications?, applications_admin: applications_admin? })
        };
        rights().ok_or(errors)
    }

    /// The edit of a form that was rendered with this version.
    pub fn edit(self, version: i64, basis: EditBasis) -> Edit<KeycloakRights> {
        Edit::new(Precondition::FormVersion { version, basis }, move |stored| self.parse(&stored))
    }
}

fn role(raw: &str) -> Result<Option<RealmRole>, Violation> {
    let mut roles = KeycloakRights::ROLES.into_iter();
    let role = roles.find(|role| KeycloakRights::role_key(*role) == raw);
    role.ok_or_else(|| Violation::unknown_choice("no role, developer or admin"))
}

/// Names between commas or line breaks, each once whatever its case. A group path names the project without the slash
/// before it, as in a token.
fn projects(raw: &str, known: &[ProjectName]) -> Result<Vec<ProjectName>, Violation> {
    let mut names: Vec<ProjectName> = Vec::new();
    for text in raw.split([',', '\n', '\r']).map(str::trim).filter(|text| !text.is_empty()) {
        let is_same = |name: &&ProjectName| folded(name.as_str()) == folded(text.trim_start_matches('/'));
        let name = match known.iter().find(is_same) {
            Some(known) => known.clone(),
            None => new_project(text)?,
        };
        if !names.iter().any(|other| folded(other.as_str()) == folded(name.as_str())) {
            names.push(name);
        }
    }
    Ok(names)
}

/// A name with what separates names elsewhere is two names, or one that no file could hold.
fn new_project(text: &str) -> Result<ProjectName, Violation> {
    let separator = text.chars().find(|character| character.is_whitespace() || matches!(character, ';' | '|'));
    if let Some(separator) = separator {
        let separator = if separator.is_whitespace() { "a blank".to_owned() } else { format!("“{separator}”") };
        return Err(Violation::ProjectSeparator { name: text.to_owned(), separator });
    }
    ProjectName::parse_foreign(text.trim_start_matches('/'))
}

/// Names as a form shows them.
pub fn project_list(names: &[ProjectName]) -> String {
    names.iter().map(ProjectName::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft as _;
    use proptest::prelude::*;

    fn name(name: &str) -> ProjectName {
        ProjectName::parse_existing(name).expect("a name")
    }

    fn fields(applications: &str) -> RightsFields {
        RightsFields { role: "developer".to_owned(), applications: applications.to_owned(), ..RightsFields::default() }
    }

    #[test]
    fn projects_are_separated_by_commas_or_lines_and_named_once() {
        let rights = fields("atlas, /billing\r\n\nATLAS,").parse(&KeycloakRights::default()).expect("rights");
        assert_eq!(rights.applications, [name("atlas"), name("billing")]);
        assert_eq!((rights.role, rights.applications_admin), (Some(RealmRole::Developer), Vec::new()));
    }

    #[test]
    fn name_with_a_separator_is_refused_at_its_field_unless_the_user_has_it() {
        for (text, separator) in [("atlas billing", "a blank"), ("atlas;billing", "“;”"), ("a|b", "“|”")] {
            let errors = fields(text).parse(&KeycloakRights::default()).expect_err(text);
            let expected = Violation::ProjectSeparator { name: text.to_owned(), separator: separator.to_owned() };
            assert_eq!(errors.at("applications"), Some(&expected));
            assert_eq!(expected.code(), "project_separator");
            let stored = KeycloakRights { applications_admin: vec![name(text)], ..KeycloakRights::default() };
            assert_eq!(fields(text).parse(&stored).expect("kept").applications, [name(text)]);
        }
    }

    #[test]
    fn every_problem_stands_at_its_field() {
        let wrong = RightsFields {
            role: "owner".to_owned(),
            applications: "a b".to_owned(),
            applications_admin: "c|d".to_owned(),
        };
        let errors = wrong.parse(&KeycloakRights::default()).expect_err("three");
        assert_eq!(
            errors.iter().map(|(field, _)| field).collect::<Vec<_>>(),
            ["applications", "applications_admin", "role"]
        );
    }

    #[test]
    fn version_differs_when_any_value_does() {
        let rights = KeycloakRights { role: None, applications: vec![name("atlas")], applications_admin: Vec::new() };
        let others = [
            KeycloakRights { role: Some(RealmRole::Admin), ..rights.clone() },
            KeycloakRights { applications: Vec::new(), ..rights.clone() },
            KeycloakRights { applications: Vec::new(), applications_admin: vec![name("atlas")], role: None },
        ];
        for other in others {
            assert_ne!(other.version(), rights.version(), "{other:?}");
        }
        assert_eq!(rights.clone().version(), rights.version());
    }

    proptest! {
        #[test]
        fn form_that_was_not_touched_changes_nothing(names in proptest::collection::vec("[a-zA-Z|; -]{1,12}", 0..5)) {
            let mut claimed = crate::claims::project_names(Some(&serde_json::json!(names)));
            let mut seen = std::collections::HashSet::new();
            claimed.retain(|name| seen.insert(folded(name.as_str())));
            let stored = KeycloakRights { role: None, applications: claimed, applications_admin: Vec::new() };
            let typed = |name: &str| stored.fields().into_iter().find(|field| field.name == name).expect("a field").value.typed;
            let sent = RightsFields { role: typed("role"), applications: typed("applications"), applications_admin: typed("applications_admin") };
            prop_assert_eq!(sent.parse(&stored), Ok(stored));
        }
    }
}
