//! The private Postgres: data survives whatever is killed, and nothing is left behind.

use crate::process::{serve, signal, site};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, ExitStatus};
use tempfile::TempDir;

/// A folder that the unprivileged user may enter.
fn open_folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("a folder of ours");
    folder
}

async fn connect(data: &Path) -> Result<PgConnection, sqlx::Error> {
    let options = PgConnectOptions::new_without_pgpass().socket(data.join("run")).username("postgres");
    options.password("").database("bursar").connect().await
}

async fn marks(data: &Path) -> i64 {
    let mut connection = connect(data).await.expect("Postgres answers");
    let count = sqlx::query_scalar("select count(*) from mark").fetch_one(&mut connection).await.expect("the mark");
    connection.close().await.expect("an orderly end");
    count
}

fn postmaster(data: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(data.join("postgres/data/postmaster.pid")).ok()?;
    Pid::from_raw(text.lines().next()?.parse().ok()?)
}

/// The child process that keeps Postgres.
fn keeper(serving: &Child) -> Pid {
    let tasks = std::fs::read_dir(format!("/proc/{}/task", serving.id())).expect("the list of threads");
    let children =
        tasks.map(|task| std::fs::read_to_string(task.expect("a thread").path().join("children")).expect("a list"));
    let children: String = children.collect();
    Pid::from_raw(children.trim().parse().expect("one child")).expect("a process")
}

async fn end_of(mut child: Child) -> ExitStatus {
    tokio::task::spawn_blocking(move || child.wait()).await.expect("no panic").expect("an end")
}

#[tokio::test(flavor = "multi_thread")]
async fn data_survives_kill_9_and_nothing_is_left_behind() {
    let (site, folder) = (site(), open_folder());
    let data = folder.path();
    let named = std::env::var("BURSAR_POSTGRES_BIN").unwrap_or_default();
    let variables = [("BURSAR_DATA_DIR", data.to_str().expect("plain")), ("BURSAR_POSTGRES_BIN", named.as_str())];

    // From nothing. Postgres is not root's, and the socket's folder is closed to others.
    let (serving, _) = serve(site.path(), &variables);
    let first = postmaster(data).expect("Postgres runs");
    let owner = std::fs::metadata(format!("/proc/{}", first.as_raw_nonzero())).expect("a process").uid();
    assert_ne!(owner, 0);
    assert_eq!(std::fs::metadata(data.join("run")).expect("a folder").mode() & 0o777, 0o700);
    let mut connection = connect(data).await.expect("Postgres answers");
    sqlx::query("create table mark as select 1").execute(&mut connection).await.expect("a table");

    // The server is killed: its Postgres goes by itself.
    signal(&serving, Signal::KILL);
    end_of(serving).await;
    while sqlx::query("select 1").execute(&mut connection).await.is_ok() {
        // Until the keeper has noticed.
    }

    // The next start waits for the end of the last and finds the same data.
    let (serving, _) = serve(site.path(), &variables);
    assert_eq!(marks(data).await, 1);

    // The keeper is killed: the server cannot go on and says so by its status, Postgres stays alone.
    let second = postmaster(data).expect("Postgres runs");
    kill_process(keeper(&serving), Signal::KILL).expect("a process");
    assert!(!end_of(serving).await.success());
    assert_eq!(marks(data).await, 1);

    // The next start adopts it and stops it in an orderly way.
    let (serving, _) = serve(site.path(), &variables);
    assert_eq!(postmaster(data), Some(second));
    assert_eq!(marks(data).await, 1);
    signal(&serving, Signal::TERM);
    assert!(end_of(serving).await.success());
    assert_eq!(postmaster(data), None);
    assert!(connect(data).await.is_err());
}
