//! Rights are revoked while two instances answer: after the commit no request succeeds with them.

use super::console::{Answer, Console};
use super::{rounds, world_of_today};
use crate::process;
use domain::actor::Actor;
use domain::mode::Mode;
use domain::role::{PlatformRole, ProjectRole};
use serde_json::json;
use services::testing::{World, developer};
use sqlx::Connection as _;
use std::sync::Arc;

/// A provider that is never asked: the sessions of these tests have claims that hold for a day.
const KEYCLOAK: [(&str, &str); 6] = [
    ("ENABLE_USER_MANAGEMENT", "false"),
    ("IDP_PROVIDER", "keycloak"),
    ("OIDC_ISSUER_URL", "http://127.0.0.1:9/realms/main"),
    ("OIDC_CLIENT_ID", "bursar"),
    ("BURSAR_PUBLIC_URL", "http://127.0.0.1"),
    ("BURSAR_SECRET_KEY", "a key for tests, not for anything else"),
];

/// Two servers on one database, and somebody whose rights come and go.
struct Stage {
    world: World,
    servers: [Arc<Console>; 2],
}

impl Stage {
    async fn new() -> Self {
        Self::on(world_of_today(|_| {}).await, &[]).await
    }

    /// Where rights are the claims of a token.
    async fn with_claims() -> Self {
        Self::on(world_of_today(|settings| settings.mode = Mode::Keycloak).await, &KEYCLOAK).await
    }

    async fn on(world: World, variables: &[(&str, &str)]) -> Self {
        let url = world.database_url();
        let start = async || {
            let port = process::free_port().to_string();
            let variables = [variables, &[("PORT", port.as_str())]].concat();
            Arc::new(Console::start(&url, &variables).await)
        };
        let servers = [start().await, start().await];
        Self { world, servers }
    }

    /// An admin by their token, `rounds` times with a name of their own.
    async fn take_from_admins(&self, right: Right, rounds: usize) {
        for number in 0..rounds {
            let admin = developer(&format!("a{number}"), json!({"realm_access": {"roles": ["admin"]}}));
            let caller = self.world.sign_in(&admin).await.expect("let in");
            let cookie = format!("__Host-bursar={}", self.world.token(&caller));
            self.take_away(right, &caller.actor, &cookie, number).await;
        }
    }

    /// A form by somebody, sent to both servers twice.
    fn to_both(&self, path: &'static str, bodies: [String; 4], cookie: &str) -> tokio::task::JoinSet<Answer> {
        let sent = bodies.into_iter().enumerate().map(|(number, body)| {
            let (server, cookie) = (Arc::clone(&self.servers[number % 2]), cookie.to_owned());
            async move { server.post(path, &body, &cookie, "anything").await.expect("an answer") }
        });
        sent.collect()
    }

    /// Takes a right away while its holder makes changes. Those that were answered with success stand before the
    /// commit; none that comes after is one.
    async fn take_away(&self, right: Right, actor: &Actor, cookie: &str, number: usize) {
        let by_actor = "select count(*) from audit_log where actor_id = $1";
        let bodies = |from: usize| [0, 1, 2, 3].map(|one| (right.body)(&format!("{number}-{}", from + one)));
        let meanwhile = self.to_both(right.path, bodies(0), cookie);
        let mut connection = sqlx::PgConnection::connect(&self.world.database_url()).await.expect("a connection");
        let mut taking = connection.begin().await.expect("a transaction");
        // Waits for changes under way; from here on they wait for this.
        let taken = sqlx::query(right.revocation).bind(actor.user_id.0).execute(&mut *taking).await.expect("taken");
        assert_eq!(taken.rows_affected(), 1);
        let before: i64 =
            sqlx::query_scalar(by_actor).bind(actor.user_id.0).fetch_one(&mut *taking).await.expect("a count");
        taking.commit().await.expect("taken away");
        let after = self.to_both(right.path, bodies(4), cookie).join_all().await;
        let meanwhile = meanwhile.join_all().await;
        assert!(after.iter().all(|answer| right.refusals.contains(&answer.status)), "round {number}: {after:?}");
        let in_time = i64::try_from(meanwhile.iter().filter(|answer| answer.status == 200).count()).expect("few");
        let now: i64 = sqlx::query_scalar(by_actor)
            .bind(actor.user_id.0)
            .fetch_one(self.world.services.pool())
            .await
            .expect("a count");
        assert_eq!(now, before, "round {number}: a change stands after the commit: {meanwhile:?}");
        assert!(in_time <= now, "round {number}: {meanwhile:?}");
    }

    async fn end(self) {
        for server in self.servers {
            Arc::into_inner(server).expect("nobody asks any more").stop().await;
        }
    }
}

/// A right, how it is taken away, and a change that needs it.
#[derive(Clone, Copy)]
struct Right {
    revocation: &'static str,
    path: &'static str,
    body: fn(&str) -> String,
    refusals: &'static [u16],
}

fn new_project(name: &str) -> String {
    format!("name=made-{name}&display_name=&description=Made+meanwhile")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_succeeds_with_a_session_that_has_ended() {
    let right = Right {
        revocation: "delete from sessions where user_id = $1",
        path: "/act/projects/create",
        body: new_project,
        refusals: &[401],
    };
    let stage = Stage::new().await;
    for number in 0..rounds(50, 1000) {
        let caller = stage.world.person(&format!("Person {number}"), PlatformRole::Admin).await;
        let cookie = format!("__Host-bursar={}", stage.world.token(&caller));
        stage.take_away(right, &caller.actor, &cookie, number).await;
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_succeeds_with_a_role_that_was_taken_away() {
    let right = Right {
        revocation: "update users set is_admin = false, is_maintainer = false where id = $1",
        path: "/act/budgets/create",
        body: |name| format!("name=Made+{name}&category=cli&soft_limit=1&hard_limit=2&period=30d"),
        refusals: &[403],
    };
    let stage = Stage::new().await;
    for number in 0..rounds(50, 1000) {
        let caller = stage.world.person(&format!("Person {number}"), PlatformRole::Maintainer).await;
        let cookie = format!("__Host-bursar={}", stage.world.token(&caller));
        stage.take_away(right, &caller.actor, &cookie, number).await;
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_succeeds_with_claims_that_were_taken_away() {
    let right = Right {
        revocation: r#"update provider_sessions set claims = jsonb_set(claims, '{realm_access,roles}', '["developer"]')
                       where session_id in (select id from sessions where user_id = $1)"#,
        path: "/act/projects/create",
        body: new_project,
        refusals: &[403],
    };
    let stage = Stage::with_claims().await;
    stage.take_from_admins(right, rounds(50, 1000)).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_succeeds_with_a_session_of_a_provider_that_has_ended() {
    let right = Right {
        revocation: "delete from sessions where user_id = $1",
        path: "/act/projects/create",
        body: new_project,
        refusals: &[401],
    };
    let stage = Stage::with_claims().await;
    stage.take_from_admins(right, rounds(50, 1000)).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_succeeds_with_an_assignment_that_was_taken_away() {
    let right = Right {
        revocation: "delete from user_projects where user_id = $1",
        path: "/act/projects/edit",
        // A version that is stale is refused after the right was checked: what must not be seen is another refusal.
        body: |name| {
            let project = name.split('-').next().unwrap_or_default();
            format!("project=assigned-{project}&version=1&display_name=&description=Edit+{name}")
        },
        refusals: &[404],
    };
    let stage = Stage::new().await;
    let owner = stage.world.person("Owner", PlatformRole::User).await;
    for number in 0..rounds(50, 1000) {
        let caller = stage.world.person(&format!("Person {number}"), PlatformRole::User).await;
        let project = stage.world.project(&format!("assigned-{number}"), &owner).await;
        stage.world.member(project, caller.actor.user_id, ProjectRole::Admin).await;
        let cookie = format!("__Host-bursar={}", stage.world.token(&caller));
        stage.take_away(right, &caller.actor, &cookie, number).await;
    }
    stage.end().await;
}
