//! Callbacks that belong to no open sign-in: another tab's, loaded again, or too late. They sign nobody in, and nobody loses
//! where they were going.

use super::{both, count, who};
use crate::provider::{Provider, cookie_of, person};
use crate::server::{PAGE, header};
use http::StatusCode;
use time::Duration;

const PROFILE: &str = "%2Fsettings%2Fprofile%3Fa%3Db";

/// The address that an answer leads to, which gives no session.
fn leads_to(answer: &reqwest::Response) -> String {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(cookie_of(answer, "__Host-bursar"), "", "a session was given");
    header(answer, "location")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callback_loaded_again_leads_a_signed_in_user_on() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave(PROFILE).await;
    let back = provider.approve(&location);
    let session = cookie_of(&server.come_back(&cookie, &back).await, "__Host-bursar");
    for cookies in [session.clone(), format!("{cookie}; {session}")] {
        assert_eq!(leads_to(&server.come_back(&cookies, &back).await), "/settings/profile?a=b");
    }
    assert!(who(&server, &session).await.is_some());
    assert_eq!(count(&server, "sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_two_tabs_goes_where_it_was_going() {
    let (server, provider) = both().await;
    let (first, _) = server.leave(PROFILE).await;
    let (second, cookie) = server.leave("%2Fsettings%2Fmy-access").await;
    // The browser holds the cookie of the tab that left last.
    let early = server.come_back(&cookie, &provider.approve(&first)).await;
    assert_eq!(leads_to(&early), "/sign-in?next=%2Fsettings%2Fprofile%3Fa%3Db&unfinished=true");
    let answer = server.come_back(&cookie, &provider.approve(&second)).await;
    assert_eq!(header(&answer, "location"), "/settings/my-access");
    let session = cookie_of(&answer, "__Host-bursar");
    let late = server.come_back(&session, &provider.approve(&first)).await;
    assert_eq!(leads_to(&late), "/settings/profile?a=b");
    // Keycloak's answer to a tab whose user signed in in another one.
    let declined = vec![("error", "temporarily_unavailable".to_owned()), provider.approve(&first)[1].clone()];
    assert_eq!(leads_to(&server.come_back(&session, &declined).await), "/settings/profile?a=b");
    assert!(who(&server, &session).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_callback_begins_again_with_one_click_and_keeps_the_destination() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave(PROFILE).await;
    server.world.clock.advance(Duration::minutes(11));
    services::identity::sweep(&server.world.services).await.expect("swept");
    // The browser has dropped the cookie by then, or not yet.
    for cookie in ["", &cookie] {
        let answer = server.come_back(cookie, &provider.approve(&location)).await;
        let address = leads_to(&answer);
        let page = server.get(&address, &[PAGE]).await.text().await.expect("a page");
        assert!(page.contains("This sign-in was not completed."), "{page}");
        assert!(page.contains(&format!("href=\"/sign-in/provider?next={PROFILE}\"")), "{page}");
    }
    let (location, cookie) = server.leave(PROFILE).await;
    let answer = server.come_back(&cookie, &provider.approve(&location)).await;
    assert_eq!(header(&answer, "location"), "/settings/profile?a=b");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn provider_that_is_busy_keeps_the_destination() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave(PROFILE).await;
    let declined = vec![
        ("error", "temporarily_unavailable".to_owned()),
        provider.approve(&location)[1].clone(),
        issuer(&provider),
    ];
    let answer = server.come_back(&cookie, &declined).await;
    assert_eq!(leads_to(&answer), "/sign-in?next=%2Fsettings%2Fprofile%3Fa%3Db&unfinished=true");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_elses_callback_changes_no_session() {
    let (server, provider) = both().await;
    provider.sign_in_as(person("mallory", &["developer"]));
    let (attack, _) = server.leave("%2Fsettings%2Fprofile").await;
    let callback = provider.approve(&attack);
    provider.sign_in_as(person("ada", &["developer"]));
    let session = server.sign_in(&provider).await;
    let (_, own_flow) = server.leave("%2F").await;
    for cookies in [session.clone(), format!("{own_flow}; {session}")] {
        assert_eq!(leads_to(&server.come_back(&cookies, &callback).await), "/settings/profile");
    }
    assert_eq!(who(&server, &session).await.as_deref(), Some("ada@example.com"));
    assert_eq!(
        leads_to(&server.come_back(&own_flow, &callback).await),
        "/sign-in?next=%2Fsettings%2Fprofile&unfinished=true"
    );
    assert_eq!(count(&server, "sessions").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destination_that_bursar_did_not_write_leads_nowhere() {
    let (server, provider) = both().await;
    let session = server.sign_in(&provider).await;
    let (location, _) = server.leave(PROFILE).await;
    let right = provider.approve(&location);
    let (proof, destination) = right[1].1.split_once('.').expect("two parts");
    let flipped = if destination.starts_with('A') { 'B' } else { 'A' };
    for state in [
        String::new(),
        proof.to_owned(),
        format!("{proof}.{flipped}{}", &destination[1..]),
        format!("another.{destination}"),
        format!("{proof}.L3NldHRpbmdzL3Byb2ZpbGU"),
        format!("{proof}.!"),
    ] {
        let mut wrong = right.clone();
        wrong[1].1 = state.clone();
        assert_eq!(leads_to(&server.come_back(&session, &wrong).await), "/", "{state}");
        assert_eq!(leads_to(&server.come_back("", &wrong).await), "/sign-in?unfinished=true", "{state}");
    }
    assert_eq!(leads_to(&server.come_back(&session, &right).await), "/settings/profile?a=b");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destination_is_not_readable_on_its_way() {
    let (server, _) = both().await;
    let (location, _) = server.leave(PROFILE).await;
    assert!(!location.contains("settings") && !location.contains("c2V0dGluZ3M"), "{location}");
    let (longest, _) = server.leave(&format!("%2F{}", "a".repeat(2_000))).await;
    assert!(longest.len() < 1_000, "{longest}");
}

fn issuer(provider: &Provider) -> (&'static str, String) {
    ("iss", provider.url.clone())
}
