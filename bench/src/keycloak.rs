//! A real Keycloak with the users of the console, in the measured Postgres.

mod forward;

use crate::Bench;
use crate::database::Database;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::process::Stdio;
use xtask::keycloak::{ADMINISTRATOR, Keycloak};
use xtask::steps::Steps;

const DATABASE: &str = "keycloak";
/// Where Keycloak keeps the projects of a person for the console (`deploy/keycloak/`).
pub(crate) const PROJECTS: &str = "applications";

/// Starts one on an empty database.
pub(crate) fn start(steps: &mut Steps, bench: &Bench) -> Result<Keycloak> {
    let port = forward::open(&bench.database)?;
    bench.database.ask(&format!("drop database if exists {DATABASE} with (force)"))?;
    bench.database.ask(&format!("create database {DATABASE}"))?;
    let jdbc = format!("jdbc:postgresql://127.0.0.1:{port}/{DATABASE}?sslmode=disable&gssEncMode=disable");
    Keycloak::start_on(steps, &jdbc)
}

/// Removes what it knew, after it was stopped.
pub(crate) fn forget(bench: &Bench) -> Result<()> {
    bench.database.ask(&format!("drop database {DATABASE} with (force)")).map(drop)
}

/// A token of Keycloak's administrator; it lives for a minute.
pub(crate) fn token(keycloak: &Keycloak) -> Result<String> {
    let (name, password) = ADMINISTRATOR;
    request_token(
        keycloak,
        "master",
        &[("grant_type", "password"), ("client_id", "admin-cli"), ("username", name), ("password", password)],
    )
}

/// A token of the service account of a client.
pub(crate) fn service_token(keycloak: &Keycloak, realm: &str, (client, secret): (&str, &str)) -> Result<String> {
    let form = [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", secret)];
    request_token(keycloak, realm, &form)
}

fn request_token(keycloak: &Keycloak, realm: &str, form: &[(&str, &str)]) -> Result<String> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: String,
    }
    let address = format!("{}/realms/{realm}/protocol/openid-connect/token", keycloak.url());
    let text = ureq::post(&address).send_form(form.iter().copied())?.body_mut().read_to_string()?;
    Ok(serde_json::from_str::<Answer>(&text).context("Keycloak's token")?.access_token)
}

/// Sends JSON to the admin API, below the path of all realms. Returns the answer.
pub(crate) fn admin_api(keycloak: &Keycloak, method: &str, path: &str, body: Option<&str>) -> Result<String> {
    let address = format!("{}/admin/realms{path}", keycloak.url());
    let authorization = ("Authorization", format!("Bearer {}", token(keycloak)?));
    let sent = match (method, body) {
        ("GET", _) => ureq::get(&address).header(authorization.0, authorization.1).call(),
        ("DELETE", _) => ureq::delete(&address).header(authorization.0, authorization.1).call(),
        (_, body) => {
            let request = if method == "PUT" { ureq::put(&address) } else { ureq::post(&address) };
            let request = request.header(authorization.0, authorization.1).header("Content-Type", "application/json");
            request.send(body.unwrap_or_default())
        }
    };
    Ok(sent.with_context(|| format!("{method} {address}"))?.body_mut().read_to_string()?)
}

/// Copies users, their projects and their roles from the console's tables to a realm: all of them, or the first ones.
pub(crate) fn copy_people(database: &Database, realm: &str, limit: Option<u32>) -> Result<()> {
    let one = |sql: &str| database.ask_in(DATABASE, sql);
    let id = one(&format!("select id from realm where name = '{realm}'"))?;
    let role = |name: &str| one(&format!("select id from keycloak_role where realm_id = '{id}' and name = '{name}'"));
    let (everybody, developer, admin) = (role(&format!("default-roles-{realm}"))?, role("developer")?, role("admin")?);
    let limit = limit.map_or_else(String::new, |limit| format!("limit {limit}"));
    let people = format!("(select * from users order by id {limit}) u");
    copy_rows(
        database,
        &format!(
            "select id, lower(email), lower(email), true, is_active, split_part(name, ' ', 1),
                    substr(name, strpos(name, ' ') + 1), '{id}', lower(email),
                    (extract(epoch from created_at) * 1000)::bigint, 0
             from {people}"
        ),
        "user_entity (id, email, email_constraint, email_verified, enabled, first_name, last_name, realm_id, username,
                      created_timestamp, not_before)",
    )?;
    copy_rows(
        database,
        &format!(
            "select gen_random_uuid(), '{PROJECTS}', p.name, m.user_id
             from {people} join user_projects m on m.user_id = u.id join projects p on p.id = m.project_id
             where p.deleted_at is null"
        ),
        "user_attribute (id, name, value, user_id)",
    )?;
    copy_rows(
        database,
        &format!(
            "select r.id, u.id from {people}
             cross join lateral (values ('{everybody}', true), ('{developer}', true), ('{admin}', u.is_admin)) r (id, has)
             where r.has"
        ),
        "user_role_mapping (role_id, user_id)",
    )?;
    one("analyze user_entity, user_attribute, user_role_mapping").map(drop)
}

fn copy_rows(database: &Database, from: &str, to: &str) -> Result<()> {
    let read = format!("copy ({from}) to stdout");
    let mut reading = database.psql_in("bursar").args(["-c", &read]).stdout(Stdio::piped()).spawn()?;
    let rows = reading.stdout.take().context("the rows")?;
    let written = database.psql_in(DATABASE).args(["-c", &format!("copy {to} from stdin")]).stdin(rows).status()?;
    let is_copied = reading.wait()?.success() && written.success();
    ensure!(is_copied, "{to} could not be filled; what psql said stands above");
    Ok(())
}
