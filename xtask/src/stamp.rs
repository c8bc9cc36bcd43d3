//! Whether a step's inputs are those of the last time.

use anyhow::{Context, Result};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// A step's inputs, boiled down.
pub struct Stamp {
    file: PathBuf,
    value: String,
}

impl Stamp {
    /// The stamp kept in `file` for `inputs`, which are files or folders. This tool itself is always one of them.
    pub(crate) fn of(file: PathBuf, inputs: &[&Path]) -> Result<Self> {
        let tool = std::env::current_exe()?;
        let inputs: Vec<_> = inputs.iter().copied().chain([tool.as_path()]).collect();
        Self::of_inputs(file, &inputs)
    }

    /// As [`Stamp::of`], for what does not depend on this tool.
    pub fn of_inputs(file: PathBuf, inputs: &[&Path]) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        for input in inputs {
            add(input, &mut hasher).with_context(|| format!("reading {}", input.display()))?;
        }
        Ok(Self { file, value: format!("{:016x}", hasher.finish()) })
    }

    /// Whether the step was done with the same inputs.
    pub fn is_current(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|value| value == self.value)
    }

    /// Forgets that the step was done, before it is done again.
    pub(crate) fn clear(&self) {
        // It need not have been there.
        let _ = std::fs::remove_file(&self.file);
    }

    /// Remembers that the step was done with these inputs.
    pub fn keep(&self) -> Result<()> {
        std::fs::write(&self.file, &self.value).with_context(|| format!("writing {}", self.file.display()))
    }
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if path.is_dir() {
        for entry in sorted(path)? {
            entry.file_name().hash(hasher);
            add(&entry, hasher)?;
        }
    } else {
        hasher.write(&std::fs::read(path)?);
    }
    Ok(())
}

/// The entries of a folder in the order of their names.
pub(crate) fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
