//! Who spends, with which model, and the idempotency key of a request.

use crate::form::FieldErrors;
use crate::violation::Violation;

text_type! {
    /// A user as gateways name them: the id, the e-mail address or the username.
    UserRef, "the user", 1..=254, crate::text::line
}

text_type! {
    /// The technical name of a project, as gateways send it.
    ProjectRef, "the project", 1..=254, crate::text::line
}

text_type! {
    /// The name of a model.
    Model, "the model", 1..=200, crate::text::line
}

text_type! {
    /// An idempotency key. It is compared exactly.
    SpendKey, "the key", 1..=200, String::from
}

/// Who spends: a user, a project, or a user in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendSubject {
    user: Option<UserRef>,
    project: Option<ProjectRef>,
}

impl SpendSubject {
    /// Takes a user, a project, or both.
    ///
    /// # Errors
    /// Neither was named.
    pub fn new(user: Option<UserRef>, project: Option<ProjectRef>) -> Result<Self, Violation> {
        if user.is_none() && project.is_none() { Err(Violation::SubjectMissing) } else { Ok(Self { user, project }) }
    }

    /// Parses the fields `user` and `project`; a blank one is not named.
    pub(super) fn parse(user: &str, project: &str, errors: &mut FieldErrors) -> Option<Self> {
        let user = errors.take("user", UserRef::parse_unless_blank(user));
        let project = errors.take("project", ProjectRef::parse_unless_blank(project));
        let (user, project) = user.zip(project)?;
        errors.take("user", Self::new(user, project))
    }

    /// The user.
    pub const fn user(&self) -> Option<&UserRef> {
        self.user.as_ref()
    }

    /// The project.
    pub const fn project(&self) -> Option<&ProjectRef> {
        self.project.as_ref()
    }
}
