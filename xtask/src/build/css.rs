//! The stylesheet and its fonts.

use crate::paths::{self, Mode};
use crate::stamp::{self, Stamp};
use anyhow::{Context, Result};
use std::path::PathBuf;

/// Builds the stylesheet unless nothing changed, and returns the folder that holds it and its fonts, with their
/// final names. It is the same in both modes.
pub(crate) fn build(mode: Mode) -> Result<PathBuf> {
    let root = paths::root();
    let folder = paths::work(mode).join("css");
    let stamp = Stamp::of(paths::work(mode).join("css.stamp"), &[&root.join("style"), &root.join("app/src")])?;
    if stamp.is_current() {
        return Ok(folder);
    }
    stamp.clear();
    let sheet = style::build(root)?;
    std::fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    for old in stamp::sorted(&folder)? {
        std::fs::remove_file(old)?;
    }
    for asset in std::iter::once(&sheet.css).chain(&sheet.fonts) {
        std::fs::write(folder.join(&asset.name), &asset.bytes)?;
    }
    stamp.keep()?;
    Ok(folder)
}
