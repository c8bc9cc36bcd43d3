//! Snapshots of a real realm: what an administrator changes in Keycloak is what the comparison names.

use crate::access_matrix::{realm, user_id};
use crate::proxy::Proxy;
use domain::access_snapshot::{ComparisonQuery, SnapshotState};
use serde_json::{Value, json};
use services::access_snapshots;
use services::keycloak::AdminApi;
use services::testing::World;

#[tokio::test]
#[ignore = "needs a Keycloak: cargo xtask test --only keycloak"]
async fn comparison_names_what_an_administrator_changed_in_keycloak() {
    let (realm, proxy, mut world) = (realm().await, Proxy::start().await, World::create().await);
    let api = AdminApi::new(proxy.url.clone(), realm.name.clone(), "reader".to_owned(), "secret".into());
    world.services = world.services.clone().with_keycloak_admin(api.expect("certificate authorities"));
    access_snapshots::take(&world.services).await.expect("a snapshot");

    let (viewer, gail) = (user_id(&realm, "user-0007").await, user_id(&realm, "gail").await);
    let role = realm.get(&["roles", "platform-admin"]).await;
    let path = [realm.name.as_str(), "users", &viewer, "role-mappings", "realm"];
    realm.keycloak.post(&path, &json!([role])).await.expect("granted");
    let groups = realm.get(&["users", &gail, "groups"]).await;
    let group = groups[0]["id"].as_str().expect("a group").to_owned();
    let path = [realm.name.as_str(), "users", &gail, "groups", &group];
    realm.keycloak.delete(&path, None::<&Value>).await.expect("removed");
    access_snapshots::take(&world.services).await.expect("a snapshot");

    let rows =
        access_snapshots::load_rows(&world.services, &realm.name, ComparisonQuery::default()).await.expect("rows");
    assert_eq!(rows.iter().map(|row| row.state).collect::<Vec<_>>(), [SnapshotState::Complete; 2], "{rows:?}");
    assert!(rows[0].progress.in_words().starts_with("1,058 users, "), "{}", rows[0].progress.in_words());
    let (from, to) = (rows[1].number, rows[0].number);
    let changes = access_snapshots::compare(&world.services, &realm.name, from, to, 100).await.expect("changes");
    let changes: Vec<String> =
        changes.iter().map(|change| format!("{} {}: {}", change.username, change.kind.title(), change.path)).collect();
    let group = "group /staff/platform/night shift";
    let expected = [
        format!("gail Lost: {group} → group /staff/platform → platform-operator"),
        format!("gail Lost: {group} → realm-management / view-events"),
        "user-0007 Gained: platform-admin".to_owned(),
    ];
    assert_eq!(changes, expected);
    realm.remove().await;
}
