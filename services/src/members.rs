//! The members of a project: one service behind every path, so that limit, audit and rules are the same.

mod many;
mod undo;

pub use many::{Outcome, assign_many, remove_many};
pub use undo::undo;

use crate::Services;
use crate::actor::project_role;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::{LockedUser, share_user};
use crate::projects::{check_may_be_admins, check_may_be_members, enforce_limit, of_proof, stored_kind};
use crate::undo::Changed;
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::{ProjectId, UserId};
use domain::permission::ManageMembers;
use domain::project::ProjectKind;
use domain::role::ProjectRole;
use domain::violation::Violation;
use uuid::Uuid;

/// Whether a change may leave a shared project without a project admin. The console asks first; API clients decide by
/// themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutAdmin {
    /// Admins can add project admins again.
    Allow,
    /// Refused with the reason, until it is confirmed.
    Refuse,
}

/// Adds a user. Users who are not admins count towards `USER_PROJECT_LIMIT`.
///
/// # Errors
/// A problem at `person` when there is no such user or the user is a member already; [`Refusal::Rule`] for a personal
/// project, a deactivated user, a user at the limit, and an external user in a project that is not open to them or as
/// project admin.
pub async fn add(
    services: &Services,
    can: &Can<ManageMembers>,
    person: UserId,
    role: ProjectRole,
) -> Result<Changed, Error> {
    refuse_owner(role)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    let user = share_user(change.connection(), person).await?.ok_or(Violation::UnknownUser)?;
    check_may_join(services, &project, [(&user, role)].into_iter())?;
    let (granted_by, since) = (change.account(), services.clock.now());
    sqlx::query!(
        "insert into user_projects (user_id, project_id, is_project_admin, granted_by, created_at)
         values ($1, $2, $3, $4, $5)",
        person.0,
        project.id.0,
        role.is_admin(),
        granted_by,
        since
    )
    .execute(change.connection())
    .await?;
    let entry = project.entry(Action::ProjectMemberAdded).set("person", &user.email).set("role", role.key());
    let former = undo::Former { project: project.id, user: person, held: undo::Held::Nothing { role, since } };
    let event = change.record_undoable(entry, &former).await?;
    enforce_limit(services, change.connection(), person).await?;
    change.commit().await?;
    Ok(Changed { name: user.name, event: Some(event) })
}

/// Gives a member the other role; the same role again changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`] when the user is not a member, [`Refusal::Rule`] for a personal project, for an external
/// user who would become project admin, and for the only project admin with [`WithoutAdmin::Refuse`].
pub async fn change_role(
    services: &Services,
    can: &Can<ManageMembers>,
    person: UserId,
    role: ProjectRole,
    without_admin: WithoutAdmin,
) -> Result<Changed, Error> {
    refuse_owner(role)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    // Locked before the membership, as everywhere.
    let user = share_user(change.connection(), person).await?;
    let member = member(&mut change, project.id, person).await?;
    if member.role == role {
        return Ok(Changed::nothing(member.name));
    }
    if role.is_admin() {
        check_may_be_admins(user.iter())?;
    } else {
        check_admin_stays(&mut change, &project, &member, without_admin).await?;
    }
    set_role(&mut change, project.id, person, role).await?;
    let entry = project.role_changed(Action::ProjectMemberRoleChanged, &member, role);
    let held = undo::Held::Role { before: member.role, after: role };
    let former = undo::Former { project: project.id, user: person, held };
    let event = change.record_undoable(entry, &former).await?;
    change.commit().await?;
    Ok(Changed { name: member.name, event: Some(event) })
}

/// Removes a member.
///
/// # Errors
/// [`Refusal::NotFound`] when the user is not a member, [`Refusal::Rule`] for a personal project, for the creator of the
/// project, and for the only project admin with [`WithoutAdmin::Refuse`].
pub async fn remove(
    services: &Services,
    can: &Can<ManageMembers>,
    person: UserId,
    without_admin: WithoutAdmin,
) -> Result<Changed, Error> {
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    let member = member(&mut change, project.id, person).await?;
    project.check_creator_stays(&[person.0])?;
    check_admin_stays(&mut change, &project, &member, without_admin).await?;
    let row = sqlx::query!(
        "delete from user_projects where project_id = $1 and user_id = $2 returning granted_by, created_at, is_default",
        project.id.0,
        person.0
    )
    .fetch_one(change.connection())
    .await?;
    let entry = project.entry(Action::ProjectMemberRemoved).field("person", Some(member.email), None).field(
        "role",
        Some(member.role.key().to_owned()),
        None,
    );
    let granted_by = row.granted_by.map(UserId);
    let held =
        undo::Held::Membership { role: member.role, granted_by, since: row.created_at, is_default: row.is_default };
    let former = undo::Former { project: project.id, user: person, held };
    let event = change.record_undoable(entry, &former).await?;
    change.commit().await?;
    Ok(Changed { name: member.name, event: Some(event) })
}

/// Refuses a change by which the project loses its only active project admin, unless it is allowed.
async fn check_admin_stays(
    change: &mut Change<'_>,
    project: &SharedProject,
    member: &CurrentMember,
    without_admin: WithoutAdmin,
) -> Result<(), Error> {
    if without_admin == WithoutAdmin::Allow || !member.role.is_admin() || !member.is_active {
        return Ok(());
    }
    let has_other = sqlx::query_scalar!(
        r#"select exists (
             select from user_projects m join users u on u.id = m.user_id
             where m.project_id = $1 and m.user_id <> $2 and m.is_project_admin and u.is_active) as "has_other!""#,
        project.id.0,
        member.id.0
    )
    .fetch_one(change.connection())
    .await?;
    if has_other {
        return Ok(());
    }
    Err(Violation::OnlyProjectAdmin { name: member.name.clone(), projects: project.name.clone() }.into())
}

async fn set_role(change: &mut Change<'_>, project: ProjectId, person: UserId, role: ProjectRole) -> Result<(), Error> {
    sqlx::query!(
        "update user_projects set is_project_admin = $3 where project_id = $1 and user_id = $2",
        project.0,
        person.0,
        role.is_admin()
    )
    .execute(change.connection())
    .await?;
    Ok(())
}

/// No user is made an owner; a form cannot send it ([`ProjectRole::parse`]), an API client could.
fn refuse_owner(role: ProjectRole) -> Result<(), FieldErrors> {
    match role {
        ProjectRole::Member | ProjectRole::Admin => Ok(()),
        ProjectRole::Owner => Err(FieldErrors::one("role", Violation::unknown_choice("member or project admin"))),
    }
}

struct SharedProject {
    id: ProjectId,
    name: String,
    creator: Option<Creator>,
}

struct Creator {
    id: Uuid,
    name: String,
}

impl SharedProject {
    /// Refuses to remove the creator.
    fn check_creator_stays(&self, leaving: &[Uuid]) -> Result<(), Violation> {
        match &self.creator {
            Some(creator) if leaving.contains(&creator.id) => {
                Err(Violation::CreatorStays { name: creator.name.clone() })
            }
            _ => Ok(()),
        }
    }

    fn entry(&self, action: Action) -> Entry {
        Entry::new(action, TargetType::Project, self.id.0, &self.name)
    }

    fn role_changed(&self, action: Action, member: &CurrentMember, role: ProjectRole) -> Entry {
        let (before, after) = (member.role.key().to_owned(), role.key().to_owned());
        self.entry(action).set("person", &member.email).field("role", Some(before), Some(after))
    }
}

async fn shared_project(change: &mut Change<'_>, id: ProjectId) -> Result<SharedProject, Error> {
    let row = sqlx::query!(
        r#"select p.name, p.project_type, c.id as "creator_id?", c.name as "creator_name?"
           from projects p left join users c on c.id = p.created_by where p.id = $1"#,
        id.0
    )
    .fetch_one(change.connection())
    .await?;
    match stored_kind(&row.project_type)? {
        ProjectKind::Shared => {
            let creator = row.creator_id.zip(row.creator_name).map(|(id, name)| Creator { id, name });
            Ok(SharedProject { id, name: row.name, creator })
        }
        ProjectKind::Personal => Err(Violation::PersonalProjectMembers.into()),
    }
}

/// Checks that users may be members of a project in these roles.
fn check_may_join<'a>(
    services: &Services,
    project: &SharedProject,
    users: impl Iterator<Item = (&'a LockedUser, ProjectRole)> + Clone,
) -> Result<(), Refusal> {
    check_may_be_members(services, &project.name, users.clone().map(|(user, _)| user))?;
    check_may_be_admins(users.filter(|(_, role)| role.is_admin()).map(|(user, _)| user))
}

struct CurrentMember {
    id: UserId,
    is_active: bool,
    name: String,
    email: String,
    role: ProjectRole,
}

async fn member(change: &mut Change<'_>, project: ProjectId, person: UserId) -> Result<CurrentMember, Error> {
    let row = sqlx::query!(
        "select u.name, u.email, u.is_active, m.is_project_admin
         from user_projects m join users u on u.id = m.user_id
         where m.project_id = $1 and m.user_id = $2 for update of m",
        project.0,
        person.0
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    let role = project_role(false, row.is_project_admin);
    Ok(CurrentMember { id: person, is_active: row.is_active, name: row.name, email: row.email, role })
}
