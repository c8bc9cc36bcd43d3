//! People by program.

use super::Program;
use crate::server::TestServer;
use domain::role::{PlatformRole, ProjectRole};
use serde_json::{Value, json};
use services::guard::Caller;

fn names(body: &Value) -> Vec<&str> {
    body["data"].as_array().expect("rows").iter().map(|row| row["name"].as_str().expect("a name")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_sorted_searched_and_filtered() {
    let server = TestServer::start().await;
    let world = &server.world;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let amara = world.person("amara", PlatformRole::User).await;
    let priya = world.person("Priya", PlatformRole::Auditor).await;
    world.person("Zoe", PlatformRole::Admin).await;
    let atlas = world.project("atlas", &amara).await;
    world.member(atlas, priya.actor.user_id, ProjectRole::Member).await;
    world.personal_project(&amara).await;
    sqlx::query("update users set is_active = false where name = 'Zoe'")
        .execute(world.services.pool())
        .await
        .expect("one");
    let root = Program::of(&server, &root);
    let all = root.get("/v1/admin/users").await;
    assert_eq!(names(&all.body), ["amara", "Priya", "Root", "Zoe"]);
    assert_eq!(all.body["pagination"], json!({"total": 4, "page": 0, "per_page": 20}));
    let amara = &all.body["data"][0];
    let projects: Vec<_> = amara["projects"]
        .as_array()
        .expect("projects")
        .iter()
        .map(|project| {
            (
                project["name"].as_str().expect("a name"),
                project["is_project_admin"] == true,
                project["is_default"] == true,
            )
        })
        .collect();
    assert_eq!(projects, [("amara@example.com", false, true), ("atlas", true, false)]);
    for (filters, expected) in [
        (json!({"is_active": true}), vec!["amara", "Priya", "Root"]),
        (json!({"is_active": false}), vec!["Zoe"]),
        (json!({"is_auditor": true}), vec!["Priya"]),
        (json!({"platform_role": "admin"}), vec!["Root", "Zoe"]),
        (json!({"platform_role": "platform_admin"}), vec!["amara"]),
        (json!({"platform_role": "user"}), vec!["Priya"]),
        (json!({"projects": ["ATLAS"]}), vec!["amara", "Priya"]),
        (json!({"projects": ["atlas"], "platform_role": "platform_admin"}), vec!["amara"]),
        (json!({"projects": ["atlas"], "platform_role": "user"}), vec!["Priya"]),
        (json!({"user_type": "external"}), vec![]),
        (json!({"budgets": ["none"]}), vec![]),
        (json!({"unknown": 1}), vec!["amara", "Priya", "Root", "Zoe"]),
    ] {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("filters", &filters.to_string()).finish();
        let reply = root.get(&format!("/v1/admin/users?{query}")).await;
        assert_eq!(names(&reply.body), expected, "{filters}");
        assert_eq!(reply.body["pagination"]["total"], expected.len(), "{filters}");
    }
    assert_eq!(names(&root.get("/v1/admin/users?search=RIYA").await.body), ["Priya"]);
    assert_eq!(names(&root.get("/v1/admin/users?search=%25").await.body), [""; 0]);
    for (query, status) in [
        ("filters=nonsense", 400),
        ("filters=[]", 400),
        ("filters=%7B%22is_active%22%3A%22x%22%7D", 422),
        ("per_page=0", 422),
        ("per_page=1001", 422),
        ("page=-1", 422),
    ] {
        assert_eq!(root.get(&format!("/v1/admin/users?{query}")).await.status, status, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_admin_reads_of_the_members_of_managed_projects_and_of_nothing_else() {
    let server = TestServer::start().await;
    let world = &server.world;
    let [ben, cleo, dora, eve] = [
        world.person("Ben", PlatformRole::User).await,
        world.person("Cleo", PlatformRole::User).await,
        world.person("Dora", PlatformRole::User).await,
        world.person("Eve", PlatformRole::User).await,
    ];
    let (atlas, secret) = (world.project("atlas", &ben).await, world.project("secret", &dora).await);
    for (project, person, role) in
        [(atlas, &cleo, ProjectRole::Member), (secret, &cleo, ProjectRole::Admin), (secret, &ben, ProjectRole::Member)]
    {
        world.member(project, person.actor.user_id, role).await;
    }
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let root = Program::of(&server, &root);
    root.post(
        "/v1/admin/budgets",
        json!({"budget_id": "tools", "name": "Tools", "budget_category": "cli",
        "soft_budget": 1, "max_budget": 2, "budget_duration": "30d"}),
    )
    .await;
    let path = |person: &Caller| format!("/v1/admin/users/{}", person.actor.user_id);
    let assigned = root.put(&format!("{}/budgets", path(&cleo)), json!({"assignments": {"cli": "tools"}})).await;
    assert_eq!(assigned.status, 204, "{assigned:?}");

    let manager = Program::of(&server, &ben);
    let list = async |query: &str| manager.get(&format!("/v1/admin/users?{query}")).await.body;
    let all = list("").await;
    assert_eq!((names(&all), &all["pagination"]["total"]), (vec!["Ben", "Cleo"], &json!(2)));
    for person in all["data"].as_array().expect("rows") {
        let projects: Vec<_> = person["projects"].as_array().expect("projects").iter().map(|p| &p["name"]).collect();
        assert_eq!((projects, &person["budget_assignments"]), (vec![&json!("atlas")], &json!([])), "{person}");
    }
    for hidden in [json!({"projects": ["secret"]}), json!({"budgets": ["tools"]})] {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("filters", &hidden.to_string()).finish();
        assert_eq!(names(&list(&query).await), [""; 0], "{hidden}");
    }
    // Cleo manages the other project, which is not in the list.
    let managers = "filters=%7B%22platform_role%22%3A%22platform_admin%22%7D";
    assert_eq!(names(&list(managers).await), ["Ben"]);
    assert_eq!(names(&list("search=cleo").await), ["Cleo"]);
    assert_eq!(names(&list("search=dora").await), [""; 0]);

    let member = manager.get(&path(&cleo)).await;
    assert_eq!((member.status, member.body["projects"].as_array().map(Vec::len)), (200, Some(1)), "{member:?}");
    let other = manager.get(&path(&eve)).await;
    assert_eq!((other.status, other.code()), (404, "user_not_found"));
    let unknown = manager.get("/v1/admin/users/0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d").await;
    assert_eq!((unknown.status, &unknown.body), (404, &other.body), "nothing tells whether an id exists");
    let client = Program::of(&server, &eve);
    for path in ["/v1/admin/users".to_owned(), path(&eve)] {
        assert_eq!(client.get(&path).await.status, 403, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_are_found_by_their_usernames() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    let root = Program::of(&server, &root);
    let new = json!({"email": "n@example.com", "username": "Plumed.Serpent", "name": "Nia", "password": "a quiet ledger line"});
    assert_eq!(root.post("/v1/admin/users", new).await.status, 200);
    for (term, found) in [("serp", true), ("PL", true), ("d.s", true), ("ser", true), ("er", false), ("%", false)] {
        let term = form_urlencoded::byte_serialize(term.as_bytes()).collect::<String>();
        let reply = root.get(&format!("/v1/admin/users?search={term}")).await;
        assert_eq!(names(&reply.body) == ["Nia"], found, "{term}: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_made_changed_and_closed() {
    let server = TestServer::start().await;
    let root = server.world.row("Root", PlatformRole::Maintainer).await;
    server.world.set_password(root, "a quiet ledger line").await;
    let login = json!({"email": "root@example.com", "password": "a quiet ledger line"});
    let signed_in = Program::unauthenticated(&server).post("/v1/local-auth/login", login).await;
    let root = Program { server: &server, token: signed_in.body["access_token"].as_str().expect("one").to_owned() };
    let new = json!({"email": "New@example.com", "username": "New.One", "password": "a quiet ledger line"});
    let made = root.post("/v1/admin/users", new.clone()).await;
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!((&made.body["username"], &made.body["name"]), (&json!("New.One"), &json!("New.One")));
    assert_eq!(made.body["projects"][0]["name"], "New@example.com");
    for (field, value) in [("email", "other@example.com"), ("username", "other-one")] {
        let mut again = new.clone();
        again[field] = json!(value);
        assert_eq!(root.post("/v1/admin/users", again).await.status, 409, "{field}");
    }
    let path = format!("/v1/admin/users/{}", made.body["id"].as_str().expect("an id"));
    let login = json!({"email": "new@example.com", "password": "a quiet ledger line"});
    let client = Program::unauthenticated(&server);
    assert_eq!(client.post("/v1/local-auth/login", login.clone()).await.status, 200);
    let promoted = root.put(&path, json!({"is_maintainer": true, "name": "Renamed"})).await;
    assert_eq!((&promoted.body["is_admin"], &promoted.body["name"]), (&json!(true), &json!("Renamed")));
    let audited = server.world.audit(made.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")).await;
    assert!(audited.iter().any(|(action, ..)| action == "user.role_changed"), "{audited:?}");
    let corrected = root.put(&path, json!({"email": "Newer@example.com"})).await;
    assert_eq!((corrected.status, &corrected.body["email"]), (200, &json!("Newer@example.com")), "{corrected:?}");
    assert_eq!(corrected.body["projects"][0]["name"], "Newer@example.com", "the personal project follows");
    assert_eq!(client.post("/v1/local-auth/login", login).await.status, 401, "the address of before");
    let login = json!({"email": "newer@example.com", "password": "a quiet ledger line"});
    assert_eq!(client.post("/v1/local-auth/login", login.clone()).await.status, 200);
    let demoted = root.put(&path, json!({"is_admin": false, "is_auditor": true})).await;
    assert_eq!((&demoted.body["is_admin"], &demoted.body["is_auditor"]), (&json!(false), &json!(true)));
    assert_eq!(root.delete(&path).await.status, 200);
    assert_eq!(root.delete(&path).await.status, 200);
    assert_eq!(client.post("/v1/local-auth/login", login.clone()).await.status, 403);
    let closed = root.get(&path).await;
    assert!(closed.body["is_active"] == false && closed.body["deleted_at"].is_string(), "{closed:?}");
    let open = root.put(&path, json!({"is_active": true})).await;
    assert!(open.body["is_active"] == true && open.body["deleted_at"].is_null(), "{open:?}");
    assert_eq!(root.put(&format!("{path}/password"), json!({"new_password": "short"})).await.status, 400);
    assert_eq!(
        root.put(&format!("{path}/password"), json!({"new_password": "a louder ledger line"})).await.status,
        200
    );
    let login = json!({"email": "newer@example.com", "password": "a louder ledger line"});
    assert_eq!(client.post("/v1/local-auth/login", login).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_rules_of_a_change_refuse_leaves_everything_as_it_was() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    let admin = Program::new(&server, "Admin", PlatformRole::Admin).await;
    let person = server.world.person("Person", PlatformRole::User).await.actor.user_id;
    let (path, own) = (format!("/v1/admin/users/{person}"), format!("/v1/admin/users/{}", root.actor.user_id));
    let root = Program::of(&server, &root);
    let before = root.get(&path).await.body;
    for (program, path, body, status) in [
        (&root, &path, json!({}), 400),
        (&root, &path, json!({"is_auditr": true, "name": "Lost"}), 422),
        (&root, &path, json!({"username": "x"}), 400),
        (&root, &path, json!({"email": "nowhere", "name": "Lost"}), 422),
        (&root, &path, json!({"email": "Admin@example.com", "name": "Lost"}), 409),
        (&admin, &own, json!({"email": "root.too@example.com"}), 403),
        (&root, &path, json!({"user_type": "alien"}), 400),
        (&root, &path, json!({"project_limit": -1}), 400),
        (&root, &path, json!({"project_limit": null, "name": "Lost"}), 400),
        (&root, &path, json!({"project_limit": "many"}), 422),
        (&admin, &path, json!({"is_admin": false, "name": "Lost"}), 403),
        (&admin, &path, json!({"is_maintainer": true}), 403),
        (&admin, &own, json!({"name": "Lost"}), 403),
        (&root, &own, json!({"is_admin": false}), 403),
        (&root, &own, json!({"is_active": false}), 403),
    ] {
        let refused = program.put(path, body.clone()).await;
        assert_eq!(refused.status, status, "{body}: {refused:?}");
    }
    assert_eq!(root.delete(&own).await.status, 403);
    assert_eq!(root.get(&path).await.body, before);
    for unknown in ["0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d", "nonsense", "%00"] {
        let path = format!("/v1/admin/users/{unknown}");
        assert_eq!(root.get(&path).await.status, 404, "{unknown}");
        assert_eq!(root.put(&path, json!({"name": "X"})).await.status, 404, "{unknown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_values_sent_back_unchanged_are_no_conflict() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let new = json!({"email": "n@example.com", "username": "new-one", "password": "a quiet ledger line"});
    let made = root.post("/v1/admin/users", new.clone()).await.body;
    let path = format!("/v1/admin/users/{}", made["id"].as_str().expect("an id"));
    let changed = root.put(&path, json!({"email": made["email"], "name": "Nia"})).await;
    assert_eq!((changed.status, &changed.body["name"]), (200, &json!("Nia")));
    for (field, value, code) in
        [("username", "another", "email_taken"), ("email", "another@example.com", "username_taken")]
    {
        let mut taken = new.clone();
        taken[field] = json!(value);
        let refused = root.post("/v1/admin/users", taken).await;
        assert_eq!((refused.status, refused.code()), (409, code));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_that_are_not_applied_are_refused_by_name() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let new = json!({"email": "n@example.com", "username": "new-one", "password": "a quiet ledger line"});
    for field in ["is_auditor", "is_mantainer", "project_limit", "role", ""] {
        let mut body = new.clone();
        body[field] = json!(true);
        let refused = root.post("/v1/admin/users", body).await;
        assert_eq!(refused.status, 422, "{field}: {refused:?}");
        assert!(refused.message().starts_with(&format!("{field}: Unknown field.")), "{refused:?}");
        assert!(refused.message().contains("is_maintainer"), "the known fields are named: {refused:?}");
    }
    assert_eq!(root.get("/v1/admin/users?search=n@example.com").await.body["pagination"]["total"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn default_project_is_set_by_admins_and_reported_everywhere() {
    let server = TestServer::start().await;
    let world = &server.world;
    let (root, ada) = (world.person("Root", PlatformRole::Admin).await, world.person("Ada", PlatformRole::User).await);
    let gus = world.person("Gus", PlatformRole::Auditor).await;
    for name in ["alpha", "beta"] {
        world.project(name, &ada).await;
    }
    let id = ada.actor.user_id;
    let [root, ada, gus] = [&root, &ada, &gus].map(|user| Program::of(&server, user));
    let path = |project: &str| format!("/v1/admin/users/{id}/projects/{project}/default");
    let defaults = async || {
        let (own, all) = (ada.get("/v1/user").await.body, root.get("/v1/admin/users?search=ada").await.body);
        let one = root.get(&format!("/v1/admin/users/{id}")).await.body;
        let projects = root.get(&format!("/v1/admin/users/{id}/projects")).await.body;
        let of = |projects: &Value, name: &str| -> Vec<String> {
            let projects = projects.as_array().expect("projects").iter();
            let defaults = projects.filter(|project| project["is_default"] == true);
            defaults.map(|project| project[name].as_str().expect("a name").to_owned()).collect()
        };
        let reported = [&own["projects"], &all["data"][0]["projects"], &one["projects"]].map(|list| of(list, "name"));
        assert!(reported.iter().all(|names| *names == reported[0]), "{reported:?}");
        assert_eq!(of(&projects["projects"], "project_name"), reported[0]);
        reported[0].clone()
    };
    assert_eq!(defaults().await, ["alpha"]);
    for _ in 0..2 {
        assert_eq!(root.put(&path("beta"), json!({})).await.status, 200);
        assert_eq!(defaults().await, ["beta"]);
    }
    for program in [&ada, &gus] {
        assert_eq!(program.put(&path("alpha"), json!({})).await.status, 403);
        assert_eq!(program.delete(&path("beta")).await.status, 403);
    }
    assert_eq!(root.put(&path("none"), json!({})).await.status, 404);
    assert_eq!(root.put(&path("beta").replace(&id.to_string(), "nonsense"), json!({})).await.status, 404);
    assert_eq!(root.delete(&path("alpha")).await.status, 200);
    assert_eq!(defaults().await, ["beta"], "not the stored default");
    assert_eq!(root.delete(&path("beta")).await.status, 200);
    assert_eq!(defaults().await, ["alpha"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blank_name_stands_for_the_user_name() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let new =
        json!({"email": "n@example.com", "username": "new-one", "name": "Nia", "password": "a quiet ledger line"});
    let made = root.post("/v1/admin/users", new).await;
    let path = format!("/v1/admin/users/{}", made.body["id"].as_str().expect("an id"));
    assert_eq!(root.put(&path, json!({"name": " "})).await.body["name"], "new-one");
}
