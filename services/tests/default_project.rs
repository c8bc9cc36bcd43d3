//! The project that a user starts in.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::draft::Precondition;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::permission::{DeleteProject, ManageMembers, ManageUsers};
use domain::role::{PlatformRole, ProjectRole};
use services::guard::{Caller, Can};
use services::members::{self, WithoutAdmin};
use services::testing::{World, refusal};
use services::{Error, projects, users, views};

struct Fixture {
    world: World,
    root: Caller,
    ada: Caller,
}

impl Fixture {
    /// Ada is in the shared projects "beta" and "alpha".
    async fn set() -> (Self, ProjectId, ProjectId) {
        let world = World::create().await;
        let root = world.person("Root", PlatformRole::Admin).await;
        let ada = world.person("Ada", PlatformRole::User).await;
        let (beta, alpha) = (world.project("beta", &root).await, world.project("alpha", &root).await);
        for project in [beta, alpha] {
            world.member(project, ada.actor.user_id, ProjectRole::Member).await;
        }
        (Self { world, root, ada }, beta, alpha)
    }

    fn user(&self) -> UserId {
        self.ada.actor.user_id
    }

    async fn store(&self, project: ProjectId, is_default: bool) -> Result<(), Error> {
        let can: Can<ManageUsers> = self.root.can(Target::Platform).expect("an admin");
        users::set_default_project(&self.world.services, &can, self.user(), project, is_default).await
    }

    /// The default that My access shows; there is exactly one.
    async fn default(&self) -> String {
        let own = views::my_access::load(&self.world.services, &self.ada).await.expect("a page");
        let mut defaults = own.projects.into_iter().filter(|project| project.is_default);
        let default = defaults.next().expect("a default");
        assert!(defaults.next().is_none(), "one alone");
        default.name.to_string()
    }

    async fn may<P: domain::permission::Asks>(&self, project: ProjectId) -> Can<P> {
        let root = self.world.again(&self.root).await.expect("signed in");
        root.can(Target::Project(project)).expect("an admin")
    }
}

#[tokio::test]
async fn default_project_falls_back_to_the_personal_one_and_to_the_first_by_name() {
    let (fixture, beta, alpha) = Fixture::set().await;
    assert_eq!(fixture.default().await, "alpha");
    fixture.world.personal_project(&fixture.ada).await;
    assert_eq!(fixture.default().await, "ada@example.com");
    fixture.store(beta, true).await.expect("stored");
    fixture.store(beta, true).await.expect("again");
    assert_eq!(fixture.default().await, "beta");
    fixture.store(alpha, true).await.expect("in its place");
    fixture.store(beta, false).await.expect("not the stored one");
    assert_eq!(fixture.default().await, "alpha");
    fixture.store(alpha, false).await.expect("cleared");
    assert_eq!(fixture.default().await, "ada@example.com");
    let changes: Vec<_> = fixture.world.audit(fixture.user().0).await.into_iter().flat_map(|event| event.2).collect();
    let expected = ["- -> beta", "beta -> alpha", "alpha -> -"].map(|change| format!("default_project: {change}"));
    assert_eq!(changes, expected);
}

#[tokio::test]
async fn default_project_of_another_user_or_project_is_not_found() {
    let (fixture, ..) = Fixture::set().await;
    let foreign = fixture.world.project("gamma", &fixture.root).await;
    assert_eq!(refusal(fixture.store(foreign, true).await), Refusal::NotFound);
    assert_eq!(refusal(fixture.store(foreign, false).await), Refusal::NotFound);
    let can: Can<ManageUsers> = fixture.root.can(Target::Platform).expect("an admin");
    let unknown = UserId(uuid::Uuid::from_u128(7));
    let refused = users::set_default_project(&fixture.world.services, &can, unknown, foreign, true).await;
    assert_eq!(refusal(refused), Refusal::NotFound);
}

#[tokio::test]
async fn stored_default_disappears_with_its_membership_and_comes_back_with_it() {
    let (fixture, beta, alpha) = Fixture::set().await;
    let services = &fixture.world.services;
    fixture.store(beta, true).await.expect("stored");
    let may = fixture.may::<ManageMembers>(beta).await;
    let removed = members::remove(services, &may, fixture.user(), WithoutAdmin::Allow).await.expect("removed");
    assert_eq!(fixture.default().await, "alpha");
    members::undo(services, &may, removed.event.expect("undoable")).await.expect("restored");
    assert_eq!(fixture.default().await, "beta");

    let removed = members::remove(services, &may, fixture.user(), WithoutAdmin::Allow).await.expect("removed");
    fixture.store(alpha, true).await.expect("another one since");
    members::undo(services, &may, removed.event.expect("undoable")).await.expect("restored");
    assert_eq!(fixture.default().await, "alpha", "the choice since then stays");

    fixture.store(beta, true).await.expect("stored");
    members::remove_many(services, &may, &[fixture.user()]).await.expect("removed");
    assert_eq!(fixture.default().await, "alpha");
    let stored: i64 = sqlx::query_scalar("select count(*) from user_projects where is_default")
        .fetch_one(services.pool())
        .await
        .expect("a count");
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn stored_default_falls_back_while_its_project_is_deleted() {
    let (fixture, ..) = Fixture::set().await;
    let services = &fixture.world.services;
    let own = fixture.world.project("zeta", &fixture.ada).await;
    fixture.store(own, true).await.expect("stored");
    projects::delete(services, &fixture.may::<DeleteProject>(own).await, Precondition::None).await.expect("deleted");
    assert_eq!(fixture.default().await, "alpha");
    let name = domain::project::ProjectName::parse_existing("zeta").expect("a name");
    let root = fixture.world.again(&fixture.root).await.expect("signed in");
    let can = projects::may_restore(services, &root, &name).await.expect("an admin");
    projects::restore(services, &can).await.expect("restored");
    assert_eq!(fixture.default().await, "zeta");
}
