//! One's own account: profile, password, sessions, what one may use.

pub mod actions;
pub mod data;
