//! Lines of CSV (RFC 4180) that a spreadsheet can open without running what is in them.

/// Tells a spreadsheet that the text of a file is UTF-8. Editors and spreadsheets write it too.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A cell of text. A text that a spreadsheet would take for a formula gets an apostrophe.
pub fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if is_formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

/// A line of cells of text.
pub fn line<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    cells.into_iter().map(|text| cell(text.as_ref())).collect::<Vec<_>>().join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::{cell, line};

    #[test]
    fn formula_becomes_text() {
        for (text, written) in [
            ("Atlas", "\"Atlas\""),
            ("5\" disk", "\"5\"\" disk\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("@sum", "\"'@sum\""),
            ("-1", "\"'-1\""),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn line_quotes_every_cell_and_ends_as_the_standard_says() {
        assert_eq!(line(["a,b", "=1", ""]), "\"a,b\",\"'=1\",\"\"\r\n");
    }
}
