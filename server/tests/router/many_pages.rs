//! Many pages at once. Listing the pages of another router meanwhile, as Leptos does, once made one of them wait for
//! ever.

use crate::server::{PAGE, TestServer};
use domain::role::PlatformRole;
use services::testing::rounds;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How many wait at a time.
const AT_ONCE: usize = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_is_answered_while_other_servers_start() {
    let server = Arc::new(TestServer::start().await);
    let (_, cookie) = server.person("Mira", PlatformRole::Maintainer).await;
    let done = Arc::new(AtomicBool::default());
    let starts = tokio::spawn(start_others(Arc::clone(&done)));
    let (places, mut asked) = (Arc::new(Semaphore::new(AT_ONCE)), JoinSet::new());
    for number in 0..rounds(1_000, 20_000) {
        let place = Arc::clone(&places).acquire_owned().await.expect("open");
        let (server, cookie) = (Arc::clone(&server), cookie.clone());
        asked.spawn(async move {
            let path = PATHS[number % PATHS.len()];
            let response = server.get(path, &[("cookie", &cookie), PAGE]).await;
            let (status, text) = (response.status(), response.text().await.expect("a whole page"));
            drop(place);
            assert_eq!(status, 200, "{path}");
            assert!(text.contains("</html>"), "{path} was cut off");
        });
    }
    while let Some(answered) = asked.join_next().await {
        answered.expect("an answer");
    }
    done.store(true, Ordering::Relaxed);
    assert!(starts.await.expect("no panic") > 0, "no other server started meanwhile");
}

const PATHS: [&str; 6] = [
    "/overview",
    "/settings/profile",
    "/settings/my-access",
    "/settings/administration/users",
    "/settings/administration/projects",
    "/settings/administration/budgets",
];

/// Starts one server after the other until the pages are done; says how many.
async fn start_others(done: Arc<AtomicBool>) -> usize {
    let mut started = 0;
    while !done.load(Ordering::Relaxed) {
        drop(TestServer::start().await);
        started += 1;
    }
    started
}
