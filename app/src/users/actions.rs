//! Changes of users.

use crate::error::PageError;
use crate::form::FormOutcome;
use domain::draft::EditBasis;
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use {
    crate::cookies::{self, CookieName},
    crate::form::{Done, Form},
    crate::paths,
    crate::projects::actions::parse_without_admin,
    crate::request::{parse_id, parse_project, permitted, signed_in},
    domain::actor::Target,
    domain::draft::{Edit, Precondition},
    domain::email::Email,
    domain::error::Refusal,
    domain::form::FieldErrors,
    domain::id::{EventId, UserId},
    domain::permission::Permission,
    domain::permission::{GrantAuditor, GrantRoles, ManageUsers},
    domain::role::PlatformRole,
    domain::shortened::shortened,
    domain::user::UserDraft,
    domain::violation::Violation,
    leptos::server_fn::ServerFn,
    services::guard::Caller,
    services::{Services, handover, provision},
    services::{projects, users},
};

/// Name of the form that changes a platform role.
pub(super) const ROLE_FORM: &str = "platform-role";

/// Name of the form that changes an address.
pub(super) const ADDRESS_FORM: &str = "address";

/// Creates a user, who gets a one-time password.
#[server(prefix = "/act", endpoint = "users/create")]
pub async fn create_user(name: String, email: String, kind: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("create-user", [("name", &name), ("email", &email), ("kind", &kind)]);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        let account = users::create(&services, &can, &UserDraft::parse(&name, &email, &kind)?).await?;
        let done = Done::at(paths::user(account.id));
        Ok(hand_over(&services, can.caller(), account.id, &account.one_time_password, done).await)
    })
    .await
}

/// Has the user's page show a one-time password until the administrator has handed it over.
#[cfg(feature = "ssr")]
async fn hand_over(services: &Services, caller: &Caller, user: UserId, password: &str, done: Done) -> Done {
    let session = caller.actor.session_id;
    let kept = match crate::request::handover_token() {
        Ok(token) => handover::keep(services, session, &token, user.0, password).await.map_err(Refusal::from),
        Err(refusal) => Err(refusal),
    };
    // The password is set, whether or not the page can show it.
    match kept {
        Ok(()) => done.handing_over(),
        Err(_) => done.with_notice("The one-time password is set but cannot be shown. Issue another one."),
    }
}

/// Gives a user another platform role. Admin and maintainer are asked about first, in a dialog whose button sends
/// `confirmed`. Admins grant and revoke auditor alone.
#[server(prefix = "/act", endpoint = "users/set-role")]
pub async fn set_platform_role(
    person: String,
    role: String,
    #[server(default)] confirmed: String,
) -> Result<FormOutcome, PageError> {
    let form = Form::new(ROLE_FORM, [("role", &role)]);
    form.submit(async move {
        let (services, caller) = signed_in()?;
        let can_grant_auditor = caller.can::<GrantAuditor>(Target::Platform)?;
        let role = PlatformRole::parse(&role).map_err(|problem| FieldErrors::one("role", problem))?;
        let person = parse_id(&person)?;
        let changed = if role.is_admin() || caller.actor.may(Permission::GrantRoles, Target::Platform) {
            let can = caller.can::<GrantRoles>(Target::Platform)?;
            if role.is_admin() && confirmed != role.key() {
                return Err(Violation::RoleNotConfirmed { role: role.title().to_owned() }.into());
            }
            users::set_platform_role(&services, &can, person, role).await?
        } else {
            users::set_auditor(&services, &can_grant_auditor, person, role == PlatformRole::Auditor).await?
        };
        let (name, role) = (shortened(&changed.name), role.title());
        let Some(event) = changed.event else {
            return Ok(Done::here().with_notice(format!("{name} is {role} already. Nothing was changed.")));
        };
        let text = format!("{name} is now {role}.");
        Ok(Done::here().with_undo(text, UndoRoleChange::url(), [("event", &event.to_string())]))
    })
    .await
}

/// Gives a user the platform role back that one's own change replaced.
#[server(prefix = "/act", endpoint = "users/undo-role-change")]
pub async fn undo_role_change(event: String) -> Result<FormOutcome, PageError> {
    let form = Form::new(ROLE_FORM, []);
    form.submit(async move {
        let (services, can) = permitted::<GrantAuditor>()?;
        let (name, role) = users::undo_role_change(&services, &can, parse_id::<EventId>(&event)?).await?;
        Ok(Done::here().with_notice(format!("Restored: {} is {} again.", shortened(&name), role.title())))
    })
    .await
}

/// Closes an account and ends its sessions. `without_admin` says that it may leave projects without a project admin.
#[server(prefix = "/act", endpoint = "users/deactivate")]
pub async fn deactivate_person(
    person: String,
    #[server(default)] without_admin: String,
) -> Result<FormOutcome, PageError> {
    let form = Form::new("account-state", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        let allowed = parse_without_admin(&without_admin);
        let changed = users::deactivate(&services, &can, parse_id(&person)?, allowed).await?;
        let name = shortened(&changed.name);
        let Some(event) = changed.event else {
            return Ok(Done::here().with_notice(format!("{name} is deactivated already. Nothing was changed.")));
        };
        let text = format!("{name} deactivated; all sessions revoked.");
        Ok(Done::here().with_undo(text, UndoDeactivation::url(), [("event", &event.to_string())]))
    })
    .await
}

/// Opens the account again that one's own deactivation closed.
#[server(prefix = "/act", endpoint = "users/undo-deactivation")]
pub async fn undo_deactivation(event: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("account-state", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        let name = users::undo_deactivation(&services, &can, parse_id::<EventId>(&event)?).await?;
        Ok(Done::here()
            .with_notice(format!("Restored {}. Sign-in works again; revoked sessions stay revoked.", shortened(&name))))
    })
    .await
}

/// Opens a deactivated account again.
#[server(prefix = "/act", endpoint = "users/reactivate")]
pub async fn reactivate_person(person: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("account-state", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        users::reactivate(&services, &can, parse_id(&person)?).await?;
        Ok(Done::here().with_notice("Account reactivated."))
    })
    .await
}

/// Gives a user another e-mail address.
#[server(prefix = "/act", endpoint = "users/change-address")]
pub async fn change_address(
    person: String,
    #[server(default)] version: i64,
    email: String,
    #[server(default)] basis: EditBasis,
) -> Result<FormOutcome, PageError> {
    let form =
        Form::new(ADDRESS_FORM, [("email", &email)]).keeping("version", version.to_string()).keeping_all(basis.kept());
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        let email = Email::parse(&email).map_err(|problem| FieldErrors::one("email", problem))?;
        let edit = Edit::new(Precondition::FormVersion { version, basis }, |stored: UserDraft| {
            Ok(UserDraft { email, ..stored })
        });
        let merge = users::edit(&services, &can, parse_id::<UserId>(&person)?, edit).await?;
        Ok(Done::here().with_notice(merge.notice("E-mail address changed.")))
    })
    .await
}

/// Frees the e-mail address of a deactivated user.
#[server(prefix = "/act", endpoint = "users/release-address")]
pub async fn release_address(person: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("account-state", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        users::release_address(&services, &can, parse_id::<UserId>(&person)?).await?;
        Ok(Done::here().with_notice("E-mail address released."))
    })
    .await
}

/// Lets somebody sign in again after too many wrong passwords.
#[server(prefix = "/act", endpoint = "users/unlock")]
pub async fn unlock_person(person: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("account-state", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        users::unlock(&services, &can, parse_id(&person)?).await?;
        Ok(Done::here().with_notice("Account unlocked."))
    })
    .await
}

/// Ends every session of somebody.
#[server(prefix = "/act", endpoint = "users/end-sessions")]
pub async fn end_sessions_of_person(person: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("account-state", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        users::end_sessions(&services, &can, parse_id(&person)?).await?;
        Ok(Done::here().with_notice("All sessions have ended."))
    })
    .await
}

/// Issues a one-time password and shows it until it is handed over.
#[server(prefix = "/act", endpoint = "users/issue-password")]
pub async fn issue_one_time_password(person: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("account-state", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        let id = parse_id(&person)?;
        let password = users::issue_one_time_password(&services, &can, id).await?;
        Ok(hand_over(&services, can.caller(), id, &password, Done::here()).await)
    })
    .await
}

/// Takes a one-time password that was handed over off the user's page.
#[server(prefix = "/act", endpoint = "users/password-handed-over")]
pub async fn dismiss_one_time_password(person: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("handover", []);
    form.submit(async move {
        // What this session issued, whatever it may do now.
        let (services, caller) = signed_in()?;
        if !handover::dismiss(&services, caller.actor.session_id, parse_id::<UserId>(&person)?.0).await? {
            cookies::remove(CookieName::Handover);
        }
        Ok(Done::here().with_notice("One-time password removed from this page."))
    })
    .await
}

/// Lets an identity that was turned away sign in as this person from now on.
#[server(prefix = "/act", endpoint = "users/link-identity")]
pub async fn link_identity(person: String, issuer: String, subject: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("link-identity", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        provision::relink(&services, &can, parse_id::<UserId>(&person)?, &issuer, &subject).await?;
        Ok(Done::here().with_notice("Identity linked. It opens this account from the next sign-in on."))
    })
    .await
}

/// Takes a sign-in that was turned away off somebody's page.
#[server(prefix = "/act", endpoint = "users/dismiss-identity")]
pub async fn dismiss_identity(person: String, issuer: String, subject: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("dismiss-identity", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        provision::dismiss(&services, &can, parse_id::<UserId>(&person)?, &issuer, &subject).await?;
        Ok(Done::here().with_notice("Dismissed. It comes back with the next try."))
    })
    .await
}

/// Stores a project as the one that a user starts in.
#[server(prefix = "/act", endpoint = "users/set-default-project")]
pub async fn set_default_project(person: String, project: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("default-project", []);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        let id = projects::id_of(&services, can.caller(), &parse_project(&project)?).await?;
        users::set_default_project(&services, &can, parse_id(&person)?, id, true).await?;
        Ok(Done::here().with_notice(format!("{} is the default project.", shortened(&project))))
    })
    .await
}

/// Sets how many shared projects somebody may be in; empty means the default.
#[server(prefix = "/act", endpoint = "users/set-project-limit")]
pub async fn set_project_limit(person: String, limit: String) -> Result<FormOutcome, PageError> {
    let form = Form::new("project-limit", [("limit", &limit)]);
    form.submit(async move {
        let (services, can) = permitted::<ManageUsers>()?;
        let limit = parse_limit(&limit).map_err(|problem| FieldErrors::one("limit", problem))?;
        let edit = Edit::new(Precondition::None, move |stored| Ok(UserDraft { project_limit: limit, ..stored }));
        users::edit(&services, &can, parse_id::<UserId>(&person)?, edit).await?;
        Ok(Done::here().with_notice("Project limit saved."))
    })
    .await
}

#[cfg(feature = "ssr")]
fn parse_limit(raw: &str) -> Result<Option<u32>, Violation> {
    let text = raw.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let limit = text.parse().ok().filter(|limit| *limit <= 1_000_000);
    limit.map(Some).ok_or(Violation::InvalidProjectLimit)
}
