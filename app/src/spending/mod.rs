//! Spending: what users and projects spent in some days.

mod breakdown;
mod chart;
pub mod data;
mod filters;
mod movers;
pub mod page;
mod period;
mod totals;
mod words;
