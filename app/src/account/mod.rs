//! One's own account: profile, password, sessions, what one may use.

pub mod actions;
pub mod break_glass;
pub mod change_password;
pub mod confirm;
pub mod data;
mod detours;
pub mod my_access;
mod own_budgets;
pub(crate) mod own_projects;
mod password_form;
pub mod profile;
mod rights;
mod sessions;
pub mod sign_in;
pub mod turned_away;

pub(crate) use detours::DETOURS;
