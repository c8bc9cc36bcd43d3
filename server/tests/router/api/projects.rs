//! Projects by program.

use super::Program;
use crate::server::TestServer;
use domain::role::{PlatformRole, ProjectRole};
use http::Method;
use serde_json::{Value, json};

fn names(body: &Value) -> Vec<&str> {
    body["data"].as_array().expect("rows").iter().map(|row| row["name"].as_str().expect("a name")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_is_made_read_changed_and_deleted() {
    let server = TestServer::start().await;
    let ada = server.world.person("Ada", PlatformRole::User).await;
    let id = ada.actor.user_id.to_string();
    let ada = Program::of(&server, &ada);
    let made = ada.post("/v1/projects", json!({"name": "notebooks", "display_name": " "})).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["created_by"], json!(id));
    assert_eq!((&made.body["description"], &made.body["display_name"]), (&Value::Null, &Value::Null));
    assert_eq!(made.body["cli_analytics_enabled"], false);
    assert_eq!(ada.post("/v1/projects", json!({"name": "notebooks"})).await.status, 409);
    let path = "/v1/projects/notebooks";
    let read = ada.get(path).await;
    assert_eq!((&read.body["user_count"], &read.body["members"][0]["user_id"]), (&json!(1), &json!(id)));
    let changed = ada.patch(path, json!({"display_name": "Notebooks", "description": "For analysts"})).await;
    assert_eq!((changed.status, &changed.body["display_name"]), (200, &json!("Notebooks")));
    let tag = changed.header("etag").to_owned();
    let cleared = ada.patch(path, json!({"clear_description": true, "clear_cost_center": false})).await;
    assert_eq!((&cleared.body["description"], &cleared.body["display_name"]), (&Value::Null, &json!("Notebooks")));
    let stale = [("if-match", tag.as_str())];
    assert_eq!(ada.ask(Method::PATCH, path, &stale, Some(json!({"display_name": "Lost"}))).await.status, 412);
    assert_eq!(ada.ask(Method::DELETE, path, &stale, None).await.status, 412);
    let listed = ada.get("/v1/projects?include_counters=False&sort_order=asc&search=NOTE").await;
    assert_eq!((names(&listed.body), &listed.body["data"][0]["counters"]), (vec!["notebooks"], &Value::Null));
    let deleted = ada.delete(path).await;
    assert_eq!((deleted.status, &deleted.body["name"]), (200, &json!("notebooks")));
    assert_eq!((ada.get(path).await.status, ada.get(path).await.code().to_owned()), (404, "project_not_found".into()));
    let again = ada.post("/v1/projects", json!({"name": "notebooks"})).await;
    assert_eq!(again.status, 409, "a deleted project can be restored for a while, and keeps its name");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_refusal_has_the_number_that_clients_know() {
    let server = TestServer::start().await;
    let world = &server.world;
    let (root, ada) = (world.person("Root", PlatformRole::Admin).await, world.person("Ada", PlatformRole::User).await);
    let eve = world.person("Eve", PlatformRole::User).await;
    let atlas = world.project("atlas", &ada).await;
    world.member(atlas, eve.actor.user_id, ProjectRole::Member).await;
    world.personal_project(&ada).await;
    let (root, ada, eve) = (Program::of(&server, &root), Program::of(&server, &ada), Program::of(&server, &eve));
    let (path, personal) = ("/v1/projects/atlas", "/v1/projects/ada@example.com");
    let long = "x".repeat(501);
    for (program, method, path, body, status) in [
        (&ada, Method::POST, "/v1/projects", json!({}), 422),
        (&ada, Method::POST, "/v1/projects", json!({"name": ""}), 400),
        (&ada, Method::POST, "/v1/projects", json!({"name": "Bad Name"}), 400),
        (&ada, Method::POST, "/v1/projects", json!({"name": "good", "description": long}), 400),
        (
            &ada,
            Method::POST,
            "/v1/projects",
            json!({"name": "good", "cost_center_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d"}),
            404,
        ),
        (&ada, Method::POST, "/v1/projects", json!({"name": "good", "cli_analytics_enabled": null}), 403),
        (&root, Method::POST, "/v1/projects", json!({"name": "ATLAS"}), 400),
        (&ada, Method::PATCH, path, json!({}), 422),
        (&ada, Method::PATCH, path, json!({"clear_description": false}), 422),
        (&ada, Method::PATCH, path, json!({"description": "x", "clear_description": true}), 422),
        (&ada, Method::PATCH, path, json!({"name": "other"}), 409),
        (&ada, Method::PATCH, path, json!({"chargeback_attribution": "cost_center"}), 400),
        (&ada, Method::PATCH, path, json!({"chargeback_attribution": "Project"}), 400),
        (&ada, Method::PATCH, path, json!({"display_name": "Lost", "cli_analytics_enabled": false}), 403),
        (&root, Method::PATCH, path, json!({"cli_analytics_enabled": null}), 200),
        (&root, Method::PATCH, "/v1/projects/none", json!({"display_name": "x"}), 404),
        (&eve, Method::PATCH, "/v1/projects/none", json!({"display_name": "x"}), 403),
        (&eve, Method::PATCH, path, json!("nonsense"), 403),
        (&eve, Method::DELETE, path, Value::Null, 404),
        (&root, Method::PATCH, personal, json!({"display_name": "x"}), 403),
        (&root, Method::DELETE, personal, Value::Null, 403),
        (&ada, Method::DELETE, path, Value::Null, 409),
    ] {
        let reply = program.ask(method.clone(), path, &[], (!body.is_null()).then(|| body.clone())).await;
        assert_eq!(reply.status, status, "{method} {path} {body}: {reply:?}");
    }
    let both = ada.patch(path, json!({"description": "x", "clear_description": true})).await;
    assert!(both.message().contains("Provide either description or clear_description"), "{both:?}");
    let refused = root.patch(personal, json!({"display_name": "x"})).await;
    assert_eq!(refused.code(), "personal_project", "{refused:?}");
    assert_eq!(ada.get(path).await.body["display_name"], Value::Null);
    let hidden = eve.get(path).await.body;
    assert!(hidden.get("cli_analytics_enabled").is_none(), "{hidden}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cli_analytics_are_switched_by_admins_and_shown_to_project_admins() {
    let server = TestServer::start().await;
    let world = &server.world;
    let (root, ada) = (world.person("Root", PlatformRole::Admin).await, world.person("Ada", PlatformRole::User).await);
    let (eve, gus) = (world.person("Eve", PlatformRole::User).await, world.person("Gus", PlatformRole::Auditor).await);
    let atlas = world.project("atlas", &ada).await;
    world.member(atlas, eve.actor.user_id, ProjectRole::Member).await;
    world.personal_project(&ada).await;
    let [root, ada, eve, gus] = [&root, &ada, &eve, &gus].map(|user| Program::of(&server, user));
    let (path, personal) = ("/v1/projects/atlas", "/v1/projects/ada@example.com");
    let on = json!({"cli_analytics_enabled": true});
    for (program, method, path, body, status) in [
        (&ada, Method::PATCH, path, json!({"display_name": "Lost", "cli_analytics_enabled": true}), 403),
        (&ada, Method::PATCH, personal, on.clone(), 403),
        (&root, Method::PATCH, personal, on.clone(), 400),
        (&root, Method::PATCH, personal, json!({"cli_analytics_enabled": false}), 403),
        (&ada, Method::POST, "/v1/projects", json!({"name": "mine", "cli_analytics_enabled": false}), 403),
        (&root, Method::POST, "/v1/projects", json!({"name": "theirs", "cli_analytics_enabled": true}), 201),
        (&root, Method::PATCH, path, on, 200),
        (&root, Method::PATCH, path, json!({"cli_analytics_enabled": null}), 200),
        (&ada, Method::PATCH, path, json!({"display_name": "Atlas"}), 200),
    ] {
        let reply = program.ask(method.clone(), path, &[], Some(body.clone())).await;
        assert_eq!(reply.status, status, "{method} {path} {body}: {reply:?}");
    }
    for (program, expected) in [(&root, json!(true)), (&ada, json!(true)), (&eve, Value::Null), (&gus, Value::Null)] {
        let read = program.get(path).await.body;
        assert_eq!((&read["cli_analytics_enabled"], &read["display_name"]), (&expected, &json!("Atlas")));
        assert_eq!(read.get("cli_analytics_enabled").is_some(), !expected.is_null(), "missing, not null");
        let listed = program.get("/v1/projects?search=atlas").await.body;
        assert_eq!(listed["data"][0]["cli_analytics_enabled"], expected);
    }
    assert_eq!(root.get("/v1/projects/theirs").await.body["cli_analytics_enabled"], true);
    assert_eq!(root.get(personal).await.body["cli_analytics_enabled"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_is_403_and_counts_shared_projects_alone() {
    let server = TestServer::start().await;
    let ada = Program::new(&server, "Ada", PlatformRole::User).await;
    for name in ["one", "two", "three"] {
        assert_eq!(ada.post("/v1/projects", json!({"name": name})).await.status, 201, "{name}");
    }
    let refused = ada.post("/v1/projects", json!({"name": "four"})).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.code(), "project_limit_reached", "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_sorted_filtered_and_paged() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    for name in ["cedar", "alder", "birch"] {
        server.world.project(name, &root).await;
        server.world.clock.advance(time::Duration::seconds(1));
    }
    let root = Program::of(&server, &root);
    for (query, expected) in [
        ("", ["birch", "alder", "cedar"].as_slice()),
        ("?sort_by=name", &["alder", "birch", "cedar"]),
        ("?sort_by=name&sort_order=desc", &["cedar", "birch", "alder"]),
        ("?sort_by=created_at", &["cedar", "alder", "birch"]),
        ("?search=LDE", &["alder"]),
        ("?has_assigned_budgets=True", &[]),
        ("?page=1", &[]),
    ] {
        let reply = root.get(&format!("/v1/projects{query}")).await;
        assert_eq!(names(&reply.body), expected, "{query}");
    }
    for query in ["per_page=9", "per_page=101", "sort_by=size", "budget_category=gold", "include_budgets=maybe"] {
        assert_eq!(root.get(&format!("/v1/projects?{query}")).await.status, 422, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ownership_moves_and_memberships_stay() {
    let server = TestServer::start().await;
    let world = &server.world;
    let (ada, eve) = (world.person("Ada", PlatformRole::User).await, world.person("Eve", PlatformRole::User).await);
    let atlas = world.project("atlas", &ada).await;
    world.personal_project(&ada).await;
    let ada = Program::of(&server, &ada);
    let path = "/v1/projects/atlas/ownership";
    let to = json!({"user_id": eve.actor.user_id});
    let moved = ada.put(path, to.clone()).await;
    assert_eq!(moved.status, 200, "{moved:?}");
    assert_eq!(moved.body["message"], format!("Ownership of 'atlas' transferred to '{}'", eve.actor.user_id));
    assert_eq!(ada.put(path, to.clone()).await.status, 200);
    let audited: Vec<_> = world.audit(atlas.0).await;
    assert_eq!(audited.len(), 1, "{audited:?}");
    assert_eq!(audited[0].2, ["owner: ada@example.com -> eve@example.com"]);
    let read = ada.get("/v1/projects/atlas").await.body;
    assert_eq!((&read["created_by"], &read["admin_count"]), (&json!(eve.actor.user_id), &json!(2)));
    for (path, body, status) in [
        (path, json!({"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d"}), 404),
        (path, json!({"user_id": "nonsense"}), 404),
        ("/v1/projects/none/ownership", to.clone(), 404),
        ("/v1/projects/ada@example.com/ownership", to, 403),
    ] {
        assert_eq!(ada.put(path, body.clone()).await.status, status, "{path} {body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_is_a_project_without_an_owner() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Admin).await;
    let eve = Program::new(&server, "Eve", PlatformRole::User).await;
    assert_eq!(root.post("/v1/admin/application", json!({"name": "Old Name.x"})).await.status, 200);
    assert_eq!(root.post("/v1/admin/application", json!({"name": "old name.X"})).await.status, 409);
    let listed = root.get("/v1/admin/applications?search=old").await;
    assert_eq!(listed.body["applications"][0]["name"], "Old Name.x");
    let refused = eve.get("/v1/admin/applications").await;
    assert_eq!(refused.details(), "This action requires administrator, maintainer, or auditor privileges.");
    let refused = eve.post("/v1/admin/application", json!({"name": "x"})).await;
    assert_eq!(refused.details(), "This action requires administrator or maintainer privileges.");
    let read = root.get("/v1/projects/Old%20Name.x").await;
    assert_eq!((&read.body["created_by"], &read.body["user_count"]), (&Value::Null, &json!(0)));
    assert_eq!(root.delete("/v1/projects/Old%20Name.x").await.status, 200);
}
