//! `bursar docs`: the documentation that the program knows best.

use crate::api::{code, openapi};
use crate::cli::Part;
use crate::config;
use domain::permission::{Permission, Scope, scope};
use domain::role::Role;

/// Prints one part.
pub(super) fn print(part: Part) -> Result<(), serde_json::Error> {
    match part {
        Part::Config => print!("{}", config::markdown()),
        Part::Roles => print!("{}", roles()),
        Part::Api => print!("{}", openapi::text()?),
        Part::Errors => print!("{}", code::table()),
    }
    Ok(())
}

/// The permission table, in Markdown.
fn roles() -> String {
    let row = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    let head = row(std::iter::once("").chain(Role::ALL.map(Role::title)).collect());
    let rule = format!("|---|{}\n", "---|".repeat(Role::ALL.len()));
    let rows = Permission::ALL.iter().map(|permission| {
        let cells = Role::ALL.map(|role| reach(scope(*permission, role)));
        row(std::iter::once(permission.title()).chain(cells).collect())
    });
    [head, rule].into_iter().chain(rows).collect()
}

const fn reach(scope: Option<Scope>) -> &'static str {
    match scope {
        Some(Scope::Platform) => "all",
        Some(Scope::Project) => "own project",
        Some(Scope::Own) => "own",
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_permission_and_every_role() {
        let table = roles();
        assert_eq!(table.lines().count(), Permission::ALL.len() + 2);
        let cells = Role::ALL.len() + 2;
        assert!(table.lines().all(|line| line.matches('|').count() == cells), "{table}");
        assert!(table.contains("| Create and assign budgets | all |  |"), "{table}");
    }
}
