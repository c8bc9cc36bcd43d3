//! Bounded pieces of text that people type.

use crate::form::FieldProblem;

/// Declares a text type that can only be made by parsing.
///
/// `$min..=$max` counts characters after trimming. Control characters, NUL among them, are refused.
macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident, $label:literal, $min:literal..=$max:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Trims and checks the text.
            ///
            /// # Errors
            /// Says what to enter when the length or a character is wrong.
            pub fn parse(raw: &str) -> Result<Self, $crate::form::FieldProblem> {
                $crate::text::bounded(raw, $label, $min, $max).map(Self)
            }

            /// The text as stored.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::form::FieldProblem;
            fn try_from(raw: String) -> Result<Self, Self::Error> {
                Self::parse(&raw)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

pub(crate) fn bounded(raw: &str, label: &str, min: usize, max: usize) -> Result<String, FieldProblem> {
    let text = raw.trim();
    let length = text.chars().count();
    if length == 0 && min > 0 {
        return Err(FieldProblem::new(format!("Enter {label}.")));
    }
    if length < min {
        return Err(FieldProblem::new(format!("Enter at least {min} characters for {label}.")));
    }
    if length > max {
        let over = length - max;
        return Err(FieldProblem::new(format!("Shorten {label} by {over}: at most {max} characters fit.")));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
        return Err(FieldProblem::new(format!("Remove the control characters from {label}.")));
    }
    Ok(text.to_owned())
}

text_type! {
    /// The name of a person as shown, for example "Priya Raghunathan".
    PersonName, "the name", 1..=255
}

text_type! {
    /// What a project is called in sentences; its technical name is a [`crate::project::ProjectName`].
    /// Length from `behaviour.md` section 3.2.
    DisplayName, "the display name", 1..=150
}

text_type! {
    /// What a project is for (`behaviour.md` section 3.2: required, not blank, at most 500).
    Description, "the description", 1..=500
}

impl Description {
    /// None was given. People have to say what a project is for, programs need not (`/v1`).
    pub const fn none() -> Self {
        Self(String::new())
    }
}

text_type! {
    /// What a budget is called (`behaviour.md` section 4.2).
    BudgetName, "the budget's name", 1..=128
}

text_type! {
    /// What a person typed into a search field: a substring of the fields searched.
    SearchTerm, "the search", 1..=100
}

impl SearchTerm {
    /// Whether it is long enough to look something up by: shorter terms find too much to choose from, and cannot use
    /// an index.
    pub fn is_telling(&self) -> bool {
        self.as_str().chars().count() >= 3
    }
}

/// Lower-cases text to compare two texts in memory, one character at a time: a final sigma is a sigma.
///
/// What the database stores is compared there, with `lower()` on both sides. Folded text is never sent to it: which
/// characters `lower()` knows depends on the locale of the database.
pub fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_limit_counts_characters_after_trimming() {
        assert!(DisplayName::parse(&format!("  {}  ", "é".repeat(150))).is_ok());
        assert!(DisplayName::parse(&"é".repeat(151)).is_err());
        assert!(Description::parse(" \n\t ").is_err());
    }

    #[test]
    fn control_characters_are_refused() {
        assert!(PersonName::parse("Ada\u{0}Lovelace").is_err());
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(raw in ".*") {
            if let Ok(name) = PersonName::parse(&raw) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
