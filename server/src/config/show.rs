//! The list of variables for people: in the terminal and in the README.

use super::{VARIABLES, Variable};
use std::fmt::Write as _;

/// For `bursar --help`: every variable with what it means, allows and defaults to.
pub fn help() -> String {
    let mut text = String::from("Environment variables:\n");
    for Variable { names, default, allowed, meaning } in VARIABLES {
        let default = if default.is_empty() { String::new() } else { format!(" [default: {default}]") };
        let _ = write!(text, "\n  {}\n      {meaning}\n      Allowed: {allowed}.{default}\n", names.join(", "));
    }
    text
}

/// For the README: a table in Markdown.
pub fn markdown() -> String {
    let mut text = String::from("| Variable | Default | Allowed | Meaning |\n|---|---|---|---|\n");
    for Variable { names, default, allowed, meaning } in VARIABLES {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
        let _ = writeln!(text, "| {} | {default} | {allowed} | {meaning} |", names.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_explained_in_both_places() {
        let (help, markdown) = (help(), markdown());
        for Variable { names, meaning, allowed, .. } in VARIABLES {
            assert!(names.iter().all(|name| help.contains(name) && markdown.contains(name)), "{names:?}");
            assert!(help.contains(meaning) && markdown.contains(meaning), "{names:?}");
            assert!(!meaning.contains('|') && !allowed.contains('|') && meaning.ends_with('.'), "{names:?}");
        }
    }
}
