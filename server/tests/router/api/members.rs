//! Members by program, one and many.

use super::Program;
use crate::server::TestServer;
use domain::role::PlatformRole;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_member_comes_changes_and_goes() {
    let server = TestServer::start().await;
    let ada = server.world.person("Ada", PlatformRole::User).await;
    let eve = server.world.person("Eve", PlatformRole::User).await.actor.user_id;
    server.world.project("atlas", &ada).await;
    server.world.personal_project(&ada).await;
    let owner = ada.actor.user_id;
    let ada = Program::of(&server, &ada);
    let path = "/v1/projects/atlas/assignment";
    let added = ada.post(path, json!({"user_id": eve, "is_project_admin": false})).await;
    assert_eq!(added.status, 200, "{added:?}");
    assert_eq!((&added.body["user_id"], &added.body["project_name"]), (&json!(eve), &json!("atlas")));
    for (body, status) in [
        (json!({"user_id": eve, "is_project_admin": true}), 409),
        (json!({"user_id": "nonsense", "is_project_admin": true}), 400),
        (json!({"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "is_project_admin": true}), 404),
        (json!({"user_id": eve}), 422),
    ] {
        assert_eq!(ada.post(path, body.clone()).await.status, status, "{body}");
    }
    let member = format!("{path}/{eve}");
    assert_eq!(ada.put(&member, json!({"is_project_admin": true})).await.body["is_project_admin"], true);
    assert_eq!(ada.delete(&format!("{path}/{owner}")).await.status, 400);
    assert_eq!(ada.delete(&member).await.status, 200);
    assert_eq!(ada.delete(&member).await.status, 404);
    assert_eq!(ada.put(&member, json!({"is_project_admin": true})).await.status, 404);
    let personal = "/v1/projects/ada@example.com/assignment";
    assert_eq!(ada.post(personal, json!({"user_id": eve, "is_project_admin": false})).await.status, 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_come_and_go_all_or_none() {
    let server = TestServer::start().await;
    let ada = server.world.person("Ada", PlatformRole::User).await;
    let atlas = server.world.project("atlas", &ada).await;
    let owner = ada.actor.user_id;
    let mut people = Vec::new();
    for number in 0..3 {
        people.push(server.world.person(&format!("Person {number}"), PlatformRole::User).await.actor.user_id);
    }
    let ada = Program::of(&server, &ada);
    let path = "/v1/projects/atlas/assignments";
    let users =
        |admin: bool| -> Vec<_> { people.iter().map(|id| json!({"user_id": id, "is_project_admin": admin})).collect() };
    let actions = |body: &serde_json::Value| -> Vec<String> {
        body["results"]
            .as_array()
            .expect("results")
            .iter()
            .map(|one| one["action"].as_str().expect("a word").into())
            .collect()
    };
    let added = ada.post(path, json!({"users": users(false)})).await;
    assert_eq!(
        (added.status, &added.body["total"], actions(&added.body)),
        (200, &json!(3), vec!["assigned".to_owned(); 3])
    );
    let updated = ada.post(path, json!({"users": users(true)})).await;
    assert_eq!(actions(&updated.body), ["updated"; 3]);
    assert_eq!(server.world.audit(atlas.0).await.len(), 6);
    let unknown = json!({"user_id": "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "is_project_admin": true});
    let twice = json!({"user_id": people[0], "is_project_admin": true});
    for (users, expected) in [
        (json!([]), (422, "invalid_request")),
        (json!([twice, twice]), (400, "named_twice")),
        (json!([{"user_id": "x", "is_project_admin": true}]), (400, "invalid_user_id")),
        (json!([{"user_id": people[0], "is_project_admin": false}, unknown]), (404, "unknown_users")),
        (json!((0..1001).map(|_| &unknown).collect::<Vec<_>>()), (422, "invalid_request")),
    ] {
        let refused = ada.post(path, json!({"users": users})).await;
        assert_eq!((refused.status, refused.code()), expected, "{refused:?}");
    }
    let query = |ids: &[domain::id::UserId]| {
        let pairs: Vec<String> = ids.iter().map(|id| format!("user_id={id}")).collect();
        format!("{path}?{}", pairs.join("&"))
    };
    assert_eq!(ada.delete(path).await.status, 422);
    for (ids, code) in [([people[0], people[0]], "named_twice"), ([people[0], owner], "creator_stays")] {
        let refused = ada.delete(&query(&ids)).await;
        assert_eq!((refused.status, refused.code()), (400, code), "{refused:?}");
    }
    assert_eq!(ada.get("/v1/projects/atlas").await.body["admin_count"], 4);
    let removed = ada.delete(&query(&people)).await;
    assert_eq!((removed.status, actions(&removed.body)), (200, vec!["removed".to_owned(); 3]));
    let gone = ada.delete(&query(&people[..1])).await;
    assert_eq!((gone.status, gone.code()), (404, "not_members"), "{gone:?}");
    assert_eq!(ada.get("/v1/projects/atlas").await.body["user_count"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_user_at_the_project_limit_refuses_the_whole_request() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Admin).await;
    let (full, free) =
        (server.world.person("Full", PlatformRole::User).await, server.world.person("Free", PlatformRole::User).await);
    for name in ["one", "two", "three"] {
        server.world.project(name, &full).await;
    }
    server.world.project("four", &root).await;
    let users = [&full, &free].map(|who| json!({"user_id": who.actor.user_id, "is_project_admin": false}));
    let refused = Program::of(&server, &root).post("/v1/projects/four/assignments", json!({"users": users})).await;
    assert_eq!((refused.status, refused.code()), (409, "project_limit_reached"), "{refused:?}");
    assert!(refused.message().contains("Full is already in 3 of 3"), "{refused:?}");
    assert_eq!(Program::of(&server, &root).get("/v1/projects/four").await.body["user_count"], 1);
}

/// One rule behind every address, with one status and one text.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn external_user_is_refused_with_409_at_every_address() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Admin).await;
    let gus = server.world.person("Gus", PlatformRole::User).await.actor.user_id;
    server.world.project("atlas", &root).await;
    let root = Program::of(&server, &root);
    let external = root.put(&format!("/v1/admin/users/{gus}"), json!({"user_type": "external"})).await;
    assert_eq!(external.status, 200, "{external:?}");
    let one = json!({"user_id": gus, "is_project_admin": false});
    for refused in [
        root.post("/v1/projects/atlas/assignment", one.clone()).await,
        root.post("/v1/projects/atlas/assignments", json!({"users": [one]})).await,
        root.put("/v1/projects/atlas/ownership", json!({"user_id": gus})).await,
        root.post(&format!("/v1/admin/users/{gus}/projects"), json!({"project_name": "atlas"})).await,
    ] {
        assert_eq!((refused.status, refused.code()), (409, "project_closed_to_external_users"), "{refused:?}");
    }
    assert_eq!(root.get("/v1/projects/atlas").await.body["user_count"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn administrator_manages_the_projects_of_a_user() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Admin).await;
    let eve = server.world.person("Eve", PlatformRole::User).await;
    server.world.project("atlas", &root).await;
    server.world.personal_project(&eve).await;
    let root = Program::of(&server, &root);
    let path = format!("/v1/admin/users/{}/projects", eve.actor.user_id);
    assert_eq!(root.post(&path, json!({"project_name": "atlas"})).await.status, 200);
    for (project, expected) in [
        ("atlas", (409, "already_member")),
        ("none", (404, "project_not_found")),
        ("eve@example.com", (403, "personal_project")),
    ] {
        let refused = root.post(&path, json!({"project_name": project})).await;
        assert_eq!((refused.status, refused.code()), expected, "{refused:?}");
    }
    let place = format!("{path}/atlas");
    assert_eq!(root.put(&place, json!({"is_project_admin": true})).await.status, 200);
    let listed = root.get(&path).await.body;
    let listed: Vec<_> = listed["projects"]
        .as_array()
        .expect("projects")
        .iter()
        .map(|one| {
            (one["project_name"].as_str().expect("a name"), one["is_project_admin"] == true, one["is_default"] == true)
        })
        .collect();
    assert_eq!(listed, [("atlas", true, false), ("eve@example.com", false, true)]);
    assert_eq!(root.delete(&place).await.status, 200);
    for refused in [root.delete(&place).await, root.put(&place, json!({"is_project_admin": true})).await] {
        assert_eq!((refused.status, refused.code()), (404, "not_a_member"), "{refused:?}");
    }
    let unknown = "/v1/admin/users/0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d/projects";
    assert_eq!(root.get(unknown).await.status, 404);
    assert_eq!(root.post(unknown, json!({"project_name": "atlas"})).await.status, 404);
}
