//! What reservations and events cost, against bare statements on the same tables.

use crate::spend::support::{Platform, event, request, settlement};
use domain::id::{ReservationId, UserId};
use domain::spend::Decision;
use futures_util::future::join_all;
use services::spend;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 64;
/// Both kinds of statements are measured in turns, so that other work on the machine slows down both.
const TURNS: usize = 10;
const TURN: Duration = Duration::from_millis(300);

/// How often a second `work` is done by all clients together, in one turn. It gets a number that no other call has.
async fn rate<F, W>(work: &Arc<W>, number: &Arc<AtomicUsize>) -> f64
where
    F: Future<Output = ()> + Send,
    W: Fn(usize) -> F + Send + Sync + 'static,
{
    let (before, start) = (number.load(Ordering::SeqCst), Instant::now());
    let clients = (0..CLIENTS).map(|_| {
        let (work, number) = (Arc::clone(work), Arc::clone(number));
        tokio::spawn(async move {
            while start.elapsed() < TURN {
                work(number.fetch_add(1, Ordering::SeqCst)).await;
            }
        })
    });
    for client in join_all(clients).await {
        client.expect("no panic");
    }
    (number.load(Ordering::SeqCst) - before) as f64 / start.elapsed().as_secs_f64()
}

/// Reservations a second, and bare updates of the same windows a second.
async fn against_updates(platform: &Arc<Platform>, users: Arc<Vec<UserId>>, name: &str) -> (f64, f64) {
    let pool = platform.services().pool().clone();
    let windows: Vec<uuid::Uuid> =
        sqlx::query_scalar("select id from budget_windows").fetch_all(&pool).await.expect("windows");
    let update = Arc::new(move |number: usize| {
        let (pool, id) = (pool.clone(), windows[number % windows.len()]);
        async move {
            sqlx::query("update budget_windows set reserved = reserved + 0.000001 where id = $1 and spent + reserved < hard_limit")
                .bind(id)
                .execute(&pool)
                .await
                .expect("an update");
        }
    });
    let (platform, name) = (Arc::clone(platform), name.to_owned());
    let reserve = Arc::new(move |number: usize| {
        let (platform, user, key) = (Arc::clone(&platform), users[number % users.len()], format!("{name}-{number}"));
        async move {
            drop(platform.hold(&key, user, "0.000001").await);
        }
    });
    let (updates, reservations) = (Arc::default(), Arc::default());
    let (mut reserved, mut bare) = (0.0, 0.0);
    for _ in 0..TURNS {
        bare += rate(&update, &updates).await;
        reserved += rate(&reserve, &reservations).await;
    }
    (reserved / TURNS as f64, bare / TURNS as f64)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, which says nothing on a machine that does other work: cargo xtask soak"]
async fn reservations_settlements_and_events_a_second() {
    for (name, count) in [("hot", 1), ("spread", 1000)] {
        let platform = Arc::new(Platform::create().await);
        let mut users = Vec::new();
        for number in 0..count {
            users.push(platform.user_with_budget(&format!("User {number}"), "999999999").await);
        }
        let opened = users.iter().enumerate().map(|(place, user)| request(&format!("o{place}"), *user, "1")).collect();
        let held: Vec<ReservationId> = platform
            .reserve_all(opened)
            .await
            .into_iter()
            .filter_map(|decision| match decision {
                Decision::Allowed(allowance) => Some(allowance.reservation),
                Decision::Denied(_) => None,
            })
            .collect();
        let (reserved, bare) = against_updates(&platform, Arc::new(users.clone()), name).await;
        eprintln!("{name}: {reserved:.0} reservations/s, {bare:.0} updates/s, ratio {:.2}", reserved / bare);
        if name == "hot" {
            continue;
        }
        let start = Instant::now();
        let settlements: Vec<_> = held.iter().map(|id| settlement(*id, "1")).collect();
        spend::settle_many(platform.services(), platform.gateway, settlements).await.expect("outcomes");
        eprintln!("{:.0} settlements/s in a batch of {count}", f64::from(count) / start.elapsed().as_secs_f64());
        let now = platform.world.clock.now();
        let events =
            (0..10_000).map(|number| event(&format!("e{number}"), users[number % users.len()], "1", now)).collect();
        let start = Instant::now();
        platform.ingest(events).await;
        let ingested = 10_000.0 / start.elapsed().as_secs_f64();
        eprintln!("{ingested:.0} events/s in a batch of 10,000");
    }
}
