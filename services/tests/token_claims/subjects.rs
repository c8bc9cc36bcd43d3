//! Which account a subject means.

use super::{own, personal};
use domain::denial::Denial;
use domain::mode::Mode;
use domain::role::PlatformRole;
use serde_json::json;
use services::testing::{World, developer};

#[tokio::test]
async fn subject_that_is_the_id_of_a_local_account_does_not_open_it() {
    let world = World::create().await;
    let local = world.person("Root", PlatformRole::Maintainer).await;
    let id = local.actor.user_id;
    let claims = |email: &str| developer("eve", json!({"sub": id.to_string(), "email": email}));
    let eve = world.sign_in(&claims("eve@example.com")).await.expect("admitted as somebody else");
    assert_ne!(eve.actor.user_id, id);
    assert_eq!((eve.actor.role, eve.actor.name.as_str()), (PlatformRole::User, "eve"));
    let other = World::create().await;
    let local = other.person("Root", PlatformRole::Maintainer).await;
    let claims = developer("eve", json!({"sub": local.actor.user_id.to_string(), "email": "root@example.com"}));
    assert_eq!(other.sign_in(&claims).await.expect_err("refused").reason, Denial::AddressOfAnother);
}

#[tokio::test]
async fn subject_finds_an_imported_account_of_its_own_provider_alone() {
    let world = World::create().await;
    let claims = developer("ada", json!({}));
    let id: uuid::Uuid = claims["sub"].as_str().and_then(|sub| sub.parse().ok()).expect("a UUID");
    sqlx::query("insert into users (id, email, name, auth_source, is_admin) values ($1, 'ada@example.com', 'Ada', 'keycloak', true)")
        .bind(id)
        .execute(world.services.pool())
        .await
        .expect("an imported account");
    let ada = world.sign_in(&claims).await.expect("admitted");
    assert_eq!((ada.actor.user_id.0, ada.actor.role), (id, PlatformRole::Admin));
    let other = World::create().await;
    sqlx::query("insert into users (id, email, name, auth_source) values ($1, 'other@example.com', 'Ada', 'entra')")
        .bind(id)
        .execute(other.services.pool())
        .await
        .expect("an account of another provider");
    assert_ne!(other.sign_in(&claims).await.expect("admitted").actor.user_id.0, id);
}

#[tokio::test]
async fn subject_owns_no_project_of_a_local_account_in_keycloak_managed_mode() {
    let world = World::with(|settings| {
        settings.mode = Mode::Keycloak;
        settings.budgets = false;
    })
    .await;
    let id = world.row("Root", PlatformRole::Maintainer).await;
    sqlx::query(
        "insert into projects (id, name, description, project_type, created_by)
         values (gen_random_uuid(), 'root@example.com', 'x', 'personal', $1)",
    )
    .bind(id.0)
    .execute(world.services.pool())
    .await
    .expect("a personal project");
    let claims = developer("eve", json!({"sub": id.to_string(), "applications": "eve"}));
    let eve = world.sign_in(&claims).await.expect("admitted");
    assert_ne!(eve.actor.user_id, id);
    assert_eq!(own(&world, &eve).await, [personal("eve@example.com")]);
}
