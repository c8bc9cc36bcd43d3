//! The first administrator, and the operator's command.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::email::Email;
use domain::permission::GrantRoles;
use domain::role::PlatformRole;
use services::bootstrap::{self, FIRST_PASSWORD_LIFE, FirstSignIn};
use services::client::Client;
use services::testing::{World, refusal};
use services::{own_account, sign_in};
use std::sync::Arc;
use time::Duration;

fn email(raw: &str) -> Email {
    Email::parse(raw).expect("an address")
}

async fn start(world: &World, address: Option<&str>, password: Option<&str>) -> Option<FirstSignIn> {
    let password = password.map(str::to_owned);
    bootstrap::superadmin(&world.services, address.map(email), password).await.expect("the database answers")
}

async fn id_of(world: &World, address: &str) -> uuid::Uuid {
    sqlx::query_scalar("select id from users where lower(email) = lower($1)")
        .bind(address)
        .fetch_one(world.services.pool())
        .await
        .expect("a person")
}

#[tokio::test]
async fn an_empty_console_makes_a_maintainer_who_must_change_the_password() {
    let world = World::create().await;
    let first = start(&world, None, None).await.expect("a first sign-in");
    assert_eq!(first.email, "admin@example.com");
    let password = first.one_time_password.expect("made, as none was configured");
    let signed_in = sign_in::with_password(&world.services, &first.email, password.clone(), &Client::default())
        .await
        .expect("a session");
    assert!(signed_in.password_change_due);
    let caller = world.caller(&signed_in.token).await.expect("signed in");
    let (services, client) = (&world.services, Client::default());
    let (old, new) = (signed_in.token, "a quiet ledger line");
    let changed = own_account::change_password(services, &caller, &old, password, new, &client).await;
    let caller = world.caller(&changed.expect("changed")).await.expect("signed in");
    caller.can::<GrantRoles>(Target::Platform).expect("a maintainer's right");
    assert_eq!(caller.actor.projects.len(), 1, "the personal project");
    let audit = world.audit(caller.actor.user_id.0).await;
    let fields = ["email: - -> admin@example.com", "role: - -> maintainer"].map(str::to_owned).to_vec();
    assert_eq!(audit[0], ("user.bootstrapped".to_owned(), "Bursar".to_owned(), fields));
}

#[tokio::test]
async fn a_configured_password_is_taken_and_still_has_to_be_changed() {
    let world = World::create().await;
    let first = start(&world, Some("ops@example.org"), Some("short")).await.expect("a first sign-in");
    assert_eq!((first.email.as_str(), first.one_time_password), ("ops@example.org", None));
    let client = Client::default();
    let signed_in = sign_in::with_password(&world.services, "ops@example.org", "short".to_owned(), &client).await;
    assert!(signed_in.expect("a session").password_change_due);
}

#[tokio::test]
async fn a_console_with_an_active_admin_is_left_alone() {
    let world = World::create().await;
    world.person("Ada", PlatformRole::Admin).await;
    assert!(start(&world, None, None).await.is_none());
    assert!(start(&world, Some("ada@example.com"), Some("a configured password")).await.is_none());
    let people: i64 = sqlx::query_scalar("select count(*) from users where password_hash is null")
        .fetch_one(world.services.pool())
        .await
        .expect("a count");
    assert_eq!(people, 1);
}

#[tokio::test]
async fn first_password_that_expired_unused_is_replaced_at_the_next_start() {
    let world = World::create().await;
    let first = start(&world, None, None).await.expect("a first sign-in").one_time_password.expect("made");
    world.clock.advance(FIRST_PASSWORD_LIFE - Duration::seconds(1));
    assert!(start(&world, None, None).await.is_none(), "it still opens the account");
    world.clock.advance(Duration::seconds(1));
    let opens = async |password: &str| {
        let client = Client::default();
        sign_in::with_password(&world.services, "admin@example.com", password.to_owned(), &client).await.is_ok()
    };
    assert!(!opens(&first).await);
    let second = start(&world, None, None).await.expect("another").one_time_password.expect("made");
    assert!(!opens(&first).await && opens(&second).await);
    assert!(start(&world, None, None).await.is_none());
}

#[tokio::test]
async fn existing_user_with_the_address_gets_the_role_back() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::Admin).await;
    sqlx::query("update users set is_active = false").execute(world.services.pool()).await.expect("deactivated");
    let first = start(&world, Some("ADA@example.com"), None).await.expect("a first sign-in");
    assert!(world.again(&ada).await.is_none(), "sessions of before are ended");
    let password = first.one_time_password.expect("made");
    let signed_in = sign_in::with_password(&world.services, "ada@example.com", password, &Client::default()).await;
    let caller = world.caller(&signed_in.expect("a session").token).await.expect("signed in");
    assert_eq!((caller.actor.user_id, caller.actor.role), (ada.actor.user_id, PlatformRole::Maintainer));
}

#[tokio::test]
async fn of_many_servers_that_start_at_once_one_makes_the_account() {
    let world = Arc::new(World::create().await);
    let starts: Vec<_> = (0..8)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { start(&world, None, None).await })
        })
        .collect();
    let mut made = Vec::new();
    for start in starts {
        made.extend(start.await.expect("no panic"));
    }
    let [first] = made.as_slice() else { panic!("{} accounts", made.len()) };
    let password = first.one_time_password.clone().expect("made");
    sign_in::with_password(&world.services, &first.email, password, &Client::default())
        .await
        .expect("the one that counts");
    assert_eq!(world.audit(id_of(&world, "admin@example.com").await).await.len(), 1);
}

#[tokio::test]
async fn the_operator_makes_a_maintainer_and_the_log_says_so() {
    let world = World::create().await;
    let otto = world.person("Otto", PlatformRole::Auditor).await;
    for _ in 0..2 {
        bootstrap::grant_maintainer(&world.services, &email("OTTO@example.com"), None).await.expect("granted");
    }
    assert_eq!(world.again(&otto).await.expect("signed in").actor.role, PlatformRole::Maintainer);
    let entry = ("user.role_changed".to_owned(), "Operator".to_owned(), vec!["role: auditor -> maintainer".to_owned()]);
    assert_eq!(world.audit(otto.actor.user_id.0).await, [entry]);
}

#[tokio::test]
async fn operator_is_told_why_a_user_cannot_be_a_maintainer() {
    let world = World::create().await;
    world.person("Jonas", PlatformRole::User).await;
    world.person("Gone", PlatformRole::User).await;
    sqlx::raw_sql(
        "update users set user_type = 'external' where name = 'Jonas'; update users set is_active = false where name = 'Gone';",
    )
    .execute(world.services.pool())
    .await
    .expect("set");
    for (address, code) in [
        ("nobody@example.com", "unknown_email"),
        ("jonas@example.com", "external_user_role"),
        ("gone@example.com", "user_deactivated"),
    ] {
        let refused = bootstrap::grant_maintainer(&world.services, &email(address), None).await;
        assert_eq!(refusal(refused).code(), code, "{address}");
    }
}
