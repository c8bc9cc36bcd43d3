//! Snapshots of who holds which roles of the Keycloak realm, and by which path.
//!
//! The job takes one at a time over all instances. A snapshot becomes visible when its grants are committed together with
//! its end: one that is interrupted leaves the grants of those before as they are.

mod compare;
mod rows;
mod store;

pub use compare::compare;
pub use rows::load_rows;

use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::keycloak::snapshot::Progress;
use domain::access_matrix::Snapshot;
use domain::access_snapshot::ReadProgress;
use domain::violation::Violation;
use tokio::sync::watch;
use uuid::Uuid;

/// The most characters that are kept of why a snapshot failed, or of what it lacks.
const PROBLEM_LENGTH: usize = 2_000;

/// Gets how far a reader has come.
pub type Report = Box<dyn FnMut(Progress) + Send>;

/// A snapshot that this instance takes.
#[derive(Clone, Copy)]
struct Run {
    id: Uuid,
    number: i64,
}

/// Inserts the request of a user, for the job to take the snapshot.
///
/// # Errors
/// [`Violation::SnapshotUnderWay`], [`Violation::SnapshotsNotConfigured`], or the database failed.
pub(crate) async fn insert_request(services: &Services, change: &mut Change<'_>) -> Result<(), Error> {
    let admin = services.keycloak_admin.as_deref().ok_or(Violation::SnapshotsNotConfigured)?;
    let (id, name) = (services.new_id(), change.caller().actor.name.clone());
    let inserted = sqlx::query!(
        "insert into access_snapshots (id, realm, state, requested_by, requested_at) values ($1, $2, 'waiting', $3, $4)
         on conflict (realm) where finished_at is null do nothing",
        id,
        admin.realm(),
        name,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    if inserted.rows_affected() == 0 {
        return Err(Violation::SnapshotUnderWay.into());
    }
    change.record(Entry::new(Action::AccessSnapshotRequested, TargetType::IdentityProvider, id, admin.realm())).await
}

/// Takes a snapshot of the realm. Does nothing without a service account of Keycloak.
///
/// # Errors
/// Keycloak or the database failed.
pub async fn take(services: &Services) -> Result<(), Error> {
    let Some(admin) = services.keycloak_admin.as_deref() else { return Ok(()) };
    take_by(services, admin.realm(), |mut report| async move { admin.read_snapshot(&mut *report).await }).await
}

/// Takes a snapshot of a realm that `read` reads.
///
/// # Errors
/// The reader or the database failed; the snapshot says why.
pub async fn take_by<F, E>(services: &Services, realm: &str, read: impl FnOnce(Report) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<Snapshot, E>>,
    E: ToString,
{
    let run = begin(services, realm).await?;
    let (sender, receiver) = watch::channel(ReadProgress::default());
    let report = Box::new(move |progress| sender.send_modify(|read| apply(read, progress)));
    // The reader drops `report` at its end, which ends the writing.
    let (snapshot, written) = tokio::join!(read(report), write_progress(services, run, receiver));
    let taken = match (written, snapshot) {
        (Err(fault), _) => Err(fault),
        (Ok(()), Ok(snapshot)) => store::store(services, run, &snapshot).await,
        (Ok(()), Err(fault)) => {
            let problem = fault.to_string().chars().take(PROBLEM_LENGTH).collect();
            Err(Error::AccessSnapshot { realm: realm.to_owned(), problem })
        }
    };
    if let Err(fault) = &taken {
        let problem = match fault {
            Error::AccessSnapshot { problem, .. } => problem,
            _ => "It could not be stored. The log of Bursar says why.",
        };
        // The job says what ended the snapshot, not what came of that.
        if let Err(fault) = fail(services, run, problem).await {
            tracing::warn!(%fault, "that a snapshot failed was not stored");
        }
    }
    taken
}

/// Begins the snapshot that was requested, or else another one. One that an instance left behind has failed: the lease of
/// the job tells that no instance works on it.
async fn begin(services: &Services, realm: &str) -> Result<Run, Error> {
    let now = services.clock.now();
    let mut transaction = services.pool.begin().await?;
    sqlx::query!(
        "update access_snapshots set state = 'failed', finished_at = $2, problem = 'The instance of Bursar that took it ended.'
         where realm = $1 and state = 'running'",
        realm,
        now
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "insert into access_snapshots (id, realm, state, requested_at) values ($1, $2, 'waiting', $3)
         on conflict (realm) where finished_at is null do nothing",
        services.new_id(),
        realm,
        now
    )
    .execute(&mut *transaction)
    .await?;
    let run = sqlx::query_as!(
        Run,
        "update access_snapshots set state = 'running', started_at = $2 where realm = $1 and state = 'waiting'
         returning id, number",
        realm,
        now
    )
    .fetch_one(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(run)
}

fn apply(read: &mut ReadProgress, progress: Progress) {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    match progress {
        Progress::Users(count) => read.users = number(count),
        Progress::Roles(done, all) => (read.roles, read.all_roles) = (number(done), number(all)),
        Progress::Groups(done, all) => (read.groups, read.all_groups) = (number(done), number(all)),
    }
}

/// Writes how far reading has come, as often as the database answers, until it ends.
async fn write_progress(
    services: &Services,
    run: Run,
    mut progress: watch::Receiver<ReadProgress>,
) -> Result<(), Error> {
    while progress.changed().await.is_ok() {
        let ReadProgress { users, roles, all_roles, groups, all_groups } = *progress.borrow_and_update();
        sqlx::query!(
            "update access_snapshots set users = $2, roles = $3, all_roles = $4, groups = $5, all_groups = $6
             where id = $1 and state = 'running'",
            run.id,
            users,
            roles,
            all_roles,
            groups,
            all_groups
        )
        .execute(&services.pool)
        .await?;
    }
    Ok(())
}

async fn fail(services: &Services, run: Run, problem: &str) -> Result<(), Error> {
    sqlx::query!(
        "update access_snapshots set state = 'failed', finished_at = $2, problem = $3 where id = $1 and state = 'running'",
        run.id,
        services.clock.now(),
        problem
    )
    .execute(&services.pool)
    .await?;
    Ok(())
}
