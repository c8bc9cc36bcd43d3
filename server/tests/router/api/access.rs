//! Every operation of the document, asked as every role, in an own and in a foreign project, against the one permission
//! table. What is in the document but not listed here fails the test.

use super::{Program, READ};
use crate::access::{Ask, PEOPLE, Stage, Things, expected_refusal, kept_or, things, two_at_once};
use crate::server::TestServer;
use Ask::*;
use domain::actor::Target;
use domain::gateway::GatewayDraft;
use domain::permission::Permission::*;
use domain::role::PlatformRole;
use http::Method;
use serde_json::{Value, json};
use services::gateways;
use std::collections::BTreeSet;

type Body = fn(&Things) -> Value;

/// Every operation, who may, and a body that would do something.
const OPERATIONS: &[(&str, Ask, Body)] = &[
    ("get /v1/config", Anybody, nothing),
    ("get /v1/info", Anybody, nothing),
    ("get /v1/healthcheck", Anybody, nothing),
    ("post /v1/local-auth/login", Anybody, |_| json!({"email": 1})),
    ("post /v1/local-auth/logout", SignedIn, |_| json!({})),
    ("post /v1/local-auth/change-password", SignedIn, |_| json!({"current_password": "a"})),
    ("get /v1/user", SignedIn, nothing),
    ("get /v1/profile", SignedIn, nothing),
    ("get /v1/admin/users", PlatformOrSomewhere(ViewUsers, ManageMembers), nothing),
    (
        "post /v1/admin/users",
        Platform(ManageUsers),
        |t| json!({"email": format!("{}@example.org", t.project), "username": t.project, "password": PASSWORD}),
    ),
    ("get /v1/admin/users/{id}", PlatformOrProject(ViewUsers, ManageMembers), nothing),
    ("put /v1/admin/users/{id}", Platform(ManageUsers), |_| json!({"project_limit": 7})),
    ("delete /v1/admin/users/{id}", Platform(ManageUsers), nothing),
    ("put /v1/admin/users/{id}/password", Platform(ManageUsers), |_| json!({"new_password": PASSWORD})),
    ("get /v1/admin/users/{id}/projects", Platform(ViewUsers), nothing),
    ("post /v1/admin/users/{id}/projects", Platform(ManageUsers), |t| json!({"project_name": t.project})),
    ("put /v1/admin/users/{id}/projects/{name}", Platform(ManageUsers), |_| json!({"is_project_admin": true})),
    ("delete /v1/admin/users/{id}/projects/{name}", Platform(ManageUsers), nothing),
    ("get /v1/admin/users/{id}/budgets", Platform(ManageBudgets), nothing),
    ("put /v1/admin/users/{id}/budgets", Platform(ManageBudgets), |_| json!({"assignments": {"cli": null}})),
    ("post /v1/admin/users/{id}/budgets/reset", Platform(ManageBudgets), |_| json!({"categories": ["cli"]})),
    (
        "put /v1/admin/users/budgets/bulk",
        Platform(ManageBudgets),
        |t| json!({"user_ids": [t.person], "assignments": {"cli": null}}),
    ),
    ("get /v1/admin/budgets", Platform(ViewBudgets), nothing),
    ("post /v1/admin/budgets", Platform(ManageBudgets), |t| {
        json!({"budget_id": t.project, "name": format!("New {}", t.project), "soft_budget": 1, "max_budget": 2,
               "budget_duration": "30d", "budget_category": "cli"})
    }),
    ("get /v1/admin/budgets/{id}", Platform(ViewBudgets), nothing),
    ("patch /v1/admin/budgets/{id}", Platform(ManageBudgets), |_| json!({"max_budget": 3})),
    ("delete /v1/admin/budgets/{id}", Platform(ManageBudgets), nothing),
    ("get /v1/access/users/{id}", Platform(ViewAccessMatrix), nothing),
    ("get /v1/access/permissions/{permission}", Platform(ViewAccessMatrix), nothing),
    ("get /v1/admin/activity-events", Platform(ReadActivityEvents), nothing),
    ("get /v1/admin/activity-events/filter-options", Platform(ReadActivityEvents), nothing),
    ("get /v1/analytics/budget_usage", SignedIn, nothing),
    ("get /v1/analytics/spending", SignedIn, nothing),
    ("get /v1/analytics/projects-spending", SignedIn, nothing),
    ("get /v1/analytics/users-spending", SignedIn, nothing),
    ("get /v1/analytics/spending/by-users/platform", SignedIn, nothing),
    ("get /v1/analytics/spending/by-users/cli", SignedIn, nothing),
    ("get /v1/analytics/user-project-spending", SignedIn, nothing),
    ("get /v1/analytics/project-member-spending", SignedIn, nothing),
    ("get /v1/analytics/budget-soft-limit", SignedIn, nothing),
    ("get /v1/analytics/budget-hard-limit", SignedIn, nothing),
    (COLLECTION, Platform(RunJobs), nothing),
    ("get /v1/admin/project-budgets", PlatformOrSomewhere(ViewMemberShares, ViewMemberShares), nothing),
    ("post /v1/admin/project-budgets", Platform(ManageBudgets), |t| {
        json!({"budget_id": "new", "project_name": t.project, "budget_category": "premium_models",
               "name": format!("Own {}", t.project), "soft_budget": 1, "max_budget": 2, "budget_duration": "30d"})
    }),
    ("get /v1/admin/project-budgets/{id}", Project(ViewMemberShares), nothing),
    ("patch /v1/admin/project-budgets/{id}", Platform(ManageBudgets), |_| json!({"max_budget": 3})),
    ("delete /v1/admin/project-budgets/{id}", Platform(ManageBudgets), nothing),
    ("post /v1/admin/project-budgets/{id}/reset", Platform(ManageBudgets), |_| json!({})),
    ("post /v1/admin/project-budgets/{id}/rebalance", Platform(ManageBudgets), |_| json!({"apply_immediately": true})),
    ("get /v1/admin/project-budgets/{id}/members", Project(ViewMemberShares), nothing),
    (
        "patch /v1/admin/project-budgets/{id}/members/{user_id}",
        Project(SetMemberShares),
        |_| json!({"allocated_max_budget": 1, "allocated_soft_budget": 0}),
    ),
    ("delete /v1/admin/project-budgets/{id}/members/{user_id}/override", Project(SetMemberShares), nothing),
    ("get /v1/admin/project-budget-groups", PlatformOrProject(ViewMemberShares, ViewMemberShares), nothing),
    ("post /v1/admin/project-budget-groups", Platform(ManageBudgets), |t| {
        json!({"project_name": t.empty, "name": "Total", "total_amount": 10, "budget_duration": "30d",
               "categories": {"platform": {"pct": 100}}})
    }),
    ("get /v1/admin/project-budget-groups/{id}", Project(ViewMemberShares), nothing),
    ("put /v1/admin/project-budget-groups/{id}", Platform(ManageBudgets), |_| json!({"total_amount": 20})),
    ("delete /v1/admin/project-budget-groups/{id}", Platform(ManageBudgets), nothing),
    ("post /v1/admin/project-budget-groups/{id}/reset", Platform(ManageBudgets), |_| json!({})),
    ("post /v1/admin/project-budget-groups/{id}/rebalance", Platform(ManageBudgets), |_| json!({})),
    ("get /v1/admin/applications", Platform(ViewUsers), nothing),
    ("post /v1/admin/application", Platform(CreateProject), new_project),
    ("get /v1/projects", SignedIn, nothing),
    ("post /v1/projects", Own(CreateProject), new_project),
    ("get /v1/projects/{name}", Project(ViewProject), nothing),
    ("patch /v1/projects/{name}", Project(EditProject), |_| json!({"display_name": "Other"})),
    ("put /v1/admin/users/{id}/projects/{name}/default", Platform(ManageUsers), |_| json!({})),
    ("delete /v1/admin/users/{id}/projects/{name}/default", Platform(ManageUsers), nothing),
    ("delete /v1/projects/{name}", Project(DeleteProject), nothing),
    ("put /v1/projects/{name}/ownership", Project(ManageMembers), |t| json!({"user_id": t.person})),
    (
        "post /v1/projects/{name}/assignment",
        Project(ManageMembers),
        |t| json!({"user_id": t.stranger, "is_project_admin": false}),
    ),
    ("put /v1/projects/{name}/assignment/{user_id}", Project(ManageMembers), |_| json!({"is_project_admin": true})),
    ("delete /v1/projects/{name}/assignment/{user_id}", Project(ManageMembers), nothing),
    (
        "post /v1/projects/{name}/assignments",
        Project(ManageMembers),
        |t| json!({"users": [{"user_id": t.person, "is_project_admin": true}]}),
    ),
    ("delete /v1/projects/{name}/assignments", Project(ManageMembers), nothing),
    ("post /v1/gateway/reservations", Gateway, |t| reservation(&t.project)),
    ("post /v1/gateway/reservations/batch", Gateway, |t| json!({"reservations": [reservation(&t.project)]})),
    ("post /v1/gateway/reservations/{id}/settle", Gateway, |_| json!({"amount": 1})),
    ("post /v1/gateway/reservations/{id}/release", Gateway, nothing),
    ("post /v1/gateway/settlements/batch", Gateway, |t| json!({"settlements": [{"key": t.project, "amount": 1}]})),
    ("post /v1/gateway/spend-events", Gateway, |t| {
        json!({"events": [{"key": t.project, "project": t.project, "budget_category": "cli", "amount": 1,
                           "spent_at": "2026-03-02T08:00:00Z"}]})
    }),
    ("get /v1/assistants", SignedIn, nothing),
    ("get /v1/assistants/categories", SignedIn, nothing),
    ("get /v1/workflows", SignedIn, nothing),
    ("get /v1/index", SignedIn, nothing),
    ("get /v1/settings/project", SignedIn, nothing),
    ("get /v1/settings/user", SignedIn, nothing),
    ("get /v1/skills", SignedIn, nothing),
    ("get /v1/providers", SignedIn, nothing),
    ("get /v1/llm_models", SignedIn, nothing),
    ("get /v1/embeddings_models", SignedIn, nothing),
];

/// Refused as unavailable to those who may, because no LiteLLM proxy is configured.
const COLLECTION: &str = "post /v1/admin/spend-tracking/collect";

const PASSWORD: &str = "a quiet ledger line";

/// Their bodies are refused whoever sends them.
const SENT_WITHOUT_A_PASSWORD: [&str; 2] = ["post /v1/local-auth/login", "post /v1/local-auth/change-password"];

fn nothing(_: &Things) -> Value {
    Value::Null
}

fn reservation(project: &str) -> Value {
    json!({"key": project, "project": project, "budget_category": "cli", "amount": 1})
}

fn new_project(things: &Things) -> Value {
    json!({"name": format!("n{}", things.project)})
}

/// The address of an operation, about these things.
fn address(operation: &str, things: &Things) -> String {
    let template = operation.split(' ').nth(1).expect("an address");
    let id = match operation {
        _ if template.contains("/reservations/{id}") => things.gateway.to_string(),
        "post /v1/admin/users/{id}/projects" => things.stranger.to_string(),
        "delete /v1/admin/budgets/{id}" => things.unassigned.to_string(),
        _ if template.contains("/project-budgets/{id}") => things.own_budget(),
        _ if template.contains("/project-budget-groups/{id}") => things.group.to_string(),
        _ if template.contains("/budgets/{id}") => things.budget.to_string(),
        _ => things.person.to_string(),
    };
    let project = if operation == "delete /v1/projects/{name}" { &things.empty } else { &things.project };
    let person = things.person.to_string();
    let path = template
        .replace("{id}", &id)
        .replace("{name}", project)
        .replace("{user_id}", &person)
        .replace("{permission}", "manage_members");
    match operation {
        "delete /v1/projects/{name}/assignments" => format!("{path}?user_id={person}"),
        "get /v1/admin/project-budget-groups" => format!("{path}?project_name={project}"),
        _ => path,
    }
}

#[test]
fn every_operation_is_listed() {
    let mut described = BTreeSet::new();
    for (path, item) in READ["paths"].as_object().expect("addresses") {
        described.extend(item.as_object().expect("operations").keys().map(|method| format!("{method} {path}")));
    }
    let listed: BTreeSet<String> = OPERATIONS.iter().map(|(operation, ..)| (*operation).to_owned()).collect();
    assert_eq!(described, listed);
}

#[test]
fn the_document_says_of_every_operation_whether_it_is_for_everybody() {
    for (operation, ask, ..) in OPERATIONS {
        let (method, path) = operation.split_once(' ').expect("a method and an address");
        let is_open = READ["paths"][path][method]["security"] == json!([]);
        assert_eq!(is_open, matches!(ask, Anybody), "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_without_a_valid_session_is_refused() {
    let server = TestServer::start().await;
    let (owner, _) = server.person("Owner", PlatformRole::Maintainer).await;
    let expired = server.world.person("Expired", PlatformRole::Maintainer).await;
    let ended = server.world.person("Ended", PlatformRole::Maintainer).await;
    for (who, change) in [
        (&expired, "update sessions set expires_at = signed_in_at where id = $1"),
        (&ended, "delete from sessions where id = $1"),
    ] {
        let changed = sqlx::query(change).bind(who.actor.session_id.0).execute(server.world.services.pool()).await;
        assert_eq!(changed.expect("a session").rows_affected(), 1);
    }
    let things = things(&server, &owner).await;
    let tokens = [
        "".to_owned(),
        server.world.token(&expired),
        server.world.token(&ended),
        "a".repeat(43),
        "a.b.c".into(),
        "x".into(),
    ];
    for token in tokens {
        let program = Program { server: &server, token };
        for (operation, ask, body) in OPERATIONS {
            let reply = send(&program, operation, &address(operation, &things), body(&things)).await;
            assert_eq!(
                reply.0 == 401,
                !matches!(ask, Anybody),
                "{operation} with {:?} answered {reply:?}",
                program.token
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_obeys_the_table() {
    two_at_once(PEOPLE, async |person| {
        let (stage, name, mut wrong) = (Stage::of(person).await, person.0, Vec::new());
        for own in [true, false] {
            let mut unchanged = None;
            for (operation, ask, body) in OPERATIONS {
                let (things, asking) = kept_or(&mut unchanged, async || stage.set(own).await).await;
                let program = Program::of(&stage.server, &asking);
                let (status, message) = send(&program, operation, &address(operation, &things), body(&things)).await;
                let refused = on_the_wire(operation, expected_refusal(&asking.actor, ask, &things));
                // What is allowed has to be done: a body that nobody can do anything with proves nothing.
                let expected = refused.or(SENT_WITHOUT_A_PASSWORD.contains(operation).then_some(422));
                let expected = expected.or((*operation == COLLECTION).then_some(503));
                if !expected.map_or((200..300).contains(&status), |expected| status == expected) {
                    let project = if own { "own" } else { "foreign" };
                    wrong.push(format!(
                        "{operation} as {name}, {project} project: {status}, not {expected:?}: {message}"
                    ));
                }
                unchanged = Some((things, asking)).filter(|_| operation.starts_with("get "));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    })
    .await;
}

/// A gateway is no user, and no user is a gateway.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateway_token_opens_the_operations_of_gateways_alone() {
    let server = TestServer::start().await;
    let (owner, cookie) = server.person("Owner", PlatformRole::Maintainer).await;
    let can = owner.can(Target::Platform).expect("a maintainer");
    let draft = GatewayDraft::parse("LiteLLM", "never").expect("a draft");
    let (gateway, token) = gateways::create(&server.world.services, &can, &draft).await.expect("created");
    let program = Program { server: &server, token: token.expose().to_owned() };
    for (operation, ask, body) in OPERATIONS {
        let things = things(&server, &owner).await;
        let (status, code) = send(&program, operation, &address(operation, &things), body(&things)).await;
        match ask {
            // Of a reservation that the gateway did not make.
            Gateway if operation.contains("{id}") => assert_eq!((status, code.as_str()), (404, "unknown_reservation")),
            Gateway => assert_eq!(status, 200, "{operation}: {code}"),
            Anybody => assert_ne!(status, 401, "{operation}: {code}"),
            _ => assert_eq!((status, code.as_str()), (401, "invalid_token"), "{operation}"),
        }
    }
    for (page, expected) in [("/settings/profile", 302), ("/settings/administration/gateways", 302)] {
        let bearer = format!("Bearer {}", token.expose());
        let status = server.get(page, &[crate::server::PAGE, ("authorization", &bearer)]).await.status().as_u16();
        assert_eq!(status, expected, "{page}");
    }
    let reserve = async |headers: &[(&str, &str)], program: &Program<'_>| {
        let body = Some(reservation("atlas"));
        let reply = program.ask(Method::POST, "/v1/gateway/reservations", headers, body).await;
        (reply.status, reply.code().to_owned(), reply.header("www-authenticate").to_owned())
    };
    let browser = [("cookie", cookie.as_str()), crate::server::OUR_SITE];
    assert_eq!(reserve(&browser, &Program::unauthenticated(&server)).await.0, 401, "a cookie is no token");
    assert_eq!(reserve(&browser, &program).await.1, "ambiguous_authentication");
    let unknown = Program { server: &server, token: format!("bursar_gw_{}", "a".repeat(43)) };
    for (program, change, reason) in [
        (&unknown, "", "No gateway has this token."),
        (&program, "update gateways set expires_at = created_at", "The token of the gateway has expired."),
        (&program, "", "The gateway was revoked."),
    ] {
        if !change.is_empty() {
            sqlx::query(change).execute(server.world.services.pool()).await.expect("an update");
        } else if reason.contains("revoked") {
            gateways::revoke(&server.world.services, &can, gateway).await.expect("revoked");
        }
        let (status, code, challenge) = reserve(&[], program).await;
        assert_eq!((status, code.as_str()), (401, "invalid_token"), "{reason}");
        assert_eq!(challenge, format!("Bearer error=\"invalid_token\", error_description=\"{reason}\""));
    }
}

/// Whoever may not write a project is told that there is none, even where they see it; PATCH says 403 of every one.
fn on_the_wire(operation: &str, refused: Option<u16>) -> Option<u16> {
    let writes_project = operation.contains("/v1/projects/{name}") && !operation.starts_with("get ");
    let sets_share = operation.contains("/members/{user_id}");
    match refused {
        // Whether there is such a budget or such a project is not told.
        Some(_) if sets_share || operation == "get /v1/admin/project-budget-groups" => Some(403),
        // A group is hidden from a member who sees its project.
        Some(_) if operation == "get /v1/admin/project-budget-groups/{id}" => Some(404),
        Some(_) if writes_project && operation.starts_with("patch ") => Some(403),
        Some(_) if writes_project => Some(404),
        refused => refused,
    }
}

async fn send(program: &Program<'_>, operation: &str, address: &str, body: Value) -> (u16, String) {
    let method = operation.split(' ').next().unwrap_or_default().to_uppercase();
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    let reply = program.ask(method, address, &[], (!body.is_null()).then_some(body)).await;
    (reply.status, reply.code().to_owned())
}

/// A browser's session proves nothing by being sent; a program's token proves itself with each request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hurts_asks_a_session_but_no_program_for_a_confirmed_identity() {
    let server = TestServer::start().await;
    let (owner, _) = server.person("Owner", PlatformRole::Maintainer).await;
    let (caller, _) = server.person("Mira", PlatformRole::Maintainer).await;
    server.world.set_password(caller.actor.user_id, PASSWORD).await;
    for (operation, ask, body) in OPERATIONS {
        let is_sign_in = operation.contains("/local-auth/");
        let signs_in = json!({"email": "mira@example.com", "password": PASSWORD});
        let signed_in = Program::unauthenticated(&server).post("/v1/local-auth/login", signs_in).await;
        let program =
            Program { server: &server, token: signed_in.body["access_token"].as_str().expect("one").to_owned() };
        let session = server.world.signed_in(caller.actor.user_id).await;
        let cookie = format!("__Host-bursar={}", server.world.token(&session));
        server.world.clock.advance(domain::session::CONFIRMED_FOR);
        let things = things(&server, &owner).await;
        let (method, address) =
            (operation.split(' ').next().expect("a method").to_uppercase(), address(operation, &things));
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let body = Some(body(&things)).filter(|body| !body.is_null());
        let headers = [("cookie", cookie.as_str()), crate::server::OUR_SITE];
        let browser = Program::unauthenticated(&server).ask(method.clone(), &address, &headers, body.clone()).await;
        let of_session = Program::of(&server, &session).ask(method.clone(), &address, &[], body.clone()).await;
        let of_program = program.ask(method.clone(), &address, &[], body).await;
        let is_asked = |reply: &super::Reply| reply.status == 403 && reply.code() == "reauthentication_required";
        let hurts = ask.hurts() && method != Method::GET && !is_sign_in;
        assert_eq!(is_asked(&browser), hurts, "{operation} with a cookie: {browser:?}");
        assert_eq!(is_asked(&of_session), hurts, "{operation} with a browser's secret: {of_session:?}");
        assert!(!is_asked(&of_program), "{operation} of a program: {of_program:?}");
    }
}
