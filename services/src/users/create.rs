//! A new account, with a one-time password to hand over.

use super::{ensure_personal_project, one_time_password};
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::error::Error;
use crate::guard::{Can, check};
use crate::reauthentication::reauthenticate_for;
use domain::actor::Target;
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::UserId;
use domain::password::{NewPassword, ONE_TIME_PASSWORD_LIFE};
use domain::permission::{ManageUsers, Permission};
use domain::role::PlatformRole;
use domain::user::{UserDraft, UserKind};
use domain::username::Username;
use domain::violation::Violation;

/// An account that was made. Not printed: the password is for one pair of eyes.
pub struct NewAccount {
    /// The person.
    pub id: UserId,
    /// Shown once; expires after [`ONE_TIME_PASSWORD_LIFE`] and has to be changed at the first sign-in.
    pub one_time_password: String,
}

/// Creates a user who signs in with e-mail address and password.
///
/// # Errors
/// A problem at `email` when it is in use; [`Refusal::Rule`] where users sign in through an identity provider.
pub async fn create(services: &Services, can: &Can<ManageUsers>, draft: &UserDraft) -> Result<NewAccount, Error> {
    check_can_create(services)?;
    let password = one_time_password(&services.random);
    let id = insert(services, can, draft, None, &password).await?;
    Ok(NewAccount { id, one_time_password: password })
}

/// Creates a user with a user name and a password of the API client's choice.
///
/// # Errors
/// A problem at `email` or `username` when it is in use, at `password` when it is too easy; [`Refusal::Forbidden`] for
/// a role that the caller may not grant; [`Refusal::Rule`] as for [`create`].
pub async fn create_with_password(
    services: &Services,
    can: &Can<ManageUsers>,
    draft: &UserDraft,
    username: &Username,
    password: &str,
) -> Result<UserId, Error> {
    check_can_create(services)?;
    let chosen = NewPassword::parse(password, draft.email.as_str(), services.settings.password_policy)
        .map_err(|problem| FieldErrors::one("password", problem))?;
    insert(services, can, draft, Some(username), chosen.expose()).await
}

/// Without a user name the password is a one-time password.
async fn insert(
    services: &Services,
    can: &Can<ManageUsers>,
    draft: &UserDraft,
    username: Option<&Username>,
    password: &str,
) -> Result<UserId, Error> {
    let is_one_time = username.is_none();
    let hash = services.hasher.hash(password.to_owned()).await?;
    let (id, now) = (UserId(services.new_id()), services.clock.now());
    let mut change = services.change(can).await?;
    let (name, email) = (draft.name.as_str(), draft.email.as_str());
    if draft.role != PlatformRole::User {
        check(change.actor(), Permission::GrantRoles, Target::Platform)?;
    }
    if draft.role.is_maintainer() {
        reauthenticate_for(services, change.caller(), &format!("create the maintainer {email}")).await?;
    }
    sqlx::query!(
        "insert into users (id, email, name, username, user_type, is_admin, is_maintainer, password_hash,
                            password_change_due, password_expires_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id.0,
        email,
        name,
        username.map(Username::as_str),
        draft.kind.key(),
        draft.role.is_admin(),
        draft.role.is_maintainer(),
        hash,
        is_one_time,
        is_one_time.then(|| now + ONE_TIME_PASSWORD_LIFE),
        now
    )
    .execute(change.connection())
    .await?;
    let role = (draft.role != PlatformRole::User).then(|| draft.role.key().to_owned());
    let event = Entry::new(Action::UserCreated, TargetType::User, id.0, email)
        .set("name", name)
        .set("email", email)
        .field("username", None, username.map(Username::to_string))
        .set("kind", draft.kind.key())
        .field("role", None, role);
    change.record(event).await?;
    if draft.kind == UserKind::Regular
        && let Some(event) = ensure_personal_project(services, change.connection(), id, name, email).await?
    {
        change.record(event).await?;
    }
    change.commit().await?;
    Ok(id)
}

/// Whether accounts are made by hand at all. With an identity provider a password signs no user in.
///
/// # Errors
/// [`Refusal::Rule`]
pub fn check_can_create(services: &Services) -> Result<(), Refusal> {
    if services.identity.is_none() {
        return Ok(());
    }
    Err(Violation::AccountsFromProvider.into())
}
