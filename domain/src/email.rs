//! E-mail addresses.

use crate::id::UserId;
use crate::text::{described, is_invisible, lines};
use crate::violation::Violation;
use email_address::EmailAddress;
use serde::{Deserialize, Serialize};

/// An address with checked syntax (RFC 5322 as `email_address` reads it), at most 254 bytes, in Unicode normalization
/// form C. Compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// The end of every placeholder for an address that was released. `.invalid` never exists (RFC 2606).
const RELEASED: &str = "@released.invalid";

impl Email {
    /// The most bytes (RFC 5321).
    pub const LONGEST: usize = 254;

    /// Trims and checks an address.
    ///
    /// # Errors
    /// Says what to enter.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text = lines(raw);
        let text = text.as_str();
        if text.is_empty() {
            return Err(Violation::required("an e-mail address"));
        }
        if let Some(invisible) = text.chars().find(|c| is_invisible(*c)) {
            return Err(Violation::InvisibleCharacter {
                character: described(invisible),
                what: "the e-mail address".to_owned(),
            });
        }
        let plain = !Self::is_released(text)
            && text.len() <= Self::LONGEST
            && !text.chars().any(|c| c.is_whitespace() || "<>\"(),;".contains(c));
        if plain && EmailAddress::is_valid(text) { Ok(Self(text.to_owned())) } else { Err(Violation::InvalidEmail) }
    }

    /// What a deactivated user has in place of an address that was released. No mail reaches it, and nobody can enter
    /// it to sign in.
    pub fn released(user: UserId) -> Self {
        Self(format!("{user}{RELEASED}"))
    }

    /// The address of a user's row, which may be such a placeholder.
    pub fn of_stored(address: &str) -> Self {
        Self(address.to_owned())
    }

    /// The value of a form: nothing in place of a placeholder.
    pub fn typed(&self) -> &str {
        if Self::is_released(&self.0) { "" } else { &self.0 }
    }

    /// Whether it is such a placeholder.
    pub fn is_released(address: &str) -> bool {
        address.to_ascii_lowercase().ends_with(RELEASED)
    }

    /// The address as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Email {
    type Error = Violation;
    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_addresses_pass_and_the_rest_says_what_to_enter() {
        for good in ["ada@example.com", " ada.l+x@mail.example.org ", "o'hara@example.ie"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "Ada <ada@example.com>",
            "a b@example.com",
            "a@b@c.com",
            "a\u{0}@example.com",
            Email::released(UserId(uuid::Uuid::from_u128(7))).as_str(),
            "a@Released.Invalid",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
        assert!(Email::parse(&format!("{}@example.com", "a".repeat(250))).is_err());
    }

    #[test]
    fn invisible_characters_in_addresses_are_refused_by_name() {
        for (raw, said) in [
            ("ada\u{202e}@example.com", "invisible character U+202E RIGHT-TO-LEFT OVERRIDE"),
            ("ad\u{200b}a@example.com", "invisible character U+200B ZERO WIDTH SPACE"),
            ("\u{3164}@example.com", "invisible character U+3164 HANGUL FILLER"),
            ("ada@exam\u{ad}ple.com", "invisible character U+00AD SOFT HYPHEN"),
            ("ada\u{fe0f}@example.com", "invisible character U+FE0F VARIATION SELECTOR-16"),
            // Joiners that names need have no place in an address.
            ("می\u{200c}خواهم@example.com", "invisible character U+200C ZERO WIDTH NON-JOINER"),
            ("a\u{0}@example.com", "control character U+0000"),
        ] {
            let said =
                Violation::InvisibleCharacter { character: said.to_owned(), what: "the e-mail address".to_owned() };
            assert_eq!(Email::parse(raw), Err(said), "{raw:?}");
        }
        assert_eq!(Email::parse("jose\u{301}@example.com").map(String::from), Ok("josé@example.com".to_owned()));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(raw in ".*") {
            let _ = Email::parse(&raw);
        }
    }
}
