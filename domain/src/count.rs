//! Counts on pages.

/// The highest number of rows that is counted; one more stands for "over". Counting all of them, be it a million
/// assignments of one budget, would cost a list its speed.
pub const MAX_EXACT_COUNT: i64 = 10_000;
