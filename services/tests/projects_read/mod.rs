//! Which projects users see, in lists and on pages.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

mod budgets;
mod members;
mod types;

use domain::error::Refusal;
use domain::page::PageSize;
use domain::project::{MemberQuery, ProjectName, ProjectQuery, ProjectRow, ProjectSort, ProjectTypes};
use domain::role::{PlatformRole, ProjectRole};
use domain::text::SearchTerm;
use services::guard::Caller;
use services::testing::{World, refusal};
use services::{projects, views};

fn named(name: &str) -> ProjectName {
    ProjectName::parse_existing(name).expect("a name")
}

async fn again(world: &World, caller: &Caller) -> Caller {
    world.again(caller).await.expect("still signed in")
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
    world.run("update users set user_type = 'external' where name = 'Guest'").await;
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
    world.run("delete from user_projects where is_project_admin = false and project_id in (select id from projects where name = 'atlas')").await;
    assert!(!sees(&world, &member, "atlas").await, "what was taken away is gone at once");
}

#[tokio::test]
async fn nothing_is_shown_until_a_one_time_password_is_changed() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::Admin).await;
    world.project("atlas", &ada).await;
    world.run("update users set password_change_due = true").await;
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
    world.run("update projects set display_name = 'Zürich desk', description = 'Answers 50% faster' where name = 'billing'",
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
    world.run("insert into projects (id, name, display_name, description, project_type, created_at)
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

fn of_types(types: Option<ProjectTypes>) -> ProjectQuery {
    ProjectQuery { types, ..ProjectQuery::default() }
}
