//! The project every regular person has for themselves (`behaviour.md` section 3.8).

use crate::Services;
use crate::audit::{Entry, TargetType};
use crate::error::Error;
use domain::id::UserId;
use domain::project::ProjectKind;
use sqlx::PgConnection;

/// Makes the personal project of somebody who has none: named by the e-mail address, with its owner as the one member.
/// Returns the entry for the audit log.
///
/// # Errors
/// The database failed.
pub(crate) async fn ensure_personal_project(
    services: &Services,
    connection: &mut PgConnection,
    owner: UserId,
    name: &str,
    email: &str,
) -> Result<Option<Entry>, Error> {
    let now = services.clock.now();
    let made = sqlx::query!(
        "with made as (
           insert into projects (id, name, description, project_type, created_by, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $6)
           on conflict (created_by) where project_type = 'personal' and deleted_at is null do nothing
           returning id, created_by)
         insert into user_projects (user_id, project_id, created_at) select created_by, id, $6 from made
         returning project_id",
        services.new_id(),
        email,
        format!("Personal project of {name}"),
        ProjectKind::Personal.key(),
        owner.0,
        now
    )
    .fetch_optional(connection)
    .await?;
    Ok(made.map(|row| {
        Entry::new("project.created", TargetType::Project, row.project_id, email)
            .set("kind", ProjectKind::Personal.key())
            .set("owner", email)
    }))
}
