//! What the job that verifies the log finds, and when.

use super::{sealed, tamper, work, world};
use domain::actor::Target;
use domain::audit::AuditProof;
use domain::role::PlatformRole;
use services::Error;
use services::audit::{prove, record_verification, verify};
use services::testing::{World, count_statements};
use time::Duration;

/// The last proof, as the page shows it.
async fn last(world: &World, name: &str) -> Option<AuditProof> {
    let can = world.person(name, PlatformRole::Auditor).await.can(Target::Platform).expect("an auditor");
    services::views::audit::proof(&world.services, &can).await.expect("an answer")
}

/// The first problem that the job finds a day later.
async fn next_day(world: &World) -> Option<String> {
    world.clock.advance(Duration::DAY);
    match prove(&world.services).await {
        Ok(()) => None,
        Err(Error::AuditBroken(_, first)) => Some(first),
        Err(fault) => panic!("{fault}"),
    }
}

#[tokio::test]
async fn end_that_is_cut_off_is_a_problem_until_it_is_back() {
    let (world, _, entries) = world().await;
    assert_eq!(last(&world, "Aron").await, None);
    prove(&world.services).await.expect("proven");
    let first = last(&world, "Berta").await.expect("a proof");
    assert_eq!((first.sealed, first.problems, &first.problem), (5, 0, &None));
    assert_eq!(first.whole_at, Some(first.verified_at));
    sealed(&world).await;
    assert_eq!(next_day(&world).await, None);

    let keep = "create table kept as select * from audit_log where id = '{}';
                create table kept_seals as select * from audit_seals where number = 3;
                delete from audit_seals where number = 3; delete from audit_log where id = '{}'";
    tamper(&world, keep.replace("{}", &entries[5].to_string())).await;
    for _ in 0..2 {
        assert_eq!(next_day(&world).await.as_deref(), Some("seal 3 is missing"), "also the day after");
    }
    let found = last(&world, "Cleo").await.expect("a proof");
    assert!(found.problems > 0 && found.verified_at > first.verified_at, "{found:?}");
    tamper(
        &world,
        "insert into audit_log select * from kept; insert into audit_seals select * from kept_seals".to_owned(),
    )
    .await;
    assert_eq!(next_day(&world).await, None);
}

#[tokio::test]
async fn old_entry_that_is_removed_or_added_is_found_the_next_day() {
    let (world, _, entries) = world().await;
    prove(&world.services).await.expect("proven");
    sealed(&world).await;
    let id = entries[1];
    tamper(
        &world,
        format!(
            "create table kept as select * from audit_log where id = '{id}'; delete from audit_log where id = '{id}'"
        ),
    )
    .await;
    assert_eq!(next_day(&world).await, Some(format!("entry {id} of seal 1 is missing")));
    tamper(&world, "insert into audit_log select * from kept".to_owned()).await;
    assert_eq!(next_day(&world).await, None);

    let other = uuid::Uuid::from_u128(7);
    tamper(&world, format!("update kept set id = '{other}'; insert into audit_log select * from kept")).await;
    assert_eq!(next_day(&world).await, Some(format!("entry {other} is neither sealed nor waiting to be")));
}

#[tokio::test]
async fn new_entry_that_is_changed_is_found_the_next_day_and_an_old_one_within_a_week() {
    let (world, _, entries) = world().await;
    prove(&world.services).await.expect("proven");
    sealed(&world).await;
    let change = |id| format!("update audit_log set actor = actor || 'x' where id = '{id}'");
    let undo = |id| format!("update audit_log set actor = left(actor, -1) where id = '{id}'");
    tamper(&world, change(entries[5])).await;
    assert_eq!(next_day(&world).await.as_deref(), Some("seal 3 or one of its entries was changed"));
    tamper(&world, undo(entries[5])).await;
    assert_eq!(next_day(&world).await, None);

    tamper(&world, change(entries[1])).await;
    let mut days = 1;
    while next_day(&world).await.is_none() {
        days += 1;
        assert!(days <= 7, "within a week");
    }
    assert_eq!(days, 6, "the days between are cheap");
    assert!(next_day(&world).await.is_some(), "and every day from then on");
}

#[tokio::test]
async fn command_finds_an_old_change_at_once_and_the_job_keeps_it() {
    let (world, _, entries) = world().await;
    prove(&world.services).await.expect("proven");
    sealed(&world).await;
    tamper(&world, format!("update audit_log set actor = actor || 'x' where id = '{}'", entries[1])).await;
    assert_eq!(next_day(&world).await, None, "the job has not come to it");
    world.clock.advance(Duration::MINUTE);
    let report = verify(&world.services, None).await.expect("the database answers");
    record_verification(&world.services, &report).await.expect("kept");
    assert!(next_day(&world).await.is_some());
}

/// One seal after the other, as a quiet month makes them.
async fn seal_each(world: &World, count: usize) {
    for _ in 0..count {
        let entry = "with e as (insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
                       values (gen_random_uuid(), now(), 'Bursar', 'user.edited', 'user', gen_random_uuid(), 'x', '[]') returning id)
                     insert into audit_unsealed select id from e";
        world.run(entry).await;
        sealed(world).await;
    }
}

#[tokio::test]
async fn cost_of_the_daily_proof_does_not_grow_with_the_log() {
    let world = World::create().await;
    work(&world, 0..1).await;
    sealed(&world).await;
    prove(&world.services).await.expect("proven");
    let statements = async || {
        world.clock.advance(Duration::minutes(1));
        let (proven, statements) = count_statements(prove(&world.services)).await;
        proven.expect("proven");
        statements
    };
    let few = statements().await;
    seal_each(&world, 150).await;
    assert!(statements().await <= few + 6, "a page of seals is two statements");
    assert_eq!(statements().await, few, "what was proven is not read again");
}
