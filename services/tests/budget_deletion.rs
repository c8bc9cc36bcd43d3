//! Deleting budgets.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetDraft, BudgetSlug, Category, HolderCounts};
use domain::draft::Precondition;
use domain::error::Refusal;
use domain::id::{BudgetId, ProjectId};
use domain::permission::{DeleteProject, ManageBudgets, ViewBudgets};
use domain::project::ProjectName;
use domain::role::PlatformRole;
use services::Error;
use services::guard::{Caller, Can};
use services::testing::{World, count_statements, refusal, rule};
use services::views::budgets as budget_view;
use services::{budgets, projects};
use std::fmt::Debug;

const UNASSIGNED: HolderCounts = HolderCounts { users: 0, projects: 0, deleted_projects: 0, fingerprint: 0 };

fn manages(caller: &Caller) -> Can<ManageBudgets> {
    caller.can(Target::Platform).expect("a maintainer")
}

fn code<T: Debug>(result: Result<T, Error>) -> &'static str {
    rule(result).code()
}

async fn create(world: &World, by: &Caller, name: &str) -> BudgetId {
    let mut draft = BudgetDraft::parse(name, "cli", "40.000000001", "123456789.123456789", "30d").expect("a draft");
    draft.description = Some(format!("About {name}"));
    let slug = BudgetSlug::parse(&name.to_lowercase()).expect("a slug");
    budgets::create(&world.services, &manages(by), Some(&slug), &draft).await.expect("created")
}

async fn row(world: &World, budget: BudgetId) -> Option<String> {
    let row = sqlx::query_scalar("select b::text from budgets b where id = $1").bind(budget.0);
    row.fetch_optional(world.services.pool()).await.expect("read")
}

async fn assign_to_many(world: &World, budget: BudgetId, count: i32) {
    sqlx::query(
        "with made as (
           insert into users (id, email, name, auth_source)
           select gen_random_uuid(), n || '.' || $1 || '@example.com', 'Many ' || n, 'local' from generate_series(1, $2) n
           returning id)
         insert into user_budgets (user_id, category, budget_id) select id, 'cli', $1 from made",
    )
    .bind(budget.0)
    .bind(count)
    .execute(world.services.pool())
    .await
    .expect("assigned");
}

/// A budget held by two users, a project and a deleted project.
async fn assigned_everywhere(world: &World, mia: &Caller) -> (BudgetId, [uuid::Uuid; 2], ProjectId, ProjectId) {
    let bob = world.person("Bob", PlatformRole::User).await;
    let (atlas, gone) = (world.project("atlas", mia).await, world.project("gone", mia).await);
    let (budget, can) = (create(world, mia, "Leads").await, manages(mia));
    for user in [mia.actor.user_id, bob.actor.user_id] {
        budgets::assign_to_user(&world.services, &can, budget, user).await.expect("assigned");
    }
    for project in ["atlas", "gone"] {
        let name = ProjectName::parse_existing(project).expect("a name");
        budgets::assign_to_project(&world.services, &can, budget, &name).await.expect("assigned");
    }
    let delete = mia.can::<DeleteProject>(Target::Project(gone)).expect("a maintainer");
    projects::delete(&world.services, &delete, Precondition::None).await.expect("deleted");
    (budget, [mia.actor.user_id.0, bob.actor.user_id.0], atlas, gone)
}

const EVERYWHERE: HolderCounts = HolderCounts { users: 2, projects: 1, deleted_projects: 1, fingerprint: 0 };

async fn holders(world: &World, by: &Caller, budget: BudgetId) -> HolderCounts {
    budgets::holders(&world.services, &manages(by), budget).await.expect("counts")
}

#[tokio::test]
async fn deleting_an_unassigned_budget_can_be_undone_once() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let (budget, can) = (create(&world, &mia, "Leads").await, manages(&mia));
    let before = row(&world, budget).await;
    world.clock.advance(time::Duration::minutes(1));
    let deleted = budgets::delete(&world.services, &can, budget, UNASSIGNED).await.expect("deleted");
    assert_eq!((deleted.name.as_str(), row(&world, budget).await), ("Leads", None));
    assert_eq!(refusal(budgets::delete(&world.services, &can, budget, UNASSIGNED).await), Refusal::NotFound);
    let event = deleted.event.expect("can be undone");
    let restored = budgets::undo_deletion(&world.services, &can, event).await.expect("restored");
    assert_eq!(restored, (budget, "Leads".to_owned()));
    assert_eq!(row(&world, budget).await, before, "every column, to the last decimal");
    assert_eq!(code(budgets::undo_deletion(&world.services, &can, event).await), "undo_expired");
    let audit: Vec<_> = world.audit(budget.0).await.into_iter().skip(1).collect();
    assert_eq!((audit[0].0.as_str(), audit[1].0.as_str()), ("budget.deleted", "budget.deletion_undone"));
    let lines = audit[0].2.join("\n");
    for line in ["name: Leads -> -", "hard_limit: 123456789.123456789 -> -", "description: About Leads -> -"] {
        assert!(lines.contains(line), "{lines}");
    }
    assert_eq!(audit[1].2, [format!("undoes: - -> {event}")]);
}

#[tokio::test]
async fn undoing_a_deletion_is_refused_when_the_name_was_taken() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let (budget, can) = (create(&world, &mia, "Leads").await, manages(&mia));
    let deleted = budgets::delete(&world.services, &can, budget, UNASSIGNED).await.expect("deleted");
    create(&world, &mia, "LEADS").await;
    let undone = budgets::undo_deletion(&world.services, &can, deleted.event.expect("an event")).await;
    assert_eq!(code(undone), "budget_name_taken_since");
    assert_eq!(row(&world, budget).await, None);
}

#[tokio::test]
async fn assigned_budget_is_deleted_only_with_the_exact_number_of_its_holders() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let (budget, ..) = assigned_everywhere(&world, &mia).await;
    let can = manages(&mia);
    let preview = holders(&world, &mia, budget).await;
    assert_eq!(HolderCounts { fingerprint: 0, ..preview }, EVERYWHERE);
    let refused = rule(budgets::delete(&world.services, &can, budget, UNASSIGNED).await);
    assert_eq!(refused.code(), "budget_assigned");
    assert!(refused.to_string().contains("2 users, 1 project and 1 deleted project"), "{refused}");
    for other in [
        HolderCounts { users: 1, ..preview },
        HolderCounts { projects: 2, ..preview },
        HolderCounts { deleted_projects: 0, ..preview },
    ] {
        assert_eq!(code(budgets::delete(&world.services, &can, budget, other).await), "holders_changed", "{other}");
    }
    assert_eq!(holders(&world, &mia, budget).await, preview, "nothing changed");
}

#[tokio::test]
async fn budget_is_kept_when_another_user_took_the_place_of_a_holder() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let eve = world.person("Eve", PlatformRole::User).await;
    let (budget, ..) = assigned_everywhere(&world, &mia).await;
    let can = manages(&mia);
    let confirmed = holders(&world, &mia, budget).await;
    budgets::unassign_user(&world.services, &can, mia.actor.user_id, Category::Cli).await.expect("unassigned");
    budgets::assign_to_user(&world.services, &can, budget, eve.actor.user_id).await.expect("assigned");
    assert_eq!(HolderCounts { fingerprint: 0, ..holders(&world, &mia, budget).await }, EVERYWHERE);
    assert_eq!(code(budgets::delete(&world.services, &can, budget, confirmed).await), "holders_changed");
    assert!(row(&world, budget).await.is_some());
}

#[tokio::test]
async fn deleting_an_assigned_budget_unassigns_every_holder_and_audits_each() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let (budget, users, atlas, gone) = assigned_everywhere(&world, &mia).await;
    let (other, can) = (create(&world, &mia, "Other").await, manages(&mia));
    let eve = world.person("Eve", PlatformRole::User).await;
    budgets::assign_to_user(&world.services, &can, other, eve.actor.user_id).await.expect("assigned");
    let all = holders(&world, &mia, budget).await;
    let deleted = budgets::delete(&world.services, &can, budget, all).await.expect("deleted");
    assert_eq!((deleted.event, row(&world, budget).await), (None, None), "cannot be undone");
    for (target, action) in [(users[0], "user"), (users[1], "user"), (atlas.0, "project")] {
        let (last, actor, lines) = world.audit(target).await.pop().expect("an event");
        assert_eq!((last, actor.as_str()), (format!("{action}.budget_unassigned"), "mia@example.com"));
        assert_eq!(lines, ["cli_budget: Leads -> -"]);
    }
    let lines = world.audit(budget.0).await.pop().expect("an event").2.join("\n");
    for line in ["users: 2 -> -", "projects: 1 -> -", "deleted_projects: 1 -> -"] {
        assert!(lines.contains(line), "{lines}");
    }
    let view = mia.can::<ViewBudgets>(Target::Platform).expect("a maintainer");
    let kept = budget_view::detail(&world.services, &view, other).await.expect("another budget");
    assert_eq!(kept.budget.user_count, 1, "other budgets keep their holders");
    let name = ProjectName::parse_existing("gone").expect("a name");
    let restore = projects::may_restore(&world.services, &mia, &name).await.expect("may restore");
    projects::restore(&world.services, &restore).await.expect("restored");
    let count = sqlx::query_scalar::<_, i64>("select count(*) from project_budgets where project_id = $1").bind(gone.0);
    assert_eq!(count.fetch_one(world.services.pool()).await.expect("a count"), 0);
}

#[tokio::test]
async fn deletion_runs_as_many_statements_for_three_hundred_holders_as_for_one() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let can = manages(&mia);
    let mut statements = Vec::new();
    for (name, holders) in [("One", 1), ("Many", 300)] {
        let budget = create(&world, &mia, name).await;
        assign_to_many(&world, budget, holders).await;
        let (counts, read) = count_statements(budgets::holders(&world.services, &can, budget)).await;
        let counts = counts.expect("counts");
        assert_eq!(counts.users, i64::from(holders));
        let (deleted, ran) = count_statements(budgets::delete(&world.services, &can, budget, counts)).await;
        deleted.expect("deleted");
        statements.push((read, ran));
    }
    assert_eq!(statements[0], statements[1]);
    let unsealed = "select count(*) from audit_unsealed w join audit_log a on a.id = w.entry where a.action = 'user.budget_unassigned'";
    let audited: i64 = sqlx::query_scalar(unsealed).fetch_one(world.services.pool()).await.expect("a count");
    assert_eq!(audited, 301, "each event waits for its seal");
}

/// Whichever comes first, the assignment or the deletion, no holder of a deleted budget is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn assignment_during_a_deletion_is_refused_or_refuses_it() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    for round in 0..10 {
        let (budget, can) = (create(&world, &mia, &format!("Leads{round}")).await, manages(&mia));
        let (assigned, deleted) = tokio::join!(
            budgets::assign_to_user(&world.services, &can, budget, mia.actor.user_id),
            budgets::delete(&world.services, &can, budget, UNASSIGNED),
        );
        match (assigned, deleted) {
            (Ok(_), refused) => assert_eq!(code(refused), "budget_assigned"),
            (refused, Ok(_)) => assert_eq!(refusal(refused), Refusal::NotFound),
            (assigned, deleted) => panic!("neither: {assigned:?}, {deleted:?}"),
        }
    }
}
