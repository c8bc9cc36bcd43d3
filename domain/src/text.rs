//! Bounded pieces of text that people type.

use crate::violation::Violation;

mod characters;
#[cfg(not(target_arch = "wasm32"))]
mod unicode;
/// A browser gets no tables of Unicode: what it sends is parsed again on the server, which has the last word.
#[cfg(target_arch = "wasm32")]
#[path = "text/unicode_in_browsers.rs"]
mod unicode;

pub(crate) use characters::{described, first_invisible, is_invisible};

/// A sentence, from text that may lack its full stop.
pub fn sentence(text: &str) -> String {
    if text.is_empty() || text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

/// Declares a text type that can only be made by parsing.
///
/// `$min..=$max` counts characters after `$normal` has normalised the text. Invisible characters are refused,
/// except where they change how their neighbours look.
macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident, $label:literal, $min:literal..=$max:literal, $normal:path) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What it is called in sentences.
            pub const LABEL: &str = $label;
            /// The fewest characters.
            pub const SHORTEST: usize = $min;
            /// The most characters.
            pub const LONGEST: usize = $max;

            /// Normalises and checks the text.
            ///
            /// # Errors
            /// Says what to enter when the length or a character is wrong.
            pub fn parse(raw: &str) -> Result<Self, $crate::violation::Violation> {
                $crate::text::bounded(&$normal(raw), Self::LABEL, $min, $max).map(Self)
            }

            /// Parses a text that may be missing: a blank one is `None`.
            ///
            /// # Errors
            /// As for the text itself.
            pub fn parse_unless_blank(raw: &str) -> Result<Option<Self>, $crate::violation::Violation> {
                if raw.trim().is_empty() { Ok(None) } else { Self::parse(raw).map(Some) }
            }

            /// The text as stored.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::violation::Violation;
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

/// One line: Unicode normalization form C, without blanks at the ends and with single spaces between words.
pub(crate) fn line(raw: &str) -> String {
    let words: Vec<&str> = raw.split_whitespace().collect();
    unicode::normal(&words.join(" "))
}

/// Several lines: Unicode normalization form C, without blanks at the ends.
pub(crate) fn lines(raw: &str) -> String {
    unicode::normal(raw.trim())
}

/// One line without its invisible characters, for text that cannot be corrected by a person: a name in a token, what
/// is stored already, and what was copied into a search field.
fn visible(raw: &str) -> String {
    let mut kept = String::with_capacity(raw.len());
    for (place, character) in raw.char_indices() {
        if !characters::is_out_of_place(&kept, character, &raw[place + character.len_utf8()..]) {
            kept.push(character);
        }
    }
    line(&kept)
}

pub(crate) fn bounded(text: &str, label: &str, min: usize, max: usize) -> Result<String, Violation> {
    let length = text.chars().count();
    if length == 0 && min > 0 {
        return Err(Violation::required(label));
    }
    if let Some((_, character)) = first_invisible(text) {
        return Err(Violation::InvisibleCharacter { character: described(character), what: label.to_owned() });
    }
    if length > 0 && !unicode::has_base(text) {
        return Err(Violation::NoVisibleCharacter { what: label.to_owned() });
    }
    if length < min {
        return Err(Violation::TooShort { what: label.to_owned(), min });
    }
    if length > max {
        return Err(Violation::too_long(label, length, max));
    }
    Ok(text.to_owned())
}

text_type! {
    /// The name of a person as shown, for example "Priya Raghunathan".
    PersonName, "the name", 1..=255, crate::text::line
}

text_type! {
    /// What a project is called in sentences; its technical name is a [`crate::project::ProjectName`].
    DisplayName, "the display name", 1..=150, crate::text::line
}

text_type! {
    /// What a project is for: required, not blank, at most 500 characters.
    Description, "the description", 1..=500, crate::text::lines
}

impl PersonName {
    /// The name in a token without its invisible characters, because a sign-in must not fail for them; `None` when
    /// nothing is left or it is too long.
    pub fn of_token(raw: &str) -> Option<Self> {
        Self::parse(&visible(raw)).ok()
    }
}

text_type! {
    /// What a budget is called.
    BudgetName, "the budget's name", 1..=128, crate::text::line
}

text_type! {
    /// What a gateway is called.
    GatewayName, "the gateway's name", 1..=128, crate::text::line
}

impl BudgetName {
    /// The stored name of a budget, as a form shows it. Names from before invisible characters were refused are shown
    /// without them.
    pub fn of_stored(raw: &str) -> Self {
        Self::parse(&visible(raw)).unwrap_or_else(|_| Self("\u{fffd}".to_owned()))
    }
}

text_type! {
    /// What a budget group is called.
    GroupName, "the group's name", 1..=100, crate::text::line
}

impl GroupName {
    /// The stored name of a group, as a form shows it.
    pub fn of_stored(raw: &str) -> Self {
        Self::parse(&visible(raw)).unwrap_or_else(|_| Self("\u{fffd}".to_owned()))
    }
}

text_type! {
    /// Why a member has a fixed share.
    ShareReason, "the reason", 1..=500, crate::text::lines
}

text_type! {
    /// Why a budget is requested, or why the request is declined.
    RequestReason, "the reason", 1..=500, crate::text::lines
}

text_type! {
    /// Why an anomaly is accepted.
    AcceptanceReason, "the reason", 1..=500, crate::text::lines
}

text_type! {
    /// What a person typed into a search field: a substring of the fields searched.
    SearchTerm, "the search", 1..=100, crate::text::visible
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
    fn invisible_characters_are_refused_by_name() {
        for (raw, said) in [
            ("Ada\u{0}Lovelace", "Remove the control character U+0000 from the name."),
            ("Ada \u{202e}ecalevoL", "Remove the invisible character U+202E RIGHT-TO-LEFT OVERRIDE from the name."),
            ("Ada\u{200b}", "Remove the invisible character U+200B ZERO WIDTH SPACE from the name."),
            ("\u{3164}", "Remove the invisible character U+3164 HANGUL FILLER from the name."),
            ("Ada\u{115f}Lovelace", "Remove the invisible character U+115F HANGUL CHOSEONG FILLER from the name."),
            ("Love\u{ad}lace", "Remove the invisible character U+00AD SOFT HYPHEN from the name."),
            ("\u{2800}", "Remove the invisible character U+2800 BRAILLE PATTERN BLANK from the name."),
            ("Ada\u{e0041}", "Remove the invisible character U+E0041 (TAG) from the name."),
            ("Ada\u{fe0f}", "Remove the invisible character U+FE0F VARIATION SELECTOR-16 from the name."),
            ("Ada\u{200d}Lovelace", "Remove the invisible character U+200D ZERO WIDTH JOINER from the name."),
            ("Ada\u{200c}Lovelace", "Remove the invisible character U+200C ZERO WIDTH NON-JOINER from the name."),
            ("Ada\u{f8ff}", "Remove the private-use character U+F8FF from the name."),
            ("Ian\u{fff0} Clarke", "Remove the invisible character U+FFF0 from the name."),
            ("hello \u{200b} \u{200b} world", "Remove the invisible character U+200B ZERO WIDTH SPACE from the name."),
            ("Ada\u{fffe}", "Remove the invisible character U+FFFE from the name."),
            // Unassigned today, and ignorable whatever it becomes.
            ("Ada\u{e0fff}", "Remove the invisible character U+E0FFF from the name."),
            ("\u{301}\u{308}", "Enter a visible character in the name."),
            (" \u{3000}\u{a0}\n", "Enter the name."),
        ] {
            assert_eq!(PersonName::parse(raw).map_err(|problem| problem.to_string()), Err(said.to_owned()), "{raw:?}");
        }
    }

    #[test]
    fn invisible_characters_that_scripts_need_are_kept() {
        for name in [
            "می\u{200c}خواهم",
            "خانه\u{200c}ای",
            "क\u{94d}\u{200d}ष",
            "ಶ್ರೀ ರಾಜ್\u{200c}ಕುಮಾರ್",
            "Team 👩🏽\u{200d}💻",
            "❤\u{fe0f}\u{200d}🔥",
            "🏳\u{fe0f}\u{200d}🌈",
            "1\u{fe0f}\u{20e3} first",
            "葛\u{e0100}城",
            "Nguyễn Thị Minh",
            "ראובן",
            "अमृता",
            "\u{600}١٢",
            "🦄",
            "O’Hara-Łukasiewicz",
        ] {
            assert_eq!(PersonName::parse(name).as_ref().map(PersonName::as_str), Ok(name), "{name:?}");
        }
    }

    #[test]
    fn names_are_stored_in_one_form() {
        let stored = |raw| PersonName::parse(raw).map(String::from);
        assert_eq!(stored("Jose\u{301}"), Ok("José".to_owned()));
        assert_eq!(stored(" Ada\u{a0} \tLovelace\n"), Ok("Ada Lovelace".to_owned()));
        assert_eq!(Description::parse("One\n\n  two").map(String::from), Ok("One\n\n  two".to_owned()));
    }

    #[test]
    fn names_in_tokens_and_search_terms_lose_invisible_characters() {
        assert_eq!(
            PersonName::of_token("\u{202e}Ada\u{200b} Lovelace\u{2069}").map(String::from),
            Some("Ada Lovelace".into())
        );
        assert_eq!(PersonName::of_token("\u{3164}\u{200b}"), None);
        assert_eq!(SearchTerm::parse("\u{feff}jo\u{ad}se\u{301}").map(String::from), Ok("josé".to_owned()));
        assert!(SearchTerm::parse("\u{200b}").is_err());
        assert_eq!(SearchTerm::parse("👩\u{200d}\u{200d}💻").map(String::from), Ok("👩\u{200d}💻".to_owned()));
        let long = format!("{}ada", "\u{200b}".repeat(100_000));
        assert_eq!(SearchTerm::parse(&long).map(String::from), Ok("ada".to_owned()), "in one pass");
        assert_eq!(BudgetName::of_stored("Plat\u{200b}form").as_str(), "Platform");
        assert_eq!(BudgetName::of_stored("\u{200b}").as_str(), "\u{fffd}");
    }

    #[test]
    fn sentence_has_one_full_stop() {
        assert_eq!(sentence("Developer, 2 shared projects"), "Developer, 2 shared projects.");
        assert_eq!(sentence("Already said."), "Already said.");
        assert_eq!(sentence(""), "");
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(raw in ".*") {
            if let Ok(name) = PersonName::parse(&raw) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
            if let Some(name) = PersonName::of_token(&raw) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
