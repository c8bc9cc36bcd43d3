//! What a password must be: long, and not on everybody's list (NIST SP 800-63B-4, field.md S7). No composition rules.

use crate::form::FieldProblem;
use time::Duration;

/// Shortest password when it is the only factor.
pub const SHORTEST: usize = 15;
/// Longest password, so that hashing stays bounded.
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

/// A password that may be set. Never printed, never serialised.
pub struct NewPassword(String);

impl NewPassword {
    /// Checks a password somebody chose. It is not trimmed: a space may be part of it.
    ///
    /// # Errors
    /// Says what is missing.
    pub fn parse(raw: &str, email: &str) -> Result<Self, FieldProblem> {
        let length = raw.chars().count();
        if length < SHORTEST {
            let missing = SHORTEST - length;
            let unit = if missing == 1 { "character" } else { "characters" };
            return Err(FieldProblem::new(format!("Add {missing} more {unit}: a password has at least {SHORTEST}.")));
        }
        if raw.len() > LONGEST {
            return Err(FieldProblem::new(format!("Shorten the password: at most {LONGEST} bytes fit.")));
        }
        if raw.contains('\0') {
            return Err(FieldProblem::new("Remove the control characters from the password."));
        }
        if is_easy(&raw.to_lowercase(), &email.to_lowercase()) {
            return Err(FieldProblem::new("Choose another password: this one is on lists that attackers try first."));
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
        NewPassword::parse(raw, "ada.lovelace@example.com").is_err()
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
    fn a_password_is_not_printed() {
        let password = NewPassword::parse("a quiet ledger line", "").expect("good");
        assert_eq!(format!("{password:?}"), "NewPassword(..)");
    }
}
