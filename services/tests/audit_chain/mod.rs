//! The audit log can be proven to be what was written.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod proof;
mod protection;
mod sealing;
mod tampering;

use domain::project::{ProjectDraft, ProjectName};
use domain::role::PlatformRole;
use services::audit::{Head, Report, seal, verify};
use services::projects;
use services::testing::World;
use sqlx::AssertSqlSafe;
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

/// Changes rows as a superuser of the database can.
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
