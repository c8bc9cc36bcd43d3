//! Budgets that operators declare in a file.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetDraft, Category, HolderCounts};
use domain::draft::{Edit, Precondition};
use domain::id::BudgetId;
use domain::permission::ManageBudgets;
use domain::role::PlatformRole;
use domain::violation::Violation;
use services::budgets::predefined::{self, PredefinedBudget};
use services::guard::{Caller, Can};
use services::testing::{World, rule};
use services::{Error, budgets, views};

struct Stage {
    world: World,
    maintainer: Caller,
}

/// What a budget is: its name, soft and hard limit, and whether it is the default and predefined.
type Stored = (String, String, String, bool, bool);

impl Stage {
    async fn set() -> Self {
        let world = World::create().await;
        let maintainer = world.person("Mia", PlatformRole::Maintainer).await;
        Self { world, maintainer }
    }

    fn can(&self) -> Can<ManageBudgets> {
        self.maintainer.can(Target::Platform).expect("a maintainer")
    }

    async fn start(&self, declared: &[PredefinedBudget]) {
        predefined::store(&self.world.services, declared).await.expect("stored");
    }

    async fn create(&self, name: &str) -> BudgetId {
        let draft = BudgetDraft::parse(name, "cli", "80", "100", "30d").expect("a draft");
        budgets::create(&self.world.services, &self.can(), None, &draft).await.expect("created")
    }

    async fn stored(&self) -> Vec<Stored> {
        sqlx::query_as(
            "select name, trim_scale(soft_limit)::text, trim_scale(hard_limit)::text, is_default, is_predefined
             from budgets order by lower(name)",
        )
        .fetch_all(self.world.services.pool())
        .await
        .expect("budgets")
    }

    async fn id(&self, slug: &str) -> BudgetId {
        let id = sqlx::query_scalar("select id from budgets where slug = $1").bind(slug);
        BudgetId(id.fetch_one(self.world.services.pool()).await.expect("a budget"))
    }

    async fn actions(&self, budget: BudgetId) -> Vec<String> {
        self.world.audit(budget.0).await.into_iter().map(|(action, ..)| action).collect()
    }
}

/// Declares budgets of 30 days: id, name, limits and category.
fn declared<const N: usize>(budgets: [(&str, &str, (u32, u32), &str); N]) -> Vec<PredefinedBudget> {
    let rows = budgets.map(|(id, name, (soft, hard), category)| {
        format!(
            "- {{budget_id: {id}, name: {name}, soft_budget: {soft}, max_budget: {hard}, budget_duration: 30d, \
             budget_category: {category}}}\n"
        )
    });
    predefined::read(&format!("predefined_budgets:\n{}", rows.concat())).expect("a file")
}

fn stored(name: &str, (soft, hard): (u32, u32), is_default: bool, is_predefined: bool) -> Stored {
    (name.to_owned(), soft.to_string(), hard.to_string(), is_default, is_predefined)
}

#[tokio::test]
async fn start_stores_what_is_declared_and_the_next_one_writes_nothing() {
    let stage = Stage::set().await;
    let file = declared([("default", "Everyone", (50, 100), "cli"), ("leads", "Leads", (200, 250), "cli")]);
    stage.start(&file).await;
    let both = [stored("Everyone", (50, 100), true, true), stored("Leads", (200, 250), false, true)];
    assert_eq!(stage.stored().await, both);
    let everyone = stage.id("default").await;
    let events = stage.world.audit(everyone.0).await;
    let events: Vec<&str> = events.iter().map(|(action, ..)| action.as_str()).collect();
    assert_eq!(events, ["budget.created", "budget.default_set"]);
    stage.start(&file).await;
    assert_eq!((stage.stored().await, stage.actions(everyone).await.len()), (both.into(), 2), "as it was");
}

#[tokio::test]
async fn starts_at_the_same_time_store_them_once() {
    let stage = Stage::set().await;
    let file = declared([("default", "Everyone", (50, 100), "cli"), ("platform", "All", (5, 10), "platform")]);
    tokio::join!(stage.start(&file), stage.start(&file), stage.start(&file));
    assert_eq!(stage.stored().await.len(), 2);
    assert_eq!(stage.actions(stage.id("default").await).await.len(), 2);
}

#[tokio::test]
async fn changed_file_changes_the_same_budget_and_its_holders_keep_it() {
    let stage = Stage::set().await;
    stage.start(&declared([("default", "Everyone", (50, 100), "cli"), ("leads", "Leads", (200, 250), "cli")])).await;
    let (leads, user) = (stage.id("leads").await, stage.maintainer.actor.user_id);
    budgets::assign_to_user(&stage.world.services, &stage.can(), leads, user).await.expect("assigned");
    stage
        .start(&declared([("leads", "Leads of teams", (300, 350), "cli"), ("default", "Everyone", (50, 100), "cli")]))
        .await;
    let expected = [stored("Everyone", (50, 100), false, true), stored("Leads of teams", (300, 350), true, true)];
    assert_eq!(stage.stored().await, expected, "the first one of its category is its default");
    assert_eq!(stage.id("leads").await, leads);
    let own = views::my_access::load(&stage.world.services, &stage.maintainer).await.expect("own access").budgets;
    assert_eq!(own.iter().map(|budget| budget.name.as_str()).collect::<Vec<_>>(), ["Leads of teams"]);
    let (_, _, lines) = stage.world.audit(leads.0).await.into_iter().nth(1).expect("the edit");
    assert!(lines.iter().any(|line| line.contains("Leads of teams")), "{lines:?}");
}

#[tokio::test]
async fn no_longer_declared_it_stays_and_is_a_budget_like_others() {
    let stage = Stage::set().await;
    stage.start(&declared([("default", "Everyone", (50, 100), "cli")])).await;
    stage.start(&[]).await;
    assert_eq!(stage.stored().await, [stored("Everyone", (50, 100), true, false)], "users keep their limits");
    let budget = stage.id("default").await;
    budgets::set_default(&stage.world.services, &stage.can(), budget, false).await.expect("saved");
    budgets::delete(&stage.world.services, &stage.can(), budget, HolderCounts::default()).await.expect("deleted");
}

#[tokio::test]
async fn budget_with_the_id_of_the_file_becomes_predefined() {
    let stage = Stage::set().await;
    let draft = BudgetDraft::parse("By hand", "cli", "80", "100", "30d").expect("a draft");
    let slug = domain::budget::BudgetSlug::parse_new("default").expect("an id");
    let budget = budgets::create(&stage.world.services, &stage.can(), Some(&slug), &draft).await.expect("created");
    stage.start(&declared([("default", "By hand", (80, 100), "cli")])).await;
    assert_eq!(stage.stored().await, [stored("By hand", (80, 100), true, true)]);
    assert_eq!(stage.actions(budget).await, ["budget.created", "budget.edited", "budget.default_set"]);
}

#[tokio::test]
async fn console_does_not_change_it() {
    let stage = Stage::set().await;
    let services = &stage.world.services;
    stage.start(&declared([("default", "Everyone", (50, 100), "cli")])).await;
    let (budget, other) = (stage.id("default").await, stage.create("Other").await);
    let edit = Edit::new(Precondition::None, |stored| Ok(BudgetDraft { category: Category::Platform, ..stored }));
    assert_eq!(rule(budgets::edit(services, &stage.can(), budget, edit).await), Violation::PredefinedBudget);
    let deleted = budgets::delete(services, &stage.can(), budget, HolderCounts::default()).await;
    assert_eq!(rule(deleted), Violation::PredefinedBudget);
    let refused = Violation::PredefinedDefault { category: "CLI".to_owned() };
    for (budget, is_default) in [(budget, false), (other, true)] {
        assert_eq!(rule(budgets::set_default(services, &stage.can(), budget, is_default).await), refused);
    }
    let user = stage.maintainer.actor.user_id;
    budgets::assign_to_user(services, &stage.can(), budget, user).await.expect("it is assigned like others");
}

#[tokio::test]
async fn what_cannot_be_stored_is_named_and_changes_nothing() {
    let stage = Stage::set().await;
    stage.create("Everyone").await;
    let before = stage.stored().await;
    let file = declared([("first", "First", (50, 100), "cli"), ("default", "everyone", (50, 100), "cli")]);
    let Err(Error::PredefinedBudget { slug, problem, .. }) = predefined::store(&stage.world.services, &file).await
    else {
        panic!("the name is in use");
    };
    assert_eq!((slug.as_str(), problem), ("default", Violation::BudgetNameTaken.to_string()));
    assert_eq!(stage.stored().await, before);
}

#[tokio::test]
async fn category_changes_where_no_user_loses_a_limit_by_it() {
    let stage = Stage::set().await;
    let services = &stage.world.services;
    stage.start(&declared([("default", "All", (50, 100), "cli")])).await;
    let (budget, user) = (stage.id("default").await, stage.maintainer.actor.user_id);
    budgets::assign_to_user(services, &stage.can(), budget, user).await.expect("assigned");
    let moved = ("default", "All", (50, 100), "platform");
    let refused = predefined::store(services, &declared([moved])).await.expect_err("cli would have no default");
    let expected = Violation::LastDefault { category: "CLI".to_owned() };
    assert!(refused.to_string().contains(&expected.to_string()), "{refused}");
    let both = declared([moved, ("cli", "Of the CLI", (5, 10), "cli")]);
    let refused = predefined::store(services, &both).await.expect_err("it is assigned");
    assert!(refused.to_string().contains(&Violation::CategoryInUse.to_string()), "{refused}");
    budgets::unassign_user(services, &stage.can(), user, Category::Cli).await.expect("unassigned");
    stage.start(&both).await;
    let expected = [stored("All", (50, 100), true, true), stored("Of the CLI", (5, 10), true, true)];
    assert_eq!(stage.stored().await, expected);
}

#[tokio::test]
async fn names_change_places_in_whatever_order_the_file_has_them() {
    let stage = Stage::set().await;
    stage.start(&declared([("a", "First", (50, 100), "cli"), ("b", "Second", (5, 10), "cli")])).await;
    stage.start(&declared([("a", "Second", (50, 100), "cli"), ("b", "first", (5, 10), "cli")])).await;
    let expected = [stored("first", (5, 10), false, true), stored("Second", (50, 100), true, true)];
    assert_eq!(stage.stored().await, expected);
    stage.start(&declared([("a", "first", (50, 100), "cli"), ("b", "Third", (5, 10), "cli")])).await;
    let expected = [stored("first", (50, 100), true, true), stored("Third", (5, 10), false, true)];
    assert_eq!(stage.stored().await, expected, "one takes the name that another one gives up");
    let (_, _, lines) = stage.world.audit(stage.id("b").await.0).await.into_iter().last().expect("the last edit");
    assert_eq!(lines, ["name: first -> Third"]);
}

#[tokio::test]
async fn budget_made_in_the_console_is_declared_by_its_own_id() {
    let stage = Stage::set().await;
    let budget = stage.create("By hand").await;
    stage.start(&declared([(budget.to_string().as_str(), "By file", (5, 10), "cli")])).await;
    assert_eq!(stage.stored().await, [stored("By file", (5, 10), true, true)]);
    stage.start(&[]).await;
    let unknown = declared([("0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a", "New", (5, 10), "cli")]);
    let refused = predefined::store(&stage.world.services, &unknown).await.expect_err("no budget has this id");
    assert!(refused.to_string().contains(&Violation::BudgetIdIsUuid.to_string()), "{refused}");
}

#[tokio::test]
async fn without_budgets_nothing_is_stored() {
    let world = World::with(|settings| settings.budgets = false).await;
    let file = declared([("default", "Everyone", (50, 100), "cli")]);
    predefined::store(&world.services, &file).await.expect("nothing to do");
    let count: i64 =
        sqlx::query_scalar("select count(*) from budgets").fetch_one(world.services.pool()).await.expect("a count");
    assert_eq!(count, 0);
}
