//! The list of maintainers.

use super::{Stage, sees};
use domain::budget::{BudgetRequestQuery, RequestState};
use domain::page::{PageSize, Params};
use domain::role::PlatformRole;
use services::testing::count_statements;
use services::views;
use time::Duration;

#[tokio::test]
async fn list_begins_with_the_oldest_that_waits_and_is_paged() {
    let stage = Stage::set().await;
    let mut waiting = Vec::new();
    for number in 0..4 {
        let user = stage.world.person(&format!("User {number}"), PlatformRole::User).await;
        stage.world.clock.advance(Duration::minutes(1));
        waiting.push(stage.request_of(&user, "cli", "80").await.expect("requested"));
    }
    stage.world.clock.advance(Duration::minutes(1));
    let mia = stage.world.signed_in(stage.mia.actor.user_id).await;
    let (first, last) = (waiting.remove(0), waiting.pop().expect("four"));
    stage.decline(&mia, first).await.expect("declined");
    stage.decline(&mia, last).await.expect("declined");
    let order = [waiting, vec![last, first]].concat();
    let listed: Vec<_> = stage.list(None).await.into_iter().map(|request| request.facts.id).collect();
    assert_eq!(listed, order);
    let size = PageSize::new(3).expect("a size");
    let query = BudgetRequestQuery { size, ..BudgetRequestQuery::default() };
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let query = BudgetRequestQuery { cursor: cursor.clone(), ..query.clone() };
        let read = views::budget_requests::list(stage.services(), &sees(&stage.mia), &query).await.expect("a page");
        seen.extend(read.rows.iter().map(|request| request.facts.id));
        cursor = read.next.clone();
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, order, "page by page");
    let declined = stage.list(Some(RequestState::Declined)).await;
    assert_eq!(declined.len(), 2);
    let mut params = Params::new([("state".to_owned(), "waiting".to_owned())]);
    assert_eq!(stage.list(BudgetRequestQuery::from_params(&mut params).state).await.len(), 2);
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_rows() {
    let stage = Stage::set().await;
    stage.request("80").await;
    let counts = async || {
        let (services, mia) = (stage.services(), &stage.mia);
        let query = BudgetRequestQuery::default();
        let (list, listed) = count_statements(views::budget_requests::list(services, &sees(mia), &query)).await;
        let four = PageSize::new(4).expect("a size");
        let (waiting, of_overview) =
            count_statements(views::budget_requests::waiting(services, &sees(mia), four)).await;
        let (list, waiting) = (list.expect("a list"), waiting.expect("requests"));
        ((list.rows.len(), waiting.oldest.len(), waiting.count), (listed, of_overview))
    };
    assert_eq!(counts().await, ((1, 1, 1), (1, 2)));
    stage
        .world
        .run(
            "insert into users (id, email, name)
               select gen_random_uuid(), n || '@example.com', 'Person ' || n from generate_series(1, 120) n;
             insert into budget_requests (id, user_id, category, hard_limit, reason, requested_by, requested_at)
               select gen_random_uuid(), id, 'cli', 80, 'Why', id, '2026-03-01' from users where name like 'Person %'",
        )
        .await;
    assert_eq!(counts().await, ((25, 4, 100), (1, 2)));
}
