//! Gateways: the API clients that reserve and report spend, as administrators see them.

pub mod actions;
pub mod create;
pub mod data;
pub mod page;
