//! The page of one person: three statements, two when budgets are switched off.

use super::status;
use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::session::{project_role, user_kind};
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::permission::ViewUsers;
use domain::project::{ProjectKind, ProjectName};
use domain::role::PlatformRole;
use domain::user::{Assignment, ProjectAllowance, UserDetail};

/// Everything the page of a person shows.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such person.
pub async fn detail(services: &Services, _can: &Can<ViewUsers>, id: UserId) -> Result<UserDetail, Error> {
    let now = services.clock.now();
    let row = sqlx::query!(
        r#"select u.name, u.email, u.user_type, u.is_admin, u.is_maintainer, u.is_auditor, u.is_active, u.project_limit,
                  u.auth_source, u.locked_until, u.last_sign_in_at, u.created_at, u.version,
                  (select count(*) from sessions s where s.user_id = u.id and s.expires_at > $2 and s.last_used_at > $3)
                    as "session_count!"
           from users u where u.id = $1"#,
        id.0,
        now,
        now - services.settings.session_idle
    )
    .fetch_optional(&services.pool)
    .await?
    .ok_or(Refusal::NotFound)?;
    let projects = assignments(services, id).await?;
    Ok(UserDetail {
        id,
        kind: user_kind(&row.user_type)?,
        status: status(row.is_active, row.locked_until, row.last_sign_in_at, now),
        role: PlatformRole::from_flags(row.is_maintainer, row.is_admin, row.is_auditor),
        signs_in_by: row.auth_source,
        allowance: allowance(services, &projects, row.is_admin, row.project_limit),
        projects,
        budgets: Vec::new(),
        session_count: row.session_count,
        last_sign_in_at: row.last_sign_in_at,
        created_at: row.created_at,
        version: row.version,
        name: row.name,
        email: row.email,
    })
}

fn allowance(services: &Services, projects: &[Assignment], is_admin: bool, own_limit: Option<i32>) -> ProjectAllowance {
    let used = projects.iter().filter(|project| project.kind == ProjectKind::Shared).count();
    let limit = own_limit.map_or(i64::from(services.settings.project_limit), i64::from);
    ProjectAllowance { used: i64::try_from(used).unwrap_or(i64::MAX), limit: (!is_admin).then_some(limit) }
}

/// The projects of somebody by name, the personal one last.
async fn assignments(services: &Services, id: UserId) -> Result<Vec<Assignment>, Error> {
    let rows = sqlx::query!(
        r#"select p.id, p.name, p.title, p.project_type = 'personal' as "is_personal!", m.is_project_admin,
                  g.name as "granted_by?", m.created_at
           from user_projects m
           join projects p on p.id = m.project_id and p.deleted_at is null
           left join users g on g.id = m.granted_by
           where m.user_id = $1
           order by p.project_type = 'personal', lower(p.name), p.id"#,
        id.0
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Assignment {
                project_id: ProjectId(row.id),
                name: ProjectName::parse_existing(&row.name)
                    .map_err(|_| Error::Broken(format!("impossible project name {:?}", row.name)))?,
                title: row.title,
                kind: if row.is_personal { ProjectKind::Personal } else { ProjectKind::Shared },
                role: project_role(row.is_personal, row.is_project_admin),
                granted_by: row.granted_by,
                since: row.created_at,
            })
        })
        .collect()
}
