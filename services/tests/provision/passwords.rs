//! Passwords have no effect where users sign in through an identity provider.

use super::count;
use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::ManageUsers;
use domain::role::PlatformRole;
use services::client::{Client, SessionToken};
use services::testing::{World, count_hashes};
use services::{own_account, sign_in, users};

#[tokio::test]
async fn creating_users_with_a_provider_is_refused() {
    let world = World::create().await.behind_a_provider();
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let can = root.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    let priya = world.person("Priya", PlatformRole::User).await.actor.user_id;
    let refused = users::issue_one_time_password(&world.services, &can, priya).await;
    assert!(matches!(Refusal::from(refused.expect_err("no password opens anything")), Refusal::Rule(_)));
    let refused = users::set_password(&world.services, &can, priya, "a quiet ledger line").await;
    assert!(matches!(Refusal::from(refused.expect_err("nor does one that was chosen")), Refusal::Rule(_)));
    assert_eq!(count(&world, "select count(*) from users where password_hash is not null").await, 0);
}

#[tokio::test]
async fn password_is_never_hashed_with_a_provider() {
    let world = World::create().await.behind_a_provider();
    let priya = world.person("Priya", PlatformRole::User).await;
    world.set_password(priya.actor.user_id, "a quiet ledger line").await;
    let (services, client) = (&world.services, Client::default());
    let old = SessionToken::from_cookie(&world.token(&priya)).expect("a token");
    let password = || "a quiet ledger line".to_owned();
    let (refused, hashes) = count_hashes(async {
        [
            sign_in::with_password(services, "priya@example.com", password(), &client).await.map(drop),
            sign_in::confirm(services, &priya, &old, password(), &client).await.map(drop),
            own_account::change_password(services, &priya, &old, password(), "a louder ledger line", &client)
                .await
                .map(drop),
        ]
    })
    .await;
    for refused in refused {
        let refusal = Refusal::from(refused.expect_err("passwords open nothing"));
        assert_eq!(refusal.code(), "sign_in_with_provider");
    }
    assert_eq!(hashes, 0);
    assert_eq!(count(&world, "select count(*) from sign_in_networks").await, 0, "nothing was tried");
}
