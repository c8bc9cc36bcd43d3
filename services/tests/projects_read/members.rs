//! The members on the page of a project.

use super::{again, named};
use domain::page::PageSize;
use domain::project::MemberQuery;
use domain::role::{PlatformRole, ProjectRole};
use domain::text::SearchTerm;
use domain::user::UserStatus;
use domain::view::Member;
use services::testing::World;
use services::views;

#[tokio::test]
async fn members_are_paged_by_name_despite_ties() {
    let world = World::create().await;
    let ada = world.person("Ada", PlatformRole::User).await;
    world.project("atlas", &ada).await;
    world.run("insert into users (id, email, name)
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
    world
        .run(
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
