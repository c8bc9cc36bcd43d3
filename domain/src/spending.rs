//! What was spent in some days: the question, and the answer as pages, files and `/v1` show it.

mod chart;
mod days;
mod query;
mod read;

pub use chart::{Bars, Piece, Scale};
pub use days::{DayRange, MAX_DAYS, Period, parse_day, parse_utc_day};
pub use query::{Breakdown, SpendingQuery};
pub use read::{CategoryAmounts, DaySpend, Forecast, MonthSpend, SpendRow, Spender, Spending};
