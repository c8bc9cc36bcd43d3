//! `bursar access-matrix`

mod live;

use super::{CommandError, text_file};
use crate::cli::{AccessMatrix, MatrixFormat};
use crate::config::{Config, FilePath};
use domain::access_matrix::{Matrix, RealmFile, csv, markdown};
use services::access_matrix::{self, Problems};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the access matrix cannot be printed or shown.
#[derive(Debug, thiserror::Error)]
pub enum AccessMatrixError {
    /// Neither an option nor a variable names the file.
    #[error("There is no declaration. Name it by --declaration, or set BURSAR_ACCESS_MATRIX.")]
    NoDeclaration,
    /// The file cannot be read.
    #[error("{file}: {source}", file = .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// The declaration is wrong.
    #[error("{}", .problems.in_file(&.file.to_string_lossy()).collect::<Vec<_>>().join("\n"))]
    Declaration {
        /// Its file.
        file: PathBuf,
        /// What is wrong, each with line and column.
        problems: Problems,
    },
    /// The realm's file is not one.
    #[error("{file} is not the export or the template of a realm: {source}", file = .file.display())]
    RealmFile {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The realm's file and the declaration disagree.
    #[error("Differences between the declaration and the realm's file: {0}. They are listed above.")]
    Differences(usize),
    /// No address of Keycloak.
    #[error("The address of Keycloak is missing. Give BASE_URL or --url, or set EXTERNAL_URL or KEYCLOAK_ADMIN_URL.")]
    NoAddress,
    /// `EXTERNAL_URL` is not a web address.
    #[error("EXTERNAL_URL is not an address. It looks like https://platform.example.com.")]
    ExternalUrl,
    /// Anomalies of the severity that fails the command, or a higher one.
    #[error("Anomalies that fail the check: {0}. They are listed above.")]
    Anomalies(usize),
}

/// Prints the declared matrix, with what Keycloak says of it where that is wanted.
pub(super) async fn run(arguments: &AccessMatrix, config: &Config) -> Result<(), CommandError> {
    let file = arguments.declaration.as_deref().or(config.access_matrix.as_ref().map(FilePath::path));
    let matrix = read(file.ok_or(AccessMatrixError::NoDeclaration)?)?;
    if arguments.live {
        return live::run(arguments, config, &matrix).await;
    }
    if let Some(file) = &arguments.realm_file {
        return Ok(compare(file, &matrix)?);
    }
    print(&match arguments.format {
        MatrixFormat::Markdown => markdown(&matrix),
        MatrixFormat::Csv => csv(&matrix),
        MatrixFormat::Json => serde_json::to_string_pretty(&matrix)? + "\n",
    });
    Ok(())
}

/// A reader that closes the pipe, such as `head`, is no error.
fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

fn compare(file: &Path, matrix: &Matrix) -> Result<(), AccessMatrixError> {
    let realm = RealmFile::parse(&text_of(file)?);
    let realm = realm.map_err(|source| AccessMatrixError::RealmFile { file: file.to_owned(), source })?;
    let differences = realm.differences(matrix);
    print(&differences.iter().map(|difference| format!("{difference}\n")).collect::<String>());
    match differences.len() {
        0 => Ok(()),
        count => Err(AccessMatrixError::Differences(count)),
    }
}

/// The matrix that the configuration names, if it names one.
pub(super) fn configured(config: &Config) -> Result<Option<Arc<Matrix>>, AccessMatrixError> {
    config.access_matrix.as_ref().map(|file| read(file.path()).map(Arc::new)).transpose()
}

/// Reads the declaration in a file.
fn read(file: &Path) -> Result<Matrix, AccessMatrixError> {
    let matrix = access_matrix::read(&text_of(file)?);
    matrix.map_err(|problems| AccessMatrixError::Declaration { file: file.to_owned(), problems })
}

fn text_of(file: &Path) -> Result<String, AccessMatrixError> {
    text_file::read(file).map_err(|source| AccessMatrixError::File { file: file.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::csv::BYTE_ORDER_MARK;

    #[test]
    fn wrong_declaration_is_refused_with_file_line_and_column() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("m.yaml");
        let text = "title: Matrix\nrealms: {}\nresources: {}\ncolumns: [wiki]\nroles: {}\n";
        let expected = format!("{}:4:11: \"wiki\" is not declared under resources. [unknown_resource]", file.display());
        for mark in ["", BYTE_ORDER_MARK] {
            std::fs::write(&file, format!("{mark}{text}")).expect("written");
            assert_eq!(read(&file).expect_err("an unknown resource").to_string(), expected);
        }
    }

    #[test]
    fn realm_file_with_a_byte_order_mark_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("realm.json");
        std::fs::write(&file, format!("{BYTE_ORDER_MARK}{{\"realm\": \"main\"}}")).expect("written");
        let realm = RealmFile::parse(&text_of(&file).expect("a text")).expect("a realm");
        assert_eq!(realm.realm(), "main");
    }
}
