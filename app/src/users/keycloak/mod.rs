//! The users of Keycloak's realm: the list, a user's rights, creating a user.

pub mod actions;
pub mod create;
pub mod data;
pub mod list;
mod unavailable;
pub mod user;

use crate::page::crumbs::administration;
use crate::paths;
use crate::ui::Crumb;
use domain::mode::Mode;

/// What the place is called.
const PLACE: &str = "Users in Keycloak";

/// The way to a page below the list.
fn below(here: String) -> Vec<Crumb> {
    administration([Crumb::link(PLACE, paths::KEYCLOAK_USERS), Crumb::here(here)])
}

/// When Bursar reads what Keycloak has.
const fn takes_effect(mode: Mode) -> &'static str {
    match mode {
        Mode::Keycloak => {
            "Bursar reads role and projects from the user's token. A change takes effect at the next sign-in, and in open sessions with their next refresh: when the access token expires, usually within 5 minutes."
        }
        Mode::Platform => {
            "Bursar copies role and projects at the user's first sign-in. From then on they are changed under Users management, and a change here has no effect in Bursar."
        }
    }
}
