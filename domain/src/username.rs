//! Names that programs know people by.

use crate::violation::Violation;

text_type! {
    /// Unique without regard to case, never changed; an e-mail address may be one. 3 to 50 characters, as the wire
    /// contract of `/v1` has it.
    Username, "the user name", 3..=50, crate::text::line
}

/// Reads a user name, in which no blanks may stand.
///
/// # Errors
/// Says what to enter.
pub fn parse(raw: &str) -> Result<Username, Violation> {
    let name = Username::parse(raw)?;
    if name.as_str().contains(char::is_whitespace) {
        return Err(Violation::ContainsBlanks { what: "the user name".to_owned() });
    }
    Ok(name)
}
