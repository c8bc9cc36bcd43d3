//! The only project admin of a shared project: removed, demoted or deactivated after a confirmation alone, and found
//! afterwards.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::id::{ProjectId, UserId};
use domain::permission::{ManageMembers, ManageUsers, ViewUsers};
use domain::project::{MemberQuery, ProjectName, ProjectQuery, ProjectState};
use domain::role::{PlatformRole, ProjectRole};
use domain::violation::Violation;
use services::guard::{Caller, Can};
use services::members::WithoutAdmin;
use services::testing::{World, rule};
use services::{members, users, views};

/// A platform admin, and the project "tutor", which Zelda is the only project admin of.
struct Stage {
    world: World,
    root: Caller,
    zelda: UserId,
    tutor: ProjectId,
}

async fn stage() -> Stage {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    let tutor = world.project("tutor", &root).await;
    let zelda = world.row("Zelda", PlatformRole::User).await;
    sqlx::query("update user_projects set is_project_admin = false").execute(world.services.pool()).await.expect("set");
    world.member(tutor, zelda, ProjectRole::Admin).await;
    Stage { world, root, zelda, tutor }
}

impl Stage {
    async fn manage_members(&self) -> Can<ManageMembers> {
        let root = self.world.again(&self.root).await.expect("signed in");
        root.can(Target::Project(self.tutor)).expect("an admin")
    }

    fn manage_users(&self) -> Can<ManageUsers> {
        self.root.can(Target::Platform).expect("an admin")
    }

    /// The projects that the list shows as without project admin.
    async fn without_admin(&self) -> Vec<String> {
        let query = ProjectQuery { state: Some(ProjectState::WithoutAdmin), ..ProjectQuery::default() };
        let page = views::projects::list(&self.world.services, &self.root, &query).await.expect("a list");
        page.rows.into_iter().map(|row| row.name.to_string()).collect()
    }

    /// Whether her page and the project's say that she is the only project admin.
    async fn is_shown_as_only_admin(&self) -> (bool, bool) {
        let can: Can<ViewUsers> = self.root.can(Target::Platform).expect("an admin");
        let detail = views::user_page::load(&self.world.services, &can, self.zelda).await.expect("her page");
        let name = ProjectName::parse_existing("tutor").expect("a name");
        let page = views::project_page::load(&self.world.services, &self.root, &name, &MemberQuery::default()).await;
        let members = page.expect("the project's page").members.rows;
        let zelda = members.into_iter().find(|member| member.user_id == self.zelda).expect("a member");
        (detail.only_admin_of() == ["tutor"], zelda.is_only_admin)
    }
}

fn only_admin_of(projects: &str) -> Violation {
    Violation::OnlyProjectAdmin { name: "Zelda".to_owned(), projects: projects.to_owned() }
}

#[tokio::test]
async fn only_project_admin_is_demoted_after_a_confirmation_alone() {
    let stage = stage().await;
    let (services, can) = (&stage.world.services, stage.manage_members().await);
    let demote = |way| members::change_role(services, &can, stage.zelda, ProjectRole::Member, way);
    assert_eq!(stage.is_shown_as_only_admin().await, (true, true));
    assert_eq!(rule(demote(WithoutAdmin::Refuse).await), only_admin_of("tutor"));
    assert_eq!(stage.without_admin().await, [""; 0]);
    demote(WithoutAdmin::Allow).await.expect("demoted");
    assert_eq!(stage.without_admin().await, ["tutor"]);
    assert_eq!(stage.is_shown_as_only_admin().await, (false, false));
}

#[tokio::test]
async fn only_project_admin_is_removed_after_a_confirmation_alone() {
    let stage = stage().await;
    let (services, can) = (&stage.world.services, stage.manage_members().await);
    assert_eq!(rule(members::remove(services, &can, stage.zelda, WithoutAdmin::Refuse).await), only_admin_of("tutor"));
    members::remove(services, &can, stage.zelda, WithoutAdmin::Allow).await.expect("removed");
    assert_eq!(stage.without_admin().await, ["tutor"]);
}

#[tokio::test]
async fn only_project_admin_is_deactivated_after_a_confirmation_that_names_the_projects() {
    let stage = stage().await;
    let (services, can) = (&stage.world.services, stage.manage_users());
    let atlas = stage.world.project("atlas", &stage.root).await;
    sqlx::query("update user_projects set is_project_admin = false where project_id = $1")
        .bind(atlas.0)
        .execute(services.pool())
        .await
        .expect("set");
    stage.world.member(atlas, stage.zelda, ProjectRole::Admin).await;
    let refused = rule(users::deactivate(services, &can, stage.zelda, WithoutAdmin::Refuse).await);
    assert_eq!(refused, only_admin_of("atlas, tutor"));
    users::deactivate(services, &can, stage.zelda, WithoutAdmin::Allow).await.expect("deactivated");
    assert_eq!(stage.without_admin().await, ["atlas", "tutor"], "a deactivated project admin adds nobody");
}

#[tokio::test]
async fn project_admin_beside_an_active_one_goes_without_a_question() {
    let stage = stage().await;
    let (services, can) = (&stage.world.services, stage.manage_members().await);
    let bea = stage.world.row("Bea", PlatformRole::User).await;
    stage.world.member(stage.tutor, bea, ProjectRole::Admin).await;
    assert_eq!(stage.is_shown_as_only_admin().await, (false, false));
    users::deactivate(services, &stage.manage_users(), bea, WithoutAdmin::Refuse).await.expect("Zelda is left");
    assert_eq!(stage.is_shown_as_only_admin().await, (true, true), "the other one is deactivated");
    assert_eq!(rule(members::remove(services, &can, stage.zelda, WithoutAdmin::Refuse).await), only_admin_of("tutor"));
    members::remove(services, &can, bea, WithoutAdmin::Refuse).await.expect("a deactivated one is no loss");
    users::reactivate(services, &stage.manage_users(), bea).await.expect("reactivated");
    members::add(services, &can, bea, ProjectRole::Admin).await.expect("added");
    members::remove(services, &can, stage.zelda, WithoutAdmin::Refuse).await.expect("Bea is left");
}

#[tokio::test]
async fn personal_and_deleted_projects_are_never_without_admin() {
    let stage = stage().await;
    stage.world.personal_project(&stage.root).await;
    assert_eq!(stage.without_admin().await, [""; 0]);
    sqlx::query("update user_projects set is_project_admin = false")
        .execute(stage.world.services.pool())
        .await
        .expect("set");
    assert_eq!(stage.without_admin().await, ["tutor"]);
    sqlx::query("update projects set deleted_at = now()").execute(stage.world.services.pool()).await.expect("deleted");
    assert_eq!(stage.without_admin().await, [""; 0]);
}
