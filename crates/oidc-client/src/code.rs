//! The authorization code that a browser brings back: anyone can write one, so its form is checked first.

use crate::error::Error;

/// Far longer than any provider's; bounds what a browser can make us send.
const MAX_LENGTH: usize = 2048;

/// A code in the form of RFC 6749, appendix A.11: printable ASCII. Not printed.
pub(crate) struct Code(String);

impl Code {
    /// Checks the form of a code.
    pub(crate) fn parse(text: String) -> Result<Self, Error> {
        let is_code = (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
        if is_code { Ok(Self(text)) } else { Err(Error::Stale("its code is malformed")) }
    }

    /// For the request to the provider.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_1_to_2048_printable_ascii_characters() {
        for good in ["a", "!~ 4/0AX4.XfW-_", &"a".repeat(2048)] {
            assert_eq!(Code::parse(good.to_owned()).ok().map(Code::into_text).as_deref(), Some(good));
        }
        for bad in ["", "a\0b", "a\nb", "a\u{7f}", "ä", &"a".repeat(2049)] {
            assert!(matches!(Code::parse(bad.to_owned()), Err(Error::Stale(_))), "{bad:?}");
        }
    }
}
