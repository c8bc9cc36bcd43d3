//! `USER_PROJECT_LIMIT`: how many shared projects a user may be in.

use crate::Services;
use crate::error::Error;
use crate::locks::lock_assignments;
use domain::id::UserId;
use domain::user::ProjectAllowance;
use domain::violation::Violation;
use sqlx::PgConnection;
use uuid::Uuid;

/// The limit of a user: their own, else the configured one; admins have none.
pub(crate) fn allowance(services: &Services, used: i64, is_admin: bool, own_limit: Option<i32>) -> ProjectAllowance {
    let limit = own_limit.map_or_else(|| i64::from(services.settings.project_limit), i64::from);
    ProjectAllowance { used, limit: (!is_admin).then_some(limit) }
}

/// Refuses when the user is now in more shared projects than allowed. Call it last in a transaction that has
/// inserted the membership and holds the user's row in share mode.
///
/// The lock makes parallel changes count one after the other, each with the memberships the others committed.
/// Nothing else is locked after it, so it cannot be part of a cycle.
pub(crate) async fn enforce_limit(
    services: &Services,
    connection: &mut PgConnection,
    person: UserId,
) -> Result<(), Error> {
    lock_assignments(connection, &[person.0]).await?;
    let row = sqlx::query!(
        r#"select u.name, u.is_admin, u.project_limit,
                  (select count(*) from user_projects m
                   join projects p on p.id = m.project_id and p.deleted_at is null and p.project_type = 'shared'
                   where m.user_id = u.id) as "used!"
           from users u where u.id = $1"#,
        person.0
    )
    .fetch_one(connection)
    .await?;
    let before = allowance(services, row.used - 1, row.is_admin, row.project_limit);
    Ok(before.check(&row.name)?)
}

/// As [`enforce_limit`], for many users at once; the refusal names all who are in too many.
pub(crate) async fn enforce_limits(
    services: &Services,
    connection: &mut PgConnection,
    people: &[Uuid],
) -> Result<(), Error> {
    lock_assignments(connection, people).await?;
    let rows = sqlx::query!(
        r#"select u.name, u.is_admin, u.project_limit, count(p.id) as "used!"
           from users u join user_projects m on m.user_id = u.id
           join projects p on p.id = m.project_id and p.deleted_at is null and p.project_type = 'shared'
           where u.id = any($1) group by u.id order by u.name collate name_order, u.id"#,
        people
    )
    .fetch_all(connection)
    .await?;
    let before = rows.iter().map(|row| (&row.name, allowance(services, row.used - 1, row.is_admin, row.project_limit)));
    let over: Vec<_> = before.filter(|(_, before)| !before.has_room()).collect();
    match over.as_slice() {
        [] => Ok(()),
        [(name, before)] => Ok(before.check(name)?),
        over => {
            let user = |(name, before): &(&String, ProjectAllowance)| {
                format!("{name} ({} of {})", before.used, before.limit.unwrap_or_default())
            };
            let users = over.iter().map(user).collect::<Vec<_>>().join(", ");
            Err(Violation::ProjectLimitsReached { users }.into())
        }
    }
}
