//! What Postgres plans for a statement, and what it reads.

use super::World;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Execute as _, FromRow, Postgres, QueryBuilder};

/// Rows that a statement read through one index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowsRead {
    /// Rows that went into the result or were filtered.
    pub rows: u64,
    /// Times that the index was scanned.
    pub scans: u64,
}

impl World {
    /// The plan that Postgres makes without a look at the parameters, as it may for a prepared statement.
    pub async fn generic_plan(&self, sql: &mut QueryBuilder<Postgres>) -> String {
        self.plan(sql, "set plan_cache_mode = force_generic_plan").await
    }

    /// The plan that Postgres makes for these parameters on a table too large to be read as a whole.
    pub async fn plan_on_a_large_table(&self, sql: &mut QueryBuilder<Postgres>) -> String {
        self.plan(sql, "set plan_cache_mode = force_custom_plan; set enable_seqscan = off").await
    }

    /// Runs a statement with the plan of [`World::generic_plan`]. Returns the parts of the plan that were executed.
    pub async fn executed_plan(&self, sql: &mut QueryBuilder<Postgres>) -> String {
        let explain = "explain (analyze, costs off, timing off)";
        let lines: Vec<String> = self.explain(sql, "set plan_cache_mode = force_generic_plan", explain).await;
        lines.into_iter().filter(|line| !line.contains("(never executed)")).collect::<Vec<_>>().join("\n")
    }

    /// Runs a statement with the plan of [`World::generic_plan`] and counts the rows that it read through an index.
    pub async fn rows_read(&self, sql: &mut QueryBuilder<Postgres>, index: &str) -> RowsRead {
        let mode = "set plan_cache_mode = force_generic_plan";
        let plan: Vec<Value> = self.explain(sql, mode, "explain (analyze, timing off, format json)").await;
        let mut read = RowsRead::default();
        count(&plan[0][0]["Plan"], index, &mut read);
        read
    }

    async fn plan(&self, sql: &mut QueryBuilder<Postgres>, mode: &'static str) -> String {
        self.explain::<String>(sql, mode, "explain").await.join("\n")
    }

    async fn explain<T>(&self, sql: &mut QueryBuilder<Postgres>, mode: &'static str, explain: &str) -> Vec<T>
    where
        (T,): for<'r> FromRow<'r, PgRow>,
        T: Send + Unpin,
    {
        let explained = format!("{explain} {}", sql.sql().as_str());
        let arguments = sql.build().take_arguments().expect("encodable").unwrap_or_default();
        let mut connection = self.services.pool().acquire().await.expect("a connection");
        sqlx::raw_sql(mode).execute(&mut *connection).await.expect("a setting");
        let rows = sqlx::query_scalar_with(AssertSqlSafe(explained), arguments)
            .fetch_all(&mut *connection)
            .await
            .expect("a plan");
        connection.close().await.expect("an orderly end");
        rows
    }
}

/// Adds what the scans of an index read in a part of a plan. Postgres 18 gives the rows of a scan as an average.
fn count(node: &Value, index: &str, read: &mut RowsRead) {
    let number = |name: &str| node[name].as_f64().unwrap_or_default();
    if node["Index Name"] == index {
        let rows = number("Actual Rows") + number("Rows Removed by Filter");
        let total = format!("{:.0}", rows * number("Actual Loops"));
        read.rows += total.parse::<u64>().expect("a number of rows");
        read.scans += node["Actual Loops"].as_u64().unwrap_or_default();
    }
    for child in node["Plans"].as_array().into_iter().flatten() {
        count(child, index, read);
    }
}
