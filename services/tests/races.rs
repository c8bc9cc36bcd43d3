//! Eight at the same moment, again and again: the rule holds every time. The last admin and the last
//! maintainer stand in `rights.rs`, the tries of an account beside the counting in `sign_in/tries.rs`.
//!
//! `cargo xtask soak` runs them a thousand times each.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::BudgetDraft;
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::permission::{CreateProject, ManageBudgets, ManageMembers};
use domain::project::{ProjectDraft, ProjectName};
use domain::role::{PlatformRole, ProjectRole};
use domain::violation::Violation;
use services::projects;
use services::testing::{World, rounds};
use services::{Error, budgets, members};
use sqlx::PgPool;
use std::sync::Arc;

const AT_ONCE: usize = 8;

/// Runs the same eight times at once; returns what each came to.
async fn race<F: Future<Output = Result<(), Error>> + Send + 'static>(
    start: impl Fn(usize) -> F,
) -> Vec<Result<(), Refusal>> {
    let tasks: Vec<_> = (0..AT_ONCE).map(|at| tokio::spawn(start(at))).collect();
    let mut came_to = Vec::new();
    for task in tasks {
        came_to.push(task.await.expect("no panic").map_err(Refusal::from));
    }
    came_to
}

fn done(came_to: &[Result<(), Refusal>]) -> usize {
    came_to.iter().filter(|one| one.is_ok()).count()
}

async fn count(pool: &PgPool, what: &'static str, id: uuid::Uuid) -> i64 {
    sqlx::query_scalar(what).bind(id).fetch_one(pool).await.expect(what)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn project_limit_holds_on_every_path_at_once() {
    let world = Arc::new(World::with(|settings| settings.project_limit = 3).await);
    let root = world.person("Root", PlatformRole::Admin).await;
    let mut projects = Vec::new();
    for number in 0..AT_ONCE {
        projects.push(world.project(&format!("project-{number}"), &root).await);
    }
    for round in 0..rounds(100, 1000) {
        let person = world.person(&format!("Person {round}"), PlatformRole::User).await.actor.user_id;
        let came_to = race(|at| {
            let can = root.can::<ManageMembers>(Target::Project(projects[at])).expect("an admin");
            let services = world.services.clone();
            async move { members::add(&services, &can, person, ProjectRole::Member).await.map(drop) }
        })
        .await;
        let refused = came_to.iter().filter(|one| matches!(one, Err(Refusal::Rule(_)))).count();
        assert_eq!((done(&came_to), refused), (3, AT_ONCE - 3), "round {round}: {came_to:?}");
        let held =
            count(world.services.pool(), "select count(*) from user_projects where user_id = $1", person.0).await;
        assert_eq!(held, 3, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_project_limit_holds_for_those_who_make_projects() {
    let world = Arc::new(World::with(|settings| settings.project_limit = 3).await);
    for round in 0..rounds(100, 1000) {
        let maker = world.person(&format!("Person {round}"), PlatformRole::User).await;
        let came_to = race(|at| {
            let can = maker.can::<CreateProject>(Target::Own).expect("everybody may");
            let (services, new) = (world.services.clone(), new_name(&format!("made-{round}-{at}")));
            async move { projects::create(&services, &can, new, &ProjectDraft::default()).await.map(drop) }
        })
        .await;
        assert_eq!(done(&came_to), 3, "round {round}: {came_to:?}");
        let made = "select count(*) from projects where created_by = $1";
        assert_eq!(count(world.services.pool(), made, maker.actor.user_id.0).await, 3, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_sent_twice_makes_one_thing() {
    let world = Arc::new(World::create().await);
    let root = world.person("Root", PlatformRole::Maintainer).await;
    for round in 0..rounds(100, 1000) {
        let name = format!("made-{round}");
        let came_to = race(|_| {
            let can = root.can::<CreateProject>(Target::Platform).expect("a maintainer");
            let (services, new) = (world.services.clone(), new_name(&name));
            async move { projects::create(&services, &can, new, &ProjectDraft::default()).await.map(drop) }
        })
        .await;
        let in_use = Err(Violation::ProjectNameTaken.into());
        assert_eq!(done(&came_to), 1, "round {round}: {came_to:?}");
        assert!(came_to.iter().all(|one| one.is_ok() || *one == in_use), "round {round}: {came_to:?}");
        let (id, rows): (uuid::Uuid, i64) =
            sqlx::query_as("select target_id, count(*) over () from audit_log where target = $1")
                .bind(&name)
                .fetch_one(world.services.pool())
                .await
                .expect("an audit row");
        assert_eq!(rows, 1, "round {round}: one is on record");

        let person = world.person(&format!("Person {round}"), PlatformRole::User).await.actor.user_id;
        let came_to = race(|_| {
            let can = root.can::<ManageMembers>(Target::Project(domain::id::ProjectId(id))).expect("a maintainer");
            let services = world.services.clone();
            async move { members::add(&services, &can, person, ProjectRole::Member).await.map(drop) }
        })
        .await;
        let already = Err(Violation::AlreadyMember.into());
        assert_eq!(done(&came_to), 1, "round {round}: {came_to:?}");
        assert!(came_to.iter().all(|one| one.is_ok() || *one == already), "round {round}: {came_to:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_edit_one_version_of_a_budget_one_saves_and_the_others_see_it() {
    let world = Arc::new(World::create().await);
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let can = root.can::<ManageBudgets>(Target::Platform).expect("a maintainer");
    let budget = budgets::create(&world.services, &can, None, &draft(0)).await.expect("a budget");
    for round in 0..rounds(100, 1000) {
        let version = i64::try_from(round + 1).expect("small");
        let came_to = race(|at| {
            let (services, can) = (world.services.clone(), can.clone());
            async move {
                let edit = Edit::of_version(version, draft(1 + round * AT_ONCE + at));
                budgets::edit(&services, &can, budget, edit).await.map(|_| ())
            }
        })
        .await;
        let winner = came_to.iter().position(Result::is_ok).expect("one saves");
        assert_eq!(done(&came_to), 1, "round {round}: {came_to:?}");
        for one in came_to.iter().filter_map(|one| one.as_ref().err()) {
            assert!(
                matches!(one, Refusal::Conflict(conflict) if conflict.version == version + 1),
                "round {round}: {one:?}"
            );
        }
        let (stored, hard): (i64, String) =
            sqlx::query_as("select version, trim_scale(hard_limit)::text from budgets where id = $1")
                .bind(budget.0)
                .fetch_one(world.services.pool())
                .await
                .expect("the budget");
        let saved = (2 + round * AT_ONCE + winner).to_string();
        assert_eq!((stored, hard), (version + 1, saved), "round {round}: what the winner saved stands");
        let edits = count(
            world.services.pool(),
            "select count(*) from audit_log where target_id = $1 and action = 'budget.edited'",
            budget.0,
        )
        .await;
        assert_eq!(edits, version, "round {round}: every save is on record");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn api_edits_at_once_keep_each_others_fields_and_one_version_is_saved_once() {
    let world = Arc::new(World::create().await);
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let can = root.can::<ManageBudgets>(Target::Platform).expect("a maintainer");
    let budget = budgets::create(&world.services, &can, None, &draft(0)).await.expect("a budget");
    let edit = |precondition: Precondition, round: usize, at: usize| {
        let (services, can) = (world.services.clone(), can.clone());
        let replace = move |stored: BudgetDraft| match at % 2 {
            0 => Ok(BudgetDraft { description: Some(format!("Round {round}")), ..stored }),
            _ => Ok(BudgetDraft { hard_limit: draft(round).hard_limit, ..stored }),
        };
        async move { budgets::edit(&services, &can, budget, Edit::new(precondition, replace)).await.map(drop) }
    };
    for round in 1..rounds(20, 1000) {
        let came_to = race(|at| edit(Precondition::None, round, at)).await;
        assert_eq!(done(&came_to), AT_ONCE, "round {round}: {came_to:?}");
        let stored: (i64, String, String) =
            sqlx::query_as("select version, description, trim_scale(hard_limit)::text from budgets where id = $1")
                .bind(budget.0)
                .fetch_one(world.services.pool())
                .await
                .expect("the budget");
        let version = i64::try_from(3 * round).expect("small");
        assert_eq!(stored, (version, format!("Round {round}"), (round + 1).to_string()), "each field once");
        let came_to = race(|at| edit(Precondition::from(version), 10_000 + round * AT_ONCE + at, 0)).await;
        assert_eq!(done(&came_to), 1, "round {round}: {came_to:?}");
    }
}

fn new_name(name: &str) -> ProjectName {
    ProjectName::parse(name).expect("a name")
}

/// A budget that nobody else saves: its hard limit is one above its number.
fn draft(number: usize) -> BudgetDraft {
    BudgetDraft::parse("Budget", "cli", "1", &(number + 1).to_string(), "30d").expect("a draft")
}
