//! Patterns of text. They keep to what ECMA-262, Python and Rust read alike, because clients check them with any of the
//! three: no look-around and no `\p{…}`.

use domain::reset_period::ResetPeriod;

/// Nothing, or blanks.
pub const BLANK: &str = r"^\s*$";
/// No control characters but tab and line ends.
pub const PLAIN: &str = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$";
/// The same, and not blank. U+FEFF is a blank to ECMA-262 alone.
pub const NOT_BLANK: &str =
    r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*([^\x00-\x1F\x7F-\x9F\s]|\uFEFF)[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$";
/// The same, without tab and line ends.
pub const NOT_BLANK_LINE: &str = r"^[^\x00-\x1F\x7F-\x9F]*([^\x00-\x1F\x7F-\x9F\s]|\uFEFF)[^\x00-\x1F\x7F-\x9F]*$";

/// One of the words in any case, with `around` before and after it.
pub fn any_case<const N: usize>(around: &str, words: [&str; N]) -> String {
    let letter = |c: char| match (c.to_ascii_lowercase(), c.to_ascii_uppercase()) {
        (lower, upper) if lower == upper => lower.to_string(),
        (lower, upper) => format!("[{lower}{upper}]"),
    };
    let words = words.map(|word| word.chars().map(letter).collect::<String>());
    format!("^{around}({}){around}$", words.join("|"))
}

/// The spellings of reset periods.
pub fn reset_periods() -> String {
    let most = ResetPeriod::LONGEST.minutes();
    let units = [('d', 24 * 60), ('h', 60), ('m', 1)];
    let units = units.map(|(letter, minutes)| format!("({}){letter}", up_to(most / minutes)));
    format!("^0*({})$", units.join("|"))
}

/// The spellings of reset periods of projects' budgets.
pub fn project_reset_periods() -> String {
    // Whole minutes in seconds: the multiples of 60.
    let seconds = "0*[1-9][0-9]{0,6}0s";
    format!("({})|^{seconds}$", reset_periods())
}

/// A pattern for the numbers from 1 to `most`: all with fewer digits, then, place by place, those with a smaller digit
/// there, then `most` itself.
fn up_to(most: u32) -> String {
    let digits = most.to_string();
    let mut numbers: Vec<String> = (1..digits.len()).map(|length| format!("[1-9][0-9]{{{}}}", length - 1)).collect();
    for (place, digit) in digits.bytes().enumerate() {
        let least = if place == 0 { b'1' } else { b'0' };
        if digit > least {
            let (smaller, rest) = (char::from(digit - 1), digits.len() - place - 1);
            numbers.push(format!("{}[{}-{smaller}][0-9]{{{rest}}}", &digits[..place], char::from(least)));
        }
    }
    numbers.push(digits);
    numbers.join("|")
}
