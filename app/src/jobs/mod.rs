//! Jobs: what the console does by itself, as administrators see it.

pub mod actions;
pub mod data;
pub mod page;
