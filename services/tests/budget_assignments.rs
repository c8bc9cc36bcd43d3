//! Which budget serves whom.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetDraft, Category, Holder};
use domain::draft::Edit;
use domain::error::Refusal;
use domain::id::{BudgetId, UserId};
use domain::permission::{ManageBudgets, ViewBudgets};
use domain::project::ProjectName;
use domain::role::PlatformRole;
use domain::user::UserKind;
use domain::violation::Violation;
use services::guard::{Caller, Can};
use services::testing::{World, problem, refusal, rule};
use services::{budgets, views};
use uuid::Uuid;

fn draft(name: &str, category: &str, soft: &str, hard: &str) -> BudgetDraft {
    BudgetDraft::parse(name, category, soft, hard, "30d").expect("a good draft")
}

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

fn manages(caller: &Caller) -> Can<ManageBudgets> {
    caller.can(Target::Platform).expect("a maintainer")
}

fn views(caller: &Caller) -> Can<ViewBudgets> {
    caller.can(Target::Platform).expect("may see budgets")
}

async fn create(world: &World, by: &Caller, name: &str, category: &str) -> BudgetId {
    budgets::create(&world.services, &manages(by), None, &draft(name, category, "40", "50")).await.expect("made")
}

async fn detail(world: &World, by: &Caller, budget: BudgetId) -> domain::budget::BudgetDetail {
    views::budgets::detail(&world.services, &views(by), budget).await.expect("there")
}

#[tokio::test]
async fn a_category_stays_while_the_budget_is_assigned() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    world.project("atlas", &mia).await;
    let id = create(&world, &mia, "Leads", "cli").await;
    let can = manages(&mia);
    let edit = || Edit::of_version(1, draft("Leads", "platform", "40", "50"));
    let change = async || budgets::edit(&world.services, &can, id, edit()).await;
    budgets::assign_to_user(&world.services, &can, id, mia.actor.user_id).await.expect("assigned");
    assert_eq!(problem(change().await, "category"), Violation::CategoryInUse);
    budgets::unassign_user(&world.services, &can, mia.actor.user_id, Category::Cli).await.expect("unassigned");
    budgets::assign_to_project(&world.services, &can, id, &named("atlas")).await.expect("assigned");
    assert_eq!(problem(change().await, "category"), Violation::CategoryInUse);
    budgets::unassign_project(&world.services, &can, &named("Atlas"), Category::Cli).await.expect("unassigned");
    change().await.expect("free again");
}

#[tokio::test]
async fn user_has_one_budget_a_category_and_the_change_is_audited() {
    let world = World::create().await;
    let (mia, bob) =
        (world.person("Mia", PlatformRole::Maintainer).await, world.person("Bob", PlatformRole::User).await);
    let can = manages(&mia);
    let (small, large) = (create(&world, &mia, "Small", "cli").await, create(&world, &mia, "Large", "cli").await);
    let premium = create(&world, &mia, "Premium", "premium_models").await;
    let person = bob.actor.user_id;
    for budget in [small, large, large, premium] {
        world.clock.advance(time::Duration::minutes(1));
        budgets::assign_to_user(&world.services, &can, budget, person).await.expect("assigned");
    }
    for (budget, count) in [(small, 0), (large, 1), (premium, 1)] {
        assert_eq!(detail(&world, &mia, budget).await.budget.user_count, count);
    }
    world.clock.advance(time::Duration::minutes(1));
    budgets::unassign_user(&world.services, &can, person, Category::Cli).await.expect("unassigned");
    let again = budgets::unassign_user(&world.services, &can, person, Category::Cli).await.expect("unassigned already");
    assert_eq!((again.name.as_str(), again.event), ("Large", None));
    let never = budgets::unassign_user(&world.services, &can, person, Category::Platform).await;
    assert_eq!(refusal(never), Refusal::NotFound);
    let audit: Vec<_> = world.audit(person.0).await.into_iter().map(|(action, _, lines)| (action, lines)).collect();
    let entry = |action: &str, line: &str| (action.to_owned(), vec![line.to_owned()]);
    assert_eq!(
        audit,
        [
            entry("user.budget_assigned", "cli_budget: - -> Small"),
            entry("user.budget_assigned", "cli_budget: Small -> Large"),
            entry("user.budget_assigned", "premium_models_budget: - -> Premium"),
            entry("user.budget_unassigned", "cli_budget: Large -> -"),
        ]
    );
}

#[tokio::test]
async fn a_shared_project_has_one_budget_a_category() {
    let world = World::create().await;
    let (mia, bob) =
        (world.person("Mia", PlatformRole::Maintainer).await, world.person("Bob", PlatformRole::User).await);
    let can = manages(&mia);
    let atlas = world.project("atlas", &bob).await;
    world.personal_project(&bob).await;
    let (small, large) = (create(&world, &mia, "Small", "cli").await, create(&world, &mia, "Large", "cli").await);
    for budget in [small, large, large] {
        world.clock.advance(time::Duration::minutes(1));
        budgets::assign_to_project(&world.services, &can, budget, &named("ATLAS")).await.expect("assigned");
    }
    let shown = detail(&world, &mia, large).await;
    assert_eq!((shown.budget.project_count, shown.budget.user_count), (1, 0));
    assert_eq!(shown.assignments[0].holder, Holder::Project { name: named("atlas"), title: "atlas".to_owned() });
    assert_eq!(shown.assignments[0].assigned_by.as_deref(), Some("Mia"));
    let personal = named("bob@example.com");
    let refused = rule(budgets::assign_to_project(&world.services, &can, small, &personal).await);
    assert_eq!(refused, Violation::PersonalProjectBudget);
    let missing = budgets::assign_to_project(&world.services, &can, small, &named("nowhere")).await;
    assert_eq!(problem(missing, "project"), Violation::UnknownProject);
    world.clock.advance(time::Duration::minutes(1));
    budgets::unassign_project(&world.services, &can, &named("atlas"), Category::Cli).await.expect("unassigned");
    let again = budgets::unassign_project(&world.services, &can, &named("atlas"), Category::Cli).await;
    assert_eq!(again.expect("unassigned already").name, "Large");
    let none = budgets::unassign_project(&world.services, &can, &named("nowhere"), Category::Cli).await;
    assert_eq!(refusal(none), Refusal::NotFound);
    let lines: Vec<_> =
        world.audit(atlas.0).await.into_iter().map(|(action, _, lines)| (action, lines.join(""))).collect();
    assert_eq!(
        lines,
        [
            ("project.budget_assigned".to_owned(), "cli_budget: - -> Small".to_owned()),
            ("project.budget_assigned".to_owned(), "cli_budget: Small -> Large".to_owned()),
            ("project.budget_unassigned".to_owned(), "cli_budget: Large -> -".to_owned()),
        ]
    );
}

#[tokio::test]
async fn unknown_or_deactivated_user_gets_no_budget() {
    let world = World::create().await;
    let (mia, bob) =
        (world.person("Mia", PlatformRole::Maintainer).await, world.person("Bob", PlatformRole::User).await);
    let id = create(&world, &mia, "Small", "cli").await;
    let unknown = UserId(Uuid::from_u128(7));
    let unknown = budgets::assign_to_user(&world.services, &manages(&mia), id, unknown).await;
    assert_eq!(problem(unknown, "person"), Violation::UnknownUser);
    let missing = BudgetId(Uuid::from_u128(7));
    let result = budgets::assign_to_user(&world.services, &manages(&mia), missing, bob.actor.user_id).await;
    assert_eq!(refusal(result), Refusal::NotFound);
    sqlx::raw_sql("update users set is_active = false where name = 'Bob'")
        .execute(world.services.pool())
        .await
        .expect("deactivated");
    let refused = rule(budgets::assign_to_user(&world.services, &manages(&mia), id, bob.actor.user_id).await);
    assert_eq!(refused, Violation::UserDeactivated { name: "Bob".to_owned() });
    assert_eq!(world.audit(bob.actor.user_id.0).await, []);
}

/// Each audit row begins where the one before it ended, however many assign at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_assignments_leave_one_budget_and_an_unbroken_history() {
    let world = World::create().await;
    let (mia, bob) =
        (world.person("Mia", PlatformRole::Maintainer).await, world.person("Bob", PlatformRole::User).await);
    let atlas = world.project("atlas", &mia).await;
    let person = bob.actor.user_id;
    let mut tasks = Vec::new();
    for n in 0..8 {
        let budget = create(&world, &mia, &format!("Budget {n}"), "cli").await;
        let (services, can) = (world.services.clone(), manages(&mia));
        tasks.push(tokio::spawn(async move {
            budgets::assign_to_user(&services, &can, budget, person).await?;
            budgets::assign_to_project(&services, &can, budget, &named("atlas")).await
        }));
    }
    for task in tasks {
        task.await.expect("no panic").expect("assigned");
    }
    for target in [person.0, atlas.0] {
        let edges: Vec<(Option<String>, String)> = sqlx::query_as(
            "select changes -> 0 ->> 'before', changes -> 0 ->> 'after' from audit_log
             where target_id = $1 and action like '%.budget_assigned'",
        )
        .bind(target)
        .fetch_all(world.services.pool())
        .await
        .expect("the audit log");
        assert_eq!(edges.len(), 8);
        let mut befores: Vec<_> = edges.iter().filter_map(|(before, _)| before.clone()).collect();
        befores.sort();
        befores.dedup();
        assert_eq!(befores.len(), 7, "each value was replaced once: {edges:?}");
    }
}

#[tokio::test]
async fn a_budget_tells_who_of_those_it_serves_is_from_outside() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let guest = world.person("Gus", PlatformRole::User).await;
    sqlx::query("update users set user_type = 'external' where id = $1")
        .bind(guest.actor.user_id.0)
        .execute(world.services.pool())
        .await
        .expect("a guest");
    let (can, budget) = (manages(&mia), create(&world, &mia, "Small", "cli").await);
    for person in [mia.actor.user_id, guest.actor.user_id] {
        budgets::assign_to_user(&world.services, &can, budget, person).await.expect("assigned");
    }
    let holders =
        detail(&world, &mia, budget).await.assignments.into_iter().map(|assignment| match assignment.holder {
            Holder::User { name, kind, .. } => (name, kind),
            Holder::Project { title, .. } => panic!("{title} is no person"),
        });
    let mut holders: Vec<_> = holders.collect();
    holders.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(holders, [("Gus".to_owned(), UserKind::External), ("Mia".to_owned(), UserKind::Regular)]);
}

#[tokio::test]
async fn undoing_an_assignment_locks_budgets_in_the_order_in_which_others_do() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let ada = world.row("Ada", PlatformRole::User).await;
    let budgets = [create(&world, &root, "One", "cli").await, create(&world, &root, "Two", "cli").await];
    let (first, last) = (budgets[0].min(budgets[1]), budgets[0].max(budgets[1]));
    budgets::assign_to_user(&world.services, &manages(&root), first, ada).await.expect("assigned");
    let assigned = budgets::assign_to_user(&world.services, &manages(&root), last, ada).await.expect("assigned");
    let event = assigned.event.expect("an event");

    let mut other = world.services.pool().begin().await.expect("a transaction");
    let lock = "select from budgets where id = $1 for update";
    sqlx::query(lock).bind(first.0).execute(&mut *other).await.expect("the first is locked");
    let (services, can) = (world.services.clone(), manages(&root));
    let undone = tokio::spawn(async move { budgets::undo_assignment(&services, &can, event).await });
    world.until_blocked(1).await;
    sqlx::query(lock).bind(last.0).execute(&mut *other).await.expect("so is the last, which is not locked yet");
    other.commit().await.expect("released");
    undone.await.expect("no panic").expect("undone");
}
