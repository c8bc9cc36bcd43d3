//! Suggestions of search fields: who is offered what, in which order, at which cost.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::{BudgetDraft, Category};
use domain::error::Refusal;
use domain::permission::{FindUsers, ManageBudgets, ViewBudgets, ViewUsers};
use domain::role::{PlatformRole, ProjectRole};
use domain::suggestion::{MAX_SUGGESTIONS, Suggestion, SuggestionKind, exact_match};
use domain::text::SearchTerm;
use services::budgets;
use services::guard::Caller;
use services::testing::{World, count_statements, refusal};
use services::views::suggestions;

fn term(raw: &str) -> Option<SearchTerm> {
    SearchTerm::parse(raw).ok()
}

fn labels(found: &[Suggestion]) -> Vec<&str> {
    found.iter().map(|suggestion| suggestion.label.as_str()).collect()
}

async fn projects(world: &World, caller: &Caller, raw: &str) -> Vec<Suggestion> {
    let caller = world.again(caller).await.expect("still signed in");
    suggestions::projects(&world.services, &caller, term(raw).as_ref()).await.expect("suggestions")
}

async fn projects_to_join(world: &World, caller: &Caller, raw: &str, user: &Caller) -> Vec<Suggestion> {
    let (caller, user) = (world.again(caller).await.expect("still signed in"), user.actor.user_id);
    suggestions::projects_to_join(&world.services, &caller, term(raw).as_ref(), user).await.expect("suggestions")
}

async fn users(world: &World, caller: &Caller, raw: &str) -> Vec<Suggestion> {
    let can = caller.can::<ViewUsers>(Target::Platform).expect("an admin");
    suggestions::users(&world.services, &can, term(raw).as_ref()).await.expect("suggestions")
}

#[tokio::test]
async fn budget_is_offered_to_active_users_and_shared_projects_and_its_holders_are_marked() {
    let world = World::create().await;
    let mia = world.person("Mia", PlatformRole::Maintainer).await;
    let (zoe, zed) = (world.person("Zoe", PlatformRole::User).await, world.person("Zed", PlatformRole::User).await);
    world.personal_project(&zoe).await;
    world.project("zoo", &mia).await;
    world.run("update users set is_active = false where name = 'Zed'").await;
    let can = mia.can::<ManageBudgets>(Target::Platform).expect("a maintainer");
    let draft = BudgetDraft::parse("Leads", "cli", "1", "2", "30d").expect("a draft");
    let budget = budgets::create(&world.services, &can, None, &draft).await.expect("created");
    budgets::assign_to_user(&world.services, &can, budget, zoe.actor.user_id).await.expect("assigned");
    let found = async |kind, raw| {
        let found = suggestions::holders(&world.services, &can, term(raw).as_ref(), kind, budget).await;
        let marked = |it: Suggestion| (it.label, it.is_chosen);
        found.expect("suggestions").into_iter().map(marked).collect::<Vec<_>>()
    };
    assert_eq!(found(SuggestionKind::User, "z").await, [("Zoe".to_owned(), true)], "{:?} is deactivated", zed.actor);
    assert_eq!(found(SuggestionKind::Project, "").await, [("zoo".to_owned(), false)]);
}

#[tokio::test]
async fn project_suggestions_hold_only_what_the_caller_sees_and_may_use() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let (root, auditor) =
        (world.person("Root", PlatformRole::Admin).await, world.person("Audi", PlatformRole::Auditor).await);
    world.project("atlas-own", &ada).await;
    let joined = world.project("atlas-joined", &bob).await;
    world.member(joined, ada.actor.user_id, ProjectRole::Member).await;
    let deleted = world.project("atlas-deleted", &ada).await;
    sqlx::query("update projects set deleted_at = now() where id = $1")
        .bind(deleted.0)
        .execute(world.services.pool())
        .await
        .expect("deleted");
    world.personal_project(&ada).await;

    let everything = ["atlas-joined", "atlas-own"];
    for (caller, sees, manages) in
        [(&ada, &everything[..], &["atlas-own"][..]), (&bob, &["atlas-joined"], &["atlas-joined"])]
    {
        for raw in ["atlas", ""] {
            assert_eq!(labels(&projects(&world, caller, raw).await), sees, "{raw}");
            assert_eq!(labels(&projects_to_join(&world, caller, raw, &root).await), manages, "{raw}");
        }
    }
    assert_eq!(labels(&projects(&world, &root, "atlas").await), everything);
    assert_eq!(labels(&projects_to_join(&world, &root, "atlas", &ada).await), everything);
    assert_eq!(labels(&projects(&world, &auditor, "atlas").await), everything);
    assert_eq!(projects_to_join(&world, &auditor, "atlas", &ada).await, [], "an auditor cannot add users");
}

#[tokio::test]
async fn projects_that_have_the_user_as_a_member_are_marked() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    world.project("atlas-own", &ada).await;
    world.project("atlas-other", &root).await;
    let found = projects_to_join(&world, &root, "atlas", &ada).await;
    let marked: Vec<_> = found.iter().map(|project| (project.value.as_str(), project.is_chosen)).collect();
    assert_eq!(marked, [("atlas-other", false), ("atlas-own", true)]);
}

#[tokio::test]
async fn user_suggestions_for_a_project_are_active_users_and_need_three_characters() {
    let world = World::create().await;
    let (ada, zoe) =
        (world.person("Ada", PlatformRole::User).await, world.person("Zoë Ruiz", PlatformRole::User).await);
    world.person("Zoe Gone", PlatformRole::User).await;
    world.run("update users set is_active = false where name = 'Zoe Gone'").await;
    let atlas = world.project("atlas", &ada).await;
    world.member(atlas, zoe.actor.user_id, ProjectRole::Member).await;
    let ada = world.again(&ada).await.expect("still signed in");
    let can = ada.can::<FindUsers>(Target::Project(atlas)).expect("a project admin");
    let find = async |raw: &str| suggestions::users_to_add(&world.services, &can, term(raw).as_ref()).await;
    assert_eq!(find("zo").await.expect("suggestions"), []);
    assert_eq!(find("").await.expect("suggestions"), []);
    let found = find("ZOE").await.expect("suggestions");
    let shown: Vec<_> = found.iter().map(|user| (user.label.as_str(), user.detail.as_str(), user.is_chosen)).collect();
    assert_eq!(shown, [("Zoë Ruiz", "zoë.ruiz@example.com", true)], "marked as a member");
    assert_eq!(found[0].value, zoe.actor.user_id.to_string());
    assert_eq!(labels(&find("ruiz@ex").await.expect("suggestions")), ["Zoë Ruiz"], "by a part of the address");
    for nothing in ["z_e", "%%%", "nobody"] {
        assert_eq!(find(nothing).await.expect("suggestions"), [], "{nothing}");
    }
    let stranger = zoe.can::<FindUsers>(Target::Project(atlas));
    assert_eq!(stranger.expect_err("not a member in this session yet"), Refusal::NotFound);
}

#[tokio::test]
async fn users_are_suggested_with_what_tells_them_apart() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    for name in ["Zoe One", "Zoe Two", "Zoe Three"] {
        world.person(name, PlatformRole::User).await;
    }
    world
        .run(
            "update users set is_active = false where name = 'Zoe One';
         update users set user_type = 'external' where name = 'Zoe Two';
         update users set email_verified = false where name = 'Zoe Three'",
        )
        .await;
    let details: Vec<_> = users(&world, &root, "zoe").await.into_iter().map(|user| user.detail).collect();
    let expected =
        ["zoe.one@example.com, deactivated", "Unverified: zoe.three@example.com", "zoe.two@example.com, external"];
    assert_eq!(details, expected);
}

#[tokio::test]
async fn exact_name_address_or_technical_name_is_found_among_many() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    world.run("insert into users (id, name, email) select gen_random_uuid(), 'A Kim ' || n, 'kim' || n || '@example.com'
           from generate_series(1, 12000) n;
         insert into users (id, name, email) values (gen_random_uuid(), 'Kim', 'z-kim@example.com');
         insert into projects (id, name, display_name, description, project_type)
           select gen_random_uuid(), 'a-' || n, 'A tool ' || n, 'Uses the CLI', 'shared' from generate_series(1, 30) n;
         insert into projects (id, name, display_name, description, project_type)
           values (gen_random_uuid(), 'cli', 'Terminal', 'x', 'shared'), (gen_random_uuid(), 'x-1', 'Zed CLI', '', 'shared');
         analyze",
    )
    .await;
    let found = users(&world, &root, "Kim").await;
    assert_eq!((found[0].label.as_str(), found.len()), ("Kim", usize::from(MAX_SUGGESTIONS)), "first of 12,001");
    assert_eq!(exact_match(&found).map(|user| user.detail.as_str()), Some("z-kim@example.com"));
    let found = users(&world, &root, "KIM77@example.com").await;
    assert_eq!(exact_match(&found).map(|user| user.label.as_str()), Some("A Kim 77"), "by the whole address");
    let found = projects(&world, &root, "CLI").await;
    assert_eq!(labels(&found)[..2], ["Terminal", "Zed CLI"], "names before descriptions");
    assert_eq!(exact_match(&found).map(|project| project.value.as_str()), Some("cli"));
    let found = projects(&world, &root, "zed cli").await;
    assert_eq!(exact_match(&found).map(|project| project.value.as_str()), Some("x-1"), "by the display name");
    assert_eq!(exact_match(&projects(&world, &root, "zed").await), None, "a part of a name is no choice");
}

#[tokio::test]
async fn text_that_names_two_projects_is_no_choice() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    world.run("insert into projects (id, name, display_name, description, project_type)
           values (gen_random_uuid(), 'one', 'Atlas', '', 'shared'), (gen_random_uuid(), 'atlas', 'Maps', '', 'shared')",
    )
    .await;
    let found = projects(&world, &root, "atlas").await;
    assert_eq!(found.len(), 2);
    assert_eq!(exact_match(&found), None, "the display name of one is the technical name of the other");
}

#[tokio::test]
async fn budgets_are_suggested_with_their_limits_and_only_where_they_are_in_use() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    world
        .run(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
           values (gen_random_uuid(), 'Standard CLI', 'cli', 20, 25, 43200),
                  (gen_random_uuid(), 'Standard platform', 'platform', 150, 200, 1440)",
        )
        .await;
    let can = root.can::<ViewBudgets>(Target::Platform).expect("a maintainer");
    let find = async |raw: &str, category| {
        let found = suggestions::budgets(&world.services, &can, term(raw).as_ref(), category).await;
        found.expect("suggestions").into_iter().map(|budget| (budget.label, budget.detail)).collect::<Vec<_>>()
    };
    let cli = ("Standard CLI".to_owned(), "$25.00 every 30 days".to_owned());
    let platform = ("Standard platform".to_owned(), "$200.00 every day".to_owned());
    assert_eq!(find("standard", None).await, [cli.clone(), platform]);
    assert_eq!(find("", Some(Category::Cli)).await, [cli]);

    let without = World::with(|settings| settings.budgets = false).await;
    let root = without.person("Root", PlatformRole::Maintainer).await;
    let can = root.can::<ViewBudgets>(Target::Platform).expect("a maintainer");
    assert_eq!(refusal(suggestions::budgets(&without.services, &can, None, None).await), Refusal::NotFound);
}

#[tokio::test]
async fn suggestions_take_two_statements_with_a_term_and_one_without() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Maintainer).await;
    let atlas = world.project("atlas", &root).await;
    let root = world.again(&root).await.expect("still signed in");
    let services = &world.services;
    let (view_users, view_budgets, find) = (
        root.can::<ViewUsers>(Target::Platform).expect("a maintainer"),
        root.can::<ViewBudgets>(Target::Platform).expect("a maintainer"),
        root.can::<FindUsers>(Target::Project(atlas)).expect("a maintainer"),
    );
    for (term, expected) in [(term("atlas"), 2), (None, 1)] {
        let (term, user) = (term.as_ref(), root.actor.user_id);
        let counts = [
            count_statements(suggestions::projects(services, &root, term)).await.1,
            count_statements(suggestions::projects_to_join(services, &root, term, user)).await.1,
            count_statements(suggestions::users(services, &view_users, term)).await.1,
            count_statements(suggestions::budgets(services, &view_budgets, term, None)).await.1,
        ];
        assert_eq!(counts, [expected; 4]);
    }
    let term = term("root");
    assert_eq!(count_statements(suggestions::users_to_add(services, &find, term.as_ref())).await.1, 2);
}
