//! What callers are told when Keycloak refuses, is busy, or is not there, by servers that answer as one does.
#![expect(clippy::unwrap_used, reason = "a test ends with the reason of what it met")]

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use keycloak_admin::{Error, Keycloak, Login};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;
use url::Url;

const TOKEN: &str = "/realms/{realm}/protocol/openid-connect/token";

async fn serve(router: Router) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}").parse().unwrap()
}

fn client(base: Url) -> Keycloak {
    let login = Login::ServiceAccount { realm: "acme".into(), client_id: "bursar-import".into(), secret: "s".into() };
    Keycloak::new(base, login).unwrap()
}

fn issuing(lifetime: u64) -> axum::routing::MethodRouter {
    post(move || async move { axum::Json(json!({ "access_token": "t", "expires_in": lifetime })) })
}

/// What a caller reads of users when the admin API answers with a status, headers and a body.
async fn refused(status: StatusCode, body: &'static str) -> Error {
    let users = get(move || async move { (status, [(header::CONTENT_TYPE, "application/json")], body) });
    let router = Router::new().route(TOKEN, issuing(60)).route("/admin/realms/acme/users", users);
    client(serve(router).await).get::<Value>(&["acme", "users"], &[]).await.unwrap_err()
}

/// What a caller is told when the token endpoint answers with a status and a body.
async fn login_refused(status: StatusCode, body: &'static str) -> Error {
    let router = Router::new().route(TOKEN, post(move || async move { (status, body) }));
    client(serve(router).await).get::<Value>(&["acme"], &[]).await.unwrap_err()
}

#[tokio::test]
async fn login_refusals_say_what_is_wrong() {
    let secret = login_refused(
        StatusCode::UNAUTHORIZED,
        r#"{"error":"unauthorized_client","error_description":"Invalid client or Invalid client credentials"}"#,
    );
    assert_eq!(secret.await, Error::Credentials { name: "bursar-import".into(), realm: "acme".into() });
    let account = login_refused(
        StatusCode::UNAUTHORIZED,
        r#"{"error":"unauthorized_client","error_description":"Client not enabled to retrieve service account"}"#,
    );
    assert_eq!(account.await, Error::NoServiceAccount { client_id: "bursar-import".into() });
    let realm = login_refused(StatusCode::NOT_FOUND, r#"{"error":"Realm does not exist"}"#);
    assert_eq!(realm.await, Error::NoRealm { realm: "acme".into() });
    for page in [r#"{"error":"Unable to find matching target resource method"}"#, "<html>404</html>", ""] {
        let path = login_refused(StatusCode::NOT_FOUND, page).await;
        assert!(matches!(path, Error::NoKeycloak { .. }) && path.to_string().contains("/auth"), "{path}");
    }
    let page = login_refused(StatusCode::OK, "<html>Sign in</html>").await;
    assert!(matches!(page, Error::Answer { .. }), "{page}");
}

#[tokio::test]
async fn missing_role_is_named() {
    let refusal = refused(StatusCode::FORBIDDEN, r#"{"error":"HTTP 403 Forbidden"}"#).await;
    let (method, path, client) = ("GET".into(), "acme/users".into(), "realm-management".into());
    assert_eq!(refusal, Error::MissingRole { method, path, role: "view-users", client });
}

#[tokio::test]
async fn administrator_of_master_is_told_the_client_of_the_realm_there() {
    let forbidden = || async { StatusCode::FORBIDDEN };
    let router = Router::new().route(TOKEN, issuing(60)).route("/admin/realms/acme", get(forbidden));
    let router = router.route("/admin/realms", post(forbidden));
    let login = Login::Administrator { username: "zelda".into(), password: "s".into() };
    let keycloak = Keycloak::new(serve(router).await, login).unwrap();
    let text = keycloak.get::<Value>(&["acme"], &[]).await.unwrap_err().to_string();
    assert!(text.contains("the role view-realm of the client acme-realm of the realm master is missing"), "{text}");
    let text = keycloak.post(&[], &json!({ "realm": "acme" })).await.unwrap_err().to_string();
    assert!(text.contains("the role create-realm of the realm master is missing"), "{text}");
}

#[tokio::test]
async fn only_keycloak_itself_says_that_something_does_not_exist() {
    let find = async |body: &'static str| {
        let missing = get(move || async move { (StatusCode::NOT_FOUND, body) });
        let router = Router::new().route(TOKEN, issuing(60)).route("/admin/realms/acme/roles/admin", missing);
        client(serve(router).await).find::<Value>(&["acme", "roles", "admin"]).await
    };
    assert_eq!(find(r#"{"error":"Could not find role"}"#).await, Ok(None));
    for body in ["", "<html>404</html>", r#"{"error":"Unable to find matching target resource method"}"#] {
        let refused = find(body).await;
        assert!(matches!(&refused, Err(Error::Answer { .. })), "{body}: {refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn busy_token_endpoint_is_tried_again_and_then_named() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let token = post(move || async move {
        match counted.fetch_add(1, Ordering::Relaxed) {
            0 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            1 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "7")]).into_response(),
            _ => axum::Json(json!({ "access_token": "t", "expires_in": 60 })).into_response(),
        }
    });
    let router = Router::new().route(TOKEN, token).route("/admin/realms/acme", get(|| async { "1" }));
    assert_eq!(client(serve(router).await).get::<Value>(&["acme"], &[]).await, Ok(json!(1)));
    assert_eq!(count.load(Ordering::Relaxed), 3);
    let busy = login_refused(StatusCode::SERVICE_UNAVAILABLE, "").await;
    assert!(matches!(busy, Error::Busy { status: 503, .. }), "{busy}");
}

#[tokio::test]
async fn realm_that_is_gone_is_not_an_empty_answer() {
    let refusal = refused(StatusCode::NOT_FOUND, r#"{"error":"Realm not found."}"#).await;
    assert_eq!(refusal, Error::NoRealm { realm: "acme".into() });
}

#[tokio::test(start_paused = true)]
async fn busy_keycloak_is_asked_again_when_it_said() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let users = get(move || async move {
        match counted.fetch_add(1, Ordering::Relaxed) {
            0 => (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "7")], "").into_response(),
            1 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            _ => axum::Json(json!(["u"])).into_response(),
        }
    });
    let router = Router::new().route(TOKEN, issuing(60)).route("/admin/realms/acme/users", users);
    let keycloak = client(serve(router).await);
    let started = tokio::time::Instant::now();
    assert_eq!(keycloak.get::<Value>(&["acme", "users"], &[]).await, Ok(json!(["u"])));
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    assert!(started.elapsed().as_secs() >= 7, "{:?}", started.elapsed());
}

#[tokio::test]
async fn token_is_kept_until_it_expires_and_replaced_when_it_is_refused() {
    let issued = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&issued);
    let token = post(move || async move {
        let number = counted.fetch_add(1, Ordering::Relaxed);
        axum::Json(json!({ "access_token": format!("t{number}"), "expires_in": 60 }))
    });
    // The first token is refused, as after a restart of Keycloak.
    let realm = get(|headers: HeaderMap| async move {
        let is_known = headers[header::AUTHORIZATION] != "Bearer t0";
        if is_known { axum::Json(json!({})).into_response() } else { StatusCode::UNAUTHORIZED.into_response() }
    });
    let keycloak = client(serve(Router::new().route(TOKEN, token).route("/admin/realms/acme", realm)).await);
    for _ in 0..5 {
        assert_eq!(keycloak.get::<Value>(&["acme"], &[]).await, Ok(json!({})));
    }
    assert_eq!(issued.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn redirect_names_its_target_and_is_not_followed() {
    let elsewhere =
        post(|| async { (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, "https://auth.example.com/")]) });
    let refusal = client(serve(Router::new().route(TOKEN, elsewhere)).await).get::<Value>(&["acme"], &[]).await;
    assert!(matches!(refusal, Err(Error::Redirect { target, .. }) if target == "https://auth.example.com/"));
}

#[tokio::test]
async fn names_cannot_leave_their_place_in_a_path() {
    let router = Router::new().route(TOKEN, issuing(60)).route("/auth/admin/realms/a%2F..%2Fb", get(|| async { "1" }));
    let with_token = router.route("/auth/realms/{realm}/protocol/openid-connect/token", issuing(60));
    let keycloak = client(serve(with_token).await.join("/auth/").unwrap());
    assert_eq!(keycloak.get::<Value>(&["a/../b"], &[]).await, Ok(json!(1)));
}

#[tokio::test]
async fn unreachable_keycloak_is_named_with_the_cause() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refusal = client(format!("http://{closed}").parse().unwrap()).get::<Value>(&["acme"], &[]).await.unwrap_err();
    assert!(matches!(&refusal, Error::Unreachable { what, .. } if what.contains("refused")), "{refusal}");
}
