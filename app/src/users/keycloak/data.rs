//! What the pages of Keycloak's users read.

use crate::error::PageError;
use crate::page::{Handover, WithServerTime};
use domain::keycloak_user::{ListedUser, ManagedUser, Unavailable};
use domain::mode::Mode;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {
    crate::request, domain::actor::Target, domain::permission::ManageKeycloakUsers, services::guard::Can,
    services::handover, services::keycloak::users::managed,
};

/// Some users of the realm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeycloakUsers {
    /// In the order of user names.
    pub rows: Vec<ListedUser>,
    /// How many stand before them.
    pub skipped: u32,
    /// How many a page has.
    pub page_rows: u32,
    /// Whether others follow.
    pub has_more: bool,
}

/// A user's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeycloakUserView {
    /// Where Bursar keeps roles and projects.
    pub mode: Mode,
    /// The user as Keycloak has them now, or why that is not known.
    pub user: Result<ManagedUser, Unavailable>,
    /// Whether the viewer is the user.
    pub is_self: bool,
    /// A temporary password that the viewer still has to hand over.
    pub handover: Option<Handover>,
}

/// The form for a new user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewKeycloakUserView {
    /// Where Bursar keeps roles and projects.
    pub mode: Mode,
    /// Why no user can be created.
    pub unavailable: Option<Unavailable>,
}

/// Reads users whose name, user name or address contains the text.
#[server(prefix = "/data", endpoint = "keycloak-users")]
pub async fn list_keycloak_users(
    text: String,
    skipped: u32,
) -> Result<WithServerTime<Result<KeycloakUsers, Unavailable>>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let can: Can<ManageKeycloakUsers> = caller.can(Target::Platform)?;
        let listed = managed::list(&services, &can, &text, usize::try_from(skipped).unwrap_or_default()).await;
        let page_rows = u32::try_from(managed::ROWS).unwrap_or_default();
        Ok(listed.map(|managed::ListedUsers { rows, has_more }| KeycloakUsers { rows, skipped, page_rows, has_more }))
    })
    .await
}

/// Reads a user's page.
#[server(prefix = "/data", endpoint = "keycloak-user")]
pub async fn read_keycloak_user(id: String) -> Result<WithServerTime<KeycloakUserView>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let can: Can<ManageKeycloakUsers> = caller.can(Target::Platform)?;
        let id = request::parse_id(&id)?;
        let user = managed::load(&services, &can, id).await?;
        let found = handover::find(&services, caller.actor.session_id, &request::handover_token()?, id.0).await?;
        let handover = found.map(Handover::from);
        let is_self = caller.actor.user_id == id;
        Ok(KeycloakUserView { mode: services.settings().mode, user, is_self, handover })
    })
    .await
}

/// Opens the form for a new user to those who may send it.
#[server(prefix = "/data", endpoint = "new-keycloak-user")]
pub async fn open_new_keycloak_user() -> Result<WithServerTime<NewKeycloakUserView>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let can: Can<ManageKeycloakUsers> = caller.can(Target::Platform)?;
        let unavailable = managed::check(&services, &can).await.err();
        Ok(NewKeycloakUserView { mode: services.settings().mode, unavailable })
    })
    .await
}
