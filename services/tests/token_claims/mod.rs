//! What the claims of a token lead to: who is refused and why, which account and which personal project they mean.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod names;
mod personal_project;
mod refused;
mod subjects;
mod unverified;

use domain::project::ProjectKind;
use domain::role::ProjectRole;
use services::guard::Caller;
use services::testing::World;
use services::views;

/// A shared project that nobody is in.
async fn project(world: &World, name: &str) {
    let sql =
        "insert into projects (id, name, description, project_type) values (gen_random_uuid(), $1, 'x', 'shared')";
    sqlx::query(sql).bind(name).execute(world.services.pool()).await.expect("a project with a new name");
}

/// Name, kind and role of the user's projects, as My access shows them.
async fn own(world: &World, caller: &Caller) -> Vec<(String, ProjectKind, ProjectRole)> {
    let caller = world.again(caller).await.expect("signed in");
    let own = views::my_access::load(&world.services, &caller).await.expect("one's own");
    own.projects.into_iter().map(|project| (project.name.to_string(), project.kind, project.role)).collect()
}

fn personal(name: &str) -> (String, ProjectKind, ProjectRole) {
    (name.to_owned(), ProjectKind::Personal, ProjectRole::Owner)
}

fn shared(name: &str) -> (String, ProjectKind, ProjectRole) {
    (name.to_owned(), ProjectKind::Shared, ProjectRole::Member)
}
