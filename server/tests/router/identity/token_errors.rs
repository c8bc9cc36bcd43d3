//! What an API client reads when its token is refused (RFC 6750, section 3).

use super::access_tokens::made;
use super::both;
use crate::provider::{CLIENT, Forge, Provider, Sign, person};
use crate::server::{TestServer, header};
use domain::provider::ProviderKind;
use http::StatusCode;
use serde_json::{Value, json};
use services::identity::IdentityConfig;

/// Status, `WWW-Authenticate`, `details` and `help` of `/v1/user`.
async fn refused(server: &TestServer, token: &str) -> (StatusCode, String, String, String) {
    let answer = server.get("/v1/user", &[("authorization", &format!("Bearer {token}"))]).await;
    let (status, challenge) = (answer.status(), header(&answer, "www-authenticate"));
    let body: Value = answer.json().await.expect("an error");
    let text = |name: &str| body["error"][name].as_str().unwrap_or_default().to_owned();
    (status, challenge, text("details"), text("help"))
}

type Case = (&'static str, fn(&mut Forge), &'static str);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_access_token_says_why() {
    let (server, provider) = both().await;
    let cases: [Case; 9] = [
        (
            "another issuer",
            |it| it.claim("iss", json!("https://evil.test\"\\é")),
            "its issuer (iss) is https://evil.test",
        ),
        ("no issuer", |it| it.claim("iss", Value::Null), "its issuer (iss) is missing, expected http://127.0.0.1"),
        (
            "another audience",
            |it| it.claim("aud", json!(["account"])),
            "its audience (aud) is [\"account\"], expected bursar",
        ),
        ("expired", |it| it.shift("exp", -400), "it has expired"),
        (
            "an ID token",
            |it| it.claim("typ", json!("ID")),
            "not an access token: those of this provider have the claim typ",
        ),
        ("a wrong signature", |it| it.sign = Sign::SwappedKey, "its signature is wrong"),
        ("an unknown key", |it| it.header["kid"] = json!("key-9"), "signed with an unknown key"),
        ("no role", |it| it.claims.extend(person("noor", &["x"])), "it has neither the role developer nor admin"),
        ("too large", |it| it.claim("groups", json!("g".repeat(40_000))), "bytes, at most 32768 are read"),
    ];
    for (what, change, why) in cases {
        let (status, challenge, details, help) = refused(&server, &made(&provider, change)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{what}");
        assert!(details.starts_with("The access token was refused: ") && details.contains(why), "{what}: {details}");
        let described = challenge.strip_prefix("Bearer error=\"invalid_token\", error_description=\"");
        let described =
            described.and_then(|rest| rest.strip_suffix('"')).unwrap_or_else(|| panic!("{what}: {challenge}"));
        let is_plain = described.bytes().all(|byte| (0x20..=0x7e).contains(&byte) && byte != b'"' && byte != b'\\');
        assert!(is_plain && described.starts_with("The access token was refused: "), "{what}: {challenge}");
        assert!(
            help.contains(&provider.url) && help.contains(CLIENT) && !help.contains("local-auth"),
            "{what}: {help}"
        );
    }
    let (status, _, details, _) = refused(&server, "nonsense").await;
    assert_eq!(
        (status, details.as_str()),
        (StatusCode::UNAUTHORIZED, "The access token was refused: it is not a JWT.")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn user_who_may_not_sign_in_learns_it_from_the_console_alone() {
    let (server, provider) = both().await;
    let token = made(&provider, |_| {});
    server.get("/v1/user", &[("authorization", &format!("Bearer {token}"))]).await;
    sqlx::query("update users set is_active = false").execute(server.world.services.pool()).await.expect("a user");
    let other = made(&provider, |it| it.claim("jti", json!("2")));
    let (status, _, details, _) = refused(&server, &other).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(details.contains("may not sign in") && !details.contains("deactivated"), "{details}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn request_without_token_is_told_what_to_send_in_each_mode() {
    let (behind, provider) = both().await;
    let answer = behind.get("/v1/user", &[]).await;
    assert_eq!(header(&answer, "www-authenticate"), "Bearer", "RFC 6750: no error without a token");
    let body: Value = answer.json().await.expect("an error");
    assert!(body["error"]["help"].as_str().expect("help").contains(&provider.url), "{body}");
    let local = TestServer::start().await;
    let body: Value = local.get("/v1/user", &[]).await.json().await.expect("an error");
    assert!(body["error"]["help"].as_str().expect("help").contains("POST /v1/local-auth/login"), "{body}");
    for token in ["a".repeat(43), "a.b.c".to_owned()] {
        let (status, challenge, details, help) = refused(&local, &token).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert!(challenge.contains("invalid_token") && !details.is_empty(), "{challenge} {details}");
        assert!(help.contains("POST /v1/local-auth/login"), "{help}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_while_the_provider_does_not_answer_is_answered_503() {
    let (server, provider) = both().await;
    provider.go_down(true);
    let token = made(&provider, |_| {});
    let answer = server.get("/v1/user", &[("authorization", &format!("Bearer {token}"))]).await;
    assert_eq!((answer.status(), header(&answer, "retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "2".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entra_token_of_version_1_is_answered_with_what_to_configure() {
    let provider = Provider::start().await;
    let server = TestServer::start_behind_as(|origin, clock| {
        let config = provider.config(origin, ProviderKind::Entra);
        provider.identity_as(IdentityConfig { roles_claim: "roles".to_owned(), ..config }, clock)
    })
    .await;
    let version_1 = made(&provider, |it| it.claim("iss", json!("https://sts.windows.net/fa15d692/")));
    let (status, _, details, help) = refused(&server, &version_1).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(details.contains("its issuer (iss) is https://sts.windows.net/fa15d692/, expected"), "{details}");
    assert!(help.contains("requestedAccessTokenVersion to 2"), "{help}");
    let of_application = made(&provider, |it| it.claim("idtyp", json!("app")));
    let (_, _, details, _) = refused(&server, &of_application).await;
    assert!(details.contains("the token of an application (client credentials), not of a user"), "{details}");
}
