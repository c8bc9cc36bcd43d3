//! Requests for budgets: who requests, who decides, and what a decision does.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod closed;
mod decide;
mod list;
mod messages;
mod request;

use domain::actor::Target;
use domain::budget::{
    BudgetDraft, BudgetRequest, BudgetRequestDraft, BudgetRequestQuery, Category, RequestFacts, RequestState,
};
use domain::id::{BudgetId, BudgetRequestId, ProjectId};
use domain::permission::{ManageBudgets, RequestBudgets, RequestProjectBudgets, ViewBudgets};
use domain::role::PlatformRole;
use domain::text::RequestReason;
use services::guard::{Caller, Can};
use services::testing::World;
use services::{Services, budget_requests, budgets, views};

/// A maintainer, a user with a CLI budget of 50 dollars, and unassigned budgets of 100 and 200 dollars.
struct Stage {
    world: World,
    mia: Caller,
    bob: Caller,
    medium: BudgetId,
    large: BudgetId,
}

impl Stage {
    async fn set() -> Self {
        let world = World::create().await;
        let mia = world.person("Mia", PlatformRole::Maintainer).await;
        let bob = world.person("Bob", PlatformRole::User).await;
        let mut made = Vec::new();
        for (name, hard) in [("Small", "50"), ("Large", "200"), ("Medium", "100")] {
            made.push(create(&world, &mia, name, "cli", hard).await);
        }
        let [small, large, medium] = made[..] else { unreachable!("three budgets") };
        budgets::assign_to_user(&world.services, &manages(&mia), small, bob.actor.user_id).await.expect("assigned");
        Self { world, mia, bob, medium, large }
    }

    fn services(&self) -> &Services {
        &self.world.services
    }

    /// Bob requests a CLI budget.
    async fn request(&self, hard: &str) -> BudgetRequestId {
        self.request_of(&self.bob, "cli", hard).await.expect("requested")
    }

    async fn request_of(&self, by: &Caller, category: &str, hard: &str) -> Result<BudgetRequestId, services::Error> {
        budget_requests::request_for_self(self.services(), &own(by), &draft(category, hard)).await
    }

    /// Requests a CLI budget of 80 dollars for a project.
    async fn request_for(&self, by: &Caller, project: ProjectId) -> BudgetRequestId {
        let can = of_project(by, project);
        budget_requests::request_for_project(self.services(), &can, &draft("cli", "80")).await.expect("requested")
    }

    async fn approve(
        &self,
        by: &Caller,
        request: BudgetRequestId,
        budget: BudgetId,
    ) -> Result<String, services::Error> {
        budget_requests::approve(self.services(), &manages(by), request, budget).await
    }

    async fn decline(&self, by: &Caller, request: BudgetRequestId) -> Result<(), services::Error> {
        let reason = RequestReason::parse("Use the project’s budget.").expect("a reason");
        budget_requests::decline(self.services(), &manages(by), request, &reason).await
    }

    /// The budget that pays for Bob’s command line.
    async fn budget_of_bob(&self) -> Option<String> {
        let bob = self.world.again(&self.bob).await.expect("signed in");
        let own = views::my_access::load(self.services(), &bob).await.expect("own access");
        own.budgets.into_iter().find(|budget| budget.category == Category::Cli).map(|budget| budget.name)
    }

    /// What Bob sees of his requests.
    async fn shown_to_bob(&self) -> Vec<RequestFacts> {
        let bob = self.world.again(&self.bob).await.expect("signed in");
        views::my_access::load(self.services(), &bob).await.expect("own access").requests
    }

    async fn list(&self, state: Option<RequestState>) -> Vec<BudgetRequest> {
        let query = BudgetRequestQuery { state, ..BudgetRequestQuery::default() };
        views::budget_requests::list(self.services(), &sees(&self.mia), &query).await.expect("a list").rows
    }

    async fn state_of(&self, request: BudgetRequestId) -> RequestState {
        let found = views::budget_requests::find(self.services(), &sees(&self.mia), request).await;
        found.expect("a request").0.facts.state
    }

    /// Another maintainer.
    async fn maintainer(&self, name: &str) -> Caller {
        self.world.person(name, PlatformRole::Maintainer).await
    }
}

async fn create(world: &World, by: &Caller, name: &str, category: &str, hard: &str) -> BudgetId {
    let draft = BudgetDraft::parse(name, category, "1", hard, "30d").expect("a good draft");
    budgets::create(&world.services, &manages(by), None, &draft).await.expect("made")
}

fn draft(category: &str, hard: &str) -> BudgetRequestDraft {
    BudgetRequestDraft::parse(category, hard, "For the migration.").expect("a draft")
}

fn manages(caller: &Caller) -> Can<ManageBudgets> {
    caller.can(Target::Platform).expect("a maintainer")
}

fn sees(caller: &Caller) -> Can<ViewBudgets> {
    caller.can(Target::Platform).expect("may see budgets")
}

fn own(caller: &Caller) -> Can<RequestBudgets> {
    caller.can(Target::Own).expect("may request")
}

fn of_project(caller: &Caller, project: ProjectId) -> Can<RequestProjectBudgets> {
    caller.can(Target::Project(project)).expect("may request for the project")
}
