//! The server is killed while it writes: what is stored and what is on record agree, and nothing answered is lost.

use super::console::Console;
use super::work::Work;
use super::{rounds, world_of_today};
use rustix::process::Signal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const WORKERS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_during_writes_leaves_nothing_half_written() {
    let world = world_of_today(|_| {}).await;
    let work = Arc::new(Work::of(&world).await);
    let mut cut_off = 0;
    for round in 0..rounds(10, 100) {
        let console = Arc::new(Console::start(&world.database_url(), &[]).await);
        // A different moment each time.
        let last = 5 + 7 * round % 31;
        let answered = Arc::new(AtomicUsize::default());
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let (console, work, answered) = (Arc::clone(&console), Arc::clone(&work), Arc::clone(&answered));
                tokio::spawn(async move {
                    while work.change(&console).await.is_ok() {
                        if answered.fetch_add(1, Ordering::SeqCst) == last {
                            console.signal(Signal::KILL);
                        }
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("no panic");
            cut_off += 1;
        }
        let (_, log) = Arc::into_inner(console).expect("nobody asks any more").end().await;
        assert!(!log.contains("panicked"), "{log}");
        work.check().await;
    }
    assert!(work.done() > 0 && cut_off > 0);
}
