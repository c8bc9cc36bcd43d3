//! Undo restores what a change removed, exactly, or says why it does not.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::Category;
use domain::draft::Precondition;
use domain::error::Refusal;
use domain::id::{EventId, ProjectId, UserId};
use domain::permission::{Asks, DeleteProject, GrantAuditor, GrantRoles, ManageBudgets, ManageMembers, ManageUsers};
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use domain::violation::Violation;
use services::guard::{Caller, Can};
use services::members::WithoutAdmin;
use services::testing::{World, refusal, rule};
use services::undo::{Changed, UNDO_WINDOW};
use services::{budgets, members, projects, users};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

const BUDGET: Uuid = Uuid::from_u128(0x1000);
const OTHER_BUDGET: Uuid = Uuid::from_u128(0x1001);

fn can<P: Asks>(caller: &Caller) -> Can<P> {
    caller.can(Target::Platform).expect("the right")
}

async fn in_project<P: Asks>(world: &World, caller: &Caller, project: ProjectId) -> Can<P> {
    world.again(caller).await.expect("signed in").can(Target::Project(project)).expect("the right")
}

fn event(changed: Changed) -> EventId {
    changed.event.expect("something changed")
}

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

/// A row of the database as text, whole.
async fn rows(world: &World, table: &str) -> Vec<String> {
    let sql = match table {
        "user_projects" => "select t::text from user_projects t order by 1",
        "user_budgets" => "select t::text from user_budgets t order by 1",
        "project_budgets" => "select t::text from project_budgets t order by 1",
        "roles" => "select (name, is_admin, is_maintainer, is_auditor, is_active)::text from users order by 1",
        other => panic!("no such table: {other}"),
    };
    sqlx::query_scalar(sql).fetch_all(world.services.pool()).await.expect("rows")
}

/// The id, as text, of the only audit event with an action.
async fn audit_id(world: &World, action: &str) -> String {
    let id: Uuid = sqlx::query_scalar("select id from audit_log where action = $1")
        .bind(action)
        .fetch_one(world.services.pool())
        .await
        .expect("one event");
    id.to_string()
}

/// The project "tutor" of Root, in which Zelda has been project admin since 2025, as Wei granted it.
struct Tutor {
    world: World,
    root: Caller,
    zelda: UserId,
    project: ProjectId,
}

async fn tutor() -> Tutor {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let wei = world.row("Wei", PlatformRole::Admin).await;
    let zelda = world.row("Zelda", PlatformRole::User).await;
    let project = world.project("tutor", &root).await;
    world.member(project, zelda, ProjectRole::Admin).await;
    sqlx::query(
        "update user_projects set granted_by = $1, created_at = '2025-05-22 10:11:12.131415Z' where user_id = $2",
    )
    .bind(wei.0)
    .bind(zelda.0)
    .execute(world.services.pool())
    .await
    .expect("a membership of last year");
    Tutor { world, root, zelda, project }
}

#[tokio::test]
async fn undone_removal_restores_since_granted_by_and_role() {
    let Tutor { world, root, zelda, project } = tutor().await;
    let before = rows(&world, "user_projects").await;
    let can = in_project::<ManageMembers>(&world, &root, project).await;
    let removed = members::remove(&world.services, &can, zelda, WithoutAdmin::Refuse).await.expect("removed");
    assert_eq!(removed.name, "Zelda");
    world.clock.advance(Duration::minutes(3));
    let event = event(removed);
    let restored = members::undo(&world.services, &can, event).await.expect("restored");
    assert_eq!(restored, ("Zelda".to_owned(), Some(ProjectRole::Admin)));
    assert_eq!(rows(&world, "user_projects").await, before, "since when and by whom, to the microsecond");

    let audit = world.audit(project.0).await;
    let actions: Vec<&str> = audit.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(actions, ["project.member_removed", "project.member_removal_undone"]);
    assert_eq!(event.to_string(), audit_id(&world, "project.member_removed").await);
    assert_eq!(
        audit[1].2,
        ["person: - -> zelda@example.com", "role: - -> admin", &format!("undoes: - -> {event}")],
        "the second event points to the first"
    );
    let again = rule(members::undo(&world.services, &can, event).await);
    assert_eq!(again, Violation::UndoExpired { minutes: 10 });
}

#[tokio::test]
async fn undone_role_change_restores_the_role() {
    let Tutor { world, root, zelda, project } = tutor().await;
    let before = rows(&world, "user_projects").await;
    let can = in_project::<ManageMembers>(&world, &root, project).await;
    let change = || members::change_role(&world.services, &can, zelda, ProjectRole::Member, WithoutAdmin::Refuse);
    let demoted = event(change().await.expect("demoted"));
    assert_eq!(change().await.expect("the same again").event, None);
    members::undo(&world.services, &can, demoted).await.expect("restored");
    assert_eq!(rows(&world, "user_projects").await, before);
    let (action, _, lines) = world.audit(project.0).await.pop().expect("an event");
    assert_eq!(action, "project.member_role_change_undone");
    assert_eq!(lines, ["person: - -> zelda@example.com", "role: member -> admin", &format!("undoes: - -> {demoted}")]);
}

#[tokio::test]
async fn undone_addition_removes_exactly_the_membership_that_was_added() {
    let Tutor { world, root, project, .. } = tutor().await;
    let ada = world.row("Ada", PlatformRole::User).await;
    let (services, before) = (&world.services, rows(&world, "user_projects").await);
    let can = in_project::<ManageMembers>(&world, &root, project).await;
    let add = async |role| event(members::add(services, &can, ada, role).await.expect("added"));

    let added = add(ProjectRole::Member).await;
    assert_eq!(members::undo(services, &can, added).await.expect("undone"), ("Ada".to_owned(), None));
    assert_eq!(rows(&world, "user_projects").await, before);
    let (action, _, lines) = world.audit(project.0).await.pop().expect("an event");
    assert_eq!(action, "project.member_addition_undone");
    assert_eq!(lines, ["person: ada@example.com -> -", "role: member -> -", &format!("undoes: - -> {added}")]);

    let added = add(ProjectRole::Member).await;
    members::remove(services, &can, ada, WithoutAdmin::Refuse).await.expect("removed");
    let (name, tutor) = ("Ada".to_owned(), "tutor".to_owned());
    let removed = Violation::MemberRemovedSince { name: name.clone(), project: tutor.clone() };
    assert_eq!(rule(members::undo(services, &can, added).await), removed);
    world.clock.advance(Duration::minutes(1));
    add(ProjectRole::Member).await;
    let again = Violation::MemberAddedAgain { name: name.clone(), project: tutor };
    assert_eq!(rule(members::undo(services, &can, added).await), again, "that is another membership");

    members::remove(services, &can, ada, WithoutAdmin::Refuse).await.expect("removed");
    let added = add(ProjectRole::Member).await;
    members::change_role(services, &can, ada, ProjectRole::Admin, WithoutAdmin::Refuse).await.expect("promoted");
    assert_eq!(rule(members::undo(services, &can, added).await), Violation::RoleChangedSince { name });
}

#[tokio::test]
async fn membership_changed_since_is_not_undone() {
    let Tutor { world, root, zelda, project } = tutor().await;
    let can = in_project::<ManageMembers>(&world, &root, project).await;
    let services = &world.services;
    let demoted = members::change_role(services, &can, zelda, ProjectRole::Member, WithoutAdmin::Refuse).await;
    let demoted = event(demoted.expect("demoted"));
    let promoted = members::change_role(services, &can, zelda, ProjectRole::Admin, WithoutAdmin::Refuse).await;
    let promoted = event(promoted.expect("promoted"));
    assert_eq!(
        rule(members::undo(services, &can, demoted).await),
        Violation::RoleChangedSince { name: "Zelda".to_owned() }
    );
    let removed = event(members::remove(services, &can, zelda, WithoutAdmin::Refuse).await.expect("removed"));
    assert_eq!(
        rule(members::undo(services, &can, promoted).await),
        Violation::MemberRemovedSince { name: "Zelda".to_owned(), project: "tutor".to_owned() }
    );
    members::add(services, &can, zelda, ProjectRole::Member).await.expect("added again");
    assert_eq!(
        rule(members::undo(services, &can, removed).await),
        Violation::MemberAddedAgain { name: "Zelda".to_owned(), project: "tutor".to_owned() }
    );
    assert_eq!(world.audit(project.0).await.len(), 4, "no refused undo is on record");
}

#[tokio::test]
async fn undone_removal_keeps_the_rules_of_membership() {
    let Tutor { world, root, zelda, project } = tutor().await;
    let can = in_project::<ManageMembers>(&world, &root, project).await;
    let removed = event(members::remove(&world.services, &can, zelda, WithoutAdmin::Refuse).await.expect("removed"));
    world.run("update users set is_active = false where name = 'Zelda'").await;
    let refused = rule(members::undo(&world.services, &can, removed).await);
    assert_eq!(refused, Violation::UsersDeactivated { names: "Zelda".to_owned() });
    world.run("update users set is_active = true, project_limit = 0 where name = 'Zelda'").await;
    let refused = rule(members::undo(&world.services, &can, removed).await);
    assert_eq!(refused, Violation::ProjectLimitReached { name: "Zelda".to_owned(), used: 0, allowed: 0 });
    world.run("update users set project_limit = null where name = 'Zelda'").await;
    members::undo(&world.services, &can, removed).await.expect("a refused undo can be tried again");
}

#[tokio::test]
async fn undo_belongs_to_its_user_project_and_ten_minutes() {
    let Tutor { world, root, zelda, project } = tutor().await;
    let other_admin = world.person("Otto", PlatformRole::Maintainer).await;
    let other_project = world.project("other", &root).await;
    let services = &world.services;
    let can_remove = in_project::<ManageMembers>(&world, &root, project).await;
    let removed = event(members::remove(services, &can_remove, zelda, WithoutAdmin::Refuse).await.expect("removed"));
    let by_other = in_project::<ManageMembers>(&world, &other_admin, project).await;
    let elsewhere = in_project::<ManageMembers>(&world, &root, other_project).await;
    let nothing = Violation::UndoExpired { minutes: 10 };
    assert_eq!(rule(members::undo(services, &by_other, removed).await), nothing);
    assert_eq!(refusal(members::undo(services, &elsewhere, removed).await), Refusal::NotFound);
    assert_eq!(rule(users::undo_deactivation(services, &can(&root), removed).await), nothing, "another action");
    assert_eq!(rule(members::undo(services, &can_remove, EventId(Uuid::from_u128(7))).await), nothing);
    world.clock.advance(UNDO_WINDOW);
    let root = world.signed_in(root.actor.user_id).await;
    let can = in_project::<ManageMembers>(&world, &root, project).await;
    assert_eq!(rule(members::undo(services, &can, removed).await), nothing);

    let kept = || sqlx::query_scalar::<_, i64>("select count(*) from undo_records").fetch_one(services.pool());
    assert_eq!(kept().await.expect("a count"), 1);
    members::add(services, &can, zelda, ProjectRole::Admin).await.expect("added");
    assert_eq!(kept().await.expect("a count"), 1, "what has expired is deleted with the next change");
}

#[tokio::test]
async fn undone_grant_restores_every_role_column() {
    let world = World::create().await;
    let mira = world.person("Mira", PlatformRole::Maintainer).await;
    let zelda = world.row("Zelda", PlatformRole::User).await;
    for former in [
        "update users set is_admin = false, is_maintainer = false, is_auditor = false where name = 'Zelda'",
        "update users set is_admin = false, is_maintainer = false, is_auditor = true where name = 'Zelda'",
        "update users set is_admin = true, is_maintainer = false, is_auditor = false where name = 'Zelda'",
        "update users set is_admin = true, is_maintainer = false, is_auditor = true where name = 'Zelda'",
        "update users set is_admin = true, is_maintainer = true, is_auditor = true where name = 'Zelda'",
    ] {
        world.run(former).await;
        let before = rows(&world, "roles").await;
        for role in PlatformRole::ALL {
            let can_grant = can_grant(&mira);
            let set = || users::set_platform_role(&world.services, &can_grant, zelda, role);
            let changed = match set().await {
                Err(_) => {
                    world.reauthenticate(&mira).await;
                    set().await.expect("granted")
                }
                changed => changed.expect("granted"),
            };
            let Some(event) = changed.event else { continue };
            assert_ne!(rows(&world, "roles").await, before);
            let undone = users::undo_role_change(&world.services, &can::<GrantAuditor>(&mira), event).await;
            assert_eq!(undone.expect("restored").0, "Zelda");
            assert_eq!(rows(&world, "roles").await, before, "{former} {role:?}");
            let (action, _, lines) = world.audit(zelda.0).await.pop().expect("an event");
            assert_eq!(action, "user.role_change_undone");
            assert!(lines.contains(&format!("undoes: - -> {event}")), "{lines:?}");
        }
    }
}

fn can_grant(caller: &Caller) -> Can<GrantRoles> {
    can(caller)
}

#[tokio::test]
async fn role_changed_since_is_not_undone() {
    let world = World::create().await;
    let mira = world.person("Mira", PlatformRole::Maintainer).await;
    let zelda = world.row("Zelda", PlatformRole::User).await;
    let services = &world.services;
    let granted = users::set_platform_role(services, &can_grant(&mira), zelda, PlatformRole::Admin).await;
    let granted = event(granted.expect("granted"));
    users::set_platform_role(services, &can_grant(&mira), zelda, PlatformRole::Auditor).await.expect("replaced");
    let refused = rule(users::undo_role_change(services, &can(&mira), granted).await);
    assert_eq!(refused, Violation::RoleChangedSince { name: "Zelda".to_owned() });
}

#[tokio::test]
async fn admin_who_is_no_maintainer_any_more_undoes_no_grant() {
    let world = World::create().await;
    let mira = world.person("Mira", PlatformRole::Maintainer).await;
    let zelda = world.row("Zelda", PlatformRole::Admin).await;
    let services = &world.services;
    let revoked = users::set_platform_role(services, &can_grant(&mira), zelda, PlatformRole::User).await;
    let revoked = event(revoked.expect("revoked"));
    world.run("update users set is_maintainer = false where name = 'Mira'").await;
    let mira = world.again(&mira).await.expect("signed in");
    let refused = refusal(users::undo_role_change(services, &can(&mira), revoked).await);
    assert_eq!(refused.code(), "role_required", "{refused:?}");
    assert_eq!(rows(&world, "roles").await, ["(Mira,t,f,f,t)", "(Zelda,f,f,f,t)"]);
}

#[tokio::test]
async fn undone_deactivation_opens_the_account_unless_it_was_opened_since() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    let zelda = world.row("Zelda", PlatformRole::User).await;
    let (services, manage) = (&world.services, can::<ManageUsers>(&root));
    let before = rows(&world, "roles").await;
    let closed = users::deactivate(services, &manage, zelda, WithoutAdmin::Refuse).await.expect("deactivated");
    assert_eq!(closed.name, "Zelda");
    let closed = event(closed);
    assert_eq!(users::undo_deactivation(services, &manage, closed).await.expect("restored"), "Zelda");
    assert_eq!(rows(&world, "roles").await, before);
    let (action, _, lines) = world.audit(zelda.0).await.pop().expect("an event");
    assert_eq!(action, "user.deactivation_undone");
    assert_eq!(lines, ["active: false -> true", &format!("undoes: - -> {closed}")]);

    let closed = event(users::deactivate(services, &manage, zelda, WithoutAdmin::Refuse).await.expect("deactivated"));
    users::reactivate(services, &manage, zelda).await.expect("reactivated");
    let refused = rule(users::undo_deactivation(services, &manage, closed).await);
    assert_eq!(refused, Violation::UserReactivatedSince { name: "Zelda".to_owned() });
}

/// Two budgets, assigned by Wei in 2025: the first one to Zelda and to "tutor".
async fn with_budgets() -> Tutor {
    let tutor = tutor().await;
    tutor
        .world
        .run(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes) values
           ('00000000-0000-0000-0000-000000001000', 'Standard', 'cli', 1, 2, 60),
           ('00000000-0000-0000-0000-000000001001', 'Other', 'cli', 1, 2, 60);
         insert into user_budgets (user_id, category, budget_id, assigned_by, created_at)
           select z.id, 'cli', '00000000-0000-0000-0000-000000001000', w.id, '2025-05-22 10:11:12.131415Z'
           from users z, users w where z.name = 'Zelda' and w.name = 'Wei';
         insert into project_budgets (project_id, category, budget_id, assigned_by, created_at)
           select p.id, 'cli', '00000000-0000-0000-0000-000000001000', w.id, '2025-05-22 10:11:12.131415Z'
           from projects p, users w where p.name = 'tutor' and w.name = 'Wei'",
        )
        .await;
    tutor
}

#[tokio::test]
async fn undone_unassignment_restores_since_and_assigned_by() {
    let Tutor { world, root, zelda, project } = with_budgets().await;
    let (services, manage) = (&world.services, can::<ManageBudgets>(&root));
    let (of_user, of_project) = (rows(&world, "user_budgets").await, rows(&world, "project_budgets").await);
    let taken = budgets::unassign_user(services, &manage, zelda, Category::Cli).await.expect("unassigned");
    assert_eq!(taken.name, "Standard");
    let from_user = event(taken);
    let from_project = budgets::unassign_project(services, &manage, &named("tutor"), Category::Cli).await;
    let from_project = event(from_project.expect("unassigned"));
    world.clock.advance(Duration::minutes(1));
    for event in [from_user, from_project] {
        assert_eq!(budgets::undo_unassignment(services, &manage, event).await.expect("restored"), "Standard");
    }
    assert_eq!(rows(&world, "user_budgets").await, of_user);
    assert_eq!(rows(&world, "project_budgets").await, of_project);
    for (target, action, event) in [
        (zelda.0, "user.budget_unassignment_undone", from_user),
        (project.0, "project.budget_unassignment_undone", from_project),
    ] {
        let (last, _, lines) = world.audit(target).await.pop().expect("an event");
        assert_eq!(last, action);
        assert_eq!(lines, [format!("undoes: - -> {event}"), "cli_budget: - -> Standard".to_owned()]);
    }
}

#[tokio::test]
async fn unassignment_with_another_budget_assigned_since_is_not_undone() {
    let Tutor { world, root, zelda, .. } = with_budgets().await;
    let (services, manage) = (&world.services, can::<ManageBudgets>(&root));
    let taken = event(budgets::unassign_user(services, &manage, zelda, Category::Cli).await.expect("unassigned"));
    budgets::assign_to_user(services, &manage, domain::id::BudgetId(OTHER_BUDGET), zelda).await.expect("assigned");
    let refused = rule(budgets::undo_unassignment(services, &manage, taken).await);
    assert_eq!(refused, Violation::BudgetAssignedSince { category: "CLI".to_owned() });
    let taken = event(budgets::unassign_user(services, &manage, zelda, Category::Cli).await.expect("unassigned"));
    sqlx::query("delete from budgets where id = $1")
        .bind(OTHER_BUDGET)
        .execute(services.pool())
        .await
        .expect("a budget deleted since");
    let refused = rule(budgets::undo_unassignment(services, &manage, taken).await);
    assert_eq!(refused, Violation::BudgetDeletedSince);
}

#[tokio::test]
async fn undone_assignment_restores_the_replaced_budget_or_none() {
    let Tutor { world, root, zelda, project } = with_budgets().await;
    let (services, manage) = (&world.services, can::<ManageBudgets>(&root));
    let (of_user, of_project) = (rows(&world, "user_budgets").await, rows(&world, "project_budgets").await);
    let other = domain::id::BudgetId(OTHER_BUDGET);
    let to_user = budgets::assign_to_user(services, &manage, other, zelda).await.expect("assigned");
    let to_project = budgets::assign_to_project(services, &manage, other, &named("tutor")).await.expect("assigned");
    assert_eq!((to_user.name.as_str(), to_project.name.as_str()), ("Other", "Other"));
    for (target, action, event) in [
        (zelda.0, "user.budget_assignment_undone", event(to_user)),
        (project.0, "project.budget_assignment_undone", event(to_project)),
    ] {
        world.clock.advance(Duration::minutes(1));
        assert_eq!(budgets::undo_assignment(services, &manage, event).await.expect("undone"), "Other");
        let (last, _, lines) = world.audit(target).await.pop().expect("an event");
        assert_eq!(last, action);
        assert_eq!(lines, [format!("undoes: - -> {event}"), "cli_budget: Other -> Standard".to_owned()]);
    }
    assert_eq!(rows(&world, "user_budgets").await, of_user);
    assert_eq!(rows(&world, "project_budgets").await, of_project);

    budgets::unassign_user(services, &manage, zelda, Category::Cli).await.expect("unassigned");
    let first = event(budgets::assign_to_user(services, &manage, other, zelda).await.expect("assigned"));
    budgets::undo_assignment(services, &manage, first).await.expect("undone");
    assert!(rows(&world, "user_budgets").await.is_empty());
}

#[tokio::test]
async fn assignment_that_no_longer_holds_is_not_undone() {
    let Tutor { world, root, zelda, .. } = with_budgets().await;
    let (services, manage) = (&world.services, can::<ManageBudgets>(&root));
    let other = domain::id::BudgetId(OTHER_BUDGET);
    let assign = async |budget| budgets::assign_to_user(services, &manage, budget, zelda).await.expect("assigned");
    let unassigned_since = Violation::BudgetUnassignedSince { budget: "Other".to_owned() };

    let assigned = event(assign(other).await);
    assert_eq!(assign(other).await.event, None, "the same budget again changes nothing");
    assign(domain::id::BudgetId(BUDGET)).await;
    let before = rows(&world, "user_budgets").await;
    assert_eq!(rule(budgets::undo_assignment(services, &manage, assigned).await), unassigned_since);
    assert_eq!(rows(&world, "user_budgets").await, before);

    let assigned = event(assign(other).await);
    budgets::unassign_user(services, &manage, zelda, Category::Cli).await.expect("unassigned");
    assert_eq!(rule(budgets::undo_assignment(services, &manage, assigned).await), unassigned_since);
    world.clock.advance(Duration::seconds(1));
    assign(other).await;
    let before = rows(&world, "user_budgets").await;
    assert_eq!(rule(budgets::undo_assignment(services, &manage, assigned).await), unassigned_since, "assigned again");
    assert_eq!(rows(&world, "user_budgets").await, before);

    assign(domain::id::BudgetId(BUDGET)).await;
    let assigned = event(assign(other).await);
    let users = can::<ManageUsers>(&root);
    users::deactivate(services, &users, zelda, WithoutAdmin::Refuse).await.expect("deactivated");
    let refused = rule(budgets::undo_assignment(services, &manage, assigned).await);
    assert_eq!(refused, Violation::UserDeactivatedSince { name: "Zelda".to_owned() });
    world.run("delete from project_budgets; delete from budgets where name = 'Standard'").await;
    let refused = rule(budgets::undo_assignment(services, &manage, assigned).await);
    assert_eq!(refused, Violation::BudgetDeletedSince, "the budget that was replaced cannot be assigned again");
}

/// "tutor" with Root as its only member, deleted by Root.
async fn deleted() -> (Tutor, EventId) {
    let tutor = with_budgets().await;
    tutor.world.run("delete from user_projects where user_id = (select id from users where name = 'Zelda')").await;
    let can = in_project::<DeleteProject>(&tutor.world, &tutor.root, tutor.project).await;
    let event = event(projects::delete(&tutor.world.services, &can, Precondition::None).await.expect("deleted"));
    (tutor, event)
}

#[tokio::test]
async fn undone_deletion_restores_members_and_budgets() {
    let (Tutor { world, root, project, .. }, event) = deleted().await;
    let since: OffsetDateTime = sqlx::query_scalar("select created_at from deleted_project_budgets")
        .fetch_one(world.services.pool())
        .await
        .expect("the budget is set aside");
    let root = world.again(&root).await.expect("signed in");
    let name = projects::undo_deletion(&world.services, &root, &named("tutor"), event).await.expect("restored");
    assert_eq!(name, named("tutor"));
    let back = rows(&world, "project_budgets").await;
    assert_eq!(back.len(), 1);
    assert!(back[0].contains(&BUDGET.to_string()) && since.year() == 2025, "{back:?}");
    let (action, _, lines) = world.audit(project.0).await.pop().expect("an event");
    assert_eq!(action, "project.deletion_undone");
    assert_eq!(lines, [format!("undoes: - -> {event}"), "budgets: - -> Standard".to_owned()]);
    let refused = rule(projects::undo_deletion(&world.services, &root, &named("tutor"), event).await);
    assert_eq!(refused, Violation::ProjectRestoredSince { project: "tutor".to_owned() });
    let eve = world.person("Eve", PlatformRole::User).await;
    let stranger = projects::undo_deletion(&world.services, &eve, &named("tutor"), event).await;
    assert_eq!(refusal(stranger), Refusal::NotFound, "to who may not see it nothing is said");
}

#[tokio::test]
async fn deletion_of_a_project_whose_budget_is_gone_is_not_undone() {
    let (Tutor { world, root, .. }, event) = deleted().await;
    world.run("delete from user_budgets; delete from budgets where name = 'Standard'").await;
    let root = world.again(&root).await.expect("signed in");
    let refused = rule(projects::undo_deletion(&world.services, &root, &named("tutor"), event).await);
    assert_eq!(refused, Violation::BudgetOfProjectDeleted { project: "tutor".to_owned() });
    let can = projects::may_restore(&world.services, &root, &named("tutor")).await.expect("still deleted");
    projects::restore(&world.services, &can).await.expect("restored without the budget");
}
