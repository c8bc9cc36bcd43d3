//! The one-time import of users from a real Keycloak, beside the bare paging of the same users through its admin API.

use crate::keycloak::{self, admin_api, copy_people};
use crate::report::{Bar, Report, number};
use crate::server::again;
use crate::{Bench, Part};
use anyhow::{Context, Result, ensure};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use xtask::keycloak::Keycloak;
use xtask::steps::Steps;

/// Where the users go.
const TARGET: &str = "bursar_import";
/// The client whose service account reads the users.
const CLIENT: (&str, &str) = ("bursar-import", "secret");
/// The most that an import may take, in times of the bare paging.
const MAX_RATIO: f64 = 1.3;
/// The most memory that five times as many users may need, in times of the memory for the fewer ones.
const MAX_GROWTH: f64 = 1.3;
/// Users a page: Keycloak's default.
const DEFAULT_PAGE: usize = 100;
/// Users a page: as the import reads them.
const IMPORT_PAGE: usize = 500;
/// How often each is measured; the quickest counts, as something else may have disturbed the others.
const ROUNDS: usize = 3;

/// The roles of the client `realm-management` that an import needs.
const ROLES: &str = r#"["query-clients", "query-groups", "query-realms", "query-users", "view-authorization", "view-clients",
    "view-events", "view-identity-providers", "view-realm", "view-users"]"#;

pub(crate) fn measure(steps: &mut Steps, bench: &Bench, report: &mut Report) -> Result<()> {
    let sizes = if bench.size.is_small { [500, 2_500] } else { [10_000, 50_000] };
    let keycloak = keycloak::start(steps, bench)?;
    let how = format!(
        "`bursar keycloak import --apply` into an empty database, from its start to its end, against reading the same users \
         with their attributes from Keycloak's admin API on one connection, page after page, with a token that is there \
         already. Bursar and Keycloak keep their users in the same Postgres, on the same cores. The quickest of {ROUNDS} \
         rounds. Keycloak's pages have {DEFAULT_PAGE} users unless a request says otherwise, and the import's {IMPORT_PAGE}."
    );
    report.section("Import from Keycloak", how, again(Part::Import));
    let mut peaks = Vec::new();
    for users in sizes {
        let name = format!("Measuring: import of {} users", number(f64::from(users)));
        peaks.push(steps.step(&name, || compare(bench, &keycloak, users, report))?);
    }
    if let [few, many] = peaks.as_slice() {
        let what = format!("Peak memory, {} users / {}", number(f64::from(sizes[1])), number(f64::from(sizes[0])));
        let from = format!("{many:.1} MB / {few:.1} MB, VmHWM of `bursar keycloak import`");
        report.line(what, (many / few, ""), Bar::AtMost(MAX_GROWTH), from);
    }
    drop(keycloak);
    keycloak::forget(bench)
}

/// Measures both for this many users. Returns the peak memory of the import in MB.
fn compare(bench: &Bench, keycloak: &Keycloak, users: u32, report: &mut Report) -> Result<f64> {
    let realm = format!("import-{users}");
    create_realm(bench, keycloak, &realm, users)?;
    let (mut by_default, mut by_import, mut imported) = (f64::MAX, f64::MAX, f64::MAX);
    let mut peak: f64 = 0.0;
    // The first page of a Keycloak that has just started takes seconds.
    page_all(keycloak, &realm, IMPORT_PAGE)?;
    for _ in 0..ROUNDS {
        by_default = by_default.min(page_all(keycloak, &realm, DEFAULT_PAGE)?);
        by_import = by_import.min(page_all(keycloak, &realm, IMPORT_PAGE)?);
        let (seconds, memory) = import(bench, keycloak, &realm, users)?;
        (imported, peak) = (imported.min(seconds), peak.max(memory));
    }
    let mut line = |against: usize, paging: f64, bar: Bar| {
        let what = format!("Import of {} users / paging by {against}", number(f64::from(users)));
        let from = format!("{imported:.2} s / {paging:.2} s");
        report.line(what, (imported / paging, ""), bar, from);
    };
    line(DEFAULT_PAGE, by_default, Bar::AtMost(MAX_RATIO));
    line(IMPORT_PAGE, by_import, Bar::None);
    bench.database.ask(&format!("drop database {TARGET} with (force)"))?;
    admin_api(keycloak, "DELETE", &format!("/{realm}"), None)?;
    Ok(peak)
}

/// A realm with the first users of the console and their projects, whom a service account may read.
fn create_realm(bench: &Bench, keycloak: &Keycloak, realm: &str, users: u32) -> Result<()> {
    let (client, secret) = CLIENT;
    let representation = format!(
        r#"{{
            "realm": "{realm}", "enabled": true, "roles": {{ "realm": [{{ "name": "admin" }}, {{ "name": "developer" }}] }},
            "clients": [{{ "clientId": "{client}", "secret": "{secret}", "serviceAccountsEnabled": true }}],
            "users": [{{
                "username": "service-account-{client}", "enabled": true, "serviceAccountClientId": "{client}",
                "clientRoles": {{ "realm-management": {ROLES} }}
            }}]
        }}"#
    );
    admin_api(keycloak, "POST", "", Some(&representation))?;
    // Keycloak shows attributes that the profile does not declare only under a policy.
    let profile = admin_api(keycloak, "GET", &format!("/{realm}/users/profile"), None)?;
    let mut profile: serde_json::Value = serde_json::from_str(&profile)?;
    profile["unmanagedAttributePolicy"] = "ADMIN_EDIT".into();
    admin_api(keycloak, "PUT", &format!("/{realm}/users/profile"), Some(&profile.to_string()))?;
    copy_people(&bench.database, realm, Some(users))
}

/// Seconds to read all users with their attributes.
fn page_all(keycloak: &Keycloak, realm: &str, size: usize) -> Result<f64> {
    let token = keycloak::service_token(keycloak, realm, CLIENT)?;
    let agent = ureq::Agent::new_with_defaults();
    let (start, mut first) = (Instant::now(), 0);
    loop {
        let path = format!("/admin/realms/{realm}/users?first={first}&max={size}&briefRepresentation=false");
        let request = agent.get(format!("{}{path}", keycloak.url())).header("Authorization", format!("Bearer {token}"));
        let mut response = request.call().with_context(|| format!("reading {path}"))?;
        let users: Vec<serde_json::Value> = serde_json::from_str(&response.body_mut().read_to_string()?)?;
        if users.is_empty() {
            return Ok(start.elapsed().as_secs_f64());
        }
        first += size;
    }
}

/// Imports into an empty database. Returns the seconds and the peak memory in MB.
fn import(bench: &Bench, keycloak: &Keycloak, realm: &str, users: u32) -> Result<(f64, f64)> {
    bench.database.ask(&format!("drop database if exists {TARGET} with (force)"))?;
    bench.database.ask(&format!("create database {TARGET}"))?;
    let url = bench.database.url_of(TARGET);
    let bursar = |arguments: &[&str]| {
        let mut command = Command::new(&bench.bursar);
        command.args(arguments).env("DATABASE_URL", &url).env("KEYCLOAK_ADMIN_URL", keycloak.url());
        command.env("KEYCLOAK_ADMIN_REALM", realm).env("KEYCLOAK_ADMIN_CLIENT_ID", CLIENT.0);
        command.env("KEYCLOAK_ADMIN_CLIENT_SECRET", CLIENT.1).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    ensure!(bursar(&["migrate"]).status()?.success(), "`bursar migrate` failed");
    let (start, mut peak) = (Instant::now(), 0.0);
    let mut child = bursar(&["keycloak", "import", "--apply"]).spawn()?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak = peak_memory(child.id()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(10));
    };
    let seconds = start.elapsed().as_secs_f64();
    ensure!(status.success(), "`bursar keycloak import` failed");
    let imported =
        bench.database.ask_in(TARGET, "select count(*) from keycloak_import_users where outcome = 'created'")?;
    ensure!(imported == users.to_string(), "{imported} of {users} users were created");
    ensure!(peak > 0.0, "the memory of the import is not known");
    Ok((seconds, peak))
}

/// The most memory that a process has had resident, in MB; `None` once it ended.
fn peak_memory(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib * 1.024 / 1000.0)
}
