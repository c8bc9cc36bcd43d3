//! Reservations and spend over HTTP, as gateways send them.

use super::{Program, Reply};
use crate::server::TestServer;
use bursar_gateway::{Call, Cost, Error, Gateway};
use domain::actor::Target;
use domain::gateway::GatewayDraft;
use domain::role::PlatformRole;
use domain::spend::SpendRefusal;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use server::rate_limit::RateLimit;
use services::gateways;
use services::guard::Caller;
use services::testing::World;

const RESERVATIONS: &str = "/v1/gateway/reservations";

/// A new gateway.
pub(crate) async fn gateway<'a>(server: &'a TestServer, name: &str, by: &Caller) -> Program<'a> {
    let can = by.can(Target::Platform).expect("a maintainer");
    let draft = GatewayDraft::parse(name, "never").expect("a draft");
    let (_, token) = gateways::create(&server.world.services, &can, &draft).await.expect("created");
    Program { server, token: token.expose().to_owned() }
}

/// A server with a maintainer, and Zelda whose platform budget has room for $10.
struct Stage {
    server: TestServer,
    token: String,
}

impl Stage {
    async fn set() -> Self {
        Self::on(TestServer::start().await).await
    }

    async fn on(server: TestServer) -> Self {
        let (mia, _) = server.person("Mia", PlatformRole::Maintainer).await;
        let zelda = server.world.row("Zelda", PlatformRole::User).await;
        let token = gateway(&server, "LiteLLM", &mia).await.token;
        let maintainer = Program::of(&server, &mia);
        let budget = json!({"budget_id": "ten", "name": "Ten", "soft_budget": 8, "max_budget": 10,
                            "budget_duration": "30d", "budget_category": "platform"});
        assert_eq!(maintainer.post("/v1/admin/budgets", budget).await.status, 201);
        let assigned = maintainer
            .put(&format!("/v1/admin/users/{zelda}/budgets"), json!({"assignments": {"platform": "ten"}}))
            .await;
        assert_eq!(assigned.status, 204);
        Self { server, token }
    }

    fn gateway(&self) -> Program<'_> {
        Program { server: &self.server, token: self.token.clone() }
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.gateway().post(path, body).await
    }

    async fn spent(&self) -> String {
        let spent =
            "select coalesce(sum(spent), 0)::text || ' ' || coalesce(sum(reserved), 0)::text from budget_windows";
        sqlx::query_scalar(spent).fetch_one(self.server.world.services.pool()).await.expect("a sum")
    }
}

fn call(key: &str, amount: Value) -> Value {
    json!({"key": key, "user": "zelda@example.com", "budget_category": "platform", "amount": amount})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn call_is_reserved_settled_and_denied_when_the_budget_is_spent() {
    let stage = Stage::set().await;
    let reserved = stage.post(RESERVATIONS, call("a", json!(7))).await;
    assert_eq!((reserved.status, &reserved.body["allowed"], &reserved.body["code"]), (200, &json!(true), &Value::Null));
    assert_eq!((&reserved.body["budget_id"], &reserved.body["budget_name"]), (&json!("ten"), &json!("Ten")));
    assert_eq!(reserved.body["expires_at"], "2026-03-02T09:10:00.000000+00:00");
    let again = stage.post(RESERVATIONS, call("a", json!(7))).await;
    assert_eq!(again.body["reservation_id"], reserved.body["reservation_id"], "the same key is the same reservation");

    let warned = stage.post(RESERVATIONS, call("b", json!(2))).await;
    assert_eq!((&warned.body["allowed"], &warned.body["code"]), (&json!(true), &json!("soft_limit_reached")));
    let denied = stage.post(RESERVATIONS, call("c", json!(1.5))).await;
    assert_eq!(denied.status, 200, "a denial is an answer");
    assert_eq!(
        denied.body,
        json!({"allowed": false, "reservation_id": null, "code": "hard_limit_reached",
               "reason": "The budget Ten has $1.00 of $10.00 left until it resets.",
               "resets_at": reserved.body["resets_at"], "expires_at": null, "budget_id": null, "budget_name": null})
    );
    assert!(denied.body["resets_at"].is_string());

    let id = reserved.body["reservation_id"].as_str().expect("an id");
    let cost = json!({"amount": 0.25, "input_tokens": 812, "output_tokens": 94});
    let settle = format!("{RESERVATIONS}/{id}/settle");
    for repeated in [false, true] {
        let settled = stage.post(&settle, cost.clone()).await;
        assert_eq!((settled.status, settled.body), (200, json!({"reservation_id": id, "repeated": repeated})));
    }
    let other = stage.post(&settle, json!({"amount": 0.26})).await;
    assert_eq!((other.status, other.code()), (409, "already_settled"));
    let id = warned.body["reservation_id"].as_str().expect("an id");
    let released = stage.gateway().ask(http::Method::POST, &format!("{RESERVATIONS}/{id}/release"), &[], None).await;
    assert_eq!((released.status, released.body), (200, json!({"reservation_id": id})));
    assert_eq!(stage.spent().await, "0.250000000 0.000000000");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_reservation_names_every_problem_at_its_field() {
    let stage = Stage::set().await;
    let body = json!({"key": "", "budget_category": "gold", "amount": -1, "expires_in": 0});
    let reply = stage.post(RESERVATIONS, body).await;
    let details = reply.body["error"]["details"].as_array().expect("problems").iter();
    let problems: Vec<_> = details.map(|entry| (entry["loc"][1].clone(), entry["code"].clone())).collect();
    let expected = [
        ("amount", "negative_amount"),
        ("budget_category", "unknown_choice"),
        ("expires_in", "reservation_lifetime"),
        ("key", "required"),
        ("user", "subject_missing"),
    ];
    assert_eq!((reply.status, problems), (400, expected.map(|(at, code)| (json!(at), json!(code))).to_vec()));
    for (body, code) in [
        (call("a", json!("1.250")), "invalid_value"),
        (call("a", json!(0)), "amount_not_positive"),
        (call("a", json!(1_234_567_890_123_456_789_u64)), "spend_too_large"),
        (json!({"key": "a", "budget_category": "cli", "amount": 1, "user": "zelda", "price": 1}), "unknown_field"),
    ] {
        let reply = stage.post(RESERVATIONS, body).await;
        assert_eq!(reply.body["error"]["details"][0]["code"], code, "{:?}", reply.body);
    }
    assert_eq!(stage.spent().await, "0 0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batch_answers_each_row_in_its_place() {
    let stage = Stage::set().await;
    let rows =
        json!([call("a", json!(6)), call("b", json!(-1)), 7, {"key": "c"}, call("d", json!(6)), call("e", json!(1))]);
    let reply = stage.post("/v1/gateway/reservations/batch", json!({"reservations": rows})).await;
    let results = reply.body["results"].as_array().expect("results");
    let codes: Vec<&Value> = results.iter().map(|row| &row["code"]).collect();
    assert_eq!(codes[1..4], [&json!("negative_amount"), &json!("invalid_value"), &json!("missing_field")]);
    assert_eq!((&results[0]["allowed"], &results[4]["code"]), (&json!(true), &json!("hard_limit_reached")));
    assert_eq!(results[5]["allowed"], true, "a denial does not stop those after it");
    assert_eq!(results[3]["problems"][0]["field"], "budget_category");

    let settlements =
        json!([{"key": "a", "amount": 1.5}, {"key": "e"}, {"key": "zzz", "amount": 1}, {"key": "a", "amount": 1.5}]);
    let reply = stage.post("/v1/gateway/settlements/batch", json!({"settlements": settlements})).await;
    let results = reply.body["results"].as_array().expect("results").iter();
    let outcomes: Vec<_> = results.map(|row| (row["status"].clone(), row["code"].clone())).collect();
    let expected = [
        ("settled", None),
        ("refused", Some("missing_field")),
        ("refused", Some("unknown_reservation")),
        ("repeated", None),
    ];
    assert_eq!(outcomes, expected.map(|(status, code)| (json!(status), json!(code))));
    assert_eq!(stage.spent().await, "1.500000000 1.000000000");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_with_some_bad_rows_keep_the_good_ones() {
    let stage = Stage::set().await;
    let event = |key: &str, amount: Value, at: &str| {
        let mut event = call(key, amount);
        event["spent_at"] = json!(at);
        event
    };
    let now = "2026-03-02T09:00:00Z";
    let rows = json!([
        event("a", json!(0.000_000_1), now),
        event("a", json!(0.000_000_1), now),
        event("b", json!(1), "2025-11-01T00:00:00Z"),
        event("c", json!(1), "2026-03-02T10:00:00Z"),
        event("d", json!(null), now),
        event("e", json!(2), "yesterday"),
        event("f", json!(2.5), now),
    ]);
    let reply = stage.post("/v1/gateway/spend-events", json!({"events": rows.clone()})).await;
    let results = reply.body["results"].as_array().expect("results").iter();
    let outcomes: Vec<_> = results.map(|row| row["code"].as_str().unwrap_or("-").to_owned()).collect();
    assert_eq!(outcomes, ["-", "-", "too_old", "in_the_future", "invalid_value", "not_a_time", "-"]);
    let count =
        |reply: &Reply| ["accepted", "duplicates", "refused"].map(|name| reply.body[name].as_u64().expect("a count"));
    assert_eq!(count(&reply), [2, 1, 4]);
    let again = stage.post("/v1/gateway/spend-events", json!({"events": rows})).await;
    assert_eq!(count(&again), [0, 3, 4], "sent again, nothing is counted twice");
    assert_eq!(stage.spent().await, "2.500000100 0.000000000");

    for rows in [vec![], vec![json!({}); 501]] {
        let reply = stage.post("/v1/gateway/spend-events", json!({"events": rows})).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid_request"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateway_may_send_a_hundred_times_as_many_requests_as_a_user() {
    let stage = Stage::on(TestServer::start_limited(RateLimit::new(4)).await).await;
    let path = "/v1/gateway/reservations/0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d/settle";
    let first = stage.post(path, json!({"amount": 1})).await;
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("400", "399"));
    for _ in 0..399 {
        assert_eq!(stage.post(path, json!({"amount": 1})).await.status, 404);
    }
    let refused = stage.post(path, json!({"amount": 1})).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "60"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_gateway_tokens_beyond_the_limit_of_a_network_are_not_looked_up() {
    let stage = Stage::on(TestServer::start_limited(RateLimit::new(4)).await).await;
    let made_up =
        |number| Program { token: format!("bursar_gw_{number:043}"), ..Program::unauthenticated(&stage.server) };
    let path = "/v1/gateway/reservations/0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d/settle";
    let settle = async |gateway: &Program<'_>| {
        let reply = gateway.post(path, json!({"amount": 1})).await;
        (reply.status, reply.header("ratelimit-limit").to_owned())
    };
    // Requests without authentication have the limit of one user, and so has a token that was refused.
    let expired = made_up(0);
    for _ in 0..4 {
        assert_eq!(settle(&expired).await, (401, "4".to_owned()));
    }
    for _ in 0..100 {
        assert_eq!(settle(&expired).await, (429, "4".to_owned()));
    }
    assert_eq!(settle(&stage.gateway()).await.0, 404, "one token, however often, shuts no gateway out");
    // After 20 times as many different ones, no token is looked up.
    for number in 1..80 {
        assert_eq!(settle(&made_up(number)).await, (429, "4".to_owned()));
    }
    assert_eq!(settle(&made_up(80)).await, (429, "80".to_owned()));
    assert_eq!(settle(&stage.gateway()).await.0, 429, "its token is not looked up either");
    let user = Program::new(&stage.server, "User", PlatformRole::User).await;
    assert_eq!(user.get("/v1/user").await.status, 200, "users of the network are counted by themselves");
}

#[test]
fn every_code_of_a_denial_is_in_the_documentation() {
    let page = include_str!("../../../../docs/gateways.md");
    for (code, _) in SpendRefusal::ALL {
        assert!(page.contains(&format!("| `{code}` | ")), "{code} is missing in docs/gateways.md");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateway_reaches_only_its_own_reservations() {
    let stage = Stage::set().await;
    let reserved = stage.post(RESERVATIONS, call("a", json!(7))).await;
    let id = reserved.body["reservation_id"].as_str().expect("an id");
    let (other, _) = stage.server.person("Otto", PlatformRole::Maintainer).await;
    let other = gateway(&stage.server, "Other", &other).await;
    for (action, body) in [("settle", Some(json!({"amount": 1}))), ("release", None)] {
        let reply = other.ask(http::Method::POST, &format!("{RESERVATIONS}/{id}/{action}"), &[], body).await;
        assert_eq!((reply.status, reply.code()), (404, "unknown_reservation"), "{action}");
    }
    assert_eq!(stage.spent().await, "0.000000000 7.000000000");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn addresses_of_gateways_do_not_exist_without_budgets() {
    let world = World::with(|settings| settings.budgets = false).await;
    let server = TestServer::start_on(world).await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let gateway = Program { server: &server, token: format!("bursar_gw_{}", "a".repeat(43)) };
    for client in [&root, &gateway, &Program::unauthenticated(&server)] {
        assert_eq!(client.post(RESERVATIONS, call("a", json!(1))).await.status, 404);
    }
}

/// A server that answers after it has cut the first connections, as a network that fails does.
async fn behind_cut_connections(server: &TestServer, cut: usize) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let target = server.origin().replace("http://", "");
    tokio::spawn(async move {
        for number in 0.. {
            let Ok((mut client, _)) = listener.accept().await else { return };
            let Ok(mut server) = tokio::net::TcpStream::connect(&target).await else { return };
            tokio::spawn(async move {
                if number < cut {
                    // The request arrives and its answer does not.
                    let (mut from, mut to) = (client.split().0, server.split().1);
                    let _ = tokio::time::timeout(
                        std::time::Duration::from_millis(300),
                        tokio::io::copy(&mut from, &mut to),
                    )
                    .await;
                } else {
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn client_in_rust_reserves_and_settles_once_though_answers_are_lost() {
    let stage = Stage::set().await;
    let origin = behind_cut_connections(&stage.server, 2).await;
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
    let gateway = Gateway::new(client, &origin, &stage.token);
    let call = |key: &str, amount: i64| Call {
        key: key.to_owned(),
        user: Some("zelda@example.com".to_owned()),
        project: None,
        category: "platform".to_owned(),
        model: Some("gpt-4o-mini".to_owned()),
        amount: Decimal::new(amount, 2),
    };
    let reservation = gateway.reserve(&call("a", 700)).await.expect("reserved at the third attempt");
    assert_eq!(stage.spent().await, "0.000000000 7.000000000", "once");
    let denied = gateway.reserve(&call("b", 301)).await.expect_err("no room");
    let Error::Denied { code, reason, resets_at } = denied else { panic!("{denied}") };
    assert_eq!((code.as_str(), resets_at.is_some()), ("hard_limit_reached", true));
    assert_eq!(reason, "The budget Ten has $3.00 of $10.00 left until it resets.");
    let other = gateway.reserve(&call("c", 300)).await.expect("room for it");
    gateway.release(&other).await.expect("released");
    let cost = Cost { amount: Decimal::new(135, 7), input_tokens: 10, output_tokens: 20 };
    for _ in 0..2 {
        gateway.settle(&reservation, &cost).await.expect("settled");
    }
    assert_eq!(stage.spent().await, "0.000013500 0.000000000");
    let refused = gateway.settle(&other, &cost).await.expect_err("released before");
    assert!(matches!(refused, Error::Refused { code, .. } if code == "already_released"));
}
