//! Which projects people see, and the pages of projects and members.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::error::Refusal;
use domain::id::ProjectId;
use domain::page::PageSize;
use domain::project::{MemberQuery, ProjectName, ProjectQuery, ProjectRow, ProjectSort, ProjectTypes};
use domain::role::{PlatformRole, ProjectRole};
use domain::text::SearchTerm;
use domain::user::UserStatus;
use domain::view::Member;
use services::guard::Caller;
use services::listing::ListQuery;
use services::testing::{World, count_statements, refusal};
use services::{projects, views};

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

async fn again(world: &World, caller: &Caller) -> Caller {
    world.again(caller).await.expect("still signed in")
}

async fn run(world: &World, sql: &'static str) {
    sqlx::raw_sql(sql).execute(world.services.pool()).await.expect("prepared data");
}

async fn list(world: &World, caller: &Caller, query: &ProjectQuery) -> Vec<ProjectRow> {
    views::projects::list(&world.services, &again(world, caller).await, query).await.expect("a list").rows
}

async fn names(world: &World, caller: &Caller, query: &ProjectQuery) -> Vec<String> {
    list(world, caller, query).await.into_iter().map(|row| row.name.to_string()).collect()
}

fn searching(raw: &str) -> ProjectQuery {
    ProjectQuery { search: Some(SearchTerm::parse(raw).expect("a term")), ..ProjectQuery::default() }
}

/// Whether the list, the page, the facts and the id agree, and what they say.
async fn sees(world: &World, caller: &Caller, name: &str) -> bool {
    let caller = again(world, caller).await;
    let listed = names(world, &caller, &of_types(Some(ProjectTypes::All))).await.contains(&name.to_owned());
    let name = named(name);
    let answers = [
        views::project_page::load(&world.services, &caller, &name, &MemberQuery::default()).await.map(|_| ()),
        views::project_page::facts(&world.services, &caller, &name).await.map(|_| ()),
        projects::id_of(&world.services, &caller, &name).await.map(|_| ()),
    ];
    for answer in answers {
        match answer {
            Ok(()) => assert!(listed, "{name} is shown but not listed"),
            Err(error) => {
                assert_eq!(Refusal::from(error), Refusal::NotFound);
                assert!(!listed, "{name} is listed but not shown");
            }
        }
    }
    listed
}

#[tokio::test]
async fn everybody_sees_exactly_what_the_table_says() {
    let open = vec![ProjectName::parse_existing("Atlas").expect("a name")];
    let world = World::with(|settings| settings.external_projects = open).await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let atlas = world.project("atlas", &ada).await;
    world.project("zebra", &ada).await;
    world.personal_project(&ada).await;
    let names = ["atlas", "zebra", "ada@example.com"];
    for role in [PlatformRole::Auditor, PlatformRole::Admin, PlatformRole::Maintainer] {
        let reader = world.person(role.title(), role).await;
        for name in names {
            assert!(sees(&world, &reader, name).await, "{role:?} {name}");
        }
    }
    let (member, stranger, external) = (
        world.person("Member", PlatformRole::User).await,
        world.person("Stranger", PlatformRole::User).await,
        world.person("Guest", PlatformRole::User).await,
    );
    world.member(atlas, member.actor.user_id, ProjectRole::Member).await;
    world.member(atlas, external.actor.user_id, ProjectRole::Member).await;
    run(&world, "update users set user_type = 'external' where name = 'Guest'").await;
    for (person, visible) in [
        (&ada, [true, true, true]),
        (&member, [true, false, false]),
        (&external, [true, false, false]),
        (&stranger, [false; 3]),
    ] {
        for (name, visible) in names.into_iter().zip(visible) {
            assert_eq!(sees(&world, person, name).await, visible, "{} {name}", person.actor.name);
        }
    }
    run(&world, "delete from user_projects where is_project_admin = false and project_id in (select id from projects where name = 'atlas')").await;
    assert!(!sees(&world, &member, "atlas").await, "what was taken away is gone at once");
}

#[tokio::test]
async fn nothing_is_shown_until_a_one_time_password_is_changed() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::Admin).await;
    world.project("atlas", &ada).await;
    run(&world, "update users set password_change_due = true").await;
    let ada = again(&world, &ada).await;
    let name = named("atlas");
    let refusals = [
        refusal(views::projects::list(&world.services, &ada, &ProjectQuery::default()).await),
        refusal(views::project_page::facts(&world.services, &ada, &name).await),
        refusal(views::project_page::facts(&world.services, &ada, &named("nowhere")).await),
        refusal(projects::id_of(&world.services, &ada, &name).await),
    ];
    assert!(refusals.iter().all(|refusal| *refusal == Refusal::PasswordChangeDue), "{refusals:?}");
}

#[tokio::test]
async fn row_counts_members_and_has_the_callers_role() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let root = world.person("Root", PlatformRole::Admin).await;
    let atlas = world.project("atlas", &ada).await;
    world.member(atlas, bob.actor.user_id, ProjectRole::Member).await;
    world.personal_project(&bob).await;
    let rows = list(&world, &bob, &ProjectQuery::default()).await;
    let facts: Vec<_> =
        rows.iter().map(|row| (row.title.as_str(), row.member_count, row.admin_count, row.own_role)).collect();
    assert_eq!(
        facts,
        [("atlas", 2, 1, Some(ProjectRole::Member)), ("bob@example.com", 1, 0, Some(ProjectRole::Owner))]
    );
    assert!(list(&world, &root, &ProjectQuery::default()).await.iter().all(|row| row.own_role.is_none()));
}

#[tokio::test]
async fn a_search_looks_into_title_name_and_description() {
    let world = World::create().await;
    let (ada, root) = (world.person("Ada", PlatformRole::User).await, world.person("Root", PlatformRole::Admin).await);
    for name in ["atlas", "billing", "100_percent"] {
        world.project(name, &ada).await;
    }
    world.project("hidden-atlas", &root).await;
    run(
        &world,
        "update projects set display_name = 'Zürich desk', description = 'Answers 50% faster' where name = 'billing'",
    )
    .await;
    assert_eq!(names(&world, &ada, &searching("ATLAS")).await, ["atlas"]);
    assert_eq!(names(&world, &root, &searching("ATLAS")).await, ["atlas", "hidden-atlas"]);
    for term in ["züRICH", "billing", "50% f"] {
        assert_eq!(names(&world, &ada, &searching(term)).await, ["billing"], "{term}");
    }
    assert_eq!(names(&world, &root, &searching("0_p")).await, ["100_percent"]);
    assert_eq!(names(&world, &root, &searching("nowhere")).await, Vec::<String>::new());
}

#[tokio::test]
async fn every_project_stands_on_one_page_despite_ties() {
    let world = World::create().await;
    let (root, ada) = (world.person("Root", PlatformRole::Admin).await, world.person("Ada", PlatformRole::User).await);
    run(
        &world,
        "insert into projects (id, name, display_name, description, project_type, created_at)
         select gen_random_uuid(), 'project-' || n, case when n % 2 = 0 then 'Same' else 'same' end, 'x', 'shared',
                timestamptz '2026-01-01 00:00:00.123456' + (n % 3) * interval '1 microsecond' from generate_series(1, 37) n;
         insert into user_projects (user_id, project_id) select u.id, p.id from users u, projects p where u.name = 'Ada'",
    )
    .await;
    for caller in [root, again(&world, &ada).await] {
        for sort in [ProjectSort::Name, ProjectSort::Created] {
            for (descending, search) in [(false, None), (true, None), (false, SearchTerm::parse("project").ok())] {
                let size = PageSize::new(5).expect("a size");
                let query = ProjectQuery { search, sort, descending, size, ..ProjectQuery::default() };
                let rows = walk(&world, &caller, query).await;
                let mut ids: Vec<_> = rows.iter().map(|row| row.id).collect();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!((rows.len(), ids.len()), (37, 37), "{sort:?} {descending}");
                // Lower case stands before upper case, and the id decides between equals.
                let key = |row: &ProjectRow| (row.title == "Same", row.id);
                let ordered = rows.windows(2).all(|pair| match (sort, descending) {
                    (ProjectSort::TechnicalName, _) => false,
                    (ProjectSort::Name, false) => key(&pair[0]) < key(&pair[1]),
                    (ProjectSort::Name, true) => key(&pair[0]) > key(&pair[1]),
                    (ProjectSort::Created, false) => {
                        (pair[0].created_at, pair[0].id) < (pair[1].created_at, pair[1].id)
                    }
                    (ProjectSort::Created, true) => (pair[0].created_at, pair[0].id) > (pair[1].created_at, pair[1].id),
                });
                assert!(ordered, "{sort:?} {descending}");
            }
        }
    }
}

/// All rows forward, after checking that the way back shows the same pages.
async fn walk(world: &World, caller: &Caller, mut query: ProjectQuery) -> Vec<ProjectRow> {
    let (mut all, mut previous) = (Vec::new(), None);
    loop {
        let page = views::projects::list(&world.services, caller, &query).await.expect("a page");
        if let Some(before) = &page.previous {
            let back = ProjectQuery { cursor: Some(before.clone()), ..query.clone() };
            let back = views::projects::list(&world.services, caller, &back).await.expect("the page before");
            assert_eq!(Some(&back.rows), previous.as_ref());
        }
        all.extend(page.rows.clone());
        previous = Some(page.rows);
        match page.next {
            Some(cursor) => query.cursor = Some(cursor),
            None => return all,
        }
    }
}

#[tokio::test]
async fn members_are_paged_by_name_despite_ties() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.project("atlas", &ada).await;
    run(
        &world,
        "insert into users (id, email, name)
         select gen_random_uuid(), 'p' || n || '@example.com', case when n % 2 = 0 then 'Same Name' else 'same name' end
         from generate_series(1, 17) n;
         insert into user_projects (user_id, project_id) select u.id, p.id from users u, projects p where u.name ilike 'same%'",
    )
    .await;
    let ada = again(&world, &ada).await;
    let size = PageSize::new(4).expect("a size");
    let mut query = MemberQuery { size, ..MemberQuery::default() };
    let (mut all, mut previous): (Vec<Member>, _) = (Vec::new(), None);
    loop {
        let page =
            views::project_page::load(&world.services, &ada, &named("atlas"), &query).await.expect("a page").members;
        if let Some(before) = &page.previous {
            let back = MemberQuery { cursor: Some(before.clone()), ..query.clone() };
            let back = views::project_page::load(&world.services, &ada, &named("atlas"), &back)
                .await
                .expect("the page before");
            assert_eq!(Some(&back.members.rows), previous.as_ref());
        }
        all.extend(page.rows.clone());
        previous = Some(page.rows);
        match page.next {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(all[0].name, "Ada");
    let keys: Vec<_> = all.iter().skip(1).map(|member| (member.name == "Same Name", member.user_id)).collect();
    assert!(keys.len() == 17 && keys.is_sorted(), "{keys:?}");
}

#[tokio::test]
async fn a_member_is_shown_with_state_role_and_who_granted_it() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let atlas = world.project("atlas", &ada).await;
    for name in ["Gone", "Locked", "Never", "Seen"] {
        let person = world.person(name, PlatformRole::User).await;
        world.member(atlas, person.actor.user_id, ProjectRole::Member).await;
    }
    run(
        &world,
        "update users set is_active = false, locked_until = '2030-01-01' where name = 'Gone';
         update users set locked_until = '2030-01-01', last_sign_in_at = '2026-01-01' where name = 'Locked';
         update users set locked_until = '2020-01-01', last_sign_in_at = '2026-01-01' where name = 'Seen';
         update user_projects set granted_by = (select id from users where name = 'Ada') where not is_project_admin",
    )
    .await;
    let ada = again(&world, &ada).await;
    let detail = async |search: &str| {
        let query = MemberQuery { search: SearchTerm::parse(search).ok(), ..MemberQuery::default() };
        views::project_page::load(&world.services, &ada, &named("atlas"), &query).await.expect("visible")
    };
    let all = detail("").await;
    let shown: Vec<_> = all
        .members
        .rows
        .iter()
        .map(|member| (member.name.as_str(), member.status, member.role, member.granted_by.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("Ada", UserStatus::NeverSignedIn, ProjectRole::Admin, None),
            ("Gone", UserStatus::Deactivated, ProjectRole::Member, Some("Ada")),
            ("Locked", UserStatus::Locked, ProjectRole::Member, Some("Ada")),
            ("Never", UserStatus::NeverSignedIn, ProjectRole::Member, Some("Ada")),
            ("Seen", UserStatus::Active, ProjectRole::Member, Some("Ada")),
        ]
    );
    assert_eq!((all.facts.member_count, all.facts.admin_count), (5, 1));
    let found = detail("LOCK").await;
    assert_eq!(found.members.rows.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(), ["Locked"]);
    assert_eq!(found.facts.member_count, 5, "the count is of the project, not of the search");
    assert_eq!(detail("_").await.members.rows, []);
}

#[tokio::test]
async fn a_personal_project_shows_its_owner() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.personal_project(&ada).await;
    let ada = again(&world, &ada).await;
    let name = named("ADA@example.com");
    let detail =
        views::project_page::load(&world.services, &ada, &name, &MemberQuery::default()).await.expect("visible");
    assert_eq!(detail.members.rows[0].role, ProjectRole::Owner);
    assert!(detail.members.rows[0].is_creator);
}

const BUDGETS: &str = "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
       select gen_random_uuid(), category || ' budget', category, 1, 2, 60
       from unnest(array['premium_models', 'cli', 'platform']) category;
     insert into project_budgets (project_id, category, budget_id, assigned_by)
       select p.id, b.category, b.id, p.created_by from projects p, budgets b";

#[tokio::test]
async fn budgets_of_a_project_are_shown_to_its_members_in_the_order_of_the_categories() {
    let world = World::create().await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let atlas = world.project("atlas", &ada).await;
    world.member(atlas, bob.actor.user_id, ProjectRole::Member).await;
    run(&world, BUDGETS).await;
    let bob = again(&world, &bob).await;
    let detail = views::project_page::load(&world.services, &bob, &named("atlas"), &MemberQuery::default())
        .await
        .expect("visible");
    let shown: Vec<_> =
        detail.budgets.iter().map(|budget| (budget.name.as_str(), budget.assigned_by.as_deref())).collect();
    assert_eq!(
        shown,
        [("platform budget", Some("Ada")), ("cli budget", Some("Ada")), ("premium_models budget", Some("Ada"))]
    );
    assert_eq!((detail.facts.member_count, detail.facts.admin_count), (2, 1), "three budgets count nobody thrice");
}

#[tokio::test]
async fn switched_off_budgets_are_not_shown() {
    let world = World::with(|settings| settings.budgets = false).await;
    let ada = world.person("Ada", PlatformRole::User).await;
    let atlas: ProjectId = world.project("atlas", &ada).await;
    run(&world, BUDGETS).await;
    let ada = again(&world, &ada).await;
    let detail = views::project_page::load(&world.services, &ada, &named("atlas"), &MemberQuery::default())
        .await
        .expect("visible");
    assert_eq!((detail.facts.id, detail.budgets), (atlas, vec![]));
}

/// An admin, a user with a shared and a personal project, and a personal project of each of them.
async fn types() -> (World, Caller, Caller) {
    let world = World::create().await;
    let (root, ada) = (world.person("Root", PlatformRole::Admin).await, world.person("Ada", PlatformRole::User).await);
    world.project("atlas", &ada).await;
    world.personal_project(&ada).await;
    world.personal_project(&root).await;
    (world, root, ada)
}

fn of_types(types: Option<ProjectTypes>) -> ProjectQuery {
    ProjectQuery { types, ..ProjectQuery::default() }
}

#[tokio::test]
async fn list_of_the_platform_begins_with_shared_projects_alone() {
    let (world, root, ada) = types().await;
    let (personal, all) = (["ada@example.com", "root@example.com"], ["ada@example.com", "atlas", "root@example.com"]);
    for (caller, types, names) in [
        (&root, None, &["atlas"][..]),
        (&root, Some(ProjectTypes::Shared), &["atlas"]),
        (&root, Some(ProjectTypes::Personal), &personal),
        (&root, Some(ProjectTypes::All), &all),
        (&ada, None, &all[..2]),
        (&ada, Some(ProjectTypes::Shared), &["atlas"]),
    ] {
        let rows = list(&world, caller, &of_types(types)).await;
        let listed: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(listed, names, "{} {types:?}", caller.actor.name);
    }
    let every = ListQuery { order: ProjectSort::TechnicalName, ..ListQuery::default() };
    let of_api = views::projects::list_for_api(&world.services, &root, &every).await.expect("a page");
    assert_eq!(of_api.total, 3, "the API lists all types");
}

#[tokio::test]
async fn search_tells_whether_it_matches_the_type_that_is_left_out() {
    let (world, root, ada) = types().await;
    let (root, ada) = (again(&world, &root).await, again(&world, &ada).await);
    let searching = |term, types| ProjectQuery { search: SearchTerm::parse(term).ok(), ..of_types(types) };
    for (caller, query, matches) in [
        (&root, searching("example.com", None), true),
        (&root, searching("atlas", None), false),
        (&root, searching("atlas", Some(ProjectTypes::Personal)), true),
        (&root, searching("example.com", Some(ProjectTypes::All)), false),
        (&root, of_types(None), false),
        (&ada, searching("root@", Some(ProjectTypes::Shared)), false),
        (&ada, searching("ada@", Some(ProjectTypes::Shared)), true),
    ] {
        let (told, statements) =
            count_statements(views::projects::matches_other_type(&world.services, caller, &query)).await;
        assert_eq!(told.expect("an answer"), matches, "{} {query:?}", caller.actor.name);
        assert!(statements <= 1, "{statements} statements");
    }
    // More than are looked up by id, of one type.
    run(
        &world,
        "insert into projects (id, name, description, project_type)
         select gen_random_uuid(), 'many-' || n, 'x', 'shared' from generate_series(1, 10001) n",
    )
    .await;
    let query = searching("many", Some(ProjectTypes::Personal));
    assert_eq!(list(&world, &root, &query).await, []);
    assert!(views::projects::matches_other_type(&world.services, &root, &query).await.expect("an answer"));
    let query = searching("many", None);
    assert!(!views::projects::matches_other_type(&world.services, &root, &query).await.expect("an answer"));
}
