//! Pages by number and by cursor: every row once.

use super::Program;
use crate::server::TestServer;
use domain::role::PlatformRole;
use std::collections::BTreeSet;

async fn crowd(server: &TestServer, size: i32) {
    sqlx::query(
        "insert into users (id, name, email, created_at)
         select gen_random_uuid(), 'Person ' || (n % 7), n || '@example.com', now() from generate_series(1, $1) n",
    )
    .bind(size)
    .execute(server.world.services.pool())
    .await
    .expect("a crowd");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_lead_to_every_row_once() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    crowd(&server, 52).await;
    let ids = |body: &serde_json::Value| -> Vec<String> {
        body["data"].as_array().expect("rows").iter().map(|row| row["id"].to_string()).collect()
    };
    let mut by_number = Vec::new();
    for page in 0..6 {
        let reply = root.get(&format!("/v1/admin/users?page={page}&per_page=10")).await;
        assert_eq!(reply.body["pagination"]["total"], 53);
        by_number.extend(ids(&reply.body));
    }
    let mut by_link = Vec::new();
    let mut next = Some("/v1/admin/users?per_page=10".to_owned());
    while let Some(address) = next {
        let reply = root.get(&address).await;
        by_link.extend(ids(&reply.body));
        let link = reply.header("link").to_owned();
        next = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).map(str::to_owned);
    }
    assert_eq!(by_number, by_link);
    assert_eq!(by_link.iter().collect::<BTreeSet<_>>().len(), 53);
    let beyond = root.get("/v1/admin/users?page=9&per_page=10").await;
    assert_eq!((ids(&beyond.body).len(), &beyond.body["pagination"]["total"]), (0, &53.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_total_is_never_below_what_is_known_to_be_there() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    crowd(&server, 12_000).await;
    let total = async |query: &str| {
        let reply = root.get(&format!("/v1/admin/users?per_page=1000{query}")).await;
        assert_eq!(reply.body["data"].as_array().expect("rows").len(), 1000, "{query}");
        reply.body["pagination"]["total"].as_i64().expect("a number")
    };
    assert!(total("").await > 10_000);
    assert_eq!(total("&filters=%7B%22is_active%22%3Atrue%7D").await, 10_001);
    assert_eq!(total("&search=person").await, 10_001);
    assert_eq!(total("&search=person&page=10").await, 11_001);
    assert_eq!(total("&search=person+3").await, 1_714);
}
