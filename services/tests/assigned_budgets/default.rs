//! The default budget of a category, which limits users without a budget of their own in it.

use crate::assigned_budgets::stage::Stage;
use domain::budget::{BudgetDraft, Category, HolderCounts};
use domain::draft::{Edit, Precondition};
use domain::id::BudgetId;
use domain::violation::Violation;
use services::budgets;
use services::testing::rule;

impl Stage {
    async fn set_default(&self, budget: BudgetId, is_default: bool) {
        budgets::set_default(&self.world.services, &self.can(), budget, is_default).await.expect("saved");
    }

    async fn defaults(&self) -> Vec<String> {
        sqlx::query_scalar("select name from budgets where is_default order by name")
            .fetch_all(self.world.services.pool())
            .await
            .expect("names")
    }
}

#[tokio::test]
async fn default_budget_is_shown_to_users_without_their_own() {
    let stage = Stage::set().await;
    let (default, own) = (stage.budget("Everyone").await, stage.budget("Leads").await);
    assert!(stage.own().await.is_empty());
    stage.set_default(default, true).await;
    let shown = stage.own().await;
    assert_eq!(
        shown.iter().map(|budget| (budget.name.as_str(), budget.is_default)).collect::<Vec<_>>(),
        [("Everyone", true)]
    );
    assert!(shown[0].usage.is_some());
    let user = stage.user.actor.user_id;
    budgets::assign_to_user(&stage.world.services, &stage.can(), own, user).await.expect("assigned");
    let shown = stage.own().await;
    assert_eq!(
        shown.iter().map(|budget| (budget.name.as_str(), budget.is_default)).collect::<Vec<_>>(),
        [("Leads", false)]
    );
}

#[tokio::test]
async fn new_default_replaces_the_one_of_its_category_and_both_are_audited() {
    let stage = Stage::set().await;
    let (first, second) = (stage.budget("First").await, stage.budget("Second").await);
    stage.set_default(first, true).await;
    stage.set_default(second, true).await;
    stage.set_default(second, true).await;
    assert_eq!(stage.defaults().await, ["Second"]);
    stage.set_default(second, false).await;
    assert!(stage.defaults().await.is_empty());
    let actions = async |budget: BudgetId| {
        let events = stage.world.audit(budget.0).await;
        events.into_iter().skip(1).map(|(action, _, lines)| (action, lines.join(", "))).collect::<Vec<_>>()
    };
    let set = ("budget.default_set".to_owned(), "is_default: false -> true".to_owned());
    let cleared = ("budget.default_cleared".to_owned(), "is_default: true -> false".to_owned());
    assert_eq!(actions(first).await, [set.clone(), cleared.clone()]);
    assert_eq!(actions(second).await, [set, cleared], "what changes nothing is not audited");
}

#[tokio::test]
async fn two_defaults_made_at_once_leave_one() {
    let stage = Stage::set().await;
    let (first, second) = (stage.budget("First").await, stage.budget("Second").await);
    for _ in 0..10 {
        tokio::join!(stage.set_default(first, true), stage.set_default(second, true));
        assert_eq!(stage.defaults().await.len(), 1);
    }
}

#[tokio::test]
async fn default_budget_cannot_be_deleted_or_change_its_category() {
    let stage = Stage::set().await;
    let budget = stage.budget("Everyone").await;
    stage.set_default(budget, true).await;
    let services = &stage.world.services;
    let refused = Violation::DefaultBudget { category: "CLI".to_owned() };
    assert_eq!(rule(budgets::delete(services, &stage.can(), budget, HolderCounts::default()).await), refused);
    let edit = Edit::new(Precondition::None, |stored| Ok(BudgetDraft { category: Category::Platform, ..stored }));
    assert_eq!(rule(budgets::edit(services, &stage.can(), budget, edit).await), refused);
    stage.set_default(budget, false).await;
    budgets::delete(services, &stage.can(), budget, HolderCounts::default()).await.expect("deleted");
}
