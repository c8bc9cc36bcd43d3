//! Lists under load: what the console adds to the work of its database.

use crate::report::{Bar, Report};
use crate::server::{Server, again};
use crate::{AskAs, Bench, CONNECTIONS, Part};
use anyhow::Result;
use std::path::PathBuf;

/// A list, its address, the name of its script of SQL, and how much of the database's pace it has to keep.
const LISTS: [(&str, &str, &str, f64); 2] = [
    ("HTML list of 50 people", "/settings/administration/users?rows=50", "html-list.sql", 0.2),
    ("JSON list of 50 people", "/v1/admin/users?per_page=50", "json-list.sql", 0.5),
];

/// The load comes from one person, who is let through.
pub(crate) const NO_RATE_LIMIT: (&str, &str) = ("BURSAR_API_RATE", "1000000000");

pub(crate) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let pressure = bench.pressure();
    let how = format!(
        "Answers a second over HTTP, by `wrk` with {CONNECTIONS} connections, against `pgbench` with {CONNECTIONS} \
         clients running the same statements: those that Postgres logged for one such request, as prepared statements. \
         The console, Postgres and the generator of the load share the cores of this machine."
    );
    report.section("Throughput of lists", how, again(Part::Throughput));
    for (what, path, script, bar) in LISTS {
        let script = same_statements(bench, path, script)?;
        let (sql, pgbench) = bench.tools.pgbench(bench.database.url(), &script, pressure)?;
        let server = Server::start(&bench.bursar, &bench.database, &[NO_RATE_LIMIT])?;
        server.visitor().read(path)?;
        let (http, wrk) = bench.press(&server, path, AskAs::Admin, pressure)?;
        let from = format!("{} / {}: `{wrk}`; `{pgbench}`", http.words(), sql.words());
        report.line(what, (http.rate / sql.rate, ""), Bar::AtLeast(bar), from);
        report.line(
            format!("{what}: median and p99 at this load"),
            (http.p50, " ms"),
            Bar::None,
            format!("p99 {:.1} ms", http.p99),
        );
    }
    Ok(())
}

/// Writes what Postgres ran for a request as a script for `pgbench`.
fn same_statements(bench: &Bench, path: &str, name: &str) -> Result<PathBuf> {
    let mut log = bench.database.watch()?;
    let server = Server::start(&bench.bursar, &bench.database, &[])?;
    let visitor = server.visitor();
    visitor.read(path)?;
    log.statements()?;
    visitor.read(path)?;
    let statements = log.statements()?;
    drop(server);
    bench.database.look_away()?;
    let sql: String = statements.iter().map(|statement| format!("{};\n", statement.in_full())).collect();
    bench.script(name, &sql)
}
