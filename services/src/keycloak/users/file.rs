//! Users in a CSV file, as spreadsheets write one (RFC 4180, and what they do in its place).

use super::Reason;
use domain::claims::ClaimRules;
use domain::csv::BYTE_ORDER_MARK;
use domain::keycloak_user::{CellProblem, Column, KeycloakUserDraft};
use std::collections::HashMap;

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in the file, from 1; of a row with line breaks in quotes the first one.
    pub line: u64,
    /// The cell of the user name.
    pub username: String,
    /// What it says, or every reason why nothing is sent.
    pub draft: Result<KeycloakUserDraft, Vec<Reason>>,
}

/// Why no row can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// Another encoding.
    #[error("Line {line} is not UTF-8. Save the file as \"CSV UTF-8\".")]
    Encoding {
        /// The first such line.
        line: usize,
    },
    /// Nothing in it.
    #[error("The file is empty. Its first line names the columns: {}.", columns())]
    Empty,
    /// A heading that means nothing here; it may be misspelled.
    #[error("Line 1: no column is called \"{heading}\". The columns are {}.", columns())]
    UnknownColumn {
        /// As it stands there.
        heading: String,
    },
    /// A heading stands there twice.
    #[error("Line 1: the column {} stands there twice.", .0.key())]
    RepeatedColumn(Column),
    /// A required heading is not there.
    #[error("Line 1: the column {} is missing.", .0.key())]
    MissingColumn(Column),
}

fn columns() -> String {
    Column::ALL.map(Column::key).join(", ")
}

/// Reads a file.
///
/// # Errors
/// Its encoding or its first line is wrong. Problems of a row stand at the row.
pub fn read(bytes: &[u8], rules: &ClaimRules) -> Result<Vec<Row>, FileProblem> {
    let text = text(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut lines = Lines { text: &text, at: 0, line: 1 };
    let mut records = reader.records().filter_map(|record| {
        // Reading text from memory does not fail.
        let record = record.ok()?;
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        record.iter().any(|cell| !cell.trim().is_empty()).then_some((line, record))
    });
    let (_, headings) = records.next().ok_or(FileProblem::Empty)?;
    let columns = headings_of(&headings)?;
    let (mut rows, mut seen) = (Vec::new(), HashMap::new());
    for (line, record) in records {
        let cell =
            |column| columns.iter().position(|at| *at == column).and_then(|at| record.get(at)).unwrap_or_default();
        let draft = if record.len() == columns.len() {
            let problems = |problems: Vec<CellProblem>| problems.into_iter().map(Reason::Cell).collect();
            KeycloakUserDraft::parse(cell, rules).map_err(problems)
        } else {
            Err(vec![Reason::CellCount { cells: record.len(), headings: columns.len() }])
        };
        for column in [Column::Username, Column::Email] {
            // As Keycloak is told, so that two spellings of one name are the same.
            let value = match (&draft, column) {
                (Ok(draft), Column::Username) => draft.username.as_str(),
                (Ok(draft), _) => draft.email.as_str(),
                (Err(_), _) => cell(column).trim(),
            };
            let value = value.to_lowercase();
            if !value.is_empty() {
                seen.entry((column, value)).or_insert_with(Vec::new).push(rows.len());
            }
        }
        rows.push(Row { line, username: cell(Column::Username).trim().to_owned(), draft });
    }
    refuse_repeated(&mut rows, &seen);
    Ok(rows)
}

/// The text without a byte order mark. Only very old spreadsheets end lines with a carriage return alone.
fn text(bytes: &[u8]) -> Result<String, FileProblem> {
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let before = bytes.get(..fault.valid_up_to()).unwrap_or_default();
        FileProblem::Encoding { line: before.iter().filter(|byte| **byte == b'\n').count() + 1 }
    })?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    Ok(if text.contains('\n') { text.to_owned() } else { text.replace('\r', "\n") })
}

/// What stands between the headings; none of them contains it.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    [b';', b'\t'].into_iter().find(|delimiter| first.contains(char::from(*delimiter))).unwrap_or(b',')
}

fn headings_of(record: &csv::StringRecord) -> Result<Vec<Column>, FileProblem> {
    let mut columns = Vec::new();
    for heading in record {
        let unknown = || FileProblem::UnknownColumn { heading: heading.to_owned() };
        let column = Column::parse(heading).ok_or_else(unknown)?;
        if columns.contains(&column) {
            return Err(FileProblem::RepeatedColumn(column));
        }
        columns.push(column);
    }
    match Column::REQUIRED.into_iter().find(|column| !columns.contains(column)) {
        Some(missing) => Err(FileProblem::MissingColumn(missing)),
        None => Ok(columns),
    }
}

/// Refuses every row whose user name or address another row has.
fn refuse_repeated(rows: &mut [Row], seen: &HashMap<(Column, String), Vec<usize>>) {
    for column in [Column::Username, Column::Email] {
        let repeated = seen.iter().filter(|((at, _), places)| *at == column && places.len() > 1);
        for places in repeated.map(|(_, places)| places) {
            for place in places {
                let other = places.iter().find(|other| *other != place).and_then(|other| rows.get(*other));
                let problem = other.map(|other| Reason::Repeated { column, line: other.line });
                let (Some(problem), Some(row)) = (problem, rows.get_mut(*place)) else { continue };
                match &mut row.draft {
                    Err(problems) => problems.push(problem),
                    Ok(_) => row.draft = Err(vec![problem]),
                }
            }
        }
    }
}

/// Counts lines while places in the text go up. The reader counts empty lines before a record as part of it.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that begins at a byte.
    fn of(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        let rest = self.text.get(byte..).unwrap_or_default();
        let start = byte + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        let passed = self.text.get(self.at..start).unwrap_or_default();
        self.line += passed.bytes().map(|byte| u64::from(byte == b'\n')).sum::<u64>();
        self.at = start;
        self.line
    }
}

#[cfg(test)]
mod tests;
