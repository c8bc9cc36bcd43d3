//! One-time passwords between being issued and being handed over.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::id::{SessionId, UserId};
use domain::role::PlatformRole;
use services::client::SessionToken;
use services::handover::{self, HandoverToken, SHOWN_FOR};
use services::testing::World;
use time::Duration;

const PASSWORD: &str = "k7mf-2xqp-wd4n-hv9t-c3ya";

fn token(of: char) -> HandoverToken {
    let session = SessionToken::from_cookie(&of.to_string().repeat(43)).expect("a token");
    HandoverToken::derived(&session)
}

async fn session(world: &World, name: &str) -> SessionId {
    world.person(name, PlatformRole::Admin).await.actor.session_id
}

async fn keep(world: &World, session: SessionId, of: char, user: UserId, password: &str) {
    handover::keep(&world.services, session, &token(of), user.0, password).await.expect("kept");
}

async fn shown(world: &World, session: SessionId, of: char, user: UserId) -> Option<String> {
    let found = handover::find(&world.services, session, &token(of), user.0).await.expect("read");
    found.map(|handover| handover.secret)
}

async fn rows(world: &World) -> i64 {
    let count = sqlx::query_scalar("select count(*) from password_handovers").fetch_one(world.services.pool()).await;
    count.expect("a count")
}

#[tokio::test]
async fn one_time_password_stays_until_it_is_dismissed() {
    let world = World::create().await;
    let session = session(&world, "Mira").await;
    let (ada, ben) = (world.row("Ada", PlatformRole::User).await, world.row("Ben", PlatformRole::User).await);
    keep(&world, session, 'a', ada, PASSWORD).await;
    keep(&world, session, 'a', ben, "other").await;
    for _ in 0..2 {
        assert_eq!(shown(&world, session, 'a', ada).await.as_deref(), Some(PASSWORD));
        assert_eq!(shown(&world, session, 'a', ben).await.as_deref(), Some("other"), "each user has their own");
    }
    assert!(handover::dismiss(&world.services, session, ada.0).await.expect("dismissed"), "another one waits");
    assert_eq!(shown(&world, session, 'a', ada).await, None);
    assert_eq!(shown(&world, session, 'a', ben).await.as_deref(), Some("other"));
    assert!(!handover::dismiss(&world.services, session, ben.0).await.expect("dismissed"), "none waits");
    assert_eq!(rows(&world).await, 0);
}

#[tokio::test]
async fn one_time_password_is_shown_to_its_session_and_browser_alone() {
    let world = World::create().await;
    let (mira, other) = (session(&world, "Mira").await, session(&world, "Otto").await);
    let ada = world.row("Ada", PlatformRole::User).await;
    keep(&world, mira, 'a', ada, PASSWORD).await;
    assert_eq!(shown(&world, other, 'a', ada).await, None, "another session");
    assert_eq!(shown(&world, mira, 'b', ada).await, None, "a cookie that did not seal it");
    assert_eq!(shown(&world, mira, 'a', ada).await.as_deref(), Some(PASSWORD));
    let stored = sqlx::query_scalar("select h::text || encode(sealed, 'escape') from password_handovers h");
    let stored: String = stored.fetch_one(world.services.pool()).await.expect("a row");
    assert!(!stored.contains("k7mf") && !stored.contains(token('a').expose()), "{stored}");
    sqlx::query("delete from sessions where id = $1").bind(mira.0).execute(world.services.pool()).await.expect("ended");
    assert_eq!(rows(&world).await, 0, "it ends with its session");
}

#[tokio::test]
async fn password_issued_later_replaces_earlier_ones_everywhere() {
    let world = World::create().await;
    let (mira, otto) = (session(&world, "Mira").await, session(&world, "Otto").await);
    let ada = world.row("Ada", PlatformRole::User).await;
    keep(&world, mira, 'a', ada, "first").await;
    keep(&world, mira, 'a', ada, "second").await;
    assert_eq!(shown(&world, mira, 'a', ada).await.as_deref(), Some("second"));
    keep(&world, otto, 'b', ada, "third").await;
    assert_eq!(shown(&world, mira, 'a', ada).await, None, "the second no longer works");
    assert_eq!(shown(&world, otto, 'b', ada).await.as_deref(), Some("third"));
}

#[tokio::test]
async fn one_time_password_expires_and_is_swept() {
    let world = World::create().await;
    let session = session(&world, "Mira").await;
    let ada = world.row("Ada", PlatformRole::User).await;
    keep(&world, session, 'a', ada, PASSWORD).await;
    world.clock.advance(SHOWN_FOR - Duration::seconds(1));
    assert_eq!(shown(&world, session, 'a', ada).await.as_deref(), Some(PASSWORD));
    assert_eq!(handover::sweep(&world.services).await.expect("swept"), 0);
    world.clock.advance(Duration::seconds(1));
    assert_eq!(shown(&world, session, 'a', ada).await, None);
    assert_eq!(handover::sweep(&world.services).await.expect("swept"), 1);
    assert_eq!(rows(&world).await, 0);
}
