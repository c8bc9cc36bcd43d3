//! Long names in short sentences.

use std::borrow::Cow;

/// The longest name that a notice shows whole.
const MAX_CHARS: usize = 32;
/// What stays of a longer one: more of its beginning, by which people know it, and its end, by which similar ones differ.
const HEAD_CHARS: usize = 18;
const TAIL_CHARS: usize = 12;

/// The name, shortened in the middle when it is longer than a notice has room for.
pub fn shortened(name: &str) -> Cow<'_, str> {
    let count = name.chars().count();
    if count <= MAX_CHARS {
        return Cow::Borrowed(name);
    }
    let head: String = name.chars().take(HEAD_CHARS).collect();
    let tail: String = name.chars().skip(count - TAIL_CHARS).collect();
    Cow::Owned(format!("{}…{}", head.trim_end(), tail.trim_start()))
}

/// The beginning of a name, for a field that takes no more than `max_chars` characters.
pub fn beginning(name: &str, max_chars: usize) -> String {
    let beginning: String = name.chars().take(max_chars).collect();
    beginning.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{DisplayName, GroupName, SearchTerm};

    #[test]
    fn beginning_of_the_longest_name_fits_the_field() {
        let name = "wörk ".repeat(DisplayName::LONGEST / 5);
        assert_eq!(beginning(&name, 10), "wörk wörk");
        assert!(GroupName::parse(&beginning(&name, GroupName::LONGEST)).is_ok());
        assert!(SearchTerm::parse(&beginning(&name, SearchTerm::LONGEST)).is_ok());
        assert_eq!(beginning("Atlas", 10), "Atlas");
    }

    #[test]
    fn long_name_loses_its_middle_and_keeps_both_ends() {
        assert_eq!(shortened("Zelda Uxtest"), "Zelda Uxtest");
        assert_eq!(shortened(&"é".repeat(MAX_CHARS)), "é".repeat(MAX_CHARS));
        let long = format!("translation-{}-production", "x".repeat(100));
        assert_eq!(shortened(&long), "translation-xxxxxx…x-production");
        assert_eq!(
            shortened("Maria Theresia Anna Katharina von Habsburg-Lothringen"),
            "Maria Theresia Ann…g-Lothringen"
        );
    }
}
