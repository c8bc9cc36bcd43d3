//! Who is signed in, for the shell: navigation shows what the permission table allows.

use crate::error::PageError;
use crate::form::Changes;
use crate::read::Data;
use domain::break_glass::BreakGlassSession;
use domain::mode::Mode;
use domain::permission::Permission;
use domain::role::PlatformRole;
use domain::user::UserKind;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// For the avatar's tint.
    pub id: domain::id::UserId,
    /// Name as shown.
    pub name: String,
    /// Address as shown.
    pub email: String,
    /// Whether the address is known to be the user's.
    pub email_verified: bool,
    /// Where roles and projects are kept.
    pub mode: Mode,
    /// Platform role.
    pub role: PlatformRole,
    /// Regular or external.
    pub kind: UserKind,
    /// What the person may do at least somewhere.
    pub may: Vec<Permission>,
    /// Whether budgets are in use at all.
    pub budgets: bool,
    /// Whether a LiteLLM proxy is configured that budgets can be pushed to.
    pub litellm: bool,
    /// Whether people sign in through an identity provider; nobody has a password then.
    pub has_provider: bool,
    /// Whether that is Keycloak, where Bursar can manage users too.
    pub has_keycloak: bool,
    /// How many budget requests wait, as far as [`domain::budget::MAX_WAITING_COUNT`]; for those who may read them.
    pub waiting_requests: Option<i64>,
    /// Set in a break-glass session, which belongs to no user.
    pub break_glass: Option<BreakGlassSession>,
}

impl Me {
    /// Whether the user may manage the users of Keycloak.
    pub fn manages_keycloak(&self) -> bool {
        self.has_keycloak && self.may(Permission::ManageKeycloakUsers)
    }

    /// Whether the person may do it anywhere.
    pub fn may(&self, permission: Permission) -> bool {
        self.may.contains(&permission)
    }

    /// What stands under the name: the role, as people read it.
    pub const fn standing(&self) -> &'static str {
        match (self.role, self.kind) {
            (PlatformRole::User, UserKind::External) => "External user",
            (PlatformRole::User, UserKind::Regular) => "Developer",
            (role, _) => role.title(),
        }
    }
}

/// Reads who is signed in.
///
/// # Errors
/// [`domain::error::Refusal::SignedOut`], with a redirect to the sign-in page.
#[server(prefix = "/data", endpoint = "who-am-i")]
pub async fn who_am_i() -> Result<Me, PageError> {
    let (services, caller) = crate::request::signed_in()?;
    let waiting_requests = waiting_requests(&services, &caller).await.map_err(domain::error::Refusal::from)?;
    let actor = caller.actor;
    let provider = services.identity().map(services::identity::Identity::kind);
    let (budgets, litellm, has_provider) = (services.settings().budgets, services.has_litellm(), provider.is_some());
    let has_keycloak = provider == Some(domain::provider::ProviderKind::Keycloak);
    let may = Permission::ALL.iter().copied().filter(|permission| actor.may_anywhere(*permission)).collect();
    let (id, mode, role, kind) = (actor.user_id, actor.mode, actor.role, actor.kind);
    let (email_verified, break_glass) = (actor.email_verified, actor.break_glass);
    let (name, email) = (actor.name, actor.email);
    Ok(Me {
        id,
        name,
        email,
        email_verified,
        mode,
        role,
        kind,
        may,
        budgets,
        litellm,
        has_provider,
        has_keycloak,
        waiting_requests,
        break_glass,
    })
}

#[cfg(feature = "ssr")]
async fn waiting_requests(
    services: &services::Services,
    caller: &services::guard::Caller,
) -> Result<Option<i64>, services::Error> {
    match caller.can(domain::actor::Target::Platform).ok().filter(|_| services.settings().budgets) {
        Some(can) => services::views::budget_requests::count_waiting(services, &can).await.map(Some),
        None => Ok(None),
    }
}

/// The signed-in user, for every part of the document that asks.
#[derive(Clone)]
struct SharedMe {
    owner: Owner,
    me: StoredValue<Option<Data<Me>>>,
}

/// Lets [`use_me`] read who is signed in, when the first page asks.
pub(crate) fn provide_me() {
    if let Some(owner) = Owner::current() {
        provide_context(SharedMe { owner, me: StoredValue::new(None) });
    }
}

/// The signed-in user, read once and again after each change.
pub(crate) fn use_me() -> Data<Me> {
    let SharedMe { owner, me } = expect_context();
    let changes = expect_context::<Changes>();
    let read = || owner.with(|| Data::read(move || changes.count(), || WhoAmI {}));
    me.try_update_value(|me| *me.get_or_insert_with(read)).unwrap_or_else(read)
}
