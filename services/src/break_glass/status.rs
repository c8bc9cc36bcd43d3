//! What the page of the identity provider says of break-glass.

use super::is_allowed;
use crate::Services;
use crate::error::Error;
use domain::break_glass::{BreakGlassAccess, BreakGlassState, BreakGlassStatus};
use time::OffsetDateTime;

/// The last code that was issued and the last one that was used.
pub(crate) async fn status(services: &Services) -> Result<BreakGlassStatus, Error> {
    let now = services.clock.now();
    let rows = sqlx::query_as!(
        Row,
        r#"select b.issued_by, b.issued_at, b.expires_at, b.used_at, b.used_from, b.revoked_at, b.refusals,
                  s.expires_at as "session_expires_at?"
           from break_glass_codes b left join sessions s on s.id = b.session_id and s.expires_at > $1 and s.last_used_at > $2
           where b.id in ((select id from break_glass_codes order by issued_at desc limit 1),
                          (select id from break_glass_codes where used_at is not null order by used_at desc limit 1))
           order by b.issued_at desc"#,
        now,
        now - services.settings.session_idle
    )
    .fetch_all(&services.pool)
    .await?;
    let codes: Vec<BreakGlassAccess> = rows.into_iter().map(|row| row.access(now)).collect();
    let last_used = codes.iter().filter(|code| code.used_at.is_some()).max_by_key(|code| code.used_at).cloned();
    Ok(BreakGlassStatus { is_allowed: is_allowed(services), last_issued: codes.into_iter().next(), last_used })
}

struct Row {
    issued_by: String,
    issued_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    used_at: Option<OffsetDateTime>,
    used_from: Option<String>,
    revoked_at: Option<OffsetDateTime>,
    refusals: i32,
    session_expires_at: Option<OffsetDateTime>,
}

impl Row {
    fn access(self, now: OffsetDateTime) -> BreakGlassAccess {
        let state = match (self.revoked_at, self.used_at, self.session_expires_at) {
            (Some(_), ..) => BreakGlassState::Revoked,
            (None, Some(_), Some(until)) => BreakGlassState::InUse { until },
            (None, Some(_), None) => BreakGlassState::Used,
            (None, None, _) if self.expires_at <= now => BreakGlassState::Expired,
            (None, None, _) => BreakGlassState::Waiting { until: self.expires_at },
        };
        BreakGlassAccess {
            issued_by: self.issued_by,
            issued_at: self.issued_at,
            used_at: self.used_at,
            used_from: self.used_from,
            state,
            refusals: self.refusals,
        }
    }
}
