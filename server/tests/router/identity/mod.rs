//! Signing in through an identity provider, against one that can be told to answer wrongly.

mod access_tokens;
mod audit;
mod claims_shown;
mod entra;
mod flow;
mod internal_url;
mod logs;
mod malformed_claims;
mod measure;
mod outage;
mod refresh;
mod revoked_tokens;
mod sign_out;
mod token_errors;
mod token_size;
mod unfinished;
mod userinfo;
mod wrong_answers;

use crate::provider::Provider;
use crate::server::{DATA, OUR_SITE, TestServer};
use services::client::SessionToken;

/// Who a session is of, as the server sees it now; `None` when it has ended.
async fn who(server: &TestServer, cookie: &str) -> Option<String> {
    let answer = server.post("/data/who-am-i", "", &[("cookie", cookie), DATA, OUR_SITE]).await;
    let me: serde_json::Value = answer.json().await.expect("data");
    me["email"].as_str().map(str::to_owned)
}

/// The secret that a cookie holds.
fn token(cookie: &str) -> SessionToken {
    SessionToken::from_cookie(cookie.split_once('=').expect("a cookie").1).expect("a session's cookie")
}

async fn count(server: &TestServer, table: &'static str) -> i64 {
    let statement = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
    sqlx::query_scalar(statement).fetch_one(server.world.services.pool()).await.expect("a table")
}

/// A server and the provider behind it.
async fn both() -> (TestServer, Provider) {
    let provider = Provider::start().await;
    (TestServer::start_behind(&provider).await, provider)
}
