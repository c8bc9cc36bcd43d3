//! The audit log: who changed what.

pub mod data;
mod event;
mod filters;
pub mod list;
mod news;
mod proof;
