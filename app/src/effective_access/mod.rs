//! Effective access: what a user can do, who can do something, and by which path.

pub mod data;
mod filters;
pub mod page;
mod path;
mod user;
mod who;
