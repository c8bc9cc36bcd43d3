//! Numbers of things in lists.

use domain::count::MAX_EXACT_COUNT;

/// `9,412`, or `10,000+` where counting stopped.
pub fn count_words(count: i64) -> String {
    let digits = count.min(MAX_EXACT_COUNT).to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if count > MAX_EXACT_COUNT {
        text.push('+');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::count_words;

    #[test]
    fn what_was_not_counted_to_the_end_says_so() {
        assert_eq!([0, 999, 1_000, 10_000, 10_001].map(count_words), ["0", "999", "1,000", "10,000", "10,000+"]);
    }
}
