//! A stub of a LiteLLM proxy with a database. `contract.rs` holds what it takes and answers against LiteLLM's own document.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use litellm_admin::LiteLlm;
use serde_json::{Map, Value, json};
use services::outbox::Channels;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

const KEY: &str = "sk-test";

/// A request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) request: Value,
    pub(crate) answer: Value,
    pub(crate) status: StatusCode,
}

#[derive(Default)]
struct Kept {
    budgets: BTreeMap<String, Value>,
    customers: BTreeMap<String, Value>,
    exchanges: Vec<Exchange>,
    drops_unblocking: bool,
    /// How it answers instead.
    refusal: Option<(StatusCode, Value)>,
}

pub(crate) struct Proxy {
    url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Proxy {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let kept = Arc::<Mutex<Kept>>::default();
        let app = Router::new().fallback(receive).with_state(Arc::clone(&kept));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, kept }
    }

    pub(crate) fn client(&self, key: &str) -> LiteLlm {
        LiteLlm::new(self.url.parse().expect("an address"), key.into()).expect("a client")
    }

    /// Channels that lead here.
    pub(crate) fn channels(&self) -> Channels {
        Channels { litellm: Some(self.client(KEY)), collects_litellm: true, ..Channels::default() }
    }

    /// Answers every request so, or as LiteLLM does.
    pub(crate) fn refuse(&self, refusal: Option<(u16, Value)>) {
        let refusal = refusal.map(|(status, body)| (StatusCode::from_u16(status).expect("a status"), body));
        self.kept.lock().expect("no panic").refusal = refusal;
    }

    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.kept.lock().expect("no panic").exchanges.clone()
    }

    /// The paths of the requests that changed something, and forgets all requests.
    pub(crate) fn changes(&self) -> Vec<String> {
        let exchanges = std::mem::take(&mut self.kept.lock().expect("no panic").exchanges);
        let reads = ["/budget/info", "/budget/list", "/customer/info", "/customer/list"];
        exchanges.into_iter().map(|exchange| exchange.path).filter(|path| !reads.contains(&path.as_str())).collect()
    }

    pub(crate) fn budget(&self, id: &str) -> Option<Value> {
        self.kept.lock().expect("no panic").budgets.get(id).cloned()
    }

    /// Budget and whether it is blocked.
    pub(crate) fn customer(&self, id: &str) -> Option<(Option<String>, bool)> {
        let kept = self.kept.lock().expect("no panic");
        let customer = kept.customers.get(id)?;
        Some((customer["budget_id"].as_str().map(str::to_owned), customer["blocked"] == true))
    }

    pub(crate) fn models(&self, id: &str) -> Value {
        self.kept.lock().expect("no panic").customers[id]["models"].clone()
    }

    /// From now on it drops `"blocked": false`, as older versions do.
    pub(crate) fn drop_unblocking(&self) {
        self.kept.lock().expect("no panic").drops_unblocking = true;
    }

    pub(crate) fn customers(&self) -> Vec<String> {
        self.kept.lock().expect("no panic").customers.keys().cloned().collect()
    }

    /// Changes a budget as its own console does.
    pub(crate) fn edit_budget(&self, id: &str, field: &str, value: Value) {
        let mut kept = self.kept.lock().expect("no panic");
        let budget = kept.budgets.entry(id.to_owned()).or_insert_with(|| new_budget(&json!({ "budget_id": id })));
        budget[field] = value;
    }

    pub(crate) fn forget_customer(&self, id: &str) {
        self.kept.lock().expect("no panic").customers.remove(id);
    }

    /// A customer has spent so much since the last reset. LiteLLM makes customers at their first call.
    pub(crate) fn spend(&self, id: &str, spend: f64) {
        let mut kept = self.kept.lock().expect("no panic");
        let customer = kept.customers.entry(id.to_owned()).or_insert_with(|| new_customer(&json!({ "user_id": id })));
        customer["spend"] = spend.into();
    }
}

async fn receive(
    State(kept): State<Arc<Mutex<Kept>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut kept = kept.lock().expect("no panic");
    let request = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let is_known = headers.get("authorization").is_some_and(|key| key == format!("Bearer {KEY}").as_str());
    let (status, answer) = match &kept.refusal {
        Some(refusal) => refusal.clone(),
        None if !is_known => {
            (StatusCode::UNAUTHORIZED, json!({ "error": { "message": "Received API Key = sk-...rong" } }))
        }
        None => {
            let query: Vec<(String, String)> = reqwest::Url::parse(&format!("http://x{uri}"))
                .expect("an address")
                .query_pairs()
                .into_owned()
                .collect();
            answer(&mut kept, uri.path(), &query, &request)
        }
    };
    kept.exchanges.push(Exchange {
        method: method.as_str().to_lowercase(),
        path: uri.path().to_owned(),
        request,
        answer: answer.clone(),
        status,
    });
    (status, axum::Json(answer)).into_response()
}

fn answer(kept: &mut Kept, path: &str, query: &[(String, String)], request: &Value) -> (StatusCode, Value) {
    let id = |field: &str| request[field].as_str().unwrap_or_default().to_owned();
    let error = |status, message: String| (status, json!({ "error": { "message": message } }));
    let missing = |id: &str| error(StatusCode::NOT_FOUND, format!("End User Id={id} does not exist in db"));
    // The database has a foreign key.
    let is_unknown = |kept: &Kept| request["budget_id"].as_str().is_some_and(|id| !kept.budgets.contains_key(id));
    let foreign_key = || error(StatusCode::INTERNAL_SERVER_ERROR, "Foreign key constraint failed".to_owned());
    let done = |value| (StatusCode::OK, value);
    match path {
        "/budget/new" if kept.budgets.contains_key(&id("budget_id")) => {
            let said = format!("Budget with id '{}' already exists.", id("budget_id"));
            (StatusCode::BAD_REQUEST, json!({ "detail": { "error": said } }))
        }
        "/budget/new" => done(kept.budgets.entry(id("budget_id")).or_insert(new_budget(request)).clone()),
        // LiteLLM answers `null` for one that it does not have.
        "/budget/update" => done(kept.budgets.get_mut(&id("budget_id")).map_or(Value::Null, |budget| {
            merge(budget, request);
            if request.get("budget_duration").is_some() {
                budget["budget_reset_at"] = "2026-12-01T00:00:00Z".into();
            }
            budget.clone()
        })),
        "/budget/info" => {
            let ids = request["budgets"].as_array().cloned().unwrap_or_default();
            done(ids.iter().filter_map(|id| kept.budgets.get(id.as_str()?)).cloned().collect())
        }
        "/budget/list" => done(kept.budgets.values().cloned().collect()),
        "/budget/delete" => {
            for customer in kept.customers.values_mut().filter(|customer| customer["budget_id"] == request["id"]) {
                customer["budget_id"] = Value::Null;
            }
            done(kept.budgets.remove(&id("id")).unwrap_or_default())
        }
        "/customer/new" | "/customer/update" if is_unknown(kept) => foreign_key(),
        "/customer/new" if kept.customers.contains_key(&id("user_id")) => {
            error(StatusCode::BAD_REQUEST, format!("Customer already exists, passed user_id={}.", id("user_id")))
        }
        "/customer/new" => {
            kept.customers.insert(id("user_id"), new_customer(request));
            done(told(kept, &id("user_id")))
        }
        "/customer/update" => match kept.customers.get_mut(&id("user_id")) {
            None => missing(&id("user_id")),
            Some(customer) => {
                let was_blocked = customer["blocked"].clone();
                merge(customer, request);
                if kept.drops_unblocking && request["blocked"] == false {
                    customer["blocked"] = was_blocked;
                }
                done(told(kept, &id("user_id")))
            }
        },
        "/customer/info" => match query.first().filter(|(_, id)| kept.customers.contains_key(id)) {
            None => missing("it"),
            Some((_, id)) => done(told(kept, id)),
        },
        "/customer/list" => done(kept.customers.keys().map(|id| told(kept, id)).collect()),
        _ => (StatusCode::NOT_FOUND, json!({ "detail": "Not Found" })),
    }
}

fn new_budget(request: &Value) -> Value {
    let mut budget = json!({
        "budget_id": null, "max_budget": null, "soft_budget": null, "budget_duration": null,
        "created_at": "2026-01-01T00:00:00Z", "budget_reset_at": null,
    });
    merge(&mut budget, request);
    if !budget["budget_duration"].is_null() {
        budget["budget_reset_at"] = "2026-04-01T00:00:00Z".into();
    }
    budget
}

fn new_customer(request: &Value) -> Value {
    let mut customer = json!({ "user_id": null, "blocked": false, "spend": 0.0, "budget_id": null, "models": [] });
    merge(&mut customer, request);
    customer
}

fn merge(into: &mut Value, fields: &Value) {
    let fields: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
    for (field, value) in fields {
        into[field] = value;
    }
}

fn told(kept: &Kept, id: &str) -> Value {
    let mut customer = kept.customers[id].clone();
    let budget = customer["budget_id"].as_str().and_then(|id| kept.budgets.get(id)).cloned();
    customer["litellm_budget_table"] = budget.unwrap_or_default();
    customer
}
