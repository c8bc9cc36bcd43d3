//! Backup and restore as docs/operations.md tells, with the tools of the Postgres that the tests run on.
#![expect(clippy::expect_used, reason = "a test ends with the reason of what it met")]

use domain::role::PlatformRole;
use services::testing::World;
use sqlx::{Connection as _, PgConnection};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A program of the Postgres whose folder `cargo xtask test` names.
fn tool(name: &str) -> Command {
    let folder = std::env::var("BURSAR_TEST_POSTGRES_BIN").expect("BURSAR_TEST_POSTGRES_BIN, the folder of pg_dump");
    Command::new(PathBuf::from(folder).join(name))
}

fn run(command: &mut Command) -> String {
    let output = command.output().expect("the program");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// Schema and rows as text. The lines that differ with every dump are left out.
fn content(url: &str) -> String {
    let dump = run(tool("pg_dump").args(["--no-owner", url]));
    dump.lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Puts the dump into a new database beside the first and says where it is.
async fn restore(dump: &Path, url: &str) -> String {
    let (server, database) = url.rsplit_once('/').expect("the name of a database");
    let restored = format!("{database}_restored");
    let mut connection = PgConnection::connect(url).await.expect("the database answers");
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {restored}")))
        .execute(&mut connection)
        .await
        .expect("a database");
    let url = format!("{server}/{restored}");
    run(tool("pg_restore").args(["--exit-on-error", "--no-owner", "--dbname", &url]).arg(dump));
    url
}

/// The page of somebody who signed in before the backup, from a Bursar on the restored database.
fn page(url: &str, cookie: &str) -> String {
    let site = TempDir::new().expect("a folder");
    let manifest = r#"{"stylesheet":"/assets/a.css","script":"/assets/a.js","wasm":"/assets/a.wasm","icon":"/assets/a.svg","fonts":[]}"#;
    std::fs::write(site.path().join("manifest.json"), manifest).expect("a file");
    let mut child = Command::new(env!("CARGO_BIN_EXE_bursar"))
        .arg("serve")
        .envs([("PORT", "0"), ("DATABASE_URL", url)])
        .env("BURSAR_SITE_DIR", site.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary");
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs pg_dump of the server's version: cargo xtask test --only system-postgres"]
async fn a_restored_backup_holds_the_same_and_is_served() {
    let world = World::create().await;
    let caller = world.person("Ada Lovelace", PlatformRole::Maintainer).await;
    services::sample::fill(&world.services).await.expect("the sample");
    // Postgres' own tools know nothing of our library's parameters.
    let (url, folder) = (world.database_url(), TempDir::new().expect("a folder"));
    let url = url.split('?').next().expect("an address").to_owned();
    // The clock of a test stands still in another year, the one of the restored Bursar does not.
    let life = "update sessions set last_used_at = now(), expires_at = now() + interval '1 day'";
    sqlx::query(life).execute(world.services.pool()).await.expect("a session that holds now");
    let dump = folder.path().join("bursar.dump");
    run(tool("pg_dump").args(["--format=custom", "--file"]).arg(&dump).arg(&url));
    let before = content(&url);
    assert!(before.contains("Ada Lovelace") && before.contains("COPY public.audit"), "it is filled");

    let restored = restore(&dump, &url).await;
    assert_eq!(before, content(&restored));
    let cookie = format!("__Host-bursar={}", world.token(&caller));
    let answer = page(&restored, &cookie);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("Ada Lovelace"), "{answer}");

    let mut connection = PgConnection::connect(&url).await.expect("the database answers");
    let name = restored.rsplit('/').next().expect("a name");
    sqlx::query(sqlx::AssertSqlSafe(format!("drop database {name} with (force)")))
        .execute(&mut connection)
        .await
        .expect("dropped");
}
