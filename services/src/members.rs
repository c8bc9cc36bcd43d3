//! Who is in a project: one service behind every path, so that limit, audit and rules are the same (`behaviour.md` W-13).

mod find;
mod many;
mod page;

pub use find::find_people;
pub use many::{NAMED_TWICE, Outcome, assign_many, remove_many};
pub(crate) use page::page;

use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::projects::{
    Candidate, check_may_be_admins, check_may_be_members, enforce_limit, lock_candidates, of_proof, stored_kind,
};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::{ProjectId, UserId};
use domain::permission::ManageMembers;
use domain::project::ProjectKind;
use domain::role::ProjectRole;

/// The problem of whoever is added again.
pub const ALREADY_MEMBER: &str = "This person is already a member.";

/// Adds somebody. People who are not admins count towards `USER_PROJECT_LIMIT`.
///
/// # Errors
/// A problem at `person` when there is no such person or it is a member already; [`Refusal::Rule`] for a personal
/// project, a deactivated user, a user at the limit, and an external user in a project that is not open to them or as
/// project admin.
pub async fn add(
    services: &Services,
    can: &Can<ManageMembers>,
    person: UserId,
    role: ProjectRole,
) -> Result<(), Error> {
    refuse_owner(role)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    let user = lock_candidate(&mut change, person)
        .await?
        .ok_or_else(|| FieldErrors::one("person", "There is nobody like this. Choose a person from the list."))?;
    check_may_join(services, &project, [(&user, role)].into_iter())?;
    let granted_by = change.caller().actor.user_id;
    sqlx::query!(
        "insert into user_projects (user_id, project_id, is_project_admin, granted_by, created_at)
         values ($1, $2, $3, $4, $5)",
        person.0,
        project.id.0,
        role.is_admin(),
        granted_by.0,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    change.record(project.entry("project.member_added").set("person", &user.email).set("role", role.key())).await?;
    enforce_limit(services, change.connection(), person).await?;
    change.commit().await
}

/// Gives a member the other role; the same role again changes nothing. Taking it from the last project admin is
/// allowed: admins can always repair that (`behaviour.md` section 11, decision 8).
///
/// # Errors
/// [`Refusal::NotFound`] when the person is not a member, [`Refusal::Rule`] for a personal project and for an external
/// user who would become project admin.
pub async fn change_role(
    services: &Services,
    can: &Can<ManageMembers>,
    person: UserId,
    role: ProjectRole,
) -> Result<(), Error> {
    refuse_owner(role)?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    // Locked before the membership, as everywhere.
    let user = lock_candidate(&mut change, person).await?;
    let member = member(&mut change, project.id, person).await?;
    if member.role == role {
        return Ok(());
    }
    if role.is_admin() {
        check_may_be_admins(user.iter())?;
    }
    sqlx::query!(
        "update user_projects set is_project_admin = $3 where project_id = $1 and user_id = $2",
        project.id.0,
        person.0,
        role.is_admin()
    )
    .execute(change.connection())
    .await?;
    let entry = project.entry("project.member_role_changed").set("person", member.email).field(
        "role",
        Some(member.role.key().to_owned()),
        Some(role.key().to_owned()),
    );
    change.record(entry).await?;
    change.commit().await
}

/// Removes a member, the last project admin too.
///
/// # Errors
/// [`Refusal::NotFound`] when the person is not a member, [`Refusal::Rule`] for a personal project or the person who
/// made the project (`behaviour.md` section 3.9).
pub async fn remove(services: &Services, can: &Can<ManageMembers>, person: UserId) -> Result<(), Error> {
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    let member = member(&mut change, project.id, person).await?;
    if project.created_by == Some(person) {
        let text = format!("{} made this project and stays in it. Delete the project instead.", member.name);
        return Err(Refusal::Rule(text).into());
    }
    sqlx::query!("delete from user_projects where project_id = $1 and user_id = $2", project.id.0, person.0)
        .execute(change.connection())
        .await?;
    let entry = project.entry("project.member_removed").field("person", Some(member.email), None).field(
        "role",
        Some(member.role.key().to_owned()),
        None,
    );
    change.record(entry).await?;
    change.commit().await
}

/// Nobody is made an owner; a form cannot ask for it ([`ProjectRole::parse`]), a program could.
fn refuse_owner(role: ProjectRole) -> Result<(), FieldErrors> {
    match role {
        ProjectRole::Member | ProjectRole::Admin => Ok(()),
        ProjectRole::Owner => Err(FieldErrors::one("role", "Choose member or project admin.")),
    }
}

struct SharedProject {
    id: ProjectId,
    name: String,
    created_by: Option<UserId>,
}

impl SharedProject {
    fn entry(&self, action: &'static str) -> Entry {
        Entry::new(action, TargetType::Project, self.id.0, &self.name)
    }
}

async fn shared_project(change: &mut Change<'_>, id: ProjectId) -> Result<SharedProject, Error> {
    let row = sqlx::query!("select name, project_type, created_by from projects where id = $1", id.0)
        .fetch_one(change.connection())
        .await?;
    match stored_kind(&row.project_type)? {
        ProjectKind::Shared => Ok(SharedProject { id, name: row.name, created_by: row.created_by.map(UserId) }),
        ProjectKind::Personal => Err(Refusal::Rule(
            "A personal project has one member, its owner. Create a shared project to work with others.".to_owned(),
        )
        .into()),
    }
}

async fn lock_candidate(change: &mut Change<'_>, user: UserId) -> Result<Option<Candidate>, Error> {
    Ok(lock_candidates(change.connection(), &[user.0]).await?.remove(&user.0))
}

/// Checks that users may be members of a project in these roles.
fn check_may_join<'a>(
    services: &Services,
    project: &SharedProject,
    users: impl Iterator<Item = (&'a Candidate, ProjectRole)> + Clone,
) -> Result<(), Refusal> {
    check_may_be_members(services, &project.name, users.clone().map(|(user, _)| user))?;
    check_may_be_admins(users.filter(|(_, role)| role.is_admin()).map(|(user, _)| user))
}

struct CurrentMember {
    name: String,
    email: String,
    role: ProjectRole,
}

async fn member(change: &mut Change<'_>, project: ProjectId, person: UserId) -> Result<CurrentMember, Error> {
    let row = sqlx::query!(
        "select u.name, u.email, m.is_project_admin from user_projects m join users u on u.id = m.user_id
         where m.project_id = $1 and m.user_id = $2 for update of m",
        project.0,
        person.0
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Refusal::NotFound)?;
    let role = if row.is_project_admin { ProjectRole::Admin } else { ProjectRole::Member };
    Ok(CurrentMember { name: row.name, email: row.email, role })
}
