//! The page of one user.

use super::drift::KeptClaims;
use super::holdings::{Holdings, ProjectRow, count_shared};
use super::usage::AssignedRow;
use crate::Services;
use crate::actor::user_kind;
use crate::error::Error;
use crate::guard::Can;
use crate::projects::allowance;
use domain::count::MAX_EXACT_COUNT;
use domain::error::Refusal;
use domain::id::UserId;
use domain::permission::ViewUsers;
use domain::role::RoleColumns;
use domain::user::{IdentityConflict, UserStatus};
use domain::view::UserDetail;
use sqlx::types::Json;

/// Everything the page of a user shows. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such user.
pub async fn load(services: &Services, _can: &Can<ViewUsers>, id: UserId) -> Result<UserDetail, Error> {
    read(services, id).await
}

/// The same, for a caller who has proved another permission.
pub(super) async fn read(services: &Services, id: UserId) -> Result<UserDetail, Error> {
    let now = services.clock.now();
    let row = sqlx::query!(
        r#"select u.name, u.email, coalesce(u.email_verified, u.auth_source = 'local') as "email_verified!", u.user_type, u.is_admin, u.is_maintainer, u.is_auditor, u.is_active, u.project_limit,
                  u.auth_source, u.locked_until, u.last_sign_in_at, u.created_at, u.version,
                  case when u.password_change_due then u.password_expires_at end as one_time_password_until,
                  (select coalesce(jsonb_agg(jsonb_build_object(
                            'issuer', c.issuer, 'subject', c.subject, 'name', c.name, 'address', c.address,
                            'address_verified', c.address_verified, 'username', c.username, 'first_at', c.first_at, 'last_at', c.last_at)
                          order by c.last_at desc), '[]')
                   from identity_conflicts c where c.user_id = u.id) as "conflicts!: Json<Vec<IdentityConflict>>",
                  (select count(*) from (select from sessions s where s.user_id = u.id and s.expires_at > $2
                     and s.last_used_at > $3 limit $4) s) as "session_count!",
                  (select to_jsonb(i) || jsonb_build_object(
                            'claimed_projects', (select coalesce(jsonb_agg(coalesce(p.name, n)), '[]')
                               from unnest(i.claimed_projects) n left join projects p on lower(p.name) = n),
                            'claimed_admin_of', (select coalesce(jsonb_agg(coalesce(p.name, n)), '[]')
                               from unnest(i.claimed_admin_of) n left join projects p on lower(p.name) = n))
                   from user_identities i where i.user_id = u.id) as "last_token: Json<KeptClaims>",
                  h.projects as "projects!: Json<Vec<ProjectRow>>", h.budgets as "budgets!: Json<Vec<AssignedRow>>",
                  default_budgets(u.id) as "defaults!: Json<Vec<AssignedRow>>"
           from users u join user_holdings h on h.user_id = u.id where u.id = $1"#,
        id.0,
        now,
        now - services.settings.session_idle,
        MAX_EXACT_COUNT + 1
    )
    .fetch_optional(&services.pool)
    .await?
    .ok_or(Refusal::NotFound)?;
    let kind = user_kind(&row.user_type)?;
    let columns = RoleColumns { is_admin: row.is_admin, is_maintainer: row.is_maintainer, is_auditor: row.is_auditor };
    let Holdings { projects, budgets } = Holdings::of(services, kind, row.projects.0, row.budgets.0, row.defaults.0)?;
    let used = count_shared(&projects);
    Ok(UserDetail {
        id,
        kind,
        status: UserStatus::at(now, row.is_active, row.locked_until, row.last_sign_in_at),
        role: columns.role(),
        keeps_auditor: columns.keeps_auditor(),
        signs_in_by: row.auth_source,
        conflicts: row.conflicts.0,
        allowance: allowance(services, used, row.is_admin, row.project_limit),
        projects,
        budgets,
        last_token: row.last_token.map(|claims| claims.0.try_into()).transpose()?,
        one_time_password_until: row.one_time_password_until,
        session_count: row.session_count,
        last_sign_in_at: row.last_sign_in_at,
        created_at: row.created_at,
        version: row.version,
        name: row.name,
        email: row.email,
        email_verified: row.email_verified,
    })
}
