//! A session from the outside: who it is, what it may, and that it ends at once.

use crate::provider::cookie_of;
use crate::server::{DATA, OUR_SITE, PAGE, TestServer, header};
use domain::role::PlatformRole;
use http::StatusCode;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_says_who_asks_until_its_row_is_gone() {
    let server = TestServer::start().await;
    let (caller, cookie) = server.person("Ada Lovelace", PlatformRole::User).await;
    let headers = [("cookie", cookie.as_str()), DATA, OUR_SITE];
    let answer = server.post("/data/who-am-i", "", &headers).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.text().await.expect("data").contains("ada.lovelace@example.com"));
    sqlx::query("delete from sessions where id = $1")
        .bind(caller.actor.session_id.0)
        .execute(server.world.services.pool())
        .await
        .expect("a session");
    let answer = server.post("/data/who-am-i", "", &headers).await;
    assert!(!answer.text().await.expect("data").contains("ada.lovelace@example.com"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_operator_sets_by_hand_holds_at_once() {
    let server = TestServer::start().await;
    let (_, cookie) = server.person("Ada Lovelace", PlatformRole::User).await;
    let headers = [("cookie", cookie.as_str()), DATA, OUR_SITE];
    let before = server.post("/data/who-am-i", "", &headers).await.text().await.expect("data");
    assert!(!before.contains("ManageBudgets"), "{before}");
    sqlx::query("UPDATE users SET is_maintainer = true, is_admin = true WHERE email = 'ada.lovelace@example.com'")
        .execute(server.world.services.pool())
        .await
        .expect("a person");
    let after = server.post("/data/who-am-i", "", &headers).await.text().await.expect("data");
    assert!(after.contains("ManageBudgets"), "{after}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_is_answered_with_303_and_a_script_with_data() {
    let server = TestServer::start().await;
    let referer = format!("{}/sign-in", server.origin());
    let body = "email=nobody%40example.com&password=wrong&next=%2F";
    let form = server.post("/act/sign-in", body, &[PAGE, OUR_SITE, ("referer", &referer)]).await;
    assert_eq!(form.status(), StatusCode::SEE_OTHER);
    assert!(header(&form, "location").ends_with("/sign-in"), "{}", header(&form, "location"));
    let script = server.post("/act/sign-in", body, &[DATA, OUR_SITE, ("referer", &referer)]).await;
    assert_eq!(header(&script, "location"), "");
    assert!(!script.status().is_server_error() && !script.status().is_success(), "{}", script.status());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_sign_in_of_a_visitor_shows_its_form_again_and_writes_no_row() {
    let server = TestServer::start().await;
    let referer = format!("{}/sign-in", server.origin());
    let sent = [PAGE, OUR_SITE, ("referer", referer.as_str())];
    let body = "email=Pryia%40example.com&password=wrong-secret&next=%2F";
    let cookie = cookie_of(&server.post("/act/sign-in", body, &sent).await, "__Host-bursar-form");
    let shown = server.get("/sign-in", &[PAGE, ("cookie", &cookie)]).await;
    assert_eq!(cookie_of(&shown, "__Host-bursar-form"), "__Host-bursar-form=", "shown once");
    let page = shown.text().await.expect("a page");
    assert!(
        page.contains("Pryia@example.com") && page.contains("The e-mail address or the password is wrong."),
        "{page}"
    );
    assert!(!page.contains("wrong-secret"));
    let script = server.post("/data/flash", "", &[("cookie", &cookie), DATA, OUR_SITE]).await;
    assert!(script.text().await.expect("data").contains("Pryia@example.com"), "a script reads the same");

    let body = format!("email={}&password=wrong&next=%2F", "a".repeat(60_000));
    let cookie = cookie_of(&server.post("/act/sign-in", &body, &sent).await, "__Host-bursar-form");
    assert!((100..2_100).contains(&cookie.len()), "{}", cookie.len());
    let rows: i64 = sqlx::query_scalar("select count(*) from form_states")
        .fetch_one(server.world.services.pool())
        .await
        .expect("a count");
    assert_eq!(rows, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_behind_the_sign_in_leads_there_and_back() {
    let server = TestServer::start().await;
    let response = server.get("/settings/administration/users", &[PAGE]).await;
    assert!(response.status().is_redirection(), "{}", response.status());
    assert_eq!(header(&response, "location"), "/sign-in?next=%2Fsettings%2Fadministration%2Fusers");
}
