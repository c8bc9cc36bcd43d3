//! Counts on pages.

use crate::figures::grouped;

/// The highest number of rows that is counted; one more stands for "over". Counting all of them, be it a million
/// assignments of one budget, would cost a list its speed.
pub const MAX_EXACT_COUNT: i64 = 10_000;

/// "1 user", "9,412 users".
pub fn counted(count: impl Into<i64>, noun: &str) -> String {
    let count = count.into();
    format!("{} {noun}{}", grouped(&count.to_string()), if count == 1 { "" } else { "s" })
}
