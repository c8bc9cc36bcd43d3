//! Collecting what was spent through LiteLLM.

use super::Program;
use crate::server::TestServer;
use axum::routing::get;
use axum::{Json, Router};
use domain::role::PlatformRole;
use serde_json::{Value, json};
use services::jobs;
use services::outbox::{Channels, LiteLlm};
use services::testing::World;
use tokio::net::TcpListener;

const COLLECT: &str = "/v1/admin/spend-tracking/collect";

/// Collects from the proxy at an address.
async fn server(proxy: &str) -> TestServer {
    let mut world = World::create().await;
    let litellm = LiteLlm::new(proxy.parse().expect("an address"), "sk-test".into()).expect("a client");
    let channels = Channels { litellm: Some(litellm), collects_litellm: true, ..Channels::default() };
    world.services = world.services.clone().with_channels(channels);
    jobs::insert_missing(&world.services).await.expect("jobs");
    TestServer::start_on(world).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn collection_says_what_it_added_and_adds_it_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let proxy = format!("http://{}", listener.local_addr().expect("an address"));
    let customers = json!([{ "user_id": "ada@example.com", "blocked": false, "spend": 1.5 }]);
    let app = Router::new().route("/customer/list", get(async move || Json(customers)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let server = server(&proxy).await;
    let (admin, _) = server.person("Ida Admin", PlatformRole::Admin).await;
    server.person("Ada", PlatformRole::User).await;
    let client = Program::of(&server, &admin);
    let mut added = Vec::new();
    for _ in 0..2 {
        let reply = client.post(COLLECT, Value::Null).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
        added.push(reply.body["data"]["rows_inserted"].clone());
    }
    assert_eq!(added, [1, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proxy_that_does_not_answer_is_not_a_fault_of_the_caller() {
    let server = server("http://127.0.0.1:9").await;
    let (admin, _) = server.person("Ida Admin", PlatformRole::Admin).await;
    let reply = Program::of(&server, &admin).post(COLLECT, Value::Null).await;
    assert_eq!((reply.status, &reply.body["error"]["code"]), (502, &json!("litellm_refused")));
}
