//! Changes of the same people, projects and budgets at the same moment wait for each other and never lock each other
//! out: none of them fails for a reason that is not about its content.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetDraft, Category};
use domain::draft::{Edit, Precondition};
use domain::error::Refusal;
use domain::id::{BudgetId, ProjectId, UserId};
use domain::project::{ProjectDraft, ProjectName};
use domain::role::{PlatformRole, ProjectRole};
use domain::user::UserDraft;
use serde_json::json;
use services::client::Client;
use services::guard::Caller;
use services::members::WithoutAdmin;
use services::projects;
use services::session;
use services::testing::{ISSUER, World, developer};
use services::{Error, Services, budgets, identity, members, provision, sign_in, users};
use std::sync::Arc;

fn with_limit(limit: Option<u32>) -> Edit<UserDraft> {
    Edit::new(Precondition::None, move |stored| Ok(UserDraft { project_limit: limit, ..stored }))
}

const PEOPLE: usize = 2;
const PROJECTS: usize = 2;
const BUDGETS: usize = 2;
const WORKERS: usize = 8;
const STEPS: usize = 150;

/// The password of every user who signs in with one.
const PASSWORD: &str = "a quiet ledger line";
/// Users who sign in through the identity provider.
const SUBJECTS: [&str; 3] = ["priya", "otto", "mira"];
/// The first of them exchange their identities. The last one signs in.
const EXCHANGED: usize = 2;

struct Stage {
    world: World,
    services: Services,
    root: Caller,
    people: Vec<Caller>,
    /// Of [`SUBJECTS`], as they were at first: an identity moves from one user to the other.
    linked: Vec<UserId>,
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

async fn stage(world: World) -> Stage {
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let (mut people, mut projects, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..PEOPLE {
        let person = world.person(&format!("Person {n}"), PlatformRole::Admin).await;
        world.set_password(person.actor.user_id, PASSWORD).await;
        people.push(person);
    }
    let mut linked = Vec::new();
    for subject in SUBJECTS {
        linked.push(world.sign_in(&developer(subject, json!({}))).await.expect("admitted").actor.user_id);
    }
    for (n, owner) in people.iter().enumerate().take(PROJECTS) {
        let name = format!("project-{n}");
        let id = world.project(&name, owner).await;
        projects.push((ProjectName::parse(&name).expect("a name"), id));
    }
    for n in 0..BUDGETS {
        let can = root.can(Target::Platform).expect("a maintainer");
        made.push(
            budgets::create(&world.services, &can, None, &draft(&format!("Budget {n}"), "1")).await.expect("made"),
        );
    }
    Stage { services: world.services.clone(), world, root, people, linked, projects, budgets: made }
}

fn draft(name: &str, hard: &str) -> BudgetDraft {
    BudgetDraft::parse(name, "cli", "0", hard, "30d").expect("a draft")
}

/// One change by somebody to something, both drawn.
async fn step(stage: &Stage, dice: &mut Dice, number: usize) -> Result<(), Error> {
    let (services, root) = (&stage.services, &stage.root);
    let by = &stage.people[dice.roll(PEOPLE)];
    let person: UserId = match dice.roll(PEOPLE + SUBJECTS.len()) {
        linked if linked >= PEOPLE => stage.linked[linked - PEOPLE],
        person => stage.people[person].actor.user_id,
    };
    let (name, project) = &stage.projects[dice.roll(PROJECTS)];
    let budget = dice.roll(BUDGETS);
    let target = Target::Project(*project);
    match dice.roll(19) {
        0 => members::add(services, &by.can(target)?, person, ProjectRole::Member).await.map(drop),
        1 => members::remove(services, &by.can(target)?, person, WithoutAdmin::Allow).await.map(drop),
        2 => members::change_role(services, &by.can(target)?, person, ProjectRole::Admin, WithoutAdmin::Allow)
            .await
            .map(drop),
        3 => create(services, by, number).await,
        4 => edit(services, by, *project, number).await,
        5 => {
            let can = root.can(Target::Platform)?;
            let assigned = budgets::assign_to_user(services, &can, stage.budgets[budget], person).await?;
            match assigned.event {
                Some(event) if dice.roll(2) == 0 => budgets::undo_assignment(services, &can, event).await.map(drop),
                _ => Ok(()),
            }
        }
        6 => {
            let can = root.can(Target::Platform)?;
            let assigned = budgets::assign_to_project(services, &can, stage.budgets[budget], name).await?;
            match assigned.event {
                Some(event) if dice.roll(2) == 0 => budgets::undo_assignment(services, &can, event).await.map(drop),
                _ => Ok(()),
            }
        }
        7 => budgets::unassign_user(services, &root.can(Target::Platform)?, person, Category::Cli).await.map(drop),
        8 => budgets::unassign_project(services, &root.can(Target::Platform)?, name, Category::Cli).await.map(drop),
        9 => {
            let draft = draft(&format!("Budget {budget}"), &format!("{}", number + 2));
            budgets::edit(services, &root.can(Target::Platform)?, stage.budgets[budget], Edit::of_version(1, draft))
                .await
                .map(|_| ())
        }
        10 => users::edit(services, &root.can(Target::Platform)?, person, with_limit(Some(9))).await.map(|_| ()),
        11 => sign_in_and_out(stage, dice).await,
        12 => {
            // A user who is deactivated is turned away.
            let _denied = stage.world.begin_session(&developer(SUBJECTS[EXCHANGED], json!({}))).await;
            Ok(())
        }
        13 => relink(stage, dice).await,
        14 => stage.world.log_out_by_provider(&subject(dice.roll(SUBJECTS.len()))).await.map(|_| ()),
        15 => {
            let linked = stage.linked[dice.roll(SUBJECTS.len())];
            if number.is_multiple_of(2) {
                users::deactivate(services, &root.can(Target::Platform)?, linked, WithoutAdmin::Allow).await.map(drop)
            } else {
                users::reactivate(services, &root.can(Target::Platform)?, linked).await
            }
        }
        16 => sweep(stage).await,
        17 => {
            let linked: Vec<_> = stage.linked.iter().map(|id| (*id, ProjectRole::Member)).collect();
            members::assign_many(services, &by.can(target)?, &linked).await.map(drop)
        }
        _ => {
            let role = if number.is_multiple_of(2) { PlatformRole::Maintainer } else { PlatformRole::Admin };
            let can = root.can(Target::Platform)?;
            if role.is_maintainer() {
                let _due = users::set_platform_role(services, &can, person, role).await;
                stage.world.reauthenticate(root).await;
            }
            users::set_platform_role(services, &can, person, role).await.map(drop)
        }
    }
}

fn subject(number: usize) -> String {
    let claims = developer(SUBJECTS[number], json!({}));
    claims["sub"].as_str().expect("a subject").to_owned()
}

/// Signs in with a password, right or wrong.
async fn sign_in_and_out(stage: &Stage, dice: &mut Dice) -> Result<(), Error> {
    let email = format!("person.{}@example.com", dice.roll(PEOPLE));
    let password = if dice.roll(4) == 0 { "a loud ledger line" } else { PASSWORD };
    let signed_in = sign_in::with_password(&stage.services, &email, password.to_owned(), &Client::default()).await?;
    identity::logout::sign_out(&stage.services, &signed_in.token).await.map(|_| ())
}

/// Gives an identity to one of two users, as if the provider had refused it because of an address.
async fn relink(stage: &Stage, dice: &mut Dice) -> Result<(), Error> {
    let (subject, id) = (subject(dice.roll(EXCHANGED)), stage.linked[dice.roll(EXCHANGED)]);
    sqlx::query(
        "insert into identity_conflicts (issuer, subject, user_id, provider, name, address, first_at, last_at)
         values ($1, $2, $3, 'keycloak', 'x', 'x', now(), now())
         on conflict (issuer, subject) do update set user_id = excluded.user_id",
    )
    .bind(ISSUER)
    .bind(&subject)
    .bind(id.0)
    .execute(stage.services.pool())
    .await?;
    let can = stage.root.can(Target::Platform)?;
    provision::relink(&stage.services, &can, id, ISSUER, &subject).await
}

/// Lets a session of each user expire, and forgets what has expired, as the job does.
async fn sweep(stage: &Stage) -> Result<(), Error> {
    sqlx::query(
        "insert into sessions (id, token_hash, user_id, device, signed_in_at, last_used_at, authenticated_at, expires_at)
         select gen_random_uuid(), uuid_send(gen_random_uuid()), id, 'x', $1, $1, $1, $1 from users",
    )
    .bind(stage.world.clock.now())
    .execute(stage.services.pool())
    .await?;
    session::sweep(&stage.services).await?;
    sign_in::sweep(&stage.services).await?;
    sign_in::sweep_devices(&stage.services).await?;
    identity::sweep(&stage.services).await.map(|_| ())
}

async fn create(services: &Services, by: &Caller, number: usize) -> Result<(), Error> {
    let name = ProjectName::parse(&format!("made-{}", number % 5)).expect("a name");
    projects::create(services, &by.can(Target::Own)?, name, &ProjectDraft::default()).await.map(|_| ())
}

async fn edit(services: &Services, by: &Caller, project: ProjectId, number: usize) -> Result<(), Error> {
    let draft = ProjectDraft { description: format!("Edit {number}"), ..ProjectDraft::default() };
    projects::edit(services, &by.can(Target::Project(project))?, Edit::of_version(1, draft)).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_at_the_same_moment_never_lock_each_other_out() {
    let world = World::with(|settings| {
        settings.project_limit = 2;
        (settings.account_tries, settings.network_tries) = (i16::MAX as u16, i16::MAX as u16);
    });
    let stage = Arc::new(stage(world.await).await);
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
