//! The access matrix that operators declare in a file.

mod check;
mod declaration;
mod problem;

pub use problem::{Fault, Problem, Problems};

use check::Check;
use declaration::Declaration;
use domain::access_matrix::Matrix;

/// Reads a declaration.
///
/// # Errors
/// Everything that is wrong with it, each with its line and column. Where the text is no YAML of the right shape, only
/// the first fault is known.
pub fn read(yaml: &str) -> Result<Matrix, Problems> {
    let declaration = Declaration::parse(yaml).map_err(|problem| Problems(vec![problem]))?;
    let mut check = Check::default();
    let matrix = check.matrix(declaration);
    check.finish().map(|()| matrix)
}

#[cfg(test)]
mod tests;
