//! Stores what the rules found in a snapshot: what is new, what changed and what is gone. Four statements at most.

use crate::Services;
use crate::error::Error;
use domain::access_matrix::{Anomaly, Live, Snapshot};
use domain::doctor::Severity;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::btree_map::Entry;
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
    explanation: String,
    users: BTreeSet<String>,
    version: i32,
    accepted: Option<(BTreeSet<String>, String)>,
    is_exceeded: bool,
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
    let found = by_subject(Live::new(matrix, snapshot).anomalies);
    let mut stored = load(connection, &snapshot.realm).await?;
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for anomaly in found.values() {
        match stored.remove(&(anomaly.rule.to_owned(), anomaly.about.clone())) {
            // What a partial snapshot does not show may still be there.
            Some(before) if snapshot.is_partial() && before.has_more_than(anomaly) => {}
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

/// Findings of one rule about one subject are one: two roles may have the same title.
fn by_subject(anomalies: Vec<Anomaly>) -> BTreeMap<(&'static str, String), Anomaly> {
    let mut found: BTreeMap<_, Anomaly> = BTreeMap::new();
    for anomaly in anomalies {
        match found.entry((anomaly.rule, anomaly.about.clone())) {
            Entry::Vacant(place) => drop(place.insert(anomaly)),
            Entry::Occupied(mut same) => same.get_mut().users.extend(anomaly.users),
        }
    }
    found
}

/// What the snapshot before has, by rule and subject; until the commit no user accepts one of them.
async fn load(connection: &mut PgConnection, realm: &str) -> Result<BTreeMap<(String, String), Stored>, Error> {
    let rows = sqlx::query!(
        r#"select id, rule, about, severity, explanation, users as "users: Json<BTreeSet<String>>", version,
                  accepted_users as "accepted_users: Json<BTreeSet<String>>", accepted_severity, is_exceeded
           from access_anomalies where realm = $1 and until_snapshot is null for update"#,
        realm
    )
    .fetch_all(connection)
    .await?;
    let stored = rows.into_iter().map(|row| {
        let accepted = row.accepted_users.map(|Json(users)| users).zip(row.accepted_severity);
        let stored = Stored {
            id: row.id,
            severity: row.severity,
            explanation: row.explanation,
            users: row.users.0,
            version: row.version,
            accepted,
            is_exceeded: row.is_exceeded,
        };
        ((row.rule, row.about), stored)
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
        // What is about no users is accepted by what it says, such as what could not be read.
        let says_else = found.users.is_empty() && self.explanation != found.explanation;
        let is_same = !says_else && self.users == found.users && self.severity == found.severity.key();
        let is_exceeded = self.accepted.as_ref().is_some_and(|(users, severity)| {
            let accepted = Severity::from_key(severity);
            says_else
                || (found.users.is_empty() && self.is_exceeded)
                || !found.users.is_subset(users)
                // The first severity is the highest.
                || accepted.is_none_or(|accepted| found.severity < accepted)
        });
        Row { version: self.version + i32::from(!is_same), is_exceeded, ..Row::new(self.id, found) }
    }

    /// Whether a finding shows only some of these users.
    fn has_more_than(&self, found: &Anomaly) -> bool {
        self.severity == found.severity.key()
            && found.users.len() < self.users.len()
            && found.users.is_subset(&self.users)
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
