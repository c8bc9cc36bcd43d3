//! What `bursar access-matrix` prints of a declaration.

use crate::process::{run, text};
use serde_json::Value;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/access-matrix/access-matrix.yaml");

fn printed(format: &str) -> String {
    let output = run(&["access-matrix", "--declaration", EXAMPLE, "--format", format], &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn csv_has_a_line_for_each_cell_of_the_grid() {
    let csv = printed("csv");
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    let matrix: Value = serde_json::from_str(&printed("json")).expect("JSON");
    let count = |part: &str| matrix[part].as_array().map_or(0, Vec::len);
    assert!(count("roles") > 1 && count("columns") > 1);
    assert_eq!(lines.len(), 1 + count("roles") * count("columns"));
    assert_eq!(lines[0], "realm,role,resource,address,service,level,label,footnote");
    let superuser = lines.iter().find(|line| line.starts_with(r#""cdm","cdm-operator","pgAdmin","#)).expect("a cell");
    assert!(superuser.contains(r#","restrict","DB Superuser","#), "the footnote stands with the cell: {superuser}");
    assert!(superuser.contains("maps to the `postgres` superuser"), "{superuser}");
}

#[test]
fn markdown_is_the_page_of_documentation() {
    let markdown = printed("markdown");
    assert!(markdown.starts_with("# Access Matrix"), "{markdown}");
    assert!(markdown.contains("### Legend") && markdown.contains("[^1]:"), "{markdown}");
}
