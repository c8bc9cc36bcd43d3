//! Packages of the npm registry, kept in the user's cache folder.

use crate::command;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;
use style::{Package, PackageError, cache_folder};

/// Fetches the package's tarball unless it is there, and checks it.
pub(crate) fn fetch(package: &Package) -> Result<()> {
    if let Err(PackageError::Missing { path, .. }) = package.read() {
        require()?;
        let folder = cache_folder();
        std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        command::output(Command::new("npm").args(["pack", "--silent", &package.spec()]).current_dir(&folder))
            .with_context(|| {
                format!("Without a network, lay the file of `npm pack {}` at {}", package.spec(), path.display())
            })?;
    }
    package.read()?;
    Ok(())
}

/// The folder of the unpacked package.
pub(crate) fn unpacked(package: &Package) -> Result<PathBuf> {
    fetch(package)?;
    let folder = cache_folder().join(format!("{}-{}", package.name, package.version));
    if !folder.exists() {
        let partial = folder.with_extension("partial");
        std::fs::create_dir_all(&partial)?;
        let tar = ["--strip-components=1", "-xzf"];
        command::run(Command::new("tar").args(tar).arg(package.tarball()).arg("-C").arg(&partial))?;
        std::fs::rename(&partial, &folder)?;
    }
    Ok(folder)
}

/// Fails with what to do when there is no npm.
pub(crate) fn require() -> Result<()> {
    if command::find("npm").is_none() {
        bail!("npm is missing. Install Node.js 18 or newer with npm, on Debian: apt-get install nodejs npm");
    }
    Ok(())
}
