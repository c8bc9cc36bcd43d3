//! The fields of a project that can be edited.

use super::ProjectName;
use crate::draft::{Edit, EditBasis, FieldValue, Precondition};
use crate::form::FieldErrors;
use crate::text::{Description, DisplayName};
use serde::{Deserialize, Serialize};

/// The fields of a project that can be edited, named as its columns. Its technical name never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectDraft {
    /// `None` clears it; the technical name is shown then.
    pub display_name: Option<String>,
    /// What it is for; empty where an API client did not say.
    pub description: String,
    /// Whether analytics of command-line clients are collected; never for a personal project.
    pub cli_analytics_enabled: bool,
    /// Whether each member may spend a share of the project's budgets only; otherwise each may spend all of them.
    #[serde(default)]
    pub member_limits_enforced: bool,
}

draft_fields! { ProjectDraft {
    DISPLAY_NAME: display_name, "Display name", DisplayName::LONGEST,
        |draft| FieldValue::text(draft.display_name.clone().unwrap_or_default());
    DESCRIPTION: description, "Description", Description::LONGEST, |draft| FieldValue::text(&*draft.description);
    CLI_ANALYTICS_ENABLED: cli_analytics_enabled, "CLI analytics", 0, |draft| FieldValue::switch(draft.cli_analytics_enabled);
    MEMBER_LIMITS_ENFORCED: member_limits_enforced, "Member limits", 0, |draft| FieldValue::switch(draft.member_limits_enforced);
} }

impl ProjectDraft {
    /// Takes fields that were parsed; a blank one is `None`.
    pub fn new(display_name: Option<DisplayName>, description: Option<Description>) -> Self {
        Self {
            display_name: display_name.map(String::from),
            description: description.map(String::from).unwrap_or_default(),
            cli_analytics_enabled: false,
            member_limits_enforced: false,
        }
    }
}

/// The fields of a project's form, as they are sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectFields {
    /// May be blank.
    pub display_name: String,
    /// May not be blank.
    pub description: String,
    /// `true` or `false`; only the form of a stored project has it.
    #[serde(default)]
    pub cli_analytics_enabled: Option<String>,
}

impl ProjectFields {
    /// Names and values, to show them again when the form is refused.
    pub fn values(&self) -> [(&str, &str); 3] {
        let Self { display_name, description, cli_analytics_enabled } = self;
        [
            (ProjectDraft::DISPLAY_NAME.name, display_name),
            (ProjectDraft::DESCRIPTION.name, description),
            (ProjectDraft::CLI_ANALYTICS_ENABLED.name, cli_analytics_enabled.as_deref().unwrap_or_default()),
        ]
    }

    /// Parses the fields together.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(&self) -> Result<ProjectDraft, FieldErrors> {
        let mut errors = FieldErrors::default();
        let display_name =
            errors.take(ProjectDraft::DISPLAY_NAME.name, DisplayName::parse_unless_blank(&self.display_name));
        let description = errors.take(ProjectDraft::DESCRIPTION.name, Description::parse(&self.description));
        match (display_name, description) {
            (Some(display_name), Some(description)) => Ok(ProjectDraft::new(display_name, Some(description))),
            _ => Err(errors),
        }
    }

    /// The edit of a form that was rendered with this version.
    ///
    /// # Errors
    /// As [`ProjectFields::parse`].
    pub fn edit(&self, version: i64, basis: EditBasis) -> Result<Edit<ProjectDraft>, FieldErrors> {
        let draft = self.parse()?;
        let enabled = self.cli_analytics_enabled.as_deref().map(|value| value == "true");
        let precondition = Precondition::FormVersion { version, basis };
        Ok(Edit::new(precondition, move |stored: ProjectDraft| {
            Ok(ProjectDraft {
                cli_analytics_enabled: enabled.unwrap_or(stored.cli_analytics_enabled),
                member_limits_enforced: stored.member_limits_enforced,
                ..draft
            })
        }))
    }

    /// Parses the fields of a new project, and its name.
    ///
    /// # Errors
    /// As [`ProjectFields::parse`]; the name's problem stands at `name`.
    pub fn parse_new(&self, name: &str) -> Result<(ProjectName, ProjectDraft), FieldErrors> {
        match (ProjectName::parse(name), self.parse()) {
            (Ok(name), Ok(draft)) => Ok((name, draft)),
            (name, draft) => {
                let mut errors = draft.err().unwrap_or_default();
                errors.take("name", name);
                Err(errors)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_of_a_new_project_stands_at_its_field() {
        let fields =
            ProjectFields { display_name: "x".repeat(151), description: " ".to_owned(), ..ProjectFields::default() };
        let errors = fields.parse_new("No Name").expect_err("all wrong");
        let names: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(names, ["description", "display_name", "name"]);
        assert_eq!(fields.parse().expect_err("two wrong").iter().count(), 2);
    }

    #[test]
    fn blank_display_name_clears_it() {
        let fields =
            ProjectFields { display_name: " ".to_owned(), description: "Notes".to_owned(), ..ProjectFields::default() };
        let (name, draft) = fields.parse_new("atlas").expect("a new project");
        assert_eq!((name.as_str(), draft.display_name.as_deref()), ("atlas", None));
        assert_eq!(draft.description, "Notes");
    }
}
