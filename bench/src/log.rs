//! What Postgres says about each statement it ran: text, parameters and time.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

/// The log of Postgres, read piece by piece.
pub(crate) struct Log {
    path: PathBuf,
    place: u64,
}

/// One statement as it was run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    /// The process of Postgres that ran it: a connection each.
    pub(crate) process: String,
    pub(crate) sql: String,
    /// As SQL literals, in the order of `$1`, `$2`, ...
    pub(crate) parameters: Vec<String>,
    /// Parsing, planning and running.
    pub(crate) millis: f64,
}

impl Log {
    /// From its present end.
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        let place = std::fs::metadata(&path).with_context(|| format!("reading {}", path.display()))?.len();
        Ok(Self { path, place })
    }

    /// The statements since the last call.
    pub(crate) fn statements(&mut self) -> Result<Vec<Statement>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.place))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        self.place += bytes.len() as u64;
        Ok(read(&String::from_utf8_lossy(&bytes)))
    }
}

/// Puts the steps of the protocol together: parse, bind and execute of one statement follow each other on a connection.
fn read(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut before: BTreeMap<String, f64> = BTreeMap::new();
    for Entry { process, message } in entries(text) {
        let (head, detail) = message.split_once("\nDETAIL").unwrap_or((&message, ""));
        let Some((millis, step, sql)) = duration(head) else { continue };
        if step == "parse" || step == "bind" {
            *before.entry(process).or_default() += millis;
            continue;
        }
        let millis = before.remove(&process).unwrap_or_default() + millis;
        let parameters = detail.split_once("arameters: ").map(|(_, list)| literals(list)).unwrap_or_default();
        statements.push(Statement { process, sql: sql.to_owned(), parameters, millis });
    }
    statements
}

/// A message with its details.
struct Entry {
    process: String,
    message: String,
}

/// All messages; later lines of one begin with a tab.
fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        if let Some(more) = line.strip_prefix('\t') {
            if let Some(last) = entries.last_mut() {
                last.message.push('\n');
                last.message.push_str(more);
            }
        } else if let Some((_, detail)) = line.split_once("] DETAIL:  ") {
            if let Some(last) = entries.last_mut() {
                last.message.push_str("\nDETAIL");
                last.message.push_str(detail);
            }
        } else if let Some((head, message)) = line.split_once("] LOG:  ") {
            let process = head.rsplit_once('[').map_or("", |(_, process)| process).to_owned();
            entries.push(Entry { process, message: message.to_owned() });
        }
    }
    entries
}

/// `duration: 0.031 ms  execute sqlx_s_1: select ...`
fn duration(message: &str) -> Option<(f64, &str, &str)> {
    let (millis, rest) = message.strip_prefix("duration: ")?.split_once(" ms  ")?;
    let (step, sql) = rest.split_once(": ")?;
    Some((millis.parse().ok()?, step.split(' ').next()?, sql))
}

/// The values of `$1 = 'a', $2 = NULL`, as they may stand in a statement.
fn literals(list: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut rest = list;
    while let Some((_, value)) = rest.split_once(" = ") {
        let end = if value.starts_with('\'') { quoted(value) } else { value.find(',').unwrap_or(value.len()) };
        literals.push(value[..end].to_owned());
        rest = &value[end..];
    }
    literals
}

/// Where a quoted text ends; a quote in it stands there twice.
fn quoted(text: &str) -> usize {
    let mut quotes = text.char_indices().filter(|(_, letter)| *letter == '\'').map(|(place, _)| place).skip(1);
    let mut end = text.len();
    while let Some(place) = quotes.next() {
        end = place + 1;
        if text[end..].starts_with('\'') {
            quotes.next();
        } else {
            break;
        }
    }
    end
}

impl Statement {
    /// The statement with its parameters written into it.
    pub(crate) fn in_full(&self) -> String {
        let mut full = String::new();
        let mut rest = self.sql.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            let digits = after.len() - after.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
            let number: Option<usize> = after[..digits].parse().ok();
            full.push_str(before);
            match number.and_then(|number| self.parameters.get(number.checked_sub(1)?)) {
                Some(value) => full.push_str(value),
                None => full.extend(["$", &after[..digits]]),
            }
            rest = &after[digits..];
        }
        full + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2026-11-24 14:00:00.1 UTC [7] LOG:  duration: 0.5 ms  parse sqlx_s_1: select *\n\
        \t  from t where a = $1 and b = $2\n\
        2026-11-24 14:00:00.1 UTC [7] LOG:  duration: 0.25 ms  bind sqlx_s_1: select *\n\
        \t  from t where a = $1 and b = $2\n\
        2026-11-24 14:00:00.1 UTC [7] DETAIL:  Parameters: $1 = 'it''s, $2 = x', $2 = NULL\n\
        2026-11-24 14:00:00.1 UTC [8] LOG:  duration: 9.0 ms  parse sqlx_s_1: select 1\n\
        2026-11-24 14:00:00.1 UTC [7] LOG:  duration: 1.0 ms  execute sqlx_s_1: select *\n\
        \t  from t where a = $1 and b = $2\n\
        2026-11-24 14:00:00.1 UTC [7] DETAIL:  Parameters: $1 = 'it''s, $2 = x', $2 = NULL\n\
        2026-11-24 14:00:00.2 UTC [7] LOG:  checkpoint starting: time\n\
        2026-11-24 14:00:00.2 UTC [7] LOG:  duration: 0.125 ms  statement: COMMIT\n";

    #[test]
    fn statements_are_read_with_their_parameters_and_the_time_of_all_their_steps() {
        let [select, commit] = read(LOG).try_into().unwrap();
        assert_eq!(select.parameters, ["'it''s, $2 = x'", "NULL"]);
        assert!((select.millis - 1.75).abs() < 1e-9);
        assert_eq!(select.in_full(), "select *\n  from t where a = 'it''s, $2 = x' and b = NULL");
        assert_eq!((commit.process.as_str(), commit.sql.as_str(), commit.parameters.len()), ("7", "COMMIT", 0));
    }
}
