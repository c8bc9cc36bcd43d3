//! Reading the audit log: order, pages, filters, and whether a target still has a page.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::audit::{AuditEvent, AuditFilter, AuditQuery, Day, Kind, TargetPage};
use domain::page::{Page, PageSize};
use domain::permission::ViewAuditLog;
use domain::project::ProjectName;
use domain::role::{PlatformRole, ProjectRole};
use domain::text::SearchTerm;
use services::guard::{Caller, Can};
use services::members::{self, WithoutAdmin};
use services::testing::{World, count_statements};
use services::views::audit;
use std::collections::HashSet;
use time::Duration;
use time::macros::date;
use uuid::Uuid;

async fn may_view(world: &World, caller: &Caller) -> Can<ViewAuditLog> {
    world.again(caller).await.expect("signed in").can(Target::Platform).expect("may see the audit log")
}

async fn read(world: &World, can: &Can<ViewAuditLog>, query: impl Into<AuditQuery>) -> Page<AuditEvent> {
    audit::list(&world.services, can, &query.into()).await.expect("a page")
}

/// Action and target of each event, as the page shows them.
async fn shown(world: &World, can: &Can<ViewAuditLog>, filter: AuditFilter) -> Vec<String> {
    let page = read(world, can, filter).await;
    page.rows.iter().map(|event| format!("{} {}", event.action.key(), event.target.name)).collect()
}

fn named(actor: &str) -> AuditFilter {
    AuditFilter { actor: SearchTerm::parse(actor).ok(), ..AuditFilter::default() }
}

/// Two projects and a member who comes and goes, each change a minute after the last one.
struct Story {
    world: World,
    auditor: Can<ViewAuditLog>,
    ada: Caller,
    bob: Caller,
    atlas: Uuid,
}

async fn story() -> Story {
    let world = World::create().await;
    let auditor = world.person("Aron", PlatformRole::Auditor).await;
    let (ada, bob) = (world.person("Ada", PlatformRole::User).await, world.person("Bob", PlatformRole::User).await);
    let person = bob.actor.user_id;
    let (atlas, tutor) = (world.project("atlas", &ada).await, world.project("tutor", &ada).await);
    for (project, role) in [(atlas, ProjectRole::Member), (tutor, ProjectRole::Admin)] {
        let can = world.again(&ada).await.expect("signed in").can(Target::Project(project)).expect("manages");
        world.clock.advance(Duration::minutes(1));
        members::add(&world.services, &can, person, role).await.expect("added");
    }
    let can = world.again(&ada).await.expect("signed in").can(Target::Project(atlas)).expect("manages");
    world.clock.advance(Duration::minutes(1));
    members::remove(&world.services, &can, person, WithoutAdmin::Allow).await.expect("removed");
    let auditor = may_view(&world, &auditor).await;
    Story { world, auditor, ada, bob, atlas: atlas.0 }
}

#[tokio::test]
async fn newest_event_is_first_with_its_fields_before_and_after() {
    let Story { world, auditor, ada, .. } = story().await;
    let page = read(&world, &auditor, AuditQuery::default()).await;
    let first = &page.rows[0];
    assert_eq!(first.action.key(), "project.member_removed");
    assert_eq!((first.actor.name.as_str(), first.actor.recorded.as_str()), ("Ada", "ada@example.com"));
    assert_eq!(first.actor.user, Some(ada.actor.user_id));
    assert_eq!(first.request_id.as_deref(), Some("test-request"));
    let fields: Vec<_> = first.changes.iter().map(|c| (c.title(), c.before.as_deref(), c.after.as_deref())).collect();
    assert_eq!(fields, [("User".to_owned(), Some("bob@example.com"), None), ("Role".to_owned(), Some("member"), None)]);
    let times: Vec<_> = page.rows.iter().map(|event| event.at).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
}

#[tokio::test]
async fn each_filter_finds_its_events_alone() {
    let Story { world, auditor, ada, bob, atlas } = story().await;
    world
        .run(
            "insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
             values (gen_random_uuid(), '2026-02-01 23:59:59Z', 'Bursar', 'user.imported', 'user', gen_random_uuid(), 'Old One', '[]'),
                    (gen_random_uuid(), '2026-02-02 00:00:00Z', 'Operator', 'user.adopted', 'user', gen_random_uuid(), 'Later', '[]')",
        )
        .await;
    let added = ["project.member_added tutor", "project.member_added atlas"].map(str::to_owned);
    let removed = "project.member_removed atlas".to_owned();
    let all = [std::slice::from_ref(&removed), added.as_slice()].concat();
    let of_atlas = vec![removed.clone(), added[1].clone()];
    let project = |name: &str| AuditFilter { project: ProjectName::parse_existing(name).ok(), ..Default::default() };
    let search = |name: &str| AuditFilter { search: SearchTerm::parse(name).ok(), ..Default::default() };
    let target = |id| AuditFilter { target: Some(id), ..Default::default() };
    let kind = |kind| AuditFilter { kind: Some(kind), ..Default::default() };
    let days = |from, to| AuditFilter { from: Some(Day(from)), to: Some(Day(to)), ..Default::default() };
    let old = vec!["user.imported Old One".to_owned()];
    let later = vec!["user.adopted Later".to_owned()];
    let user = bob.actor.user_id.0;
    for (what, filter, expected) in [
        ("actor by id", named(&ada.actor.user_id.to_string()), all.clone()),
        ("actor by address, any case", named("ADA@example.com"), all.clone()),
        ("actor who is no user", named("bursar"), old.clone()),
        ("a user who did nothing", named("bob@example.com"), vec![]),
        ("a project by its id", target(atlas), of_atlas.clone()),
        ("a user's memberships", target(user), all.clone()),
        ("a target by name, any case", search("Atlas"), of_atlas.clone()),
        ("a part of a name", search("atl"), vec![]),
        ("a project", project("ATLAS"), of_atlas.clone()),
        ("a project that never was", project("nowhere"), vec![]),
        ("members", kind(Kind::Member), all.clone()),
        ("budgets", kind(Kind::Budget), vec![]),
        ("a day from its first moment to its last", days(date!(2026 - 02 - 01), date!(2026 - 02 - 01)), old),
        ("an action of another release", days(date!(2026 - 02 - 02), date!(2026 - 02 - 02)), later),
        ("two at once", AuditFilter { target: Some(user), ..project("atlas") }, of_atlas.clone()),
        ("a target, by another actor", AuditFilter { target: Some(atlas), ..named("bob@example.com") }, vec![]),
        (
            "a target, by the id of another actor",
            AuditFilter { target: Some(atlas), ..named(&user.to_string()) },
            vec![],
        ),
        (
            "a name, by its actor",
            AuditFilter { actor: SearchTerm::parse("ada@example.com").ok(), ..search("atlas") },
            of_atlas,
        ),
        (
            "a target on another day",
            AuditFilter { target: Some(atlas), ..days(date!(2026 - 02 - 01), date!(2026 - 02 - 02)) },
            vec![],
        ),
        ("three at once", AuditFilter { kind: Some(Kind::Role), ..named("ada@example.com") }, vec![]),
    ] {
        let (found, statements) = count_statements(async { Ok::<_, ()>(shown(&world, &auditor, filter).await) }).await;
        assert_eq!(found.expect("rows"), expected, "{what}");
        assert_eq!(statements, 1, "{what}");
    }
}

#[tokio::test]
async fn project_filter_finds_its_budgets_and_a_purged_project_by_name() {
    let Story { world, auditor, atlas, .. } = story().await;
    world
        .run(
            "insert into budgets (id, name, category, soft_limit, hard_limit, reset_minutes, project_id)
               select '00000000-0000-0000-0000-00000000000b', 'Own', 'cli', 1, 2, 60, id from projects where name = 'atlas';
             insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
               values (gen_random_uuid(), '2026-03-01 00:00Z', 'Bursar', 'budget.project_budget.created', 'budget',
                       '00000000-0000-0000-0000-00000000000b', 'Own', '[]')",
        )
        .await;
    let filter = AuditFilter { project: ProjectName::parse_existing("atlas").ok(), ..AuditFilter::default() };
    let found = shown(&world, &auditor, filter.clone()).await;
    assert_eq!(found.last().map(String::as_str), Some("budget.project_budget.created Own"), "{found:?}");
    world.run("delete from budgets; delete from user_projects; delete from projects where name = 'atlas'").await;
    let found = read(&world, &auditor, filter).await;
    assert_eq!(found.rows.len(), 2);
    assert!(found.rows.iter().all(|event| event.target.id == atlas && event.target.page.is_none()));
}

#[tokio::test]
async fn target_is_linked_while_its_page_exists() {
    let Story { world, auditor, .. } = story().await;
    let page = read(&world, &auditor, AuditQuery::default()).await;
    let atlas = ProjectName::parse_existing("atlas").expect("a name");
    assert_eq!(page.rows[0].target.page, Some(TargetPage::Project(atlas)));
    world.run("update projects set deleted_at = now() where name = 'atlas'").await;
    let page = read(&world, &auditor, AuditQuery::default()).await;
    assert_eq!(page.rows[0].target.page, None);
    assert!(page.rows[1].target.page.is_some(), "tutor is still there");
}

#[tokio::test]
async fn every_event_stands_on_one_page_despite_equal_times_and_new_events() {
    let Story { world, auditor, .. } = story().await;
    world
        .run(
            "insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
             select gen_random_uuid(), '2026-03-01 00:00Z', 'Bursar', case when n % 2 = 0 then 'user.created' else 'user.edited' end,
                    'user', gen_random_uuid(), 'u' || n, '[]' from generate_series(1, 40) n",
        )
        .await;
    for filter in [AuditFilter::default(), AuditFilter { kind: Some(Kind::User), ..AuditFilter::default() }] {
        let mut query = AuditQuery { size: PageSize::new(7).expect("rows"), ..AuditQuery::from(filter) };
        let (mut seen, mut previous) = (Vec::new(), None);
        loop {
            let page = read(&world, &auditor, query.clone()).await;
            seen.extend(page.rows.iter().map(|event| event.id));
            world
                .run(
                    "insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
                     select gen_random_uuid(), timestamptz '2026-03-03 00:00Z' + count(*) * interval '1 second', 'Bursar',
                            'user.created', 'user', gen_random_uuid(), 'new', '[]' from audit_log",
                )
                .await;
            if let Some(back) = page.previous {
                let back = read(&world, &auditor, AuditQuery { cursor: Some(back), ..query.clone() }).await;
                assert_eq!(previous, Some(back.rows), "the page before, in the same order");
            }
            previous = Some(page.rows);
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        let distinct: HashSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "no event twice");
        assert!(seen.len() >= 40, "{}", seen.len());
    }
}

#[tokio::test]
async fn new_events_of_the_filter_are_counted_up_to_a_hundred() {
    let Story { world, auditor, .. } = story().await;
    let everything = AuditQuery::default();
    let members: AuditQuery = AuditFilter { kind: Some(Kind::Member), ..AuditFilter::default() }.into();
    let rows = read(&world, &auditor, everything.clone()).await.rows;
    let (newest, oldest) = (rows[0].id, rows.last().expect("an event").id);
    let count = async |query: &AuditQuery, newest| {
        audit::count_new(&world.services, &auditor, query, newest).await.expect("a count")
    };
    assert_eq!((count(&everything, newest).await, count(&members, oldest).await), (0, 2));
    world
        .run(
            "insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
             select ('ffffffff-ffff-7fff-bfff-' || lpad(n::text, 12, '0'))::uuid, max(l.at), 'Bursar',
                    'user.created', 'user', gen_random_uuid(), 'new', '[]'
             from audit_log l, generate_series(1, 3) n group by n",
        )
        .await;
    assert_eq!((count(&everything, newest).await, count(&members, newest).await), (3, 0), "of the same moment");
    world
        .run(
            "insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
             select gen_random_uuid(), '2027-01-01Z', 'Bursar', 'user.created', 'user', gen_random_uuid(), 'new', '[]'
             from generate_series(1, 200)",
        )
        .await;
    assert_eq!(count(&everything, newest).await, i64::from(audit::MAX_NEW_EVENTS));
}

#[tokio::test]
async fn event_names_its_actor_and_target_when_their_rows_are_gone() {
    let Story { world, auditor, ada, .. } = story().await;
    world
        .run(
            "delete from user_projects; delete from projects; delete from sessions;
             delete from users where email = 'ada@example.com'",
        )
        .await;
    let page = read(&world, &auditor, named(&ada.actor.user_id.to_string())).await;
    assert_eq!(page.rows.len(), 3);
    for event in page.rows {
        assert_eq!((event.actor.name.as_str(), event.actor.user), ("ada@example.com", None));
        assert!(event.actor_id.is_some() && !event.target.name.is_empty() && event.target.page.is_none());
    }
}

#[tokio::test]
async fn maintainers_and_auditors_see_the_audit_log_and_nobody_else() {
    let world = World::create().await;
    for (name, role, may) in [
        ("Mia", PlatformRole::Maintainer, true),
        ("Aron", PlatformRole::Auditor, true),
        ("Alma", PlatformRole::Admin, false),
        ("Ulf", PlatformRole::User, false),
    ] {
        let caller = world.person(name, role).await;
        assert_eq!(caller.can::<ViewAuditLog>(Target::Platform).is_ok(), may, "{name}");
    }
}
