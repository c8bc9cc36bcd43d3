//! The page of the gateways.

use crate::Services;
use crate::budgets::switched_on;
use crate::error::Error;
use crate::guard::Can;
use domain::gateway::GatewayRow;
use domain::id::GatewayId;
use domain::permission::ViewGateways;

/// The most revoked gateways that are read: those that were revoked last.
const MAX_REVOKED: i64 = 100;

/// The gateways, those that are not revoked first, each group from the newest.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] where there are no gateways; otherwise the database failed.
pub async fn gateways(services: &Services, _: &Can<ViewGateways>) -> Result<Vec<GatewayRow>, Error> {
    switched_on(services)?;
    let rows = sqlx::query!(
        r#"select g.id, g.name, g.token_hint, u.name as "created_by?", g.created_at, g.last_used_at, g.expires_at,
                  g.revoked_at
           from gateways g left join users u on u.id = g.created_by
           where g.revoked_at is null
              or g.id in (select id from gateways where revoked_at is not null order by revoked_at desc limit $1)
           order by g.revoked_at is not null, g.created_at desc, g.id desc"#,
        MAX_REVOKED
    )
    .fetch_all(&services.pool)
    .await?;
    let gateways = rows.into_iter().map(|row| GatewayRow {
        id: GatewayId(row.id),
        name: row.name,
        hint: row.token_hint,
        created_by: row.created_by,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    });
    Ok(gateways.collect())
}
