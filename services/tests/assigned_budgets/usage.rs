//! What is spent of assigned budgets: on the pages of their holders, on the budget's page and in lists.

use crate::assigned_budgets::stage::Stage;
use domain::actor::Target;
use domain::budget::{AssignedBudget, BudgetDetail, Category, UsageLevel};
use domain::id::{BudgetId, ProjectId, UserId};
use domain::project::{MemberQuery, ProjectName, ProjectQuery};
use domain::role::{PlatformRole, ProjectRole};
use domain::user::UserQuery;
use services::testing::World;
use services::{budgets, views};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// The test clock begins here.
const START: OffsetDateTime = datetime!(2026-03-02 09:00 UTC);

impl Stage {
    async fn assign(&self, budget: BudgetId, user: UserId) {
        budgets::assign_to_user(&self.world.services, &self.can(), budget, user).await.expect("assigned");
    }

    /// A window in which something was spent, as a reservation makes it.
    async fn window(&self, of: Window<'_>) {
        sqlx::query(
            "insert into budget_windows
               (id, category, user_id, project_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent, reserved)
             values (gen_random_uuid(), 'cli', $1, $2, $3, $4, $5, $6, 80, 100, $7::text::numeric, $8::text::numeric)",
        )
        .bind(of.user.map(|user| user.0))
        .bind(of.project.map(|project| project.0))
        .bind(of.budget.0)
        .bind(of.schedule)
        .bind(of.starts_at)
        .bind(of.ends_at)
        .bind(of.spent)
        .bind(of.reserved)
        .execute(self.world.services.pool())
        .await
        .expect("a window");
    }

    async fn own_budget(&self) -> AssignedBudget {
        self.own().await.into_iter().next().expect("a budget")
    }

    async fn detail(&self, budget: BudgetId) -> BudgetDetail {
        let maintainer = self.world.again(&self.maintainer).await.expect("signed in");
        let can = maintainer.can(Target::Platform).expect("may see budgets");
        views::budgets::detail(&self.world.services, &can, budget).await.expect("there")
    }
}

struct Window<'a> {
    user: Option<UserId>,
    project: Option<ProjectId>,
    budget: BudgetId,
    schedule: &'a str,
    starts_at: OffsetDateTime,
    ends_at: OffsetDateTime,
    spent: &'a str,
    reserved: &'a str,
}

impl<'a> Window<'a> {
    /// Of 30 days, with nothing reserved.
    fn of(user: UserId, budget: BudgetId, starts_at: OffsetDateTime, spent: &'a str) -> Self {
        let ends_at = starts_at + Duration::days(30);
        let (user, project) = (Some(user), None);
        Self { user, project, budget, schedule: "30d", starts_at, ends_at, spent, reserved: "0" }
    }
}

#[tokio::test]
async fn assigned_budget_without_a_window_has_spent_nothing_since_its_assignment() {
    let stage = Stage::set().await;
    let budget = stage.budget("CLI").await;
    stage.assign(budget, stage.user.actor.user_id).await;
    stage.world.clock.advance(Duration::days(31));
    let usage = stage.own_budget().await.usage.expect("one's own");
    assert_eq!((usage.spent.exact(), usage.left().exact()), ("$0.00".to_owned(), "$100.00".to_owned()));
    assert_eq!((usage.starts_at, usage.resets_at), (START + Duration::days(30), START + Duration::days(60)));
}

#[tokio::test]
async fn spend_is_that_of_the_window_of_now_until_it_ends() {
    let stage = Stage::set().await;
    let (budget, uma) = (stage.budget("CLI").await, stage.user.actor.user_id);
    stage.assign(budget, uma).await;
    stage.window(Window::of(uma, budget, START - Duration::days(30), "99")).await;
    stage.window(Window { reserved: "1.5", ..Window::of(uma, budget, START, "80.000000001") }).await;
    let usage = stage.own_budget().await.usage.expect("one's own");
    assert_eq!((usage.spent.exact(), usage.level()), ("$80.000000001".to_owned(), UsageLevel::OverSoft));
    assert_eq!(usage.left().exact(), "$18.499999999");
    assert_eq!(usage.resets_at, START + Duration::days(30));

    stage.world.clock.advance(Duration::days(30));
    let next = stage.own_budget().await.usage.expect("one's own");
    assert_eq!((next.spent.exact(), next.level()), ("$0.00".to_owned(), UsageLevel::Below));
    assert_eq!((next.starts_at, next.resets_at), (START + Duration::days(30), START + Duration::days(60)));
}

/// A reservation counts in a window of the schedule of now, so the page must not show another one.
#[tokio::test]
async fn window_of_another_reset_period_no_longer_counts() {
    let stage = Stage::set().await;
    let (budget, uma) = (stage.budget("CLI").await, stage.user.actor.user_id);
    stage.assign(budget, uma).await;
    stage.window(Window { schedule: "7d", ..Window::of(uma, budget, START, "70") }).await;
    stage.world.clock.advance(Duration::days(2));
    let usage = stage.own_budget().await.usage.expect("one's own");
    assert_eq!(usage.spent.exact(), "$0.00");
    assert_eq!((usage.starts_at, usage.resets_at), (START + Duration::days(2), START + Duration::days(32)));
}

#[tokio::test]
async fn calendar_month_resets_at_midnight_in_its_time_zone() {
    let stage = Stage::set().await;
    let budget = stage.budget("CLI").await;
    stage.assign(budget, stage.user.actor.user_id).await;
    stage.world.run("update budgets set calendar = true, time_zone = 'Europe/Warsaw'").await;
    let own = stage.own_budget().await;
    let usage = own.usage.as_ref().expect("one's own");
    // Clocks were set forward on 29 March.
    let month = (datetime!(2026-03-01 00:00 +1), datetime!(2026-04-01 00:00 +2));
    assert_eq!((usage.starts_at, usage.resets_at), month);
    assert_eq!(own.resets_in_words(), "every calendar month, Europe/Warsaw");
}

#[tokio::test]
async fn budget_page_sums_the_holders_of_now_and_lists_ended_windows() {
    let stage = Stage::set().await;
    let budget = stage.budget("CLI").await;
    for (name, spent) in [("Ava", "79.999999999"), ("Ben", "80"), ("Cleo", "100"), ("Dev", "0")] {
        let user = stage.world.row(name, PlatformRole::User).await;
        stage.assign(budget, user).await;
        stage.window(Window::of(user, budget, START - Duration::days(30), "12.5")).await;
        stage.window(Window::of(user, budget, START, spent)).await;
    }
    // Spent, but the budget was unassigned since: no holder of now.
    stage.window(Window::of(stage.user.actor.user_id, budget, START, "1000")).await;
    let detail = stage.detail(budget).await;
    let totals = detail.totals.expect("few holders");
    assert_eq!(totals.spent.exact(), "$259.999999999");
    assert_eq!((totals.over_soft, totals.over_hard), (1, 1));
    let spent: Vec<_> = detail.assignments.iter().map(|row| row.usage.spent.exact()).collect();
    assert_eq!(spent.len(), 4);
    assert!(spent.contains(&"$79.999999999".to_owned()), "{spent:?}");
    let past: Vec<_> = detail.past_windows.iter().map(|past| (past.spent.exact(), past.ends_at)).collect();
    assert_eq!(past, vec![("$12.50".to_owned(), START); 4]);
    assert!(detail.past_windows.iter().all(|past| past.holder.is_some()));
}

#[tokio::test]
async fn project_spend_is_for_its_admins_and_not_for_members() {
    let stage = Stage::set().await;
    let world = &stage.world;
    let admin = world.person("Ada", PlatformRole::User).await;
    let project = world.project("atlas", &admin).await;
    world.member(project, stage.user.actor.user_id, ProjectRole::Member).await;
    let budget = stage.budget("CLI").await;
    let name = ProjectName::parse_existing("atlas").expect("a name");
    let can = stage.maintainer.can(Target::Platform).expect("a maintainer");
    budgets::assign_to_project(&world.services, &can, budget, &name).await.expect("assigned");
    let window = Window::of(stage.user.actor.user_id, budget, START, "42");
    // A member's share is not what the project has spent.
    stage.window(Window { project: Some(project), ..window }).await;
    stage
        .window(Window { project: Some(project), user: None, ..Window::of(admin.actor.user_id, budget, START, "55") })
        .await;
    for (caller, spent) in [(&admin, Some("$55.00")), (&stage.maintainer, Some("$55.00")), (&stage.user, None)] {
        let caller = world.again(caller).await.expect("signed in");
        let page = views::project_page::load(&world.services, &caller, &name, &MemberQuery::default()).await;
        let page = page.expect("visible");
        let usage = page.budgets[0].usage.as_ref().map(|usage| usage.spent.exact());
        assert_eq!(usage.as_deref(), spent, "{}", caller.actor.name);
        let list = views::projects::list(&world.services, &caller, &ProjectQuery::default()).await.expect("a list");
        let listed = list.rows[0].budgets.first().map(|budget| budget.usage.spent.exact());
        assert_eq!(listed.as_deref(), spent, "{}", caller.actor.name);
    }
}

#[tokio::test]
async fn list_of_users_shows_spend_while_budgets_are_switched_on() {
    for has_budgets in [true, false] {
        let world = World::with(|settings| settings.budgets = has_budgets).await;
        let root = world.person("Root", PlatformRole::Admin).await;
        world
            .run(
                "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
                   values (gen_random_uuid(), 'CLI', 'cli', 80, 100, 43200);
                 insert into user_budgets (user_id, category, budget_id, created_at)
                   select u.id, 'cli', b.id, '2026-03-02T09:00Z' from users u, budgets b;
                 insert into budget_windows
                   (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
                   select gen_random_uuid(), 'cli', user_id, budget_id, '30d', created_at, created_at + interval '30 days',
                          80, 100, 41.99 from user_budgets",
            )
            .await;
        let can = root.can(Target::Platform).expect("may see users");
        let list = views::users::list(&world.services, &can, &UserQuery::default()).await.expect("a list");
        let spent = list.rows[0].budgets.iter().map(|budget| (budget.category, budget.usage.spent.exact()));
        let expected = if has_budgets { vec![(Category::Cli, "$41.99".to_owned())] } else { Vec::new() };
        assert_eq!(spent.collect::<Vec<_>>(), expected);
    }
}
