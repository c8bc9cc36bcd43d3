//! The stylesheet: Tailwind's own compiler over the classes that the sources of `app` use, then minified.
//!
//! Only the build tool depends on this crate; nothing of it reaches the browser or the server.

mod engine;
mod minify;
mod npm;
mod scan;

pub use engine::Engine;
pub use minify::minify;
pub use npm::{Package, PackageError, cache_folder};
pub use scan::{Classes, ScanError, scan};

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The parts of our own stylesheet, by the name under which `tailwind.css` imports them.
const PARTS: [&str; 3] = ["tokens.css", "base.css", "utilities.css"];

/// What the stylesheet consists of: a file to be served under exactly this name, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// `<stem>.<first 8 bytes of the SHA-256 in hex>.<extension>`
    pub name: String,
    /// The content.
    pub bytes: Vec<u8>,
}

impl Asset {
    /// Names `bytes` after `file` and their hash.
    #[must_use]
    pub fn hashed(file: &str, bytes: Vec<u8>) -> Self {
        let digest = Sha256::digest(&bytes);
        let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let (stem, extension) = file.rsplit_once('.').unwrap_or((file, "bin"));
        Self { name: format!("{stem}.{hash}.{extension}"), bytes }
    }
}

/// The built stylesheet and the fonts it loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stylesheet {
    /// The minified CSS; its font addresses are relative to itself.
    pub css: Asset,
    /// The font files, in the order of their names.
    pub fonts: Vec<Asset>,
}

/// Why there is no stylesheet.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Tailwind's package could not be used.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A file of the tree could not be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A Rust source could not be read as such.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// Tailwind refused the stylesheet.
    #[error("Tailwind: {0}")]
    Tailwind(String),
    /// The minifier refused what Tailwind wrote.
    #[error("minifying the stylesheet: {0}")]
    Minify(String),
    /// Classes that Tailwind does not know, each with the file it stands in.
    #[error("classes that do not exist:\n{}Use a token or utility of style/tailwind.css, or define the class there with @utility.", list(.0))]
    UnknownClasses(Vec<(String, PathBuf)>),
}

fn list(classes: &[(String, PathBuf)]) -> String {
    classes.iter().map(|(class, path)| format!("  {class}  in {}\n", path.display())).collect()
}

/// Builds the stylesheet of the workspace at `root` with the Tailwind package that `style/tailwindcss.toml` names.
///
/// # Errors
/// When the package is not in the cache or not the right one, a source cannot be read, or a class does not exist.
pub fn build(root: &Path) -> Result<Stylesheet, Error> {
    let folder = root.join("style");
    let package = Package::named_in(&folder.join("tailwindcss.toml"))?;
    let entry = read(&folder.join("tailwind.css"))?;
    let mut imports = BTreeMap::new();
    for part in PARTS {
        imports.insert(format!("./{part}"), read(&folder.join(part))?);
    }
    let engine = Engine::start(&package, &entry, imports)?;
    let folders: Vec<PathBuf> = engine.sources()?.iter().map(|source| folder.join(source)).collect();
    let classes = scan(&folders)?;
    let unknown = engine.unknown(classes.strict.keys())?;
    if !unknown.is_empty() {
        return Err(Error::UnknownClasses(classes.places(&unknown, root)));
    }
    let mut css = minify(&engine.build(&classes.words)?)?;
    let fonts = fonts(&folder.join("fonts"), &mut css)?;
    Ok(Stylesheet { css: Asset::hashed("bursar.css", css.into_bytes()), fonts })
}

/// The fonts under their hashed names, which take the place of the plain ones in `css`.
fn fonts(folder: &Path, css: &mut String) -> Result<Vec<Asset>, Error> {
    let failed = |source| Error::Read { path: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".woff2") {
            files.push(name);
        }
    }
    files.sort();
    let mut assets = Vec::new();
    for name in files {
        let path = folder.join(&name);
        let bytes = std::fs::read(&path).map_err(|source| Error::Read { path, source })?;
        let asset = Asset::hashed(&name, bytes);
        *css = css.replace(&format!("fonts/{name}"), &asset.name);
        assets.push(asset);
    }
    Ok(assets)
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}
