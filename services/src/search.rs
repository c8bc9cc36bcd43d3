//! Substring search in a stored, lower-cased column.

use domain::text::SearchTerm;

/// A pattern for `column like lower($n)` that finds the term anywhere and takes none of its characters as a wildcard.
pub(crate) fn anywhere(term: &SearchTerm) -> String {
    let mut pattern = String::from("%");
    for character in term.as_str().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_themselves() {
        let term = SearchTerm::parse(r"50%_a\b").expect("a term");
        assert_eq!(anywhere(&term), r"%50\%\_a\\b%");
    }
}
