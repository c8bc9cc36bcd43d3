//! Sign-ins, failed ones, sign-outs and re-authentications in the audit log, and what bounds them.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::role::PlatformRole;
use services::client::Client;
use services::guard::Caller;
use services::testing::World;
use services::{identity::logout, session, sign_in};
use time::Duration;
use uuid::Uuid;

const PASSWORD: &str = "a quiet ledger line";

fn client() -> Client {
    Client { address: Some("192.0.2.17".to_owned()), user_agent: Some("curl/8.0".to_owned()), ..Client::default() }
}

async fn world_with(tries: u16) -> (World, Caller) {
    let world = World::with(|settings| settings.network_tries = tries).await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.set_password(ada.actor.user_id, PASSWORD).await;
    (world, ada)
}

async fn guess(world: &World, email: &str) {
    let wrong = sign_in::with_password(&world.services, email, "a loud ledger line".to_owned(), &client()).await;
    wrong.expect_err("a wrong password");
}

async fn count(world: &World, action: &str) -> i64 {
    sqlx::query_scalar("select count(*) from audit_log where action = $1")
        .bind(action)
        .fetch_one(world.services.pool())
        .await
        .expect("a count")
}

fn lines(events: &[(String, String, Vec<String>)]) -> Vec<String> {
    events.iter().map(|(action, actor, fields)| format!("{action} by {actor}: {}", fields.join("; "))).collect()
}

#[tokio::test]
async fn session_is_on_record_from_sign_in_to_sign_out() {
    let (world, ada) = world_with(50).await;
    let services = &world.services;
    let signed_in = sign_in::with_password(services, "ADA@example.com", PASSWORD.to_owned(), &client()).await;
    let token = signed_in.expect("signed in").token;
    let caller = world.caller(&token).await.expect("a session");
    world.clock.advance(Duration::minutes(1));
    let token = sign_in::confirm(services, &caller, &token, PASSWORD.to_owned(), &client()).await.expect("confirmed");
    world.clock.advance(Duration::minutes(1));
    logout::sign_out(services, &token).await.expect("signed out");
    logout::sign_out(services, &token).await.expect("nothing to end");

    let facts = "device: - -> curl; address: - -> 192.0.2.17";
    let found = lines(&world.audit_with_sessions(ada.actor.user_id.0).await);
    assert_eq!(found.len(), 3, "{found:?}");
    for (line, action) in found.iter().zip(["user.signed_in", "user.reauthenticated", "user.signed_out"]) {
        assert!(line.starts_with(&format!("{action} by ada@example.com: ")), "{line}");
        assert!(line.contains("address: - -> 192.0.2.17"), "{line} {facts}");
    }
    let sessions: Vec<(Option<Uuid>,)> =
        sqlx::query_as("select distinct session_id from audit_log where action like 'user.sign%'")
            .fetch_all(services.pool())
            .await
            .expect("sessions");
    assert_eq!(sessions, [(Some(caller.actor.session_id.0),)]);
}

#[tokio::test]
async fn ending_own_sessions_is_on_record() {
    let (world, ada) = world_with(50).await;
    let other = world.signed_in(ada.actor.user_id).await;
    let bob = world.person("Bob", PlatformRole::User).await;
    let own = |caller: &Caller| caller.can(Target::Own).expect("an account");
    session::end_one(&world.services, &own(&bob), other.actor.session_id).await.expect_err("not Bob's");
    assert_eq!(count(&world, "user.session_ended").await, 0, "what was refused is no event");
    session::end_one(&world.services, &own(&ada), other.actor.session_id).await.expect("ended");
    session::end_all(&world.services, &own(&ada)).await.expect("ended");
    for action in ["user.session_ended", "user.signed_out_everywhere"] {
        assert_eq!(count(&world, action).await, 1, "{action}");
    }
}

#[tokio::test]
async fn failed_sign_in_names_the_account_and_never_the_text_that_was_typed() {
    let (world, ada) = world_with(50).await;
    guess(&world, "ada@example.com").await;
    guess(&world, "my secret password@example.com").await;
    guess(&world, "hunter2").await;
    let found = lines(&world.audit_with_sessions(ada.actor.user_id.0).await);
    assert_eq!(found, ["user.sign_in_failed by Not signed in: address: - -> 192.0.2.17"]);
    let unknown: Vec<(String,)> = sqlx::query_as("select target from audit_log where target_id = $1")
        .bind(Uuid::nil())
        .fetch_all(world.services.pool())
        .await
        .expect("targets");
    assert_eq!(unknown, vec![("an unknown address".to_owned(),); 2]);
    let typed: i64 = sqlx::query_scalar("select count(*) from audit_log a where a::text ~ 'secret|hunter2'")
        .fetch_one(world.services.pool())
        .await
        .expect("a count");
    assert_eq!(typed, 0);
}

/// Actor, target and reason of the events of an action.
async fn events(world: &World, action: &str) -> Vec<(String, String, Option<String>, Option<Uuid>)> {
    sqlx::query_as("select actor, target, reason, session_id from audit_log where action = $1 order by at, id")
        .bind(action)
        .fetch_all(world.services.pool())
        .await
        .expect("events")
}

#[tokio::test]
async fn right_password_of_a_deactivated_account_is_on_record_with_the_reason() {
    let (world, _) = world_with(50).await;
    world.run("update users set is_active = false where email = 'ada@example.com'").await;
    let refused = sign_in::with_password(&world.services, "ada@example.com", PASSWORD.to_owned(), &client()).await;
    refused.expect_err("deactivated");
    let reason = Some("right password of a deactivated account".to_owned());
    let expected = ("Not signed in".to_owned(), "ada@example.com".to_owned(), reason, None);
    assert_eq!(events(&world, "user.sign_in_failed").await, [expected]);
}

#[tokio::test]
async fn one_time_password_that_has_expired_is_on_record_with_the_reason() {
    let (world, _) = world_with(50).await;
    world
        .run(
            "update users set password_change_due = true, password_expires_at = '2026-03-01Z'
             where email = 'ada@example.com'",
        )
        .await;
    let refused = sign_in::with_password(&world.services, "ada@example.com", PASSWORD.to_owned(), &client()).await;
    refused.expect_err("expired");
    let reason = Some("right one-time password that has expired".to_owned());
    let expected = ("Not signed in".to_owned(), "ada@example.com".to_owned(), reason, None);
    assert_eq!(events(&world, "user.sign_in_failed").await, [expected]);
}

#[tokio::test]
async fn failed_re_authentication_is_on_record_with_its_session() {
    let (world, _) = world_with(50).await;
    let services = &world.services;
    let signed_in = sign_in::with_password(services, "ada@example.com", PASSWORD.to_owned(), &client()).await;
    let token = signed_in.expect("signed in").token;
    let caller = world.caller(&token).await.expect("a session");
    let tries = usize::from(services.settings().account_tries);
    for _ in 0..tries + 3 {
        let wrong = sign_in::confirm(services, &caller, &token, "a loud ledger line".to_owned(), &client()).await;
        wrong.expect_err("a wrong password");
    }
    // All of them are of the same moment, in which events have no order.
    let mut found = events(&world, "user.reauthentication_failed").await;
    found.sort();
    let ada = "ada@example.com".to_owned();
    let event = |reason| (ada.clone(), ada.clone(), reason, Some(caller.actor.session_id.0));
    let mut expected = vec![event(None); tries - 1];
    expected.push(event(Some("last try, sign-in is blocked".to_owned())));
    assert_eq!(found, expected, "tries that are left, and no more");
}

#[tokio::test]
async fn tries_at_a_blocked_address_are_no_events() {
    let (world, _) = world_with(1000).await;
    for _ in 0..20 {
        guess(&world, "ada@example.com").await;
        guess(&world, "nobody@example.com").await;
    }
    let allowed = usize::from(world.services.settings().account_tries);
    let found = events(&world, "user.sign_in_failed").await;
    assert_eq!(found.len(), 2 * allowed);
    let blocks = found.iter().filter(|(_, _, reason, _)| reason.as_deref() == Some("last try, sign-in is blocked"));
    let mut targets: Vec<_> = blocks.map(|(_, target, ..)| target.as_str()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["ada@example.com", "an unknown address"], "the last of each says so");
}

#[tokio::test]
async fn flood_of_failed_sign_ins_is_bounded_by_the_hour() {
    let (world, _) = world_with(1000).await;
    world
        .run(
            "insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
             select gen_random_uuid(), '2026-03-02 08:30Z', 'Not signed in', 'user.sign_in_failed', 'user', gen_random_uuid(), 'x', '[]'
             from generate_series(1, 499)",
        )
        .await;
    for n in 0..5 {
        guess(&world, &format!("nobody{n}@example.com")).await;
    }
    assert_eq!(count(&world, "user.sign_in_failed").await, 500);
    world.clock.advance(Duration::hours(1));
    guess(&world, "ada@example.com").await;
    assert_eq!(count(&world, "user.sign_in_failed").await, 501, "the next hour has events again");
}
