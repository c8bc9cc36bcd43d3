//! Jobs: what the console does by itself, as administrators see it.

pub mod actions;
pub mod data;
mod deliveries;
pub mod page;
