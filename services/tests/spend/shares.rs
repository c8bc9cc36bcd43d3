//! Members' shares of a project's budget: a call needs room in the share and in the budget.

use crate::spend::support::{Platform, allowed, denied, parsed, reserve_fields, settle_code};
use domain::budget::Category;
use domain::id::{ProjectId, UserId};
use domain::spend::{Decision, ReserveFields, ReserveRequest};
use futures_util::future::join_all;
use services::spend::WindowSubject;
use services::testing::rounds;
use std::sync::Arc;

const AT_ONCE: usize = 64;

pub(crate) fn request(key: &str, project: &str, user: UserId, amount: &str) -> ReserveRequest {
    parsed(&ReserveFields { project: project.to_owned(), ..reserve_fields(key, user, amount) })
}

/// A project whose own budget of the category is shared out among its members, the creator among them.
async fn project(platform: &Platform, name: &str, hard: &str) -> ProjectId {
    let project = platform.world.project(name, &platform.root).await;
    limit(platform, project, name, hard).await;
    project
}

/// Gives a project its own budget of the category, and has it enforce the shares of its members.
pub(crate) async fn limit(platform: &Platform, project: ProjectId, name: &str, hard: &str) {
    platform
        .run(&format!(
            "insert into budgets (id, slug, name, category, soft_limit, hard_limit, reset_minutes, project_id)
             values ('{project}', '{name}', '{name}', 'cli', 0, {hard}, 43200, '{project}')"
        ))
        .await;
    // A budget and its project may have the same id.
    platform.assign_to_project(project.0, project).await;
    platform.run(&format!("update projects set member_limits_enforced = true where id = '{project}'")).await;
}

pub(crate) async fn member(platform: &Platform, project: ProjectId, name: &str) -> UserId {
    let user = platform.user(name).await;
    platform.member(project, user).await;
    user
}

pub(crate) async fn fix(platform: &Platform, project: ProjectId, user: UserId, hard: &str) {
    platform
        .run(&format!(
            "insert into member_allocations (project_id, category, user_id, soft_limit, hard_limit, set_at)
             values ('{project}', 'cli', '{user}', 0, {hard}, now())
             on conflict (project_id, category, user_id) do update set hard_limit = {hard}"
        ))
        .await;
}

async fn reserve(platform: &Platform, key: &str, project: &str, user: UserId, amount: &str) -> &'static str {
    denied(&platform.reserve_all(vec![request(key, project, user, amount)]).await.remove(0))
}

/// As [`reserve`], with the call made: an amount that is only reserved is given back after some minutes.
async fn call(platform: &Platform, key: &str, project: &str, user: UserId, amount: &str) -> &'static str {
    let decision = platform.reserve_all(vec![request(key, project, user, amount)]).await.remove(0);
    let code = denied(&decision);
    if let Decision::Allowed(allowance) = decision {
        assert_eq!(settle_code(&platform.settle(allowance.reservation, amount).await), "settled");
    }
    code
}

#[tokio::test]
async fn call_needs_room_in_the_share_and_in_the_budget() {
    let platform = Platform::create().await;
    let atlas = project(&platform, "atlas", "30").await;
    let (ada, bo) = (member(&platform, atlas, "Ada").await, member(&platform, atlas, "Bo").await);
    fix(&platform, atlas, ada, "20").await;
    assert_eq!(reserve(&platform, "1", "atlas", ada, "20.01").await, "member_limit_reached");
    assert_eq!(reserve(&platform, "2", "atlas", ada, "20").await, "allowed");
    // What Ada leaves is shared by Bo and the creator.
    assert_eq!(reserve(&platform, "3", "atlas", bo, "5.01").await, "member_limit_reached");
    assert_eq!(reserve(&platform, "4", "atlas", bo, "5").await, "allowed");
    // The share grows when another member leaves, but what they spent is spent.
    fix(&platform, atlas, ada, "0").await;
    platform.run(&format!("delete from user_projects where user_id = '{}'", platform.root.actor.user_id)).await;
    assert_eq!(reserve(&platform, "5", "atlas", bo, "5.01").await, "hard_limit_reached");
    assert_eq!(reserve(&platform, "6", "atlas", bo, "5").await, "allowed");
    assert_eq!(reserve(&platform, "7", "atlas", ada, "0.01").await, "hard_limit_reached");
    platform.check_totals().await;
}

#[tokio::test]
async fn share_of_zero_refuses_calls_until_shares_are_off() {
    let platform = Platform::create().await;
    let atlas = project(&platform, "atlas", "30").await;
    let ada = member(&platform, atlas, "Ada").await;
    fix(&platform, atlas, ada, "0").await;
    assert_eq!(reserve(&platform, "1", "atlas", ada, "0.01").await, "member_limit_reached");
    let stranger = platform.user("Stranger").await;
    assert_eq!(reserve(&platform, "2", "atlas", stranger, "1").await, "not_a_member");
    let without_user = ReserveFields { user: String::new(), project: "atlas".into(), ..reserve_fields("3", ada, "1") };
    let decision = platform.reserve_all(vec![parsed(&without_user)]).await.remove(0);
    assert_eq!(denied(&decision), "allocation_missing");
    platform.run(&format!("update projects set member_limits_enforced = false where id = '{atlas}'")).await;
    assert_eq!(reserve(&platform, "4", "atlas", ada, "29").await, "allowed");
    let decision = platform.reserve_all(vec![parsed(&without_user)]).await.remove(0);
    allowed(decision);
}

#[tokio::test]
async fn last_member_with_an_equal_share_has_what_is_left_over() {
    let platform = Platform::create().await;
    let atlas = project(&platform, "atlas", "1").await;
    let mut members = vec![platform.root.actor.user_id];
    for name in ["Ada", "Bo"] {
        members.push(member(&platform, atlas, name).await);
    }
    members.sort();
    for (place, user) in members.into_iter().enumerate() {
        let (fits, more) = if place == 2 { ("0.34", "0.01") } else { ("0.33", "0.01") };
        assert_eq!(reserve(&platform, &format!("{place} fits"), "atlas", user, fits).await, "allowed", "{place}");
        let refused = reserve(&platform, &format!("{place} more"), "atlas", user, more).await;
        // Once all shares are held, so is the budget.
        assert_eq!(refused, if place == 2 { "hard_limit_reached" } else { "member_limit_reached" }, "{place}");
    }
}

#[tokio::test]
async fn fixed_share_resets_with_the_budget_of_its_project() {
    let platform = Platform::create().await;
    let atlas = project(&platform, "atlas", "30").await;
    let ada = member(&platform, atlas, "Ada").await;
    fix(&platform, atlas, ada, "20").await;
    assert_eq!(call(&platform, "1", "atlas", ada, "20").await, "allowed");
    platform.world.clock.advance(time::Duration::days(29));
    assert_eq!(reserve(&platform, "last day", "atlas", ada, "1").await, "member_limit_reached");
    platform.world.clock.advance(time::Duration::days(1));
    assert_eq!(call(&platform, "2", "atlas", ada, "20").await, "allowed", "the next window");
    platform.world.clock.advance(time::Duration::seconds(1));
    assert_eq!(reserve(&platform, "3", "atlas", ada, "1").await, "member_limit_reached");
    platform.reset(WindowSubject::Project(atlas), Category::Cli).await.expect("a reset");
    assert_eq!(reserve(&platform, "4", "atlas", ada, "20").await, "allowed", "after a reset by hand");
}

#[tokio::test]
async fn share_lasts_as_long_as_the_window_of_its_project() {
    let platform = Platform::create().await;
    let atlas = project(&platform, "atlas", "60").await;
    let (ada, bo) = (member(&platform, atlas, "Ada").await, member(&platform, atlas, "Bo").await);
    fix(&platform, atlas, ada, "20").await;
    let assigned = platform.world.clock.now();
    let day = |number| assigned + time::Duration::days(number);
    assert_eq!(reserve(&platform, "day 0", "atlas", bo, "1").await, "allowed");
    platform.world.clock.advance(time::Duration::days(15));
    platform.reset(WindowSubject::Project(atlas), Category::Cli).await.expect("a reset");
    platform.world.clock.advance(time::Duration::days(1));
    assert_eq!(call(&platform, "day 16", "atlas", ada, "20").await, "allowed", "the first call of the member");
    // The windows that follow from the assignment would end on day 30.
    platform.world.clock.advance(time::Duration::days(15));
    assert_eq!(call(&platform, "day 31", "atlas", ada, "1").await, "member_limit_reached");
    assert_eq!(platform.times(ada).await, [(day(15), day(45))]);
    platform.world.clock.advance(time::Duration::days(14));
    assert_eq!(call(&platform, "day 45", "atlas", ada, "20").await, "allowed");
    platform.check_totals().await;
}

#[tokio::test]
async fn reset_of_a_project_leaves_each_share_its_own_limits() {
    let platform = Platform::create().await;
    let atlas = project(&platform, "atlas", "30").await;
    let ada = member(&platform, atlas, "Ada").await;
    fix(&platform, atlas, ada, "20").await;
    assert_eq!(reserve(&platform, "1", "atlas", ada, "5").await, "allowed");
    platform.world.clock.advance(time::Duration::days(1));
    platform.reset(WindowSubject::Project(atlas), Category::Cli).await.expect("a reset");
    let window = |reserved: &str| ("20".to_owned(), "0".to_owned(), reserved.to_owned());
    assert_eq!(platform.windows(ada).await, [window("5"), window("0")], "before the first call of the next window");
}

#[tokio::test]
async fn calls_of_members_in_one_batch_have_the_shares_of_their_projects() {
    let platform = Platform::create().await;
    let (atlas, hermes) = (project(&platform, "atlas", "1").await, project(&platform, "hermes", "4").await);
    let mut members = vec![platform.root.actor.user_id];
    for name in ["Ada", "Bo"] {
        members.push(member(&platform, atlas, name).await);
    }
    members.sort();
    fix(&platform, hermes, platform.root.actor.user_id, "1").await;
    // The equal shares of atlas are 0.33, 0.33 and 0.34.
    let amounts = ["0.33", "0.34", "0.34"];
    let calls = members.iter().zip(amounts).map(|(user, amount)| request(&user.to_string(), "atlas", *user, amount));
    let of_hermes = request("hermes", "hermes", platform.root.actor.user_id, "1.01");
    let decisions = platform.reserve_all(calls.chain([of_hermes]).collect()).await;
    let codes: Vec<_> = decisions.iter().map(denied).collect();
    assert_eq!(codes, ["allowed", "member_limit_reached", "allowed", "member_limit_reached"]);
    platform.check_totals().await;
}

/// How many rows of memberships, and entries of their indexes, were read so far.
async fn memberships_read(platform: &Platform) -> i64 {
    for mut connection in platform.connections().await {
        // Otherwise a session keeps its counts for a second.
        sqlx::query("select pg_stat_force_next_flush()").execute(&mut *connection).await.expect("a report");
    }
    let read = "select (select seq_tup_read from pg_stat_user_tables where relname = 'user_projects')
                       + (select sum(idx_tup_read)::bigint from pg_stat_user_indexes where relname = 'user_projects')";
    sqlx::query_scalar(read).fetch_one(platform.services().pool()).await.expect("a count")
}

#[tokio::test]
async fn members_of_a_project_are_counted_once_for_a_batch() {
    const MEMBERS: usize = 40;
    let platform = Platform::create().await;
    let atlas = project(&platform, "atlas", "1000").await;
    let mut members = Vec::new();
    for number in 0..MEMBERS {
        members.push(member(&platform, atlas, &format!("Zelda {number}")).await);
    }
    let calls =
        |prefix: &str| members.iter().map(|user| request(&format!("{prefix}{user}"), "atlas", *user, "1")).collect();
    // Opens the windows.
    platform.reserve_all(calls("first ")).await;
    let before = memberships_read(&platform).await;
    let decisions = platform.reserve_all(calls("second ")).await;
    let read = memberships_read(&platform).await - before;
    assert!(decisions.iter().all(|decision| denied(decision) == "allowed"));
    assert!((1..(MEMBERS * MEMBERS) as i64).contains(&read), "{read} rows for {MEMBERS} members");
}

/// Of two members who may spend 10 each of the 15 that are left of the project's budget.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixty_four_calls_of_two_members_none_exceeds_a_share_or_the_budget() {
    let platform = Arc::new(Platform::create().await);
    for round in 0..rounds(20, 1000) {
        let name = format!("project-{round}");
        let atlas = project(&platform, &name, "30").await;
        let zoe = member(&platform, atlas, &format!("Zoe {round}")).await;
        assert_eq!(
            reserve(&platform, &format!("{round} root"), &name, platform.root.actor.user_id, "5").await,
            "allowed"
        );
        assert_eq!(reserve(&platform, &format!("{round} zoe"), &name, zoe, "10").await, "allowed");
        let users = [
            member(&platform, atlas, &format!("Ada {round}")).await,
            member(&platform, atlas, &format!("Bo {round}")).await,
        ];
        for user in users {
            fix(&platform, atlas, user, "10").await;
        }
        let calls = (0..AT_ONCE).map(|call| {
            let (platform, name) = (Arc::clone(&platform), name.clone());
            let user = users[call % 2];
            tokio::spawn(async move { (user, reserve(&platform, &format!("{round}-{call}"), &name, user, "1").await) })
        });
        let decisions: Vec<_> = join_all(calls).await.into_iter().map(|decision| decision.expect("no panic")).collect();
        let allowed_of = |of: UserId| decisions.iter().filter(|(user, code)| *user == of && *code == "allowed").count();
        let held = users.map(allowed_of);
        assert_eq!(held.iter().sum::<usize>(), 15, "round {round}: {held:?}");
        assert!(held.iter().all(|held| *held <= 10), "round {round}: {held:?}");
        let codes = ["allowed", "member_limit_reached", "hard_limit_reached"];
        assert!(decisions.iter().all(|(_, code)| codes.contains(code)), "round {round}: {decisions:?}");
    }
    platform.check_totals().await;
}
