//! The endpoints of the identity provider for tests.

use super::forge::{self, Forge, Key};
use super::{Answer, Asked, CLIENT, CLIENT_SECRET, Told};
use axum::Json;
use axum::extract::{Form, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

pub(super) async fn discover(State(told): State<Arc<Told>>) -> Response {
    if let Some(outage) = told.outage() {
        return outage;
    }
    let url = &told.url;
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
        "end_session_endpoint": format!("{url}/logout"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": true,
    });
    told.discovery.lock().expect("no panic")(&mut document);
    Json(document).into_response()
}

pub(super) async fn keys(State(told): State<Arc<Told>>) -> Response {
    if let Some(outage) = told.outage() {
        return outage;
    }
    told.key_reads.fetch_add(1, Ordering::SeqCst);
    if told.hides_keys.load(Ordering::SeqCst) {
        return Json(json!({ "keys": [] })).into_response();
    }
    let named = told.keys.lock().expect("no panic").clone();
    let mut keys: Vec<Value> = named.iter().map(|name| Key::of(name).public(name)).collect();
    keys.push(forge::public_curve_key());
    Json(json!({ "keys": keys })).into_response()
}

pub(super) async fn token(
    State(told): State<Arc<Told>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    if let Some(outage) = told.outage() {
        return outage;
    }
    let expected = STANDARD.encode(format!("{CLIENT}:{CLIENT_SECRET}"));
    assert_eq!(headers["authorization"].to_str().expect("text"), format!("Basic {expected}"));
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let asked = match form["grant_type"].as_str() {
        "authorization_code" => {
            told.keep(form["code_verifier"].clone());
            let Some(asked) = told.codes.lock().expect("no panic").remove(&form["code"]) else {
                return refused("invalid_grant");
            };
            if URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"])) != asked.challenge {
                return refused("invalid_grant");
            }
            Some(asked)
        }
        _ => {
            told.refreshes.fetch_add(1, Ordering::SeqCst);
            let mut valid = told.refresh_tokens.lock().expect("no panic");
            let Some(at) = valid.iter().position(|token| *token == form["refresh_token"]) else {
                return refused("invalid_grant");
            };
            valid.remove(at);
            None
        }
    };
    let start = Instant::now();
    let answer = answer(&told, asked).await;
    *told.busy.lock().expect("no panic") += start.elapsed();
    answer
}

pub(super) async fn userinfo(State(told): State<Arc<Told>>, headers: HeaderMap) -> Response {
    if let Some(outage) = told.outage() {
        return outage;
    }
    told.userinfo_requests.fetch_add(1, Ordering::SeqCst);
    let token = headers["authorization"].to_str().expect("text").strip_prefix("Bearer ").expect("a Bearer token");
    assert!(told.secrets.lock().expect("no panic").iter().any(|secret| secret == token), "an access token of ours");
    let mut forge = Forge::new(told.key());
    forge.claims = told.person.lock().expect("no panic").clone();
    forge.claims.extend([("iss".to_owned(), json!(told.url)), ("aud".to_owned(), json!(CLIENT))]);
    let how = *told.userinfo.lock().expect("no panic");
    match how(&mut forge) {
        Answer::Json => Json(forge.claims).into_response(),
        Answer::Signed => ([("content-type", "application/jwt")], forge.token()).into_response(),
        Answer::Raw(status, kind, text) => (status, [("content-type", kind)], text).into_response(),
        Answer::Nothing => std::future::pending().await,
    }
}

async fn answer(told: &Told, asked: Option<Asked>) -> Response {
    let now = told.now();
    let mut forge = Forge::new(told.key());
    forge.claims.extend(told.person.lock().expect("no panic").clone());
    forge.claims.extend([
        ("iss".to_owned(), json!(told.url)),
        ("aud".to_owned(), json!(CLIENT)),
        ("azp".to_owned(), json!(CLIENT)),
        ("iat".to_owned(), json!(now)),
        ("exp".to_owned(), json!(now + 300)),
        (
            "auth_time".to_owned(),
            json!(if asked.as_ref().is_some_and(|asked| asked.asks_again) { now } else { now - 600 }),
        ),
    ]);
    let mut access = Forge::new(told.key());
    access.claims = forge.claims.clone();
    access.claims.remove("aud");
    access.claims.insert("typ".to_owned(), json!("Bearer"));
    // As Keycloak does without a mapper.
    forge.claims.remove("realm_access");
    if let Some(asked) = &asked {
        forge.claims.insert("nonce".to_owned(), json!(asked.nonce));
    }
    let how = *told.access.lock().expect("no panic");
    how(&mut access);
    let access_token = told.keep(access.token());
    forge.claims.insert("at_hash".to_owned(), json!(URL_SAFE_NO_PAD.encode(&Sha256::digest(&access_token)[..16])));
    forge.body = json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 300 });
    let refresh_token = told.secret("refresh");
    told.refresh_tokens.lock().expect("no panic").push(refresh_token.clone());
    forge.body["refresh_token"] = json!(refresh_token);
    let how = *told.forge.lock().expect("no panic");
    how(&mut forge);
    let id_token = told.keep(forge.token());
    if let Some(id_token) = forge.id_token.clone().unwrap_or(Some(id_token)) {
        forge.body["id_token"] = json!(id_token);
    }
    if forge.is_slow {
        // Longer than anybody who asks is willing to wait; the connection goes first.
        std::future::pending::<()>().await;
    }
    match forge.raw {
        Some((status, text)) => (status, [("content-type", "application/json")], text).into_response(),
        None => Json(forge.body).into_response(),
    }
}
