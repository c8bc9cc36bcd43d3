//! `USER_PROJECT_LIMIT`: how many shared projects somebody may be in (`behaviour.md` section 11, decision 1).

use crate::Services;
use crate::error::Error;
use domain::error::Refusal;
use domain::id::UserId;
use domain::user::ProjectAllowance;
use sqlx::PgConnection;

/// First half of the two-part advisory lock; the second half is drawn from the person's id.
const PERSON_LOCK: i32 = 0x6275_7273;

/// The limit that holds for somebody: their own, else the configured one; none for admins.
pub(crate) fn allowance(services: &Services, used: i64, is_admin: bool, own_limit: Option<i32>) -> ProjectAllowance {
    let limit = own_limit.map_or_else(|| i64::from(services.settings.project_limit), i64::from);
    ProjectAllowance { used, limit: (!is_admin).then_some(limit) }
}

/// Refuses when the person is now in more shared projects than allowed. Call it last in a transaction that has
/// inserted the membership and holds the person's row in share mode.
///
/// The lock makes parallel changes count one after the other, each with the memberships the others committed.
/// Nothing else is locked after it, so it cannot be part of a cycle.
pub(crate) async fn enforce_limit(
    services: &Services,
    connection: &mut PgConnection,
    person: UserId,
) -> Result<(), Error> {
    lock_person(connection, person).await?;
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
    if before.has_room() { Ok(()) } else { Err(Refusal::Rule(before.refusal(&row.name)).into()) }
}

/// Serialises changes of what one person is assigned, until the transaction ends.
pub(crate) async fn lock_person(connection: &mut PgConnection, person: UserId) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock($1, hashtext($2::uuid::text))", PERSON_LOCK, person.0)
        .fetch_one(connection)
        .await?;
    Ok(())
}
