//! The identity provider has another address: its users are known by the issuer that tokens named until now.

use super::{count, detail};
use domain::actor::Target;
use domain::denial::Denial;
use domain::identity_move::{KnownIssuer, MoveConflict};
use domain::mode::Mode;
use domain::permission::ManageUsers;
use domain::role::PlatformRole;
use serde_json::json;
use services::identity::issuer_move::{self, IssuerMove};
use services::provision;
use services::testing::{ISSUER, World, developer};

const NEW: &str = "https://login.example.com/realms/main";
const MOVE: IssuerMove<'_> = IssuerMove { from: ISSUER, to: NEW };

async fn moved_events(world: &World) -> Vec<(String, serde_json::Value)> {
    sqlx::query_as(
        "select actor, changes from audit_log where action = 'identity_provider.issuer_moved' order by at, xmin::text::bigint",
    )
    .fetch_all(world.services.pool())
    .await
    .expect("the audit log")
}

#[tokio::test]
async fn known_user_is_refused_when_the_issuer_changed() {
    let world = World::create().await;
    world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    let denied = world.sign_in_at(NEW, &developer("ada", json!({}))).await.expect_err("refused");
    assert_eq!(denied.reason, Denial::AddressOfAnother, "issuer and subject identify a user, the address does not");
}

#[tokio::test]
async fn known_user_signs_in_after_the_issuer_moved() {
    let world = World::create().await;
    let ada = world.sign_in(&developer("ada", json!({"applications": "atlas"}))).await.expect("admitted");
    world.sign_in_at(NEW, &developer("ada", json!({}))).await.expect_err("refused before the move");
    let (plan, moved) = issuer_move::run(&world.services, MOVE).await.expect("moved");
    assert_eq!((plan.identities, plan.conflicts, moved), (1, 0, 1));
    let married = developer("ada", json!({"email": "ada.king@example.com"}));
    let again = world.sign_in_at(NEW, &married).await.expect("admitted");
    assert_eq!(again.actor.user_id, ada.actor.user_id);
    assert_eq!(again.actor.projects, ada.actor.projects);
    assert!(detail(&world, &again).await.conflicts.is_empty(), "the refusal before the move is settled");
    let strangers = world.sign_in(&developer("ada", json!({"email": "ada.king@example.com"}))).await;
    assert_eq!(strangers.expect_err("refused").reason, Denial::AddressOfAnother, "the old issuer is unknown now");
}

#[tokio::test]
async fn plan_counts_what_a_move_changes_and_changes_nothing() {
    let world = World::create().await;
    for name in ["ada", "bob"] {
        world.sign_in(&developer(name, json!({}))).await.expect("admitted");
    }
    world.sign_in_at(NEW, &developer("cleo", json!({}))).await.expect("admitted");
    let plan = issuer_move::plan(&world.services, MOVE).await.expect("a plan");
    assert_eq!((plan.identities, plan.conflicts, plan.already_there, plan.sessions), (2, 0, 1, 2));
    assert_eq!(issuer_move::plan(&world.services, MOVE).await.expect("a plan"), plan);
    let issuers = issuer_move::known_issuers(&world.services).await.expect("issuers");
    let known = |issuer: &str, identities| KnownIssuer { issuer: issuer.to_owned(), identities };
    assert_eq!(issuers, [known(ISSUER, 2), known(NEW, 1)]);
    assert!(moved_events(&world).await.is_empty());
}

#[tokio::test]
async fn move_is_audited_once_and_moving_back_restores_it() {
    let world = World::create().await;
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    issuer_move::run(&world.services, MOVE).await.expect("moved");
    let (plan, moved) = issuer_move::run(&world.services, MOVE).await.expect("nothing to move");
    assert!(plan.is_empty() && moved == 0, "{plan:?}");
    let events = moved_events(&world).await;
    let expected = json!([
        {"field": "issuer", "before": ISSUER, "after": NEW},
        {"field": "identities", "before": null, "after": "1"},
        {"field": "identities_there_before", "before": null, "after": "0"},
        {"field": "conflicts", "before": null, "after": "0"},
        {"field": "sessions", "before": null, "after": "1"},
    ]);
    assert_eq!(events, [("Operator".to_owned(), expected)]);
    issuer_move::run(&world.services, IssuerMove { from: NEW, to: ISSUER }).await.expect("moved back");
    let again = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    assert_eq!(again.actor.user_id, ada.actor.user_id);
    assert_eq!(moved_events(&world).await.len(), 2);
}

#[tokio::test]
async fn interrupted_move_is_completed_by_running_it_again() {
    let world = World::create().await;
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    world.sign_in_at(NEW, &developer("ada", json!({}))).await.expect_err("refused before the move");
    // Killed after the identities and sessions were moved.
    world
        .run(
            "insert into provider_news values ('https://id.example.com/realms/main', now());
             insert into issuer_origins values ('https://login.example.com/realms/main', 'https://id.example.com/realms/main');
             update user_identities set issuer = 'https://login.example.com/realms/main';
             update provider_sessions set issuer = 'https://login.example.com/realms/main'",
        )
        .await;
    let (plan, moved) = issuer_move::run(&world.services, MOVE).await.expect("completed");
    assert!(plan.is_empty() && moved == 0, "{plan:?}");
    assert!(detail(&world, &ada).await.conflicts.is_empty(), "the refusal before the move is settled");
    let news = "select count(*) from provider_news where issuer = 'https://login.example.com/realms/main'";
    assert_eq!(count(&world, news).await, 1, "the last logout is known");
    assert!(moved_events(&world).await.is_empty(), "the interrupted move wrote the event");
}

#[tokio::test]
async fn session_is_ended_by_a_logout_of_the_new_issuer() {
    let world = World::create().await;
    let claims = developer("ada", json!({}));
    let ada = world.sign_in(&claims).await.expect("admitted");
    issuer_move::run(&world.services, MOVE).await.expect("moved");
    assert!(world.again(&ada).await.is_some(), "sessions go on");
    let subject = claims["sub"].as_str().expect("a text");
    assert_eq!(world.log_out_by_issuer(NEW, subject).await.expect("a number"), 1);
    assert!(world.again(&ada).await.is_none());
}

#[tokio::test]
async fn subject_of_two_users_stays_until_an_admin_settles_it() {
    let world = World::create().await;
    let admin = world.person("Root", PlatformRole::Admin).await;
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("admitted");
    let claims = developer("ada", json!({"email": "ada.king@example.com"}));
    let second = world.sign_in_at(NEW, &claims).await.expect("a second account, by another address");
    let subject = claims["sub"].as_str().expect("a text").to_owned();
    let (plan, moved) = issuer_move::run(&world.services, MOVE).await.expect("moved");
    assert_eq!((plan.identities, plan.conflicts, moved), (0, 1, 0));
    let (old_user, new_user) = ("ada@example.com".to_owned(), "ada.king@example.com".to_owned());
    assert_eq!(plan.listed_conflicts, [MoveConflict { subject: subject.clone(), old_user, new_user }]);
    assert_eq!(world.sign_in_at(NEW, &claims).await.expect("admitted").actor.user_id, second.actor.user_id);
    let conflict = detail(&world, &ada).await.conflicts.remove(0);
    assert_eq!((conflict.issuer.as_str(), conflict.subject), (NEW, subject.clone()));
    let can = admin.can::<ManageUsers>(Target::Platform).expect("an admin");
    provision::relink(&world.services, &can, ada.actor.user_id, NEW, &subject).await.expect("linked");
    assert_eq!(world.sign_in_at(NEW, &claims).await.expect("admitted").actor.user_id, ada.actor.user_id);
}

#[tokio::test]
async fn move_in_several_batches_waits_for_a_user_who_is_locked() {
    let world = World::create().await;
    world
        .run(
            "insert into users (id, name, email, auth_source)
               select gen_random_uuid(), 'User ' || n, n || '@example.com', 'keycloak' from generate_series(1, 2500) n;
             insert into user_identities
               (issuer, subject, user_id, claimed_type, claimed_projects, claimed_admin_of, claimed_at, linked_at)
               select 'https://id.example.com/realms/main', email, id, 'regular', '{}', '{}', now(), now() from users",
        )
        .await;
    let mut sign_in = world.services.pool().begin().await.expect("a transaction");
    sqlx::query("select id from users where email = '7@example.com' for no key update")
        .execute(&mut *sign_in)
        .await
        .expect("a lock");
    let services = world.services.clone();
    let running = tokio::spawn(async move { issuer_move::run(&services, MOVE).await });
    let left = "select count(*) from user_identities where issuer = 'https://id.example.com/realms/main'";
    while count(&world, left).await > 1 {
        tokio::task::yield_now().await;
    }
    assert!(!running.is_finished());
    sign_in.commit().await.expect("a commit");
    let (_, moved) = running.await.expect("no panic").expect("moved");
    assert_eq!((moved, count(&world, left).await), (2500, 0));
}

#[tokio::test]
async fn user_id_derived_from_the_issuer_stays_after_the_move() {
    let world = World::with(|settings| settings.mode = Mode::Keycloak).await;
    let claims = developer("ada", json!({"sub": "f:ldap:ada"}));
    let ada = world.sign_in(&claims).await.expect("admitted");
    world.run("delete from sessions").await;
    issuer_move::run(&world.services, MOVE).await.expect("moved");
    assert_eq!(world.sign_in_at(NEW, &claims).await.expect("admitted").actor.user_id, ada.actor.user_id);
    let third = "https://third.example.com";
    issuer_move::run(&world.services, IssuerMove { from: NEW, to: third }).await.expect("moved once more");
    assert_eq!(world.sign_in_at(third, &claims).await.expect("admitted").actor.user_id, ada.actor.user_id);
    let other = world.sign_in_at("https://other.example.com", &claims).await.expect("admitted");
    assert_ne!(other.actor.user_id, ada.actor.user_id, "an issuer that is not the same");
}

#[tokio::test]
async fn account_without_a_link_is_found_after_the_move() {
    let world = World::create().await;
    let claims = developer("ada", json!({"sub": "f:ldap:ada"}));
    let ada = world.sign_in(&claims).await.expect("admitted");
    world.run("delete from sessions; delete from user_identities").await;
    issuer_move::run(&world.services, MOVE).await.expect("moved");
    assert_eq!(world.sign_in_at(NEW, &claims).await.expect("admitted").actor.user_id, ada.actor.user_id);
}
