//! What a password must be: long, and not on everybody's list (NIST SP 800-63B-4). No composition rules.

use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::Duration;

/// The most characters of a password, so that hashing stays bounded.
pub const LONGEST: usize = 256;
/// How long an administrator's one-time password opens an account.
pub const ONE_TIME_PASSWORD_LIFE: Duration = Duration::DAY;

/// Beginnings of the passwords of this length that people really choose; compared in lower case.
const BLOCKED: [&str; 24] = [
    "passwordpassword",
    "password12345",
    "passw0rdpassw0rd",
    "qwertyuiopasdfg",
    "qwertyuiop12345",
    "qwertyqwertyqwe",
    "1q2w3e4r5t6y7u8",
    "1qaz2wsx3edc4rf",
    "123456789012345",
    "1234567890qwert",
    "0123456789",
    "9876543210",
    "abcdefghijklmno",
    "letmeinletmein",
    "iloveyouiloveyou",
    "administrator",
    "adminadminadmin",
    "welcomewelcome",
    "changemechangeme",
    "correcthorsebatterystaple",
    "correct horse battery",
    "thequickbrownfox",
    "monkeymonkeymonk",
    "dragondragondra",
];

/// The configured rule for new passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    min_length: u8,
}

impl PasswordPolicy {
    /// The shortest length that may be configured (NIST SP 800-63B-4, section 3.1.1.2: with a second factor).
    pub const LEAST: u8 = 8;
    /// The longest length that may be configured: so many characters fit into [`LONGEST`] bytes in every script.
    pub const MOST: u8 = 64;

    /// The policy with so many characters at least; `None` outside [`Self::LEAST`] to [`Self::MOST`].
    pub const fn new(min_length: u8) -> Option<Self> {
        if min_length < Self::LEAST || min_length > Self::MOST { None } else { Some(Self { min_length }) }
    }

    /// The fewest characters of a new password.
    pub const fn min_length(self) -> usize {
        self.min_length as usize
    }

    /// The rule in a sentence, for a hint at the field.
    pub fn hint(self) -> String {
        let least = self.min_length;
        format!("At least {least} characters: a few words in a row are easy to remember. Common passwords are refused.")
    }

    /// What is wrong with a password of so many characters, if it is too short.
    pub fn too_short(self, length: usize) -> Option<Violation> {
        let least = self.min_length();
        (length < least).then_some(Violation::PasswordTooShort { length, least })
    }
}

impl Default for PasswordPolicy {
    /// 15 characters, as NIST SP 800-63B-4 requires where the password is the only factor.
    fn default() -> Self {
        Self { min_length: 15 }
    }
}

/// A password that may be set. Never printed, never serialised.
pub struct NewPassword(String);

impl NewPassword {
    /// Checks a password that a user chose. It is not trimmed: a space may be part of it.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(raw: &str, email: &str, policy: PasswordPolicy) -> Result<Self, Violation> {
        let length = raw.chars().count();
        if let Some(problem) = policy.too_short(length) {
            return Err(problem);
        }
        if length > LONGEST {
            return Err(Violation::too_long("the password", length, LONGEST));
        }
        if raw.contains('\0') {
            return Err(Violation::ControlCharacters { what: "the password".to_owned() });
        }
        if is_easy(&raw.to_lowercase(), &email.to_lowercase()) {
            return Err(Violation::PasswordTooCommon);
        }
        Ok(Self(raw.to_owned()))
    }

    /// The characters, for the hash function alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(..)")
    }
}

fn is_easy(password: &str, email: &str) -> bool {
    let local = email.split('@').next().unwrap_or_default();
    let mostly_email =
        (!email.is_empty() && password.contains(email)) || (local.len() >= 8 && password.contains(local));
    BLOCKED.iter().any(|blocked| password.starts_with(blocked)) || repeats_a_short_block(password) || mostly_email
}

/// Whether the text is one block of at most five characters over and over.
fn repeats_a_short_block(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (1..=5).any(|width| letters.iter().zip(letters.iter().skip(width)).all(|(a, b)| a == b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(raw: &str) -> bool {
        NewPassword::parse(raw, "ada.lovelace@example.com", PasswordPolicy::default()).is_err()
    }

    #[test]
    fn policy_allows_lengths_from_8_to_64() {
        for (length, is_allowed) in [(0, false), (7, false), (8, true), (15, true), (64, true), (65, false)] {
            assert_eq!(PasswordPolicy::new(length).is_some(), is_allowed, "{length}");
        }
        let longest = "\u{1d11e}".repeat(usize::from(PasswordPolicy::MOST));
        assert!(longest.len() <= LONGEST, "a policy must not ask for more than fits");
    }

    #[test]
    fn configured_length_decides_and_is_named() {
        let policy = PasswordPolicy::new(8).expect("in range");
        assert!(NewPassword::parse("violet 7", "", policy).is_ok());
        let problem = NewPassword::parse("violet7", "", policy).expect_err("too short");
        assert_eq!(problem.to_string(), "Too short: 7 of at least 8 characters.");
        assert!(policy.hint().starts_with("At least 8 characters"), "{}", policy.hint());
    }

    #[test]
    fn password_length_counts_characters() {
        let policy = PasswordPolicy::default();
        let problem = NewPassword::parse("ÜÜÜÜÜ", "", policy).expect_err("too short");
        assert_eq!(problem, Violation::PasswordTooShort { length: 5, least: 15 });
    }

    #[test]
    fn length_alone_decides() {
        assert!(refused("fourteen chars"));
        assert!(!refused("fifteen charact"));
        assert!(!refused("ÜÜaußergewöhnlich"));
        assert!(refused(&"long enough? no! ".repeat(20)));
    }

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for easy in
            ["passwordpassword1", "aaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "Ada.Lovelace2026!", "123456789012345678"]
        {
            assert!(refused(easy), "{easy}");
        }
    }

    #[test]
    fn longest_password_counts_characters() {
        let longest = "Fünf süße Äpfel ".repeat(16);
        assert_eq!(longest.chars().count(), LONGEST);
        assert!(!refused(&longest));
        assert!(refused(&(longest + "!")));
    }

    #[test]
    fn a_password_is_not_printed() {
        let password = NewPassword::parse("a quiet ledger line", "", PasswordPolicy::default()).expect("good");
        assert_eq!(format!("{password:?}"), "NewPassword(..)");
    }
}
