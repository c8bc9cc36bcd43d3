//! Projects with more members than are listed by their ids: their pages walk the order of everybody instead.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::count::MAX_EXACT_COUNT;
use domain::id::ProjectId;
use domain::page::{Cursor, PageSize};
use domain::permission::ViewUsers;
use domain::project::{MemberQuery, ProjectName};
use domain::role::PlatformRole;
use domain::text::SearchTerm;
use domain::user::UserQuery;
use services::guard::{Caller, Can};
use services::listing::{ListQuery, Slice};
use services::testing::{World, count_statements};
use services::views;
use std::collections::BTreeSet;

/// As many as are too many to be listed, and one.
const MEMBERS: usize = 10_002;

/// An admin, and a project of theirs with every other of many people in it, of whom one alone is called Quetzal.
async fn stage() -> (World, Caller, ProjectName) {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    let ProjectId(project) = world.project("atlas", &root).await;
    sqlx::query(
        "with people as (
           insert into users (id, name, email)
           select gen_random_uuid(), case when n = 2 then 'Quetzal' else 'Person ' || md5(n::text) end,
                  n || case when n % 2 = 0 then '@member.example' else '@other.example' end
           from generate_series(1, 2 * ($2 - 1)) n returning id, email)
         insert into user_projects (user_id, project_id) select id, $1 from people where email like '%@member.example'",
    )
    .bind(project)
    .bind(i32::try_from(MEMBERS).expect("few enough"))
    .execute(world.services.pool())
    .await
    .expect("a crowd");
    sqlx::raw_sql("analyze").execute(world.services.pool()).await.expect("statistics");
    let root = world.again(&root).await.expect("still signed in");
    (world, root, ProjectName::parse_existing("atlas").expect("a name"))
}

fn size() -> PageSize {
    PageSize::for_programs(1000).expect("in range")
}

async fn members(world: &World, root: &Caller, name: &ProjectName, search: Option<&str>) -> Vec<String> {
    let search = search.map(|raw| SearchTerm::parse(raw).expect("a term"));
    let (mut seen, mut cursor) = (Vec::new(), None::<Cursor>);
    loop {
        let query = MemberQuery { search: search.clone(), size: size(), cursor };
        let page = views::project_page::load(&world.services, root, name, &query).await.expect("a project").members;
        seen.extend(page.rows.into_iter().map(|member| member.email));
        cursor = page.next;
        if cursor.is_none() {
            return seen;
        }
    }
}

async fn people(world: &World, can: &Can<ViewUsers>, name: &ProjectName, search: Option<&str>) -> Vec<String> {
    let search = search.map(|raw| SearchTerm::parse(raw).expect("a term"));
    let (mut seen, mut cursor) = (Vec::new(), None::<Cursor>);
    loop {
        let query = UserQuery {
            search: search.clone(),
            project: Some(name.clone()),
            size: size(),
            cursor,
            ..UserQuery::default()
        };
        let page = views::users::list(&world.services, can, &query).await.expect("a page");
        seen.extend(page.rows.into_iter().map(|row| row.email));
        cursor = page.next;
        if cursor.is_none() {
            return seen;
        }
    }
}

#[tokio::test]
async fn pages_of_a_large_project_hold_each_member_once() {
    let (world, root, name) = stage().await;
    let can = root.can(Target::Platform).expect("an admin");
    for seen in [members(&world, &root, &name, None).await, people(&world, &can, &name, None).await] {
        assert_eq!(seen.len(), MEMBERS);
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), MEMBERS, "nobody twice");
        assert!(!seen.iter().any(|email| email.ends_with("@other.example")), "members only");
    }
}

#[tokio::test]
async fn searches_in_a_large_project_find_its_members_alone() {
    let (world, root, name) = stage().await;
    let can = root.can(Target::Platform).expect("an admin");
    for (term, count) in [("quetzal", 1), ("Q", 1), ("@other", 0), ("person", MEMBERS - 2), ("p", MEMBERS - 2)] {
        assert_eq!(members(&world, &root, &name, Some(term)).await.len(), count, "members: {term}");
        let query = MemberQuery { search: SearchTerm::parse(term).ok(), ..MemberQuery::default() };
        let (_, statements) = count_statements(views::project_page::load(&world.services, &root, &name, &query)).await;
        assert_eq!(statements, 2, "{term}");
        assert_eq!(people(&world, &can, &name, Some(term)).await.len(), count, "people: {term}");
    }
}

#[tokio::test]
async fn projects_and_sessions_of_a_user_are_counted_up_to_the_bound() {
    let world = World::create().await;
    let root = world.person("Root", PlatformRole::Admin).await;
    world
        .run(
            "with made as (
               insert into projects (id, name, description, project_type, deleted_at)
               select gen_random_uuid(), 'project-' || n, '', 'shared', case when n < 1999 then now() end
               from generate_series(1, 12000) n returning id)
             insert into user_projects (user_id, project_id) select u.id, made.id from users u, made;
             insert into sessions (id, token_hash, user_id, device, signed_in_at, last_used_at, authenticated_at, expires_at)
             select gen_random_uuid(), sha256(n::text::bytea), u.id, 'Firefox', s.signed_in_at, s.last_used_at,
                    s.authenticated_at, s.expires_at
             from users u join sessions s on s.user_id = u.id, generate_series(1, 10002) n",
        )
        .await;
    let can = root.can(Target::Platform).expect("an admin");
    let row = views::users::list(&world.services, &can, &UserQuery::default()).await.expect("a page").rows.remove(0);
    assert_eq!((row.project_count, row.projects.len()), (MAX_EXACT_COUNT + 1, 4));
    let page = views::user_page::load(&world.services, &can, row.id).await.expect("a page");
    assert_eq!(page.session_count, MAX_EXACT_COUNT + 1);
}

#[tokio::test]
async fn member_count_of_a_large_project_stops_at_the_bound() {
    let (world, root, name) = stage().await;
    let query = ListQuery { slice: Slice::at(None, size()), ..ListQuery::default() };
    let listed = views::projects::list_for_api(&world.services, &root, &query).await.expect("a page").page.rows;
    let found = views::projects::find(&world.services, &root, &name).await.expect("a project");
    for project in listed.into_iter().filter(|project| project.name == name).chain([found]) {
        assert_eq!(project.member_count, MAX_EXACT_COUNT + 1);
    }
}
