//! Changes made for a version: `If-Match`, `version`, and the tags of answers.

use super::Program;
use crate::server::{TestServer, answer, header};
use domain::role::PlatformRole;
use http::Method;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn change_made_for_an_older_version_is_refused() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let user = server.world.person("User", PlatformRole::User).await.actor.user_id;
    let path = format!("/v1/admin/users/{user}");
    let read = root.get(&path).await;
    let tag = read.header("etag").to_owned();
    let if_match = [("if-match", tag.as_str())];
    let saved = root.ask(Method::PUT, &path, &if_match, Some(json!({"name": "First"}))).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    assert_ne!(saved.header("etag"), tag);
    assert_eq!(root.ask(Method::PUT, &path, &if_match, Some(json!({"name": "Second"}))).await.status, 412);
    let by_body = json!({"name": "Second", "version": read.body["version"]});
    assert_eq!(root.put(&path, by_body).await.status, 409);
    assert_eq!(
        root.ask(Method::PUT, &path, &[("if-match", "\"other\"")], Some(json!({"name": "Second"}))).await.status,
        412
    );
    let again = root.ask(Method::PUT, &path, &if_match, Some(json!({"name": "First"}))).await;
    assert_eq!((again.status, again.header("etag")), (200, saved.header("etag")), "it is stored already");
    assert_eq!(root.get(&path).await.body["name"], "First");
    assert_eq!(root.ask(Method::PUT, &path, &[("if-match", "*")], Some(json!({"name": "Third"}))).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_match_needs_one_strong_tag_of_its_list_to_match() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let user = server.world.person("User", PlatformRole::User).await.actor.user_id;
    let path = format!("/v1/admin/users/{user}");
    assert_eq!(root.put(&path, json!({"name": "Second"})).await.header("etag"), r#""2""#);
    let put = async |tags: &[&str], name: &str| {
        let tags: Vec<_> = tags.iter().map(|tag| ("if-match", *tag)).collect();
        root.ask(Method::PUT, &path, &tags, Some(json!({"name": name}))).await
    };
    // Proxies that compress make a tag weak, or append to it.
    for stale in [r#""1", "3""#, r#"W/"2""#, r#""2-gzip""#, "2", "", r#""1", *"#] {
        let refused = put(&[stale], "Lost").await;
        assert_eq!((refused.status, refused.code()), (412, "precondition_failed"), "{stale}");
        assert_eq!(refused.body["error"]["details"]["version"], 2, "{stale}");
    }
    assert_eq!(put(&[r#""1", "2""#], "Third").await.header("etag"), r#""3""#);
    assert_eq!(put(&[r#""other""#, r#""3""#], "Fourth").await.header("etag"), r#""4""#, "lines are one list");
    assert_eq!(put(&[r#"W/"1""#], "Fourth").await.status, 200, "it is stored already");
    let unknown = "/v1/admin/users/0198c5c2-7f3a-7cc1-9d6f-0c5f3a1b2c3d";
    let tag = [("if-match", r#""other""#)];
    let absent = root.ask(Method::PUT, unknown, &tag, Some(json!({"name": "Lost"}))).await;
    assert_eq!(absent.status, 404, "a request that is refused anyway needs no matching tag");
    let wrong = root.ask(Method::PUT, &path, &tag, Some(json!({"user_type": "robot"}))).await;
    assert_eq!(wrong.status, 400, "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tag_of_a_compressed_answer_is_a_tag_to_change_by() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let user = server.world.person("User", PlatformRole::User).await.actor.user_id;
    let path = format!("/v1/admin/users/{user}");
    let request = server.request(Method::GET, &path, &[("accept-encoding", "gzip")]).bearer_auth(&root.token);
    let compressed = answer(request).await;
    assert_eq!(header(&compressed, "content-encoding"), "gzip");
    let tag = header(&compressed, "etag");
    let changed = root.ask(Method::PUT, &path, &[("if-match", &tag)], Some(json!({"name": "Second"}))).await;
    assert_eq!(changed.status, 200, "{tag}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn change_without_effect_leaves_the_version_and_the_audit_log() {
    let server = TestServer::start().await;
    let root = Program::new(&server, "Root", PlatformRole::Maintainer).await;
    let user = server.world.person("User", PlatformRole::User).await.actor.user_id;
    let path = format!("/v1/admin/users/{user}");
    let before = root.get(&path).await.body;
    for body in [json!({"name": null}), json!({"picture": "https://example.com/p.png"}), json!({"version": 9})] {
        let reply = root.put(&path, body.clone()).await;
        assert_eq!((reply.status, &reply.body), (200, &before), "{body}");
    }
    assert!(server.world.audit(user.0).await.is_empty());
    assert_eq!(root.put(&path, json!({"version": 9, "name": "Other"})).await.status, 409);
    assert_eq!(root.get(&path).await.body, before);
}
