//! The one moment at which nobody can know: the commit was sent, and its answer is lost.

use super::console::Console;
use super::proxy::{Mode, Proxy};
use super::work::Work;
use super::world_of_today;
use domain::role::PlatformRole;
use services::testing::World;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_without_an_answer_is_not_called_a_failure() {
    let world = world_of_today(|_| {}).await;
    let proxy = Proxy::before(&world.database_url()).await;
    let console = Console::start(proxy.url(), &[]).await;
    let work = Work::of(&world).await;
    assert_eq!(work.change(&console).await.expect("an answer").status, 200);
    proxy.set(Mode::LosesCommits).await;
    let answer = work.change(&console).await.expect("an answer");
    assert_eq!((answer.status, answer.says_when_to_retry), (504, false), "{answer:?}");
    proxy.set(Mode::Open).await;
    let waiting: i64 =
        sqlx::query_scalar("select count(*) from form_states").fetch_one(world.services.pool()).await.expect("a count");
    assert_eq!(waiting, 2, "the notice of the first change, and the second one's form for the next page");
    arrived(&world, "select count(*) = 1 from budgets where name = 'Made 0'").await;
    work.check().await;
    console.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_without_an_answered_commit_is_not_called_a_failure() {
    let password = "a quiet ledger line";
    let world = world_of_today(|_| {}).await;
    let priya = world.person("Priya", PlatformRole::User).await;
    world.set_password(priya.actor.user_id, password).await;
    let proxy = Proxy::before(&world.database_url()).await;
    let console = Console::start(proxy.url(), &[]).await;
    let typed = password.replace(' ', "+");
    let sign_in = format!("email=priya%40example.com&password={typed}&next=%2F");
    let confirm = format!("confirm_password={typed}&confirm_action=");
    let cookie = format!("__Host-bursar={}", world.token(&priya));
    let sign_in = ("/act/sign-in", sign_in, "", "insert into sessions");
    let confirm = ("/act/account/confirm", confirm, &*cookie, "update sessions set token_hash");
    for (path, body, cookie, statement) in [sign_in, confirm] {
        // Not the commit before it, which counts the try.
        proxy.set(Mode::LosesCommitsAfter(statement)).await;
        let answer = console.post(path, &body, cookie, "lost").await.expect("an answer");
        assert_eq!((answer.status, answer.says_when_to_retry), (504, false), "{path}: {answer:?}");
        proxy.set(Mode::Open).await;
    }
    arrived(&world, "select count(*) = 2 from sessions").await;
    console.stop().await;
}

/// Waits for a commit that was sent: its connection may be closed before Postgres is done.
async fn arrived(world: &World, is_there: &'static str) {
    let there = async {
        while !sqlx::query_scalar::<_, bool>(is_there).fetch_one(world.services.pool()).await.expect("an answer") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), there).await.expect("the commit arrives");
}
