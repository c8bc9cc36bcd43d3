//! What the audit log costs a change.

use crate::log::Statement;
use crate::report::{Bar, Report};
use crate::server::{Server, again};
use crate::tools::Pressure;
use crate::{Bench, Part};
use anyhow::{Context, Result};

/// Each client of `pgbench` changes a project of its own, as people do; more than ten would need longer numbers.
const CLIENTS: u32 = 8;
/// How often either side is measured: single rounds differ by a tenth, because Postgres writes to the disk in bursts.
const ROUNDS: u32 = 4;

pub(crate) fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    let how = format!(
        "The transaction that saving a project's form runs, as Postgres logged it, {CLIENTS} clients each on a project \
         of its own, against the same transaction without the statement that writes the audit row. Commits wait for the \
         disk, as they do for people."
    );
    report.section("Writes", how, again(Part::Writes));
    let statements = transaction(bench)?;
    let is_audit = |sql: &str| sql.contains(AUDIT);
    let script = |keep: &dyn Fn(&str) -> bool| -> String {
        statements.iter().filter(|sql| keep(sql)).map(|sql| format!("{sql};\n")).collect()
    };
    let with = bench.script("write.sql", &script(&|_| true))?;
    let without = bench.script("write-without-audit.sql", &script(&|sql| !is_audit(sql)))?;
    let pressure = Pressure { connections: CLIENTS, seconds: bench.size.seconds };
    // In turn, so that a disk that tires tires both.
    let (mut sum_with, mut sum_without, mut commands) = (0.0, 0.0, String::new());
    for _ in 0..ROUNDS {
        let (audited, one) = bench.tools.pgbench(bench.database.url(), &with, pressure)?;
        let (bare, other) = bench.tools.pgbench(bench.database.url(), &without, pressure)?;
        (sum_with, sum_without) = (sum_with + audited.rate, sum_without + bare.rate);
        commands = format!("`{one}`; `{other}`");
    }
    forget(bench)?;
    let rounds = f64::from(ROUNDS);
    let from = format!("{:.0} / {:.0} transactions a second: {commands}", sum_with / rounds, sum_without / rounds);
    report.line("Changes with audit row / without", (sum_with / sum_without, ""), Bar::AtLeast(0.8), from);
    Ok(())
}

/// What the statement that writes the audit row says, and no other.
const AUDIT: &str = "insert into audit_log";

/// Projects whose ids end in the number of a client.
const PROJECT: &str = "00000000-0000-7000-8000-00000000000";

/// The statements from BEGIN to COMMIT of one real change, ready to be run by client number `:client_id`.
fn transaction(bench: &Bench) -> Result<Vec<String>> {
    bench.database.ask(&format!(
        "insert into projects (id, name, description, project_type)
         select ('{PROJECT}' || n)::uuid, 'bench-' || n, 'Before', 'shared' from generate_series(0, {CLIENTS} - 1) n
         on conflict (id) do update set description = 'Before', version = 1"
    ))?;
    let mut log = bench.database.watch()?;
    let server = Server::start(&bench.bursar, &bench.database, &[])?;
    let fields = [("project", "bench-0"), ("version", "1"), ("display_name", ""), ("description", "After")];
    server.visitor().send("/act/projects/edit", &fields)?;
    let statements = log.statements()?;
    drop(server);
    bench.database.look_away()?;
    let change = change(&statements).context("the change wrote no audit row")?;
    let own = |sql: &String| {
        let sql = sql.replace(&format!("'{PROJECT}0'"), &format!("('{PROJECT}' || :client_id)::uuid"));
        // A row of the audit log is new each time.
        if sql.contains(AUDIT) { with_new_id(&sql) } else { Some(sql) }
    };
    change.iter().map(own).collect::<Option<_>>().context("the audit row has no id")
}

/// Takes away the rows of the audit log, hundreds of thousands: the console would seal them while it is measured next.
fn forget(bench: &Bench) -> Result<()> {
    bench.database.ask(
        "set session_replication_role = replica;
         delete from audit_log where target like 'bench-%';
         delete from audit_unsealed w where not exists (select from audit_log a where a.id = w.entry)",
    )?;
    for table in ["audit_log", "audit_unsealed", "projects"] {
        bench.database.ask(&format!("vacuum (analyze) {table}"))?;
    }
    Ok(())
}

/// From BEGIN to COMMIT around the audit row; the jobs of the server have connections of their own.
fn change(statements: &[Statement]) -> Option<Vec<String>> {
    let audited = statements.iter().find(|statement| statement.sql.contains(AUDIT))?;
    let own = statements.iter().filter(|statement| statement.process == audited.process);
    let all: Vec<String> = own.map(Statement::in_full).collect();
    let is = |word: &'static str| move |sql: &String| sql.trim().eq_ignore_ascii_case(word);
    let audit = all.iter().position(|sql| sql.contains(AUDIT))?;
    let begin = all[..audit].iter().rposition(is("begin"))?;
    let length = all[audit..].iter().position(is("commit"))?;
    Some(all[begin..=audit + length].to_vec())
}

/// The id is the first column of the rows that are written; in the order of time, as the server makes it.
fn with_new_id(insert: &str) -> Option<String> {
    let (before, rest) = insert.split_once("select unnest(")?;
    let (_, rest) = rest.split_once("),")?;
    Some(format!("{before}select uuidv7(),{rest}"))
}

#[cfg(test)]
mod tests {
    use super::with_new_id;

    #[test]
    fn the_id_of_the_audit_row_is_made_anew() {
        let insert = "with entries as (insert into audit_log (id, at) select unnest('{0199-7}'::uuid[]), '2026-11-24' returning id)";
        let anew = "with entries as (insert into audit_log (id, at) select uuidv7(), '2026-11-24' returning id)";
        assert_eq!(with_new_id(insert).as_deref(), Some(anew));
        assert_eq!(with_new_id("insert into audit_log values ('0199-7')"), None);
    }
}
