//! What keeps statements from changing the log, and what is missing of it.

use super::{report, world};
use services::audit::{Fault, Gap, protect};
use services::testing::World;
use sqlx::{AssertSqlSafe, PgPool};

/// As the owner of the tables.
async fn put_back(world: &World) -> Vec<Gap> {
    protect(world.services.database()).await.expect("the database answers")
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
