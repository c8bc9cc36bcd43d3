//! Making, editing, deleting and restoring projects.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod cli_analytics;
mod create;
mod delete;
mod edit;

use domain::actor::Target;
use domain::draft::Edit;
use domain::id::ProjectId;
use domain::permission::{Asks, CreateProject};
use domain::project::{ProjectDraft, ProjectFields, ProjectName};
use services::guard::{Caller, Can};
use services::testing::World;

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

fn new_name(name: &str) -> ProjectName {
    ProjectName::parse(name).expect("a new name")
}

fn draft(display_name: &str, description: &str) -> ProjectDraft {
    let fields = ProjectFields {
        display_name: display_name.to_owned(),
        description: description.to_owned(),
        ..ProjectFields::default()
    };
    fields.parse().expect("a draft")
}

fn described() -> ProjectDraft {
    draft("Atlas knowledge base", "Answers from our own documents")
}

fn edit(version: i64, display_name: &str, description: &str) -> Edit<ProjectDraft> {
    Edit::of_version(version, draft(display_name, description))
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
