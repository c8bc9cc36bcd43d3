//! Numbers of things in lists.

use domain::count::MAX_EXACT_COUNT;
use domain::figures::grouped;

/// `9,412`, or `10,000+` where counting stopped.
pub fn count_words(count: i64) -> String {
    let mut text = grouped(&count.min(MAX_EXACT_COUNT).to_string());
    if count > MAX_EXACT_COUNT {
        text.push('+');
    }
    text
}

/// "1 user", "9,412 users", or "10,000+ users" where counting stopped.
pub fn counted(count: i64, one: &str) -> String {
    if count > MAX_EXACT_COUNT { format!("{} {one}s", count_words(count)) } else { domain::count::counted(count, one) }
}

#[cfg(test)]
mod tests {
    use super::count_words;

    #[test]
    fn what_was_not_counted_to_the_end_says_so() {
        assert_eq!([0, 999, 1_000, 10_000, 10_001].map(count_words), ["0", "999", "1,000", "10,000", "10,000+"]);
    }
}
