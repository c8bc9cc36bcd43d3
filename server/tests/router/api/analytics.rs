//! The tables of spend, as analytics clients read them.

use super::Program;
use crate::server::TestServer;
use domain::role::{PlatformRole, ProjectRole};
use serde_json::{Value, json};
use services::guard::Caller;
use services::testing::World;

/// Ada administers atlas, Bob administers tutor and is a member of atlas; both spent in February and on 1 March 2026.
struct Office {
    server: TestServer,
    ada: Caller,
    bob: Caller,
}

impl Office {
    async fn new() -> Self {
        let server = TestServer::start_on(World::create().await).await;
        let (ada, _) = server.person("Ada", PlatformRole::User).await;
        let (bob, _) = server.person("Bob", PlatformRole::User).await;
        let atlas = server.world.project("atlas", &ada).await;
        server.world.project("tutor", &bob).await;
        server.world.member(atlas, bob.actor.user_id, ProjectRole::Member).await;
        server
            .world
            .run(
                "insert into spend_days (day, category, project_id, user_id, model, amount, input_tokens, output_tokens, events)
                 select s.day, s.category, p.id, u.id, 'opus', s.amount, 1, 1, 1
                 from (values (date '2026-03-01', 'cli', 'atlas', 'Ada', 0.100000001),
                              (date '2026-03-01', 'platform', 'atlas', 'Bob', 3),
                              (date '2026-02-25', 'platform', 'tutor', 'Bob', 7),
                              (date '2026-01-01', 'cli', 'tutor', 'Bob', 99)) s (day, category, project, name, amount)
                 join projects p on p.name = s.project join users u on u.name = s.name;
                 insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
                 values ('00000000-0000-7000-8000-00000000000b', 'Standard', 'platform', 2, 8, 43200);
                 insert into project_budgets (project_id, category, budget_id)
                 select id, 'platform', '00000000-0000-7000-8000-00000000000b' from projects where name = 'atlas';
                 insert into user_budgets (user_id, category, budget_id, created_at)
                 select id, 'platform', '00000000-0000-7000-8000-00000000000b', '2026-02-20Z' from users where name = 'Bob';
                 insert into budget_windows (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit,
                                             hard_limit, spent)
                 select gen_random_uuid(), 'platform', id, '00000000-0000-7000-8000-00000000000b', '30d', '2026-02-20Z',
                        '2026-03-22Z', 2, 8, 7 from users where name = 'Bob';
                 insert into budget_windows (id, category, user_id, project_id, budget_id, schedule, starts_at, ends_at,
                                             soft_limit, hard_limit, spent)
                 select gen_random_uuid(), 'platform', u.id, p.id, '00000000-0000-7000-8000-00000000000b', '30d',
                        '2026-02-20Z', '2026-03-22Z', s.soft, s.hard, s.spent
                 from (values ('atlas', 1, 3, 3), ('tutor', 0, 0, 0)) s (project, soft, hard, spent)
                 join projects p on p.name = s.project join users u on u.name = 'Bob'",
            )
            .await;
        Self { server, ada, bob }
    }

    async fn rows(&self, of: &Program<'_>, path: &str) -> Value {
        let reply = of.get(&format!("/v1/analytics/{path}")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body["data"]["rows"].clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_tell_exact_amounts_within_the_scope_of_the_caller() {
    let office = Office::new().await;
    let auditor = Program::new(&office.server, "Auditor", PlatformRole::Auditor).await;
    let (ada, bob) = (Program::of(&office.server, &office.ada), Program::of(&office.server, &office.bob));
    let member = Program::new(&office.server, "Member", PlatformRole::User).await;

    let projects = [
        json!({"project_name": "tutor", "total_cost_usd": 7}),
        json!({"project_name": "atlas", "total_cost_usd": 3.100000001}),
    ];
    assert_eq!(office.rows(&auditor, "projects-spending").await, json!(projects));
    assert_eq!(office.rows(&ada, "projects-spending").await, json!(projects[1..]), "of the own project alone");
    assert_eq!(office.rows(&member, "projects-spending").await, json!([]));
    let bob_row = json!({"user_email": "bob@example.com", "total_cost_usd": 10});
    let ada_row = json!({"user_email": "ada@example.com", "total_cost_usd": 0.100000001});
    assert_eq!(office.rows(&auditor, "users-spending").await, json!([bob_row, ada_row]));
    assert_eq!(
        office.rows(&auditor, &format!("users-spending?users={}", office.ada.actor.user_id)).await,
        json!([ada_row])
    );
    assert_eq!(office.rows(&auditor, "users-spending?users=unknown").await, json!([]));
    assert_eq!(
        office.rows(&auditor, "users-spending?time_period=last_24_hours&projects=atlas,tutor").await,
        json!([{"user_email": "bob@example.com", "total_cost_usd": 3}, ada_row])
    );
    assert_eq!(office.rows(&auditor, "spending/by-users/platform").await, json!([bob_row]));
    assert_eq!(
        office.rows(&auditor, "spending/by-users/cli").await,
        json!([{"user_name": "ada@example.com", "total_cost_usd": 0.100000001}])
    );
    let in_atlas = office.rows(&bob, "user-project-spending?projects=atlas").await;
    assert_eq!(in_atlas, json!([]), "a member is no project admin");
    assert_eq!(
        office.rows(&ada, "user-project-spending").await,
        json!([{
        "project_name": "atlas", "display_name": "atlas", "platform": 3, "cli": 0.100000001, "premium_models": 0,
        "platform_limit": 8, "cli_limit": null, "premium_models_limit": null}])
    );
    let members = office.rows(&ada, "project-member-spending?projects=atlas").await;
    assert_eq!(
        members[0],
        json!({"user_id": office.bob.actor.user_id, "platform": 3, "cli": 0, "premium_models": 0,
        "platform_limit": 3, "cli_limit": null, "premium_models_limit": null})
    );
    assert_eq!(
        office.rows(&auditor, "budget-soft-limit").await,
        json!([{"user_email": "bob@example.com", "max_spent": 7}])
    );
    assert_eq!(
        office.rows(&auditor, "budget-hard-limit").await,
        json!([{"user_email": "bob@example.com", "max_spent": 3}])
    );
    assert_eq!(office.rows(&auditor, "budget-hard-limit?start_date=2025-01-01&end_date=2025-12-31").await, json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn table_repeats_the_question_and_has_pages() {
    let office = Office::new().await;
    let auditor = Program::new(&office.server, "Auditor", PlatformRole::Auditor).await;
    let path = "/v1/analytics/users-spending?start_date=2026-01-01&end_date=2026-03-02T10:00:00Z&per_page=1&page=1";
    let body = auditor.get(path).await.body;
    assert_eq!(body["data"]["rows"][0]["user_email"], "ada@example.com");
    assert_eq!(body["pagination"], json!({"page": 1, "per_page": 1, "total_count": 2, "has_more": false}));
    assert_eq!(
        body["metadata"]["filters_applied"],
        json!({"time_period": "custom", "start_date": "2026-01-01",
        "end_date": "2026-03-02T10:00:00Z", "users": null, "projects": null})
    );
    assert_eq!(body["metadata"]["data_as_of"], "2026-03-02T09:00:00.000000+00:00");
    assert!(body["metadata"]["execution_time_ms"].as_f64().is_some_and(|millis| millis > 0.0));
    let beyond = auditor.get("/v1/analytics/users-spending?page=7").await.body;
    assert_eq!((&beyond["data"]["rows"], &beyond["pagination"]["total_count"]), (&json!([]), &json!(2)));
    for (asked, status) in [
        ("time_period=last_decade", 400),
        ("start_date=2026-03-01", 400),
        ("start_date=2026-03-02&end_date=2026-03-01", 400),
        ("start_date=2020-01-01&end_date=2026-03-01", 400),
        ("start_date=yesterday&end_date=today", 400),
        ("start_date=2026-03-01&end_date=2026-03-02%20and%20more", 400),
        ("start_date=%20&end_date=%20", 200),
        ("per_page=1001", 422),
        ("page=-1", 422),
    ] {
        let reply = auditor.get(&format!("/v1/analytics/users-spending?{asked}")).await;
        assert_eq!(reply.status, status, "{asked}: {reply:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn budget_usage_is_open_to_oneself_and_to_those_who_see_the_user() {
    let office = Office::new().await;
    let admin = Program::new(&office.server, "Admin", PlatformRole::Admin).await;
    let stranger = Program::new(&office.server, "Stranger", PlatformRole::User).await;
    let (ada, bob) = (Program::of(&office.server, &office.ada), Program::of(&office.server, &office.bob));
    let of_bob = format!("budget_usage?user_id={}", office.bob.actor.user_id);
    let own = json!({"project_name": "bob@example.com", "current_spending": 7, "budget_limit": 8, "total": 87.5,
        "budget_reset_at": "2026-03-22T00:00:00.000000+00:00", "time_until_reset": "19 days 15 hours 0 mins"});
    let share = json!({"project_name": "atlas", "current_spending": 3, "budget_limit": 3, "total": 100,
        "budget_reset_at": "2026-03-22T00:00:00.000000+00:00", "time_until_reset": "19 days 15 hours 0 mins"});
    let zero = json!({"project_name": "tutor", "current_spending": 0, "budget_limit": 0, "total": 100,
        "budget_reset_at": "2026-03-22T00:00:00.000000+00:00", "time_until_reset": "19 days 15 hours 0 mins"});
    for (who, path) in [(&bob, "budget_usage"), (&admin, of_bob.as_str())] {
        assert_eq!(office.rows(who, path).await, json!([own, share, zero]), "{path}");
    }
    let of_own_project = office.rows(&ada, &of_bob).await;
    assert_eq!(of_own_project, json!([own, share]), "the other projects of a member stay hidden from a project admin");
    assert_eq!(stranger.get(&format!("/v1/analytics/{of_bob}")).await.status, 403);
    let of_ada = format!("/v1/analytics/budget_usage?user_id={}", office.ada.actor.user_id);
    assert_eq!(stranger.get(&of_ada).await.status, 403);
    assert_eq!(admin.get("/v1/analytics/budget_usage?user_id=00000000-0000-7000-8000-000000000009").await.status, 404);
    assert_eq!(admin.get("/v1/analytics/budget_usage?user_id=bob").await.status, 404);

    let metrics = bob.get("/v1/analytics/spending").await.body["data"]["metrics"].clone();
    let values: Vec<_> = metrics.as_array().expect("figures").iter().map(|metric| metric["value"].clone()).collect();
    assert_eq!(
        values,
        [json!(7), json!(8), json!("2026-03-22T00:00:00.000000+00:00"), json!("19 days 15 hours 0 mins")]
    );
    let none = ada.get("/v1/analytics/spending").await.body["data"]["metrics"].clone();
    assert!(none.as_array().expect("figures").iter().all(|metric| metric["value"] == "N/A"), "{none}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_without_an_account_has_spent_nothing() {
    let server = TestServer::start().await;
    let (_, cookie) = server.break_glass().await;
    for (path, pointer) in [("spending", "/data/metrics/0/value"), ("budget_usage", "/data/rows")] {
        let reply = server.get(&format!("/v1/analytics/{path}"), &[("cookie", &cookie)]).await;
        assert_eq!(reply.status(), 200, "{path}");
        let body: Value = reply.json().await.expect("JSON");
        let expected = if path == "spending" { json!("N/A") } else { json!([]) };
        assert_eq!(body.pointer(pointer), Some(&expected), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn time_with_an_offset_stands_for_its_day_in_utc() {
    let office = Office::new().await;
    let auditor = Program::new(&office.server, "Auditor", PlatformRole::Auditor).await;
    let until = |end: &str| format!("users-spending?start_date=2026-02-25&end_date={end}");
    let only_february = json!([{"user_email": "bob@example.com", "total_cost_usd": 7}]);
    assert_eq!(office.rows(&auditor, &until("2026-03-01T00:30:00%2B02:00")).await, only_february);
    let through_march = office.rows(&auditor, &until("2026-02-28T23:30:00-02:00")).await;
    assert_eq!(through_march[0]["total_cost_usd"], json!(10));
}
