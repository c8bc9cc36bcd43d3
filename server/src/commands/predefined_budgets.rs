//! The file of predefined budgets.

use super::text_file;
use crate::config::{Config, FilePath};
use services::budgets::predefined::{self, PredefinedBudget, Problem};
use std::io;
use std::path::{Path, PathBuf};

/// Why the predefined budgets cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PredefinedBudgetsError {
    /// The file cannot be read.
    #[error("{file}: {source}", file = .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// The file is wrong.
    #[error("{}", .problems.iter().map(|problem| format!("{}:{problem}", .file.display())).collect::<Vec<_>>().join("\n"))]
    Problems {
        /// Which.
        file: PathBuf,
        /// What is wrong, each with line and column.
        problems: Vec<Problem>,
    },
}

/// The budgets of the file that the configuration names; none without one.
pub(super) fn configured(config: &Config) -> Result<Vec<PredefinedBudget>, PredefinedBudgetsError> {
    config.predefined_budgets.as_ref().map(FilePath::path).map_or_else(|| Ok(Vec::new()), read)
}

fn read(file: &Path) -> Result<Vec<PredefinedBudget>, PredefinedBudgetsError> {
    let text = text_file::read(file);
    let text = text.map_err(|source| PredefinedBudgetsError::File { file: file.to_owned(), source })?;
    predefined::read(&text).map_err(|problems| PredefinedBudgetsError::Problems { file: file.to_owned(), problems })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_file_is_refused_with_its_name_line_and_column() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("budgets.yaml");
        let missing = read(&file).expect_err("no file").to_string();
        assert!(missing.starts_with(&file.display().to_string()), "{missing}");
        let budget =
            "{budget_id: a, name: A, soft_budget: 9, max_budget: 8, budget_duration: 30d, budget_category: cli}";
        std::fs::write(&file, format!("predefined_budgets:\n- {budget}\n")).expect("written");
        let wrong = read(&file).expect_err("crossed limits").to_string();
        assert!(wrong.starts_with(&format!("{}:2:40: ", file.display())), "{wrong}");
    }
}
