//! Postgres answers slowly: requests are given up in time, and nothing piles up behind them.

use super::console::Console;
use super::proxy::{Mode, Proxy};
use super::work::{Work, storm};
use super::world_of_today;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 4;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// What a machine that is busy with other tests may add to an answer.
const SLACK: Duration = Duration::from_secs(3);
const RECOVERY: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_postgres_makes_timeouts_and_no_pile() {
    let world = world_of_today(|_| {}).await;
    let proxy = Proxy::before(&world.database_url()).await;
    let variables =
        [("BURSAR_DATABASE_CONNECTIONS", "4"), ("BURSAR_DATABASE_WAIT", "1"), ("BURSAR_REQUEST_TIMEOUT", "3")];
    let console = Arc::new(Console::start(proxy.url(), &variables).await);
    let work = Arc::new(Work::of(&world).await);

    // A statement takes most of the second that a request waits for a connection.
    proxy.set(Mode::Slow(Duration::from_millis(400))).await;
    let slow = storm(&console, &work, 100).join_all().await;
    for answer in &slow {
        assert!(answer.status < 500 || (answer.status == 503 && answer.says_when_to_retry), "{answer:?}");
        assert!(answer.took < REQUEST_TIMEOUT + SLACK, "{answer:?}");
    }
    assert!(slow.iter().any(|answer| answer.status == 503), "nothing was too slow");

    proxy.set(Mode::Open).await;
    let back = Instant::now();
    while console.get("/settings/profile", work.cookie()).await.expect("an answer").status != 200 {}
    assert!(back.elapsed() < RECOVERY, "healthy after {:?}", back.elapsed());
    let quick = storm(&console, &work, 2 * CONNECTIONS).join_all().await;
    assert!(quick.iter().all(|answer| answer.status < 500), "{quick:?}");
    // And the one of the schema's migration at the start.
    assert!(proxy.most_connections() <= CONNECTIONS + 1, "{} connections", proxy.most_connections());
    work.check().await;
    Arc::into_inner(console).expect("nobody asks any more").stop().await;
}
