//! The folder that the server serves: files under names that change with their content, each with its brotli twin.

use crate::paths::{self, Mode};
use crate::stamp::sorted;
use anyhow::{Context, Result, anyhow};
use brotli::enc::BrotliEncoderParams;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use style::Asset;

/// How hard brotli tries: what changes with every edit is compressed quickly in development.
const QUICK: i32 = 4;
const BEST: i32 = 11;

/// A site being laid out.
pub(crate) struct Site {
    mode: Mode,
    assets: PathBuf,
    current: BTreeSet<PathBuf>,
}

impl Site {
    /// The site in its usual place.
    pub(crate) fn new(mode: Mode) -> Self {
        Self { mode, assets: paths::site().join("assets"), current: BTreeSet::new() }
    }

    /// Writes the files of the folders `stylesheet` and `package`, the brand, and then `manifest.json`, which tells
    /// the server their addresses. What an earlier build left behind goes.
    pub(crate) fn publish(mut self, stylesheet: &Path, package: &Path) -> Result<()> {
        let mut sheet = None;
        let mut fonts = Vec::new();
        for file in sorted(stylesheet)? {
            let address = self.add(&name(&file), &std::fs::read(&file)?, BEST)?;
            if address.ends_with(".css") {
                sheet = Some(address);
            } else if !address.contains("-ext.") {
                // The letters of few names are fetched when one of them stands on the page.
                fonts.push(address);
            }
        }
        let package = self.add_package(package)?;
        let mark = std::fs::read(paths::root().join("style/brand/mark.svg")).context("reading the brand")?;
        let mark = Asset::hashed("mark.svg", mark);
        let manifest = json!({
            "stylesheet": sheet.ok_or_else(|| anyhow!("the stylesheet was not built"))?,
            "script": format!("{package}/app.js"),
            "wasm": format!("{package}/app_bg.wasm"),
            "icon": self.add(&mark.name, &mark.bytes, BEST)?,
            "fonts": fonts,
        });
        let path = paths::site().join("manifest.json");
        let text = format!("{manifest:#}\n");
        if std::fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        self.remove_old(&self.assets)
    }

    /// The wasm package goes into a folder named after its content, because its files know each other by name.
    fn add_package(&mut self, package: &Path) -> Result<String> {
        let mut files = Vec::new();
        collect(package, &mut files)?;
        let mut hasher = Sha256::new();
        let mut contents = Vec::new();
        for file in files {
            let bytes = std::fs::read(&file)?;
            let name = file.strip_prefix(package)?.to_string_lossy().into_owned();
            hasher.update(name.as_bytes());
            hasher.update(&bytes);
            contents.push((name, bytes));
        }
        let hash: String = hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let quality = if self.mode == Mode::Release { BEST } else { QUICK };
        for (name, bytes) in contents {
            self.add(&format!("pkg/{hash}/{name}"), &bytes, quality)?;
        }
        Ok(format!("/assets/pkg/{hash}"))
    }

    /// Writes one file and its compressed twin, unless they are there already, and returns its address.
    fn add(&mut self, name: &str, bytes: &[u8], quality: i32) -> Result<String> {
        let path = self.assets.join(name);
        let twin = path.with_file_name(format!("{}.br", self::name(&path)));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        }
        // The plain file comes last: where it stands, its twin does too.
        if !path.exists() {
            if !name.ends_with(".woff2") {
                std::fs::write(&twin, compressed(bytes, quality)?)?;
            }
            std::fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))?;
        }
        self.current.extend([path, twin]);
        Ok(format!("/assets/{name}"))
    }

    fn remove_old(&self, folder: &Path) -> Result<()> {
        for path in sorted(folder)? {
            if path.is_dir() {
                self.remove_old(&path)?;
                // It stays while something current is in it.
                let _ = std::fs::remove_dir(&path);
            } else if !self.current.contains(&path) {
                std::fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for path in sorted(folder)? {
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn compressed(mut bytes: &[u8], quality: i32) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams { quality, lgwin: 22, ..BrotliEncoderParams::default() };
    let mut output = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut output, &parameters).context("compressing")?;
    Ok(output)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
