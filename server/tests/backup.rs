//! Backup, restore and moving between versions of PostgreSQL, with the commands of docs/operations.md.
#![expect(clippy::expect_used, reason = "a test ends with the reason of what it met")]

use domain::role::PlatformRole;
use services::testing::World;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A variable that `cargo xtask test --only backup` sets.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run cargo xtask test --only backup"))
}

/// The folder with pg_dump, pg_restore and psql of the newest version.
fn tools() -> PathBuf {
    variable("BURSAR_TEST_POSTGRES_TOOLS").into()
}

/// The commands below a heading of docs/operations.md.
fn documented(heading: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md");
    let text = std::fs::read_to_string(path).expect("the document");
    let section = text.split_once(&format!("\n### {heading}\n")).expect("the heading").1;
    let block = section.split_once("```sh\n").and_then(|(_, rest)| rest.split_once("\n```"));
    block.expect("commands").0.to_owned()
}

/// Servers of the other supported versions.
fn other_servers() -> Vec<String> {
    variable("BURSAR_TEST_OTHER_POSTGRES_URLS").split_whitespace().map(str::to_owned).collect()
}

/// A database and the folder that an operator works in.
struct Place {
    folder: TempDir,
}

impl Place {
    fn run(&self, commands: &str, variables: [(&str, &str); 1]) {
        let path = format!("{}:{}", tools().display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", commands]).current_dir(&self.folder).env("PATH", path).envs(variables);
        let output = shell.output().expect("a shell");
        assert!(output.status.success(), "{commands}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Dumps a database into `bursar.dump`.
    fn dump(&self, url: &str) {
        self.run(&documented("Backup"), [("DATABASE_URL", url)]);
    }
}

/// Every row as text, without the lines that differ with every dump.
fn rows(url: &str) -> String {
    let output = Command::new(tools().join("pg_dump")).args(["--data-only", url]).output().expect("pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    let is_content = |line: &&str| !["--", "\\restrict", "\\unrestrict"].iter().any(|start| line.starts_with(start));
    text.lines().filter(is_content).collect::<Vec<_>>().join("\n")
}

async fn execute(url: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await;
    connection.close().await?;
    done.map(|_| ())
}

/// An empty database of a role that is no superuser and that the dump does not know; returns its address.
async fn new_database(server: &str, name: &str) -> String {
    execute(server, format!("create role {name} login")).await.expect("a role");
    execute(server, format!("create database {name} owner {name}")).await.expect("a database");
    let host = server.split_once('@').and_then(|(_, rest)| rest.rsplit_once('/')).expect("an address").0;
    format!("postgres://{name}@{host}/{name}")
}

fn bursar(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bursar"));
    command.env("DATABASE_URL", url);
    command
}

/// Starts a Bursar on the restored database and reads a page in a session that began before the backup.
fn page(url: &str, cookie: &str) -> String {
    let site = TempDir::new().expect("a folder");
    let manifest = r#"{"stylesheet":"/assets/a.css","script":"/assets/a.js","wasm":"/assets/a.wasm","icon":"/assets/a.svg","fonts":[]}"#;
    std::fs::write(site.path().join("manifest.json"), manifest).expect("a file");
    let mut command = bursar(url);
    command.arg("serve").env("PORT", "0").env("BURSAR_SITE_DIR", site.path()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the binary");
    let mut greeting = String::new();
    BufReader::new(child.stdout.as_mut().expect("a pipe")).read_line(&mut greeting).expect("a line");
    let address = greeting.trim().rsplit('/').next().expect("an address").to_owned();
    let mut connection = TcpStream::connect(address).expect("a connection");
    let head = "GET /settings/profile HTTP/1.1\r\nhost: x\r\naccept: text/html\r\nconnection: close\r\n";
    write!(connection, "{head}cookie: {cookie}\r\n\r\n").expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the whole answer");
    child.kill().expect("a process");
    child.wait().expect("an end");
    answer
}

/// What `bursar verify-audit` prints, and whether it found no fault.
fn verify_audit(url: &str) -> (bool, String) {
    let output = bursar(url).arg("verify-audit").output().expect("the binary");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The restored database serves its users, and its new owner cannot change the audit log by a statement.
async fn assert_serves_and_protects(url: &str, cookie: &str) {
    let (is_sound, found) = verify_audit(url);
    assert!(!is_sound && found.contains("has the privilege DELETE on audit_log"), "before the start: {found}");
    let answer = page(url, cookie);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Ada Lovelace"), "{answer}");
    let (is_sound, found) = verify_audit(url);
    assert!(is_sound, "{found}");
    for statement in ["update audit_log set actor = ''", "delete from audit_seals", "truncate audit_log cascade"] {
        let refused = execute(url, statement.to_owned()).await.expect_err(statement);
        assert!(refused.to_string().contains("permission denied"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs servers and tools of every supported version: cargo xtask test --only backup"]
async fn backup_is_restored_under_another_role_into_every_supported_version() {
    let world = World::create().await;
    let caller = world.person("Ada Lovelace", PlatformRole::Maintainer).await;
    services::sample::fill(&world.services).await.expect("the sample");
    // PostgreSQL's own tools know nothing of our library's parameters.
    let url = world.database_url();
    let url = url.split('?').next().expect("an address");
    // The clock of a test stands still in another year, the one of the restored Bursar does not.
    let life = "update sessions set last_used_at = now(), expires_at = now() + interval '1 day'";
    sqlx::query(life).execute(world.services.pool()).await.expect("a session that holds now");
    // Of that year too is the audit log: what waits for its seal would be overdue.
    services::audit::seal(&world.services).await.expect("sealed");
    let cookie = format!("__Host-bursar={}", world.token(&caller));
    let place = Place { folder: TempDir::new().expect("a folder") };
    place.dump(url);
    let before = rows(url);
    assert!(before.contains("Ada Lovelace") && before.contains("COPY public.audit_log"), "it is filled");

    let (server, database) = url.rsplit_once('/').expect("the name of a database");
    let same = new_database(&format!("{server}/postgres"), &format!("{database}_restored")).await;
    place.run(&documented("Restore"), [("NEW_DATABASE_URL", &same)]);
    assert_eq!(before, rows(&same));
    assert_serves_and_protects(&same, &cookie).await;

    for (number, server) in other_servers().iter().enumerate() {
        let moved = new_database(server, &format!("{database}_moved_{number}")).await;
        place.run(&documented("Moving to another PostgreSQL version"), [("NEW_DATABASE_URL", &moved)]);
        assert_eq!(before, rows(&moved), "{server}");
        assert_serves_and_protects(&moved, &cookie).await;
        // And back again: a dump of an older version goes into a newer one.
        let back = Place { folder: TempDir::new().expect("a folder") };
        back.dump(&moved);
        execute(&same, "drop owned by current_user".to_owned()).await.expect("an empty database");
        back.run(&documented("Restore"), [("NEW_DATABASE_URL", &same)]);
        assert_eq!(rows(&moved), rows(&same));
    }

    let role = same.rsplit('/').next().expect("a name");
    execute(url, format!("drop database {role} with (force)")).await.expect("dropped");
    execute(url, format!("drop role {role}")).await.expect("dropped");
}
