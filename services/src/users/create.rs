//! A new account, with a one-time password to hand over.

use super::{ensure_personal_project, one_time_password};
use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::error::Error;
use crate::guard::Can;
use domain::email::Email;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::ManageUsers;
use domain::text::PersonName;
use domain::user::UserKind;

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
    /// Shown once; has to be changed at the first sign-in.
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
    let hash = services.hasher.hash(password.clone()).await?;
    let id = UserId(services.new_id());
    let mut change = services.change(can).await?;
    sqlx::query!(
        "insert into users (id, email, name, user_type, password_hash, password_change_due, created_at, updated_at)
         values ($1, $2, $3, $4, $5, true, $6, $6)",
        id.0,
        new.email.as_str(),
        new.name.as_str(),
        new.kind.key(),
        hash,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    let entry = Entry::new("user.created", TargetType::User, id.0, new.email.as_str())
        .set("name", &new.name)
        .set("email", &new.email)
        .set("kind", new.kind.key());
    change.record(entry).await?;
    if new.kind == UserKind::Regular {
        let (name, email) = (new.name.as_str(), new.email.as_str());
        if let Some(entry) = ensure_personal_project(services, change.connection(), id, name, email).await? {
            change.record(entry).await?;
        }
    }
    change.commit().await?;
    Ok(NewAccount { id, one_time_password: password })
}

/// Whether accounts are made by hand at all. Where an identity provider vouches for people, a password opens nothing.
///
/// # Errors
/// [`Refusal::Rule`]
pub fn check_can_create(services: &Services) -> Result<(), Refusal> {
    if !services.settings.has_provider {
        return Ok(());
    }
    let text = "People sign in through the identity provider here. An account is made at the first sign-in.";
    Err(Refusal::Rule(text.to_owned()))
}
