//! `cargo xtask test`: everything that must hold before a change is kept.

use crate::go::{Tool, Toolchain};
use crate::keycloak::Keycloak;
use crate::paths::{self, Mode};
use crate::postgres::{self, Postgres};
use crate::steps::Steps;
use crate::{backup, build, command, docs, fetch, fuzz, kubernetes, layers, queries, sdk, setup, supply};
use anyhow::{Result, anyhow};
use clap::ValueEnum;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What can be tested by itself, in the order in which all of it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The sources are formatted
    Format,
    /// Modules use only what stands below them, and none of them in a circle
    Layers,
    /// Clippy has nothing to say, natively and for wasm; all of the tests are built by it, too
    Lint,
    /// Licences, sources and versions of what comes into the build, and that all of it is used
    Supply,
    /// The query data in .sqlx is current
    Queries,
    /// The tables of README.md and docs/openapi.json are current
    Documents,
    /// Unit, property, database and router tests
    Rust,
    /// Random input to what reads input, for some seconds; `cargo xtask fuzz` takes longer
    Fuzz,
    /// The database tests once more, on this system's own Postgres; along with everything else only those that depend
    /// on its version
    SystemPostgres,
    /// Backup, restore and moving between all supported versions of Postgres
    Backup,
    /// Two instances behind a PgBouncer that lends connections for one transaction
    Pooler,
    /// Mails reach a real SMTP server
    Mail,
    /// The wire contract's own client, and requests made from docs/openapi.json
    Sdk,
    /// Limits hold for calls through a real LiteLLM proxy
    Litellm,
    /// A real Keycloak is set up, checked and imported from
    Keycloak,
    /// The Helm chart, the manifests, docker-compose.yaml and the Dockerfile, with Helm and the schemas of Kubernetes
    Kubernetes,
    /// The benchmark comes to a figure for everything, on a small database
    Bench,
    /// A real browser does what people do
    Browser,
}

/// What mails are sent to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pins {
    mailpit: Tool,
}

/// The database tests that depend on the version of Postgres: every statement, the schema and its migrations, rights, what
/// is put together from conditions and orders, and partitions.
const OF_THE_VERSION: [&str; 15] = [
    "schema::",
    "migrations::",
    "migration_faults::",
    "database_roles::",
    "read_only_server::",
    "search_and_order::",
    "paging::",
    "users_list::",
    "projects_read::",
    "suggestions::",
    "spending::",
    "audit_log::",
    "explain::",
    "overview::",
    "spend::partitions",
];

/// How often each fuzz target runs along with the tests: some seconds in all.
const FUZZ_RUNS: u64 = 20_000;

/// Runs the tests that are about repetition as often as a release is judged by, and prints what they measure.
pub(crate) fn soak(steps: &mut Steps) -> Result<()> {
    let bursar = build::build(steps, Mode::Dev)?;
    let postgres = steps.step("Starting the embedded Postgres", || Postgres::start(&bursar, None))?;
    let mut soak = |name: &str, arguments: &[&str]| {
        steps.step(name, || {
            let mut cargo = cargo_with(&postgres, arguments)?;
            // One after the other: some measure.
            let options = ["--", "--include-ignored", "--nocapture", "--test-threads=1"];
            command::run(cargo.args(options).env("BURSAR_SOAK", "1"))
        })
    };
    soak("Races", &["--package", "services", "--test", "database", "races::"])?;
    soak("Spend in every order", &["--package", "services", "--test", "database", "spend::interleavings"])?;
    soak(
        "Concurrent changes of roles",
        &["--package", "services", "--test", "database", "rights::concurrent_changes"],
    )?;
    soak("The tries of an account", &["--package", "services", "--lib", "of_eight_tries"])?;
    soak("What a wrong password costs", &["--package", "services", "--test", "database", "sign_in_cost::"])?;
    soak("Paging while the list changes", &["--package", "services", "--test", "database", "paging::"])?;
    soak("Many pages", &["--package", "server", "--test", "router", "many_pages"])?;
    soak("Hostile programs", &["--package", "server", "--test", "router", "hostile::programs"])?;
    soak("Faults", &["--package", "server", "--test", "binary", "faults"])
}

/// Runs the tests, or `only` one part of them, up to the first failure. The last lines are the test runner's own.
pub(crate) fn run(steps: &mut Steps, only: Option<Part>) -> Result<()> {
    let wanted = |part| only.is_none_or(|only| only == part);
    if wanted(Part::Format) {
        steps.step("Checking the formatting", || {
            command::run(command::cargo("fmt").args(["--all", "--check"]))?;
            command::run(command::cargo("fmt").args(["--manifest-path", "fuzz/Cargo.toml", "--", "--check"]))
        })?;
    }
    if wanted(Part::Layers) {
        steps.step("Checking the layers of modules", layers::check)?;
    }
    if only == Some(Part::Lint) {
        setup::for_build(steps)?;
        steps.step("Linting", || {
            command::run(command::cargo("clippy").args(["--all-targets", "--", "-D", "warnings"]))
        })?;
        steps.step("Linting the pages as wasm", || {
            let pages = ["--package", "app", "--package", "frontend", "--target", "wasm32-unknown-unknown"];
            command::run(command::cargo("clippy").args(pages).args(["--", "-D", "warnings"]))
        })?;
    }
    if wanted(Part::Supply) {
        supply::run(steps)?;
    }
    if only == Some(Part::Fuzz) {
        fuzz::run(steps, FUZZ_RUNS, None)?;
    }
    let beside = only.is_none().then(|| std::thread::spawn(beside_the_build));
    if !matches!(only, Some(Part::Format | Part::Layers | Part::Lint | Part::Supply | Part::Fuzz)) {
        // One test is enough for the features that all are built with.
        let bursar = build::for_tests(steps, if only.is_none() { "*" } else { "binary" })?;
        match only {
            None => queries::compile_tests(steps)?,
            Some(Part::Queries) => queries::run(steps, true)?,
            Some(_) => {}
        }
        if let Some(beside) = beside {
            steps.append(beside.join().map_err(|_| anyhow!("what is done beside the build panicked"))??);
        }
        if wanted(Part::Documents) {
            steps.step("Checking the tables of README.md and docs/openapi.json", || docs::write(true))?;
        }
        if wanted(Part::Kubernetes) {
            kubernetes::test(steps, &bursar)?;
        }
        if wanted(Part::Bench) {
            steps.step("Testing the benchmark on a small database", || {
                command::run(Command::new(bursar.with_file_name("bench")).args(["--small", "--bursar"]).arg(&bursar))
            })?;
        }
        if wanted(Part::Backup) {
            backup::test(steps, &bursar)?;
        }
        on_postgres(steps, &bursar, wanted)?;
    }
    Ok(())
}

/// What needs none of the build and is done while its large crates, one after the other, leave a core idle: fuzzing, and
/// installing what the tests need.
fn beside_the_build() -> Result<Steps> {
    let mut steps = Steps::beside();
    fuzz::run(&mut steps, FUZZ_RUNS, None)?;
    kubernetes::install(&mut steps)?;
    sdk::install(&mut steps)?;
    setup::npm_packages(&mut steps, &browser_tests())?;
    setup::headless_chromium(&mut steps)?;
    setup::firefox(&mut steps)?;
    Ok(steps)
}

fn browser_tests() -> PathBuf {
    paths::root().join("end2end")
}

/// The parts that need a database; one embedded Postgres serves them all.
fn on_postgres(steps: &mut Steps, bursar: &Path, wanted: impl Fn(Part) -> bool + Sync) -> Result<()> {
    if [Part::Rust, Part::Pooler, Part::Mail, Part::Sdk, Part::Litellm, Part::Keycloak, Part::Browser]
        .into_iter()
        .any(&wanted)
    {
        let embedded = steps.step("Starting the embedded Postgres", || Postgres::start(bursar, None))?;
        std::thread::scope(|scope| {
            let beside = scope.spawn(|| with_programs_of_others(bursar, &embedded, &wanted));
            if wanted(Part::Rust) {
                steps.step("Testing in Rust", || cargo_test(&embedded, &[]))?;
            }
            if wanted(Part::SystemPostgres) {
                on_system_postgres(steps, bursar, &OF_THE_VERSION)?;
            }
            steps.append(beside.join().map_err(|_| anyhow!("what is tested beside the Rust tests panicked"))??);
            anyhow::Ok(())
        })?;
        if wanted(Part::Keycloak) || wanted(Part::Browser) {
            // Every Bursar of the tests is a client of its own, so that none has to stand at the realm's address.
            let keycloak = Keycloak::start(steps, "http://127.0.0.1:3000", 0)?;
            if wanted(Part::Keycloak) {
                in_keycloak(steps, &embedded, &keycloak)?;
            }
            if wanted(Part::Browser) {
                in_browser(steps, bursar, &embedded, &keycloak)?;
            }
        }
    } else if wanted(Part::SystemPostgres) {
        on_system_postgres(steps, bursar, &[])?;
    }
    Ok(())
}

/// The parts that wait for programs of others most of their time, while the Rust tests have the cores.
fn with_programs_of_others(bursar: &Path, postgres: &Postgres, wanted: impl Fn(Part) -> bool) -> Result<Steps> {
    let mut steps = Steps::beside();
    if wanted(Part::Litellm) {
        sdk::test_litellm(&mut steps, bursar, postgres)?;
    }
    if wanted(Part::Sdk) {
        sdk::test(&mut steps, bursar, postgres)?;
    }
    if wanted(Part::Mail) {
        mail(&mut steps, postgres)?;
    }
    if wanted(Part::Pooler) {
        behind_pooler(&mut steps, postgres)?;
    }
    Ok(steps)
}

fn cargo_test(postgres: &Postgres, arguments: &[&str]) -> Result<()> {
    command::run(&mut cargo_with(postgres, arguments)?)
}

/// Without `--package` where the name of a test is enough: dependencies are compiled once for the whole workspace, and
/// again, with fewer features, for a package alone.
fn cargo_with(postgres: &Postgres, arguments: &[&str]) -> Result<Command> {
    let mut cargo = command::cargo("test");
    command::by_clippy(&mut cargo)?.args(arguments);
    cargo.env("BURSAR_TEST_DATABASE_URL", postgres.url()).env("BURSAR_SITE_DIR", paths::site());
    Ok(cargo)
}

/// Runs the database tests whose names have one of `names` in them, or all of them.
fn on_system_postgres(steps: &mut Steps, bursar: &Path, names: &[&str]) -> Result<()> {
    let Some((version, binaries)) = postgres::of_the_system() else {
        eprintln!("==> No Postgres of this system (15 or newer) was found: only the embedded one is tested");
        return Ok(());
    };
    steps.step(&format!("Testing the services on this system's Postgres {version}"), || {
        let postgres = Postgres::start(bursar, Some(&binaries))?;
        cargo_test(&postgres, &[&["--test", "database", "--"], names].concat())
    })
}

fn behind_pooler(steps: &mut Steps, postgres: &Postgres) -> Result<()> {
    let pgbouncer = setup::program(steps, "pgbouncer", &["pgbouncer"])?;
    steps.step("Testing behind PgBouncer", || {
        let mut tests = cargo_with(postgres, &["--test", "binary", "pooler", "--", "--ignored"])?;
        command::run(tests.env("BURSAR_TEST_PGBOUNCER", pgbouncer))
    })
}

fn mail(steps: &mut Steps, postgres: &Postgres) -> Result<()> {
    let Pins { mailpit } = fetch::pins("xtask/mail.toml")?;
    let python = kubernetes::python(steps)?;
    let mailpit = mailpit.installed(steps, &Toolchain::pinned()?, &python)?;
    steps.step("Testing mails with a real SMTP server", || {
        let mut tests = cargo_with(postgres, &["--test", "database", "deliveries::mail", "--", "--ignored"])?;
        command::run(tests.env("BURSAR_TEST_MAILPIT", mailpit))
    })
}

fn in_keycloak(steps: &mut Steps, postgres: &Postgres, keycloak: &Keycloak) -> Result<()> {
    steps.step("Testing what is done in Keycloak", || {
        let mut tests = cargo_with(postgres, &["--test", "in_keycloak", "--", "--ignored"])?;
        tests.env("BURSAR_TEST_KEYCLOAK_URL", keycloak.url()).env("BURSAR_TEST_KCADM", keycloak.kcadm());
        command::run(&mut tests)
    })
}

fn in_browser(steps: &mut Steps, bursar: &Path, postgres: &Postgres, keycloak: &Keycloak) -> Result<()> {
    let (chromium, firefox) = (setup::headless_chromium(steps)?, setup::firefox(steps)?);
    let folder = browser_tests();
    setup::npm_packages(steps, &folder)?;
    steps.step("Checking the types of the browser tests", || {
        command::run(Command::new("npm").args(["run", "--silent", "check"]).current_dir(&folder))
    })?;
    steps.summary();
    eprintln!("==> Testing in the browser");
    let mut playwright = Command::new("npx");
    playwright.args(["playwright", "test"]).current_dir(folder);
    playwright.env("BURSAR_BIN", bursar).env("BURSAR_SITE_DIR", paths::site());
    playwright.env("BURSAR_TEST_DATABASE_URL", postgres.url()).env("CHROMIUM", chromium).env("FIREFOX", firefox);
    playwright.env("BURSAR_TEST_KEYCLOAK_URL", keycloak.url());
    command::run(&mut playwright)
}
