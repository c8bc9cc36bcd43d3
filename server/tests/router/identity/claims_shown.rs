//! What the pages show of the claims: the roles that came, and whether an address is verified.

use super::both;
use crate::provider::cookie_of;
use crate::server::{PAGE, header};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_without_a_role_shows_the_claim_and_the_escaped_names() {
    let (server, provider) = both().await;
    let mut person = crate::provider::person("eve", &["<i>staff</i>", "guests"]);
    person.insert("email_verified".to_owned(), json!(false));
    provider.sign_in_as(person);
    let (location, cookie) = server.leave("%2F").await;
    let answer = server.come_back(&cookie, &provider.approve(&location)).await;
    let (next, flash) = (header(&answer, "location"), cookie_of(&answer, "__Host-bursar-form"));
    let page = server.get(&next, &[PAGE, ("cookie", &flash)]).await.text().await.expect("a page");
    assert!(page.contains("Your account has no role yet") && page.contains("realm_access.roles"), "{page}");
    assert!(page.contains("&lt;i&gt;staff&lt;/i&gt;") && !page.contains("<i>staff"), "{page}");
    assert!(page.contains("guests") && page.contains("<details open"), "{page}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unverified_address_is_shown_as_such() {
    let (server, provider) = both().await;
    provider.forge(|it| it.claim("email_verified", Value::Bool(false)));
    let session = server.sign_in(&provider).await;
    for path in ["/settings/profile", "/settings/my-access"] {
        let page = server.get(path, &[PAGE, ("cookie", &session)]).await.text().await.expect("a page");
        assert!(page.contains("Unverified: ada@example.com"), "{path}: {page}");
    }
    let profile = server.get("/v1/user", &[("cookie", &session)]).await.json::<Value>().await.expect("JSON");
    assert_eq!((&profile["email"], &profile["email_verified"]), (&json!("ada@example.com"), &json!(false)));
}
