//! The provider does not answer for a while.

use super::access_tokens::made;
use super::{both, who};
use crate::provider::Provider;
use crate::server::{PAGE, TestServer, header};
use domain::actor::Target;
use domain::mode::Mode;
use domain::role::PlatformRole;
use http::StatusCode;
use services::identity::{Fault, access_token};
use std::time::Instant;
use time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_go_on_sign_in_says_what_is_wrong_and_it_heals_by_itself() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    provider.go_down(true);
    server.world.clock.advance(Duration::minutes(6));
    let start = Instant::now();
    assert!(who(&server, &session).await.is_some(), "whoever is signed in goes on");
    let answer = server.get("/sign-in/provider?next=%2Fsettings%2Fprofile", &[PAGE]).await;
    assert_eq!(header(&answer, "location"), "/sign-in?next=%2Fsettings%2Fprofile");
    server.world.clock.advance(Duration::minutes(2));
    let page = server.get("/sign-in?next=%2Fsettings%2Fprofile", &[PAGE]).await.text().await.expect("a page");
    assert!(page.contains("Keycloak does not answer.") && page.contains("it answered 503"), "{page}");
    assert!(page.contains("2 min ago") && page.contains("Try again"), "{page}");
    assert!(start.elapsed() < std::time::Duration::from_secs(10));
    provider.go_down(false);
    server.world.clock.advance(Duration::seconds(6));
    let page = server.get("/sign-in", &[PAGE]).await.text().await.expect("a page");
    assert!(page.contains("Continue with Keycloak") && !page.contains("does not answer"), "{page}");
    assert!(who(&server, &session).await.is_some());
    assert_eq!(provider.refreshes(), 1, "the session was refreshed once it could be");
    assert!(who(&server, &server.sign_in(&provider).await).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_provider_keeps_rights_sessions_go_on_until_their_token_ends() {
    let provider = Provider::start().await;
    let server = TestServer::start_behind_in(Mode::Keycloak, &provider).await;
    let session = server.sign_in(&provider).await;
    provider.go_down(true);
    server.world.clock.advance(Duration::seconds(299));
    assert!(who(&server, &session).await.is_some(), "a refresh is due, and the claims still hold");
    server.world.clock.advance(Duration::seconds(1));
    assert!(who(&server, &session).await.is_none(), "nobody can say what holds now");
    provider.go_down(false);
    server.world.clock.advance(Duration::seconds(6));
    assert!(who(&server, &session).await.is_some(), "it heals by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_between_leaving_and_coming_back_is_said() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave("%2F").await;
    provider.go_down(true);
    let answer = server.come_back(&cookie, &provider.approve(&location)).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().await.expect("a page").contains("The identity provider does not answer"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_says_whether_the_provider_answers() {
    let (server, provider) = both().await;
    let (root, _) = server.person("Root", PlatformRole::Maintainer).await;
    let can = root.can(Target::Platform).expect("a maintainer");
    let status =
        async || services::identity::status(&server.world.services, &can).await.expect("a status").expect("one");
    let well = status().await;
    assert_eq!((well.outage, well.keys_read_at), (None, Some(server.world.clock.now())));
    assert_eq!(well.issuer, provider.url);
    assert!(well.clock_ahead_seconds.is_some());
    provider.go_down(true);
    server.world.clock.advance(Duration::seconds(11));
    let since = server.world.clock.now();
    assert_eq!(status().await.outage.map(|outage| outage.since), Some(since));
    server.world.clock.advance(Duration::seconds(60));
    assert_eq!(status().await.outage.map(|outage| outage.since), Some(since));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrators_see_whether_it_answers_and_what_that_means() {
    let (server, provider) = both().await;
    let (_, cookie) = server.person("Root", PlatformRole::Admin).await;
    let read = async || {
        let answer = server.get(app::paths::IDENTITY_PROVIDER, &[PAGE, ("cookie", &cookie)]).await;
        answer.text().await.expect("a page")
    };
    let page = read().await;
    for words in ["Reachable", "Read <time", "just now", "None yet", "Platform-managed", provider.url.as_str()] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("does not answer"), "{page}");
    provider.go_down(true);
    server.world.clock.advance(Duration::minutes(6));
    read().await;
    server.world.clock.advance(Duration::minutes(2));
    let page = read().await;
    for words in ["Keycloak does not answer.", "it answered 503", "No answer", "2 March 2026, 09:06 UTC", "2 min ago"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains("8 min ago"), "the keys of then are still believed: {page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_believed_for_a_day_while_the_provider_is_away() {
    let (server, provider) = both().await;
    let services = &server.world.services;
    assert!(access_token::verify(services, &made(&provider, |_| {})).await.is_ok());
    provider.go_down(true);
    server.world.clock.advance(Duration::hours(24) - Duration::seconds(1));
    assert!(access_token::verify(services, &made(&provider, |_| {})).await.is_ok());
    server.world.clock.advance(Duration::seconds(1));
    let verified = access_token::verify(services, &made(&provider, |_| {})).await;
    assert!(matches!(verified, Err(Fault::Protocol(oidc_client::Error::Unreachable(_)))), "{verified:?}");
    provider.go_down(false);
    server.world.clock.advance(Duration::seconds(6));
    assert!(access_token::verify(services, &made(&provider, |_| {})).await.is_ok(), "it heals by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_that_makes_the_provider_fail_is_no_outage() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    provider.forge(|it| it.raw = Some((StatusCode::INTERNAL_SERVER_ERROR, "{}".to_owned())));
    for _ in 0..5 {
        let (location, cookie) = server.leave("%2F").await;
        let answer = server.come_back(&cookie, &provider.approve(&location)).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
    provider.forge(|_| {});
    server.world.clock.advance(Duration::seconds(250));
    assert!(who(&server, &session).await.is_some());
    assert_eq!(provider.refreshes(), 1, "nothing rests");
    assert!(who(&server, &server.sign_in(&provider).await).await.is_some());
}
