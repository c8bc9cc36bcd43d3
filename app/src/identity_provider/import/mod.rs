//! The one-time import of the users of a Keycloak realm: the section on the page of the identity provider, a page with the
//! report, and a page that asks before another import.

pub mod actions;
pub mod again;
mod buttons;
pub mod data;
#[cfg(feature = "hydrate")]
mod follow;
mod notices;
pub mod page;
mod report;
mod section;
mod summary;
mod words;

pub(super) use section::section;
