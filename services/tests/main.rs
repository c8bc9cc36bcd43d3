//! What the services do on a real Postgres. One program: each one links the whole of the services.

mod access;
mod access_anomalies;
mod access_snapshots;
mod addresses;
mod allocations;
mod assigned_budgets;
mod audit_chain;
mod audit_log;
mod audit_sign_ins;
mod bootstrap;
mod break_glass;
mod budget_amounts;
mod budget_assignments;
mod budget_deletion;
mod budget_requests;
mod budgets;
mod claimed;
mod confirmed;
mod database_roles;
mod default_project;
mod deliveries;
mod demo;
mod dropped_requests;
mod explain;
mod external_users;
mod for_programs;
mod gateways;
mod handover;
mod idempotency;
mod import;
mod import_report;
mod jobs;
mod large_projects;
mod last_project_admin;
mod lists_by_usage;
mod litellm;
mod members;
mod migration_faults;
mod migrations;
mod no_deadlocks;
mod overview;
mod own_account;
mod paging;
mod predefined_budgets;
mod projects_change;
mod projects_read;
mod provider_tls;
mod provision;
mod races;
mod read_only_server;
mod rights;
mod sample;
mod schema;
mod search_and_order;
mod sessions;
mod sign_in;
mod sign_in_cost;
mod spend;
mod spending;
mod statement_counts;
mod submission;
mod suggestions;
mod token_claims;
mod undo;
mod users;
mod users_list;

#[test]
fn every_file_of_tests_is_a_module_here() {
    let listed = include_str!("main.rs");
    let entries = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests")).expect("the folder");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        let is_module = path.join("mod.rs").exists() || path.extension().is_some_and(|extension| extension == "rs");
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a plain name");
        assert!(!is_module || name == "main" || listed.contains(&format!("\nmod {name};")), "{name} is not tested");
    }
}
