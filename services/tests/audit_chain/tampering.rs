//! What was changed, removed or added in the database.

use super::{report, sealed, tamper, world};
use services::audit::Fault;
use time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn every_kind_of_tampering_is_found() {
    let (world, head, entries) = world().await;
    let (second, waiting, other) = (entries[1], entries[5], Uuid::from_u128(7));
    let whole = "select * from audit_log";
    for (statement, undo, faults) in [
        (
            format!("update audit_log set actor = actor || 'x' where id = '{second}'"),
            format!("update audit_log set actor = left(actor, -1) where id = '{second}'"),
            vec![Fault::Changed(1)],
        ),
        (
            format!("update audit_log set changes = jsonb_set(changes, '{{0,after}}', '\"y\"') where id = '{second}'"),
            format!("update audit_log set changes = jsonb_set(changes, '{{0,after}}', '\"made-1\"') where id = '{second}'"),
            vec![Fault::Changed(1)],
        ),
        (
            format!("create table kept as {whole} where id = '{second}'; delete from audit_log where id = '{second}'"),
            "insert into audit_log select * from kept; drop table kept".to_owned(),
            vec![Fault::NoEntry(1, second), Fault::Changed(1)],
        ),
        (
            format!(
                "insert into audit_log select '{other}', at, actor_id, actor, session_id, request_id, action, target_type,
                        target_id, target, changes, reason from audit_log where id = '{second}'"
            ),
            format!("delete from audit_log where id = '{other}'"),
            vec![Fault::Foreign(other)],
        ),
        (
            "create table kept as select * from audit_seals where number = 1; delete from audit_seals where number = 1".to_owned(),
            "insert into audit_seals select * from kept; drop table kept".to_owned(),
            vec![Fault::NoSeal(1), Fault::Changed(2), Fault::Foreign(entries[0]), Fault::Foreign(entries[1]), Fault::Foreign(entries[2])],
        ),
        (
            format!("create table kept as {whole} where id = '{waiting}'; delete from audit_log where id = '{waiting}'"),
            "insert into audit_log select * from kept; drop table kept".to_owned(),
            vec![Fault::Lost(waiting)],
        ),
        (
            format!(
                "create table kept as {whole} where id = '{second}'; update kept set id = '{other}';
                 insert into audit_log select * from kept; drop table kept;
                 insert into audit_seals values (-1, now(), array['{other}'::uuid], '\\x00')"
            ),
            format!("delete from audit_log where id = '{other}'; delete from audit_seals where number = -1"),
            vec![Fault::StraySeal(-1), Fault::Foreign(other)],
        ),
        (
            format!("insert into audit_seals values ({}, now(), '{{}}', '\\x00')", i64::MAX),
            format!("delete from audit_seals where number = {}", i64::MAX),
            vec![Fault::NoSeals(3, i64::MAX - 1), Fault::Changed(i64::MAX)],
        ),
        (
            "create table kept as select * from audit_seals; update audit_seals set hash = '\\x00' where number = 1".to_owned(),
            "update audit_seals s set hash = k.hash from kept k where k.number = s.number; drop table kept".to_owned(),
            vec![Fault::Changed(1), Fault::Changed(2)],
        ),
        (
            format!("insert into audit_unsealed values ('{other}')"),
            format!("delete from audit_unsealed where entry = '{other}'"),
            vec![Fault::Lost(other)],
        ),
    ] {
        tamper(&world, statement.clone()).await;
        let mut found = report(&world, None).await.faults;
        found.sort_by_key(|fault| format!("{:?}", faults.iter().position(|one| one == fault)));
        assert_eq!(found, faults, "{statement}");
        tamper(&world, undo.clone()).await;
        assert_eq!(report(&world, Some(&head)).await.faults, [], "{undo}");
    }
}

#[tokio::test]
async fn entries_that_wait_longer_than_ten_minutes_fail_the_check() {
    let (world, ..) = world().await;
    let written_at = world.clock.now();
    world.clock.advance(Duration::minutes(10));
    assert_eq!(report(&world, None).await.faults, []);
    world.clock.advance(Duration::seconds(1));
    assert_eq!(report(&world, None).await.faults, [Fault::Waiting(written_at)]);
    sealed(&world).await;
    assert_eq!(report(&world, None).await.faults, []);
}

#[tokio::test]
async fn what_was_cut_off_or_written_anew_is_found_with_the_seal_kept_elsewhere() {
    let (world, head, entries) = world().await;
    let cut = format!(
        "delete from audit_seals where number = 2; delete from audit_log where id in ('{}', '{}')",
        entries[3], entries[4]
    );
    tamper(&world, cut).await;
    assert_eq!(report(&world, None).await.faults, [], "alone, the shorter chain looks whole");
    assert_eq!(report(&world, Some(&head)).await.faults, [Fault::NoSeal(2)]);
    sealed(&world).await;
    assert_eq!(report(&world, Some(&head)).await.faults, [Fault::Rewritten(2, head.hash.clone())]);
}
