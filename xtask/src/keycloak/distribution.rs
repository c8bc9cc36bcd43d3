//! Keycloak's distribution: fetched from Maven Central, checked, unpacked and built once, then kept in the user's
//! cache folder.

use crate::steps::Steps;
use crate::{command, paths, setup};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use style::cache_folder;

/// Where Keycloak keeps what it knows, which is fixed when it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendor {
    /// Nowhere: it is gone with the process.
    Memory,
    /// On a Postgres.
    Postgres,
}

impl Vendor {
    /// As Keycloak calls it.
    const fn name(self) -> &'static str {
        match self {
            Self::Memory => "dev-mem",
            Self::Postgres => "postgres",
        }
    }
}

/// Which distribution.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pin {
    version: String,
    sha256: String,
}

impl Pin {
    fn read() -> Result<Self> {
        let path = paths::root().join("xtask/keycloak.toml");
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("reading {}", path.display()))
    }

    fn artifact(&self) -> String {
        format!("org.keycloak:keycloak-quarkus-dist:{}:zip", self.version)
    }

    /// Where the file lies, under the name that Maven gives it.
    fn zip(&self) -> PathBuf {
        cache_folder().join(format!("keycloak-quarkus-dist-{}.zip", self.version))
    }
}

/// The folder of the distribution that was built for a database.
pub(super) fn folder(steps: &mut Steps, vendor: Vendor) -> Result<PathBuf> {
    let pin = Pin::read()?;
    let folder = cache_folder().join(format!("keycloak-{}-{}", pin.version, vendor.name()));
    setup::program(steps, "java", &["openjdk-17-jre-headless"])?;
    if folder.exists() {
        return Ok(folder);
    }
    setup::program(steps, "mvn", &["maven"])?;
    setup::program(steps, "unzip", &["unzip"])?;
    if !pin.zip().exists() {
        steps.step("Fetching Keycloak", || fetch(&pin))?;
    }
    steps.step("Building Keycloak", || build(&pin, vendor, &folder))?;
    Ok(folder)
}

fn fetch(pin: &Pin) -> Result<()> {
    let mut maven = Command::new("mvn");
    maven.args(["--quiet", "--batch-mode", "dependency:copy"]).arg(format!("-Dartifact={}", pin.artifact()));
    maven.arg(format!("-DoutputDirectory={}", cache_folder().display()));
    command::run(&mut maven).with_context(|| {
        format!("Without a network, lay Maven Central's {} at {}", pin.artifact(), pin.zip().display())
    })
}

fn build(pin: &Pin, vendor: Vendor, folder: &Path) -> Result<()> {
    check(&pin.zip(), &pin.sha256)?;
    // Another checkout may be doing the same: whoever is first wins, and both results are alike.
    let partial = cache_folder().join(format!("keycloak-{}.partial-{}", pin.version, std::process::id()));
    command::run(Command::new("unzip").arg("-q").arg(pin.zip()).arg("-d").arg(&partial))?;
    let unpacked = partial.join(format!("keycloak-{}", pin.version));
    let mut build = Command::new(unpacked.join("bin/kc.sh"));
    command::run(build.arg("build").arg(format!("--db={}", vendor.name())).stdout(Stdio::null()))?;
    if let Err(fault) = std::fs::rename(&unpacked, folder)
        && !folder.exists()
    {
        return Err(fault).with_context(|| format!("moving Keycloak to {}", folder.display()));
    }
    std::fs::remove_dir_all(&partial).with_context(|| format!("removing {}", partial.display()))
}

fn check(zip: &Path, sha256: &str) -> Result<()> {
    let mut hasher = Sha256::new();
    let mut file = File::open(zip).with_context(|| format!("reading {}", zip.display()))?;
    std::io::copy(&mut file, &mut hasher)?;
    let digest: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if digest != sha256 {
        bail!("{} is not the expected file (its SHA-256 differs). Delete it and try again", zip.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pin_is_whole_and_another_file_is_refused() {
        assert_eq!(Pin::read().unwrap().sha256.len(), 64);
        let refused = check(&paths::root().join("README.md"), &Pin::read().unwrap().sha256).unwrap_err();
        assert!(refused.to_string().contains("SHA-256 differs"), "{refused}");
    }
}
