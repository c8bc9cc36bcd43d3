//! What a project may be called.

use crate::text::{described, first_invisible, is_invisible};
use crate::violation::Violation;
use serde::{Deserialize, Serialize};

/// Names that no new project may have: they mean something else to scripts and configuration files.
pub const RESERVED_NAMES: [&str; 9] =
    ["admin", "system", "root", "api", "null", "undefined", "default", "test", "demo"];

/// The technical name of a project: immutable, unique without regard to case.
///
/// New names are 3 to 100 characters of `a-z`, `0-9`, `_`, `-`, beginning with a letter or digit, and not reserved.
/// Imported and personal names may hold more ([`ProjectName::parse_existing`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProjectName(String);

impl ProjectName {
    /// The fewest characters of a new name.
    pub const SHORTEST: usize = 3;
    /// The most characters of a new name.
    pub const LONGEST: usize = 100;
    /// The most characters of a name that exists already.
    pub const LONGEST_EXISTING: usize = 255;
    /// What it is called in sentences.
    pub const LABEL: &str = "the project's name";

    /// Checks a name somebody wants to give.
    ///
    /// # Errors
    /// Names the rule that is broken.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text = raw.trim();
        if text.is_empty() {
            return Err(Violation::required("a name"));
        }
        let length = text.chars().count();
        let (shortest, longest) = (Self::SHORTEST, Self::LONGEST);
        if !(shortest..=longest).contains(&length) {
            return Err(Violation::NameLength { min: shortest, max: longest, length });
        }
        if let Some(wrong) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_' | '-')) {
            let wrong = match wrong {
                ' ' => "a space".to_owned(),
                'A'..='Z' => format!("the capital letter {wrong}"),
                other if is_invisible(other) => format!("the {}", described(other)),
                other => format!("“{other}”"),
            };
            return Err(Violation::NameCharacters { wrong });
        }
        if text.starts_with(['_', '-']) {
            return Err(Violation::NameStart);
        }
        if RESERVED_NAMES.contains(&text) {
            return Err(Violation::NameReserved { name: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes a name that exists already, in a URL or the database: 1 to 255 characters without control characters.
    ///
    /// # Errors
    /// It cannot be a name.
    pub fn parse_existing(raw: &str) -> Result<Self, Violation> {
        let text = raw.trim();
        match text.chars().count() {
            0 => Err(Violation::required(Self::LABEL)),
            1..=Self::LONGEST_EXISTING if !text.contains(char::is_control) => Ok(Self(text.to_owned())),
            1..=Self::LONGEST_EXISTING => Err(Violation::ControlCharacters { what: Self::LABEL.to_owned() }),
            length => Err(Violation::too_long(Self::LABEL, length, Self::LONGEST_EXISTING)),
        }
    }

    /// Takes a name that another system gave, in a token or a setting: as an existing one, without invisible
    /// characters. It is not normalised: there, another spelling may be another project.
    ///
    /// # Errors
    /// It cannot be a name, or would look like another one.
    pub fn parse_foreign(raw: &str) -> Result<Self, Violation> {
        let name = Self::parse_existing(raw)?;
        match first_invisible(name.as_str()) {
            None => Ok(name),
            Some((_, wrong)) => {
                Err(Violation::InvisibleCharacter { character: described(wrong), what: Self::LABEL.to_owned() })
            }
        }
    }

    /// Takes a name that an API client gives to a new project: as a foreign one, if it can be part of an address.
    ///
    /// # Errors
    /// It cannot be a name, or browsers and HTTP clients would resolve it as a step in the path (RFC 3986, section
    /// 5.2.4).
    pub fn parse_for_client(raw: &str) -> Result<Self, Violation> {
        let name = Self::parse_foreign(raw)?;
        if matches!(name.as_str(), "." | "..") {
            return Err(Violation::NameNotAddressable { name: name.0 });
        }
        Ok(name)
    }

    /// The name as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProjectName {
    type Error = Violation;
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
    fn invisible_characters_in_names_are_refused_unless_they_are_stored() {
        let character = "invisible character U+202E RIGHT-TO-LEFT OVERRIDE".to_owned();
        let override_in_name = "at\u{202e}las";
        assert_eq!(
            ProjectName::parse(override_in_name),
            Err(Violation::NameCharacters { wrong: format!("the {character}") })
        );
        assert_eq!(
            ProjectName::parse_foreign(override_in_name),
            Err(Violation::InvisibleCharacter { character, what: ProjectName::LABEL.to_owned() })
        );
        assert_eq!(ProjectName::parse_existing(override_in_name).map(String::from), Ok(override_in_name.to_owned()));
    }

    #[test]
    fn names_that_are_steps_in_a_path_are_refused_to_clients() {
        for name in [".", ".."] {
            let refused = Violation::NameNotAddressable { name: name.to_owned() };
            assert_eq!(ProjectName::parse_for_client(name), Err(refused));
            assert!(ProjectName::parse(name).is_err());
            assert!(ProjectName::parse_foreign(name).is_ok());
        }
        for name in ["...", ".env", "a/..", "%2e", "atlas."] {
            assert!(ProjectName::parse_for_client(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_wrong_character_is_named() {
        let wrong = "the capital letter M".to_owned();
        assert_eq!(ProjectName::parse("My project"), Err(Violation::NameCharacters { wrong }));
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
