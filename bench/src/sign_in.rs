//! Signing in: how much of the hash workers' time goes into hashes, and whether pages stay quick meanwhile.

use crate::report::{Bar, Report};
use crate::server::{Server, again};
use crate::tools::{Load, Pressure, Target};
use crate::{AskAs, Bench, Part};
use anyhow::{Context, Result, anyhow};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Of every user who signs in here. It opens nothing: the database is this benchmark's own.
const PASSWORD: &str = "a password of the benchmark";
/// How many people sign in, again and again.
const PEOPLE: u32 = 1000;

const SIGN_IN: &str = r#"
local people = {}
local at = 0
function init(args)
  for line in io.lines(args[1]) do table.insert(people, line) end
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.headers["Accept"] = "application/json"
  wrk.headers["Origin"] = args[2]
  at = math.random(#people)
end
function request()
  at = at % #people + 1
  return wrk.format("POST", nil, nil, people[at])
end
"#;

pub(crate) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let workers = (cores / 2).max(1);
    let how = format!(
        "Half of the cores hash passwords ({workers} of {cores} here); {PEOPLE} people sign in again and again on 8 \
         connections, one of them per connection at a time."
    );
    report.section("Signing in", how, again(Part::SignIn));
    let hash = prepare(bench)?;
    let cost = cpu_seconds(&hash, if bench.size.is_small { 1 } else { 40 })?;
    let server = Server::start(&bench.bursar, &bench.database, &[])?;
    let people = bench.database.ask(&format!(
        "select 'email=' || replace(email, '@', '%40') || '&password={}&next=' from users where password_hash = '{hash}'",
        PASSWORD.replace(' ', "+")
    ))?;
    let script = bench.script("sign-in.lua", SIGN_IN)?;
    let people = bench.script("sign-in.txt", &people)?;
    let seconds = bench.size.seconds;
    let (alone, wrk) = sign_in(bench, &server, (&script, &people), seconds)?;
    #[expect(clippy::cast_precision_loss, reason = "a few cores")]
    let share = alone.rate * cost / workers as f64;
    let from = format!("{} × {:.1} ms of CPU a hash / {workers}: `{wrk}`", alone.words(), cost * 1000.0);
    report.line("Share of the workers' time that is hashing", (share, ""), Bar::AtLeast(0.85), from);

    pages_meanwhile(bench, &server, (&script, &people), report)?;
    drop(server);
    forget(bench, &hash)
}

/// One page after the other, at first alone and then beside sign-ins that never let a worker rest.
fn pages_meanwhile(bench: &Bench, server: &Server, sign_ins: (&Path, &PathBuf), report: &mut Report) -> Result<()> {
    let seconds = bench.size.seconds;
    let pressure = Pressure { connections: 1, seconds };
    let page = || bench.press(server, "/settings/administration/users?rows=50", AskAs::Admin, pressure);
    let (idle, wrk) = page()?;
    let (busy, pressed) = std::thread::scope(|scope| {
        let pressing = scope.spawn(|| sign_in(bench, server, sign_ins, seconds + 2));
        std::thread::sleep(std::time::Duration::from_secs(1));
        let busy = page().map(|(load, _)| load);
        (busy, pressing.join())
    });
    let (busy, (pressed, _)) = (busy?, pressed.map_err(|_| anyhow!("the sign-ins ended in a panic"))??);
    let from = format!("{:.1} ms / {:.1} ms with {} sign-ins beside: `{wrk}`", busy.p99, idle.p99, pressed.words());
    report.line(
        "p99 of a page while sign-ins saturate their workers / idle",
        (busy.p99 / idle.p99, ""),
        Bar::AtMost(2.0),
        from,
    );
    Ok(())
}

fn sign_in(
    bench: &Bench,
    server: &Server,
    (script, people): (&Path, &PathBuf),
    seconds: u32,
) -> Result<(Load, String)> {
    let arguments = [people.display().to_string(), server.origin().to_owned()];
    let url = format!("{}/act/sign-in", server.origin());
    let target = Target { url, headers: &[], script: Some((script, &arguments)) };
    bench.tools.wrk(&target, Pressure { connections: 8, seconds })
}

/// Gives some people the password.
fn prepare(bench: &Bench) -> Result<String> {
    let hash = Argon2::default()
        .hash_password_with_salt(PASSWORD.as_bytes(), b"of the benchmark")
        .map_err(|fault| anyhow!("argon2: {fault}"))?
        .to_string();
    bench.database.ask(&format!(
        "update users set password_hash = '{hash}' where id in (
           select id from users where is_active and locked_until is null order by id limit {PEOPLE})"
    ))?;
    Ok(hash)
}

/// Spreads their last sign-ins as those of others are: they would come first in that order, from the few blocks to which
/// they were written one after the other, and the first page would seem cheaper than any other.
fn forget(bench: &Bench, hash: &str) -> Result<()> {
    let undo = "update users set last_sign_in_at = created_at + (now() - created_at) * random() where password_hash = ";
    bench.database.ask(&format!("{undo}'{hash}'")).map(drop)
}

/// What verifying one password takes, alone on a core.
fn cpu_seconds(hash: &str, times: u32) -> Result<f64> {
    let parsed = PasswordHash::new(hash).map_err(|fault| anyhow!("argon2: {fault}"))?;
    let mut times_taken = Vec::new();
    for _ in 0..times {
        let start = Instant::now();
        Argon2::default().verify_password(PASSWORD.as_bytes(), &parsed).map_err(|fault| anyhow!("argon2: {fault}"))?;
        times_taken.push(start.elapsed().as_secs_f64());
    }
    times_taken.sort_by(f64::total_cmp);
    times_taken.get(times_taken.len() / 2).copied().context("no hash was made")
}
