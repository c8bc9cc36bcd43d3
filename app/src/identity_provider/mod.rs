//! The identity provider, as administrators see it.

pub mod data;
mod health;
pub mod page;
