//! What a project may be called.

use crate::form::FieldProblem;
use serde::{Deserialize, Serialize};

/// Names nobody may take (`behaviour.md` section 3.2).
pub const RESERVED_NAMES: [&str; 9] =
    ["admin", "system", "root", "api", "null", "undefined", "default", "test", "demo"];

/// The technical name of a project: immutable, unique without regard to case.
///
/// New names are 3 to 100 characters of `a-z`, `0-9`, `_`, `-`, beginning with a letter or digit, and not reserved
/// (`behaviour.md` section 3.2). Imported and personal names may hold more ([`ProjectName::parse_existing`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectName(String);

impl ProjectName {
    /// Checks a name somebody wants to give.
    ///
    /// # Errors
    /// Names the rule that is broken.
    pub fn parse(raw: &str) -> Result<Self, FieldProblem> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(FieldProblem::new("Enter a name."));
        }
        let length = text.chars().count();
        if !(3..=100).contains(&length) {
            return Err(FieldProblem::new(format!("Enter 3 to 100 characters; this has {length}.")));
        }
        if let Some(wrong) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '-')) {
            let hint = match wrong {
                ' ' => "a space".to_owned(),
                'A'..='Z' => format!("the capital letter {wrong}"),
                other => format!("“{other}”"),
            };
            return Err(FieldProblem::new(format!("Use lower-case letters, digits, - and _ only; remove {hint}.")));
        }
        if text.starts_with(['_', '-']) {
            return Err(FieldProblem::new("Begin with a lower-case letter or a digit."));
        }
        if RESERVED_NAMES.contains(&text) {
            return Err(FieldProblem::new(format!("Choose another name: {text} is reserved.")));
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes a name that exists already, in a URL or the database: 1 to 255 characters without control characters.
    ///
    /// # Errors
    /// It cannot be a name.
    pub fn parse_existing(raw: &str) -> Result<Self, FieldProblem> {
        crate::text::bounded(raw, "the project's name", 1, 255).map(Self)
    }

    /// The name as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProjectName {
    type Error = FieldProblem;
    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse_existing(&raw)
    }
}

impl From<ProjectName> for String {
    fn from(name: ProjectName) -> Self {
        name.0
    }
}

impl std::fmt::Display for ProjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_references_bad_names_fail() {
        let long = "a".repeat(101);
        for bad in [
            "my project",
            "test.env",
            "project@work",
            "hello/world",
            "_private",
            "-draft",
            "MyProject",
            "ab",
            &long,
            "",
            "naïve",
        ] {
            assert!(ProjectName::parse(bad).is_err(), "{bad}");
        }
        for reserved in RESERVED_NAMES {
            assert!(ProjectName::parse(reserved).is_err(), "{reserved}");
        }
        for good in ["atlas", "billing-api", "7seas", "a_b", &"a".repeat(100)] {
            assert!(ProjectName::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_wrong_character_is_named() {
        let problem = ProjectName::parse("My project").expect_err("bad");
        assert!(problem.as_str().contains("capital letter M"), "{problem}");
    }

    proptest! {
        #[test]
        fn whatever_passes_follows_the_rule(raw in ".{0,110}") {
            if let Ok(name) = ProjectName::parse(&raw) {
                let text = name.as_str();
                prop_assert!((3..=100).contains(&text.len()));
                prop_assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_'));
            }
        }
    }
}
