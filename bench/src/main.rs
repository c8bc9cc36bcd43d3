//! `cargo xtask bench`: measures what `docs/performance.md` says, on this machine, in one run.
//!
//! A run starts an embedded Postgres, fills it with `bursar demo-data` (kept in `target/bench/` for the next run), starts
//! `bursar serve` on it, and measures one [`Part`] after the other: `wrk` makes the HTTP requests, `pgbench` the SQL, and
//! Chromium loads the pages. The report in `target/bench.md` has each figure with its bar and the command that measures it
//! again.
//!
//! Each part is a module with a function `measure`. A new part is a variant of [`Part`], such a module, and a row in
//! `docs/performance.md`. `--small` runs everything on 3,000 users in seconds, which shows that the benchmark works, not
//! how fast Bursar is; `cargo xtask test` does that.

mod authorisation;
mod database;
mod import;
mod keycloak;
mod lists;
mod log;
mod memory;
mod pages;
mod peers;
mod report;
mod server;
mod sign_in;
mod spend;
mod throughput;
mod tools;
mod writes;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use database::Database;
use report::Report;
use server::Server;
use std::path::PathBuf;
use std::process::ExitCode;
use tools::{Load, Pressure, Target, Tools};
use xtask::command;
use xtask::paths::{self, Mode};
use xtask::steps::Steps;

/// The secret of the session that every measurement uses, in a database without real users.
const SESSION: &str = "bench-bench-bench-bench-bench-bench-bench-0";

/// How many of `wrk`'s or `pgbench`'s clients press at once.
const CONNECTIONS: u32 = 8;

/// Who asks for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AskAs {
    /// The admin whose session every measurement uses.
    Admin,
    /// A caller without a session.
    Nobody,
}

/// What can be measured by itself, in the order in which all of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Pages, searches, filters and sorts, one request after the other
    Lists,
    /// Lists over HTTP against the same SQL by itself
    Throughput,
    /// Pages with and without finding out who asks
    Authorisation,
    /// Changes with and without their audit row
    Writes,
    /// Reservations, settlements and events of gateways against bare statements
    Spend,
    /// Resident memory
    Memory,
    /// Sign-ins, and pages beside them
    SignIn,
    /// Bytes and times of pages in a browser
    Pages,
    /// The import of users from a real Keycloak; not with --small, where no Keycloak runs
    Import,
    /// The same list through a real Keycloak; only when asked for
    Peers,
}

impl Part {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// How much is measured.
struct Size {
    is_small: bool,
    users: u32,
    projects: u32,
    spend_events: u32,
    /// Requests that count, for each page, and those before them: Postgres may change to a plan made without the
    /// parameters after five.
    runs: usize,
    uncounted: usize,
    /// Length of each load.
    seconds: u32,
    sessions: u32,
}

impl Size {
    const FULL: Self = Self {
        is_small: false,
        users: 1_000_000,
        projects: 10_000,
        spend_events: 10_000_000,
        runs: 20,
        uncounted: 11,
        seconds: 10,
        sessions: 10_000,
    };
    /// Seconds in all, to see that every figure comes about.
    const SMALL: Self = Self {
        is_small: true,
        users: 3_000,
        projects: 60,
        spend_events: 10_000,
        runs: 1,
        uncounted: 0,
        seconds: 1,
        sessions: 100,
    };
}

/// What every part needs.
struct Bench {
    bursar: PathBuf,
    database: Database,
    tools: Tools,
    size: Size,
}

impl Bench {
    /// Asks a server for a page, again and again.
    fn press(&self, server: &Server, path: &str, visitor: AskAs, pressure: Pressure) -> Result<(Load, String)> {
        let session = [("Cookie", server::cookie(SESSION))];
        let headers: &[_] = match visitor {
            AskAs::Admin => &session,
            AskAs::Nobody => &[],
        };
        self.tools.wrk(&Target { url: format!("{}{path}", server.origin()), headers, script: None }, pressure)
    }

    /// As hard as most measurements press.
    const fn pressure(&self) -> Pressure {
        Pressure { connections: CONNECTIONS, seconds: self.size.seconds }
    }

    /// Keeps a script for a generator of load where people can look at it.
    fn script(&self, name: &str, text: &str) -> Result<PathBuf> {
        let folder = paths::target().join("bench/scripts");
        std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        let path = folder.join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

/// Measures Bursar with a million users and writes target/bench.md.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct BenchArgs {
    /// On a small database and the debug build: seconds, to test the benchmark itself
    #[arg(long)]
    small: bool,
    /// Measure one part only
    #[arg(long, value_name = "PART")]
    only: Option<Part>,
    /// Measure a real Keycloak with the same people too
    #[arg(long)]
    peers: bool,
    /// Measure this executable, for example one of an older state, instead of building one
    #[arg(long, value_name = "FILE")]
    bursar: Option<PathBuf>,
}

impl BenchArgs {
    fn includes(&self, part: Part) -> bool {
        let is_usual = match part {
            Part::Peers => self.peers,
            Part::Import => !self.small,
            _ => true,
        };
        self.only.map_or(is_usual, |only| only == part)
    }
}

fn main() -> ExitCode {
    xtask::exit_code(run(&mut Steps::default(), &BenchArgs::parse()))
}

fn run(steps: &mut Steps, args: &BenchArgs) -> Result<()> {
    let size = if args.small { Size::SMALL } else { Size::FULL };
    let bursar = match &args.bursar {
        Some(bursar) => bursar.clone(),
        None => build(args.small)?,
    };
    let tools = Tools::find(steps)?;
    std::fs::create_dir_all(paths::target().join("bench"))?;
    let database = steps.step("Starting and filling the database", || Database::open(&bursar, &tools, &size))?;
    let bench = Bench { bursar, database, tools, size };
    let mut report = Report::default();
    report.say(conditions(&bench)?);
    sign_in_once(&bench)?;
    for part in Part::value_variants().iter().copied().filter(|part| args.includes(*part)) {
        let name = format!("Measuring: {}", part.name());
        match part {
            // They may have to install something first, which is a step of its own.
            Part::Peers => peers::measure(steps, &bench, &mut report)?,
            Part::Import => import::measure(steps, &bench, &mut report)?,
            Part::Pages => pages::measure(steps, &bench, &mut report)?,
            Part::Lists => steps.step(&name, || lists::measure(&bench, &mut report))?,
            Part::Throughput => steps.step(&name, || throughput::measure(&bench, &mut report))?,
            Part::Authorisation => steps.step(&name, || authorisation::measure(&bench, &mut report))?,
            Part::Writes => steps.step(&name, || writes::measure(&bench, &mut report))?,
            Part::Spend => steps.step(&name, || spend::measure(&bench, &mut report))?,
            Part::Memory => steps.step(&name, || memory::measure(&bench, &mut report))?,
            Part::SignIn => steps.step(&name, || sign_in::measure(&bench, &mut report))?,
        }
    }
    let name = if args.small {
        "bench/small.md".to_owned()
    } else {
        args.only.map_or("bench.md".to_owned(), |part| format!("bench/{}.md", part.name()))
    };
    let path = paths::target().join(name);
    report.write(&path)?;
    eprintln!("==> {}", path.display());
    steps.summary();
    Ok(())
}

/// Builds the executable to measure, as a developer would.
fn build(is_small: bool) -> Result<PathBuf> {
    let (mode, options) = if is_small { (Mode::Dev, &[][..]) } else { (Mode::Release, &["--release"][..]) };
    command::run(command::cargo("xtask").arg("build").args(options))?;
    Ok(paths::bursar(mode))
}

/// On what, with what, and beside what.
fn conditions(bench: &Bench) -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    let version = bench.database.ask("show server_version")?;
    let commit = command::output(std::process::Command::new("git").args(["describe", "--always", "--dirty"]))?;
    let counts = bench.database.ask(
        "select (select count(*) from users), (select count(*) from projects), (select count(*) from user_projects),
                (select count(*) from budgets), (select count(*) from user_budgets), (select count(*) from audit_log)",
    )?;
    let counts: Vec<_> = counts.split('|').map(|count| count.parse().map(report::number)).collect::<Result<_, _>>()?;
    let [users, projects, members, budgets, assigned, audited] = counts.as_slice() else {
        anyhow::bail!("the database did not count");
    };
    Ok(format!(
        "State {commit}, {} build, {cores} cores, load before the run {load}; embedded Postgres {version} as Bursar \
         starts it; {users} people, {projects} projects (one of them personal for everybody regular), {members} \
         memberships, {budgets} budgets, {assigned} assignments to people, {audited} rows of audit log.",
        if bench.size.is_small { "debug" } else { "release" }
    ))
}

/// Gives an admin the session that every measurement uses.
fn sign_in_once(bench: &Bench) -> Result<()> {
    let admin = "(select id from users where is_admin and is_active order by created_at, id limit 1)";
    bench.database.ask(&format!(
        "delete from sessions; delete from sign_in_networks;
         update users set is_maintainer = true where id = {admin};
         insert into sessions (id, token_hash, user_id, device, signed_in_at, last_used_at, expires_at)
         select gen_random_uuid(), sha256('{SESSION}'), {admin}, 'bench', now(), now(), now() + interval '1 day'"
    ))?;
    Ok(())
}
