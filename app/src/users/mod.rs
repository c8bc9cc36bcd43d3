//! Users management: the list of people, a person's page, creating a person.

pub mod actions;
pub mod data;
