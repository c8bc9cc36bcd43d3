//! Postgres is cut off while people work, and comes back.

use super::console::{Answer, Console};
use super::proxy::{Mode, Proxy};
use super::work::{Work, storm};
use super::{rounds, world_of_today};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// `BURSAR_DATABASE_WAIT` as it is by default.
const WAIT: Duration = Duration::from_secs(2);
/// What a machine that is busy with other tests may add to an answer.
const SLACK: Duration = Duration::from_secs(3);
/// How soon every page answers again after the database is back (docs/security.md, S14).
const RECOVERY: Duration = Duration::from_secs(2);
const AT_ONCE: usize = 32;

/// Done, or refused for what it asked.
fn is_good(answer: &Answer) -> bool {
    answer.status < 500
}

/// Says that the database does not answer and when to try again, and says so in time.
fn is_orderly_refusal(answer: &Answer) -> bool {
    answer.status == 503 && answer.says_when_to_retry && answer.took < WAIT + SLACK
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_is_answered_in_order_and_over_when_postgres_is_back() {
    let world = world_of_today(|_| {}).await;
    let proxy = Proxy::before(&world.database_url()).await;
    let console = Arc::new(Console::start(proxy.url(), &[]).await);
    let work = Arc::new(Work::of(&world).await);
    for round in 0..rounds(3, 30) {
        let whole = storm(&console, &work, AT_ONCE).join_all().await;
        assert!(whole.iter().all(is_good), "round {round}, whole: {whole:?}");

        let mut straddling = storm(&console, &work, AT_ONCE);
        for _ in 0..AT_ONCE / 4 {
            straddling.join_next().await.expect("one more").expect("no panic");
        }
        proxy.set(Mode::Cut).await;
        // One of these may have waited twice, for its session and for its change, or be in the middle of a commit.
        let straddling = straddling.join_all().await;
        let in_order = |answer: &Answer| match answer.status {
            status if status < 500 => true,
            503 => answer.says_when_to_retry,
            status => status == 504,
        };
        assert!(straddling.iter().all(in_order), "round {round}, straddling: {straddling:?}");

        let cut = storm(&console, &work, AT_ONCE).join_all().await;
        assert!(cut.iter().all(is_orderly_refusal), "round {round}, cut: {cut:?}");
        assert_eq!(console.get("/health/live", "").await.expect("an answer").status, 200);
        assert_eq!(console.get("/health/ready", "").await.expect("an answer").status, 503);

        proxy.set(Mode::Open).await;
        let back = Instant::now();
        while !is_good(&console.get("/settings/profile", work.cookie()).await.expect("an answer")) {}
        assert!(back.elapsed() < RECOVERY, "round {round}: healthy after {:?}", back.elapsed());
    }
    work.check().await;
    assert!(work.done() >= AT_ONCE, "only {} changes went through", work.done());
    Arc::into_inner(console).expect("nobody asks any more").stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_swallows_everything_is_answered_in_order_too() {
    let world = world_of_today(|_| {}).await;
    let proxy = Proxy::before(&world.database_url()).await;
    let console = Arc::new(Console::start(proxy.url(), &[("BURSAR_REQUEST_TIMEOUT", "4")]).await);
    let work = Arc::new(Work::of(&world).await);
    let whole = storm(&console, &work, AT_ONCE).join_all().await;
    assert!(whole.iter().all(is_good), "{whole:?}");

    proxy.set(Mode::Silent).await;
    let silent = storm(&console, &work, AT_ONCE).join_all().await;
    assert!(silent.iter().all(is_orderly_refusal), "{silent:?}");

    proxy.set(Mode::Open).await;
    let back = Instant::now();
    while !is_good(&console.get("/settings/profile", work.cookie()).await.expect("an answer")) {}
    assert!(back.elapsed() < RECOVERY, "healthy after {:?}", back.elapsed());
    let whole = storm(&console, &work, AT_ONCE).join_all().await;
    assert!(whole.iter().all(is_good), "{whole:?}");
    work.check().await;
    Arc::into_inner(console).expect("nobody asks any more").stop().await;
}
