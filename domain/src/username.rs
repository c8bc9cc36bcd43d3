//! Names that programs know people by.

use crate::form::FieldProblem;

text_type! {
    /// Unique without regard to case, never changed; an e-mail address may be one. 3 to 50 characters, as the wire
    /// contract of `/v1` has it.
    Username, "the user name", 3..=50, crate::text::line
}

/// Reads a user name, in which no blanks may stand.
///
/// # Errors
/// Says what to enter.
pub fn parse(raw: &str) -> Result<Username, FieldProblem> {
    let name = Username::parse(raw)?;
    if name.as_str().contains(char::is_whitespace) {
        return Err(FieldProblem::new("Remove the blanks from the user name."));
    }
    Ok(name)
}
