//! A new account, with a one-time password to hand over.

use super::{ensure_personal_project, one_time_password};
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::error::Error;
use crate::guard::{Can, check};
use domain::actor::Target;
use domain::email::Email;
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::UserId;
use domain::password::{NewPassword, ONE_TIME_PASSWORD_LIFE};
use domain::permission::{ManageUsers, Permission};
use domain::role::PlatformRole;
use domain::text::PersonName;
use domain::user::UserKind;
use domain::username::Username;

/// What is known of somebody new.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// As shown.
    pub name: PersonName,
    /// To sign in with; unique without regard to case.
    pub email: Email,
    /// Regular people get a personal project.
    pub kind: UserKind,
}

/// An account that was made. Not printed: the password is for one pair of eyes.
pub struct NewAccount {
    /// The person.
    pub id: UserId,
    /// Shown once; expires after [`ONE_TIME_PASSWORD_LIFE`] and has to be changed at the first sign-in.
    pub one_time_password: String,
}

/// Makes an account that signs in with e-mail address and password.
///
/// # Errors
/// A problem at `email` when somebody has the address already; [`Refusal::Rule`] where an identity provider vouches for
/// people.
pub async fn create(services: &Services, can: &Can<ManageUsers>, new: NewUser) -> Result<NewAccount, Error> {
    check_can_create(services)?;
    let password = one_time_password(&services.random);
    let id = insert(services, can, new, None, &password).await?;
    Ok(NewAccount { id, one_time_password: password })
}

/// What a program may say besides.
#[derive(Clone, Debug, Default)]
pub struct ByProgram {
    /// Unique without regard to case.
    pub username: Option<Username>,
    /// The platform role to begin with.
    pub role: PlatformRole,
}

/// Makes an account with a password of the caller's choice, which the program hands over by a way of its own.
///
/// # Errors
/// A problem at `email` or `username` when it is taken, at `password` when it is too easy; [`Refusal::Forbidden`] for
/// a role that the caller may not grant; [`Refusal::Rule`] as for [`create`].
pub async fn create_with_password(
    services: &Services,
    can: &Can<ManageUsers>,
    new: NewUser,
    more: ByProgram,
    password: &str,
) -> Result<UserId, Error> {
    check_can_create(services)?;
    let chosen = NewPassword::parse(password, new.email.as_str(), services.settings.password_policy)
        .map_err(|problem| FieldErrors::one("password", problem.as_str()))?;
    insert(services, can, new, Some(more), chosen.expose()).await
}

async fn insert(
    services: &Services,
    can: &Can<ManageUsers>,
    new: NewUser,
    by_program: Option<ByProgram>,
    password: &str,
) -> Result<UserId, Error> {
    let is_one_time = by_program.is_none();
    let more = by_program.unwrap_or_default();
    let hash = services.hasher.hash(password.to_owned()).await?;
    let (id, now) = (UserId(services.new_id()), services.clock.now());
    let mut change = services.change(can).await?;
    if more.role != PlatformRole::User {
        check(change.actor(), Permission::GrantRoles, Target::Platform)?;
    }
    sqlx::query!(
        "insert into users (id, email, name, username, user_type, is_admin, is_maintainer, password_hash,
                            password_change_due, password_expires_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id.0,
        new.email.as_str(),
        new.name.as_str(),
        more.username.as_ref().map(Username::as_str),
        new.kind.key(),
        more.role.is_admin(),
        more.role.is_maintainer(),
        hash,
        is_one_time,
        is_one_time.then(|| now + ONE_TIME_PASSWORD_LIFE),
        now
    )
    .execute(change.connection())
    .await?;
    let role = (more.role != PlatformRole::User).then(|| more.role.key().to_owned());
    let entry = Entry::new("user.created", TargetType::User, id.0, new.email.as_str())
        .set("name", &new.name)
        .set("email", &new.email)
        .field("username", None, more.username.map(String::from))
        .set("kind", new.kind.key())
        .field("role", None, role);
    change.record(entry).await?;
    if new.kind == UserKind::Regular {
        let (name, email) = (new.name.as_str(), new.email.as_str());
        if let Some(entry) = ensure_personal_project(services, change.connection(), id, name, email).await? {
            change.record(entry).await?;
        }
    }
    change.commit().await?;
    Ok(id)
}

/// Whether accounts are made by hand at all. Where an identity provider vouches for people, a password opens nothing.
///
/// # Errors
/// [`Refusal::Rule`]
pub fn check_can_create(services: &Services) -> Result<(), Refusal> {
    if services.identity.is_none() {
        return Ok(());
    }
    let text = "People sign in through the identity provider here. An account is made at the first sign-in.";
    Err(Refusal::Rule(text.to_owned()))
}
