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
    let (first, cookie) = server.leave(PROFILE).await;
    let (second, cookie) = server.leave_again(&cookie, "%2Fsettings%2Fmy-access").await;
    // Callbacks that are under way at the same moment have no session yet.
    for (tab, path) in [(&first, "/settings/profile?a=b"), (&second, "/settings/my-access")] {
        let answer = server.come_back(&cookie, &provider.approve(tab)).await;
        assert_eq!(header(&answer, "location"), path);
        assert!(who(&server, &cookie_of(&answer, "__Host-bursar")).await.is_some(), "{path}");
    }
    let (first, cookie) = server.leave(PROFILE).await;
    let (second, cookie) = server.leave_again(&cookie, "%2Fsettings%2Fmy-access").await;
    let session = cookie_of(&server.come_back(&cookie, &provider.approve(&second)).await, "__Host-bursar");
    let late = server.come_back(&session, &provider.approve(&first)).await;
    assert_eq!(leads_to(&late), "/settings/profile?a=b");
    for description in ["authentication_expired", "temporarily_unavailable"] {
        let answer = server.come_back(&session, &declined(&provider, &first, description)).await;
        assert_eq!(leads_to(&answer), "/settings/profile?a=b", "{description}");
    }
    assert!(who(&server, &session).await.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn code_of_another_tab_is_refused() {
    let (server, provider) = both().await;
    let (first, cookie) = server.leave(PROFILE).await;
    let (second, cookie) = server.leave_again(&cookie, "%2F").await;
    let mut mixed = provider.approve(&first);
    mixed[0] = provider.approve(&second)[0].clone();
    let answer = server.come_back(&cookie, &mixed).await;
    assert_eq!(leads_to(&answer), "/sign-in?next=%2Fsettings%2Fprofile%3Fa%3Db&unfinished=true");
    assert_eq!(count(&server, "sessions").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_that_is_over_at_keycloak_begins_again_once() {
    let (server, provider) = both().await;
    let (location, cookie) = server.leave(PROFILE).await;
    let over = declined(&provider, &location, "authentication_expired");
    let answer = server.come_back(&cookie, &over).await;
    assert_eq!(leads_to(&answer), "/sign-in/provider?next=%2Fsettings%2Fprofile%3Fa%3Db");
    for cookie in [&cookie, ""] {
        let again = server.come_back(cookie, &over).await;
        assert_eq!(leads_to(&again), "/sign-in?next=%2Fsettings%2Fprofile%3Fa%3Db&unfinished=true");
    }
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
    let answer = server.come_back(&cookie, &declined(&provider, &location, "too many requests")).await;
    assert_eq!(leads_to(&answer), "/sign-in?next=%2Fsettings%2Fprofile%3Fa%3Db&unfinished=true");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callback_of_another_user_changes_no_session() {
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

/// A callback without a code, as Keycloak sends it.
fn declined(provider: &Provider, location: &str, description: &str) -> Vec<(&'static str, String)> {
    let [_, state, iss] = provider.approve(location).try_into().expect("three parameters");
    vec![("error", "temporarily_unavailable".to_owned()), ("error_description", description.to_owned()), state, iss]
}
