//! A machine vanishes while it holds a lock: neither it nor the network tells Postgres.

use super::console::Console;
use super::proxy::{Mode, Proxy};
use super::world_of_today;
use domain::role::PlatformRole;
use rustix::process::Signal;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;

/// The lock of every change of users' rights, `RIGHTS_LOCK` in services/src/change.rs.
const RIGHTS_LOCK: i64 = 0x6275_7273_6172_0002;
/// `BURSAR_REQUEST_TIMEOUT` of the instance that vanishes, and what its transactions may be idle.
const REQUEST_TIMEOUT: &str = "3";
const MAX_IDLE: Duration = Duration::from_secs(5);
/// What a machine that is busy with other tests may add to an answer.
const SLACK: Duration = Duration::from_secs(4);

/// Looks again and again until somebody waits for an advisory lock of this database, or has it.
async fn until_advisory_lock(pool: &PgPool, is_granted: bool) {
    let sql = "select exists (select from pg_locks where locktype = 'advisory' and granted = $1
               and database = (select oid from pg_database where datname = current_database()))";
    while !sqlx::query_scalar::<_, bool>(sql).bind(is_granted).fetch_one(pool).await.expect("the locks") {}
}

#[tokio::test(flavor = "multi_thread")]
async fn vanished_instance_frees_its_locks_in_time() {
    let world = world_of_today(|_| {}).await;
    let pool = world.services.pool();
    let maintainer = world.person("Mira", PlatformRole::Maintainer).await;
    let cookie = format!("__Host-bursar={}", world.token(&maintainer));
    let user = world.person("Priya", PlatformRole::User).await.actor.user_id;
    let change = |limit: u32| format!("person={user}&limit={limit}");
    let proxy = Proxy::before(&world.database_url()).await;
    let vanishing = Arc::new(Console::start(proxy.url(), &[("BURSAR_REQUEST_TIMEOUT", REQUEST_TIMEOUT)]).await);
    let staying = Console::start(&world.database_url(), &[]).await;

    // The change waits for its lock; before it gets it, its machine is gone.
    let mut holder = pool.begin().await.expect("a transaction");
    sqlx::query("select pg_advisory_xact_lock($1)").bind(RIGHTS_LOCK).execute(&mut *holder).await.expect("a lock");
    let lost = tokio::spawn({
        let (vanishing, body, cookie) = (Arc::clone(&vanishing), change(5), cookie.clone());
        async move { vanishing.post("/act/users/set-project-limit", &body, &cookie, "lost").await }
    });
    until_advisory_lock(pool, false).await;
    proxy.set(Mode::Silent).await;
    vanishing.signal(Signal::KILL);
    lost.await.expect("no panic").expect_err("nobody is there to answer");
    holder.rollback().await.expect("an end");
    until_advisory_lock(pool, true).await;

    let answer = staying.post("/act/users/set-project-limit", &change(7), &cookie, "kept").await.expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.took < MAX_IDLE + SLACK, "{answer:?}");
    staying.stop().await;
}
