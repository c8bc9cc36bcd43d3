//! The audit log as activity events of `/v1`.

use super::Program;
use crate::server::TestServer;
use domain::role::PlatformRole;
use serde_json::{Value, json};
use services::guard::Caller;
use services::testing::World;

const EVENTS: &str = "/v1/admin/activity-events";

async fn server() -> (TestServer, Caller) {
    let server = TestServer::start_on(World::create().await).await;
    let (maintainer, _) = server.person("Mia Maintainer", PlatformRole::Maintainer).await;
    (server, maintainer)
}

fn types(body: &Value) -> Vec<&str> {
    body["data"].as_array().expect("events").iter().map(|event| event["event_type"].as_str().expect("a type")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn change_is_an_event_of_its_caller_in_the_very_next_answer() {
    let (server, maintainer) = server().await;
    let client = Program::of(&server, &maintainer);
    let (ada, _) = server.person("Ada", PlatformRole::User).await;
    let created = client.post("/v1/projects", json!({"name": "atlas", "description": "Atlas"})).await;
    assert_eq!(created.status, 201, "{:?}", created.body);
    server.world.clock.advance(time::Duration::SECOND);
    let id = ada.actor.user_id;
    let added = json!({"project_name": "atlas", "is_project_admin": true});
    assert_eq!(client.post(&format!("/v1/admin/users/{id}/projects"), added).await.status, 200);

    let page = client.get(EVENTS).await.body;
    assert_eq!(types(&page), ["user.project.assigned", "project.created"]);
    let (assigned, created) = (&page["data"][0], &page["data"][1]);
    assert_eq!(assigned["domain"], "user_management");
    assert_eq!((&assigned["entity_type"], &assigned["entity_id"]), (&json!("user"), &json!(id.to_string())));
    assert_eq!(assigned["attributes"], json!({"project_name": "atlas", "is_project_admin": true}));
    assert_eq!(assigned["actor_id"], maintainer.actor.user_id.to_string());
    assert_eq!(
        (&assigned["actor_email"], &assigned["actor_name"]),
        (&json!(maintainer.actor.email), &json!("Mia Maintainer"))
    );
    assert_eq!((&created["entity_type"], &created["entity_id"]), (&json!("project"), &json!("atlas")));
    assert_eq!(page["pagination"], json!({"total": 2, "page": 0, "per_page": 50, "pages": 1}));

    for (query, expected) in [
        (format!("?entity_id={id}"), vec!["user.project.assigned"]),
        (format!("?entity_id={id}&entity_type=project"), vec![]),
        ("?entity_type=project&entity_id=atlas".to_owned(), vec!["project.created"]),
        (
            "?domain=user_management&domain=project_management&sort_dir=asc".to_owned(),
            vec!["project.created", "user.project.assigned"],
        ),
        ("?event_type=project.created&domain=user_management".to_owned(), vec![]),
        (format!("?actor_id={}", maintainer.actor.user_id), vec!["user.project.assigned", "project.created"]),
        ("?actor_id=unknown".to_owned(), vec![]),
        ("?from=2026-03-02T09:00:00%2B00:00&to=2026-03-02T09:00:00".to_owned(), vec!["project.created"]),
        ("?from=2026-03-02T10:00:01%2B01:00".to_owned(), vec!["user.project.assigned"]),
        ("?from=2026-03-02&to=2026-03-02".to_owned(), vec!["user.project.assigned", "project.created"]),
        ("?to=2026-03-01".to_owned(), vec![]),
        ("?limit=1&offset=1".to_owned(), vec!["project.created"]),
    ] {
        assert_eq!(types(&client.get(&format!("{EVENTS}{query}")).await.body), expected, "{query}");
    }
    let page = client.get(&format!("{EVENTS}?limit=1&offset=1")).await.body;
    assert_eq!(page["pagination"], json!({"total": 2, "page": 1, "per_page": 1, "pages": 2}));
    for (name, value) in [
        ("limit", "0"),
        ("limit", "1001"),
        ("offset", "-1"),
        ("sort_dir", "up"),
        ("from", "yesterday"),
        ("from", "2026-W10-1"),
        ("to", "2026-03-02%2009:00:00Z"),
    ] {
        let refused = client.get(&format!("{EVENTS}?{name}={value}")).await;
        let place = &refused.body["error"]["details"][0]["loc"];
        assert_eq!((refused.status, place), (422, &json!(["query", name])), "{value}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn filter_options_name_what_events_have() {
    let (server, maintainer) = server().await;
    let options = Program::of(&server, &maintainer).get(&format!("{EVENTS}/filter-options")).await.body;
    assert_eq!(
        options["domains"],
        json!(["budget_management", "platform_management", "project_management", "user_management"])
    );
    assert_eq!(options["mapping"]["project_management"]["entity_types"], json!(["project"]));
    let types = options["event_types"].as_array().expect("types");
    for known in
        ["user.created", "user.project.assigned", "project.ownership_changed", "budget.project_budget_group.created"]
    {
        assert!(types.contains(&json!(known)), "{known}");
    }
}
