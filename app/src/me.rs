//! Who is signed in, for the shell: navigation shows what the permission table allows.

use crate::error::PageError;
use crate::form::Changes;
use crate::read::Data;
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
    /// Whether people sign in through an identity provider; nobody has a password then.
    pub has_provider: bool,
}

impl Me {
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
    let actor = caller.actor;
    let (budgets, has_provider) = (services.settings().budgets, services.identity().is_some());
    let may = Permission::ALL.iter().copied().filter(|permission| actor.may_anywhere(*permission)).collect();
    let (id, mode, role, kind) = (actor.user_id, actor.mode, actor.role, actor.kind);
    let email_verified = actor.email_verified;
    Ok(Me { id, name: actor.name, email: actor.email, email_verified, mode, role, kind, may, budgets, has_provider })
}

/// The signed-in person, read with the page and again after each change.
pub(crate) fn use_me() -> Data<Me> {
    let changes = expect_context::<Changes>();
    Data::read(move || changes.count(), || WhoAmI {})
}
