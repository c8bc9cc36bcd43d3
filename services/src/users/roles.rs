//! Platform roles, and whether somebody belongs to the organisation.

use super::ensure_personal_project;
use super::person::Person;
use crate::Services;
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::{GrantAuditor, GrantRoles, ManageUsers};
use domain::role::PlatformRole;
use domain::user::UserKind;

/// Gives somebody a platform role in place of the one held. The same role again changes nothing.
///
/// # Errors
/// [`Refusal::Rule`] for one's own role and for external people; [`Refusal::NotFound`].
pub async fn set_platform_role(
    services: &Services,
    can: &Can<GrantRoles>,
    id: UserId,
    role: PlatformRole,
) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let person = Person::lock(&mut change, id).await?;
    replace_role(services, &mut change, &person, role).await?;
    change.commit().await
}

/// Makes somebody an auditor, or no longer one. The same again changes nothing.
///
/// # Errors
/// [`Refusal::Rule`] for admins and maintainers, who see everything already, and for external people;
/// [`Refusal::NotFound`].
pub async fn set_auditor(
    services: &Services,
    can: &Can<GrantAuditor>,
    id: UserId,
    is_auditor: bool,
) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let person = Person::lock(&mut change, id).await?;
    if person.role.is_admin() && is_auditor {
        let text = format!("{} sees everything already as {}.", person.name, title(person.role));
        return Err(Refusal::Rule(format!("{text} Take that role away first.")).into());
    }
    let role = match (is_auditor, person.role) {
        (true, _) => PlatformRole::Auditor,
        (false, PlatformRole::Auditor) => PlatformRole::User,
        (false, other) => other,
    };
    replace_role(services, &mut change, &person, role).await?;
    change.commit().await
}

/// Makes somebody regular or external. Who becomes regular gets a personal project. The same again changes nothing.
///
/// # Errors
/// [`Refusal::Rule`] when somebody with a platform role would become external; [`Refusal::NotFound`].
pub async fn set_kind(services: &Services, can: &Can<ManageUsers>, id: UserId, kind: UserKind) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let person = Person::lock(&mut change, id).await?;
    replace_kind(services, &mut change, &person, kind).await?;
    change.commit().await
}

pub(super) async fn replace_kind(
    services: &Services,
    change: &mut Change<'_>,
    person: &Person,
    kind: UserKind,
) -> Result<(), Error> {
    if person.kind == kind {
        return Ok(());
    }
    if kind == UserKind::External && person.role != PlatformRole::User {
        let text =
            format!("{} is {}. Take that role away first: external users hold none.", person.name, title(person.role));
        return Err(Refusal::Rule(text).into());
    }
    sqlx::query!("update users set user_type = $2 where id = $1", person.id.0, kind.key())
        .execute(change.connection())
        .await?;
    person.touch(services, change).await?;
    let (before, after) = (person.kind.key().to_owned(), kind.key().to_owned());
    change.record(person.entry("user.kind_changed").field("kind", Some(before), Some(after))).await?;
    if kind == UserKind::Regular {
        let made =
            ensure_personal_project(services, change.connection(), person.id, &person.name, &person.email).await?;
        if let Some(entry) = made {
            change.record(entry).await?;
        }
    }
    Ok(())
}

/// Sets all three flags, so that a leftover auditor flag goes with the role that covers it.
pub(super) async fn replace_role(
    services: &Services,
    change: &mut Change<'_>,
    person: &Person,
    role: PlatformRole,
) -> Result<(), Error> {
    if person.role == role {
        return Ok(());
    }
    if person.is_oneself(change) {
        let text = "You cannot change your own role. Ask another maintainer to do it.";
        return Err(Refusal::Rule(text.to_owned()).into());
    }
    if person.kind == UserKind::External && role != PlatformRole::User {
        let text = format!("{} is an external user and cannot be {}.", person.name, title(role));
        return Err(Refusal::Rule(format!("{text} Make the account regular first.")).into());
    }
    sqlx::query!(
        "update users set is_admin = $2, is_maintainer = $3, is_auditor = $4 where id = $1",
        person.id.0,
        role.is_admin(),
        role.is_maintainer(),
        role.is_auditor()
    )
    .execute(change.connection())
    .await?;
    person.touch(services, change).await?;
    let (before, after) = (person.role.key().to_owned(), role.key().to_owned());
    change.record(person.entry("user.role_changed").field("role", Some(before), Some(after))).await
}

/// As a part of a sentence.
const fn title(role: PlatformRole) -> &'static str {
    match role {
        PlatformRole::User => "a user",
        PlatformRole::Auditor => "an auditor",
        PlatformRole::Admin => "an admin",
        PlatformRole::Maintainer => "a maintainer",
    }
}
