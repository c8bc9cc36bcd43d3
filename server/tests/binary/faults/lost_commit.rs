//! The one moment at which nobody can know: the commit was sent, and its answer is lost.

use super::console::Console;
use super::proxy::{Mode, Proxy};
use super::work::Work;
use super::world_of_today;

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
    let kept: i64 = sqlx::query_scalar("select count(*) from budgets where name = 'Made 0'")
        .fetch_one(world.services.pool())
        .await
        .expect("a count");
    assert_eq!(kept, 1, "the commit had arrived");
    work.check().await;
    console.stop().await;
}
