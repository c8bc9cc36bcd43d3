//! The fields of a user that can be edited.

use super::UserKind;
use crate::draft::FieldValue;
use crate::email::Email;
use crate::form::FieldErrors;
use crate::role::PlatformRole;
use crate::text::PersonName;

/// The fields of a user that can be edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDraft {
    /// As shown.
    pub name: String,
    /// Unique without regard to case; a placeholder once it was released.
    pub email: Email,
    /// Regular or external.
    pub kind: UserKind,
    /// Platform role.
    pub role: PlatformRole,
    /// Whether the user may sign in.
    pub active: bool,
    /// The user's own limit of shared projects; `None` stands for the configured one.
    pub project_limit: Option<u32>,
}

draft_fields! { UserDraft {
    NAME: name, "Name", PersonName::LONGEST, |draft| FieldValue::text(&*draft.name);
    EMAIL: email, "E-mail", Email::LONGEST, |draft| FieldValue::text(draft.email.typed());
    KIND: kind, "Type", 0, |draft| FieldValue::shown(draft.kind.key(), draft.kind.title());
    ROLE: role, "Role", 0, |draft| FieldValue::shown(draft.role.key(), draft.role.title());
    ACTIVE: active, "Active", 0, |draft| FieldValue::switch(draft.active);
    PROJECT_LIMIT: project_limit, "Project limit", 0,
        |draft| FieldValue::text(draft.project_limit.map(|limit| limit.to_string()).unwrap_or_default());
} }

impl UserDraft {
    /// A new user without a platform role.
    pub fn new(name: PersonName, email: Email, kind: UserKind) -> Self {
        Self { name: name.into(), email, kind, role: PlatformRole::User, active: true, project_limit: None }
    }

    /// Parses the form of a new user: the fields `name`, `email` and `kind` together.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(name: &str, email: &str, kind: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(Self::NAME.name, PersonName::parse(name));
        let email = errors.take(Self::EMAIL.name, Email::parse(email));
        let kind = errors.take(Self::KIND.name, UserKind::parse(kind));
        match (name, email, kind) {
            (Some(name), Some(email), Some(kind)) => Ok(Self::new(name, email, kind)),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft as _;

    #[test]
    fn every_problem_of_a_new_user_stands_at_its_field() {
        let errors = UserDraft::parse(" ", "ada", "guest").expect_err("all wrong");
        let names: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(names, ["email", "kind", "name"]);
    }

    #[test]
    fn fields_of_a_user_have_the_names_of_the_audit_log() {
        let draft = UserDraft::parse("Ada", "ada@example.com", "external").expect("a draft");
        let fields = draft.fields().into_iter().map(|field| (field.name, field.value.typed));
        let expected = [
            ("name", "Ada"),
            ("email", "ada@example.com"),
            ("kind", "external"),
            ("role", "user"),
            ("active", "true"),
            ("project_limit", ""),
        ];
        assert_eq!(fields.collect::<Vec<_>>(), expected.map(|(name, value)| (name, value.to_owned())));
    }
}
