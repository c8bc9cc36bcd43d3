//! Requests whose holder goes, and comes back.

use super::{Stage, sees};
use domain::actor::Target;
use domain::budget::{BudgetRequest, RequestState};
use domain::draft::Precondition;
use domain::permission::{DeleteProject, ManageUsers};
use domain::project::ProjectName;
use domain::violation::Violation;
use services::guard::Can;
use services::members::WithoutAdmin;
use services::testing::rule;
use services::{projects, users, views};

#[tokio::test]
async fn requests_of_deactivated_users_and_deleted_projects_are_closed() {
    let stage = Stage::set().await;
    let atlas = stage.world.project("atlas", &stage.bob).await;
    let bob = stage.world.again(&stage.bob).await.expect("signed in");
    let (of_atlas, of_bob) = (stage.request_for(&bob, atlas).await, stage.request("80").await);
    stage.world.run("update projects set deleted_at = now() where name = 'atlas'").await;
    stage.world.run("update users set is_active = false where name = 'Bob'").await;
    for request in [of_bob, of_atlas] {
        assert_eq!(rule(stage.approve(&stage.mia, request, stage.medium).await), Violation::BudgetRequestClosed);
    }
    assert_eq!(stage.list(Some(RequestState::Waiting)).await.len(), 0);
    let count = views::budget_requests::count_waiting(stage.services(), &sees(&stage.mia)).await.expect("a count");
    assert_eq!(count, 0);
    let closed = stage.list(Some(RequestState::Closed)).await;
    let holders: Vec<_> = closed.iter().map(BudgetRequest::holder_name).collect();
    assert_eq!(holders.len(), 2);
    assert!(holders.contains(&"Bob") && holders.contains(&"Deleted project"), "{holders:?}");
    for request in &closed {
        let why = if request.holder.is_some() { "The user was deactivated" } else { "The project was deleted" };
        assert!(request.closed_because().is_some_and(|said| said.starts_with(why)), "{:?}", request.holder);
    }
    stage.world.run("update users set is_active = true where name = 'Bob'").await;
    let bob = stage.world.signed_in(bob.actor.user_id).await;
    stage.request_of(&bob, "cli", "80").await.expect("nothing of his waits");
    stage.world.run("delete from projects where name = 'atlas'").await;
    assert_eq!(stage.list(None).await.len(), 2, "the request of a purged project is gone");
}

#[tokio::test]
async fn undone_deactivation_and_undone_deletion_bring_requests_back() {
    let stage = Stage::set().await;
    let services = stage.services();
    let atlas = stage.world.project("atlas", &stage.bob).await;
    let bob = stage.world.again(&stage.bob).await.expect("signed in");
    let (of_atlas, of_bob) = (stage.request_for(&bob, atlas).await, stage.request("80").await);

    let can: Can<DeleteProject> = stage.mia.can(Target::Project(atlas)).expect("a maintainer");
    let deleted = projects::delete(services, &can, Precondition::None).await.expect("deleted");
    assert_eq!(stage.state_of(of_atlas).await, RequestState::Closed);
    let name = ProjectName::parse_existing("atlas").expect("a name");
    let event = deleted.event.expect("an event");
    projects::undo_deletion(services, &stage.mia, &name, event).await.expect("undone");
    assert_eq!(stage.state_of(of_atlas).await, RequestState::Waiting);

    let can: Can<ManageUsers> = stage.mia.can(Target::Platform).expect("a maintainer");
    let user = stage.bob.actor.user_id;
    let deactivated = users::deactivate(services, &can, user, WithoutAdmin::Allow).await.expect("deactivated");
    assert_eq!(stage.state_of(of_bob).await, RequestState::Closed);
    users::undo_deactivation(services, &can, deactivated.event.expect("an event")).await.expect("undone");
    assert_eq!(stage.state_of(of_bob).await, RequestState::Waiting);
}
