//! Names are found and sorted as people expect, whatever the letters, the case and the normalization form.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::budget::BudgetQuery;
use domain::id::ProjectId;
use domain::page::PageSize;
use domain::permission::{FindUsers, ViewBudgets, ViewUsers};
use domain::project::{MemberQuery, ProjectName, ProjectQuery, ProjectSort};
use domain::role::PlatformRole;
use domain::text::SearchTerm;
use domain::user::UserQuery;
use services::guard::Caller;
use services::listing::{ListQuery, Slice};
use services::testing::World;
use services::views;
use services::views::users::UserFilter;
use services::views::{ReadScope, suggestions};
use sqlx::AssertSqlSafe;

/// The same name in three spellings, and what people type to find it. The last one is decomposed.
const SPELLINGS: [&str; 3] = ["José Ruiz", "JOSÉ RUIZ II", "Jose\u{301} Ruiz"];
const TERMS: [&str; 6] = ["jose", "josé", "JOSÉ R", "jose\u{301} ruiz", "jo\u{ad}sé", "\u{ff2a}OSE"];
/// In the order of the Unicode Collation Algorithm. By code points, Émile would follow Zora.
const IN_ORDER: [&str; 8] = ["Ada", "émigré", "Emil", "Émile", "Emma", "Łucja", "Örjan", "Zora"];

/// Users, projects and budgets of the same names; a maintainer reads them.
struct Stage {
    world: World,
    reader: Caller,
    /// Everybody is a member.
    project: ProjectId,
}

impl Stage {
    async fn with(names: &[&str]) -> Self {
        let world = World::create().await;
        let reader = world.person("0 Reader", PlatformRole::Maintainer).await;
        let project = world.project("everybody", &reader).await;
        for (number, name) in names.iter().enumerate() {
            // In the opposite order, so that no list is in order by accident.
            let ago = i32::try_from(number).expect("few");
            sqlx::query(
                "with u as (insert into users (id, name, email, created_at)
                            values (gen_random_uuid(), $1, $2 || '@example.com', now() - $2 * interval '1 day') returning id),
                      m as (insert into user_projects (user_id, project_id)
                            select u.id, p.id from u, projects p where p.name = 'everybody'),
                      b as (insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes)
                            values (gen_random_uuid(), $1, 'cli', 1, 2, 60))
                 insert into projects (id, name, display_name, description, project_type)
                 values (gen_random_uuid(), 'project-' || $2, $1, '', 'shared')",
            )
            .bind(name)
            .bind(ago)
            .execute(world.services.pool())
            .await
            .expect("rows");
        }
        let reader = world.again(&reader).await.expect("still signed in");
        Self { world, reader, project }
    }

    /// The names that every list shows for a term, in its order.
    async fn listed(&self, term: Option<&str>) -> Vec<(&'static str, Vec<String>)> {
        let (services, reader) = (&self.world.services, &self.reader);
        let search = term.map(|raw| SearchTerm::parse(raw).expect("a term"));
        let size = PageSize::new(100).expect("in range");
        let query = UserQuery { search: search.clone(), size, ..UserQuery::default() };
        let can = reader.can::<ViewUsers>(Target::Platform).expect("a maintainer");
        let people = views::users::list(services, &can, &query).await.expect("users").rows;
        let filter = UserFilter { search: search.clone(), ..UserFilter::default() };
        let query = ListQuery { filter, slice: Slice::at(None, size), ..ListQuery::default() };
        let scope = ReadScope::<ViewUsers>::of(reader).expect("a maintainer");
        let of_api = views::users::list_for_api(services, &scope, &query).await.expect("users").page.rows;
        let everybody = ProjectName::parse_existing("everybody").expect("a name");
        let query = MemberQuery { search: search.clone(), size, cursor: None };
        let members =
            views::project_page::load(services, reader, &everybody, &query).await.expect("members").members.rows;
        let query = ProjectQuery { search: search.clone(), size, ..ProjectQuery::default() };
        let projects = views::projects::list(services, reader, &query).await.expect("projects").rows;
        let query = BudgetQuery { search, size, ..BudgetQuery::default() };
        let can = reader.can::<ViewBudgets>(Target::Platform).expect("a maintainer");
        let budgets = views::budgets::list(services, &can, &query).await.expect("budgets").rows;
        let others = |names: Vec<String>| names.into_iter().filter(|n| n != "0 Reader" && n != "everybody").collect();
        vec![
            ("users", others(people.into_iter().map(|row| row.name).collect())),
            ("users of /v1", others(of_api.into_iter().map(|row| row.name).collect())),
            ("members", others(members.into_iter().map(|row| row.name).collect())),
            ("projects", others(projects.into_iter().map(|row| row.title).collect())),
            ("budgets", others(budgets.into_iter().map(|row| row.name).collect())),
        ]
    }

    async fn found(&self, term: &str) -> Vec<String> {
        let can = self.reader.can::<FindUsers>(Target::Project(self.project)).expect("a maintainer");
        let term = SearchTerm::parse(term).expect("a term");
        let found = suggestions::users_to_add(&self.world.services, &can, Some(&term)).await.expect("users");
        found.into_iter().map(|user| user.label).collect()
    }

    async fn folded(&self, text: &str) -> String {
        let folded = sqlx::query_scalar("select fold_for_search($1)").bind(text);
        folded.fetch_one(self.world.services.pool()).await.expect("text")
    }
}

#[tokio::test]
async fn search_finds_every_spelling_of_a_name_in_every_list() {
    let stage = Stage::with(&[&SPELLINGS[..], &["Josephine Baker", "Zora"]].concat()).await;
    for term in TERMS {
        let mut all = stage.listed(Some(term)).await;
        all.push(("found to add", stage.found(term).await));
        for (list, names) in all {
            let other = usize::from(names.iter().any(|name| name == "Josephine Baker"));
            assert!(SPELLINGS.iter().all(|name| names.iter().any(|n| n == name)), "{list}, {term}: {names:?}");
            assert_eq!(names.len(), SPELLINGS.len() + other, "{list}, {term}: {names:?}");
        }
    }
}

#[tokio::test]
async fn one_and_two_letters_find_accented_beginnings() {
    let stage = Stage::with(&["Émile", "E\u{301}tienne", "Emma", "Æther", "Zora"]).await;
    for (term, found) in [("e", 3), ("é", 3), ("É", 3), ("e\u{301}", 3), ("ém", 2), ("æ", 1), ("ae", 1), ("z", 1)] {
        let listed = stage.listed(Some(term)).await;
        assert_eq!(listed[0].1.len(), found, "{term}: {listed:?}");
        assert_eq!(listed[3].1.len(), found, "{term}: {listed:?}");
    }
}

#[tokio::test]
async fn lists_sort_by_the_unicode_root_collation() {
    let mut names = IN_ORDER;
    names.reverse();
    let stage = Stage::with(&names).await;
    for (list, names) in stage.listed(None).await {
        assert_eq!(names, IN_ORDER, "{list}");
    }
}

#[tokio::test]
async fn projects_of_the_api_sort_by_the_unicode_root_collation() {
    let stage = Stage::with(&[]).await;
    sqlx::raw_sql(
        "insert into projects (id, name, description, project_type)
         select gen_random_uuid(), name, '', 'shared' from unnest(array['zebra', 'Équipe', 'equinox', 'Alpha']) name",
    )
    .execute(stage.world.services.pool())
    .await
    .expect("projects as tokens name them");
    let slice = Slice::at(None, PageSize::new(100).expect("in range"));
    let query = ListQuery { order: ProjectSort::TechnicalName, slice, ..ListQuery::default() };
    let listing = views::projects::list_for_api(&stage.world.services, &stage.reader, &query).await;
    let names: Vec<_> = listing.expect("projects").page.rows.into_iter().map(|row| row.name.to_string()).collect();
    assert_eq!(names, ["Alpha", "equinox", "Équipe", "everybody", "zebra"]);
}

#[tokio::test]
async fn letters_are_folded_as_documented() {
    let stage = Stage::with(&[]).await;
    for (text, folded) in [
        ("Straße STRASSE ẞ", "strasse strasse ss"),
        ("Łódź, Đuro, Ħal, Ŧ", "lodz, duro, hal, t"),
        ("Søren Œuvre Æsir Þór", "soren oeuvre aesir thor"),
        ("İstanbul Iğdır", "istanbul igdir"),
        ("Ωδή ΟΔΟΣ οδος", "ωδη οδοσ οδοσ"),
        ("Ёлка Йод", "елка иод"),
        ("ﬁn Ｆｕｌｌ ①", "fin full 1"),
        ("Vie\u{302}\u{323}t Việt", "viet viet"),
        ("می\u{200c}خواهم", "میخواهم"),
        ("z\u{200b}w\u{3164}j", "zwj"),
    ] {
        assert_eq!(stage.folded(text).await, folded, "{text}");
        assert_eq!(stage.folded(&stage.folded(text).await).await, folded, "{text} once more");
    }
    // Vowel signs are letters there.
    assert_ne!(stage.folded("कि").await, stage.folded("का").await);
}

#[tokio::test]
async fn wildcards_in_terms_stand_for_themselves() {
    let stage = Stage::with(&["100% safe", "100 safe", r"a\b_c", "axb1c", "dashboard"]).await;
    for (term, found) in [
        ("0% s", 1),
        ("0\u{ff05} s", 1),
        ("0 s", 1),
        (r"a\b_", 1),
        ("b_c", 1),
        ("0\u{ff3f}s", 0),
        ("da%rd", 0),
        ("dash_oard", 0),
        ("da*", 0),
    ] {
        for (list, names) in stage.listed(Some(term)).await {
            assert_eq!(names.len(), found, "{list}, {term}: {names:?}");
        }
    }
}

/// Operators change rows by hand.
#[tokio::test]
async fn plain_updates_keep_search_right() {
    let stage = Stage::with(&["Zora"]).await;
    for (sql, term) in [
        ("update users set name = 'Renée' where name = 'Zora'", "renee"),
        ("update users set email = 'zoë@example.com' where name = 'Renée'", "zoe@"),
        ("update users set username = 'Bjørn' where name = 'Renée'", "bjorn"),
    ] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(stage.world.services.pool()).await.expect(sql);
        assert_eq!(stage.found(term).await, ["Renée"], "{sql}");
    }
    assert_eq!(stage.found("zora").await, Vec::<String>::new());
}

/// The collation compares as equal what differs in bytes alone, and the index on addresses does not use it.
#[tokio::test]
async fn uniqueness_is_unchanged_by_the_order_of_names() {
    let stage = Stage::with(&[]).await;
    let insert = |email: &'static str| {
        let sql = "insert into users (id, name, email) values (gen_random_uuid(), 'x', $1)";
        sqlx::query(sql).bind(email).execute(stage.world.services.pool())
    };
    insert("jose@example.com").await.expect("new");
    insert("josé@example.com").await.expect("another address");
    insert("JOSE@example.com").await.expect_err("the same address");
}
