//! The server is asked to stop while people work: whatever it took is answered, whatever it did not take never happened.

use super::console::Console;
use super::work::Work;
use super::{rounds, world_of_today};
use rustix::process::Signal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const WORKERS: usize = 8;
const ANSWERS: usize = 30;

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_loses_no_request() {
    let world = world_of_today(|_| {}).await;
    let work = Arc::new(Work::of(&world).await);
    for round in 0..rounds(5, 50) {
        let console = Arc::new(Console::start(&world.database_url(), &[]).await);
        let answered = Arc::new(AtomicUsize::default());
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| {
                let (console, work, answered) = (Arc::clone(&console), Arc::clone(&work), Arc::clone(&answered));
                tokio::spawn(async move {
                    while let Ok(answer) = work.change(&console).await {
                        assert!(answer.status < 500, "{answer:?}");
                        if answered.fetch_add(1, Ordering::SeqCst) == ANSWERS {
                            console.signal(Signal::TERM);
                        }
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("no panic");
        }
        assert!(answered.load(Ordering::SeqCst) > ANSWERS, "round {round}");
        let (status, log) = Arc::into_inner(console).expect("nobody asks any more").end().await;
        assert!(status.success() && !log.contains("panicked") && !log.contains("cut off"), "{status}\n{log}");
        work.check().await;
        work.check_that_nothing_unanswered_happened().await;
    }
}
