//! `wasm-opt` of npm's `binaryen`, which is itself compiled to wasm and runs in Node.

use crate::{command, npm, paths, stamp};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use style::Package;

/// Only what browsers of the last years have: with all features the module asks for what they refuse.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-multivalue",
    "--enable-extended-const",
];

/// Makes every wasm file in `folder` smaller.
pub(crate) fn folder(folder: &Path) -> Result<()> {
    let binaryen = Package::named_in(&paths::root().join("xtask/binaryen.toml"))?;
    let program = npm::unpacked(&binaryen)?.join("bin/wasm-opt");
    for file in stamp::sorted(folder)? {
        if file.extension().is_some_and(|extension| extension == "wasm") {
            let small = file.with_extension("small");
            let mut wasm_opt = Command::new("node");
            wasm_opt.arg(&program).arg("-Oz").args(FEATURES).arg(&file).arg("-o").arg(&small);
            command::run(&mut wasm_opt)?;
            std::fs::rename(&small, &file).with_context(|| format!("replacing {}", file.display()))?;
        }
    }
    Ok(())
}
