//! What the token and userinfo endpoints are sent, and what becomes of their answers.

use super::fixture::{Fixture, refusal};
use http::StatusCode;
use oidc_client::{Error, Purpose, TokenResponse};
use serde_json::json;

impl Fixture {
    fn answer(&self, status: StatusCode, body: impl ToString) {
        *self.shared.token_answer.lock().expect("no panic") = (status, body.to_string());
    }

    async fn exchange(&self, code: &str) -> Result<TokenResponse, Error> {
        self.client.exchange_code(code.to_owned(), "the-verifier".to_owned()).await
    }
}

#[tokio::test]
async fn code_is_exchanged_with_its_verifier_and_the_secret() {
    let fixture = Fixture::start().await;
    // In lower case, as several providers write it.
    fixture.answer(StatusCode::OK, json!({ "access_token": "a", "token_type": "bearer", "expires_in": 300 }));
    let answer = fixture.exchange("the-code").await.expect("tokens");
    assert_eq!((answer.access_token(), answer.expires_in()), ("a", Some(time::Duration::minutes(5))));
    let (authorization, form) = fixture.shared.token_requests.lock().expect("no panic").remove(0);
    assert_eq!(authorization, "Basic Y2xpZW50Omh1bnRlcjI=");
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "the-code"),
        ("code_verifier", "the-verifier"),
        ("redirect_uri", "https://app.example.com/callback"),
    ] {
        assert_eq!(form.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(matches!(fixture.exchange("a\nb").await, Err(Error::Stale(_))));
    assert!(fixture.shared.token_requests.lock().expect("no panic").is_empty(), "a malformed code is not sent");
}

#[tokio::test]
async fn answer_of_the_token_endpoint_says_what_went_wrong() {
    let fixture = Fixture::start().await;
    fixture.answer(StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }));
    assert!(matches!(fixture.exchange("code").await, Err(Error::Stale(_))));
    assert!(matches!(fixture.client.refresh("token".to_owned(), 1).await, Err(Error::Stale(_))));
    fixture.answer(StatusCode::UNAUTHORIZED, json!({ "error": "invalid_client" }));
    assert!(matches!(fixture.exchange("code").await, Err(Error::Declined(what)) if what == "invalid_client"));
    fixture.answer(StatusCode::INTERNAL_SERVER_ERROR, "");
    assert!(matches!(fixture.exchange("code").await, Err(Error::Unreachable(_))));
    fixture.answer(StatusCode::OK, "a".repeat((1 << 20) + 1));
    assert!(matches!(fixture.exchange("code").await, Err(Error::TooLarge(_))));
    fixture.answer(StatusCode::OK, r#"{ "access_token": "hunter3", "token_type": 7 }"#);
    let why = refusal(fixture.exchange("code").await);
    assert!(why.contains("cannot be read") && !why.contains("hunter3"), "{why}");
}

#[tokio::test]
async fn userinfo_of_another_subject_is_refused() {
    let fixture = Fixture::start().await;
    let userinfo = async || fixture.client.userinfo("ada", "an-access-token", Purpose::Code).await;
    *fixture.shared.userinfo.lock().expect("no panic") = json!({ "sub": "ada", "name": "Ada" });
    assert_eq!(userinfo().await.expect("claims").expect("an endpoint")["name"], "Ada");
    for other in [json!({ "sub": "eve" }), json!({ "name": "Ada" }), json!([])] {
        *fixture.shared.userinfo.lock().expect("no panic") = other;
        refusal(userinfo().await);
    }
}
