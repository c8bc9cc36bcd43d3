//! What a question names: a user by id, address or username, and a project in use.

use super::RoleEvent;
use crate::Services;
use crate::error::Error;
use crate::projects::stored_name;
use domain::explain::NamedProject;
use domain::id::UserId;
use domain::project::ProjectName;
use domain::spend::UserRef;
use uuid::Uuid;

/// What a question is about, as far as it exists.
pub(super) struct Found {
    pub(super) user: Option<FoundUser>,
    pub(super) project: Option<(NamedProject, ProjectName)>,
}

/// The user in question.
pub(super) struct FoundUser {
    pub(super) id: UserId,
    pub(super) password_change_due: bool,
    pub(super) role_event: RoleEvent,
}

/// Finds both. One statement.
pub(super) async fn find(services: &Services, user: &UserRef, project: Option<&ProjectName>) -> Result<Found, Error> {
    let row = sqlx::query!(
        r#"select u.id as "id?", u.password_change_due as "password_change_due?",
                  e.actor as "actor?", e.at as "at?", e.role as "role?",
                  p.name as "project_name?", p.title as "project_title?"
           from (values (1)) question
           left join lateral (
               select n.id from (
                   select id, 1 as choice from users where id = $1
                   union all
                   select id, 2 from users where lower(email) = lower($2)
                   union all
                   select id, 3 from users where lower(username) = lower($2)) n
               order by n.choice limit 1) found on true
           left join users u on u.id = found.id
           left join lateral (
               select a.actor, a.at, c.change ->> 'after' as role
               from audit_log a cross join lateral jsonb_array_elements(a.changes) c (change)
               where a.target_id = u.id and c.change ->> 'field' = 'role'
               order by a.at desc, a.id desc limit 1) e on true
           left join projects p on lower(p.name) = lower($3) and p.deleted_at is null"#,
        user.as_str().parse::<Uuid>().ok(),
        user.as_str(),
        project.map(ProjectName::as_str)
    )
    .fetch_one(&services.pool)
    .await?;
    let user = row.id.zip(row.password_change_due).map(|(id, password_change_due)| FoundUser {
        id: UserId(id),
        password_change_due,
        role_event: RoleEvent { role_actor: row.actor, role_at: row.at, role_set: row.role },
    });
    let named = row.project_name.zip(row.project_title);
    let project =
        named.map(|(name, title)| Ok::<_, Error>((NamedProject { name: name.clone(), title }, stored_name(&name)?)));
    Ok(Found { user, project: project.transpose()? })
}
