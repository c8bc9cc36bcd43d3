//! Keycloak-managed mode: rights are the claims of the session, read on every request.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::denial::Denial;
use domain::error::Refusal;
use domain::mode::Mode;
use domain::permission::{CreateProject, ManageMembers, ManageOwnAccount, ViewUsers};
use domain::project::{ProjectDraft, ProjectName, ProjectQuery};
use domain::role::{PlatformRole, ProjectRole};
use domain::text::SearchTerm;
use serde_json::{Value, json};
use services::client::SessionToken;
use services::guard::Caller;
use services::testing::{World, developer};
use services::{Settings, projects, session, views};
use time::Duration;

async fn world() -> World {
    with(|_| {}).await
}

async fn with(change: impl FnOnce(&mut Settings)) -> World {
    World::with(|settings| {
        settings.mode = Mode::Keycloak;
        settings.budgets = false;
        change(settings);
    })
    .await
}

fn admin(username: &str) -> serde_json::Map<String, Value> {
    developer(username, json!({"realm_access": {"roles": ["admin"]}}))
}

/// Names and roles as My access tells them.
async fn own(world: &World, caller: &Caller) -> Vec<(String, ProjectRole)> {
    let caller = world.again(caller).await.expect("signed in");
    let own = views::my_access::load(&world.services, &caller).await.expect("one's own");
    own.projects.into_iter().map(|project| (project.name.to_string(), project.role)).collect()
}

fn named(name: &str, role: ProjectRole) -> (String, ProjectRole) {
    (name.to_owned(), role)
}

#[tokio::test]
async fn keycloak_managed_user_has_no_row_and_the_rights_of_the_claims() {
    let world = world().await;
    let claims = developer("ada", json!({"applications": ["Atlas, billing", 7], "applications_admin": "notes"}));
    let ada = world.sign_in(&claims).await.expect("let in");
    let expected = [
        named("Atlas", ProjectRole::Member),
        named("billing", ProjectRole::Member),
        named("notes", ProjectRole::Admin),
    ];
    assert_eq!(own(&world, &ada).await, expected);
    assert_eq!((ada.actor.mode, ada.actor.role), (Mode::Keycloak, PlatformRole::User));
    for table in ["users", "user_projects", "user_identities"] {
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(world.services.pool())
            .await
            .expect("a number");
        assert_eq!(rows, 0, "{table}");
    }
}

#[tokio::test]
async fn new_claims_hold_from_the_next_request() {
    let world = world().await;
    let ada = world.sign_in(&developer("ada", json!({"applications": "atlas"}))).await.expect("let in");
    let changed = developer("ada", json!({"applications_admin": "billing", "realm_access": {"roles": ["admin"]}}));
    world.refresh(&ada, &changed).await.expect("goes on");
    let again = world.again(&ada).await.expect("signed in");
    assert_eq!(again.actor.role, PlatformRole::Admin);
    assert_eq!(own(&world, &ada).await, [named("billing", ProjectRole::Admin)]);
    let stripped = developer("ada", json!({"realm_access": {"roles": []}}));
    let denied = world.refresh(&ada, &stripped).await.expect_err("turned away");
    assert_eq!(denied.reason, Denial::NoRole { admin_role: "admin".to_owned() });
    assert!(world.again(&ada).await.is_none());
}

#[tokio::test]
async fn claims_hold_until_the_token_ends() {
    let world = world().await;
    let ada = world.sign_in(&developer("ada", json!({}))).await.expect("let in");
    sqlx::query("update provider_sessions set access_expires_at = $1")
        .bind(world.clock.now() + Duration::minutes(5))
        .execute(world.services.pool())
        .await
        .expect("an update");
    world.clock.advance(Duration::minutes(5) - Duration::seconds(1));
    assert!(world.again(&ada).await.is_some());
    world.clock.advance(Duration::seconds(1));
    assert!(world.again(&ada).await.is_none());
}

#[tokio::test]
async fn a_local_session_is_none_here() {
    let world = world().await;
    sqlx::query("insert into users (id, email, name) values (gen_random_uuid(), 'ada@example.com', 'Ada')")
        .execute(world.services.pool())
        .await
        .expect("a person of another time");
    sqlx::query(
        "insert into sessions (id, token_hash, user_id, device, signed_in_at, last_used_at, expires_at)
         select gen_random_uuid(), sha256(repeat('a', 43)::bytea), id, 'x', $1, $1, $1 + interval '1 hour' from users",
    )
    .bind(world.clock.now())
    .execute(world.services.pool())
    .await
    .expect("a session of another time");
    let token = SessionToken::from_cookie(&"a".repeat(43)).expect("a token");
    assert!(world.caller(&token).await.is_none());
}

#[tokio::test]
async fn both_spellings_are_the_personal_project() {
    for spelling in ["ada", "ADA@example.com"] {
        let world = world().await;
        let ada = world.sign_in(&developer("ada", json!({"applications": spelling}))).await.expect("let in");
        assert_eq!(own(&world, &ada).await, [named("ada@example.com", ProjectRole::Owner)], "{spelling}");
        let eve = developer("eve", json!({"applications": "ada, ada@example.com"}));
        let eve = world.sign_in(&eve).await.expect("let in");
        let roles: Vec<_> = own(&world, &eve).await.into_iter().map(|(_, role)| role).collect();
        assert!(!roles.contains(&ProjectRole::Owner), "nobody gets into somebody else's personal project");
        assert!(!own(&world, &eve).await.contains(&named("ada@example.com", ProjectRole::Member)), "{spelling}");
        world.refresh(&ada, &developer("ada", json!({}))).await.expect("goes on");
        assert_eq!(own(&world, &ada).await, [], "not listed any more");
    }
}

#[tokio::test]
async fn a_project_of_the_same_name_stays_shared() {
    let world = world().await;
    let bob = world.sign_in(&developer("bob", json!({"applications": "atlas"}))).await.expect("let in");
    let atlas = world.sign_in(&developer("atlas", json!({"applications": "atlas"}))).await.expect("let in");
    assert_eq!(own(&world, &atlas).await, [named("atlas", ProjectRole::Member)]);
    assert_eq!(own(&world, &bob).await, [named("atlas", ProjectRole::Member)]);
}

#[tokio::test]
async fn a_project_that_is_named_is_made_once_and_recorded() {
    let world = world().await;
    for (person, spelling) in [("ada", "New.Project"), ("bob", "NEW.project"), ("ada", "new.project")] {
        world.sign_in(&developer(person, json!({"applications": spelling}))).await.expect("let in");
    }
    let ids: Vec<(uuid::Uuid, String, bool)> = sqlx::query_as("select id, name, is_imported from projects")
        .fetch_all(world.services.pool())
        .await
        .expect("projects");
    assert_eq!(ids.len(), 1);
    assert_eq!((ids[0].1.as_str(), ids[0].2), ("New.Project", true));
    let audit = world.audit(ids[0].0).await;
    assert_eq!(audit.len(), 1);
    assert_eq!((audit[0].0.as_str(), audit[0].1.as_str()), ("project.created", "Bursar"));
}

#[tokio::test]
async fn external_user_sees_open_projects_and_creates_none() {
    let open = vec![ProjectName::parse_existing("atlas").expect("a name")];
    let world = with(|settings| settings.external_projects = open).await;
    let claims = developer("eve", json!({"user_type": "external", "applications": "Atlas, billing, eve"}));
    let eve = world.sign_in(&claims).await.expect("let in");
    assert_eq!(own(&world, &eve).await, [named("Atlas", ProjectRole::Member)]);
    let made: Vec<String> =
        sqlx::query_scalar("select name from projects").fetch_all(world.services.pool()).await.expect("projects");
    assert_eq!(made, ["Atlas"]);
}

#[tokio::test]
async fn project_admin_whose_token_says_external_is_a_member_at_once() {
    let open = vec![ProjectName::parse_existing("atlas").expect("a name")];
    let world = with(|settings| settings.external_projects = open).await;
    let claims = |kind: &str| developer("eve", json!({"user_type": kind, "applications_admin": "atlas"}));
    let eve = world.sign_in(&claims("regular")).await.expect("let in");
    assert_eq!(own(&world, &eve).await, [named("atlas", ProjectRole::Admin)]);
    world.refresh(&eve, &claims("external")).await.expect("goes on");
    let eve = world.again(&eve).await.expect("signed in");
    assert_eq!(own(&world, &eve).await, [named("atlas", ProjectRole::Member)]);
    assert!(eve.actor.projects.iter().all(|(project, _)| eve.actor.role_in(*project) == Some(ProjectRole::Member)));
}

#[tokio::test]
async fn admin_creates_and_finds_projects_but_manages_no_members() {
    let world = world().await;
    let root = world.sign_in(&admin("root")).await.expect("let in");
    let can = root.can::<CreateProject>(Target::Platform).expect("an admin");
    let name = ProjectName::parse("notebooks").expect("a name");
    projects::create(&world.services, &can, name, &ProjectDraft::default()).await.expect("made");
    let maker = world.again(&root).await.expect("signed in");
    assert_eq!(maker.actor.projects, [], "nobody is in it until the provider says so");
    let query = |term: &str| ProjectQuery { search: SearchTerm::parse(term).ok(), ..ProjectQuery::default() };
    let found = views::projects::list(&world.services, &root, &query("book")).await.expect("a page");
    assert_eq!(found.rows.len(), 1);
    for short in ["", "bo"] {
        let found = views::projects::list(&world.services, &root, &query(short)).await.expect("a page");
        assert_eq!(found.rows, [], "an admin types at least three characters");
    }
    assert_eq!(root.can::<ViewUsers>(Target::Platform).expect_err("absent"), Refusal::NotFound);
    assert_eq!(root.can::<ManageMembers>(Target::Platform).expect_err("absent"), Refusal::NotFound);
    let ada = world.sign_in(&developer("ada", json!({"applications": "notebooks"}))).await.expect("let in");
    assert!(ada.can::<CreateProject>(Target::Own).is_err());
    let all = views::projects::list(&world.services, &ada, &ProjectQuery::default()).await.expect("a page");
    assert_eq!(all.rows.len(), 1, "a developer's own are few and listed at once");
}

#[tokio::test]
async fn change_begun_before_the_claims_were_revoked_is_refused() {
    let world = world().await;
    let root = world.sign_in(&admin("root")).await.expect("let in");
    let can = root.can::<CreateProject>(Target::Platform).expect("an admin");
    let name = ProjectName::parse("notebooks").expect("a name");
    let draft = ProjectDraft::default();
    world.refresh(&root, &developer("root", json!({}))).await.expect("goes on");
    let refused = projects::create(&world.services, &can, name.clone(), &draft).await.map_err(Refusal::from);
    assert!(matches!(refused, Err(Refusal::Forbidden(_))), "{refused:?}");
    world.refresh(&root, &developer("root", json!({"realm_access": null}))).await.expect_err("turned away");
    let refused = projects::create(&world.services, &can, name, &draft).await.map_err(Refusal::from);
    assert_eq!(refused.expect_err("signed out"), Refusal::SignedOut);
}

#[tokio::test]
async fn users_end_their_own_sessions() {
    let world = world().await;
    let here = world.sign_in(&developer("ada", json!({}))).await.expect("let in");
    let there = world.sign_in(&developer("ada", json!({}))).await.expect("let in");
    let can = here.can::<ManageOwnAccount>(Target::Own).expect("one's own");
    assert_eq!(session::list(&world.services, &can).await.expect("a list").len(), 2);
    session::end_one(&world.services, &can, there.actor.session_id).await.expect("ended");
    assert!(world.again(&there).await.is_none());
    assert_eq!(session::end_all(&world.services, &can).await.expect("ended"), 1);
    assert!(world.again(&here).await.is_none());
}
