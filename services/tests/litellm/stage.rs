//! A console that pushes to a LiteLLM proxy.

use crate::litellm::proxy::Proxy;
use domain::actor::Target;
use domain::budget::{BudgetDraft, BudgetSlug, Category};
use domain::id::{BudgetId, UserId};
use domain::litellm::Comparison;
use domain::permission::{Asks, ManageBudgets};
use domain::role::PlatformRole;
use services::guard::{Caller, Can};
use services::testing::World;
use services::{Services, budgets, litellm, outbox};

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) proxy: Proxy,
    pub(crate) mia: Caller,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let mut world = World::create().await;
        let proxy = Proxy::start().await;
        world.services = world.services.clone().with_channels(proxy.channels());
        let mia = world.person("Mia Maintainer", PlatformRole::Maintainer).await;
        Self { world, proxy, mia }
    }

    /// The same, pushing.
    pub(crate) async fn started() -> Self {
        let stage = Self::set().await;
        litellm::start(stage.services(), &stage.can::<ManageBudgets>()).await.expect("started");
        stage
    }

    pub(crate) const fn services(&self) -> &Services {
        &self.world.services
    }

    pub(crate) fn can<P: Asks>(&self) -> Can<P> {
        self.mia.can(Target::Platform).expect("a maintainer")
    }

    /// A user with a user name.
    pub(crate) async fn user(&self, name: &str) -> UserId {
        let user = self.world.row(name, PlatformRole::User).await;
        sqlx::query("update users set username = lower(name) where id = $1")
            .bind(user.0)
            .execute(self.services().pool())
            .await
            .expect("a user name");
        user
    }

    pub(crate) async fn budget(&self, id: &str, category: &str, hard: &str) -> BudgetId {
        let draft = BudgetDraft::parse(id, category, "1", hard, "30d").expect("a draft");
        let slug = BudgetSlug::parse(id).expect("a slug");
        budgets::create(self.services(), &self.can(), Some(&slug), &draft).await.expect("created")
    }

    pub(crate) async fn assign(&self, budget: BudgetId, user: UserId) {
        budgets::assign_to_user(self.services(), &self.can(), budget, user).await.expect("assigned");
    }

    pub(crate) async fn unassign(&self, user: UserId, category: Category) {
        budgets::unassign_user(self.services(), &self.can(), user, category).await.expect("unassigned");
    }

    /// Plans and delivers until nothing is left to be told. Returns how many messages there were.
    pub(crate) async fn push(&self) -> usize {
        let mut written = 0;
        loop {
            let planned = litellm::plan(self.services()).await.expect("planned");
            if planned == 0 {
                return written;
            }
            written += planned;
            outbox::deliver(self.services()).await.expect("delivered");
        }
    }

    pub(crate) async fn compare(&self) -> Comparison {
        litellm::compare(self.services(), &self.can()).await.expect("an answer").expect("the proxy answers")
    }
}
