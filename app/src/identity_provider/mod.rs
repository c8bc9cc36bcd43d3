//! The identity provider, as administrators see it.

mod break_glass;
pub mod data;
mod doctor;
mod health;
pub mod import;
pub mod move_identities;
pub mod page;
