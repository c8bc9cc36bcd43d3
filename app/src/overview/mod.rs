//! Overview: what needs a decision, what changed last, and how the platform is doing.

mod changes;
pub mod data;
mod decisions;
mod health;
mod limits;
pub mod page;
mod rail;
