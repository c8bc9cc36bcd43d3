//! Making, editing, deleting and restoring projects.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod create;
mod delete;
mod edit;

use domain::actor::Target;
use domain::conflict::Edit;
use domain::id::ProjectId;
use domain::permission::{Asks, CreateProject};
use domain::project::{ProjectDraft, ProjectName};
use domain::text::{Description, DisplayName};
use services::guard::{Caller, Can};
use services::projects::NewProject;
use services::testing::World;

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

fn new_project(name: &str) -> NewProject {
    NewProject {
        name: ProjectName::parse(name).expect("a new name"),
        display_name: Some(DisplayName::parse("Atlas knowledge base").expect("a display name")),
        description: Description::parse("Answers from our own documents").expect("a description"),
    }
}

fn edit(version: i64, display_name: &str, description: &str) -> Edit<ProjectDraft> {
    Edit::of_version(version, ProjectDraft::parse(display_name, description).expect("a good draft"))
}

async fn again(world: &World, caller: &Caller) -> Caller {
    world.again(caller).await.expect("still signed in")
}

fn may_create(caller: &Caller) -> Can<CreateProject> {
    caller.can(Target::Own).expect("may create projects")
}

async fn may_edit<P: Asks>(world: &World, caller: &Caller, project: ProjectId) -> Can<P> {
    again(world, caller).await.can(Target::Project(project)).expect("may edit the project")
}
