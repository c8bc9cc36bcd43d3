//! A hundred users sign in at the same moment: pages stay quick, because hashing has workers of its own.

use super::console::Console;
use super::work::Work;
use super::world_of_today;
use services::testing::rounds;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

const SIGN_INS: usize = 100;

/// Wrong passwords, each for another e-mail address and from another network.
fn sign_ins(console: &Arc<Console>) -> JoinSet<()> {
    (0..SIGN_INS)
        .map(|number| {
            let console = Arc::clone(console);
            async move {
                let answer = console.sign_in(&format!("10.0.{number}.1")).await.expect("an answer");
                assert_eq!(answer.status, 422, "{answer:?}");
            }
        })
        .collect()
}

async fn page(console: &Console, work: &Work) -> Duration {
    let answer = console.get("/settings/administration/users", work.cookie()).await.expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.took
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_answered_while_a_hundred_sign_ins_wait() {
    let world = world_of_today(|_| {}).await;
    let work = Work::of(&world).await;
    let console = Arc::new(Console::start(&world.database_url(), &[]).await);
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..rounds(3, 300) {
        alone.push(page(&console, &work).await);
    }
    while beside.len() < alone.len() {
        let mut waiting = sign_ins(&console);
        waiting.join_next().await.expect("one of them").expect("no panic");
        while waiting.len() > SIGN_INS / 4 && beside.len() < alone.len() {
            beside.push(page(&console, &work).await);
            while waiting.try_join_next().is_some() {}
        }
        assert!(!beside.is_empty(), "every sign-in was over before a page was there");
        waiting.join_all().await;
    }
    for (name, at) in [("median", 50), ("99th percentile", 99)] {
        let (alone, beside) = (at_percent(&mut alone, at), at_percent(&mut beside, at));
        println!(
            "pages, {name}: alone {alone:?}, beside {SIGN_INS} sign-ins {beside:?}, ratio {:.2}",
            beside.div_duration_f64(alone)
        );
    }
    Arc::into_inner(console).expect("nobody asks any more").stop().await;
}

fn at_percent(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}
