//! What the client makes of refusals.

use crate::litellm::proxy::Proxy;
use litellm_admin::{Customer, Error};
use serde_json::json;

#[tokio::test]
async fn wrong_key_is_named_and_no_part_of_it_repeated() {
    let proxy = Proxy::start().await;
    let fault = proxy.client("sk-wrong").budgets().await.expect_err("refused");
    assert!(matches!(fault, Error::Key { .. }), "{fault}");
    assert!(!fault.to_string().contains("sk-"), "{fault}");
}

#[tokio::test]
async fn proxy_without_a_database_is_told_apart() {
    let proxy = Proxy::start().await;
    for said in ["DB not connected. See https://docs.litellm.ai/docs/proxy/virtual_keys", "No db connected"] {
        proxy.refuse(Some((500, json!({ "detail": { "error": said } }))));
        let fault = proxy.client("sk-test").customers().await.expect_err("refused");
        assert!(matches!(fault, Error::NoDatabase { .. }), "{fault}");
    }
}

#[tokio::test]
async fn key_without_the_role_is_told_apart() {
    let proxy = Proxy::start().await;
    let said = "Not allowed to access this endpoint, your role=internal_user";
    proxy.refuse(Some((400, json!({ "detail": { "error": said } }))));
    let fault = proxy.client("sk-test").budgets().await.expect_err("refused");
    assert!(matches!(fault, Error::Key { .. }), "{fault}");
}

#[tokio::test]
async fn something_else_at_the_address_is_told_apart() {
    let proxy = Proxy::start().await;
    proxy.refuse(Some((200, json!({ "hello": "world" }))));
    assert!(matches!(proxy.client("sk-test").budgets().await, Err(Error::NoLiteLlm { .. })));
    proxy.refuse(Some((502, json!("<html>Bad gateway</html>"))));
    assert!(matches!(proxy.client("sk-test").budgets().await, Err(Error::NoLiteLlm { .. })));
}

/// <https://github.com/BerriAI/litellm/pull/16450>: before, a customer that is not there was a bad request.
#[tokio::test]
async fn customer_that_is_not_there_is_created_whatever_the_version_answers() {
    let said = "End User Id=ada does not exist in db";
    for (status, body, is_known) in [
        (404, json!({ "error": { "message": said, "type": "not_found" } }), true),
        (404, json!({ "error": { "message": "", "type": "not_found" } }), true),
        (400, json!({ "detail": { "error": said } }), true),
        (404, json!({ "detail": "Not Found" }), false),
        (400, json!({ "error": { "message": "no" } }), false),
    ] {
        let proxy = Proxy::start().await;
        proxy.refuse(Some((status, body.clone())));
        let ada = Customer { user_id: "ada".to_owned(), budget_id: None, blocked: false, models: vec![] };
        // The stub refuses the creation as well; that it was tried is what counts.
        let _ = proxy.client("sk-test").put_customer(&ada).await;
        assert_eq!(proxy.changes() == ["/customer/new"], is_known, "{status} {body}");
    }
}

#[tokio::test]
async fn change_that_a_version_drops_is_told() {
    let proxy = Proxy::start().await;
    proxy.drop_unblocking();
    let put = async |blocked| {
        let ada = Customer { user_id: "ada".to_owned(), budget_id: None, blocked, models: vec![] };
        proxy.client("sk-test").put_customer(&ada).await
    };
    put(true).await.expect("created");
    assert!(matches!(put(false).await, Err(Error::NotKept { .. })));
}

/// <https://github.com/BerriAI/litellm/pull/5977>: fields that a version leaves out.
#[tokio::test]
async fn customers_are_read_with_the_fields_that_a_version_has() {
    let proxy = Proxy::start().await;
    let old = json!({ "user_id": "ada", "alias": null, "litellm_budget_table": { "budget_id": "leads" } });
    let new = json!({ "user_id": "ben", "blocked": true, "spend": 0.5, "budget_id": "more", "models": [] });
    // What tools send as the user, each of which LiteLLM makes a customer (BerriAI/litellm-docs#1106).
    let blob = json!({ "user_id": "{\"session_id\":\"4ec4\"}", "blocked": false, "spend": 1e-7 });
    proxy.refuse(Some((200, json!([old, new, blob]))));
    let customers = proxy.client("sk-test").customers().await.expect("customers");
    let told: Vec<_> = customers.iter().map(|customer| (customer.budget_id(), customer.is_blocked())).collect();
    assert_eq!(told, [(Some("leads"), false), (Some("more"), true), (None, false)]);
    assert_eq!(customers.iter().filter(|customer| customer.spend.is_some()).count(), 2);
}
