//! The import of Keycloak's users at the start of the server.

use crate::process::{free_port, run, serve_logging_to, signal, site, text};
use axum::extract::Query;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use services::testing::World;
use std::collections::HashMap;
use std::fs::File;
use std::net::Ipv4Addr;
use std::path::Path;
use tokio::net::TcpListener;

const ID: &str = "0198f1de-0000-7000-8000-000000000001";

/// What Keycloak answers for a realm with one developer; what it has not is an empty list.
async fn keycloak() -> String {
    let user =
        json!({ "id": ID, "username": "zelda", "email": "zelda@example.com", "emailVerified": true, "enabled": true });
    let first_page = |user: Value| {
        get(move |Query(query): Query<HashMap<String, String>>| async move {
            Json(if query["first"] == "0" { json!([user]) } else { json!([]) })
        })
    };
    let answer = |value: Value| get(move || async move { Json(value) });
    let router = Router::new()
        .route(
            "/realms/main/protocol/openid-connect/token",
            post(|| async { Json(json!({ "access_token": "t", "expires_in": 300 })) }),
        )
        .route("/admin/realms/main", answer(json!({ "realm": "main" })))
        .route("/admin/realms/main/users", first_page(user))
        .route("/admin/realms/main/users/count", answer(json!(1)))
        .route("/admin/realms/main/users/profile", answer(json!({ "attributes": [] })))
        .route("/admin/realms/main/roles/developer", answer(json!({ "id": "r", "name": "developer" })))
        .route("/admin/realms/main/roles/admin", answer(json!({ "id": "a", "name": "admin" })))
        .route("/admin/realms/main/roles/developer/users", first_page(json!({ "id": ID })))
        .route("/admin/realms/main/{*rest}", answer(json!([])));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Starts the server, waits for a line in its log, stops it, and returns the log.
async fn log_until(line: &str, site: &Path, variables: &[(&str, &str)]) -> String {
    let file = site.join("log");
    let log = File::create(&file).expect("a file");
    let (mut child, _) = serve_logging_to(log.into(), site, variables);
    let read = || std::fs::read_to_string(&file).expect("a log");
    let found = tokio::time::timeout(std::time::Duration::from_secs(60), async {
        while !read().contains(line) {
            tokio::task::yield_now().await;
        }
    });
    let is_found = found.await.is_ok();
    signal(&child, rustix::process::Signal::TERM);
    child.wait().expect("an end");
    assert!(is_found, "{line:?} is not in {}", read());
    read()
}

#[tokio::test(flavor = "multi_thread")]
async fn server_imports_users_once_and_says_that_the_variables_can_go() {
    let (world, site, keycloak) = (World::create().await, site(), keycloak().await);
    let (url, port) = (world.database_url(), free_port().to_string());
    let (issuer, public_url) = (format!("{keycloak}/realms/main"), format!("http://127.0.0.1:{port}"));
    let mut variables = vec![
        ("DATABASE_URL", url.as_str()),
        ("PORT", &port),
        ("IDP_PROVIDER", "keycloak"),
        ("OIDC_ISSUER_URL", &issuer),
        ("OIDC_CLIENT_ID", "bursar"),
        ("BURSAR_PUBLIC_URL", &public_url),
        ("BURSAR_SECRET_KEY", "a key for tests, not for anything else"),
        ("KEYCLOAK_MIGRATION_ENABLED", "true"),
        ("KEYCLOAK_ADMIN_URL", &keycloak),
        ("KEYCLOAK_ADMIN_REALM", "main"),
        ("KEYCLOAK_ADMIN_CLIENT_ID", "bursar-import"),
        ("KEYCLOAK_ADMIN_CLIENT_SECRET", "s3cret"),
    ];
    let users = "select count(*) from users where auth_source = 'keycloak' and id = $1::uuid";
    let log = log_until("the import of Keycloak's users is complete", site.path(), &variables).await;
    assert!(log.contains("created=1") && !log.contains("s3cret") && !log.contains("zelda"), "{log}");
    let imported: i64 = sqlx::query_scalar(users).bind(ID).fetch_one(world.services.pool()).await.expect("a number");
    assert_eq!(imported, 1);
    sqlx::query("update users set name = 'Edited'").execute(world.services.pool()).await.expect("an edit");

    log_until("The users of the realm main were imported on ", site.path(), &variables).await;
    let name: String =
        sqlx::query_scalar("select name from users").fetch_one(world.services.pool()).await.expect("a name");
    assert_eq!(name, "Edited");

    let report = run(&["keycloak", "import", "--report"], &variables);
    let report = text(&report.stdout);
    assert!(report.starts_with("username,name,email,result,") && report.contains("zelda@example.com"), "{report}");
    variables.retain(|(name, _)| *name != "KEYCLOAK_ADMIN_CLIENT_SECRET");
    let refused = run(&["serve"], &variables);
    assert!(!refused.status.success() && text(&refused.stderr).contains("KEYCLOAK_ADMIN_CLIENT_SECRET"));
}
