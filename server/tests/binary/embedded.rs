//! The private Postgres: data survives whatever is killed, and nothing is left behind.

use crate::process::{serve, signal, site};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
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

/// Of a server on `data`, with the programs of `named` where the test got one.
fn variables<'a>(data: &'a Path, named: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let data = ("BURSAR_DATA_DIR", data.to_str().expect("plain"));
    [data].into_iter().chain(named.map(|named| ("BURSAR_POSTGRES_BIN", named))).collect()
}

/// The user id of a user that every system has or that Bursar made.
fn id_of(user: &str) -> u32 {
    let output = std::process::Command::new("id").args(["-u", user]).output().expect("id");
    String::from_utf8(output.stdout).expect("a number").trim().parse().expect("the user is there")
}

/// Everybody who owns something in `folder`.
fn owners(folder: &Path) -> BTreeSet<u32> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let below = entries
        .flat_map(|path| if path.is_dir() && !path.is_symlink() { owners(&path) } else { [owner(&path)].into() });
    below.chain([owner(folder)]).collect()
}

fn owner(path: &Path) -> u32 {
    path.symlink_metadata().expect("a file").uid()
}

/// The programs that the server used.
fn program(data: &Path, named: Option<&str>, name: &str) -> PathBuf {
    named.map_or_else(|| data.join("programs/18.3.0/bin"), PathBuf::from).join(name)
}

async fn end_of(mut child: Child) -> ExitStatus {
    tokio::task::spawn_blocking(move || child.wait()).await.expect("no panic").expect("an end")
}

#[tokio::test(flavor = "multi_thread")]
async fn data_survives_kill_9_and_nothing_is_left_behind() {
    let (site, folder) = (site(), open_folder());
    let data = folder.path();
    let named = std::env::var("BURSAR_POSTGRES_BIN").ok();
    let variables = variables(data, named.as_deref());

    // From nothing. Postgres is not root's, and the socket's folder is closed to others.
    let (serving, _) = serve(site.path(), &variables);
    let first = postmaster(data).expect("Postgres runs");
    let owner = std::fs::metadata(format!("/proc/{}", first.as_raw_nonzero())).expect("a process").uid();
    assert_ne!(owner, 0);
    if rustix::process::geteuid().is_root() {
        assert_eq!(owner, id_of("bursar-postgres"), "as nobody it would share its user with other daemons");
    }
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

/// Versions before this one ran root's Postgres as `nobody`.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_of_nobody_changes_its_owner_and_keeps_its_data() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (site, folder) = (site(), open_folder());
    let data = folder.path();
    let named = std::env::var("BURSAR_POSTGRES_BIN").ok();
    let variables = variables(data, named.as_deref());
    let (serving, _) = serve(site.path(), &variables);
    let mut connection = connect(data).await.expect("Postgres answers");
    sqlx::query("create table mark as select 1").execute(&mut connection).await.expect("a table");
    connection.close().await.expect("an orderly end");
    signal(&serving, Signal::TERM);
    assert!(end_of(serving).await.success());

    // As an earlier version left it when its keeper was killed: nobody's files, and nobody's Postgres still running.
    let nobody = id_of("nobody");
    let (home, run) = (data.join("postgres"), data.join("run"));
    let chowned =
        std::process::Command::new("chown").arg("-R").arg(format!("{nobody}:{nobody}")).args([&home, &run]).status();
    assert!(chowned.expect("chown").success());
    let foreign = home.join("of-root");
    std::fs::write(&foreign, "").expect("a file");
    let options = format!("-c listen_addresses='' -c unix_socket_directories='{}'", run.display());
    let mut pg_ctl = std::process::Command::new(program(data, named.as_deref(), "pg_ctl"));
    pg_ctl.args(["start", "--wait", "--silent", "--pgdata"]).arg(home.join("data")).arg("--log").arg(home.join("log"));
    let started = pg_ctl.args(["--options", &options]).uid(nobody).gid(nobody).env_clear().current_dir("/").status();
    assert!(started.expect("pg_ctl").success());
    let former = postmaster(data).expect("Postgres runs");

    let (serving, _) = serve(site.path(), &variables);
    assert_eq!(marks(data).await, 1);
    assert_ne!(postmaster(data), Some(former));
    assert_eq!(owner(&foreign), 0, "what was not nobody's is left alone");
    std::fs::remove_file(&foreign).expect("the file");
    assert_eq!(owners(&home), [id_of("bursar-postgres")].into());
    assert_eq!(owners(&run), [id_of("bursar-postgres")].into());
    signal(&serving, Signal::TERM);
    assert!(end_of(serving).await.success());
}
