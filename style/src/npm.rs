//! Packages of the npm registry, kept as the tarball they come in and checked against the digest the project names.

use base64::Engine as _;
use serde::Deserialize;
use sha2::{Digest, Sha512};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// One version of one package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The package's name; not a scoped one.
    pub name: String,
    /// The exact version.
    pub version: String,
    /// The registry's `dist.integrity`: `sha512-` and the digest in base64.
    pub integrity: String,
}

/// Why a package cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The file that names the package is missing or malformed.
    #[error("{path}: {reason}")]
    Pin {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The tarball is not there.
    #[error("{path} is missing. Fetch it with `cargo xtask setup`, or lay the file of `npm pack {spec}` there.")]
    Missing {
        /// Where the tarball belongs.
        path: PathBuf,
        /// What npm calls it.
        spec: String,
    },
    /// The tarball is not the one that the project names.
    #[error("{path} is not the expected package (its SHA-512 differs). Delete it and run `cargo xtask setup`.")]
    Digest {
        /// The tarball.
        path: PathBuf,
    },
    /// The tarball cannot be unpacked, or lacks a file.
    #[error("{path}: {reason}")]
    Content {
        /// The tarball.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Package {
    /// Reads the three fields from a TOML file.
    ///
    /// # Errors
    /// When the file is missing or has other fields.
    pub fn named_in(path: &Path) -> Result<Self, PackageError> {
        let pin = |reason: String| PackageError::Pin { path: path.to_owned(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| pin(error.to_string()))?;
        toml::from_str(&text).map_err(|error| pin(error.to_string()))
    }

    /// What npm calls this version.
    #[must_use]
    pub fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Where the tarball lies: in the user's cache folder, under the name that `npm pack` gives it.
    #[must_use]
    pub fn tarball(&self) -> PathBuf {
        cache_folder().join(format!("{}-{}.tgz", self.name, self.version))
    }

    /// The tarball's bytes, after checking them.
    ///
    /// # Errors
    /// When it is missing or its digest differs.
    pub fn read(&self) -> Result<Vec<u8>, PackageError> {
        let path = self.tarball();
        let Ok(bytes) = std::fs::read(&path) else {
            return Err(PackageError::Missing { path, spec: self.spec() });
        };
        let digest = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(&bytes));
        if self.integrity != format!("sha512-{digest}") {
            return Err(PackageError::Digest { path });
        }
        Ok(bytes)
    }

    /// The text of the named `files`, as paths inside the package.
    ///
    /// # Errors
    /// As [`Package::read`], and when a file is not in the package.
    pub fn files(&self, files: &[&str]) -> Result<BTreeMap<String, String>, PackageError> {
        let bytes = self.read()?;
        let content = |reason: String| PackageError::Content { path: self.tarball(), reason };
        let mut found = BTreeMap::new();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        for entry in archive.entries().map_err(|error| content(error.to_string()))? {
            let mut entry = entry.map_err(|error| content(error.to_string()))?;
            let path = entry.path().map_err(|error| content(error.to_string()))?.to_string_lossy().into_owned();
            let Some(name) = path.strip_prefix("package/").filter(|name| files.contains(name)) else { continue };
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|error| content(error.to_string()))?;
            found.insert(name.to_owned(), text);
        }
        match files.iter().find(|file| !found.contains_key(**file)) {
            Some(file) => Err(content(format!("there is no {file} in it"))),
            None => Ok(found),
        }
    }
}

/// Where downloads are kept between builds: `bursar` in `$XDG_CACHE_HOME`, else in `~/.cache`.
#[must_use]
pub fn cache_folder() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    base.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache")).join("bursar")
}
