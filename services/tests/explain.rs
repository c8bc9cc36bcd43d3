//! What explanations say is what the guard lets pass, and both questions agree.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::error::Refusal;
use domain::explain::{HolderRow, PermissionHolders, UserAccess, UserAnswer};
use domain::id::{ProjectId, UserId};
use domain::page::{Cursor, PageSize};
use domain::permission::{Permission, ViewAccessMatrix};
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use domain::spend::UserRef;
use services::guard::{Caller, Can};
use services::testing::{World, refusal};
use services::views::explain;
use services::{members, users};
use std::collections::BTreeSet;

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

async fn see(world: &World, caller: &Caller) -> Can<ViewAccessMatrix> {
    world.again(caller).await.expect("signed in").can(Target::Platform).expect("an admin")
}

async fn asked(world: &World, can: &Can<ViewAccessMatrix>, user: &str, project: Option<&str>) -> UserAnswer {
    let (user, project) = (UserRef::parse(user).expect("a user"), project.map(named));
    explain::user(&world.services, can, &user, project.as_ref(), None).await.expect("an answer")
}

async fn access(world: &World, can: &Can<ViewAccessMatrix>, user: UserId, project: Option<&str>) -> UserAccess {
    match asked(world, can, &user.to_string(), project).await {
        UserAnswer::Access(access) => *access,
        other => panic!("{other:?}"),
    }
}

async fn page(
    world: &World,
    can: &Can<ViewAccessMatrix>,
    permission: Permission,
    project: Option<&str>,
    cursor: Option<&Cursor>,
) -> PermissionHolders {
    let (project, size) = (project.map(named), PageSize::new(2).expect("a size"));
    explain::holders(&world.services, can, permission, project.as_ref(), cursor, size).await.expect("a page")
}

/// Every page forwards, each compared with the page that leads back to it.
async fn all_holders(
    world: &World,
    can: &Can<ViewAccessMatrix>,
    permission: Permission,
    project: Option<&str>,
) -> Vec<HolderRow> {
    let (mut rows, mut cursor, mut before) = (Vec::new(), None, None::<PermissionHolders>);
    loop {
        let here = page(world, can, permission, project, cursor.as_ref()).await;
        if let Some(before) = before {
            let back = page(world, can, permission, project, here.page.previous.as_ref()).await;
            assert_eq!(back.page.rows, before.page.rows, "{permission:?} {project:?}");
        }
        rows.extend(here.page.rows.clone());
        cursor = here.page.next.clone();
        before = Some(here);
        if cursor.is_none() {
            return rows;
        }
    }
}

/// Users of every platform role, type and place in two projects of which one is open to external users.
async fn organisation(world: &World) -> (Vec<UserId>, [ProjectId; 2]) {
    let owner = world.person("Owner", PlatformRole::User).await;
    let projects = [world.project("atlas", &owner).await, world.project("open", &owner).await];
    let mut everybody = vec![owner.actor.user_id];
    for role in PlatformRole::ALL {
        for (place, held) in [None, Some(ProjectRole::Member), Some(ProjectRole::Admin)].into_iter().enumerate() {
            let user = world.row(&format!("{} {place}", role.title()), role).await;
            everybody.push(user);
            if let Some(held) = held {
                for project in projects {
                    world.member(project, user, held).await;
                }
            }
        }
    }
    for (name, held) in [("External 1", ProjectRole::Member), ("External 2", ProjectRole::Admin)] {
        let user = world.row(name, PlatformRole::User).await;
        everybody.push(user);
        for project in projects {
            world.member(project, user, held).await;
        }
    }
    world.run("update users set user_type = 'external' where name like 'External%'").await;
    (everybody, projects)
}

#[tokio::test]
async fn both_questions_are_answered_as_the_guard_decides() {
    let world = World::with(|settings| settings.external_projects = vec![named("open")]).await;
    let (everybody, projects) = organisation(&world).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let can = see(&world, &root).await;
    let mut actors = Vec::new();
    for user in everybody {
        actors.push((user, world.signed_in(user).await.actor));
    }
    // Their sessions ended with it.
    let deactivated = [("Admin 2", true), ("User 2", true)].map(|(name, _)| name);
    world.run("update users set is_active = false where name in ('Admin 2', 'User 2')").await;
    let is_active = |name: &str| !deactivated.contains(&name);
    for (name, project) in [("atlas", projects[0]), ("open", projects[1])] {
        for permission in Permission::ALL.iter().copied() {
            let may: BTreeSet<UserId> = actors
                .iter()
                .filter(|(_, actor)| is_active(&actor.name) && actor.may(permission, Target::Project(project)))
                .map(|(user, _)| *user)
                .collect();
            let found = all_holders(&world, &can, permission, Some(name)).await;
            let listed: Vec<UserId> =
                found.iter().filter(|row| row.explanation.is_allowed()).map(|row| row.user.id).collect();
            let others: BTreeSet<UserId> = listed.iter().copied().filter(|id| *id != root.actor.user_id).collect();
            assert_eq!(others, may, "{permission:?} in {name}");
            assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len(), "twice: {permission:?}");
            for row in &found {
                assert!(!row.explanation.is_allowed() || !row.explanation.paths.is_empty());
            }
        }
    }
    for (user, actor) in &actors {
        let platform = access(&world, &can, *user, None).await;
        let in_atlas = access(&world, &can, *user, Some("atlas")).await;
        for permission in Permission::ALL.iter().copied() {
            let allowed = |access: &UserAccess| {
                access.explanations.iter().any(|one| one.permission == permission && one.is_allowed())
            };
            let anywhere = [Target::Platform, Target::Own].into_iter().any(|target| actor.may(permission, target));
            assert_eq!(allowed(&platform), is_active(&actor.name) && anywhere, "{} {permission:?}", actor.name);
            let in_project = actor.may(permission, Target::Project(projects[0]));
            assert_eq!(allowed(&in_atlas), is_active(&actor.name) && in_project, "{} {permission:?}", actor.name);
        }
    }
    assert!(
        page(&world, &can, Permission::ManageMembers, None, None)
            .await
            .page
            .rows
            .iter()
            .all(|row| row.user.role.is_admin())
    );
}

fn words(row: &HolderRow) -> Vec<String> {
    let step = |step: &domain::explain::Step| format!("{} {}", step.kind.key(), step.value);
    row.explanation.paths.iter().map(|path| path.steps.iter().map(step).collect::<Vec<_>>().join(" > ")).collect()
}

#[tokio::test]
async fn path_names_who_granted_the_role_and_the_membership() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let atlas = world.project("atlas", &root).await;
    let zelda = world.row("Zelda", PlatformRole::User).await;
    world.reauthenticate(&root).await;
    let grant = world.again(&root).await.expect("signed in").can(Target::Platform).expect("a maintainer");
    users::set_platform_role(&world.services, &grant, zelda, PlatformRole::Admin).await.expect("granted");
    let manage = world.again(&root).await.expect("signed in").can(Target::Project(atlas)).expect("a maintainer");
    members::add(&world.services, &manage, zelda, ProjectRole::Admin).await.expect("added");
    let can = see(&world, &root).await;
    let found = all_holders(&world, &can, Permission::ManageMembers, Some("atlas")).await;
    let zeldas = found.iter().find(|row| row.user.id == zelda).expect("listed");
    assert_eq!(
        words(zeldas),
        ["role Admin > granted_by root@example.com", "project atlas > role Project admin > granted_by Root"]
    );
    assert!(zeldas.explanation.paths.iter().all(|path| path.since == Some(world.clock.now())));
    // An operator's statement leaves no event, and an older grant of another role is not the reason.
    world.run("update users set is_maintainer = true where name = 'Zelda'").await;
    let found = all_holders(&world, &can, Permission::ManageBudgets, None).await;
    let zeldas = found.iter().find(|row| row.user.id == zelda).expect("listed");
    assert_eq!(words(zeldas), ["role Maintainer > rule Not recorded in the audit log"]);
}

#[tokio::test]
async fn deactivated_holder_is_listed_with_the_reason() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world.row("Zelda", PlatformRole::Admin).await;
    world.run("update users set is_active = false where name = 'Zelda'").await;
    let found = all_holders(&world, &see(&world, &root).await, Permission::ManageUsers, None).await;
    let states: Vec<_> = found
        .iter()
        .map(|row| (row.user.name.as_str(), row.explanation.obstacle.as_ref().map(|obstacle| obstacle.key())))
        .collect();
    assert_eq!(states, [("Root", None), ("Zelda", Some("deactivated"))]);
}

#[tokio::test]
async fn user_is_found_by_id_address_and_username_and_nothing_else() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world.run("update users set username = 'superuser' where name = 'Root'").await;
    let can = see(&world, &root).await;
    for raw in [root.actor.user_id.to_string(), "ROOT@example.com".to_owned(), "SuperUser".to_owned()] {
        assert!(matches!(asked(&world, &can, &raw, None).await, UserAnswer::Access(_)), "{raw}");
    }
    for raw in ["root", "nobody@example.com", "%", "00000000-0000-7000-8000-000000000000"] {
        assert_eq!(asked(&world, &can, raw, None).await, UserAnswer::UnknownUser, "{raw}");
    }
    assert_eq!(asked(&world, &can, "superuser", Some("gone")).await, UserAnswer::UnknownProject);
    let (gone, size) = (named("gone"), PageSize::default());
    let found = explain::holders(&world.services, &can, Permission::ViewProject, Some(&gone), None, size).await;
    assert_eq!(refusal(found), Refusal::NotFound);
}

#[tokio::test]
async fn deleted_project_grants_nothing_and_is_not_found() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let member = world.person("Zelda", PlatformRole::User).await;
    let atlas = world.project("atlas", &root).await;
    world.member(atlas, member.actor.user_id, ProjectRole::Admin).await;
    let can = see(&world, &root).await;
    assert_eq!(access(&world, &can, member.actor.user_id, None).await.projects.len(), 1);
    world.run("update projects set deleted_at = now()").await;
    assert_eq!(access(&world, &can, member.actor.user_id, None).await.projects.len(), 0);
    let raw = member.actor.user_id.to_string();
    assert_eq!(asked(&world, &can, &raw, Some("atlas")).await, UserAnswer::UnknownProject);
}

#[tokio::test]
async fn budget_that_pays_is_the_one_of_the_project_then_of_the_user_then_the_default() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world.project("atlas", &root).await;
    world.project("bare", &root).await;
    world
        .run(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, is_default)
               values (gen_random_uuid(), 'Of atlas', 'cli', 1, 2, 1440, false),
                      (gen_random_uuid(), 'Of Root', 'cli', 1, 3, 1440, false),
                      (gen_random_uuid(), 'For all', 'platform', 1, 4, 1440, true);
             insert into project_budgets (project_id, category, budget_id)
               select p.id, 'cli', b.id from projects p, budgets b where p.name = 'atlas' and b.name = 'Of atlas';
             insert into user_budgets (user_id, category, budget_id, assigned_by)
               select u.id, 'cli', b.id, u.id from users u, budgets b where b.name = 'Of Root'",
        )
        .await;
    let can = see(&world, &root).await;
    let id = root.actor.user_id;
    let mut paying = Vec::new();
    for project in [Some("atlas"), Some("bare"), None] {
        let budgets = access(&world, &can, id, project).await.budgets;
        paying.push(
            budgets
                .iter()
                .map(|access| {
                    let steps: Vec<&str> = access.steps.iter().map(|step| step.value.as_str()).collect();
                    format!("{}: {}", access.category.key(), steps.join(" > "))
                })
                .collect::<Vec<_>>(),
        );
    }
    let (platform, of_root) = ("platform: For all > Default budget of its category", "cli: Of Root > Root");
    assert_eq!(
        paying,
        [
            vec![platform, "cli: atlas > Of atlas", "premium_models: "],
            vec![platform, of_root, "premium_models: "],
            vec![platform, of_root]
        ]
    );
    let outsider = world.row("Zelda", PlatformRole::User).await;
    let denied = access(&world, &can, outsider, Some("atlas")).await.budgets;
    assert!(denied.iter().all(|access| access.denial.as_deref() == Some("The user is not a member of atlas.")));
}

/// Filtered views of effective permissions elsewhere showed another grant than the whole view (microsoft/BCApps#9692), and
/// global grants were missing beside those of the object (acciente/oacc-core#1).
#[tokio::test]
async fn question_about_one_permission_gets_the_answer_of_the_whole() {
    let world = World::with(|settings| settings.external_projects = vec![named("open")]).await;
    let (everybody, _) = organisation(&world).await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let can = see(&world, &root).await;
    for user in everybody {
        let raw = UserRef::parse(&user.to_string()).expect("a user");
        let whole = access(&world, &can, user, Some("atlas")).await;
        let listed = all_of(&world, &can, user).await;
        for permission in Permission::ALL.iter().copied() {
            let answer =
                explain::user(&world.services, &can, &raw, Some(&named("atlas")), Some(permission)).await.expect("one");
            let UserAnswer::Access(one) = answer else { panic!("{answer:?}") };
            assert_eq!(one.explanations.len(), 1);
            let of_whole = whole.explanations.iter().find(|explained| explained.permission == permission);
            match of_whole {
                Some(of_whole) => assert_eq!(&one.explanations[0], of_whole),
                None => assert!(one.explanations[0].paths.is_empty(), "{permission:?}"),
            }
            let row = listed.iter().find(|row| row.explanation.permission == permission);
            assert!(row.is_none_or(|row| row.explanation == one.explanations[0]), "{permission:?}");
        }
    }
}

/// The rows of a user in the answers to who can do something in a project.
async fn all_of(world: &World, can: &Can<ViewAccessMatrix>, user: UserId) -> Vec<HolderRow> {
    let (project, size, mut rows) = (named("atlas"), PageSize::new(100).expect("a size"), Vec::new());
    for permission in Permission::ALL.iter().copied() {
        let found = explain::holders(&world.services, can, permission, Some(&project), None, size).await;
        rows.extend(found.expect("a page").page.rows.into_iter().filter(|row| row.user.id == user));
    }
    rows
}

/// Elsewhere what a role inherits was listed as granted directly (basho/riak_core#505).
#[tokio::test]
async fn membership_of_an_admin_is_not_credited_with_what_the_platform_role_grants() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let atlas = world.project("atlas", &root).await;
    let (admin, user) = (world.row("Zelda", PlatformRole::Admin).await, world.row("Zoe", PlatformRole::User).await);
    for member in [admin, user] {
        world.member(atlas, member, ProjectRole::Member).await;
    }
    let can = see(&world, &root).await;
    let of_admin = access(&world, &can, admin, None).await.projects;
    let of_user = access(&world, &can, user, None).await.projects;
    assert_eq!(of_admin[0].permissions, of_user[0].permissions);
    assert_eq!(of_user[0].permissions, [Permission::ViewProject, Permission::ViewProjectBudgets]);
}

/// A page begins behind the row that its cursor names, whatever roles changed meanwhile.
#[tokio::test]
async fn cursor_of_another_list_or_of_a_gone_row_gives_a_page() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world.project("atlas", &root).await;
    let can = see(&world, &root).await;
    for key in [None, Some(""), Some("é"), Some("0"), Some("1zzz"), Some("7")] {
        for direction in [domain::page::Direction::After, domain::page::Direction::Before] {
            let cursor = Cursor { direction, key: key.map(str::to_owned), id: uuid::Uuid::nil() };
            for project in [None, Some("atlas")] {
                page(&world, &can, Permission::ViewProject, project, Some(&cursor)).await;
            }
        }
    }
}
