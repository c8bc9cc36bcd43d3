//! Members of projects are customers with their share.

use crate::litellm::stage::Stage;
use domain::id::{ProjectId, UserId};
use domain::role::ProjectRole;
use serde_json::Value;
use uuid::Uuid;

struct Project {
    stage: Stage,
    id: ProjectId,
    members: Vec<UserId>,
}

impl Project {
    /// `atlas` with three members beside Mia and a budget of its own of 100 dollars.
    async fn set() -> Self {
        let stage = Stage::started().await;
        let id = stage.world.project("atlas", &stage.mia).await;
        let mut members = vec![stage.mia.actor.user_id];
        for name in ["Ada", "Ben"] {
            let user = stage.user(name).await;
            stage.world.member(id, user, ProjectRole::Member).await;
            members.push(user);
        }
        members.sort_unstable_by_key(|user| user.0);
        sqlx::query(
            "with made as (
               insert into budgets (id, slug, name, category, soft_limit, hard_limit, reset_minutes, project_id)
               values ($1, 'atlas-cli', 'CLI of atlas', 'cli', 80, 100, 43200, $2) returning id)
             insert into project_budgets (project_id, category, budget_id) select $2, 'cli', id from made",
        )
        .bind(Uuid::from_u128(9))
        .bind(id.0)
        .execute(stage.services().pool())
        .await
        .expect("a budget");
        Self { stage, id, members }
    }

    fn customer(&self, member: usize) -> Option<(Option<String>, bool)> {
        self.stage.proxy.customer(&format!("codemie:project:atlas:category:cli:user:{}", self.members[member]))
    }

    /// The hard limit of a member's budget.
    fn limit(&self, member: usize) -> Value {
        let (budget, _) = self.customer(member).expect("a customer");
        self.stage.proxy.budget(&budget.expect("a budget")).expect("there")["max_budget"].clone()
    }
}

#[tokio::test]
async fn members_may_spend_the_whole_budget_unless_limits_are_enforced() {
    let project = Project::set().await;
    project.stage.push().await;
    assert_eq!(project.customer(0), Some((Some("atlas-cli".to_owned()), false)));
    assert_eq!(project.limit(2), 100.0);

    project.stage.world.run("update projects set member_limits_enforced = true").await;
    project.stage.push().await;
    assert_eq!(project.customer(0), Some((Some("atlas-cli:shared".to_owned()), false)));
    let limits: Vec<_> = (0..3).map(|member| project.limit(member)).collect();
    assert_eq!(limits, [33.33, 33.33, 33.34], "they sum to the budget");
    assert_eq!(
        project.customer(2).and_then(|(budget, _)| budget),
        Some(format!("atlas-cli:user:{}", project.members[2]))
    );
}

#[tokio::test]
async fn fixed_share_is_a_budget_of_its_own() {
    let project = Project::set().await;
    project.stage.world.run("update projects set member_limits_enforced = true").await;
    sqlx::query(
        "insert into member_allocations (project_id, category, user_id, soft_limit, hard_limit, set_at)
         values ($1, 'cli', $2, 10, 60, now())",
    )
    .bind(project.id.0)
    .bind(project.members[0].0)
    .execute(project.stage.services().pool())
    .await
    .expect("a share");
    project.stage.push().await;
    assert_eq!([0, 1, 2].map(|member| project.limit(member)), [60.0, 20.0, 20.0]);
    assert_eq!(project.customer(2), Some((Some("atlas-cli:shared".to_owned()), false)));
    let own = format!("atlas-cli:user:{}", project.members[0]);
    assert_eq!(project.stage.proxy.budget(&own).expect("there")["soft_budget"], 10.0);

    project.stage.world.run("delete from member_allocations").await;
    project.stage.push().await;
    assert_eq!([0, 1, 2].map(|member| project.limit(member)), [33.33, 33.33, 33.34]);
    assert_eq!(project.stage.proxy.budget(&own), None);
}

#[tokio::test]
async fn member_that_leaves_is_blocked_and_one_that_returns_is_not() {
    let project = Project::set().await;
    project.stage.push().await;
    project
        .stage
        .world
        .run("delete from user_projects where user_id in (select id from users where name = 'Ada')")
        .await;
    project.stage.push().await;
    let ada = (0..3).find(|member| project.customer(*member).is_some_and(|(_, blocked)| blocked)).expect("blocked");
    assert_eq!(project.customer(ada).and_then(|(budget, _)| budget).as_deref(), Some("bursar:nothing"));
    project.stage.world.member(project.id, project.members[ada], ProjectRole::Member).await;
    project.stage.push().await;
    assert_eq!(project.customer(ada), Some((Some("atlas-cli".to_owned()), false)));
}

#[tokio::test]
async fn deleted_project_blocks_its_members_and_takes_its_budget_away() {
    let project = Project::set().await;
    project.stage.push().await;
    project.stage.world.run("update projects set deleted_at = now() where name = 'atlas'").await;
    project.stage.push().await;
    assert!((0..3).all(|member| project.customer(member).is_some_and(|(_, blocked)| blocked)));
    assert_eq!(project.stage.proxy.budget("atlas-cli"), None);
    assert_eq!(project.stage.push().await, 0);
}

#[tokio::test]
async fn members_of_a_project_without_a_budget_are_paid_for_by_their_own() {
    let project = Project::set().await;
    let own = project.stage.budget("own", "cli", "5").await;
    project.stage.assign(own, project.members[0]).await;
    project.stage.push().await;
    project.stage.world.run("delete from project_budgets; delete from budgets where slug = 'atlas-cli'").await;
    project.stage.push().await;
    assert_eq!(project.customer(0), Some((Some("own".to_owned()), false)));
    assert_eq!(project.customer(1), Some((Some("bursar:no-limit".to_owned()), false)));
    assert_eq!(project.stage.proxy.budget("atlas-cli"), None);
}
