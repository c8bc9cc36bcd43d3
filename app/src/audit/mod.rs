//! The audit log: who changed what.

pub mod data;
pub(crate) mod event;
mod filters;
pub mod list;
mod news;
mod proof;
