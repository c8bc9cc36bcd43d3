//! How long signing in takes, and what reading rights costs a page. A few rounds with the other tests; `BURSAR_SOAK=1`
//! makes it enough of them to read the figures by (`--nocapture` shows them).

use super::{both, token};
use crate::provider::Provider;
use crate::server::PAGE;
use domain::mode::Mode;
use http::StatusCode;
use services::Services;
use services::session::{self, SessionToken};
use services::testing::{World, developer};
use std::time::{Duration, Instant};

fn rounds() -> u32 {
    if std::env::var_os("BURSAR_SOAK").is_some() { 500 } else { 5 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_in_and_reading_rights_take_so_long() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    let start = Instant::now();
    for _ in 0..rounds() {
        server.sign_in(&provider).await;
    }
    let (whole, away) = (start.elapsed() / rounds(), provider.busy() / (rounds() + 1));
    let start = Instant::now();
    for _ in 0..rounds() {
        let answer = server.get("/settings/my-access", &[PAGE, ("cookie", &session)]).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.bytes().await.expect("a page");
    }
    let page = start.elapsed() / rounds();
    let platform = authenticating(&server.world.services, &token(&session)).await;
    let keycloak = keycloak_managed(&provider).await;
    println!("sign-in, from leaving to the session: {whole:?}, of it at the provider {away:?}");
    println!("a page (My access): {page:?}, one after the other");
    for (mode, rights) in [("Platform-managed", platform), ("Keycloak-managed", keycloak)] {
        let ratio = page.saturating_sub(rights).as_secs_f64() / page.as_secs_f64();
        println!("{mode}: reading rights {rights:?}; pages a second {ratio:.2} of those without");
    }
}

/// The same with rights in the claims.
async fn keycloak_managed(provider: &Provider) -> Duration {
    let world = World::with(|settings| settings.mode = Mode::Keycloak).await;
    let claims = developer("ada", serde_json::json!({ "applications": ["alpha,beta", "gamma"] }));
    let caller = world.sign_in(&claims).await.expect("a developer");
    let services = world.services.clone().with_identity(provider.identity("http://127.0.0.1:1", &world.clock));
    let token = SessionToken::from_cookie(&world.token(&caller)).expect("a session");
    authenticating(&services, &token).await
}

async fn authenticating(services: &Services, token: &SessionToken) -> Duration {
    let start = Instant::now();
    for _ in 0..rounds() {
        assert!(session::authenticate(services, token).await.expect("an answer").is_some());
    }
    start.elapsed() / rounds()
}
