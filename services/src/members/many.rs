//! Many members at once: all or none, in a number of statements that does not grow with them.

use super::{SharedProject, check_may_join, shared_project};
use crate::Services;
use crate::actor::project_role;
use crate::audit::{Action, Entry};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::share_users;
use crate::projects::{enforce_limits, of_proof};
use domain::form::FieldErrors;
use domain::id::UserId;
use domain::permission::ManageMembers;
use domain::role::ProjectRole;
use domain::violation::Violation;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What became of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The user.
    pub user_id: UserId,
    /// Whether they were no member before.
    pub is_new: bool,
    /// Their role now.
    pub role: ProjectRole,
}

/// Adds users who are not members yet and gives the others the role. The outcomes are in the order of `people`.
///
/// # Errors
/// A problem at `users` that names the id that is given twice or belongs to no user; [`Refusal::Rule`] for a personal
/// project, for deactivated users, for users at their limit of shared projects, and for external users as
/// [`super::add`] has it.
pub async fn assign_many(
    services: &Services,
    can: &Can<ManageMembers>,
    people: &[(UserId, ProjectRole)],
) -> Result<Vec<Outcome>, Error> {
    let ids = distinct(people.iter().map(|(id, _)| *id))?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    let known = share_users(change.connection(), &ids).await?;
    refuse_unknown(&ids, |id| known.contains_key(id), |ids| Violation::UnknownUsers { ids })?;
    check_may_join(services, &project, people.iter().map(|(id, role)| (&known[&id.0], *role)))?;
    let before = roles_of(&mut change, &project, &ids).await?;
    let admins: Vec<bool> = people.iter().map(|(_, role)| role.is_admin()).collect();
    let in_order: Vec<Uuid> = people.iter().map(|(id, _)| id.0).collect();
    let granted_by = change.account();
    sqlx::query!(
        "insert into user_projects as m (user_id, project_id, is_project_admin, granted_by, created_at)
         select w.id, $1, w.is_admin, $4, $5 from unnest($2::uuid[], $3::bool[]) as w (id, is_admin)
         on conflict (user_id, project_id) do update set is_project_admin = excluded.is_project_admin
           where m.is_project_admin <> excluded.is_project_admin",
        project.id.0,
        &in_order,
        &admins,
        granted_by,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    let entries = people.iter().filter_map(|(id, role)| entry(&project, &known[&id.0].email, before.get(&id.0), *role));
    change.record_many(entries.collect()).await?;
    let joined: Vec<Uuid> = in_order.iter().filter(|id| !before.contains_key(id)).copied().collect();
    enforce_limits(services, change.connection(), &joined).await?;
    change.commit().await?;
    let outcome =
        |(id, role): &(UserId, ProjectRole)| Outcome { user_id: *id, is_new: !before.contains_key(&id.0), role: *role };
    Ok(people.iter().map(outcome).collect())
}

/// Removes members.
///
/// # Errors
/// A problem at `users` that names the id that is given twice or belongs to no member; [`Refusal::Rule`] for a personal
/// project and for its creator.
pub async fn remove_many(services: &Services, can: &Can<ManageMembers>, people: &[UserId]) -> Result<(), Error> {
    let ids = distinct(people.iter().copied())?;
    let mut change = services.change(can).await?;
    let project = shared_project(&mut change, of_proof(can)?).await?;
    let before = roles_of(&mut change, &project, &ids).await?;
    refuse_unknown(&ids, |id| before.contains_key(id), |ids| Violation::NotMembers { ids })?;
    project.check_creator_stays(&ids)?;
    let gone = sqlx::query!(
        "with gone as (delete from user_projects where project_id = $1 and user_id = any($2) returning user_id)
         select u.id, u.email from gone join users u on u.id = gone.user_id",
        project.id.0,
        &ids
    )
    .fetch_all(change.connection())
    .await?;
    let entries = gone.into_iter().map(|row| {
        let role = before.get(&row.id).map(|role| role.key().to_owned());
        project.entry(Action::ProjectMemberRemoved).field("person", Some(row.email), None).field("role", role, None)
    });
    change.record_many(entries.collect()).await?;
    change.commit().await
}

fn distinct(people: impl Iterator<Item = UserId>) -> Result<Vec<Uuid>, FieldErrors> {
    let mut ids = BTreeSet::new();
    for UserId(id) in people {
        if !ids.insert(id) {
            return Err(FieldErrors::one("users", Violation::NamedTwice { id: id.to_string() }));
        }
    }
    Ok(ids.into_iter().collect())
}

fn refuse_unknown(
    ids: &[Uuid],
    is_known: impl Fn(&Uuid) -> bool,
    violation: impl FnOnce(String) -> Violation,
) -> Result<(), FieldErrors> {
    let unknown: Vec<String> = ids.iter().filter(|id| !is_known(id)).map(Uuid::to_string).collect();
    if unknown.is_empty() { Ok(()) } else { Err(FieldErrors::one("users", violation(unknown.join(", ")))) }
}

async fn roles_of(
    change: &mut Change<'_>,
    project: &SharedProject,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, ProjectRole>, Error> {
    let rows = sqlx::query!(
        "select user_id, is_project_admin from user_projects where project_id = $1 and user_id = any($2)
         order by user_id for update",
        project.id.0,
        ids
    )
    .fetch_all(change.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.user_id, project_role(false, row.is_project_admin))).collect())
}

/// As for a single member; none where nothing changes.
fn entry(project: &SharedProject, email: &str, before: Option<&ProjectRole>, role: ProjectRole) -> Option<Entry> {
    match before {
        None => Some(project.entry(Action::ProjectMemberAdded).set("person", email).set("role", role.key())),
        Some(before) if *before == role => None,
        Some(before) => {
            let entry = project.entry(Action::ProjectMemberRoleChanged).set("person", email);
            Some(entry.field("role", Some(before.key().to_owned()), Some(role.key().to_owned())))
        }
    }
}
