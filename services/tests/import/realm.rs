//! A realm whose users a test changes while they are read: it answers the requests of an import as Keycloak does.

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use keycloak_admin::{Keycloak, Login};
use serde_json::{Value, json};
use services::keycloak::import;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Users a page.
pub(crate) const PAGE: usize = 500;

/// What happens after a page of users was read: the position that was requested, and the users of the realm.
type AfterPage = Box<dyn FnMut(usize, &mut Users) + Send>;

/// The users of a realm, by username.
#[derive(Default)]
pub(crate) struct Users {
    pub(crate) all: Vec<Value>,
    /// Usernames that are left out of each page after it was read.
    pub(crate) hidden: HashSet<String>,
    /// Whether users are refused.
    pub(crate) is_forbidden: bool,
}

impl Users {
    pub(crate) fn delete(&mut self, places: std::ops::Range<usize>) {
        self.all.drain(places);
    }
}

struct Realm {
    users: Users,
    after_page: AfterPage,
    requests: Vec<String>,
}

/// The realm `acme`, until the test ends.
#[derive(Clone)]
pub(crate) struct Stub {
    realm: Arc<Mutex<Realm>>,
    base: String,
}

impl Stub {
    /// A realm with this many developers.
    pub(crate) async fn with_users(count: usize) -> Self {
        let users = Users { all: (0..count).map(user).collect(), ..Users::default() };
        let realm = Realm { users, after_page: Box::new(|_, _| {}), requests: Vec::new() };
        let realm = Arc::new(Mutex::new(realm));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&realm));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { realm, base }
    }

    /// The same realm for one more instance.
    pub(crate) fn source(&self) -> import::Realm {
        let login =
            Login::ServiceAccount { realm: "acme".into(), client_id: "bursar-import".into(), secret: "secret".into() };
        let keycloak = Keycloak::new(self.base.parse().expect("an address"), login).expect("certificate authorities");
        import::Realm::new(keycloak, "acme".to_owned())
    }

    /// Changes the users.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Users)) {
        change(&mut self.realm.lock().expect("no panic").users);
    }

    /// Changes the users after each page.
    pub(crate) fn after_page(&self, change: impl FnMut(usize, &mut Users) + Send + 'static) {
        self.realm.lock().expect("no panic").after_page = Box::new(change);
    }

    /// The paths that were requested since the last call.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.realm.lock().expect("no panic").requests)
    }
}

/// The id of a user.
pub(crate) fn id(number: usize) -> Uuid {
    Uuid::from_u128(0x0198_f1de_0000_7000_8000_0000_0000_0000 + number as u128)
}

fn user(number: usize) -> Value {
    json!({
        "id": id(number), "username": format!("user{number:05}"), "email": format!("user{number:05}@example.com"),
        "emailVerified": true, "enabled": true, "firstName": "Zelda", "lastName": format!("{number:05}"),
    })
}

async fn answer(
    State(realm): State<Arc<Mutex<Realm>>>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let path = request.uri().path().to_owned();
    let mut realm = realm.lock().expect("no panic");
    realm.requests.push(path.clone());
    let number = |name: &str| query.get(name).and_then(|value| value.parse::<usize>().ok());
    let (first, max) = (number("first").unwrap_or(0), number("max").unwrap_or(100));
    let users: Vec<Value> = realm.users.all.iter().skip(first).take(max).cloned().collect();
    let body = match path.strip_prefix("/admin/realms/acme").unwrap_or(&path) {
        "/realms/acme/protocol/openid-connect/token" => json!({ "access_token": "token", "expires_in": 300 }),
        "" => json!({ "realm": "acme" }),
        "/users/count" => json!(realm.users.all.len()),
        "/users" if realm.users.is_forbidden => return refused(StatusCode::FORBIDDEN, "HTTP 403 Forbidden"),
        "/users" => {
            let Realm { users: realm_users, after_page, .. } = &mut *realm;
            let is_hidden = |user: &Value| realm_users.hidden.contains(user["username"].as_str().unwrap_or_default());
            let shown: Vec<Value> = users.into_iter().filter(|user| !is_hidden(user)).collect();
            after_page(first, realm_users);
            json!(shown)
        }
        "/roles/developer" => json!({ "id": "role", "name": "developer" }),
        "/roles/developer/users" => json!(users),
        "/roles/admin" => return refused(StatusCode::NOT_FOUND, "Could not find role"),
        "/users/profile" => json!({}),
        _ => json!([]),
    };
    axum::Json(body).into_response()
}

/// With the reason that Keycloak gives.
fn refused(status: StatusCode, why: &str) -> Response {
    (status, axum::Json(json!({ "error": why }))).into_response()
}
