//! How long signing in takes, and how much of it is spent here. A few rounds with the other tests; `BURSAR_SOAK=1` makes
//! it enough of them to read the figures by (`--nocapture` shows them). What rights cost a page is a part of
//! `cargo xtask bench`.

use super::both;
use std::time::Instant;

fn rounds() -> u32 {
    if std::env::var_os("BURSAR_SOAK").is_some() { 500 } else { 5 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_takes_so_long() {
    let (server, provider) = both().await;
    server.sign_in(&provider).await;
    let start = Instant::now();
    for _ in 0..rounds() {
        server.sign_in(&provider).await;
    }
    let (whole, away) = (start.elapsed() / rounds(), provider.busy() / (rounds() + 1));
    assert!(away < whole, "the provider cannot have been busy for {away:?} of {whole:?}");
    println!("sign-in, from leaving to the session: {whole:?}, of it at the provider {away:?}");
}
