//! What was measured, as Markdown: each line with its bar and the command that makes it again.

use anyhow::{Result, bail};
use std::fmt::Write as _;
use std::path::Path;

/// What a figure has to keep to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bar {
    AtMost(f64),
    AtLeast(f64),
    /// Shown for comparison.
    None,
}

impl Bar {
    fn words(self) -> String {
        match self {
            Self::AtMost(bar) => format!("at most {}", number(bar)),
            Self::AtLeast(bar) => format!("at least {}", number(bar)),
            Self::None => String::new(),
        }
    }

    fn verdict(self, figure: f64) -> &'static str {
        match self {
            Self::AtMost(bar) if figure <= bar => "met",
            Self::AtLeast(bar) if figure >= bar => "met",
            Self::None => "",
            Self::AtMost(_) | Self::AtLeast(_) => "**missed**",
        }
    }
}

/// One figure.
struct Line {
    what: String,
    figure: f64,
    unit: &'static str,
    bar: Bar,
    from: String,
}

/// A part of the report.
struct Section {
    title: &'static str,
    how: String,
    command: String,
    lines: Vec<Line>,
}

/// The report being written.
#[derive(Default)]
pub(crate) struct Report {
    head: Vec<String>,
    sections: Vec<Section>,
}

impl Report {
    /// Says something about the run as a whole.
    pub(crate) fn say(&mut self, text: String) {
        self.head.push(text);
    }

    /// Begins a part: what is measured and how, and the command for this part alone.
    pub(crate) fn section(&mut self, title: &'static str, how: impl Into<String>, command: String) {
        eprintln!("    {title}");
        self.sections.push(Section { title, how: how.into(), command, lines: Vec::new() });
    }

    /// Adds a figure to the part; `from` tells what it was made of.
    pub(crate) fn line(
        &mut self,
        what: impl Into<String>,
        (figure, unit): (f64, &'static str),
        bar: Bar,
        from: impl Into<String>,
    ) {
        let line = Line { what: what.into(), figure, unit, bar, from: from.into() };
        eprintln!("      {}: {}{} {} ({})", line.what, number(figure), unit, bar.verdict(figure), line.from);
        if let Some(section) = self.sections.last_mut() {
            section.lines.push(line);
        }
    }

    /// Writes it, and fails when a figure cannot be true.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let mut text = String::from("# Bursar, measured\n\n");
        for line in &self.head {
            let _ = writeln!(text, "{line}\n");
        }
        for section in &self.sections {
            let _ = writeln!(text, "## {}\n\n{}\n\n    {}\n", section.title, section.how, section.command);
            text.push_str("| What | Figure | Bar | | Made of |\n|---|--:|---|---|---|\n");
            for line in &section.lines {
                let Line { what, figure, unit, bar, from } = line;
                let (bar, verdict) = (bar.words(), bar.verdict(*figure));
                let _ = writeln!(text, "| {what} | {}{unit} | {bar} | {verdict} | {from} |", number(*figure));
            }
            text.push('\n');
        }
        std::fs::write(path, text)?;
        self.check()
    }

    fn check(&self) -> Result<()> {
        for section in &self.sections {
            if section.lines.is_empty() {
                bail!("the part \"{}\" of the benchmark measured nothing", section.title);
            }
            for line in &section.lines {
                if !line.figure.is_finite() || line.figure < 0.0 {
                    bail!("the figure of \"{}\" cannot be true: {}", line.what, line.figure);
                }
            }
        }
        Ok(())
    }
}

/// As many digits as tell something.
pub(crate) fn number(figure: f64) -> String {
    let whole = |figure: f64| {
        let digits = format!("{figure:.0}");
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place) % 3 == 0 {
                text.push(',');
            }
            text.push(digit);
        }
        text
    };
    match figure.abs() {
        size if size >= 100.0 => whole(figure),
        size if size >= 10.0 => format!("{figure:.1}"),
        _ => format!("{figure:.2}").trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_matter() {
        assert_eq!([0.5, 1.0, 12.34, 1_234_567.0].map(number), ["0.5", "1", "12.3", "1,234,567"]);
    }

    #[test]
    fn a_bar_is_met_at_its_own_value() {
        assert_eq!(Bar::AtMost(1.2).verdict(1.2), "met");
        assert_eq!(Bar::AtLeast(0.5).verdict(0.49), "**missed**");
    }

    #[test]
    fn a_report_without_a_figure_or_with_an_impossible_one_fails() {
        let path = std::env::temp_dir().join(format!("bursar-report-{}", std::process::id()));
        let mut report = Report::default();
        report.section("Part", "How.", "command".to_owned());
        assert!(report.write(&path).is_err());
        report.line("ratio", (1.5, " x"), Bar::AtMost(2.0), "3 / 2");
        report.write(&path).unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().contains("| ratio | 1.5 x | at most 2 | met | 3 / 2 |"));
        report.line("ratio", (f64::NAN, ""), Bar::None, "0 / 0");
        assert!(report.write(&path).is_err());
        std::fs::remove_file(path).unwrap();
    }
}
