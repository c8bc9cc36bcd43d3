//! Files that are fetched once into the user's cache folder, at a pinned version with a known checksum.

use crate::steps::Steps;
use crate::{command, paths, setup};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use style::cache_folder;

/// Which version of a file, and what is in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pin {
    pub(crate) version: String,
    pub(crate) sha256: String,
}

/// Reads a file of pins.
pub(crate) fn pins<T: DeserializeOwned>(path: &str) -> Result<T> {
    let path = paths::root().join(path);
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("reading {}", path.display()))
}

/// An artifact of Maven Central, checked, under the name that Maven gives it.
pub(crate) fn maven(steps: &mut Steps, group: &str, artifact: &str, kind: &str, pin: &Pin) -> Result<PathBuf> {
    let file = cache_folder().join(format!("{artifact}-{}.{kind}", pin.version));
    if !file.exists() {
        let coordinates = format!("{group}:{artifact}:{}:{kind}", pin.version);
        setup::program(steps, "mvn", &["maven"])?;
        steps.step(&format!("Fetching {coordinates}"), || {
            let mut maven = Command::new("mvn");
            maven.args(["--quiet", "--batch-mode", "dependency:copy"]).arg(format!("-Dartifact={coordinates}"));
            maven.arg(format!("-DoutputDirectory={}", cache_folder().display()));
            command::run(&mut maven)
                .with_context(|| format!("Without a network, lay Maven Central's {coordinates} at {}", file.display()))
        })?;
    }
    check(&file, &pin.sha256)?;
    Ok(file)
}

/// Checks that a file is the expected one.
pub(crate) fn check(file: &Path, sha256: &str) -> Result<()> {
    let mut hasher = Sha256::new();
    let mut opened = File::open(file).with_context(|| format!("reading {}", file.display()))?;
    std::io::copy(&mut opened, &mut hasher)?;
    let digest: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if digest != sha256 {
        bail!("{} is not the expected file (its SHA-256 differs). Delete it and try again", file.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_than_the_pinned_one_is_refused() {
        let refused = check(&paths::root().join("README.md"), &"0".repeat(64)).unwrap_err();
        assert!(refused.to_string().contains("SHA-256 differs"), "{refused}");
    }
}
