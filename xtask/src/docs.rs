//! `cargo xtask docs`: generated tables and the document of the API, which the program itself knows best.

use crate::paths::{self, Mode};
use crate::steps::Steps;
use crate::{build, command};
use anyhow::{Context, Result, bail};
use std::process::Command;

/// A file, and the section in it that `bursar docs` prints under the same name.
const TABLES: [(&str, &str); 3] = [("README.md", "roles"), ("README.md", "config"), ("docs/api.md", "errors")];

const END: &str = "<!-- /generated -->";

/// Writes them again, or fails when they would change.
pub(crate) fn run(steps: &mut Steps, check: bool) -> Result<()> {
    steps.step("Building the server", || build::server(Mode::Dev))?;
    steps.step("Writing the generated tables and docs/openapi.json", || write(check))
}

/// As [`run`], with the server's binary as it is.
pub(crate) fn write(check: bool) -> Result<()> {
    write_tables(check)?;
    let document = command::output(Command::new(paths::bursar(Mode::Dev)).args(["docs", "api"]))? + "\n";
    keep("docs/openapi.json", &document, check)
}

fn write_tables(check: bool) -> Result<()> {
    for (name, section) in TABLES {
        let old = std::fs::read_to_string(paths::root().join(name)).with_context(|| format!("reading {name}"))?;
        let table = command::output(Command::new(paths::bursar(Mode::Dev)).args(["docs", section]))?;
        let new = replace(&old, section, &table).with_context(|| name.to_owned())?;
        keep(name, &new, check)?;
    }
    Ok(())
}

/// Writes a file of the tree unless it is current.
fn keep(name: &str, new: &str, check: bool) -> Result<()> {
    let path = paths::root().join(name);
    if std::fs::read_to_string(&path).is_ok_and(|old| old == new) {
        return Ok(());
    }
    if check {
        bail!("{name} is not current. Run `cargo xtask docs` and commit it");
    }
    std::fs::write(&path, new).with_context(|| format!("writing {}", path.display()))
}

/// Puts `table` between the marks of its section.
fn replace(document: &str, section: &str, table: &str) -> Result<String> {
    let begin = format!("<!-- generated:{section} -->");
    let parts = document.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        bail!("the marks {begin} and {END} are missing");
    };
    Ok(format!("{before}{begin}\n{}\n{END}{after}", table.trim()))
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn the_section_is_replaced_and_nothing_else() {
        let old = "a\n<!-- generated:x -->\nold\n<!-- /generated -->\nb <!-- generated:y --><!-- /generated -->";
        let new = "a\n<!-- generated:x -->\nnew\n<!-- /generated -->\nb <!-- generated:y --><!-- /generated -->";
        assert_eq!(replace(old, "x", "new\n").unwrap(), new);
        assert_eq!(replace(new, "x", "new\n").unwrap(), new);
    }

    #[test]
    fn a_missing_section_is_named() {
        let error = replace("text", "roles", "table").unwrap_err().to_string();
        assert!(error.contains("generated:roles"), "{error}");
    }
}
