//! Bursar behind a PgBouncer that lends a connection for one transaction.

use crate::faults::console::Console;
use crate::faults::work::{Work, storm};
use crate::faults::world_of_today;
use crate::process::{free_port, run, text};
use services::testing::TestDatabase;
use sqlx::postgres::PgConnectOptions;
use std::fs::Permissions;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const POOLER: (&str, &str) = ("BURSAR_DATABASE_POOLER", "transaction");
const PASSWORD: &str = "a quiet ledger line";
const AT_ONCE: usize = 48;

/// A running PgBouncer. Dropping it ends it.
struct PgBouncer {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl PgBouncer {
    /// Before the server of `url`. Few connections, used in turn: no two transactions of a client meet on the same one,
    /// unless by chance.
    fn before(url: &str, more: &str) -> Self {
        let server: PgConnectOptions = url.parse().expect("a Postgres address");
        let host = server.get_socket().map_or_else(|| server.get_host().to_owned(), |path| path.display().to_string());
        let user = server.get_username();
        let password = password(url).map(|password| format!(" password='{password}'")).unwrap_or_default();
        let port = free_port();
        let config = format!(
            "[databases]\n* = host={host} port={} user={user}{password}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\ndefault_pool_size = 4\nserver_round_robin = 1\n{more}\n",
            server.get_port()
        );
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, config).expect("a file");
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("a folder of ours");
        let program = std::env::var_os("BURSAR_TEST_PGBOUNCER").expect("BURSAR_TEST_PGBOUNCER, the program");
        let mut command = Command::new(program);
        if rustix::process::geteuid().is_root() {
            // It refuses to be root. The socket of the embedded Postgres is this user's too.
            command.args(["--user", "bursar-postgres"]);
        }
        let child = command.arg("--quiet").arg(file).spawn().expect("PgBouncer");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {}
        Self { child, port, _folder: folder }
    }

    /// The same database, through the pooler.
    fn url(&self, url: &str) -> String {
        let options: PgConnectOptions = url.parse().expect("a Postgres address");
        let database = options.get_database().expect("a database");
        format!("postgres://bursar@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // Fails when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn password(url: &str) -> Option<String> {
    let (credentials, _) = url.strip_prefix("postgres://")?.rsplit_once('@')?;
    let (_, password) = credentials.split_once(':')?;
    form_urlencoded::parse(format!("p={password}").as_bytes()).next().map(|(_, password)| password.into_owned())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PgBouncer: cargo xtask test --only pooler"]
async fn two_instances_behind_a_transaction_pooler_serve_at_once() {
    let world = world_of_today(|_| {}).await;
    let pooler = PgBouncer::before(&world.database_url(), "");
    let url = pooler.url(&world.database_url());
    let variables = [POOLER, ("SUPERADMIN_PASSWORD", PASSWORD)];
    let consoles = [Arc::new(Console::start(&url, &variables).await), Arc::new(Console::start(&url, &variables).await)];

    let form = format!("email=admin%40example.com&password={}&next=%2F", PASSWORD.replace(' ', "+"));
    let signed_in = consoles[1].post("/act/sign-in", &form, "", "sign-in").await.expect("an answer");
    assert_eq!(signed_in.status, 200, "{signed_in:?}");

    let work = Arc::new(Work::of(&world).await);
    let storms = [storm(&consoles[0], &work, AT_ONCE), storm(&consoles[1], &work, AT_ONCE)];
    for answers in storms {
        let answers = answers.join_all().await;
        assert!(answers.iter().all(|answer| answer.status < 500), "{answers:?}");
    }
    work.check().await;
    assert!(work.done() >= AT_ONCE / 4, "only {} changes went through", work.done());
    for console in consoles {
        assert_eq!(console.get("/health/ready", "").await.expect("an answer").status, 200);
        Arc::into_inner(console).expect("nobody asks any more").stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PgBouncer: cargo xtask test --only pooler"]
async fn migration_through_a_transaction_pooler_leaves_no_lock() {
    let database = TestDatabase::create().await;
    sqlx::raw_sql("drop schema public cascade; create schema public").execute(database.pool()).await.expect("empty");
    let pooler = PgBouncer::before(&database.url(), "");
    let (pooled, direct) = (pooler.url(&database.url()), database.url());
    let migrate = |url: &str, more: &[(&str, &str)]| run(&["migrate"], &[&[("DATABASE_URL", url)], more].concat());

    // Two at once, as two instances that start.
    let output = std::thread::scope(|scope| {
        let other = scope.spawn(|| migrate(&pooled, &[POOLER]));
        [migrate(&pooled, &[POOLER]), other.join().expect("no panic")]
    });
    for output in output {
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let locks = "select count(*) from pg_locks where locktype = 'advisory'
                 and database = (select oid from pg_database where datname = current_database())";
    let locks: i64 = sqlx::query_scalar(locks).fetch_one(database.pool()).await.expect("a count");
    assert_eq!(locks, 0);
    // Something to do, for one that comes straight.
    sqlx::raw_sql("delete from _sqlx_migrations where version = 44; drop index users_privileged_by_created")
        .execute(database.pool())
        .await
        .expect("one migration less");
    let start = Instant::now();
    let output = migrate(&direct, &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(start.elapsed() < Duration::from_secs(10), "it waited {:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs PgBouncer: cargo xtask test --only pooler"]
async fn pooler_that_was_not_configured_is_named_with_the_setting() {
    let database = TestDatabase::create().await;
    let refusing = PgBouncer::before(&database.url(), "");
    let dropping = PgBouncer::before(&database.url(), "ignore_startup_parameters = options");
    for pooler in [refusing, dropping] {
        let output = run(&["migrate"], &[("DATABASE_URL", &pooler.url(&database.url()))]);
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains("Set BURSAR_DATABASE_POOLER=transaction"), "{said}");
    }
}
