//! The schema for editors says what the program says.

use super::EXAMPLE;
use crate::access_matrix::read;
use jsonschema::Validator;
use serde_json::Value;

fn schema() -> Validator {
    let schema = serde_json::from_str(include_str!("../../../../docs/access-matrix.schema.json")).expect("JSON");
    jsonschema::draft202012::new(&schema).expect("a schema")
}

fn value(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).expect("YAML")
}

#[test]
fn example_satisfies_the_schema() {
    let errors: Vec<String> = schema().iter_errors(&value(EXAMPLE)).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
}

/// Names between parts are beyond a schema: it cannot say that a role must be a key of another map.
#[test]
fn schema_and_program_refuse_the_same_declarations() {
    let schema = schema();
    for (from, to) in [
        ("level: full, label: Admin }", "level: write }"),
        ("level: full, label: Admin }", "level: full, lable: Admin }"),
        ("level: full, label: Admin }", "label: Admin }"),
        ("level: full, label: Admin }", "level: full, label: '' }"),
        ("grafana: { level: full, label: Admin }", "grafana: write"),
        ("grafana: { level: full, label: Admin }", "grafana:"),
        ("grafana: { level: full, label: Admin }", "grafana: [full]"),
        ("columns: [grafana, ", "columns: [grafana, grafana, "),
        ("    service: Landing page\n", ""),
        ("    public: true", "    public: perhaps"),
        ("    privileged: true", "    max_holders: many"),
        ("    privileged: true", "    max_holders: 0"),
        ("        purpose: Sign device CSRs\n", ""),
        ("title: Access Matrix — Keycloak Users & Endpoint Permissions\n", ""),
        ("username: cdm-admin, roles: [cdm-admin]", "roles: [cdm-admin]"),
        ("default_users:\n", "separate_duties: [[cdm-admin]]\ndefault_users:\n"),
        ("default_users:\n", "separate_duties: [[cdm-admin, cdm-admin]]\ndefault_users:\n"),
        ("default_users:\n", "separate_duties: [[cdm-admin, cdm-viewer], [cdm-admin, cdm-viewer]]\ndefault_users:\n"),
        ("default_users:\n", "surprise: 1\ndefault_users:\n"),
        ("  master: {}", "  master: { colour: red }"),
    ] {
        assert!(EXAMPLE.contains(from), "{from}");
        let changed = EXAMPLE.replacen(from, to, 1);
        assert!(read(&changed).is_err(), "the program accepts {to:?}");
        assert!(!schema.is_valid(&value(&changed)), "the schema accepts {to:?}");
    }
    let emptied = EXAMPLE.split("  shared-database-connection: >-").next().expect("a beginning").to_owned()
        + "  shared-database-connection:\n  no-console-access: ' '\n  realm-superadmin: a\n  monitoring-scope: b\n";
    assert!(read(&emptied).is_err() && !schema.is_valid(&value(&emptied)), "{emptied}");
}
