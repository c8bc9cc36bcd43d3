//! A maintainer and a user.

use domain::actor::Target;
use domain::budget::{AssignedBudget, BudgetDraft};
use domain::id::BudgetId;
use domain::permission::ManageBudgets;
use domain::role::PlatformRole;
use services::guard::{Caller, Can};
use services::testing::World;
use services::{budgets, views};

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) maintainer: Caller,
    pub(crate) user: Caller,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let world = World::create().await;
        let maintainer = world.person("Mia", PlatformRole::Maintainer).await;
        let user = world.person("Uma", PlatformRole::User).await;
        Self { world, maintainer, user }
    }

    pub(crate) fn can(&self) -> Can<ManageBudgets> {
        self.maintainer.can(Target::Platform).expect("a maintainer")
    }

    /// A budget of 80 and 100 dollars for 30 days.
    pub(crate) async fn budget(&self, name: &str) -> BudgetId {
        let draft = BudgetDraft::parse(name, "cli", "80", "100", "30d").expect("a draft");
        budgets::create(&self.world.services, &self.can(), None, &draft).await.expect("created")
    }

    /// The budgets of the user, who signs in again: the clock may have passed the end of the session.
    pub(crate) async fn own(&self) -> Vec<AssignedBudget> {
        let user = self.world.signed_in(self.user.actor.user_id).await;
        views::my_access::load(&self.world.services, &user).await.expect("own access").budgets
    }
}
