//! The same list through a real Keycloak's REST interface: the same people in the same Postgres on the same machine.

use crate::keycloak::{self, PROJECTS, copy_people, token};
use crate::lists::{cursor, encoded};
use crate::report::{Bar, Report, number};
use crate::server::{Server, again};
use crate::throughput::NO_RATE_LIMIT;
use crate::tools::{Load, Target};
use crate::{AskAs, Bench, CONNECTIONS, Part};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::iter;
use std::path::Path;
use xtask::keycloak::Keycloak;
use xtask::steps::Steps;

pub(crate) fn measure(steps: &mut Steps, bench: &Bench, report: &mut Report) -> Result<()> {
    let keycloak = keycloak::start(steps, bench)?;
    steps.step("Giving Keycloak the same people", || copy_people(&bench.database, keycloak.realm(), None))?;
    steps.step("Measuring: peers", || compare(bench, &keycloak, report))?;
    drop(keycloak);
    keycloak::forget(bench)
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
    let place = cursor(
        database,
        &format!("select id, name collate name_order as key from users order by key, id offset {deep} limit 1"),
    )?;
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
        "People as JSON, pages a second by `wrk` with {CONNECTIONS} connections, from the console and from Keycloak's \
         admin REST interface, one after the other. Both have the same {} people with the same projects in the same \
         Postgres. The same list is each person with projects and roles, as the console answers it at once: Keycloak's \
         page with attributes, where projects stand, and the roles of each person on it, for which it has no other way \
         than to ask by person. Its short form has neither, and is shown for comparison. Keycloak was warmed up for as \
         long as it is measured.",
        number(f64::from(bench.size.users))
    );
    report.section("Beside Keycloak", how, again(Part::Peers));
    for Page { what, ours, theirs } in pages(bench)? {
        let (ours, command) = ask_console(bench, &format!("/v1/admin/users?per_page=50{ours}"))?;
        let mut line = |form: &str, (theirs, url): (Load, String), bar: Bar| {
            let from = format!("{} / {}: `{command}`; {url} with a token", ours.words(), theirs.words());
            report.line(format!("Console / Keycloak, {what}, {form}"), (ours.rate / theirs.rate, ""), bar, from);
        };
        line("the same list", same_list(bench, keycloak, &theirs)?, Bar::AtLeast(20.0));
        line("short form", short_form(bench, keycloak, &theirs)?, Bar::None);
    }
    Ok(())
}

/// Asks for a page of people, then for the roles of each person on it, then for the page again.
const SAME_LIST: &str = r#"
function init(args)
  paths = args
  asked = 0
end
function request()
  local path = paths[asked % #paths + 1]
  asked = asked + 1
  return wrk.format("GET", path)
end
"#;

/// Pages a second with the projects and the roles of all users on them, and what was asked.
fn same_list(bench: &Bench, keycloak: &Keycloak, page: &str) -> Result<(Load, String)> {
    let users = format!("/admin/realms/{}/users", keycloak.realm());
    let list = format!("{users}?max=50&briefRepresentation=false{page}");
    let people = people(keycloak, &list)?;
    let roles = people.iter().map(|person| format!("{users}/{}/role-mappings/realm", person.id));
    let paths: Vec<String> = iter::once(list.clone()).chain(roles).collect();
    let script = bench.script("same-list.lua", SAME_LIST)?;
    let requests = ask_keycloak(bench, keycloak, "", Some((&script, &paths)))?;
    let a_page = 1.0 + f64::from(u32::try_from(people.len())?);
    let asked = format!("`{list}` and {} times `{users}/…/role-mappings/realm`", people.len());
    Ok((Load { rate: requests.rate / a_page, ..requests }, asked))
}

/// Pages a second of names and addresses alone, and what was asked.
fn short_form(bench: &Bench, keycloak: &Keycloak, page: &str) -> Result<(Load, String)> {
    let list = format!("/admin/realms/{}/users?max=50&briefRepresentation=true{page}", keycloak.realm());
    Ok((ask_keycloak(bench, keycloak, &list, None)?, format!("`{list}`")))
}

/// Requests a second, after as many that do not count.
fn ask_keycloak(bench: &Bench, keycloak: &Keycloak, path: &str, script: Option<(&Path, &[String])>) -> Result<Load> {
    let ask = || {
        let headers = [("Authorization", format!("Bearer {}", token(keycloak)?))];
        let target = Target { url: format!("{}{path}", keycloak.url()), headers: &headers, script };
        bench.tools.wrk(&target, bench.pressure())
    };
    ask()?;
    Ok(ask()?.0)
}

/// A user on a page of Keycloak's, with what has to be there for the comparison to be fair.
#[derive(Deserialize)]
struct Person {
    id: String,
    #[serde(default)]
    attributes: BTreeMap<String, Vec<String>>,
}

fn people(keycloak: &Keycloak, list: &str) -> Result<Vec<Person>> {
    let answer = ureq::get(format!("{}{list}", keycloak.url()))
        .header("Authorization", format!("Bearer {}", token(keycloak)?))
        .call()?
        .body_mut()
        .read_to_string()?;
    let people: Vec<Person> = serde_json::from_str(&answer).context("Keycloak's page")?;
    ensure!(people.iter().any(|person| person.attributes.contains_key(PROJECTS)), "nobody at Keycloak has projects");
    Ok(people)
}

fn ask_console(bench: &Bench, path: &str) -> Result<(Load, String)> {
    let server = Server::start(&bench.bursar, &bench.database, &[NO_RATE_LIMIT])?;
    server.visitor().read(path)?;
    bench.press(&server, path, AskAs::Admin, bench.pressure())
}
