//! Whether a user may sign in, with what, and how many projects they may join.

use super::address::check_address;
use super::check_can_create;
use super::one_time_password;
use crate::Services;
use crate::audit::{Action, Entry};
use crate::change::Change;
use crate::closed_requests::{reopen_requests, waiting_requests};
use crate::error::Error;
use crate::guard::Can;
use crate::locks::LockedUser;
use crate::members::WithoutAdmin;
use crate::session::end_all_of;
use crate::sign_in::forget_devices;
use crate::undo::Changed;
use domain::form::FieldErrors;
use domain::id::{EventId, UserId};
use domain::password::{NewPassword, ONE_TIME_PASSWORD_LIFE};
use domain::permission::ManageUsers;
use domain::violation::Violation;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Closes an account and ends its sessions. Everything else stays. Again changes nothing.
///
/// # Errors
/// [`Refusal::Rule`] for oneself, and for the only project admin of a shared project with [`WithoutAdmin::Refuse`];
/// [`Refusal::Forbidden`] by rank; [`Refusal::NotFound`].
pub async fn deactivate(
    services: &Services,
    can: &Can<ManageUsers>,
    id: UserId,
    without_admin: WithoutAdmin,
) -> Result<Changed, Error> {
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    if !person.is_active {
        return Ok(Changed::nothing(person.name));
    }
    if without_admin == WithoutAdmin::Refuse {
        check_admins_stay(&mut change, &person).await?;
    }
    let requests = waiting_requests(&mut change, id.0).await?;
    let entry = close_account(services, &mut change, &person).await?;
    let event = change.record_undoable(entry, &FormerAccount { user: id, requests }).await?;
    change.commit().await?;
    Ok(Changed { name: person.name, event: Some(event) })
}

/// What a deactivation needs to be undone.
#[derive(Serialize, Deserialize)]
struct FormerAccount {
    user: UserId,
    /// The user's requests for budgets that it closed.
    #[serde(default)]
    requests: Vec<Uuid>,
}

/// Undoes the caller's own deactivation of an account. Sessions that were revoked stay revoked. Returns the user's name.
///
/// # Errors
/// [`Refusal::Rule`] when it cannot be undone any more, when the account was reactivated since, and when its address was
/// released; [`Refusal::Forbidden`] by rank.
pub async fn undo_deactivation(services: &Services, can: &Can<ManageUsers>, event: EventId) -> Result<String, Error> {
    let mut change = services.change(can).await?;
    let former: FormerAccount = change.take_former(event, &[Action::UserDeactivated]).await?;
    let person = LockedUser::lock(&mut change, former.user).await?;
    if person.is_active {
        return Err(Violation::UserReactivatedSince { name: person.name }.into());
    }
    let entry = open_account(services, &mut change, &person, Action::UserDeactivationUndone).await?;
    reopen_requests(&mut change, &former.requests).await?;
    change.record(entry.undoes(event)).await?;
    change.commit().await?;
    Ok(person.name)
}

/// Refuses to deactivate the only active project admin of shared projects, and names them.
async fn check_admins_stay(change: &mut Change<'_>, person: &LockedUser) -> Result<(), Error> {
    let projects = sqlx::query_scalar!(
        r#"select p.title as "title!" from user_projects m join projects p on p.id = m.project_id
           where m.user_id = $1 and m.is_project_admin and p.project_type = 'shared' and p.deleted_at is null
             and not exists (
               select from user_projects o join users u on u.id = o.user_id
               where o.project_id = p.id and o.user_id <> $1 and o.is_project_admin and u.is_active)
           order by p.title collate name_order, p.id"#,
        person.id.0
    )
    .fetch_all(change.connection())
    .await?;
    if projects.is_empty() {
        return Ok(());
    }
    Err(Violation::OnlyProjectAdmin { name: person.name.clone(), projects: projects.join(", ") }.into())
}

pub(super) async fn close(services: &Services, change: &mut Change<'_>, person: &LockedUser) -> Result<(), Error> {
    if !person.is_active {
        return Ok(());
    }
    let entry = close_account(services, change, person).await?;
    change.record(entry).await
}

/// Returns the audit event, for the caller to record.
async fn close_account(services: &Services, change: &mut Change<'_>, person: &LockedUser) -> Result<Entry, Error> {
    if person.is_oneself(change) {
        return Err(Violation::OwnAccount.into());
    }
    sqlx::query!("update users set is_active = false where id = $1", person.id.0).execute(change.connection()).await?;
    person.touch(services, change).await?;
    forget_devices(change.connection(), person.id).await?;
    let ended = end_all_of(change.connection(), person.id, None).await?;
    let entry = person.entry(Action::UserDeactivated).field("active", Some("true".into()), Some("false".into()));
    Ok(entry.field("sessions", Some(ended.to_string()), Some("0".into())))
}

/// Opens a closed account. Again changes nothing.
///
/// # Errors
/// [`Refusal::Rule`] when its address was released; [`Refusal::Forbidden`] by rank; [`Refusal::NotFound`].
pub async fn reactivate(services: &Services, can: &Can<ManageUsers>, id: UserId) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    open(services, &mut change, &person).await?;
    change.commit().await
}

pub(super) async fn open(services: &Services, change: &mut Change<'_>, person: &LockedUser) -> Result<(), Error> {
    if person.is_active {
        return Ok(());
    }
    let entry = open_account(services, change, person, Action::UserReactivated).await?;
    change.record(entry).await
}

/// Returns the audit event, for the caller to record.
async fn open_account(
    services: &Services,
    change: &mut Change<'_>,
    person: &LockedUser,
    action: Action,
) -> Result<Entry, Error> {
    check_address(person)?;
    sqlx::query!("update users set is_active = true where id = $1", person.id.0).execute(change.connection()).await?;
    person.touch(services, change).await?;
    Ok(person.entry(action).field("active", Some("false".into()), Some("true".into())))
}

/// Opens an account that too many wrong passwords locked, before its time. Changes nothing when it is not locked.
///
/// # Errors
/// [`Refusal::Forbidden`] by rank; [`Refusal::NotFound`].
pub async fn unlock(services: &Services, can: &Can<ManageUsers>, id: UserId) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    let unlocked = sqlx::query!(
        "update users set sign_in_tries = 0, sign_in_tries_end_at = null, locked_until = null
         where id = $1 and sign_in_tries > 0",
        id.0
    )
    .execute(change.connection())
    .await?
    .rows_affected();
    if unlocked == 0 {
        return Ok(());
    }
    person.touch(services, &mut change).await?;
    change.record(person.entry(Action::UserUnlocked)).await?;
    change.commit().await
}

/// Revokes every session of a user.
///
/// # Errors
/// [`Refusal::Forbidden`] by rank; [`Refusal::NotFound`].
pub async fn end_sessions(services: &Services, can: &Can<ManageUsers>, id: UserId) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    let ended = end_all_of(change.connection(), id, None).await?;
    let entry = person.entry(Action::UserSessionsEnded);
    change.record(entry.field("sessions", Some(ended.to_string()), Some("0".into()))).await?;
    change.commit().await
}

/// Replaces a user's password by one that expires after [`ONE_TIME_PASSWORD_LIFE`] and has to be changed at the next
/// sign-in, unlocks the account and ends its sessions. Returns the password, which is shown once.
///
/// # Errors
/// [`Refusal::Rule`] for oneself, for closed accounts and where users sign in through an identity provider;
/// [`Refusal::Forbidden`] by rank; [`Refusal::NotFound`].
pub async fn issue_one_time_password(services: &Services, can: &Can<ManageUsers>, id: UserId) -> Result<String, Error> {
    let password = one_time_password(&services.random);
    replace_password(services, can, id, password.clone(), true).await?;
    Ok(password)
}

/// Sets a user's password to the caller's choice, unlocks the account and ends its sessions. For API clients, which
/// hand it over by a way of their own.
///
/// # Errors
/// As [`issue_one_time_password`]; a problem at `new_password`.
pub async fn set_password(services: &Services, can: &Can<ManageUsers>, id: UserId, new: &str) -> Result<(), Error> {
    let new = NewPassword::parse(new, "", services.settings.password_policy)
        .map_err(|problem| FieldErrors::one("new_password", problem))?;
    replace_password(services, can, id, new.expose().to_owned(), false).await
}

async fn replace_password(
    services: &Services,
    can: &Can<ManageUsers>,
    id: UserId,
    password: String,
    is_one_time: bool,
) -> Result<(), Error> {
    check_can_create(services)?;
    let hash = services.hasher.hash(password).await?;
    let mut change = services.change(can).await?;
    let person = LockedUser::lock(&mut change, id).await?;
    if person.is_oneself(&change) {
        return Err(Violation::OwnPassword.into());
    }
    person.refuse_takeover(&change)?;
    if !person.is_active {
        return Err(Violation::UserDeactivated { name: person.name }.into());
    }
    sqlx::query!(
        "update users set password_hash = $2, password_change_due = $3, password_expires_at = $4, sign_in_tries = 0,
                          sign_in_tries_end_at = null, locked_until = null
         where id = $1",
        id.0,
        hash,
        is_one_time,
        is_one_time.then(|| services.clock.now() + ONE_TIME_PASSWORD_LIFE)
    )
    .execute(change.connection())
    .await?;
    person.touch(services, &mut change).await?;
    forget_devices(change.connection(), id).await?;
    end_all_of(change.connection(), id, None).await?;
    let action = if is_one_time { Action::UserOneTimePasswordIssued } else { Action::UserPasswordSet };
    change.record(person.entry(action)).await?;
    change.commit().await
}

/// Sets how many shared projects a user may be in; `None` is the configured default. Lower than the number they are in
/// removes no member. Admins and maintainers have no limit while they hold the role.
pub(super) async fn replace_limit(
    services: &Services,
    change: &mut Change<'_>,
    person: &LockedUser,
    limit: Option<u32>,
) -> Result<(), Error> {
    let too_large = |_| Violation::ProjectLimitOutOfRange { max: i32::MAX };
    let limit = limit.map(i32::try_from).transpose().map_err(too_large)?;
    if person.project_limit == limit {
        return Ok(());
    }
    sqlx::query!("update users set project_limit = $2 where id = $1", person.id.0, limit)
        .execute(change.connection())
        .await?;
    person.touch(services, change).await?;
    let text = |limit: Option<i32>| limit.map(|number| number.to_string());
    let entry = person.entry(Action::UserProjectLimitChanged);
    change.record(entry.field("project_limit", text(person.project_limit), text(limit))).await
}
