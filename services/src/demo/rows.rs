//! Rows on their way into a table, by COPY.

use super::{Progress, Writing};
use crate::error::Error;
use std::fmt::{Display, Write as _};
use time::OffsetDateTime;

/// Sent at once.
const CHUNK: usize = 256 * 1024;
/// How often progress is told.
const ROWS_A_LINE: u64 = 100_000;

/// One row in the text format of COPY.
pub(super) struct Row<'a> {
    buffer: &'a mut String,
    is_begun: bool,
}

impl Row<'_> {
    /// The next column.
    pub(super) fn value(&mut self, value: impl Display) -> &mut Self {
        if self.is_begun {
            self.buffer.push('\t');
        }
        self.is_begun = true;
        // Writing to a text does not fail.
        let _ = write!(Escaped(self.buffer), "{value}");
        self
    }

    /// The next column, which may be null.
    pub(super) fn optional(&mut self, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.value(value),
            None => self.null(),
        }
    }

    /// The next column, a time or null.
    pub(super) fn optional_time(&mut self, at: Option<OffsetDateTime>) -> &mut Self {
        match at {
            Some(at) => self.time(at),
            None => self.null(),
        }
    }

    /// The next column is null.
    pub(super) fn null(&mut self) -> &mut Self {
        if self.is_begun {
            self.buffer.push('\t');
        }
        self.is_begun = true;
        self.buffer.push_str("\\N");
        self
    }

    /// The next column, a time.
    pub(super) fn time(&mut self, at: OffsetDateTime) -> &mut Self {
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second) = at.to_hms();
        self.value(format_args!("{year}-{:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z", u8::from(month)))
    }
}

/// Writes what COPY would take for a sign of its own as itself.
struct Escaped<'a>(&'a mut String);

impl std::fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if text.contains(['\\', '\t', '\n', '\r']) {
            for character in text.chars() {
                match character {
                    '\\' => self.0.push_str("\\\\"),
                    '\t' => self.0.push_str("\\t"),
                    '\n' => self.0.push_str("\\n"),
                    '\r' => self.0.push_str("\\r"),
                    other => self.0.push(other),
                }
            }
        } else {
            self.0.push_str(text);
        }
        Ok(())
    }
}

/// Sends one row a number into `table (columns)`; `make` may begin any number of rows for it.
pub(super) async fn send(
    writing: &mut Writing<'_>,
    what: &'static str,
    into: &'static str,
    numbers: impl Iterator<Item = u32>,
    mut make: impl FnMut(u32, &mut Rows),
) -> Result<(), Error> {
    let mut copy = writing.connection.copy_in_raw(&format!("copy {into} from stdin")).await?;
    let mut rows = Rows { buffer: String::with_capacity(2 * CHUNK), count: 0 };
    let mut told = 0;
    for number in numbers {
        make(number, &mut rows);
        if rows.buffer.len() >= CHUNK {
            copy.send(rows.buffer.as_bytes()).await?;
            rows.buffer.clear();
        }
        if rows.count >= told + ROWS_A_LINE {
            told = rows.count;
            (writing.tell)(Progress { what, rows: told, is_done: false });
        }
    }
    copy.send(rows.buffer.as_bytes()).await?;
    copy.finish().await?;
    (writing.tell)(Progress { what, rows: rows.count, is_done: true });
    Ok(())
}

/// Rows that wait to be sent.
pub(super) struct Rows {
    buffer: String,
    count: u64,
}

impl Rows {
    /// Writes one row.
    pub(super) fn push(&mut self, columns: impl FnOnce(&mut Row<'_>)) {
        columns(&mut Row { buffer: &mut self.buffer, is_begun: false });
        self.buffer.push('\n');
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn signs_of_copy_stand_for_themselves() {
        let mut rows = Rows { buffer: String::new(), count: 0 };
        rows.push(|row| {
            row.value("a\tb\\N").null().optional(Some(7)).time(datetime!(2026-03-02 09:00 UTC));
        });
        assert_eq!(rows.buffer, "a\\tb\\\\N\t\\N\t7\t2026-03-02 09:00:00Z\n");
        assert_eq!(rows.count, 1);
    }
}
