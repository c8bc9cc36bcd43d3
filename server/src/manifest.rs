//! The list of built files, written by the build.

use app::request::Assets;
use std::path::{Path, PathBuf};

/// Why the built files cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Nothing was built, or elsewhere.
    #[error("Cannot read {}: {source}. Build the pages with `cargo xtask run`, or set BURSAR_SITE_DIR.", .path.display())]
    Missing {
        /// The file looked for.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// It was built by another version.
    #[error("{} does not fit this release: {source}. Build the pages again.", .path.display())]
    Wrong {
        /// The file read.
        path: PathBuf,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
}

/// Reads `manifest.json` in the folder of the built files.
///
/// # Errors
/// See [`ManifestError`].
pub fn read(site_dir: &Path) -> Result<Assets, ManifestError> {
    let path = site_dir.join("manifest.json");
    let text = std::fs::read(&path).map_err(|source| ManifestError::Missing { path: path.clone(), source })?;
    serde_json::from_slice(&text).map_err(|source| ManifestError::Wrong { path, source })
}
