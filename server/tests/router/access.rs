//! Every page and every server function, asked as every role, in an own and in a foreign project, against the one
//! permission table. What is registered but not listed here fails the test.

mod asked;
mod functions;
mod pages;

pub(crate) use asked::{Ask, Things, things};

use self::Ask::*;
use self::asked::Body;
use self::functions::FUNCTIONS;
use self::pages::PAGES;
use crate::server::{DATA, OUR_SITE, PAGE, TestServer};
use domain::actor::{Actor, Target};
use domain::id::UserId;
use domain::mode::Mode;
use domain::permission::Permission;
use domain::role::{PlatformRole, ProjectRole};
use domain::user::UserKind;
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;
use services::guard::Caller;
use services::testing::{World, developer};
use std::collections::BTreeSet;

/// Somebody whose token says who they are: roles, type, and whether the own project is named in which list.
const TOKENS: [(&str, &str, &str, Option<&str>); 5] = [
    ("admin", "admin", "regular", None),
    ("project-admin", "developer", "regular", Some("applications_admin")),
    ("member", "developer", "regular", Some("applications")),
    ("developer", "developer", "regular", None),
    ("external", "developer", "external", Some("applications")),
];

/// Somebody who asks: platform role, type, and the role in the own project.
pub(crate) type Person = (&'static str, PlatformRole, &'static str, Option<ProjectRole>);

pub(crate) const PEOPLE: [Person; 8] = [
    ("Maintainer", PlatformRole::Maintainer, "regular", None),
    ("Admin", PlatformRole::Admin, "regular", None),
    ("Auditor", PlatformRole::Auditor, "regular", None),
    ("Project Admin", PlatformRole::User, "regular", Some(ProjectRole::Admin)),
    ("Member", PlatformRole::User, "regular", Some(ProjectRole::Member)),
    ("User", PlatformRole::User, "regular", None),
    ("External", PlatformRole::User, "external", None),
    ("External Project Admin", PlatformRole::User, "external", Some(ProjectRole::Admin)),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_function_and_page_is_listed() {
    let registered: BTreeSet<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let listed: BTreeSet<&str> = FUNCTIONS.iter().map(|(path, ..)| *path).collect();
    assert_eq!(registered, listed);
    let routed: BTreeSet<&str> =
        server::router::PAGES.iter().map(|route| route.path()).filter(|path| *path != "/_gallery").collect();
    let pages: BTreeSet<&str> = PAGES.iter().map(|(path, ..)| *path).collect();
    assert_eq!(routed, pages);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_and_function_without_a_session_is_refused() {
    let server = TestServer::start().await;
    let (owner, _) = server.person("Owner", PlatformRole::Maintainer).await;
    let things = things(&server, &owner).await;
    for (path, ask, body) in FUNCTIONS {
        let status = server.post(path, &body(&things), &[DATA, OUR_SITE]).await.status().as_u16();
        assert_eq!(status == 401, !matches!(ask, Anybody), "{path} answered {status}");
    }
    for (pattern, ask, address) in PAGES {
        let status = server.get(&address(&things), &[PAGE]).await.status().as_u16();
        assert_eq!(status == 302, !matches!(ask, Anybody), "{pattern} answered {status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_function_obeys_the_table() {
    two_at_once(PEOPLE, async |person| {
        as_person(person, FUNCTIONS, async |server, (path, body), cookie| {
            server.post(path, &body, &[("cookie", &cookie), DATA, OUR_SITE]).await.status().as_u16()
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_obeys_the_table() {
    two_at_once(PEOPLE, async |person| {
        as_person(person, PAGES, async |server, (_, address), cookie| {
            server.get(&address, &[("cookie", &cookie), PAGE]).await.status().as_u16()
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_one_time_password_opens_nothing_but_its_change() {
    let server = TestServer::start().await;
    let (caller, cookie) = server.person("Maintainer", PlatformRole::Maintainer).await;
    sqlx::query("update users set password_change_due = true")
        .execute(server.world.services.pool())
        .await
        .expect("one");
    let open = [
        "/act/sign-in",
        "/act/sign-out",
        "/act/break-glass",
        "/act/appearance",
        "/data/break-glass",
        "/data/flash",
        "/data/sign-in-way",
        "/data/password-change",
        "/act/account/change-password",
    ];
    for (path, _, body) in FUNCTIONS {
        if *path == "/act/sign-out" {
            continue;
        }
        let things = things(&server, &caller).await;
        let headers = [("cookie", cookie.as_str()), DATA, OUR_SITE];
        let status = server.post(path, &body(&things), &headers).await.status().as_u16();
        assert_eq!(status == 403, !open.contains(path), "{path} answered {status}");
    }
}

/// Whoever signed in nine minutes ago is asked nothing, ten minutes ago before every change that hurts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hurts_asks_for_an_identity_confirmed_in_the_last_ten_minutes() {
    let server = TestServer::start().await;
    let (owner, _) = server.person("Owner", PlatformRole::Maintainer).await;
    let (caller, _) = server.person("Maintainer", PlatformRole::Maintainer).await;
    for minutes in [9, 10] {
        for (path, ask, body) in FUNCTIONS {
            let things = things(&server, &owner).await;
            let asking = server.world.signed_in(caller.actor.user_id).await;
            server.world.clock.advance(time::Duration::minutes(minutes));
            let cookie = format!("__Host-bursar={}", server.world.token(&asking));
            let answer = server.post(path, &body(&things), &[("cookie", &cookie), DATA, OUR_SITE]).await;
            let (status, text) = (answer.status().as_u16(), answer.text().await.expect("an answer"));
            let asked = status == 403 && text.starts_with("{\"to\":\"/confirm-identity?next=");
            let expected = minutes == 10 && path.starts_with("/act/") && ask.hurts();
            assert_eq!(asked, expected, "{path} after {minutes} minutes answered {status}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_server_function_obeys_the_table_where_keycloak_keeps_the_rights() {
    two_at_once(TOKENS, async |token| {
        as_token(token, FUNCTIONS, async |server, (path, body), cookie| {
            server.post(path, &body, &[("cookie", &cookie), DATA, OUR_SITE]).await.status().as_u16()
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_obeys_the_table_where_keycloak_keeps_the_rights() {
    two_at_once(TOKENS, async |token| {
        as_token(token, PAGES, async |server, (_, address), cookie| {
            server.get(&address, &[("cookie", &cookie), PAGE]).await.status().as_u16()
        })
        .await;
    })
    .await;
}

/// A break-glass session has a maintainer's rights, except to what is about an account of one's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn break_glass_session_obeys_the_table_in_both_modes() {
    for mode in [Mode::Platform, Mode::Keycloak] {
        let server = TestServer::start_on(World::with(|settings| settings.mode = mode).await).await;
        let owner = match mode {
            Mode::Platform => server.world.person("Owner", PlatformRole::Maintainer).await,
            Mode::Keycloak => {
                let admin = developer("owner", json!({"realm_access": {"roles": ["admin"]}}));
                server.world.sign_in(&admin).await.expect("let in")
            }
        };
        let mut wrong = Vec::new();
        let set = async || {
            let things = things(&server, &owner).await;
            let (caller, cookie) = server.break_glass().await;
            asked::changed(&server, &things, caller.actor.user_id).await;
            (things, caller, cookie)
        };
        let mut unchanged = None;
        let all = FUNCTIONS.iter().map(|entry| (false, entry)).chain(PAGES.iter().map(|entry| (true, entry)));
        for (is_page, (path, ask, body)) in all {
            // These take a password, and a break-glass session has none.
            if ["/act/account/confirm", "/act/account/change-password"].contains(path) {
                continue;
            }
            let (things, caller, cookie) = kept_or(&mut unchanged, &set).await;
            let status = if is_page {
                server.get(&body(&things), &[("cookie", &cookie), PAGE]).await.status().as_u16()
            } else {
                server.post(path, &body(&things), &[("cookie", &cookie), DATA, OUR_SITE]).await.status().as_u16()
            };
            // Open to everybody who is signed in, and about an account of one's own.
            let is_own = ["/data/my-access", "/settings/my-access", "/act/account/end-session"].contains(path);
            let ask = if is_own { &Own(Permission::ManageOwnAccount) } else { ask };
            let named = if is_own { "own" } else { path };
            wrong.extend(compare(&caller.actor, (named, ask), &things, status, ("break-glass", is_page)));
            unchanged = Some((things, caller, cookie)).filter(|_| only_reads(path));
        }
        assert!(wrong.is_empty(), "{mode:?} {wrong:#?}");
    }
}

/// The longest tests of all: the server answers one while the database works for the other.
pub(crate) async fn two_at_once<T>(all: impl IntoIterator<Item = T>, ask: impl AsyncFn(T)) {
    stream::iter(all).for_each_concurrent(2, |one| ask(one)).await;
}

/// Asks everything with one token, which names the own project and not the foreign one.
async fn as_token(
    (name, role, kind, list): (&str, &str, &str, Option<&str>),
    all: &[(&'static str, Ask, Body)],
    send: impl AsyncFn(&TestServer, (&'static str, String), String) -> u16,
) {
    let keycloak = World::with(|settings| {
        settings.mode = Mode::Keycloak;
        settings.budgets = false;
    });
    let server = TestServer::start_on(keycloak.await.behind_a_provider()).await;
    let admin = developer("owner", json!({"realm_access": {"roles": ["admin"]}}));
    let owner = server.world.sign_in(&admin).await.expect("let in");
    // Passwords open nothing to anybody where a provider vouches; identity/flow.rs and confirm.rs show it.
    let takes_password =
        |path: &str| ["/act/sign-in", "/act/account/confirm", "/act/account/change-password"].contains(&path);
    let mut wrong = Vec::new();
    for own in [true, false] {
        let set = async || {
            let things = things(&server, &owner).await;
            let mut claims = developer(name, json!({"realm_access": {"roles": [role]}, "user_type": kind}));
            if let (true, Some(list)) = (own, list) {
                claims.insert(list.to_owned(), json!(things.project));
            }
            (things, server.world.sign_in(&claims).await.expect("let in"))
        };
        let mut unchanged = None;
        for (path, ask, body) in all.iter().filter(|(path, ..)| !takes_password(path)) {
            let (things, asking) = kept_or(&mut unchanged, &set).await;
            let cookie = format!("__Host-bursar={}", server.world.token(&asking));
            let status = send(&server, (path, body(&things)), cookie).await;
            wrong.extend(compare(&asking.actor, (path, ask), &things, status, (name, own)));
            unchanged = Some((things, asking)).filter(|_| only_reads(path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Asks everything as one person, in an own and in a foreign project, and compares with the table.
async fn as_person(
    person: Person,
    all: &[(&'static str, Ask, Body)],
    send: impl AsyncFn(&TestServer, (&'static str, String), String) -> u16,
) {
    let stage = Stage::of(person).await;
    let server = &stage.server;
    let mut wrong = Vec::new();
    for own in [true, false] {
        let mut unchanged = None;
        for (path, ask, body) in all {
            let (things, asking) = kept_or(&mut unchanged, async || stage.set(own).await).await;
            let cookie = format!("__Host-bursar={}", server.world.token(&asking));
            let status = send(server, (path, body(&things)), cookie).await;
            wrong.extend(compare(&asking.actor, (path, ask), &things, status, (person.0, own)));
            unchanged = Some((things, asking)).filter(|_| only_reads(path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether a page or a server function leaves what it is asked about as it was.
fn only_reads(path: &str) -> bool {
    !path.starts_with("/act/")
}

/// What the last request left as it was, or something new: making it takes longer than asking about it.
pub(crate) async fn kept_or<T>(unchanged: &mut Option<T>, new: impl AsyncFn() -> T) -> T {
    match unchanged.take() {
        Some(kept) => kept,
        None => new().await,
    }
}

/// A server, and somebody who asks it.
pub(crate) struct Stage {
    pub(crate) server: TestServer,
    owner: Caller,
    asking: UserId,
    in_project: Option<ProjectRole>,
}

impl Stage {
    pub(crate) async fn of((name, role, kind, in_project): Person) -> Self {
        let world = World::with(|settings| {
            settings.external_projects = asked::project_names();
            settings.project_admins_set_shares = true;
        })
        .await;
        let server = TestServer::start_on(world).await;
        let (owner, _) = server.person("Owner", PlatformRole::Maintainer).await;
        let (caller, _) = server.person(name, role).await;
        sqlx::query("update users set user_type = $1, project_limit = 1000 where id = $2")
            .bind(kind)
            .bind(caller.actor.user_id.0)
            .execute(server.world.services.pool())
            .await
            .expect("a person");
        Self { server, owner, asking: caller.actor.user_id, in_project }
    }

    /// New things to ask about, and who asks; with the role they have where the projects are their own.
    pub(crate) async fn set(&self, own: bool) -> (Things, Caller) {
        let world = &self.server.world;
        let things = things(&self.server, &self.owner).await;
        if let (true, Some(role)) = (own, self.in_project) {
            world.member(things.project_id, self.asking, role).await;
            world.member(things.deleted_id, self.asking, role).await;
            sqlx::query("update user_projects set user_id = $2, is_project_admin = $3 where project_id = $1")
                .bind(things.empty_id.0)
                .bind(self.asking.0)
                .bind(role.is_admin())
                .execute(world.services.pool())
                .await
                .expect("the one member");
        }
        asked::changed(&self.server, &things, self.asking).await;
        (things, world.signed_in(self.asking).await)
    }
}

/// Compares an answer with the table; says what is wrong. What is allowed has to be done: a body that nobody can do
/// anything with proves nothing.
fn compare(
    actor: &Actor,
    (path, ask): (&str, &Ask),
    things: &Things,
    status: u16,
    (name, own): (&str, bool),
) -> Option<String> {
    let refused = expected_refusal(actor, ask, things);
    // Adding somebody names the project in a field: one that may not be seen is a problem there, as an unknown one.
    let status = if (path, status, refused) == ("/act/members/add", 422, Some(404)) { 404 } else { status };
    let expected = refused.or(match path {
        // A session that is not one's own is as good as none.
        "/act/account/end-session" => Some(404),
        // No realm is configured, and nothing is under way.
        path if path.starts_with("/act/keycloak-import/") => Some(409),
        // Without an identity provider there is no issuer to move to; break_glass.rs moves identities.
        "/act/identity-provider/move-identities" => Some(404),
        // The passwords and the code are wrong.
        "/act/sign-in" | "/act/break-glass" | "/act/account/confirm" | "/act/account/change-password" => Some(422),
        // No service account of Keycloak is configured.
        "/act/keycloak-users/create" | "/act/keycloak-users/change-rights" | "/act/access-snapshots/take" => Some(409),
        // No LiteLLM proxy is configured.
        "/act/litellm/start" | "/act/litellm/push-again" => Some(409),
        // No message waits; deliveries are sent again in the tests of services.
        "/act/jobs/retry-delivery" => Some(404),
        _ => None,
    });
    let is_right = expected.map_or((200..400).contains(&status), |expected| status == expected);
    let project = if own { "own" } else { "foreign" };
    (!is_right).then(|| format!("{path} as {name}, {project} project, answered {status}, not {expected:?}"))
}

/// With the roles that the table is asked for: an external user is never more than a member of a project.
fn in_the_table(actor: &Actor) -> Actor {
    let mut actor = actor.clone();
    if actor.kind == UserKind::External {
        actor.projects.iter_mut().for_each(|(_, role)| *role = ProjectRole::Member);
    }
    actor
}

/// What the table says, as a status: none when it is allowed.
pub(crate) fn expected_refusal(actor: &Actor, ask: &Ask, things: &Things) -> Option<u16> {
    let actor = &in_the_table(actor);
    let project = Target::Project(things.project_id);
    let (allowed, hidden) = match ask {
        Gateway => return Some(401),
        Anybody | SignedIn => (true, false),
        Platform(permission) => (actor.may(*permission, Target::Platform), !actor.mode.has(*permission)),
        Own(permission) => (
            actor.may(*permission, Target::Own) || actor.may(*permission, Target::Platform),
            !actor.mode.has(*permission),
        ),
        PlatformOrProject(permission, other) => {
            // Whoever has it in some project is not told whether what they ask for exists elsewhere.
            let hidden = !actor.mode.has(*permission) || actor.may_anywhere(*other);
            (actor.may(*permission, Target::Platform) || actor.may(*other, project), hidden)
        }
        PlatformOrSomewhere(permission, other) => {
            (actor.may(*permission, Target::Platform) || actor.may_anywhere(*other), !actor.mode.has(*permission))
        }
        Project(permission) => (
            actor.may(*permission, project),
            !actor.may(Permission::ViewProject, project) || !actor.mode.has(*permission),
        ),
    };
    match (allowed, hidden) {
        (true, _) => None,
        (false, true) => Some(404),
        (false, false) => Some(403),
    }
}
