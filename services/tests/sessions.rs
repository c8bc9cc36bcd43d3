//! Sessions: how long they live, and how their owner ends them.

use domain::actor::Target;
use domain::error::Refusal;
use domain::permission::ManageOwnAccount;
use domain::role::PlatformRole;
use services::client::SessionToken;
use services::identity;
use services::session;
use services::testing::World;
use time::Duration;

#[tokio::test]
async fn a_session_ends_when_it_was_not_used_for_long() {
    let world = World::create().await;
    let priya = world.person("Priya", PlatformRole::User).await;
    for _ in 0..2 {
        world.clock.advance(Duration::hours(8) - Duration::seconds(1));
        assert!(world.again(&priya).await.is_some(), "in use");
    }
    world.clock.advance(Duration::hours(8));
    assert!(world.again(&priya).await.is_none(), "left alone");
}

#[tokio::test]
async fn a_session_ends_a_day_after_sign_in_however_much_it_is_used() {
    let world = World::create().await;
    let priya = world.person("Priya", PlatformRole::User).await;
    for _ in 0..23 {
        world.clock.advance(Duration::hours(1));
        assert!(world.again(&priya).await.is_some());
    }
    world.clock.advance(Duration::hours(1));
    assert!(world.again(&priya).await.is_none());
    assert_eq!(session::sweep(&world.services).await.expect("swept"), 1);
}

#[tokio::test]
async fn users_see_and_end_their_own_sessions() {
    let world = World::create().await;
    let here = world.person("Priya", PlatformRole::User).await;
    world.clock.advance(Duration::minutes(1));
    let there = world.signed_in(here.actor.user_id).await;
    let stranger = world.person("Jonas", PlatformRole::User).await;
    let can = here.can::<ManageOwnAccount>(Target::Own).expect("one's own");
    let listed = session::list(&world.services, &can).await.expect("a list");
    let seen: Vec<_> = listed.iter().map(|row| (row.id, row.is_current)).collect();
    assert_eq!(seen, [(there.actor.session_id, false), (here.actor.session_id, true)]);
    session::end_one(&world.services, &can, there.actor.session_id).await.expect("ended");
    assert!(world.again(&there).await.is_none());
    assert!(world.again(&here).await.is_some());
    for foreign in [stranger.actor.session_id, there.actor.session_id] {
        let refused = session::end_one(&world.services, &can, foreign).await.map_err(Refusal::from);
        assert_eq!(refused.expect_err("not one's own"), Refusal::NotFound);
    }
    assert!(world.again(&stranger).await.is_some());
}

#[tokio::test]
async fn signing_out_everywhere_ends_them_all() {
    let world = World::create().await;
    let here = world.person("Priya", PlatformRole::User).await;
    let there = world.signed_in(here.actor.user_id).await;
    let can = here.can::<ManageOwnAccount>(Target::Own).expect("one's own");
    assert_eq!(session::end_all(&world.services, &can).await.expect("ended"), 2);
    assert!(world.again(&here).await.is_none() && world.again(&there).await.is_none());
    let again = session::end_all(&world.services, &can).await.map_err(Refusal::from);
    assert_eq!(again.expect_err("no session any more"), Refusal::SignedOut);
}

#[tokio::test]
async fn two_windows_that_sign_out_everywhere_at_once_do_not_lock_each_other() {
    let world = World::create().await;
    let mut here = world.person("Priya", PlatformRole::User).await;
    for round in 0..50 {
        let there = world.signed_in(here.actor.user_id).await;
        let (one, other) = (here.can::<ManageOwnAccount>(Target::Own), there.can::<ManageOwnAccount>(Target::Own));
        let (one, other) = (one.expect("one's own"), other.expect("one's own"));
        let ended = tokio::join!(session::end_all(&world.services, &one), session::end_all(&world.services, &other));
        let said = [ended.0.map_err(Refusal::from), ended.1.map_err(Refusal::from)];
        assert!(said.contains(&Ok(2)) && said.contains(&Err(Refusal::SignedOut)), "round {round}: {said:?}");
        here = world.signed_in(here.actor.user_id).await;
    }
}

#[tokio::test]
async fn signing_out_ends_this_one() {
    let world = World::create().await;
    let here = world.person("Priya", PlatformRole::User).await;
    let there = world.signed_in(here.actor.user_id).await;
    let token = SessionToken::from_cookie(&world.token(&here)).expect("a token");
    identity::logout::sign_out(&world.services, &token).await.expect("signed out");
    assert!(world.again(&here).await.is_none());
    assert!(world.again(&there).await.is_some());
}
