//! Two people saved the same form: who was first, and both values of every field.

use crate::error::Error;
use domain::error::Refusal;
use domain::form::{Conflict, ConflictField};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// The row as it stands.
pub(crate) struct Saved {
    /// Its id in the audit log.
    pub(crate) target: Uuid,
    /// The version to send with the values chosen.
    pub(crate) version: i64,
    /// Stands for the time of the last save when the audit log does not know it, as after a change by hand.
    pub(crate) updated_at: OffsetDateTime,
}

/// Names who saved last, from the audit log.
pub(crate) async fn refusal(
    connection: &mut PgConnection,
    saved: Saved,
    fields: Vec<ConflictField>,
) -> Result<Refusal, Error> {
    let last = sqlx::query!(
        r#"select coalesce(u.name, a.actor) as "saved_by!", a.at
           from audit_log a left join users u on u.id = a.actor_id
           where a.target_id = $1 and (a.action like '%.created' or a.action like '%.edited')
           order by a.at desc, a.id desc limit 1"#,
        saved.target
    )
    .fetch_optional(connection)
    .await?;
    let (saved_by, saved_at) =
        last.map_or_else(|| ("Somebody".to_owned(), saved.updated_at), |row| (row.saved_by, row.at));
    Ok(Refusal::Conflict(Conflict { saved_by, saved_at, version: saved.version, fields }))
}

/// One field in the spelling of the form.
pub(crate) fn field(name: &str, label: &str, yours: String, theirs: String) -> ConflictField {
    ConflictField { name: name.to_owned(), label: label.to_owned(), yours, theirs }
}
