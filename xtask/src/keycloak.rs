//! A real Keycloak with fresh realms, for trying and testing.

mod distribution;
mod realm;

use crate::paths;
use crate::steps::Steps;
use anyhow::{Context, Result, bail};
use distribution::Vendor;
use realm::{BURSAR, COMPANY, Realm};
use std::fs::File;
use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// Who administers Keycloak itself; it is reachable from this machine only.
pub const ADMINISTRATOR: (&str, &str) = ("admin", "try-keycloak");

/// Where it listens for people who try it: the same at every start, for those whom Bursar knows are known by it.
pub(crate) const PORT: u16 = 8180;

/// Seals what Bursar keeps of the tokens while it is tried; the same at every start, so that sessions survive it.
const SECRET_KEY: &str = "a key for trying, not for anything else";

/// What of the distribution a run shares with others. Its data it has for itself.
const SHARED: [&str; 4] = ["conf", "lib", "providers", "themes"];

/// The longest a start may take, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(180);

/// Runs a program until standard input closes, so that it never outlives its parent, and then removes the
/// folder of its data.
const UNTIL_INPUT_CLOSES: &str = r#"
trap '' INT
home=$1; shift
exec 3<&0 </dev/null
"$@" 3<&- & keycloak=$!
{ read -r _ <&3; kill $keycloak; } 2>/dev/null &
wait $keycloak
rm -r "$home"
"#;

/// A running Keycloak; dropping it stops it, and what it knew is gone.
pub struct Keycloak {
    child: Child,
    input: Option<ChildStdin>,
    url: String,
    origin: String,
    realm: Realm,
    /// Its own tool for administrators.
    kcadm: PathBuf,
}

impl Keycloak {
    /// Starts one on `port` of the loopback address; 0 takes any free one. Its client `bursar` knows Bursar at `origin`,
    /// which is where it announces that a user has signed out.
    pub(crate) fn start(steps: &mut Steps, origin: &str, port: u16) -> Result<Self> {
        Self::with(steps, origin, port, Vendor::Memory, &[])
    }

    /// Starts one that keeps what it knows in the database at a JDBC address, which lets the user `postgres` in.
    pub fn start_on(steps: &mut Steps, jdbc: &str) -> Result<Self> {
        let options =
            [format!("--db-url={jdbc}"), "--db-username=postgres".to_owned(), "--db-password=none".to_owned()];
        Self::with(steps, "http://127.0.0.1:3000", 0, Vendor::Postgres, &options)
    }

    fn with(steps: &mut Steps, origin: &str, port: u16, vendor: Vendor, options: &[String]) -> Result<Self> {
        let distribution = distribution::folder(steps, vendor)?;
        let realm = Realm::read(BURSAR)?;
        let home = home(&distribution)?;
        // One realm asks the other, so both have to know where they are before they are there.
        let port = if port == 0 { free_port()? } else { port };
        steps.step("Starting Keycloak", || {
            let mut command = Command::new("sh");
            command.args(["-c", UNTIL_INPUT_CLOSES, "keycloak"]).arg(&home);
            command.arg(distribution.join("bin/kc.sh")).arg(format!("-Dkc.home.dir={}", home.display()));
            command.args(["start", "--optimized", "--import-realm", "--cache=local", "--http-enabled=true"]);
            command.args(["--hostname-strict=false", "--http-host=127.0.0.1"]).arg(format!("--http-port={port}"));
            command.args(options);
            command.env("BURSAR_ORIGIN", origin).env("KEYCLOAK_ORIGIN", format!("http://127.0.0.1:{port}"));
            command.env("KC_BOOTSTRAP_ADMIN_USERNAME", ADMINISTRATOR.0);
            command.env("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMINISTRATOR.1);
            let path = home.join("keycloak.log");
            let log = File::create(&path).with_context(|| format!("creating {}", path.display()))?;
            command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
            let log = File::open(&path)?;
            let mut child = command.spawn().context("cannot start Keycloak")?;
            let input = child.stdin.take();
            let url = address(&mut child, log)?;
            let kcadm = distribution.join("bin/kcadm.sh");
            Ok(Self { child, input, url, origin: origin.to_owned(), realm, kcadm })
        })
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Keycloak's own tool for administrators.
    pub(crate) fn kcadm(&self) -> &Path {
        &self.kcadm
    }

    /// The name of its realm.
    pub fn realm(&self) -> &str {
        &self.realm.name
    }

    /// What Bursar's environment needs for users to sign in here.
    pub(crate) fn variables(&self) -> Result<[(&'static str, String); 6]> {
        let client = self.realm.bursar()?;
        Ok([
            ("IDP_PROVIDER", "keycloak".to_owned()),
            ("OIDC_ISSUER_URL", format!("{}/realms/{}", self.url, self.realm.name)),
            ("OIDC_CLIENT_ID", client.client_id.clone()),
            ("OIDC_CLIENT_SECRET", client.secret.clone()),
            ("BURSAR_PUBLIC_URL", self.origin.clone()),
            ("BURSAR_SECRET_KEY", SECRET_KEY.to_owned()),
        ])
    }

    /// Says where it is and who signs in with what.
    pub(crate) fn greet(&self) -> Result<()> {
        let (name, password) = ADMINISTRATOR;
        println!("Keycloak answers on {}; its own console is opened by {name} with {password}", self.url);
        println!("In the realm {} these users have a password:", self.realm.name);
        for line in self.realm.people() {
            println!("{line}");
        }
        println!("Its button \"Company account\" leads to another realm, as Microsoft Entra ID would be:");
        for line in Realm::read(COMPANY)?.people() {
            println!("{line}");
        }
        println!("Bursar signs users in there with");
        for (name, value) in self.variables()? {
            println!("  {name}={value}");
        }
        Ok(())
    }

    /// Lets it live as long as the program that `command` becomes, which gets an input that never says anything.
    pub(crate) fn outlive_me_in(mut self, command: &mut Command) {
        if let Some(input) = self.input.take() {
            command.stdin(input);
        }
    }

    /// Returns when it has ended.
    fn wait(mut self) -> Result<()> {
        self.child.wait().context("waiting for Keycloak")?;
        Ok(())
    }
}

impl Drop for Keycloak {
    fn drop(&mut self) {
        if let Some(input) = self.input.take() {
            drop(input);
            if self.child.wait().is_err() {
                eprintln!("warning: Keycloak could not be stopped");
            }
        }
    }
}

/// `cargo xtask keycloak`: runs until a signal.
pub(crate) fn run(steps: &mut Steps, origin: &str, port: u16) -> Result<()> {
    let keycloak = Keycloak::start(steps, origin, port)?;
    steps.summary();
    keycloak.greet()?;
    keycloak.wait()
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A folder for the data of one run, with the realms to be imported.
fn home(distribution: &Path) -> Result<PathBuf> {
    let home = paths::target().join("xtask").join(format!("keycloak-{}", std::process::id()));
    let import = home.join("data/import");
    std::fs::create_dir_all(&import).with_context(|| format!("creating {}", import.display()))?;
    for name in [BURSAR, COMPANY] {
        let copied = std::fs::copy(realm::file(name), import.join(realm::file_name(name)));
        copied.with_context(|| format!("copying the realm {name}"))?;
    }
    for name in SHARED {
        symlink(distribution.join(name), home.join(name)).with_context(|| format!("linking {name}"))?;
    }
    Ok(home)
}

/// Waits until Keycloak writes where it listens, which it does when the realm is there.
fn address(child: &mut Child, mut log: File) -> Result<String> {
    let start = Instant::now();
    let mut said = String::new();
    loop {
        let ended = child.try_wait()?.is_some();
        log.read_to_string(&mut said)?;
        let line = said.split_once("Listening on: ").and_then(|(_, rest)| rest.split_once('\n'));
        if let Some((url, _)) = line {
            return Ok(url.trim().to_owned());
        }
        if ended || start.elapsed() > PATIENCE {
            eprintln!("{said}");
            bail!("Keycloak did not start; what it said stands above");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
