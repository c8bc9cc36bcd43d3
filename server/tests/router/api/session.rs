//! Signing in by program: the token is a session like any other.

use super::{Program, read};
use crate::server::{OUR_SITE, TestServer, answer};
use domain::role::PlatformRole;
use http::Method;
use serde_json::json;

const PASSWORD: &str = "a quiet ledger line";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_opens_a_session_that_ends_when_it_is_ended() {
    let server = TestServer::start().await;
    let (ada, _) = server.person("Ada Lovelace", PlatformRole::Maintainer).await;
    server.world.set_password(ada.actor.user_id, PASSWORD).await;
    let unauthenticated = Program::unauthenticated(&server);
    let login = json!({"email": "Ada.Lovelace@example.com", "password": PASSWORD});
    let signed_in = unauthenticated.post("/v1/local-auth/login", login).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    assert_eq!(signed_in.body["user"]["email"], "ada.lovelace@example.com");
    assert!(signed_in.header("set-cookie").starts_with("__Host-bursar="));
    let token = signed_in.body["access_token"].as_str().expect("a token").to_owned();
    let ada = Program { token, ..unauthenticated };
    let me = ada.get("/v1/user").await;
    assert_eq!((me.status, &me.body["username"]), (200, &json!("ada.lovelace@example.com")));
    assert_eq!(me.body["is_admin"], true);
    assert_eq!(ada.post("/v1/local-auth/logout", json!({})).await.status, 200);
    let ended = ada.get("/v1/user").await;
    assert_eq!((ended.status, ended.code()), (401, "invalid_token"));
    let unknown =
        "Bearer error=\"invalid_token\", error_description=\"The token is unknown, or its session has ended.\"";
    assert_eq!(ended.header("www-authenticate"), unknown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_sign_in_has_one_answer() {
    let server = TestServer::start().await;
    let (ada, _) = server.person("Ada Lovelace", PlatformRole::User).await;
    server.world.set_password(ada.actor.user_id, PASSWORD).await;
    let unauthenticated = Program::unauthenticated(&server);
    let mut answers = Vec::new();
    for email in ["ada.lovelace@example.com", "unknown@example.com", "no address"] {
        let refused = unauthenticated.post("/v1/local-auth/login", json!({"email": email, "password": "wrong"})).await;
        answers.push((refused.status, refused.body["error"].to_string()));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers[0].1.contains("wrong_sign_in"), "{answers:?}");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_in_is_blocked_alike_for_known_and_unknown_addresses() {
    let server = TestServer::start().await;
    let (ada, _) = server.person("Ada Lovelace", PlatformRole::User).await;
    server.world.set_password(ada.actor.user_id, PASSWORD).await;
    let unauthenticated = Program::unauthenticated(&server);
    let mut answers = Vec::new();
    for email in ["ada.lovelace@example.com", "unknown@example.com"] {
        let mut seen = Vec::new();
        for _ in 0..6 {
            let refused =
                unauthenticated.post("/v1/local-auth/login", json!({"email": email, "password": "wrong"})).await;
            seen.push((refused.status, refused.body["error"].to_string(), refused.header("retry-after").to_owned()));
        }
        answers.push(seen);
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0][..4].iter().all(|(status, ..)| *status == 401), "{answers:?}");
    let is_blocked = |(status, error, wait): &(u16, String, String)| {
        *status == 429 && error.contains("\"sign_in_blocked\"") && wait == "900"
    };
    assert!(answers[0][4..].iter().all(is_blocked), "{answers:?}");
    let right = json!({"email": "ada.lovelace@example.com", "password": PASSWORD});
    assert_eq!(unauthenticated.post("/v1/local-auth/login", right).await.status, 429);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deactivated_user_is_told_so_after_the_right_password() {
    let server = TestServer::start().await;
    let (ada, _) = server.person("Ada Lovelace", PlatformRole::User).await;
    server.world.set_password(ada.actor.user_id, PASSWORD).await;
    sqlx::query("update users set is_active = false").execute(server.world.services.pool()).await.expect("deactivated");
    let unauthenticated = Program::unauthenticated(&server);
    for (password, expected) in [("wrong", (401, "wrong_sign_in")), (PASSWORD, (403, "account_deactivated"))] {
        let login = json!({"email": "ada.lovelace@example.com", "password": password});
        let refused = unauthenticated.post("/v1/local-auth/login", login).await;
        assert_eq!((refused.status, refused.code()), expected, "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn configuration_names_the_least_length_of_a_password() {
    let server = TestServer::start().await;
    let config = Program::unauthenticated(&server).get("/v1/config").await;
    let least = json!({"id": "passwordMinLength", "settings": {"enabled": true, "value": "15"}});
    assert!(config.body.as_array().is_some_and(|all| all.contains(&least)), "{config:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_one_time_password_opens_nothing_but_its_change() {
    let server = TestServer::start().await;
    let (ada, _) = server.person("Ada Lovelace", PlatformRole::Maintainer).await;
    server.world.set_password(ada.actor.user_id, PASSWORD).await;
    sqlx::query("update users set password_change_due = true")
        .execute(server.world.services.pool())
        .await
        .expect("one");
    let ada = Program::of(&server, &ada);
    let refused = ada.get("/v1/user").await;
    assert_eq!((refused.status, refused.code()), (403, "password_change_required"));
    let wrong = json!({"current_password": "wrong", "new_password": "a louder ledger line"});
    let wrong = ada.post("/v1/local-auth/change-password", wrong).await;
    assert_eq!((wrong.status, wrong.code()), (401, "wrong_current_password"));
    let short = json!({"current_password": PASSWORD, "new_password": "short"});
    let short = ada.post("/v1/local-auth/change-password", short).await;
    assert_eq!((short.status, short.code()), (400, "password_too_short"));
    let right = json!({"current_password": PASSWORD, "new_password": "a louder ledger line"});
    let changed = ada.post("/v1/local-auth/change-password", right).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.header("set-cookie"), "", "a program that keeps cookies would send both from now on");
    assert_eq!(ada.get("/v1/user").await.status, 401, "the token of before is void");
    let token = changed.body["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(Program { token, ..ada }.get("/v1/user").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_reads_alone_and_changes_only_from_our_own_pages() {
    let server = TestServer::start().await;
    let (ada, cookie) = server.person("Ada Lovelace", PlatformRole::Maintainer).await;
    let cookie = ("cookie", cookie.as_str());
    let unauthenticated = Program::unauthenticated(&server);
    assert_eq!(unauthenticated.ask(Method::GET, "/v1/user", &[cookie], None).await.status, 200);
    let grace = server.world.person("Grace Hopper", PlatformRole::User).await.actor.user_id;
    let path = format!("/v1/admin/users/{grace}");
    let body = Some(json!({"project_limit": 5}));
    let evil = ("origin", "https://evil.example");
    for headers in [vec![cookie], vec![cookie, evil], vec![cookie, ("sec-fetch-site", "cross-site")]] {
        let refused = unauthenticated.ask(Method::PUT, &path, &headers, body.clone()).await;
        assert_eq!((refused.status, refused.code()), (403, "cross_site_request"), "{headers:?}");
    }
    assert_eq!(unauthenticated.ask(Method::PUT, &path, &[cookie, OUR_SITE], body).await.status, 200);
    let both = Program::of(&server, &ada).ask(Method::GET, "/v1/user", &[cookie], None).await;
    assert_eq!((both.status, both.code()), (401, "ambiguous_authentication"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invalid_token_is_unauthenticated() {
    let server = TestServer::start().await;
    for authorization in
        ["Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Basic YTpi", "dev-codemie-user", "Bearer \u{e9}"]
    {
        let request = server.request(Method::GET, "/v1/user", &[("authorization", authorization)]);
        let reply = read(&Method::GET, "/v1/user", answer(request).await).await;
        assert_eq!(reply.status, 401, "{authorization}");
    }
    let request = server.request(Method::GET, "/v1/config", &[("authorization", "Bearer x")]);
    assert_eq!(answer(request).await.status(), 200);
}
