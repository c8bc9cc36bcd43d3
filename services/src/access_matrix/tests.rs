//! The example beside the page that it replaces, and every fault of a declaration at its place.

mod faults;
mod schema;

use super::read;
use domain::access_matrix::{Matrix, markdown};

/// The example that ships with Bursar.
const EXAMPLE: &str = include_str!("../../../examples/access-matrix/access-matrix.yaml");
/// The page that the platform's operators kept by hand, as a browser copies it: cells are parted by spaces, footnotes
/// are bare numbers, and the symbols of "no access" and "not applicable" are lost.
const KEPT_BY_HAND: &str = include_str!("tests/kept_by_hand.txt");

fn example() -> Matrix {
    read(EXAMPLE).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Lines of the page kept by hand, from the one after a heading up to an empty one.
fn kept_table(heading: &str) -> Vec<String> {
    let lines = KEPT_BY_HAND.lines().skip_while(|line| *line != heading);
    lines.skip(1).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).map(spaced).collect()
}

/// A table of the Markdown below a heading, as a browser would copy it.
fn our_table(markdown: &str, heading: &str) -> Vec<String> {
    let lines = markdown.lines().skip_while(|line| *line != heading).skip(1);
    let rows = lines.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    rows.filter(|row| !row.starts_with("|---")).map(copied).collect()
}

/// A row as a browser copies it from the rendered page.
fn copied(row: &str) -> String {
    let cells = row.trim_matches('|').split(" | ").map(|cell| cell.trim().replace(['❌', '`'], ""));
    let cells = cells.map(|cell| if cell == "—" { String::new() } else { cell });
    spaced(&cells.collect::<Vec<_>>().join(" ").replace("[^", "").replace(']', ""))
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn example_renders_every_table_of_the_page_kept_by_hand() {
    let ours = markdown(&example());
    for (theirs, heading, rows) in [
        ("Provider-Stack Endpoints", "## Provider-Stack Endpoints", 10),
        ("Legend", "### Legend", 7),
        ("cdm realm roles", "### cdm realm roles", 6),
        ("step-ca / PKI Access", "## step-ca / PKI Access", 4),
        ("cdm realm", "#### cdm realm", 5),
    ] {
        let kept: Vec<String> = match theirs {
            // A paragraph stands between their heading and their table.
            "cdm realm roles" => kept_table(
                "All users and roles are in the single cdm realm. Role-based separation replaces the previous two-realm approach.",
            ),
            "step-ca / PKI Access" => {
                kept_table("step-ca (/pki/) does not use Keycloak OIDC. Access is controlled by:")
            }
            heading => kept_table(heading),
        };
        assert_eq!(kept.len(), rows, "{heading}: {kept:#?}");
        let copied = our_table(&ours, heading).into_iter();
        // The copy of the legend lost this symbol too; it kept it in the cells of the grid.
        let copied =
            copied.map(|row| if heading == "### Legend" { row.trim_start_matches("✅ ").to_owned() } else { row });
        assert_eq!(copied.collect::<Vec<_>>(), kept, "{heading}");
    }
}

#[test]
fn example_has_every_footnote_of_the_page_kept_by_hand() {
    let numbered = |line: &str| line.trim().split_once(". ").map(|(number, text)| (number.to_owned(), spaced(text)));
    let kept: Vec<(String, String)> = KEPT_BY_HAND
        .lines()
        .skip_while(|line| !line.starts_with("What the script checks"))
        .skip_while(|line| !line.contains("pgAdmin uses OIDC"))
        .filter_map(numbered)
        .collect();
    assert_eq!(kept.len(), 4);
    let ours = markdown(&example());
    let ours: Vec<(String, String)> = ours
        .lines()
        .filter_map(|line| line.strip_prefix("[^")?.split_once("]: "))
        .map(|(number, text)| (number.to_owned(), spaced(&text.replace('`', ""))))
        .collect();
    assert_eq!(ours, kept);
}

#[test]
fn example_keeps_the_sentences_around_the_tables() {
    let ours = spaced(&markdown(&example()).replace('`', ""));
    for sentence in [
        "# Access Matrix — Keycloak Users & Endpoint Permissions",
        "which Keycloak users and roles have access to which provider-stack endpoints, and at what permission level.",
        "The mapping is authoritative and does not depend on the current runtime state of Keycloak.",
        "Role-based separation replaces the previous two-realm approach.",
        "step-ca (/pki/) does not use Keycloak OIDC. Access is controlled by:",
    ] {
        assert!(ours.contains(sentence), "{sentence}\n{ours}");
        let without_mark = sentence.trim_start_matches("# ");
        assert!(spaced(KEPT_BY_HAND).contains(without_mark), "{sentence}");
    }
}
