//! The report of an import on the screen: pages, tabs, and the users of Bursar that its rows are about.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::import::{ImportKind, ImportSource, Outcome, ReportLine, ReportQuery, ReportTab};
use domain::page::{Page, PageSize};
use domain::permission::ViewIdentityProvider;
use domain::role::PlatformRole;
use services::guard::{Caller, Can};
use services::testing::World;
use services::views;

/// Seven users: one of each outcome, and two more who were created; the second and the fifth are over the limit.
const ROWS: &str = "
insert into keycloak_imports (id, address, realm, is_plan, total, is_writable_by_users, started_at, updated_at, finished_at,
                              created, updated, skipped, conflicts, failed, over_limit)
select ('00000000-0000-7000-8000-00000000000' || n)::uuid, 'https://auth.example.com/', 'main', n = 1, 7, false,
       now() + n * interval '1 hour', now(), now() + n * interval '2 hours', 3, 1, 1, 1, 1, 2
from generate_series(1, 2) n;
insert into keycloak_import_users (import_id, place, subject, username, name, address, outcome, code, detail, is_over_limit, at)
select i.id, n, 'subject-' || n, 'user' || n, 'User ' || n, 'user' || n || '@example.com',
       (array['created', 'created', 'updated', 'skipped', 'created', 'conflict', 'failed'])[n + 1], 'code', 'why', n in (1, 4), now()
from keycloak_imports i, generate_series(0, 6) n;
";

async fn world() -> (World, Caller) {
    let world = World::create().await.behind_a_provider();
    world.run(ROWS).await;
    let admin = world.person("Ada", PlatformRole::Admin).await;
    (world, admin)
}

async fn page(world: &World, admin: &Caller, query: &ReportQuery) -> (ImportKind, Page<ReportLine>) {
    let can: Can<ViewIdentityProvider> = admin.can(Target::Platform).expect("an admin");
    let (_, report) = views::keycloak_import(&world.services, &can, query).await.expect("the database answers");
    let (run, page) = report.expect("a report");
    (run.progress.kind, page)
}

fn places(page: &Page<ReportLine>) -> Vec<i32> {
    page.rows.iter().map(|line| line.row.place).collect()
}

#[tokio::test]
async fn tab_shows_its_users_alone() {
    let (world, admin) = world().await;
    for (tab, expected) in [
        (None, vec![0, 1, 2, 3, 4, 5, 6]),
        (Some(ReportTab::Outcome(Outcome::Created)), vec![0, 1, 4]),
        (Some(ReportTab::Outcome(Outcome::Conflict)), vec![5]),
        (Some(ReportTab::OverLimit), vec![1, 4]),
    ] {
        let (_, page) = page(&world, &admin, &ReportQuery { tab, ..ReportQuery::default() }).await;
        assert_eq!(places(&page), expected, "{tab:?}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_forwards_and_backwards() {
    let (world, admin) = world().await;
    let size = PageSize::new(3).expect("a size");
    let at = |cursor| ReportQuery { cursor, size, ..ReportQuery::default() };
    let (_, first) = page(&world, &admin, &at(None)).await;
    let (_, second) = page(&world, &admin, &at(first.next.clone())).await;
    let (_, third) = page(&world, &admin, &at(second.next.clone())).await;
    assert_eq!([places(&first), places(&second), places(&third)], [vec![0, 1, 2], vec![3, 4, 5], vec![6]]);
    assert_eq!((&first.previous, &third.next), (&None, &None));
    let (_, back) = page(&world, &admin, &at(third.previous.clone())).await;
    assert_eq!(places(&back), places(&second));
}

#[tokio::test]
async fn place_in_the_plan_is_no_place_in_the_import() {
    let (world, admin) = world().await;
    let size = PageSize::new(3).expect("a size");
    let of_plan = ReportQuery { of: Some(ImportKind::Plan), size, ..ReportQuery::default() };
    let (kind, plan) = page(&world, &admin, &of_plan).await;
    assert_eq!(kind, ImportKind::Plan);
    let stale = ReportQuery { cursor: plan.next, size, ..ReportQuery::default() };
    let (kind, import) = page(&world, &admin, &stale).await;
    assert_eq!((kind, places(&import)), (ImportKind::Apply, vec![0, 1, 2]), "its first page");
}

#[tokio::test]
async fn row_leads_to_the_same_user_or_to_the_one_who_has_the_address() {
    let (world, admin) = world().await;
    let same = world.row("Same", PlatformRole::User).await;
    let linked = world.row("Linked", PlatformRole::User).await;
    let owner = world.row("Owner", PlatformRole::User).await;
    for (place, subject, address, code) in [
        (0, same.to_string(), "other@example.com", "created"),
        (1, "not-a-uuid".to_owned(), "linked.elsewhere@example.com", "updated"),
        (5, "another".to_owned(), "OWNER@example.com", "address_of_another"),
        (6, "nobody".to_owned(), "owner@example.com", "failed"),
    ] {
        sqlx::query("update keycloak_import_users set subject = $2, address = $3, code = $4 where place = $1")
            .bind(place)
            .bind(subject)
            .bind(address)
            .bind(code)
            .execute(world.services.pool())
            .await
            .expect("rows");
    }
    sqlx::query(
        "insert into user_identities (issuer, subject, user_id, claimed_type, claimed_projects, claimed_admin_of, claimed_at, linked_at)
         values ('http://127.0.0.1:9/realms/main', 'not-a-uuid', $1, 'regular', '{}', '{}', now(), now())",
    )
    .bind(linked.0)
    .execute(world.services.pool())
    .await
    .expect("an identity");
    let (_, page) = page(&world, &admin, &ReportQuery::default()).await;
    let users: Vec<_> = page.rows.iter().map(|line| line.user).collect();
    assert_eq!(users, [Some(same), Some(linked), None, None, None, Some(owner), None]);
}

#[tokio::test]
async fn report_stays_after_the_variables_are_removed() {
    let names = vec!["KEYCLOAK_ADMIN_URL", "KEYCLOAK_ADMIN_REALM"];
    let told = names.clone();
    let world = World::with(|settings| settings.missing_for_import = told).await.behind_a_provider();
    world.run(ROWS).await;
    let admin = world.person("Ada", PlatformRole::Admin).await;
    let can: Can<ViewIdentityProvider> = admin.can(Target::Platform).expect("an admin");
    let (overview, report) =
        views::keycloak_import(&world.services, &can, &ReportQuery::default()).await.expect("the database answers");
    assert_eq!(overview.source, ImportSource::MissingVariables(names.into_iter().map(str::to_owned).collect()));
    assert_eq!(report.expect("a report").1.rows.len(), 7);
}
