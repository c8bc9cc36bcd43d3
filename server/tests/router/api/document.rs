//! The document of the API: current, sound, and readable without anything from elsewhere.

use super::READ;
use crate::server::{PAGE, TestServer, header};
use serde_json::Value;
use server::api::openapi;

#[test]
fn the_document_in_the_tree_is_current() {
    let kept = include_str!("../../../../docs/openapi.json");
    assert!(kept == openapi::text().expect("a document"), "run `cargo xtask docs` and commit docs/openapi.json");
}

#[test]
fn every_operation_says_what_it_does_and_shows_an_example() {
    assert_eq!(READ["openapi"], "3.1.0");
    for (path, item) in READ["paths"].as_object().expect("addresses") {
        for (method, operation) in item.as_object().expect("operations") {
            let what = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 5), "{what} has no summary");
            let answers = operation["responses"].as_object().expect("answers");
            assert!(answers.keys().any(|status| status.starts_with('2')), "{what} has no answer");
            assert_eq!(
                operation["responses"]["default"]["content"]["application/json"]["schema"]["$ref"],
                "#/components/schemas/ErrorBody",
                "{what}"
            );
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.strip_prefix('#').expect("a reference within");
                    assert!(READ.pointer(pointer).is_some(), "{reference}");
                }
                members.values().for_each(walk);
            }
            Value::Array(items) => items.iter().for_each(walk),
            _ => {}
        }
    }
    walk(&READ);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_served_to_programs_and_to_people() {
    let server = TestServer::start().await;
    for path in ["/v1/openapi.json", "/openapi.json"] {
        let served: Value =
            serde_json::from_str(&server.get(path, &[]).await.text().await.expect("a body")).expect("JSON");
        assert_eq!(served, *READ, "{path}");
    }
    for path in ["/v1/docs", "/docs"] {
        let response = server.get(path, &[PAGE]).await;
        assert_eq!(response.status(), 200, "{path}");
        assert!(header(&response, "content-type").starts_with("text/html"), "{path}");
        assert!(header(&response, "content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(response.text().await.expect("a page").contains("/v1/admin/users"), "{path}");
    }
}
