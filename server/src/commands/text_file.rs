//! Files that the configuration names.

use domain::csv::BYTE_ORDER_MARK;
use std::io;
use std::path::Path;

/// The text without a byte order mark, which some editors write: JSON has none.
pub(super) fn read(file: &Path) -> io::Result<String> {
    let text = std::fs::read_to_string(file)?;
    Ok(text.strip_prefix(BYTE_ORDER_MARK).map(str::to_owned).unwrap_or(text))
}
