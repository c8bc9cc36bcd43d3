//! Forms that are sent twice, and forms that are sent after their session has ended. Browsers are in `end2end`.

use crate::browser::Browser;
use crate::server::{DATA, OUR_SITE, TestServer};
use domain::role::PlatformRole;
use http::StatusCode;
use serde_json::Value;

const NEW_USER: &str = "/settings/administration/users/new";
const PASSWORD: &str = "a quiet ledger line";
const TYPED: &str = "Typed%20before%20the%20end";

/// The hidden fields of the forms of a page, as a body.
fn stamp(page: &str) -> String {
    let value = |name: &str| {
        let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{name}: {page}"));
        field.split('"').next().expect("a value").replace('@', "%40").replace(' ', "+")
    };
    format!("form_key={}&form_user={}", value("form_key"), value("form_user"))
}

async fn count(server: &TestServer, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(server.world.services.pool()).await.expect("a count")
}

async fn users_named_ada(server: &TestServer) -> i64 {
    count(server, "select count(*) from users where email = 'ada@example.com'").await
}

async fn admin<'a>(server: &'a TestServer, name: &str) -> Browser<'a> {
    let (caller, session) = server.person(name, PlatformRole::Admin).await;
    server.world.set_password(caller.actor.user_id, PASSWORD).await;
    Browser::of(server, session, NEW_USER)
}

fn shown(page: &str) -> &str {
    let rest = page.split("select-all wrap-anywhere\">").nth(1).unwrap_or_else(|| panic!("no password in {page}"));
    rest.split('<').next().expect("a password")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn form_sent_twice_creates_one_user_and_shows_the_same_password() {
    let server = TestServer::start().await;
    let mut mira = admin(&server, "Mira").await;
    let body = format!("name=Ada&email=ada%40example.com&kind=regular&{}", stamp(&mira.open(NEW_USER).await));
    let mut pressed_twice = Browser::of(&server, mira.cookies.join("; "), NEW_USER);
    let (first, second) =
        tokio::join!(mira.send("/act/users/create", &body), pressed_twice.send("/act/users/create", &body));
    assert_eq!(first.0, StatusCode::SEE_OTHER);
    assert_eq!(first, second);
    assert_eq!(users_named_ada(&server).await, 1);
    let page = mira.open(&first.1).await;
    assert_eq!(shown(&page), shown(&pressed_twice.open(&second.1).await));
    // Later, and by a script: the same page, told as scripts are told.
    let headers = [("cookie", mira.cookies.join("; ")), ("referer", format!("{}{NEW_USER}", server.origin()))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = server.post("/act/users/create", &body, &[headers.as_slice(), &[DATA, OUR_SITE]].concat()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let sent: Value = answer.json().await.expect("data");
    assert_eq!(sent["to"], first.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_form_is_done_when_it_is_sent_again() {
    let server = TestServer::start().await;
    let mut mira = admin(&server, "Mira").await;
    let stamp = stamp(&mira.open(NEW_USER).await);
    let refused = mira.send("/act/users/create", &format!("name=&email=ada%40example.com&kind=regular&{stamp}")).await;
    assert_eq!(refused.1, NEW_USER);
    let body = format!("name=Ada&email=ada%40example.com&kind=regular&{stamp}");
    let (_, to) = mira.send("/act/users/create", &body).await;
    assert_ne!(to, NEW_USER);
    assert_eq!(users_named_ada(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn notice_of_a_form_is_shown_again_after_its_second_post() {
    let server = TestServer::start().await;
    let mut mira = admin(&server, "Mira").await;
    let page = mira.open("/settings/administration/new-project").await;
    let body = format!("name=atlas&display_name=&description=Maps.&{}", stamp(&page));
    for _ in 0..2 {
        let (_, to) = mira.send("/act/projects/create", &body).await;
        let page = mira.open(&to).await;
        assert!(page.contains("atlas created."), "{page}");
    }
    assert_eq!(count(&server, "select count(*) from projects where name = 'atlas'").await, 1);
}

/// A user who edits a project while an operator ends the session, and what was typed is sent.
async fn typed_too_late<'a>(server: &'a TestServer, name: &str) -> (Browser<'a>, String) {
    let mut ada = admin(server, name).await;
    let body = format!("name=atlas&display_name=&description=Maps.&{}", stamp(&ada.open(NEW_USER).await));
    ada.send("/act/projects/create", &body).await;
    let edit = "/settings/administration/projects/atlas/edit";
    let stamp = stamp(&ada.open(edit).await);
    sqlx::query("delete from sessions").execute(server.world.services.pool()).await.expect("sessions");
    let body = format!("project=atlas&version=1&display_name=&description={TYPED}&{stamp}");
    let (status, to) = ada.send("/act/projects/edit", &body).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(to, "/sign-in?next=%2Fsettings%2Fadministration%2Fprojects%2Fatlas%2Fedit");
    let page = ada.open(&to).await;
    assert!(page.contains("You were signed out.") && page.contains("your input is kept."), "{page}");
    (ada, edit.to_owned())
}

async fn sign_in(browser: &mut Browser<'_>, email: &str, next: &str) {
    let body = format!("email={email}&password={}&next={next}", PASSWORD.replace(' ', "+"));
    assert_eq!(browser.send("/act/sign-in", &body).await, (StatusCode::SEE_OTHER, next.to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn form_sent_too_late_is_shown_after_its_user_signs_in_again() {
    let server = TestServer::start().await;
    let (mut ada, edit) = typed_too_late(&server, "Ada").await;
    let page = ada.open("/sign-in").await;
    assert!(page.contains("value=\"ada@example.com\"") && !page.contains("Typed before"), "{page}");
    sign_in(&mut ada, "ada%40example.com", &edit).await;
    let elsewhere = ada.open("/settings/my-access").await;
    assert!(!elsewhere.contains("Typed before"), "it waits for its page");
    let page = ada.open(&edit).await;
    assert!(page.contains("Typed before the end") && page.contains("Your input is kept"), "{page}");
    assert!(!ada.open(&edit).await.contains("Typed before the end"), "shown once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn form_sent_too_late_is_shown_to_no_other_user() {
    let server = TestServer::start().await;
    admin(&server, "Eve").await;
    let (mut browser, edit) = typed_too_late(&server, "Ada").await;
    sign_in(&mut browser, "eve%40example.com", &edit).await;
    let page = browser.open(&edit).await;
    assert!(page.contains("Maps.") && !page.contains("Typed before"), "{page}");
    browser.cookies.retain(|cookie| !cookie.starts_with("__Host-bursar="));
    sign_in(&mut browser, "ada%40example.com", &edit).await;
    assert!(!browser.open(&edit).await.contains("Typed before"), "it is gone with the first sign-in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn form_of_another_user_is_refused_and_not_shown() {
    let server = TestServer::start().await;
    let (mut ada, mut eve) = (admin(&server, "Ada").await, admin(&server, "Eve").await);
    let stamp = stamp(&ada.open(NEW_USER).await);
    let body = format!("name=Secret+Plan&email=plan%40example.com&kind=regular&{stamp}");
    assert_eq!(eve.send("/act/users/create", &body).await, (StatusCode::SEE_OTHER, NEW_USER.to_owned()));
    let page = eve.open(NEW_USER).await;
    assert!(page.contains("Another user opened this page") && !page.contains("Secret Plan"), "{page}");
    assert_eq!(count(&server, "select count(*) from users where name = 'Secret Plan'").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn password_of_a_form_sent_too_late_is_not_kept() {
    let server = TestServer::start().await;
    let mut ada = admin(&server, "Ada").await;
    ada.page = "/settings/profile".to_owned();
    let stamp = stamp(&ada.open("/settings/profile").await);
    sqlx::query("delete from sessions").execute(server.world.services.pool()).await.expect("sessions");
    let body = format!("current_password=one-secret&new_password=two-secret&repeated=two-secret&{stamp}");
    ada.send("/act/account/change-password", &body).await;
    let kept = ada.cookies.iter().find_map(|cookie| cookie.strip_prefix("__Host-bursar-kept-form=")).expect("a cookie");
    let kept = services::kept_form::KeptForm::from_cookie(kept).expect("a form");
    assert!(!format!("{kept:?}").contains("secret"), "{kept:?}");
    assert!(ada.open("/sign-in").await.contains("Nothing was changed."));
}
