//! What the pages of Users management read.

use crate::error::PageError;
use crate::page::{Handover, WithServerTime};
use domain::drift::Drift;
use domain::page::Page;
use domain::user::{UserQuery, UserRow};
use domain::view::UserDetail;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {
    crate::request, domain::actor::Target, domain::id::UserId, domain::permission::Permission, services::Services,
    services::guard::Caller,
};

/// A user's page, with what the viewer may do there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// The user.
    pub person: UserDetail,
    /// Where the last token disagrees; `None` for users who are linked to no account at the identity provider.
    pub drift: Option<Drift>,
    /// The viewer is the user.
    pub is_self: bool,
    /// May create, deactivate, unlock.
    pub may_manage: bool,
    /// May grant admin and maintainer.
    pub may_grant_roles: bool,
    /// May grant auditor.
    pub may_grant_auditor: bool,
    /// May add to projects and remove from them.
    pub may_manage_members: bool,
    /// Users sign in through an identity provider and have no password here.
    pub has_provider: bool,
    /// Budgets are in use at all.
    pub has_budgets: bool,
    /// May assign budgets.
    pub may_manage_budgets: bool,
    /// May see the audit log.
    pub may_view_events: bool,
    /// The default of the project limit.
    pub default_project_limit: u32,
    /// A one-time password that the viewer issued and still has to hand over.
    pub handover: Option<Handover>,
}

/// Reads a page of the list of users.
#[server(prefix = "/data", endpoint = "users")]
pub async fn list_users(query: UserQuery) -> Result<WithServerTime<Page<UserRow>>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        services::views::users::list(&services, &can, &query).await
    })
    .await
}

/// Reads a user's page.
#[server(prefix = "/data", endpoint = "user")]
pub async fn read_person(id: String) -> Result<WithServerTime<UserView>, PageError> {
    crate::page::load_page(|services, caller| async move {
        let can = caller.can(Target::Platform)?;
        let person = services::views::user_page::load(&services, &can, crate::request::parse_id(&id)?).await?;
        let drift = services::views::drift::load(&services, &can, &person).await?;
        let may = |permission| caller.actor.may(permission, Target::Platform);
        let handover = handover(&services, &caller, person.id).await?;
        let may_manage_budgets = services.settings().budgets && may(Permission::ManageBudgets);
        Ok(UserView {
            drift,
            is_self: person.id == caller.actor.user_id,
            may_manage: may(Permission::ManageUsers),
            may_grant_roles: may(Permission::GrantRoles),
            may_grant_auditor: may(Permission::GrantAuditor),
            may_manage_members: may(Permission::ManageMembers),
            has_provider: services.identity().is_some(),
            has_budgets: services.settings().budgets,
            may_manage_budgets,
            may_view_events: may(Permission::ViewAuditLog),
            default_project_limit: services.settings().project_limit,
            handover,
            person,
        })
    })
    .await
}

/// What this browser has to hand over to a user, also when the answer that brought its cookie was lost.
#[cfg(feature = "ssr")]
async fn handover(services: &Services, caller: &Caller, user: UserId) -> Result<Option<Handover>, services::Error> {
    if services.identity().is_some() || !caller.actor.may(Permission::ManageUsers, Target::Platform) {
        return Ok(None);
    }
    let token = request::handover_token()?;
    let found = services::handover::find(services, caller.actor.session_id, &token, user.0).await?;
    Ok(found.map(Handover::from))
}

/// Opens the form for a new user to those who may send it.
#[server(prefix = "/data", endpoint = "new-user")]
pub async fn open_new_user() -> Result<WithServerTime<()>, PageError> {
    use domain::permission::ManageUsers;
    crate::page::load_page(|services, caller| async move {
        caller.can::<ManageUsers>(Target::Platform)?;
        Ok(services::users::check_can_create(&services)?)
    })
    .await
}
