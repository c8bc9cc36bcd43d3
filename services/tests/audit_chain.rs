//! The audit log can be proven to be what was written.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::project::{ProjectDraft, ProjectName};
use domain::role::PlatformRole;
use services::Error;
use services::audit::{Fault, Gap, Head, Report, protect, prove, seal, verify};
use services::projects;
use services::testing::World;
use sqlx::{AssertSqlSafe, PgPool};
use std::sync::Arc;
use time::Duration;
use uuid::Uuid;

/// Makes projects, each of which is an entry.
async fn work(world: &World, names: std::ops::Range<usize>) {
    let root = world.person(&format!("Root {}", names.start), PlatformRole::Maintainer).await;
    let can = root.can(domain::actor::Target::Platform).expect("a maintainer");
    for number in names {
        let name = ProjectName::parse(&format!("made-{number}")).expect("a name");
        projects::create(&world.services, &can, name, &ProjectDraft::default()).await.expect("made");
    }
}

async fn sealed(world: &World) -> Head {
    seal(&world.services).await.expect("the database answers").expect("something waited")
}

async fn report(world: &World, known: Option<&Head>) -> Report {
    verify(&world.services, known).await.expect("the database answers")
}

/// As the owner of the tables.
async fn put_back(world: &World) -> Vec<Gap> {
    protect(world.services.database()).await.expect("the database answers")
}

/// As somebody does it who may do everything in the database.
async fn tamper(world: &World, statement: String) {
    let by_force = format!("set session_replication_role = replica; {statement}; reset session_replication_role");
    sqlx::raw_sql(AssertSqlSafe(by_force)).execute(world.services.pool()).await.expect("done");
}

/// Two seals, of three and of two entries, and one entry that waits.
async fn world() -> (World, Head, Vec<Uuid>) {
    let world = World::create().await;
    work(&world, 0..3).await;
    sealed(&world).await;
    work(&world, 3..5).await;
    let head = sealed(&world).await;
    work(&world, 5..6).await;
    let ids = sqlx::query_scalar("select target_id from audit_log order by ctid");
    let ids: Vec<Uuid> = ids.fetch_all(world.services.pool()).await.expect("the log");
    assert_eq!(ids.len(), 6);
    let entries = sqlx::query_scalar("select id from audit_log order by ctid");
    let entries = entries.fetch_all(world.services.pool()).await.expect("the log");
    (world, head, entries)
}

#[tokio::test]
async fn what_was_written_is_sealed_and_proven() {
    let (world, head, _) = world().await;
    let report = report(&world, Some(&head)).await;
    assert_eq!((report.sealed, report.waiting, &report.head), (5, 1, &Some(head)));
    assert_eq!(report.faults, []);
    assert_eq!(sealed(&world).await.number, 3);
    assert_eq!(seal(&world.services).await.expect("the database answers"), None, "nothing waits any more");
}

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
async fn sealing_with_lost_entries_seals_the_others_and_fails() {
    let (world, ..) = world().await;
    let notes = "insert into audit_unsealed select lpad(to_hex(n), 32, '0')::uuid from generate_series(0, 1499) n";
    sqlx::query(notes).execute(world.services.pool()).await.expect("notes");
    let fault = seal(&world.services).await.expect_err("lost entries");
    assert!(matches!(fault, Error::AuditEntriesLost(1_500)), "{fault}");
    let report = report(&world, None).await;
    assert_eq!((report.sealed, report.waiting), (6, 1_500), "the entry behind them is sealed");
    assert!(!report.faults.is_empty() && report.faults.iter().all(|fault| matches!(fault, Fault::Lost(_))));
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
async fn protection_that_a_restore_lost_is_found_and_put_back() {
    let (world, ..) = world().await;
    let pool = world.services.pool();
    assert_eq!(put_back(&world).await, []);
    let owner: String = sqlx::query_scalar("select current_user::text").fetch_one(pool).await.expect("a role");
    let lost = "grant update, delete on audit_log to current_user; grant truncate on audit_seals to public;
                drop trigger audit_log_append_only on audit_log;
                alter table audit_seals disable trigger audit_seals_append_only;
                select create_spend_partition('2026-03-01'); grant delete on spend_events_202603 to public;
                drop trigger spend_events_202603_append_only on spend_events_202603";
    sqlx::raw_sql(lost).execute(pool).await.expect("lost");
    let privilege = |table: &str, role: &str, privilege: &str| {
        let [table, role, privilege] = [table, role, privilege].map(str::to_owned);
        Fault::Unprotected(Gap::Privilege { table, role, privilege })
    };
    let missing = [
        privilege("audit_log", &owner, "DELETE"),
        privilege("audit_log", &owner, "UPDATE"),
        Fault::Unprotected(Gap::Trigger("audit_log".to_owned())),
        privilege("audit_seals", "PUBLIC", "TRUNCATE"),
        Fault::Unprotected(Gap::Trigger("audit_seals".to_owned())),
        privilege("spend_events_202603", "PUBLIC", "DELETE"),
        Fault::Unprotected(Gap::Trigger("spend_events_202603".to_owned())),
    ];
    assert_eq!(report(&world, None).await.faults, missing);
    assert_eq!(put_back(&world).await, []);
    assert_eq!(report(&world, None).await.faults, []);
    for table in ["audit_log", "audit_seals", "spend_events_202603"] {
        let statement = format!("delete from {table}");
        let refused = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(pool).await.expect_err(&statement);
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[tokio::test]
async fn protection_that_the_role_may_not_put_back_is_named() {
    let (world, ..) = world().await;
    let role = format!("bursar_test_{}", world.services.random().secret().to_lowercase().replace('-', "_"));
    let pool = world.services.pool();
    let run = async |statement: String| {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(pool).await.expect("done");
    };
    run(format!("create role {role}; grant select, insert, update on all tables in schema public to {role}")).await;
    let restricted = pool.connect_options().as_ref().clone().options([("role", &role)]);
    let restricted = PgPool::connect_lazy_with(restricted);
    let missing = protect(&restricted.clone().into()).await.expect("a role without rights is no fault");
    let of =
        |table: &str| Gap::Privilege { table: table.to_owned(), role: role.clone(), privilege: "UPDATE".to_owned() };
    assert_eq!(missing, ["audit_log", "audit_seals", "spend_events", "spend_events_other"].map(of));
    restricted.close().await;
    assert_eq!(put_back(&world).await, []);
    run(format!("drop owned by {role}; drop role {role}")).await;
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

#[tokio::test]
async fn rows_of_the_log_and_seals_cannot_be_changed_by_statements() {
    let (world, ..) = world().await;
    for table in ["audit_log", "audit_seals"] {
        for statement in ["update {} set hash = hash", "delete from {}", "truncate {} cascade"] {
            let column = if table == "audit_log" { "actor = actor" } else { "hash = hash" };
            let statement = statement.replace("{}", table).replace("hash = hash", column);
            let refused = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(world.services.pool()).await;
            assert!(refused.expect_err(&statement).to_string().contains("append-only"), "{statement}");
        }
        let rights: Vec<String> = sqlx::query_scalar(
            "select privilege_type::text from information_schema.table_privileges
             where table_name = $1 and privilege_type in ('UPDATE', 'DELETE', 'TRUNCATE')",
        )
        .bind(table)
        .fetch_all(world.services.pool())
        .await
        .expect("the rights");
        assert_eq!(rights, Vec::<String>::new(), "{table}");
    }
}

#[tokio::test]
async fn every_column_of_the_log_is_hashed() {
    let world = World::create().await;
    let columns: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns where table_name = 'audit_log' order by ordinal_position",
    )
    .fetch_all(world.services.pool())
    .await
    .expect("the columns");
    let hashed = [
        "id",
        "at",
        "actor_id",
        "actor",
        "session_id",
        "request_id",
        "action",
        "target_type",
        "target_id",
        "target",
        "changes",
        "reason",
    ];
    assert_eq!(columns, hashed, "a new column belongs into services/src/audit/digest.rs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_seal_while_others_write_make_one_chain() {
    let world = Arc::new(World::create().await);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { work(&world, writer * 100..writer * 100 + 25).await })
        })
        .collect();
    let sealers: Vec<_> = (0..3)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                for _ in 0..20 {
                    seal(&world.services).await.expect("the database answers");
                }
            })
        })
        .collect();
    for task in writers.into_iter().chain(sealers) {
        task.await.expect("no panic");
    }
    seal(&world.services).await.expect("the database answers");
    let report = report(&world, None).await;
    assert_eq!((report.sealed, report.waiting), (100, 0));
    assert_eq!(report.faults, []);
}

#[tokio::test]
async fn each_proof_is_kept_and_starts_from_the_last_seal_of_the_one_before() {
    let (world, ..) = world().await;
    let auditor = world.person("Aron", PlatformRole::Auditor).await;
    let can = auditor.can(domain::actor::Target::Platform).expect("an auditor");
    let last = async || services::views::audit::proof(&world.services, &can).await.expect("an answer");
    assert_eq!(last().await, None);
    prove(&world.services).await.expect("proven");
    let first = last().await.expect("a proof");
    assert_eq!((first.sealed, first.problems, first.problem), (5, 0, None));

    world.clock.advance(Duration::minutes(1));
    tamper(&world, "delete from audit_seals where number = 2".to_owned()).await;
    let fault = prove(&world.services).await.expect_err("the end was cut off");
    assert!(matches!(fault, Error::AuditBroken(..)), "{fault}");
    let second = last().await.expect("a proof");
    assert!(second.problems > 0 && second.verified_at > first.verified_at, "{second:?}");
    assert_eq!(second.problem.as_deref(), Some("seal 2 is missing"));
}
