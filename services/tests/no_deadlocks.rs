//! Changes of the same people, projects and budgets at the same moment wait for each other and never lock each other
//! out: none of them fails for a reason that is not about its content.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetDraft, Category};
use domain::error::Refusal;
use domain::id::{BudgetId, ProjectId, UserId};
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use domain::text::Description;
use services::guard::Caller;
use services::projects::{self, NewProject, ProjectEdit};
use services::testing::World;
use services::{Error, Services, budgets, members, users};
use std::sync::Arc;

const PEOPLE: usize = 2;
const PROJECTS: usize = 2;
const BUDGETS: usize = 2;
const WORKERS: usize = 8;
const STEPS: usize = 150;

struct Stage {
    services: Services,
    root: Caller,
    people: Vec<Caller>,
    projects: Vec<(ProjectName, ProjectId)>,
    budgets: Vec<BudgetId>,
}

/// Numbers that look random and are the same every time (Knuth's constants for a linear congruential generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).expect("small")
    }
}

async fn stage(world: &World) -> Stage {
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let (mut people, mut projects, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..PEOPLE {
        people.push(world.person(&format!("Person {n}"), PlatformRole::Admin).await);
    }
    for (n, owner) in people.iter().enumerate().take(PROJECTS) {
        let name = format!("project-{n}");
        let id = world.project(&name, owner).await;
        projects.push((ProjectName::parse(&name).expect("a name"), id));
    }
    for n in 0..BUDGETS {
        let can = root.can(Target::Platform).expect("a maintainer");
        made.push(budgets::create(&world.services, &can, draft(&format!("Budget {n}"), "1")).await.expect("made"));
    }
    Stage { services: world.services.clone(), root, people, projects, budgets: made }
}

fn draft(name: &str, hard: &str) -> BudgetDraft {
    BudgetDraft::parse(name, "cli", "0", hard, "30d").expect("a draft")
}

/// One change by somebody to something, both drawn.
async fn step(stage: &Stage, dice: &mut Dice, number: usize) -> Result<(), Error> {
    let (services, root) = (&stage.services, &stage.root);
    let by = &stage.people[dice.roll(PEOPLE)];
    let person: UserId = stage.people[dice.roll(PEOPLE)].actor.user_id;
    let (name, project) = &stage.projects[dice.roll(PROJECTS)];
    let budget = dice.roll(BUDGETS);
    let target = Target::Project(*project);
    match dice.roll(12) {
        0 => members::add(services, &by.can(target)?, person, ProjectRole::Member).await,
        1 => members::remove(services, &by.can(target)?, person).await,
        2 => members::change_role(services, &by.can(target)?, person, ProjectRole::Admin).await,
        3 => create(services, by, number).await,
        4 => edit(services, by, *project, number).await,
        5 => budgets::assign_to_user(services, &root.can(Target::Platform)?, stage.budgets[budget], person).await,
        6 => budgets::assign_to_project(services, &root.can(Target::Platform)?, stage.budgets[budget], name).await,
        7 => budgets::unassign_user(services, &root.can(Target::Platform)?, person, Category::Cli).await,
        8 => budgets::unassign_project(services, &root.can(Target::Platform)?, name, Category::Cli).await,
        9 => {
            let draft = draft(&format!("Budget {budget}"), &format!("{}", number + 2));
            budgets::edit(services, &root.can(Target::Platform)?, stage.budgets[budget], 1, draft).await
        }
        10 => users::set_project_limit(services, &root.can(Target::Platform)?, person, Some(9)).await,
        _ => {
            let role = if number.is_multiple_of(2) { PlatformRole::Maintainer } else { PlatformRole::Admin };
            users::set_platform_role(services, &root.can(Target::Platform)?, person, role).await
        }
    }
}

async fn create(services: &Services, by: &Caller, number: usize) -> Result<(), Error> {
    let new = NewProject {
        name: ProjectName::parse(&format!("made-{}", number % 5)).expect("a name"),
        display_name: None,
        description: Description::parse("x").expect("a description"),
    };
    projects::create(services, &by.can(Target::Own)?, new).await.map(|_| ())
}

async fn edit(services: &Services, by: &Caller, project: ProjectId, number: usize) -> Result<(), Error> {
    let description = Description::parse(&format!("Edit {number}")).expect("a description");
    let edit = ProjectEdit { display_name: None, description };
    projects::edit(services, &by.can(Target::Project(project))?, 1, edit).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_at_the_same_moment_never_lock_each_other_out() {
    let world = World::with(|settings| settings.project_limit = 2).await;
    let stage = Arc::new(stage(&world).await);
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| {
            let stage = stage.clone();
            tokio::spawn(async move {
                let mut dice = Dice(worker as u64);
                let mut done = 0;
                for number in 0..STEPS {
                    match step(&stage, &mut dice, worker * STEPS + number).await.map_err(Refusal::from) {
                        Ok(()) => done += 1,
                        Err(fault @ (Refusal::Unavailable | Refusal::Internal)) => panic!("{fault:?} at {number}"),
                        Err(_) => {}
                    }
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await.expect("no deadlock");
    }
    assert!(done > WORKERS * STEPS / 10, "only {done} changes went through, too few to prove anything");
}
