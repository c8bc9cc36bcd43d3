//! Keycloak's distribution: fetched from Maven Central, checked, unpacked and built once, then kept in the user's
//! cache folder.

use crate::fetch::{self, Pin};
use crate::steps::Steps;
use crate::{command, setup};
use anyhow::{Context, Result};
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

/// The folder of the distribution that was built for a database.
pub(super) fn folder(steps: &mut Steps, vendor: Vendor) -> Result<PathBuf> {
    let pin: Pin = fetch::pins("xtask/keycloak.toml")?;
    let folder = cache_folder().join(format!("keycloak-{}-{}", pin.version, vendor.name()));
    setup::program(steps, "java", &["openjdk-17-jre-headless"])?;
    if folder.exists() {
        return Ok(folder);
    }
    setup::program(steps, "unzip", &["unzip"])?;
    let zip = fetch::maven(steps, "org.keycloak", "keycloak-quarkus-dist", "zip", &pin)?;
    steps.step("Building Keycloak", || build(&zip, &pin, vendor, &folder))?;
    Ok(folder)
}

fn build(zip: &Path, pin: &Pin, vendor: Vendor, folder: &Path) -> Result<()> {
    // Another checkout may be doing the same: the first one wins, and both results are alike.
    let partial = cache_folder().join(format!("keycloak-{}.partial-{}", pin.version, std::process::id()));
    command::run(Command::new("unzip").arg("-q").arg(zip).arg("-d").arg(&partial))?;
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
