//! The same list through a real Keycloak's REST interface: the same people in the same Postgres on the same machine.

use super::database::Database;
use super::lists::{cursor, encoded};
use super::report::{Bar, Report, number};
use super::server::{Server, again};
use super::throughput::NO_RATE_LIMIT;
use super::tools::{Load, Target};
use super::{AskAs, Bench, CONNECTIONS, Part};
use crate::keycloak::{ADMINISTRATOR, Keycloak};
use crate::steps::Steps;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

const DATABASE: &str = "keycloak";

pub(super) fn measure(steps: &mut Steps, bench: &Bench, report: &mut Report) -> Result<()> {
    let port = forward(socket(&bench.database)?)?;
    bench.database.ask(&format!("drop database if exists {DATABASE} with (force)"))?;
    bench.database.ask(&format!("create database {DATABASE}"))?;
    let jdbc = format!("jdbc:postgresql://127.0.0.1:{port}/{DATABASE}?sslmode=disable&gssEncMode=disable");
    let keycloak = Keycloak::start_on(steps, &jdbc)?;
    steps.step("Giving Keycloak the same people", || copy_people(&bench.database, keycloak.realm()))?;
    steps.step("Measuring: peers", || compare(bench, &keycloak, report))?;
    drop(keycloak);
    bench.database.ask(&format!("drop database {DATABASE} with (force)")).map(drop)
}

/// The same page of the same list, as either is asked for it.
struct Page {
    what: &'static str,
    ours: String,
    theirs: String,
}

fn pages(bench: &Bench) -> Result<[Page; 3]> {
    let database = &bench.database;
    let deep = bench.size.users / 2;
    let place =
        cursor(database, &format!("select id, lower(name) as key from users order by key, id offset {deep} limit 1"))?;
    let rare = database.ask("select substr(email, 3, 10) from users order by created_at, id limit 1")?;
    let rare = encoded(&rare);
    Ok([
        Page { what: "the first 50", ours: String::new(), theirs: String::new() },
        Page { what: "50 from the middle", ours: format!("&cursor={place}"), theirs: format!("&first={deep}") },
        Page { what: "search of one person", ours: format!("&search={rare}"), theirs: format!("&search=*{rare}*") },
    ])
}

fn compare(bench: &Bench, keycloak: &Keycloak, report: &mut Report) -> Result<()> {
    let how = format!(
        "People as JSON, answers a second by `wrk` with {CONNECTIONS} connections, from the console and from Keycloak's \
         admin REST interface, one after the other. Both have the same {} people in the same Postgres. Keycloak is asked \
         for its short form, the console tells projects and budgets too. Keycloak was warmed up for as long as it is \
         measured.",
        number(f64::from(bench.size.users))
    );
    report.section("Beside Keycloak", how, again(Part::Peers));
    let pressure = bench.pressure();
    let users = format!("{}/admin/realms/{}/users?max=50&briefRepresentation=true", keycloak.url(), keycloak.realm());
    for Page { what, ours, theirs } in pages(bench)? {
        let (ours, command) = ask_console(bench, &format!("/v1/admin/users?per_page=50{ours}"))?;
        let url = format!("{users}{theirs}");
        let ask_keycloak = || {
            let headers = [("Authorization", format!("Bearer {}", token(keycloak)?))];
            bench.tools.wrk(&Target { url: url.clone(), headers: &headers, script: None }, pressure)
        };
        ask_keycloak()?;
        let (theirs, _) = ask_keycloak()?;
        let from = format!(
            "{}, median {:.1} ms / {}, median {:.1} ms: `{command}`; the same for `{url}` with a token",
            ours.words(),
            ours.p50,
            theirs.words(),
            theirs.p50
        );
        report.line(format!("Console / Keycloak, {what}"), (ours.rate / theirs.rate, ""), Bar::AtLeast(20.0), from);
    }
    Ok(())
}

fn ask_console(bench: &Bench, path: &str) -> Result<(Load, String)> {
    let server = Server::start(&bench.bursar, &bench.database, &[NO_RATE_LIMIT])?;
    server.visitor().read(path)?;
    bench.press(&server, path, AskAs::Admin, bench.pressure())
}

/// A token of Keycloak's administrator; it lives for a minute.
fn token(keycloak: &Keycloak) -> Result<String> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: String,
    }
    let (name, password) = ADMINISTRATOR;
    let address = format!("{}/realms/master/protocol/openid-connect/token", keycloak.url());
    let form = [("grant_type", "password"), ("client_id", "admin-cli"), ("username", name), ("password", password)];
    let text = ureq::post(&address).send_form(form)?.body_mut().read_to_string()?;
    Ok(serde_json::from_str::<Answer>(&text).context("Keycloak's token")?.access_token)
}

/// Copies everybody from the console's table to Keycloak's.
fn copy_people(database: &Database, realm: &str) -> Result<()> {
    let realm_id = database.ask_in(DATABASE, &format!("select id from realm where name = '{realm}'"))?;
    let read = format!(
        "copy (select id, lower(email), lower(email), true, is_active, split_part(name, ' ', 1),
                      substr(name, strpos(name, ' ') + 1), '{realm_id}', lower(email),
                      (extract(epoch from created_at) * 1000)::bigint, 0
               from users) to stdout"
    );
    let write =
        "copy user_entity (id, email, email_constraint, email_verified, enabled, first_name, last_name, realm_id,
                 username, created_timestamp, not_before) from stdin";
    let mut reading = database.psql_in("bursar").args(["-c", &read]).stdout(Stdio::piped()).spawn()?;
    let rows = reading.stdout.take().context("the people")?;
    let written = database.psql_in(DATABASE).args(["-c", write]).stdin(rows).status()?;
    ensure!(
        reading.wait()?.success() && written.success(),
        "the people could not be copied; what psql said stands above"
    );
    database.ask_in(DATABASE, "analyze user_entity").map(drop)
}

/// The socket of the measured Postgres, which listens on nothing else.
fn socket(database: &Database) -> Result<PathBuf> {
    let folder = database.ask("show unix_socket_directories")?;
    // Quoted, because a folder may have a comma in its name.
    Ok(Path::new(folder.trim_matches('"')).join(format!(".s.PGSQL.{}", database.ask("show port")?)))
}

/// Lets Java in, which knows no such sockets: a port of the loopback address, until this program ends.
fn forward(socket: PathBuf) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for visitor in listener.incoming().flatten() {
            if let Ok(postgres) = UnixStream::connect(&socket) {
                join(visitor, postgres);
            }
        }
    });
    Ok(port)
}

/// Passes on what either side says until it stops.
fn join(visitor: TcpStream, postgres: UnixStream) {
    let (Ok(to_visitor), Ok(to_postgres)) = (visitor.try_clone(), postgres.try_clone()) else { return };
    let pass = |mut from: Box<dyn io::Read + Send>, mut to: Box<dyn io::Write + Send>| {
        thread::spawn(move || io::copy(&mut from, &mut to));
    };
    let _ = visitor.set_nodelay(true);
    pass(Box::new(visitor), Box::new(to_postgres));
    pass(Box::new(postgres), Box::new(to_visitor));
}
