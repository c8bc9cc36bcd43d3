//! Claims that leave it unclear who somebody is refuse the sign-in with a reason; what came is told.

use domain::denial::Denial;
use domain::mode::Mode;
use domain::user::UserKind;
use serde_json::{Value, json};
use services::testing::{World, developer};

async fn world(mode: Mode) -> World {
    World::with(|settings| {
        settings.mode = mode;
        settings.budgets = false;
    })
    .await
}

#[tokio::test]
async fn unclear_guest_refuses_the_sign_in_in_both_modes() {
    for mode in [Mode::Platform, Mode::Keycloak] {
        let world = world(mode).await;
        for unclear in [json!("yes"), json!([true]), json!({}), json!("")] {
            let denied = world.sign_in(&developer("eve", json!({"guest": unclear}))).await.expect_err("refused");
            assert_eq!(denied.reason, Denial::UnclearGuest { value: unclear.to_string() });
            assert!(denied.told.contains(&("guest".to_owned(), unclear.to_string())), "{:?}", denied.told);
        }
        let eve = world.sign_in(&developer("eve", json!({"guest": "true"}))).await.expect("admitted");
        assert_eq!(eve.actor.kind, UserKind::External, "{mode:?}");
    }
}

#[tokio::test]
async fn session_ends_when_guest_becomes_unclear() {
    for mode in [Mode::Platform, Mode::Keycloak] {
        let world = world(mode).await;
        let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
        world.refresh(&ada, &developer("ada", json!({"guest": "perhaps"}))).await.expect_err("refused");
        assert!(world.again(&ada).await.is_none(), "{mode:?}");
    }
}

/// As the claims are when `OIDC_ROLES_CLAIM` is `groups`.
fn without_role(access: Value) -> serde_json::Map<String, Value> {
    let mut access = access;
    access["claim"] = json!("groups");
    access["roles"] = json!([]);
    developer("ada", json!({"realm_access": access}))
}

#[tokio::test]
async fn user_without_a_role_is_told_the_claim_and_the_names_that_came() {
    let world = world(Mode::Platform).await;
    let denied = world.sign_in(&without_role(json!({"received": ["staff", "<b>\n"]}))).await.expect_err("refused");
    assert_eq!(denied.reason, Denial::NoRole { admin_role: "admin".to_owned() });
    assert_eq!(denied.told, [("groups".to_owned(), r#"["staff","<b>\n"]"#.to_owned())]);
    let denied = world.sign_in(&without_role(json!({}))).await.expect_err("refused");
    assert_eq!(denied.told, [("groups".to_owned(), "not in the token".to_owned())]);
    let long: Vec<String> = (0..50).map(|n| format!("group-{n}")).collect();
    let denied = world.sign_in(&without_role(json!({"received": long}))).await.expect_err("refused");
    assert!(denied.told[0].1.chars().count() <= 301 && denied.told[0].1.ends_with('…'), "{:?}", denied.told);
}

#[tokio::test]
async fn groups_left_out_of_the_token_are_the_reason_and_no_drift() {
    let world = world(Mode::Platform).await;
    let left_out = without_role(json!({"left_out": true}));
    let denied = world.sign_in(&left_out).await.expect_err("refused");
    assert_eq!(denied.reason, Denial::RolesLeftOut { claim: "groups".to_owned() });
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    world.sign_in(&left_out).await.expect("the stored role holds");
    let role: Option<String> = sqlx::query_scalar("select claimed_role from user_identities where user_id = $1")
        .bind(ada.actor.user_id.0)
        .fetch_one(world.services.pool())
        .await
        .expect("a row");
    assert_eq!(role.as_deref(), Some("user"), "the token said nothing about roles");
}
