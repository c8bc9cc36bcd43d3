//! The project that a user starts in.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::draft::Precondition;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::permission::{DeleteProject, ManageMembers, ManageUsers, ViewUsers};
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use services::guard::{Caller, Can};
use services::members::{self, WithoutAdmin};
use services::testing::{World, refusal};
use services::{Error, Settings, projects, users, views};

struct Fixture {
    world: World,
    root: Caller,
    ada: Caller,
}

impl Fixture {
    /// Ada is in the shared projects "beta" and "alpha".
    async fn set() -> (Self, ProjectId, ProjectId) {
        Self::set_with(|_| {}).await
    }

    async fn set_with(change: impl FnOnce(&mut Settings)) -> (Self, ProjectId, ProjectId) {
        let world = World::with(change).await;
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

    async fn again(&self) -> Caller {
        self.world.again(&self.ada).await.expect("signed in")
    }

    /// The default that My access, the user page and `/v1` show; there is exactly one.
    async fn default(&self) -> String {
        let defaults = self.defaults().await;
        assert_eq!(defaults.len(), 1, "{defaults:?}");
        defaults.concat()
    }

    /// What each of them marks as the default.
    async fn defaults(&self) -> Vec<String> {
        let services = &self.world.services;
        let own = views::my_access::load(services, &self.again().await).await.expect("a page").projects;
        let can: Can<ViewUsers> = self.root.can(Target::Platform).expect("an admin");
        let page = views::user_page::load(services, &can, self.user()).await.expect("a page").projects;
        let user = views::users::find(services, &can.into(), self.user()).await.expect("a user").projects;
        let [own, page] = [own, page].map(|projects| {
            let defaults = projects.into_iter().filter(|project| project.is_default);
            defaults.map(|project| project.name.to_string()).collect::<Vec<_>>()
        });
        let user: Vec<_> = user.into_iter().filter(|project| project.is_default).map(|project| project.name).collect();
        assert_eq!((&page, &user), (&own, &own));
        own
    }

    async fn delete(&self, project: ProjectId) {
        let can = self.may::<DeleteProject>(project).await;
        projects::delete(&self.world.services, &can, Precondition::None).await.expect("deleted");
    }

    async fn restore(&self, name: &str) {
        let name = ProjectName::parse_existing(name).expect("a name");
        let root = self.world.again(&self.root).await.expect("signed in");
        let can = projects::may_restore(&self.world.services, &root, &name).await.expect("an admin");
        projects::restore(&self.world.services, &can).await.expect("restored");
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
async fn project_closed_to_an_external_user_is_not_the_default() {
    let (fixture, _, alpha) = Fixture::set_with(|settings| {
        settings.external_projects = vec![ProjectName::parse_existing("Beta").expect("a name")];
    })
    .await;
    assert_eq!(fixture.default().await, "alpha");
    fixture.world.run("update users set user_type = 'external' where name = 'Ada'").await;
    assert_eq!(fixture.default().await, "beta", "the first one that is open");
    fixture.store(alpha, true).await.expect("stored");
    assert_eq!(fixture.default().await, "beta", "the stored one is closed");
    fixture.world.run("update users set user_type = 'regular' where name = 'Ada'").await;
    assert_eq!(fixture.default().await, "alpha", "the stored one is open again");
    fixture.world.run("delete from user_projects where not is_default").await;
    fixture.world.run("update users set user_type = 'external' where name = 'Ada'").await;
    assert_eq!(fixture.defaults().await, [""; 0], "no open project, no default");
}

#[tokio::test]
async fn several_users_have_the_same_default_project() {
    let (fixture, beta, _) = Fixture::set().await;
    let bob = fixture.world.person("Bob", PlatformRole::User).await;
    fixture.world.member(beta, bob.actor.user_id, ProjectRole::Member).await;
    fixture.store(beta, true).await.expect("stored for Ada");
    let can: Can<ManageUsers> = fixture.root.can(Target::Platform).expect("an admin");
    users::set_default_project(&fixture.world.services, &can, bob.actor.user_id, beta, true).await.expect("for Bob");
    assert_eq!(fixture.default().await, "beta");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn defaults_stored_at_once_leave_exactly_one() {
    let (fixture, beta, alpha) = Fixture::set().await;
    for round in 0..20 {
        let (one, other) = tokio::join!(fixture.store(beta, true), fixture.store(alpha, true));
        assert_eq!((one.map_err(Refusal::from), other.map_err(Refusal::from)), (Ok(()), Ok(())), "round {round}");
        let stored: i64 = sqlx::query_scalar("select count(*) from user_projects where is_default")
            .fetch_one(fixture.world.services.pool())
            .await
            .expect("a count");
        assert_eq!(stored, 1, "round {round}");
    }
}

#[tokio::test]
async fn stored_default_falls_back_while_its_project_is_deleted() {
    let (fixture, _, alpha) = Fixture::set().await;
    let own = fixture.world.project("zeta", &fixture.ada).await;
    fixture.store(own, true).await.expect("stored");
    fixture.delete(own).await;
    assert_eq!(fixture.default().await, "alpha");
    fixture.restore("zeta").await;
    assert_eq!(fixture.default().await, "zeta");

    fixture.delete(own).await;
    fixture.store(alpha, true).await.expect("another one since");
    fixture.restore("zeta").await;
    assert_eq!(fixture.default().await, "alpha", "the choice since then stays");
}

#[tokio::test]
async fn stored_default_stays_when_other_projects_are_deleted_or_left() {
    let (fixture, beta, alpha) = Fixture::set().await;
    let other = fixture.world.project("other", &fixture.ada).await;
    fixture.store(beta, true).await.expect("stored");
    fixture.delete(other).await;
    let may = fixture.may::<ManageMembers>(alpha).await;
    members::remove(&fixture.world.services, &may, fixture.user(), WithoutAdmin::Allow).await.expect("removed");
    assert_eq!(fixture.default().await, "beta");
    members::add(&fixture.world.services, &may, fixture.user(), ProjectRole::Member).await.expect("added again");
    assert_eq!(fixture.default().await, "beta");
}

#[tokio::test]
async fn member_added_again_has_no_former_default() {
    let (fixture, beta, _) = Fixture::set().await;
    fixture.store(beta, true).await.expect("stored");
    let may = fixture.may::<ManageMembers>(beta).await;
    members::remove(&fixture.world.services, &may, fixture.user(), WithoutAdmin::Allow).await.expect("removed");
    members::add(&fixture.world.services, &may, fixture.user(), ProjectRole::Member).await.expect("added again");
    assert_eq!(fixture.default().await, "alpha");
}

#[tokio::test]
async fn user_without_projects_has_pages_without_a_default() {
    let (fixture, beta, _) = Fixture::set().await;
    fixture.store(beta, true).await.expect("stored");
    fixture.world.run("delete from user_projects").await;
    assert_eq!(fixture.defaults().await, [""; 0]);
    assert_eq!(refusal(fixture.store(beta, true).await), Refusal::NotFound, "not a member any longer");
}
