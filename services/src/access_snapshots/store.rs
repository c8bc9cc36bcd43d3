//! Stores a snapshot: what is still granted stays as it is, so that a snapshot takes as much room as it has changes.

use super::{PROBLEM_LENGTH, Run};
use crate::Services;
use crate::access_anomalies;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::change::commit;
use crate::error::Error;
use domain::access_matrix::Snapshot;
use domain::access_snapshot::{Grants, SnapshotState};
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};

/// The most rows that one statement writes.
const BATCH: usize = 10_000;

/// Users and paths in the database, by their ids there.
type Stored = BTreeSet<(i64, i64)>;

/// Stores the grants and the anomalies and ends the snapshot, in one transaction.
///
/// # Errors
/// Another instance has taken the snapshot over, or the database failed.
pub(super) async fn store(services: &Services, run: Run, snapshot: &Snapshot) -> Result<(), Error> {
    let (realm, grants) = (snapshot.realm.as_str(), Grants::new(snapshot));
    let mut transaction = services.pool.begin().await?;
    let connection = &mut *transaction;
    lock(connection, run).await?;
    let users = store_users(connection, realm, &grants.users).await?;
    let paths = store_paths(connection, realm, &grants.paths).await?;
    let found = grants.held.iter().filter_map(|(user, path)| Some((*users.get(*user)?, *paths.get(*path)?))).collect();
    let current = load_current(connection, realm).await?;
    close(connection, run, &current, &found).await?;
    open(connection, run, &current, &found).await?;
    let anomalies = access_anomalies::store(services, connection, run.number, snapshot).await?;
    finish(services, connection, run, snapshot, anomalies).await?;
    commit(transaction).await
}

/// No instance takes the snapshot over before the end of the transaction.
async fn lock(connection: &mut PgConnection, run: Run) -> Result<(), Error> {
    let row =
        sqlx::query!("select number from access_snapshots where id = $1 and state = 'running' for update", run.id);
    match row.fetch_optional(connection).await? {
        Some(_) => Ok(()),
        None => Err(Error::Broken(format!("another instance has ended the access snapshot {}", run.number))),
    }
}

/// The ids of the users, in their order.
async fn store_users(
    connection: &mut PgConnection,
    realm: &str,
    users: &[(String, String)],
) -> Result<Vec<i64>, Error> {
    let rows = sqlx::query!("select id, subject, username from access_subjects where realm = $1", realm);
    let rows = rows.fetch_all(&mut *connection).await?;
    let mut known: HashMap<String, (i64, String)> =
        rows.into_iter().map(|row| (row.subject, (row.id, row.username))).collect();
    let is_new = |(subject, name): &&(String, String)| known.get(subject).is_none_or(|(_, known)| known != name);
    let new: Vec<&(String, String)> = users.iter().filter(is_new).collect();
    for batch in new.chunks(BATCH) {
        let (subjects, names): (Vec<String>, Vec<String>) = batch.iter().copied().cloned().unzip();
        let rows = sqlx::query!(
            "insert into access_subjects (realm, subject, username)
             select $1, subject, username from unnest($2::text[], $3::text[]) new (subject, username)
             on conflict (realm, subject) do update set username = excluded.username
             returning id, subject, username",
            realm,
            &subjects,
            &names
        )
        .fetch_all(&mut *connection)
        .await?;
        known.extend(rows.into_iter().map(|row| (row.subject, (row.id, row.username))));
    }
    Ok(users.iter().filter_map(|(subject, _)| known.get(subject).map(|(id, _)| *id)).collect())
}

/// The ids of the paths, in their order.
async fn store_paths(
    connection: &mut PgConnection,
    realm: &str,
    paths: &[(String, String)],
) -> Result<Vec<i64>, Error> {
    let rows = sqlx::query!("select id, role, path from access_paths where realm = $1", realm);
    let rows = rows.fetch_all(&mut *connection).await?;
    let mut known: HashMap<(String, String), i64> =
        rows.into_iter().map(|row| ((row.role, row.path), row.id)).collect();
    let new: Vec<&(String, String)> = paths.iter().filter(|path| !known.contains_key(path)).collect();
    for batch in new.chunks(BATCH) {
        let (roles, ways): (Vec<String>, Vec<String>) = batch.iter().copied().cloned().unzip();
        let rows = sqlx::query!(
            "insert into access_paths (realm, role, path)
             select $1, role, path from unnest($2::text[], $3::text[]) new (role, path)
             returning id, role, path",
            realm,
            &roles,
            &ways
        )
        .fetch_all(&mut *connection)
        .await?;
        known.extend(rows.into_iter().map(|row| ((row.role, row.path), row.id)));
    }
    Ok(paths.iter().filter_map(|path| known.get(path).copied()).collect())
}

/// What the snapshot before has.
async fn load_current(connection: &mut PgConnection, realm: &str) -> Result<Stored, Error> {
    let rows = sqlx::query!(
        "select g.subject_id, g.path_id from access_grants g join access_subjects s on s.id = g.subject_id
         where s.realm = $1 and g.until_snapshot is null",
        realm
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.subject_id, row.path_id)).collect())
}

async fn close(connection: &mut PgConnection, run: Run, current: &Stored, found: &Stored) -> Result<(), Error> {
    for (subjects, paths) in batches(current.difference(found)) {
        sqlx::query!(
            "update access_grants g set until_snapshot = $1
             from unnest($2::bigint[], $3::bigint[]) gone (subject_id, path_id)
             where g.subject_id = gone.subject_id and g.path_id = gone.path_id and g.until_snapshot is null",
            run.number,
            &subjects,
            &paths
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn open(connection: &mut PgConnection, run: Run, current: &Stored, found: &Stored) -> Result<(), Error> {
    for (subjects, paths) in batches(found.difference(current)) {
        sqlx::query!(
            "insert into access_grants (subject_id, path_id, since_snapshot)
             select subject_id, path_id, $1 from unnest($2::bigint[], $3::bigint[]) new (subject_id, path_id)",
            run.number,
            &subjects,
            &paths
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn batches<'a>(pairs: impl Iterator<Item = &'a (i64, i64)>) -> Vec<(Vec<i64>, Vec<i64>)> {
    let pairs: Vec<(i64, i64)> = pairs.copied().collect();
    pairs.chunks(BATCH).map(|batch| batch.iter().copied().unzip()).collect()
}

async fn finish(
    services: &Services,
    connection: &mut PgConnection,
    run: Run,
    snapshot: &Snapshot,
    anomalies: Option<i32>,
) -> Result<(), Error> {
    let state = if snapshot.is_partial() { SnapshotState::Partial } else { SnapshotState::Complete };
    let problem: String = snapshot.unread.join(" ").chars().take(PROBLEM_LENGTH).collect();
    let users = i32::try_from(snapshot.users.len()).unwrap_or(i32::MAX);
    sqlx::query!(
        "update access_snapshots
         set state = $2, finished_at = $3, users = $4, problem = nullif($5, ''), anomalies = $6
         where id = $1",
        run.id,
        state.key(),
        services.clock.now(),
        users,
        problem,
        anomalies
    )
    .execute(&mut *connection)
    .await?;
    let entry = Entry::new(Action::AccessSnapshotTaken, TargetType::IdentityProvider, run.id, snapshot.realm.as_str());
    let entry = entry.set("state", state.key()).set("users", users);
    let entry = entry.field("anomalies", None, anomalies.map(|count| count.to_string()));
    audit::write(services, connection, By::Console, entry).await
}
