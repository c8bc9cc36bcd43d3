//! Break-glass: a code of the operator opens one short session with a maintainer's rights, whatever the sign-in
//! configuration is, and nothing else does.
#![expect(clippy::expect_used, reason = "a fault in a helper must end the test with its reason")]

use domain::actor::Target;
use domain::break_glass::{BreakGlassState, BreakGlassStatus};
use domain::budget::BudgetDraft;
use domain::draft::{Edit, Precondition};
use domain::email::Email;
use domain::error::Refusal;
use domain::mode::Mode;
use domain::permission::{
    GrantRoles, ManageBudgets, ManageMembers, ManageOwnAccount, ManageUsers, MoveIdentities, Permission,
    ViewIdentityProvider,
};
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{UserDraft, UserKind};
use domain::violation::Violation;
use secrecy::ExposeSecret as _;
use serde_json::json;
use services::break_glass::{self, Issue, Revoked, SignedIn};
use services::client::{Client, SessionToken};
use services::guard::Caller;
use services::testing::{ISSUER, World, developer, problem, refusal};
use services::{Error, budgets, members, provision, session, sign_in, users, views};
use time::Duration;

const REQUEST: &str = "request-1";

fn from(address: &str) -> Client {
    Client { address: Some(address.to_owned()), ..Client::default() }
}

async fn issue(world: &World) -> String {
    let issued = break_glass::issue(&world.services, Issue::by("root@bursar-0")).await.expect("issued");
    issued.code.expose_secret().to_owned()
}

async fn enter(world: &World, code: &str) -> Result<SignedIn, Error> {
    break_glass::sign_in(&world.services, code, &from("192.0.2.7"), REQUEST).await
}

/// A session that a new code opened.
async fn session_of(world: &World) -> (SessionToken, Caller) {
    let signed_in = enter(world, &issue(world).await).await.expect("opened");
    let caller = world.caller(&signed_in.token).await.expect("a session");
    (signed_in.token, caller)
}

fn is_refused(entered: Result<SignedIn, Error>) -> bool {
    problem(entered, "code") == Violation::WrongBreakGlassCode
}

/// Action, actor and changes of everything about break-glass, the earliest first.
async fn events(world: &World) -> Vec<(String, String, serde_json::Value)> {
    sqlx::query_as(
        "select action, actor, changes from audit_log where target_type = 'break_glass'
         order by at, xmin::text::bigint, ctid",
    )
    .fetch_all(world.services.pool())
    .await
    .expect("the audit log")
}

async fn actions(world: &World) -> Vec<String> {
    events(world).await.into_iter().map(|(action, ..)| action).collect()
}

async fn status(world: &World) -> BreakGlassStatus {
    let root = world.person(&world.services.random().id(world.clock.now()).to_string(), PlatformRole::Maintainer).await;
    let can = root.can::<ViewIdentityProvider>(Target::Platform).expect("a maintainer");
    views::identity_provider(&world.services, &can).await.expect("a page").break_glass
}

#[tokio::test]
async fn code_opens_a_session_with_maintainer_rights_in_both_modes() {
    for mode in [Mode::Platform, Mode::Keycloak] {
        let world = World::with(|settings| settings.mode = mode).await.behind_a_provider();
        let (_, caller) = session_of(&world).await;
        assert_eq!((caller.actor.mode, caller.actor.role), (mode, PlatformRole::Maintainer));
        assert_eq!(caller.actor.email, "Break-glass, issued by root@bursar-0");
        let can = caller.can::<MoveIdentities>(Target::Platform).expect("a maintainer");
        world.services.change(&can).await.expect("rights that hold under lock").commit().await.expect("a commit");
        let own = caller.can::<ManageOwnAccount>(Target::Own).expect_err("no account");
        assert_eq!(own, Refusal::Forbidden(Violation::AccountRequired));
        assert!(!caller.actor.may_anywhere(Permission::CreateProject), "{mode:?}");
    }
}

#[tokio::test]
async fn code_works_however_it_is_typed_and_only_once() {
    let world = World::create().await;
    let code = issue(&world).await;
    enter(&world, &format!(" {} ", code.to_uppercase().replace('-', " "))).await.expect("opened");
    assert!(is_refused(enter(&world, &code).await), "used before");
    let (action, actor, changes) = events(&world).await.pop().expect("an event");
    assert_eq!((action.as_str(), actor.as_str()), ("break_glass.refused", "Not signed in"));
    assert_eq!(changes[0], json!({"field": "reason", "before": null, "after": "used before"}));
    assert_eq!(changes[1], json!({"field": "address", "before": null, "after": "192.0.2.7"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uses_at_the_same_moment_open_one_session() {
    let world = World::create().await;
    let code = issue(&world).await;
    let uses = (0..12).map(|host| {
        let (services, code) = (world.services.clone(), code.clone());
        tokio::spawn(async move {
            break_glass::sign_in(&services, &code, &from(&format!("192.0.{host}.7")), REQUEST).await.is_ok()
        })
    });
    let mut opened = 0;
    for used in uses.collect::<Vec<_>>() {
        opened += usize::from(used.await.expect("no panic"));
    }
    let sessions: i64 =
        sqlx::query_scalar("select count(*) from sessions").fetch_one(world.services.pool()).await.expect("a count");
    assert_eq!((opened, sessions), (1, 1));
    let used = actions(&world).await.into_iter().filter(|action| action == "break_glass.used").count();
    assert_eq!(used, 1);
}

#[tokio::test]
async fn code_is_stored_as_a_hash_alone() {
    let world = World::create().await;
    let code = issue(&world).await;
    enter(&world, &code).await.expect("opened");
    let rows: String = sqlx::query_scalar(
        "select (select string_agg(to_jsonb(c)::text, '') from break_glass_codes c)
             || (select string_agg(to_jsonb(a)::text, '') from audit_log a)
             || (select string_agg(to_jsonb(s)::text, '') from sessions s)",
    )
    .fetch_one(world.services.pool())
    .await
    .expect("rows");
    assert!(!rows.contains(&code) && !rows.contains(&code.replace('-', "")), "{rows}");
    assert!(rows.contains("break_glass.issued") && rows.contains("break_glass.used"));
}

#[tokio::test]
async fn code_expires_and_that_is_audited_once() {
    let world = World::create().await;
    let code = issue(&world).await;
    world.clock.advance(Duration::minutes(15) - Duration::seconds(1));
    assert_eq!(break_glass::expire(&world.services).await.expect("a number"), 0);
    world.clock.advance(Duration::seconds(1));
    assert_eq!(break_glass::expire(&world.services).await.expect("a number"), 1);
    assert_eq!(break_glass::expire(&world.services).await.expect("a number"), 0);
    assert!(is_refused(enter(&world, &code).await));
    assert_eq!(actions(&world).await, ["break_glass.issued", "break_glass.expired", "break_glass.refused"]);
    assert_eq!(status(&world).await.last_issued.expect("a code").state, BreakGlassState::Expired);
}

#[tokio::test]
async fn revoking_ends_the_code_and_its_session() {
    let world = World::create().await;
    let (token, caller) = session_of(&world).await;
    let code = issue(&world).await;
    let revoked = break_glass::revoke(&world.services, "ada@laptop").await.expect("revoked");
    assert_eq!(revoked, Revoked { codes: 1, sessions: 1 });
    assert!(is_refused(enter(&world, &code).await));
    assert!(world.caller(&token).await.is_none());
    let can = caller.can::<MoveIdentities>(Target::Platform).expect("as the request began");
    assert_eq!(
        refusal(world.services.change(&can).await.map(drop)),
        Refusal::SignedOut,
        "what began before is refused"
    );
    assert_eq!(break_glass::revoke(&world.services, "ada").await.expect("none"), Revoked { codes: 0, sessions: 0 });
    let reasons = events(&world).await.into_iter().filter(|(action, ..)| action.ends_with("revoked"));
    let reasons: Vec<_> = reasons.map(|(action, _, changes)| (action, changes[0]["after"].clone())).collect();
    let by = json!("revoked by ada@laptop");
    assert_eq!(
        reasons,
        [("break_glass.revoked".to_owned(), by.clone()), ("break_glass.session_revoked".to_owned(), by)]
    );
}

#[tokio::test]
async fn another_code_takes_the_place_of_the_one_before() {
    let world = World::create().await;
    let (token, _) = session_of(&world).await;
    let (first, second) = (issue(&world).await, issue(&world).await);
    assert!(is_refused(enter(&world, &first).await));
    enter(&world, &second).await.expect("opened");
    assert!(world.caller(&token).await.is_some(), "the session of another operator goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_issued_at_the_same_moment_leave_one_that_works() {
    let world = World::create().await;
    let issued = (0..6).map(|_| {
        let services = world.services.clone();
        tokio::spawn(async move { break_glass::issue(&services, Issue::by("root")).await.expect("issued").code })
    });
    let mut opened = 0;
    for code in issued.collect::<Vec<_>>() {
        let code = code.await.expect("no panic");
        // Each from a network of its own, which has all its tries.
        let client = from(&format!("192.0.{}.1", code.expose_secret().len() + opened));
        opened +=
            usize::from(break_glass::sign_in(&world.services, code.expose_secret(), &client, REQUEST).await.is_ok());
    }
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn session_ends_after_its_time_and_never_lasts_above_an_hour() {
    let world = World::create().await;
    let (token, caller) = session_of(&world).await;
    let session = caller.actor.break_glass.expect("by break-glass");
    assert_eq!(session.expires_at, world.clock.now() + Duration::minutes(30));
    world.clock.advance(Duration::minutes(30) - Duration::seconds(1));
    assert!(world.caller(&token).await.is_some());
    world.clock.advance(Duration::seconds(1));
    assert!(world.caller(&token).await.is_none());
    let asked = Issue { code_lifetime: Duration::days(9), session_lifetime: Duration::days(9), ..Issue::by("root") };
    let issued = break_glass::issue(&world.services, asked).await.expect("issued");
    assert_eq!(issued.expires_at, world.clock.now() + Duration::hours(1));
    let signed_in = enter(&world, issued.code.expose_secret()).await.expect("opened");
    assert_eq!(signed_in.lifetime, Duration::hours(1));
}

#[tokio::test]
async fn turned_off_it_opens_nothing_and_ends_what_was_open() {
    let world = World::create().await;
    let (token, caller) = session_of(&world).await;
    let code = issue(&world).await;
    let mut settings = world.services.settings().clone();
    settings.break_glass = false;
    let off = services::Services::new(
        world.services.pool().clone(),
        world.services.clock().clone(),
        world.services.random().clone(),
        settings,
    )
    .expect("workers");
    let issued = break_glass::issue(&off, Issue::by("root")).await;
    assert_eq!(refusal(issued), Refusal::Forbidden(Violation::BreakGlassOff));
    let entered = break_glass::sign_in(&off, &code, &Client::default(), REQUEST).await;
    assert_eq!(refusal(entered), Refusal::NotFound);
    assert!(services::authenticate::by_session(&off, &token).await.expect("the database answers").is_none());
    let can = caller.can::<MoveIdentities>(Target::Platform).expect("as the request began");
    assert_eq!(refusal(off.change(&can).await.map(drop)), Refusal::SignedOut);
    assert_eq!(break_glass::revoke(&off, "root").await.expect("revoked"), Revoked { codes: 1, sessions: 1 });
}

#[tokio::test]
async fn tries_of_a_network_are_limited_until_another_code_is_issued() {
    let world = World::create().await;
    let code = issue(&world).await;
    for _ in 0..5 {
        assert!(is_refused(enter(&world, "aaaa-aaaa-aaaa-aaaa-aaaa").await));
    }
    assert!(matches!(refusal(enter(&world, &code).await), Refusal::TooMany(900)), "the right one, too late");
    assert_eq!(actions(&world).await.len(), 6, "what is not looked at is not audited");
    let elsewhere = break_glass::sign_in(&world.services, &code, &from("198.51.100.1"), REQUEST).await;
    elsewhere.expect("another network has its own tries");
    world.clock.advance(Duration::seconds(1));
    let next = issue(&world).await;
    enter(&world, &next).await.expect("whoever guessed does not lock the operator out");
    assert_eq!(status(&world).await.last_used.expect("a code").refusals, 0);
}

#[tokio::test]
async fn sign_ins_that_an_outage_stopped_leave_the_tries_of_break_glass() {
    let world = World::with(|settings| settings.network_tries = 2).await;
    let code = issue(&world).await;
    for _ in 0..6 {
        let client = from("192.0.2.7");
        let tried = sign_in::with_password(&world.services, "a@example.com", "wrong".to_owned(), &client).await;
        tried.expect_err("no such account");
    }
    enter(&world, &code).await.expect("opened");
}

#[tokio::test]
async fn refusals_fill_neither_the_audit_log_nor_the_page() {
    let world = World::create().await;
    for network in 0..30 {
        for _ in 0..3 {
            let client = from(&format!("192.0.{network}.1"));
            break_glass::sign_in(&world.services, "guess", &client, REQUEST).await.expect_err("refused");
        }
    }
    assert!(events(&world).await.is_empty(), "without a code there is nothing to guess");
    issue(&world).await;
    for network in 0..30 {
        for _ in 0..3 {
            let client = from(&format!("192.0.{network}.1"));
            break_glass::sign_in(&world.services, "guess", &client, REQUEST).await.expect_err("refused");
        }
    }
    assert_eq!(events(&world).await.len(), 51);
    assert_eq!(status(&world).await.last_issued.expect("a code").refusals, 90);
}

#[tokio::test]
async fn use_is_audited_with_operator_address_and_request() {
    let world = World::create().await;
    session_of(&world).await;
    let (action, actor, changes) = events(&world).await.pop().expect("an event");
    assert_eq!((action.as_str(), actor.as_str()), ("break_glass.used", "Break-glass, issued by root@bursar-0"));
    let expected = json!([
        {"field": "issued_by", "before": null, "after": "root@bursar-0"},
        {"field": "address", "before": null, "after": "192.0.2.7"},
        {"field": "session_minutes", "before": null, "after": "30"},
    ]);
    assert_eq!(changes, expected);
    let request: String = sqlx::query_scalar("select request_id from audit_log where action = 'break_glass.used'")
        .fetch_one(world.services.pool())
        .await
        .expect("an event");
    assert_eq!(request, REQUEST);
    let last_used = status(&world).await.last_used.expect("a code");
    assert_eq!((last_used.issued_by.as_str(), last_used.used_from.as_deref()), ("root@bursar-0", Some("192.0.2.7")));
    assert!(matches!(last_used.state, BreakGlassState::InUse { .. }));
}

#[tokio::test]
async fn sign_in_replaces_the_session_of_the_browser_by_a_new_secret() {
    let world = World::create().await;
    let zelda = world.person("Zelda", PlatformRole::User).await;
    let before = SessionToken::from_cookie(&world.token(&zelda)).expect("a token");
    let client = Client { session: Some(before.clone()), ..from("192.0.2.7") };
    let signed_in =
        break_glass::sign_in(&world.services, &issue(&world).await, &client, REQUEST).await.expect("opened");
    assert_ne!(signed_in.token.expose(), before.expose());
    assert!(world.caller(&before).await.is_none());
}

/// Where the identity provider chooses the ids of users, one who is given the id of a code gets no more than their own.
#[tokio::test]
async fn user_with_the_id_of_a_code_is_no_break_glass_session() {
    let world = World::with(|settings| settings.mode = Mode::Keycloak).await;
    let (_, caller) = session_of(&world).await;
    let claims = developer("mallory", json!({"sub": caller.actor.user_id.to_string()}));
    let mallory = world.sign_in(&claims).await.expect("admitted");
    assert_eq!(mallory.actor.user_id, caller.actor.user_id);
    assert_eq!((mallory.actor.role, mallory.actor.break_glass.is_some()), (PlatformRole::User, false));
    world.run("delete from provider_sessions").await;
    assert!(world.again(&mallory).await.is_none());
}

#[tokio::test]
async fn what_a_break_glass_session_grants_names_no_user() {
    let world = World::create().await;
    let owner = world.person("Owner", PlatformRole::User).await;
    let (zelda, project) = (world.row("Zelda", PlatformRole::User).await, world.project("atlas", &owner).await);
    let (_, caller) = session_of(&world).await;
    world.clock.advance(Duration::minutes(29));
    let can = caller.can::<ManageMembers>(Target::Project(project)).expect("a maintainer");
    members::add(&world.services, &can, zelda, ProjectRole::Member).await.expect("added without re-authentication");
    let can = caller.can::<ManageBudgets>(Target::Platform).expect("a maintainer");
    let draft = BudgetDraft::parse("Standard", "cli", "40", "50", "30d").expect("a draft");
    let budget = budgets::create(&world.services, &can, None, &draft).await.expect("created");
    budgets::assign_to_user(&world.services, &can, budget, zelda).await.expect("assigned");
    let by: Vec<Option<uuid::Uuid>> = sqlx::query_scalar(
        "select granted_by from user_projects where user_id = $1
         union all select assigned_by from user_budgets union all select created_by from budgets",
    )
    .bind(zelda.0)
    .fetch_all(world.services.pool())
    .await
    .expect("rows");
    assert_eq!(by, [None, None, None]);
    let actor: String = sqlx::query_scalar("select actor from audit_log where action = 'project.member_added'")
        .fetch_one(world.services.pool())
        .await
        .expect("an event");
    assert_eq!(actor, "Break-glass, issued by root@bursar-0");
}

#[tokio::test]
async fn granting_maintainer_is_refused_in_a_break_glass_session() {
    let world = World::create().await;
    let zelda = world.row("Zelda", PlatformRole::User).await;
    let (_, caller) = session_of(&world).await;
    let can = caller.can::<GrantRoles>(Target::Platform).expect("a maintainer");
    let granted = users::set_platform_role(&world.services, &can, zelda, PlatformRole::Maintainer).await;
    assert_eq!(refusal(granted.map(drop)), Refusal::Forbidden(Violation::GrantNeedsAccount));
}

#[tokio::test]
async fn break_glass_session_neither_makes_a_maintainer_nor_takes_over_the_account_of_one() {
    let world = World::create().await;
    let maintainer = world.row("Zelda", PlatformRole::Maintainer).await;
    let admin = world.row("Zora", PlatformRole::Admin).await;
    let (_, caller) = session_of(&world).await;
    let can = caller.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    let draft = UserDraft {
        name: "Zoe".to_owned(),
        email: Email::parse("zoe@example.com").expect("an address"),
        kind: UserKind::Regular,
        role: PlatformRole::Maintainer,
        active: true,
        project_limit: None,
    };
    let refused = Refusal::Forbidden(Violation::GrantNeedsAccount);
    let created = users::create(&world.services, &can, &draft).await;
    assert_eq!(refusal(created.map(drop)), refused);
    let issued = users::issue_one_time_password(&world.services, &can, maintainer).await;
    assert_eq!(refusal(issued.map(drop)), refused);
    let edit = async |id, edit: fn(UserDraft) -> UserDraft| {
        let edit = Edit::new(Precondition::None, move |stored| Ok(edit(stored)));
        users::edit(&world.services, &can, id, edit).await.map(drop)
    };
    let grant = |stored| UserDraft { role: PlatformRole::Maintainer, ..stored };
    let readdress = |stored| UserDraft { email: Email::parse("zoe@example.com").expect("an address"), ..stored };
    assert_eq!(refusal(edit(admin, grant).await), refused);
    assert_eq!(refusal(edit(maintainer, readdress).await), refused);
    edit(admin, readdress).await.expect("of an admin");
    users::issue_one_time_password(&world.services, &can, admin).await.expect("of an admin");
}

#[tokio::test]
async fn break_glass_session_links_no_identity_to_a_maintainer() {
    let world = World::create().await;
    let maintainer = world.row("Zelda", PlatformRole::Maintainer).await;
    let claims = developer("zelda2", json!({"email": "zelda@example.com"}));
    world.sign_in(&claims).await.expect_err("the address of another account");
    let (_, caller) = session_of(&world).await;
    let can = caller.can::<ManageUsers>(Target::Platform).expect("a maintainer");
    let subject = claims["sub"].as_str().expect("a subject");
    let linked = provision::relink(&world.services, &can, maintainer, ISSUER, subject).await;
    assert_eq!(refusal(linked), Refusal::Forbidden(Violation::GrantNeedsAccount));
}

#[tokio::test]
async fn code_of_a_machine_whose_clock_is_ahead_waits_for_its_time() {
    let world = World::create().await;
    world.clock.advance(Duration::minutes(10));
    let code = issue(&world).await;
    world.clock.advance(Duration::minutes(-10));
    assert!(is_refused(enter(&world, &code).await));
    let (.., changes) = events(&world).await.into_iter().find(|(action, ..)| action.ends_with("refused")).expect("one");
    assert_eq!(changes[0]["after"], "issued in the future: compare the clocks");
}

/// Also where the clocks of other machines, which issued the codes before it, are ahead.
#[tokio::test]
async fn code_works_however_many_were_issued_after_it_by_clocks_ahead() {
    let world = World::create().await;
    world.clock.advance(Duration::minutes(10));
    for _ in 0..12 {
        issue(&world).await;
    }
    world.clock.advance(Duration::minutes(-10));
    enter(&world, &issue(&world).await).await.expect("opened");
}

#[tokio::test]
async fn break_glass_session_lists_no_sessions_and_is_swept_as_others() {
    let world = World::create().await;
    session_of(&world).await;
    world.clock.advance(Duration::hours(1));
    assert_eq!(session::sweep(&world.services).await.expect("swept"), 1);
    assert_eq!(status(&world).await.last_used.expect("a code").state, BreakGlassState::Used);
}
