//! A migrated database for one test, copied from a template and dropped afterwards.

use crate::clock::Clock;
use crate::random::Random;
use crate::schema;
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};
use std::str::FromStr;
use time::Duration;
use tokio::sync::OnceCell;

/// Names the server: any database on it whose user may create databases.
const SERVER: &str = "BURSAR_TEST_DATABASE_URL";
/// Taken while the template is built: "bursar" and a number of its own.
const TEMPLATE_LOCK: i64 = 0x6275_7273_6172_7e57;
/// What a test that was killed left behind is dropped after this long.
const STALE: Duration = Duration::hours(2);

/// A fresh, migrated database that goes away with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    server: PgConnectOptions,
    pool: PgPool,
}

impl TestDatabase {
    /// Copies the template, which the first test of a process builds when there is none for these migrations.
    ///
    /// # Panics
    /// `BURSAR_TEST_DATABASE_URL` is not set, or its server does not answer.
    pub async fn create() -> Self {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let server = server();
        let template = TEMPLATE.get_or_init(|| prepare(&server)).await;
        let made_at = Clock::system().now().unix_timestamp();
        let name = format!("bursar_test_{made_at}_{:016x}", u64::from_ne_bytes(Random::system().bytes()));
        let mut connection = connect(&server).await;
        run(&mut connection, format!("create database {name} template {template}")).await;
        let pool = PgPoolOptions::new().max_connections(16).connect_lazy_with(server.clone().database(&name));
        Self { name, server, pool }
    }

    /// Connections to it.
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Its address, for another process.
    pub fn url(&self) -> String {
        self.server.clone().database(&self.name).to_url_lossy().into()
    }
}

impl Drop for TestDatabase {
    /// On a thread of its own, because dropping cannot wait within the test's runtime.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                run(&mut connect(&server).await, format!("drop database if exists {name} with (force)")).await;
            });
        });
        // A failure leaves the database to the sweep; a second panic would hide the test's own.
        let _ = dropped.join();
    }
}

fn server() -> PgConnectOptions {
    let url = std::env::var(SERVER).unwrap_or_else(|_| {
        panic!("Set {SERVER} to a Postgres server whose user may create databases, or run `cargo xtask test`.")
    });
    PgConnectOptions::from_str(&url).unwrap_or_else(|fault| panic!("{SERVER} is no Postgres address: {fault}"))
}

async fn connect(server: &PgConnectOptions) -> PgConnection {
    server.connect().await.unwrap_or_else(|fault| panic!("The server of {SERVER} does not answer: {fault}"))
}

/// Runs a statement that takes no parameters; the names in it are our own.
async fn run(connection: &mut PgConnection, statement: String) {
    sqlx::raw_sql(AssertSqlSafe(statement.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|fault| panic!("{statement}: {fault}"));
}

/// Sweeps, and builds the template unless another process has.
async fn prepare(server: &PgConnectOptions) -> String {
    let template = template_name();
    let mut connection = connect(server).await;
    run(&mut connection, format!("select pg_advisory_lock({TEMPLATE_LOCK})")).await;
    sweep(&mut connection).await;
    let is_ready: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1 and datistemplate)")
            .bind(&template)
            .fetch_one(&mut connection)
            .await
            .expect("the list of databases");
    if !is_ready {
        run(&mut connection, format!("drop database if exists {template} with (force)")).await;
        run(&mut connection, format!("create database {template}")).await;
        let pool = PgPoolOptions::new().connect_lazy_with(server.clone().database(&template));
        schema::migrate(&pool.clone().into()).await.expect("the migrations apply to an empty database");
        pool.close().await;
        run(&mut connection, format!("alter database {template} with is_template true allow_connections false")).await;
    }
    connection.close().await.expect("an orderly end");
    template
}

/// Each state of the migrations has a template of its own.
fn template_name() -> String {
    let mut digest = Sha256::new();
    for migration in sqlx::migrate!("../migrations").iter() {
        digest.update(&*migration.checksum);
    }
    let start: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("bursar_template_{start}")
}

async fn sweep(connection: &mut PgConnection) {
    let names: Vec<String> =
        sqlx::query_scalar("select datname from pg_database where datname like 'bursar\\_test\\_%'")
            .fetch_all(&mut *connection)
            .await
            .expect("the list of databases");
    let oldest = (Clock::system().now() - STALE).unix_timestamp();
    for name in names {
        let made_at = name.split('_').nth(2).and_then(|seconds| seconds.parse::<i64>().ok());
        if made_at.is_some_and(|made_at| made_at < oldest) {
            run(connection, format!("drop database if exists {name} with (force)")).await;
        }
    }
}
