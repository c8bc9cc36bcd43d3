//! Where things lie in the working tree, and the two ways of building them.

use std::path::{Path, PathBuf};

/// How to build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Quick to build.
    Dev,
    /// Small and fast.
    Release,
}

impl Mode {
    /// [`Mode::Release`] when asked for.
    pub(crate) fn new(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    /// The name of the folder with this mode's intermediate results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

/// The workspace.
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// What the server serves.
pub fn site() -> PathBuf {
    target().join("site")
}

/// Results on the way to the site, and the stamps that tell whether they are current.
pub(crate) fn work(mode: Mode) -> PathBuf {
    target().join("xtask").join(mode.name())
}

/// The server's executable.
pub fn bursar(mode: Mode) -> PathBuf {
    let folder = match mode {
        Mode::Dev => "debug",
        Mode::Release => "release",
    };
    target().join(folder).join("bursar")
}
