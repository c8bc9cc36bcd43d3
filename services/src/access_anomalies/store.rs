//! Stores what the rules found in a snapshot: what is new, what changed and what is gone. Four statements at most.

use crate::Services;
use crate::error::Error;
use domain::access_matrix::{Anomaly, Live, Snapshot};
use domain::doctor::Severity;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A finding as the statements write it.
#[derive(Serialize)]
struct Row<'a> {
    id: Uuid,
    rule: &'a str,
    about: &'a str,
    severity: &'static str,
    title: &'a str,
    explanation: &'a str,
    paths: &'a [String],
    owner: Option<&'a str>,
    users: &'a BTreeSet<String>,
    version: i32,
    is_exceeded: bool,
}

/// A finding of the snapshot before.
struct Stored {
    id: Uuid,
    severity: String,
    users: BTreeSet<String>,
    version: i32,
    accepted: Option<(BTreeSet<String>, String)>,
}

/// Stores the anomalies of a snapshot in its transaction. Returns how many there are; `None` where no declared matrix has
/// roles of the realm, so that nothing can be said.
///
/// A partial snapshot resolves nothing: what it does not show may still be there.
///
/// # Errors
/// The database failed.
pub(crate) async fn store(
    services: &Services,
    connection: &mut PgConnection,
    number: i64,
    snapshot: &Snapshot,
) -> Result<Option<i32>, Error> {
    let matrix = services.settings.access_matrix.as_deref();
    let Some(matrix) = matrix.filter(|matrix| matrix.roles_of(&snapshot.realm).next().is_some()) else {
        return Ok(None);
    };
    let found = Live::new(matrix, snapshot).anomalies;
    let mut stored = load(connection, &snapshot.realm).await?;
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for anomaly in &found {
        match stored.remove(&(anomaly.rule.to_owned(), anomaly.about.clone())) {
            Some(before) => known.push(before.now(anomaly)),
            None => new.push(Row::new(services.new_id(), anomaly)),
        }
    }
    insert(connection, &snapshot.realm, number, &new).await?;
    update(connection, &known).await?;
    if !snapshot.is_partial() {
        let gone: Vec<Uuid> = stored.into_values().map(|gone| gone.id).collect();
        sqlx::query!("update access_anomalies set until_snapshot = $1 where id = any($2)", number, &gone)
            .execute(connection)
            .await?;
    }
    Ok(Some(i32::try_from(found.len()).unwrap_or(i32::MAX)))
}

/// What the snapshot before has, by rule and subject.
async fn load(connection: &mut PgConnection, realm: &str) -> Result<BTreeMap<(String, String), Stored>, Error> {
    let rows = sqlx::query!(
        r#"select id, rule, about, severity, users as "users: Json<BTreeSet<String>>", version,
                  accepted_users as "accepted_users: Json<BTreeSet<String>>", accepted_severity
           from access_anomalies where realm = $1 and until_snapshot is null"#,
        realm
    )
    .fetch_all(connection)
    .await?;
    let stored = rows.into_iter().map(|row| {
        let accepted = row.accepted_users.map(|Json(users)| users).zip(row.accepted_severity);
        let (Json(users), severity) = (row.users, row.severity);
        ((row.rule, row.about), Stored { id: row.id, severity, users, version: row.version, accepted })
    });
    Ok(stored.collect())
}

impl<'a> Row<'a> {
    fn new(id: Uuid, found: &'a Anomaly) -> Self {
        Self {
            id,
            rule: found.rule,
            about: &found.about,
            severity: found.severity.key(),
            title: &found.title,
            explanation: &found.explanation,
            paths: &found.paths,
            owner: found.owner.as_deref(),
            users: &found.users,
            version: 1,
            is_exceeded: false,
        }
    }
}

impl Stored {
    /// The same finding in a later snapshot.
    fn now(self, found: &Anomaly) -> Row<'_> {
        let is_same = self.users == found.users && self.severity == found.severity.key();
        let is_exceeded = self.accepted.as_ref().is_some_and(|(users, severity)| {
            let accepted = Severity::from_key(severity);
            // The first severity is the highest.
            !found.users.is_subset(users) || accepted.is_none_or(|accepted| found.severity < accepted)
        });
        Row { version: self.version + i32::from(!is_same), is_exceeded, ..Row::new(self.id, found) }
    }
}

async fn insert(connection: &mut PgConnection, realm: &str, number: i64, rows: &[Row<'_>]) -> Result<(), Error> {
    let rows = json(rows)?;
    sqlx::query!(
        "insert into access_anomalies
           (id, realm, rule, about, severity, title, explanation, paths, owner, users, since_snapshot)
         select id, $2, rule, about, severity, title, explanation, paths, owner, users, $3
         from jsonb_to_recordset($1) as new (id uuid, rule text, about text, severity text, title text, explanation text,
           paths jsonb, owner text, users jsonb)",
        rows,
        realm,
        number
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn update(connection: &mut PgConnection, rows: &[Row<'_>]) -> Result<(), Error> {
    let rows = json(rows)?;
    sqlx::query!(
        "update access_anomalies a
         set severity = now.severity, title = now.title, explanation = now.explanation, paths = now.paths,
             owner = now.owner, users = now.users, version = now.version, is_exceeded = now.is_exceeded
         from jsonb_to_recordset($1) as now (id uuid, severity text, title text, explanation text, paths jsonb, owner text,
           users jsonb, version integer, is_exceeded boolean)
         where a.id = now.id",
        rows
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn json(rows: &[Row<'_>]) -> Result<Value, Error> {
    serde_json::to_value(rows).map_err(|fault| Error::Broken(fault.to_string()))
}
