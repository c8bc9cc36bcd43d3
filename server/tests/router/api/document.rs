//! The document of the API: current, sound, and readable without anything from elsewhere.

use super::gateway::gateway;
use super::{Program, READ, operation, resolved};
use crate::server::{PAGE, TestServer, header};
use domain::role::PlatformRole;
use http::Method;
use serde_json::{Value, json};
use server::api::openapi;
use std::collections::BTreeSet;

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
            for (status, answer) in answers {
                let answer = resolved(answer);
                assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()), "{what} {status}");
                if status.as_str() >= "400" {
                    let schema = &answer["content"]["application/json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/ErrorBody", "{what} {status}");
                }
            }
        }
    }
}

#[test]
fn every_example_fits_its_schema() {
    for (name, schema) in READ["components"]["schemas"].as_object().expect("schemas") {
        let Some(example) = schema.get("example") else { continue };
        let mut root = schema.clone();
        root["components"] = READ["components"].clone();
        let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&root).expect(name);
        let wrong: Vec<String> = validator.iter_errors(example).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
    }
}

/// Names of functions in generated clients.
#[test]
fn operation_ids_are_unique() {
    let mut seen = BTreeSet::new();
    for item in READ["paths"].as_object().expect("addresses").values() {
        for operation in item.as_object().expect("operations").values() {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(seen.insert(id), "{id}");
        }
    }
}

/// A misspelt field, above all one that grants rights, is never passed over.
#[test]
fn every_body_refuses_unknown_fields() {
    let mut bodies = 0;
    for item in READ["paths"].as_object().expect("addresses").values() {
        for operation in item.as_object().expect("operations").values() {
            let Some(body) = operation.pointer("/requestBody/content/application~1json/schema") else { continue };
            assert_eq!(resolved(body)["additionalProperties"], false, "{}", operation["operationId"]);
            bodies += 1;
        }
    }
    assert!(bodies >= 15, "{bodies}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn methods_that_are_not_described_are_answered_with_405() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let (owner, _) = server.person("Owner", PlatformRole::Maintainer).await;
    let gateway = gateway(&server, "Gateway", &owner).await;
    for (path, item) in READ["paths"].as_object().expect("addresses") {
        let path = path.replace(['{', '}'], "");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let is_described = item.get(method.as_str().to_lowercase()).is_some()
                // Addresses without values go before those with them.
                || operation(&method, &path).is_some();
            let body = (method != Method::GET).then(|| json!({"unknown": 1}));
            if !path.ends_with("/logout") {
                let program = if path.starts_with("/v1/gateway/") { &gateway } else { &root };
                let answered = program.ask(method.clone(), &path, &[], body).await.status;
                assert_eq!(answered != 405, is_described, "{method} {path}: {answered}");
            }
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
async fn document_is_served_as_json_and_as_a_page() {
    let server = TestServer::start().await;
    for path in ["/v1/openapi.json", "/openapi.json"] {
        let served: Value =
            serde_json::from_str(&server.get(path, &[]).await.text().await.expect("a body")).expect("JSON");
        // The one limit that is configured; the copy in the tree states the least that can be.
        let mut expected = READ.clone();
        expected["components"]["schemas"]["NewPasswordText"]["minLength"] = json!(15);
        assert_eq!(served, expected, "{path}");
    }
    for path in ["/v1/docs", "/docs"] {
        let response = server.get(path, &[PAGE]).await;
        assert_eq!(response.status(), 200, "{path}");
        assert!(header(&response, "content-type").starts_with("text/html"), "{path}");
        assert!(header(&response, "content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(response.text().await.expect("a page").contains("/v1/admin/users"), "{path}");
    }
}
