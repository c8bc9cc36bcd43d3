//! Budgets by program, and whom they serve.

use super::Program;
use crate::server::TestServer;
use domain::role::PlatformRole;
use http::Method;
use serde_json::{Value, json};
use services::budgets::predefined;

fn budget(id: &str, category: &str) -> Value {
    json!({"budget_id": id, "name": format!("Budget {id}"), "soft_budget": 0.5, "max_budget": 33.333333333333336,
           "budget_duration": "720h", "budget_category": category})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_is_made_read_and_changed() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let admin = Program::new(&server, "Admin", PlatformRole::Admin).await;
    let made = root.post("/v1/admin/budgets", budget("leads_1", "platform")).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!((&made.body["budget_id"], &made.body["max_budget"]), (&json!("leads_1"), &json!(33.333333333)));
    assert_eq!((&made.body["soft_budget"], &made.body["budget_duration"]), (&json!(0.5), &json!("30d")));
    assert_eq!(root.post("/v1/admin/budgets", budget("leads_1", "cli")).await.status, 409);
    let mut same_name = budget("leads_2", "cli");
    same_name["name"] = json!("BUDGET leads_1");
    assert_eq!(root.post("/v1/admin/budgets", same_name).await.status, 409);
    let refused = admin.post("/v1/admin/budgets", budget("x", "cli")).await;
    assert_eq!((refused.status, refused.details()), (403, "This action requires maintainer privileges."));
    for (field, value, status) in [
        ("budget_id", json!("a b"), 422),
        ("budget_id", json!(""), 422),
        ("budget_id", json!("0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a"), 422),
        ("name", json!(""), 422),
        ("budget_duration", json!("1w"), 422),
        ("budget_category", json!("gold"), 422),
        ("max_budget", json!(0), 422),
        ("max_budget", json!("5"), 422),
        ("soft_budget", json!(-1), 422),
        ("soft_budget", json!(500), 400),
    ] {
        let mut wrong = budget("other", "cli");
        wrong[field] = value.clone();
        assert_eq!(root.post("/v1/admin/budgets", wrong).await.status, status, "{field} {value}");
    }
    let path = "/v1/admin/budgets/leads_1";
    let changed = root.patch(path, json!({"max_budget": 50, "description": "For leads"})).await;
    assert_eq!((&changed.body["max_budget"], &changed.body["description"]), (&json!(50), &json!("For leads")));
    assert_eq!(root.patch(path, json!({"description": null})).await.body["description"], Value::Null);
    assert_eq!(root.patch(path, json!({})).await.status, 400);
    assert_eq!(root.patch(path, json!({"soft_budget": 51})).await.status, 400);
    assert_eq!(root.patch("/v1/admin/budgets/none", json!({"max_budget": 50})).await.status, 404);
    let stale = [("if-match", changed.header("etag"))];
    assert_eq!(root.ask(Method::PATCH, path, &stale, Some(json!({"max_budget": 60}))).await.status, 412);
    server.world.clock.advance(time::Duration::seconds(1));
    root.post("/v1/admin/budgets", budget("later", "cli")).await;
    let ids = |body: &Value| -> Vec<String> {
        body["data"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row["budget_id"].as_str().expect("an id").into())
            .collect()
    };
    assert_eq!(ids(&admin.get("/v1/admin/budgets").await.body), ["later", "leads_1"]);
    assert_eq!(ids(&admin.get("/v1/admin/budgets?category=platform").await.body), ["leads_1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn predefined_budget_is_named_as_such_and_not_changed() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let file = "predefined_budgets: [{budget_id: default, name: Everyone, soft_budget: 50, max_budget: 100, \
                budget_duration: 30d, budget_category: cli}]";
    let declared = predefined::read(file).expect("a file");
    predefined::store(&server.world.services, &declared).await.expect("stored");
    root.post("/v1/admin/budgets", budget("leads_1", "platform")).await;
    let read = async |id: &str| root.get(&format!("/v1/admin/budgets/{id}")).await.body["is_preconfigured"].clone();
    assert_eq!((read("default").await, read("leads_1").await), (json!(true), json!(false)));
    let refused = root.patch("/v1/admin/budgets/default", json!({"max_budget": 500})).await;
    assert_eq!(
        (refused.status, refused.message()),
        (403, "This budget is declared in the file of predefined budgets. Ask an operator to change it there.")
    );
}

/// Every field but the description keeps its value when it is null, and none of them is a fault of the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn null_clears_the_description_of_a_budget_and_nothing_else() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let mut leads = budget("leads", "platform");
    leads["description"] = json!("For leads");
    let made = root.post("/v1/admin/budgets", leads).await.body;
    let path = "/v1/admin/budgets/leads";
    for field in ["name", "soft_budget", "max_budget", "budget_duration", "budget_category", "version"] {
        let reply = root.patch(path, json!({field: null})).await;
        assert_eq!((reply.status, &reply.body), (200, &made), "{field}");
    }
    let cleared = root.patch(path, json!({"description": null})).await;
    assert_eq!((&cleared.body["description"], &cleared.body["name"]), (&Value::Null, &made["name"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refused_limits_are_named_as_the_request_names_them() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    root.post("/v1/admin/budgets", budget("leads", "platform")).await;
    let path = "/v1/admin/budgets/leads";
    for (body, status, field, code) in [
        (json!({"soft_budget": 51}), 400, "soft_budget", "soft_limit_above_hard"),
        (json!({"max_budget": 0}), 422, "max_budget", "hard_limit_zero"),
    ] {
        let refused = root.patch(path, body).await;
        let detail = &refused.body["error"]["details"][0];
        assert_eq!((refused.status, refused.code()), (status, code));
        assert_eq!((&detail["loc"], &detail["code"]), (&json!(["body", field]), &json!(code)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_a_budget_needs_it_to_be_unassigned() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let ada = server.world.person("Ada", PlatformRole::User).await.actor.user_id;
    root.post("/v1/admin/budgets", budget("leads", "platform")).await;
    let (path, assignments) = ("/v1/admin/budgets/leads", format!("/v1/admin/users/{ada}/budgets"));
    root.put(&assignments, json!({"assignments": {"platform": "leads"}})).await;
    let refused = root.delete(path).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(format!("{:?}", refused.body).contains("assigned to 1 user"), "{refused:?}");
    root.put(&assignments, json!({"assignments": {"platform": null}})).await;
    let deleted = root.delete(path).await;
    assert_eq!((deleted.status, &deleted.body), (204, &Value::Null));
    assert_eq!((root.get(path).await.status, root.delete(path).await.status), (404, 404));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_are_answered_with_the_digits_sent() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let ada = server.world.person("Ada", PlatformRole::User).await.actor.user_id;
    let created = r#"{"budget_id": "exact", "name": "Exact", "soft_budget": 0.000000001, "max_budget": 123456789.123456789,
                      "budget_duration": "30d", "budget_category": "platform"}"#;
    let limits = r#""soft_budget":0.000000001,"max_budget":123456789.123456789,"#;
    let answered = root.send_text(Method::POST, "/v1/admin/budgets", created).await;
    assert!(answered.contains(limits), "{answered}");
    root.put(&format!("/v1/admin/users/{ada}/budgets"), json!({"assignments": {"platform": "exact"}})).await;
    for (path, expected) in [
        ("/v1/admin/budgets/exact", limits),
        ("/v1/admin/budgets", limits),
        ("/v1/admin/users?search=ada", r#""max_budget":123456789.123456789,"#),
    ] {
        let answered = root.send_text(Method::GET, path, "").await;
        assert!(answered.contains(expected), "{path}: {answered}");
    }
    let path = "/v1/admin/budgets/exact";
    let changed = root.send_text(Method::PATCH, path, r#"{"max_budget": 123456789.123456788}"#).await;
    assert!(changed.contains(r#""max_budget":123456789.123456788,"#), "{changed}");
    assert!(changed.contains(r#""version":2"#), "{changed}");
    let amounts = r#"{"soft_budget": 0.000000001, "max_budget": 123456789.123456788}"#;
    let same = root.send_text(Method::PATCH, path, amounts).await;
    assert_eq!(same, changed, "the amounts of the answer, sent back, change nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn budgets_are_assigned_to_one_and_to_many_users() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let (ada, eve) = (
        server.world.person("Ada", PlatformRole::User).await.actor.user_id,
        server.world.person("Eve", PlatformRole::User).await.actor.user_id,
    );
    root.post("/v1/admin/budgets", budget("one", "platform")).await;
    root.post("/v1/admin/budgets", budget("two", "platform")).await;
    root.post("/v1/admin/budgets", budget("tools", "cli")).await;
    let path = format!("/v1/admin/users/{ada}/budgets");
    let assigned = root.put(&path, json!({"assignments": {"platform": "one", "cli": "tools"}})).await;
    assert_eq!((assigned.status, &assigned.body), (204, &Value::Null), "{assigned:?}");
    let of = async |id| {
        let reply = root.get(&format!("/v1/admin/users/{id}/budgets")).await;
        let rows = reply.body.as_array().expect("rows").clone();
        rows.iter()
            .map(|row| {
                format!(
                    "{}={}",
                    row["category"].as_str().expect("a category"),
                    row["budget_id"].as_str().expect("an id")
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(of(ada).await, ["cli=tools", "platform=one"]);
    for (assignments, status) in [
        (json!({"platform": "none"}), 404),
        (json!({"platform": "tools"}), 400),
        (json!({"gold": "one"}), 422),
        (json!({"cli": 1}), 422),
    ] {
        assert_eq!(root.put(&path, json!({"assignments": assignments})).await.status, status, "{assignments}");
    }
    for body in [
        r#"{"assignments": {"platform": "two", "platform": null}}"#,
        r#"{"assignments": {}, "assignments": {"platform": "two"}}"#,
    ] {
        let refused: Value = serde_json::from_str(&root.send_text(Method::PUT, &path, body).await).expect("JSON");
        assert_eq!(refused["error"]["details"][0]["code"], "invalid_value", "{body}: which one holds would be a guess");
    }
    assert_eq!(of(ada).await, ["cli=tools", "platform=one"]);
    let unknown = "0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d";
    let bulk = "/v1/admin/users/budgets/bulk";
    let wanted = json!({"platform": "two", "cli": null});
    assert_eq!(root.put(bulk, json!({"user_ids": [ada, unknown], "assignments": wanted})).await.status, 404);
    assert_eq!(of(ada).await, ["cli=tools", "platform=one"]);
    assert_eq!(root.put(bulk, json!({"user_ids": [ada, eve], "assignments": wanted})).await.status, 204);
    assert_eq!(root.put(bulk, json!({"user_ids": [ada, eve], "assignments": wanted})).await.status, 204);
    assert_eq!((of(ada).await, of(eve).await), (vec!["platform=two".to_owned()], vec!["platform=two".to_owned()]));
    let audited: Vec<_> = server.world.audit(ada.0).await.into_iter().map(|(_, _, changes)| changes).collect();
    assert_eq!(audited.len(), 2, "{audited:?}");
    assert_eq!(audited[1], ["platform_budget: Budget one -> Budget two", "cli_budget: Budget tools -> -"]);
    let listed = root.get("/v1/admin/users?filters=%7B%22budgets%22%3A%5B%22two%22%5D%7D").await.body;
    assert_eq!(listed["pagination"]["total"], 2);
    assert_eq!(listed["data"][0]["budget_assignments"][0]["budget_id"], "two");
    assert_eq!(root.get(&format!("/v1/admin/users/{unknown}/budgets")).await.status, 404);
}
