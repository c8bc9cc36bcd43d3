//! The identity provider, as administrators see it.

pub mod data;
mod doctor;
mod health;
pub mod import;
pub mod page;
