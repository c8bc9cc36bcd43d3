//! Projects' budgets, budget groups and members' shares by program.

use super::Program;
use crate::server::TestServer;
use domain::role::{PlatformRole, ProjectRole};
use http::Method;
use serde_json::{Value, json};

const BUDGETS: &str = "/v1/admin/project-budgets";
const GROUPS: &str = "/v1/admin/project-budget-groups";

fn group(categories: Value) -> Value {
    json!({"project_name": "atlas", "name": "Atlas 2026", "total_amount": 100, "budget_duration": "30d",
           "categories": categories})
}

/// A category's hard and soft limit.
fn amounts(group: &Value) -> Vec<(String, Value, Value)> {
    let categories = group["categories"].as_array().expect("categories").iter();
    let amounts = |one: &Value| {
        (
            one["category"].as_str().expect("a category").to_owned(),
            one["max_budget"].clone(),
            one["soft_budget"].clone(),
        )
    };
    categories.map(amounts).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn budget_group_is_created_changed_listed_and_deleted() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    server.world.project("atlas", &root).await;
    let root = Program::of(&server, &root);
    let none = root.get(&format!("{GROUPS}?project_name=atlas")).await;
    assert_eq!((none.status, none.body), (200, json!({"items": [], "total": 0})));
    let third = 33.333333333333336;
    let created = root.post(GROUPS, group(json!({"platform": {"pct": third}, "cli": {"pct": third, "soft_budget": 0}, "premium_models": {"pct": third}}))).await;
    assert_eq!(created.status, 201, "{created:?}");
    let row = |category: &str, hard: f64, soft: f64| (category.to_owned(), json!(hard), json!(soft));
    let expected = [
        row("platform", 33.333333333, 26.666666666),
        ("cli".to_owned(), json!(33.333333333), json!(0)),
        row("premium_models", 33.333333334, 26.666666667),
    ];
    assert_eq!(amounts(&created.body), expected);
    assert_eq!(created.body["total_amount"], json!(100));
    let path = format!("{GROUPS}/{}", created.body["group_id"].as_str().expect("an id"));
    let changed = root.put(&path, json!({"total_amount": 200, "budget_duration": "3600s"})).await;
    assert_eq!((changed.status, &changed.body["total_amount"]), (200, &json!(200)), "{changed:?}");
    assert!(
        changed.body["categories"].as_array().expect("categories").iter().all(|one| one["budget_duration"] == "1h")
    );
    let spread = json!({"platform": {"pct": 60}, "cli": {"pct": 40}, "premium_models": {"pct": 0}});
    let changed = root.put(&path, json!({"categories": spread})).await;
    assert_eq!(
        amounts(&changed.body),
        [("platform".into(), json!(120), json!(96)), ("cli".into(), json!(80), json!(64))]
    );
    assert_eq!(root.get(&path).await.body, changed.body);
    assert_eq!(root.post(GROUPS, group(json!({"platform": {"pct": 100}}))).await.status, 409);
    assert_eq!(root.post(&format!("{path}/rebalance"), json!({})).await.body, changed.body);
    let stale = [("if-match", "\"1\"")];
    assert_eq!(root.ask(Method::PUT, &path, &stale, Some(json!({"name": "Late"}))).await.status, 412);
    assert_eq!(root.delete(&path).await.status, 204);
    assert_eq!((root.get(&path).await.status, root.delete(&path).await.status), (404, 404));
    let listed = root.get(&format!("{GROUPS}?project_name=atlas")).await.body;
    assert!(listed["items"][0]["deleted_at"].is_string(), "{listed}");
    assert_eq!(root.get(BUDGETS).await.body["total"], json!(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_distribution_is_refused_and_nothing_is_saved() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    server.world.project("atlas", &root).await;
    server.world.personal_project(&root).await;
    let root = Program::of(&server, &root);
    for (categories, status, loc, code) in [
        (json!({"platform": {"pct": 100}, "gold": {"pct": 0}}), 400, vec!["categories", "gold"], "unknown_choice"),
        (json!({"cli": {"pct": 100}}), 400, vec!["categories"], "platform_share_missing"),
        (json!({}), 400, vec!["categories"], "platform_share_missing"),
        (
            json!({"platform": {"pct": 0}, "cli": {"pct": 100}}),
            400,
            vec!["categories", "platform", "pct"],
            "platform_share_zero",
        ),
        (json!({"platform": {"pct": 60}, "cli": {"pct": 39.4}}), 400, vec!["categories"], "percentages_not_hundred"),
        (
            json!({"platform": {"pct": 110}, "cli": {"pct": -10}}),
            400,
            vec!["categories", "cli", "pct"],
            "invalid_percentage",
        ),
        (
            json!({"platform": {"pct": 100, "soft_budget": 100.01}}),
            400,
            vec!["categories", "platform", "soft_budget"],
            "soft_limit_above_hard",
        ),
    ] {
        let refused = root.post(GROUPS, group(categories.clone())).await;
        let details = refused.body["error"]["details"].as_array().expect("details").clone();
        let first = details.first().expect("a problem");
        assert_eq!((refused.status, &first["code"]), (status, &json!(code)), "{categories} {refused:?}");
        assert_eq!(first["loc"], json!([vec!["body"], loc].concat()), "{categories}");
    }
    let zero = root.post(GROUPS, group(json!({"platform": {"pct": 0}, "cli": {"pct": 100}}))).await.body.to_string();
    assert!(zero.contains("platform") && zero.contains("hard limit must be greater than 0"), "{zero}");
    for (field, value, status) in [
        ("total_amount", json!(0), 422),
        ("total_amount", json!(-1), 422),
        ("total_amount", json!(1e9), 422),
        ("budget_duration", json!("1w"), 422),
        ("budget_duration", json!("61s"), 422),
        ("name", json!(""), 422),
        ("project_name", json!("nowhere"), 404),
        ("project_name", json!("root@example.com"), 403),
    ] {
        let mut wrong = group(json!({"platform": {"pct": 100}}));
        wrong[field] = value.clone();
        let refused = root.post(GROUPS, wrong).await;
        assert_eq!(refused.status, status, "{field} {value} {refused:?}");
        if status == 403 {
            assert!(refused.message().contains("Cannot create a budget for a personal project"), "{refused:?}");
        }
    }
    assert_eq!(root.get(&format!("{GROUPS}?project_name=atlas")).await.body["total"], json!(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_shares_are_set_cleared_and_sum_to_the_budget() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    let project = server.world.project("atlas", &root).await;
    let ada = server.world.person("Ada", PlatformRole::User).await;
    let lead = server.world.person("Lead", PlatformRole::User).await;
    server.world.member(project, ada.actor.user_id, ProjectRole::Member).await;
    server.world.member(project, lead.actor.user_id, ProjectRole::Admin).await;
    let (lead, ada_id, root) = (Program::of(&server, &lead), ada.actor.user_id, Program::of(&server, &root));
    let new = json!({"budget_id": "atlas", "project_name": "atlas", "budget_category": "cli", "name": "Atlas CLI",
                     "soft_budget": 80, "max_budget": 100, "budget_duration": "30d", "allocation_mode": "equal"});
    let created = root.post(BUDGETS, new.clone()).await;
    assert_eq!((created.status, &created.body["allocated_member_budget_total"]), (201, &json!(300)), "{created:?}");
    let enforced = root.patch("/v1/projects/atlas", json!({"enforce_member_spend_limits": true})).await;
    assert_eq!(enforced.body["enforce_member_spend_limits"], json!(true), "{enforced:?}");
    let path = format!("{BUDGETS}/{}", created.body["budget_id"].as_str().expect("an id"));
    // Sorted: users who are created in one millisecond have ids in any order.
    let shares = |body: &Value| -> Vec<String> {
        let all = body["member_allocations"].as_array().expect("shares").iter();
        let share = |one: &Value| {
            format!("{} {}", one["allocation_mode"].as_str().expect("a mode"), one["allocated_max_budget"])
        };
        let mut shares: Vec<String> = all.map(share).collect();
        shares.sort();
        shares
    };
    let share = format!("{path}/members/{ada_id}");
    let fixed = json!({"allocated_max_budget": 40, "allocated_soft_budget": 32, "override_reason": "Trains models"});
    let set = root.patch(&share, fixed.clone()).await;
    assert_eq!(shares(&set.body), ["equal 30", "equal 30", "fixed 40"], "{set:?}");
    let listed = lead.get(&format!("{path}/members")).await;
    assert_eq!((listed.status, &listed.body["data"]), (200, &set.body["member_allocations"]));
    let refused = lead.patch(&share, fixed).await;
    assert!(
        refused.status == 403 && refused.details().contains("do not have permission to manage member budgets"),
        "{refused:?}"
    );
    for (body, field, code) in [
        (
            json!({"allocated_max_budget": 100.01, "allocated_soft_budget": 0}),
            "allocated_max_budget",
            "fixed_shares_above_budget",
        ),
        (
            json!({"allocated_max_budget": 5, "allocated_soft_budget": 6}),
            "allocated_soft_budget",
            "soft_limit_above_hard",
        ),
    ] {
        let refused = root.patch(&share, body).await;
        let detail = &refused.body["error"]["details"][0];
        assert_eq!((refused.status, &detail["loc"], &detail["code"]), (400, &json!(["body", field]), &json!(code)));
    }
    assert_eq!(root.get(&path).await.body, set.body, "a refused call changes nothing");
    let lower = root.patch(&path, json!({"soft_budget": 0, "max_budget": 39})).await;
    assert_eq!((lower.status, lower.code()), (400, "fixed_shares_above_budget"));
    let stranger =
        format!("{path}/members/{}", server.world.person("Stranger", PlatformRole::User).await.actor.user_id);
    for refused in [
        root.patch(&stranger, json!({"allocated_max_budget": 1, "allocated_soft_budget": 1})).await,
        root.delete(&format!("{stranger}/override")).await,
        root.delete(&format!("{path}/members/nobody/override")).await,
    ] {
        assert_eq!((refused.status, refused.code()), (404, "not_a_member"), "{refused:?}");
    }
    let cleared = root.delete(&format!("{share}/override")).await;
    assert_eq!(shares(&cleared.body), ["equal 33.33", "equal 33.33", "equal 33.34"]);
    let again = root.delete(&format!("{share}/override")).await;
    assert_eq!((again.status, again.code()), (404, "no_fixed_share"), "{again:?}");
    let mut second = new.clone();
    second["name"] = json!("Second");
    assert_eq!(root.post(BUDGETS, second).await.code(), "project_has_budget");
    let grouped = root.post(GROUPS, group(json!({"platform": {"pct": 60}, "cli": {"pct": 40}}))).await;
    let detail = &grouped.body["error"]["details"][0];
    assert_eq!((grouped.status, &detail["code"]), (409, &json!("project_has_budget")), "{grouped:?}");
    assert_eq!(detail["loc"], json!(["body", "categories", "cli", "pct"]));
    assert_eq!(root.post(&format!("{path}/rebalance"), json!({"apply_immediately": false})).await.status, 400);
    assert_eq!(root.delete(&path).await.status, 204);
    assert_eq!(
        (root.get(&path).await.status, root.get("/v1/admin/budgets").await.body["pagination"]["total"].clone()),
        (404, json!(0))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn project_admin_lists_the_own_project_and_no_other() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    let lead = server.world.person("Lead", PlatformRole::User).await;
    server.world.project("atlas", &root).await;
    server.world.project("borealis", &lead).await;
    let (root, lead) = (Program::of(&server, &root), Program::of(&server, &lead));
    for project in ["atlas", "borealis"] {
        let mut new = group(json!({"platform": {"pct": 100}}));
        new["project_name"] = json!(project);
        assert_eq!(root.post(GROUPS, new).await.status, 201);
    }
    assert_eq!(root.get(BUDGETS).await.body["total"], json!(2));
    let own = lead.get(BUDGETS).await.body;
    assert_eq!((&own["total"], &own["items"][0]["project_name"]), (&json!(1), &json!("borealis")));
    for list in [BUDGETS, GROUPS] {
        assert_eq!(lead.get(&format!("{list}?project_name=atlas")).await.status, 403);
        assert_eq!(lead.get(&format!("{list}?project_name=nowhere")).await.status, 403);
        assert_eq!(lead.get(&format!("{list}?project_name=borealis")).await.body["total"], json!(1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn project_admin_is_told_which_fields_of_a_group_are_closed() {
    let server = TestServer::start().await;
    let root = server.world.person("Root", PlatformRole::Maintainer).await;
    let project = server.world.project("atlas", &root).await;
    let lead = server.world.person("Lead", PlatformRole::User).await;
    server.world.member(project, lead.actor.user_id, ProjectRole::Admin).await;
    let member = server.world.person("Member", PlatformRole::User).await;
    server.world.member(project, member.actor.user_id, ProjectRole::Member).await;
    let admin = Program::new(&server, "Admin", PlatformRole::Admin).await;
    let [root, lead, member] = [&root, &lead, &member].map(|user| Program::of(&server, user));
    let created = root.post(GROUPS, group(json!({"platform": {"pct": 100}}))).await;
    let path = format!("{GROUPS}/{}", created.body["group_id"].as_str().expect("an id"));
    let (by_role, literal) = (
        "This action requires maintainer privileges.",
        "Project administrators may only update the categories and soft_limit_notification_enabled fields.",
    );
    let name = json!({"name": "Mine", "soft_limit_notification_enabled": true});
    let categories = json!({"categories": {"platform": {"pct": 100}}});
    for (who, body, details) in [
        (&lead, &name, literal),
        (&lead, &json!({"description": null}), literal),
        (&lead, &categories, by_role),
        (&member, &name, by_role),
        (&admin, &name, by_role),
    ] {
        let refused = who.put(&path, body.clone()).await;
        assert_eq!((refused.status, refused.details()), (403, details), "{body}");
    }
    let ignored = root.put(&path, json!({"soft_limit_notification_enabled": false})).await;
    assert_eq!((ignored.status, &ignored.body), (200, &created.body), "{ignored:?}");
}
