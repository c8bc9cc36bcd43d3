//! The list of people: every row on exactly one page, found by search and filters, in two statements.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::page::{Page, PageSize};
use domain::permission::ViewUsers;
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use domain::text::SearchTerm;
use domain::user::{UserKind, UserQuery, UserRow, UserSort, UserStatus};
use services::guard::Can;
use services::testing::{World, count_statements};
use services::views;
use std::collections::BTreeSet;

struct Stage {
    world: World,
    can: Can<ViewUsers>,
}

impl Stage {
    async fn set() -> Self {
        let world = World::create().await;
        let can = world.person("Ada", PlatformRole::Admin).await.can(Target::Platform).expect("an admin");
        Self { world, can }
    }

    async fn list(&self, query: &UserQuery) -> Page<UserRow> {
        views::users::list(&self.world.services, &self.can, query).await.expect("a page")
    }

    async fn names(&self, query: UserQuery) -> Vec<String> {
        self.list(&query).await.rows.into_iter().map(|row| row.name).collect()
    }

    /// All pages from the first to the last.
    async fn pages(&self, mut query: UserQuery) -> Vec<Page<UserRow>> {
        let mut pages = Vec::new();
        loop {
            let page = self.list(&query).await;
            query.cursor = page.next.clone();
            pages.push(page);
            if query.cursor.is_none() {
                return pages;
            }
        }
    }
}

fn search(raw: &str) -> UserQuery {
    UserQuery { search: Some(SearchTerm::parse(raw).expect("a term")), ..UserQuery::default() }
}

fn size(rows: u16) -> PageSize {
    PageSize::new(rows).expect("in range")
}

#[tokio::test]
async fn every_order_shows_everybody_once_both_ways_despite_ties() {
    let stage = Stage::set().await;
    stage
        .world
        .run(
            "insert into users (id, email, name, last_sign_in_at, created_at)
             select gen_random_uuid(), n || '@example.com', (array['Émile', 'bea', 'Bea', 'Zoë'])[1 + n % 4],
                    case when n % 3 > 0 then timestamptz '2026-02-01' + n % 2 * interval '1.000001 s' end,
                    timestamptz '2026-01-01' + n % 5 * interval '1 microsecond'
             from generate_series(1, 25) n",
        )
        .await;
    for sort in UserSort::ALL {
        let mut orders = Vec::new();
        for descending in [false, true] {
            let query = UserQuery { sort, descending, size: size(4), ..UserQuery::default() };
            let pages = stage.pages(query.clone()).await;
            let ids: Vec<_> = pages.iter().flat_map(|page| &page.rows).map(|row| row.id).collect();
            assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (26, 26), "{sort:?}");
            assert!(pages[0].previous.is_none());
            for (at, page) in pages.iter().enumerate().skip(1) {
                let back = stage.list(&UserQuery { cursor: page.previous.clone(), ..query.clone() }).await;
                assert_eq!(back.rows, pages[at - 1].rows, "{sort:?} {descending}: back from page {at}");
                assert_eq!(back.previous.is_some(), at > 1);
            }
            orders.push(ids);
        }
        orders[1].reverse();
        assert_eq!(orders[0], orders[1], "{sort:?}: falling is rising reversed");
    }
}

#[tokio::test]
async fn rows_are_in_the_requested_order() {
    let stage = Stage::set().await;
    stage
        .world
        .run(
            "insert into users (id, email, name, last_sign_in_at, created_at) values
             (gen_random_uuid(), '1@example.com', 'cleo', '2026-02-03', '2026-01-01'),
             (gen_random_uuid(), '2@example.com', 'Bob', null, '2026-01-03'),
             (gen_random_uuid(), '3@example.com', 'dan', '2026-02-01', '2026-01-02');
             update users set last_sign_in_at = '2026-02-02' where name = 'Ada'",
        )
        .await;
    let by = |sort, descending| UserQuery { sort, descending, ..UserQuery::default() };
    assert_eq!(stage.names(by(UserSort::Name, false)).await, ["Ada", "Bob", "cleo", "dan"]);
    assert_eq!(stage.names(by(UserSort::LastSignIn, true)).await, ["cleo", "Ada", "dan", "Bob"]);
    assert_eq!(stage.names(by(UserSort::Created, false)).await, ["cleo", "dan", "Bob", "Ada"]);
}

#[tokio::test]
async fn search_finds_substrings_of_name_and_address_and_takes_wildcards_literally() {
    let stage = Stage::set().await;
    stage
        .world
        .run(
            r"insert into users (id, email, name) values
             (gen_random_uuid(), 'priya@atlas.example', 'Priya Raghunathan'),
             (gen_random_uuid(), 'per.cent@example.com', '100% Percy'),
             (gen_random_uuid(), 'under@example.com', 'Under_Score'),
             (gen_random_uuid(), 'back@example.com', 'Back\Slash'),
             (gen_random_uuid(), 'olafur@example.com', 'ÓLAFUR')",
        )
        .await;
    for (term, found) in [
        ("RAGHU", vec!["Priya Raghunathan"]),
        ("@Atlas", vec!["Priya Raghunathan"]),
        ("ya ra", vec!["Priya Raghunathan"]),
        ("%", vec!["100% Percy"]),
        ("_", vec!["Under_Score"]),
        ("\\", vec!["Back\\Slash"]),
        ("ólaf", vec!["ÓLAFUR"]),
        ("' or true --", vec![]),
    ] {
        assert_eq!(stage.names(search(term)).await, found, "{term}");
    }
}

#[tokio::test]
async fn a_search_with_thousands_of_hits_pages_through_all_of_them() {
    let stage = Stage::set().await;
    stage
        .world
        .run(
            "insert into users (id, email, name)
             select gen_random_uuid(), n || '@example.com', 'Person ' || n % 100 from generate_series(1, 2500) n",
        )
        .await;
    let pages = stage.pages(UserQuery { size: size(100), ..search("PERSON") }).await;
    let ids: BTreeSet<_> = pages.iter().flat_map(|page| &page.rows).map(|row| row.id).collect();
    assert_eq!((pages.len(), ids.len()), (25, 2500));
    assert_eq!(stage.pages(UserQuery { size: size(100), ..search("person 42") }).await[0].rows.len(), 25);
}

#[tokio::test]
async fn filters_leave_exactly_those_they_name() {
    let stage = Stage::set().await;
    let world = &stage.world;
    let priya = world.person("Priya", PlatformRole::User).await;
    world.person("Mira", PlatformRole::Maintainer).await;
    world.person("Otto", PlatformRole::Auditor).await;
    world.person("Lars", PlatformRole::User).await;
    world.person("Dora", PlatformRole::User).await;
    let atlas = world.project("Atlas", &priya).await;
    stage
        .world
        .run(
            "update users set last_sign_in_at = '2026-02-01' where name in ('Priya', 'Mira', 'Dora', 'Lars');
             update users set locked_until = '2026-03-02 09:00:01+00' where name in ('Lars', 'Dora');
             update users set locked_until = '2026-03-02 09:00:00+00' where name = 'Priya';
             update users set is_active = false where name = 'Dora'",
        )
        .await;
    for (role, found) in [
        (PlatformRole::User, vec!["Dora", "Lars", "Priya"]),
        (PlatformRole::Auditor, vec!["Otto"]),
        (PlatformRole::Admin, vec!["Ada"]),
        (PlatformRole::Maintainer, vec!["Mira"]),
    ] {
        let query = UserQuery { role: Some(role), ..UserQuery::default() };
        assert!(stage.list(&query).await.rows.iter().all(|row| row.role == role));
        assert_eq!(stage.names(query).await, found, "{role:?}");
    }
    for (status, found) in [
        (UserStatus::Active, vec!["Mira", "Priya"]),
        (UserStatus::NeverSignedIn, vec!["Ada", "Otto"]),
        (UserStatus::Locked, vec!["Lars"]),
        (UserStatus::Deactivated, vec!["Dora"]),
    ] {
        let query = UserQuery { status: Some(status), ..UserQuery::default() };
        assert!(stage.list(&query).await.rows.iter().all(|row| row.status == status));
        assert_eq!(stage.names(query).await, found, "{status:?}");
    }
    let of =
        |name| UserQuery { project: Some(ProjectName::parse_existing(name).expect("a name")), ..UserQuery::default() };
    assert_eq!(stage.names(of("atlas")).await, ["Priya"]);
    assert_eq!(stage.names(of("unknown")).await, [""; 0]);
    let both = UserQuery { role: Some(PlatformRole::Auditor), ..of("atlas") };
    assert_eq!(stage.names(both).await, [""; 0]);
    sqlx::query("update projects set deleted_at = now() where id = $1")
        .bind(atlas.0)
        .execute(world.services.pool())
        .await
        .expect("deleted");
    assert_eq!(stage.names(of("atlas")).await, [""; 0]);
}

#[tokio::test]
async fn a_row_shows_four_shared_projects_those_administered_first() {
    let stage = Stage::set().await;
    let world = &stage.world;
    let ada = world.person("Owner", PlatformRole::User).await;
    let priya = world.person("Priya", PlatformRole::User).await;
    let id = priya.actor.user_id;
    for name in ["delta", "alpha", "Charlie", "bravo"] {
        let project = world.project(name, &ada).await;
        world.member(project, id, ProjectRole::Member).await;
    }
    world.project("zulu", &priya).await;
    world.personal_project(&priya).await;
    let gone = world.project("gone", &priya).await;
    sqlx::query("update projects set deleted_at = now() where id = $1")
        .bind(gone.0)
        .execute(world.services.pool())
        .await
        .expect("deleted");
    sqlx::query("update projects set display_name = 'Zulu time' where name = 'zulu'")
        .execute(world.services.pool())
        .await
        .expect("named");
    let rows = stage.list(&search("priya")).await.rows;
    let chips: Vec<_> =
        rows[0].projects.iter().map(|chip| (chip.name.as_str(), chip.title.as_str(), chip.role)).collect();
    assert_eq!(
        chips,
        [
            ("zulu", "Zulu time", ProjectRole::Admin),
            ("alpha", "alpha", ProjectRole::Member),
            ("bravo", "bravo", ProjectRole::Member),
            ("Charlie", "Charlie", ProjectRole::Member)
        ]
    );
    assert_eq!(rows[0].project_count, 5);
}

#[tokio::test]
async fn a_place_in_another_order_leads_to_the_first_page() {
    let stage = Stage::set().await;
    stage.world.run("insert into users (id, email, name) select gen_random_uuid(), n || '@example.com', 'Person' from generate_series(1, 9) n").await;
    let by_name = UserQuery { size: size(3), ..UserQuery::default() };
    let cursor = stage.list(&by_name).await.next;
    assert!(cursor.is_some());
    let by_time = UserQuery { sort: UserSort::Created, ..by_name };
    let first = stage.list(&by_time).await;
    assert_eq!(stage.list(&UserQuery { cursor, ..by_time }).await, first);
}

#[tokio::test]
async fn the_number_of_statements_does_not_grow_with_the_rows() {
    let stage = Stage::set().await;
    for rows in [0, 90] {
        sqlx::query("insert into users (id, email, name) select gen_random_uuid(), n || '@example.com', 'Person' from generate_series(1, $1) n")
            .bind(rows)
            .execute(stage.world.services.pool())
            .await
            .expect("people");
        let everybody = UserQuery { size: size(100), ..UserQuery::default() };
        let (page, statements) = count_statements(stage.list(&everybody)).await;
        assert_eq!((page.rows.len(), statements), (usize::try_from(rows).expect("few") + 1, 1));
        let (_, statements) = count_statements(stage.list(&search("a"))).await;
        assert_eq!(statements, 2);
        let id = page.rows[0].id;
        let (_, statements) = count_statements(views::user_page::load(&stage.world.services, &stage.can, id)).await;
        assert_eq!(statements, 1);
    }
}

#[tokio::test]
async fn type_filter_lists_external_or_regular_users_alone() {
    let stage = Stage::set().await;
    stage.world.person("Guest", PlatformRole::User).await;
    stage.world.run("update users set user_type = 'external' where name = 'Guest'").await;
    let of = |kind| UserQuery { kind: Some(kind), ..UserQuery::default() };
    assert_eq!(stage.names(of(UserKind::External)).await, ["Guest"]);
    assert_eq!(stage.names(of(UserKind::Regular)).await, ["Ada"]);
}
