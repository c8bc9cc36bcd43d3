//! Test support: a database of one's own, a clock that a test moves, and people who are signed in.
#![expect(clippy::expect_used, reason = "test support: a fault must end the test with its reason")]

mod database;
mod plans;
mod provider;
mod refused;
mod statements;
mod tls;

pub use database::TestDatabase;
pub use provider::{ISSUER, developer};
pub use refused::{conflict, problem, refusal, rule};
pub use statements::{count_hashes, count_statements};
pub use tls::{Authority, Validity};

use crate::authenticate;
use crate::client::{Client, SessionToken};
use crate::guard::Caller;
use crate::session;
use crate::{Services, Settings, clock::Clock, random::Random};
use domain::audit::Action;
use domain::id::{ProjectId, SessionId, UserId};
use domain::mode::Mode;
use domain::role::{PlatformRole, ProjectRole};
use sqlx::{Connection as _, PgConnection};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// `few` rounds in the tests of every change, `many` in `cargo xtask soak`, by which a release is judged.
pub fn rounds(few: usize, many: usize) -> usize {
    if std::env::var_os("BURSAR_SOAK").is_some() { many } else { few }
}

/// A clock that stands still until a test moves it; it begins on 2 March 2026 at 9 o'clock.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(datetime!(2026-03-02 09:00 UTC).unix_timestamp())))
    }

    /// Now, in whole seconds.
    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0.load(Ordering::SeqCst)).expect("a time in range")
    }

    /// Moves on, in whole seconds.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(by.whole_seconds(), Ordering::SeqCst);
    }
}

/// A console on its own database, with people and projects to make.
pub struct World {
    /// The console.
    pub services: Services,
    /// The time that counts.
    pub clock: TestClock,
    pub(crate) tokens: Mutex<HashMap<SessionId, String>>,
    // Dropped last: the database goes with it.
    database: TestDatabase,
}

impl World {
    /// With the default settings and two hash workers.
    pub async fn create() -> Self {
        Self::with(|_| {}).await
    }

    /// With settings that the test changes.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let database = TestDatabase::create().await;
        let clock = TestClock::new();
        let mut settings = Settings { hash_workers: NonZeroUsize::MIN.saturating_add(1), ..Settings::default() };
        change(&mut settings);
        let told = clock.clone();
        let clock_told = Clock::from_fn(move || told.now());
        let services = Services::new(database.pool().clone(), clock_told, Random::system(), settings);
        let services = services.expect("workers");
        Self { services, clock, tokens: Mutex::default(), database }
    }

    /// The address of the database, for a second server process.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Runs statements that prepare data.
    pub async fn run(&self, statements: &'static str) {
        sqlx::raw_sql(statements).execute(self.services.pool()).await.expect(statements);
    }

    /// Returns when so many connections to the database wait for a lock. It has a connection of its own, in case that all
    /// others do.
    pub async fn until_blocked(&self, connections: i64) {
        let mut own = PgConnection::connect(&self.database_url()).await.expect("a connection");
        let waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        let blocked = async {
            while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut own).await.expect("the activity") < connections {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        // A test that waits for ever takes all others with it.
        tokio::time::timeout(std::time::Duration::from_secs(60), blocked)
            .await
            .expect("connections that wait for a lock");
    }

    /// Makes a regular person, signed in, without a password and without a personal project.
    ///
    /// The e-mail address is the name in lower case with dots for spaces, at example.com; so names differ.
    pub async fn person(&self, name: &str, role: PlatformRole) -> Caller {
        let id = self.row(name, role).await;
        self.signed_in(id).await
    }

    /// The same without signing in.
    pub async fn row(&self, name: &str, role: PlatformRole) -> UserId {
        let id = UserId(self.services.new_id());
        sqlx::query(
            "insert into users (id, email, name, is_admin, is_maintainer, is_auditor, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $7)",
        )
        .bind(id.0)
        .bind(format!("{}@example.com", name.to_lowercase().replace(' ', ".")))
        .bind(name)
        .bind(role.is_admin())
        .bind(role.is_maintainer())
        .bind(role.is_auditor())
        .bind(self.clock.now())
        .execute(self.services.pool())
        .await
        .expect("a person with a new name");
        id
    }

    /// Begins one more session for a user.
    pub async fn signed_in(&self, user: UserId) -> Caller {
        let mut connection = self.services.pool().acquire().await.expect("a connection");
        let (_, token) = session::begin(&self.services, &mut connection, user, &Client::default(), self.clock.now())
            .await
            .expect("a session");
        drop(connection);
        let caller = self.caller(&token).await.expect("an active person");
        self.tokens.lock().expect("no panic").insert(caller.actor.session_id, token.expose().to_owned());
        caller
    }

    /// Completes the re-authentication that a session was sent to, as if the password had been entered.
    pub async fn reauthenticate(&self, caller: &Caller) {
        sqlx::query("update reauthentications set done_at = $2 where session_id = $1")
            .bind(caller.actor.session_id.0)
            .bind(self.clock.now())
            .execute(self.services.pool())
            .await
            .expect("an update");
    }

    /// Who is behind a token, with the rights that hold now; as a request does it.
    pub async fn caller(&self, token: &SessionToken) -> Option<Caller> {
        let actor = authenticate::by_session(&self.services, token).await.expect("the database answers")?;
        Some(Caller { actor, request_id: "test-request".to_owned(), sent_bearer: false })
    }

    /// The same person in the same session with the rights that hold now; `None` when signed out.
    pub async fn again(&self, caller: &Caller) -> Option<Caller> {
        self.caller(&SessionToken::from_cookie(&self.token(caller))?).await
    }

    /// The secret of a session that [`World::person`] or [`World::signed_in`] began, as the cookie holds it.
    pub fn token(&self, caller: &Caller) -> String {
        self.tokens.lock().expect("no panic")[&caller.actor.session_id].clone()
    }

    /// Gives a user a password, as if they had chosen it.
    pub async fn set_password(&self, user: UserId, password: &str) {
        let hash = self.services.hasher.hash(password.to_owned()).await.expect("a hash");
        sqlx::query("update users set password_hash = $2, password_change_due = false where id = $1")
            .bind(user.0)
            .bind(hash)
            .execute(self.services.pool())
            .await
            .expect("a person");
    }

    /// Makes a shared project with `owner` as its creator and, where that is kept here, its project admin.
    pub async fn project(&self, name: &str, owner: &Caller) -> ProjectId {
        let id = self.insert_project(name, "shared", owner).await;
        if owner.actor.mode == Mode::Platform {
            self.member(id, owner.actor.user_id, ProjectRole::Admin).await;
        }
        id
    }

    /// Creates the personal project of a user, named by their e-mail address.
    pub async fn personal_project(&self, owner: &Caller) -> ProjectId {
        let id = self.insert_project(&owner.actor.email, "personal", owner).await;
        self.member(id, owner.actor.user_id, ProjectRole::Owner).await;
        id
    }

    /// Adds a user to a project, whatever the limit says.
    pub async fn member(&self, project: ProjectId, user: UserId, role: ProjectRole) {
        sqlx::query(
            "insert into user_projects (user_id, project_id, is_project_admin, created_at) values ($1, $2, $3, $4)",
        )
        .bind(user.0)
        .bind(project.0)
        .bind(role.is_admin())
        .bind(self.clock.now())
        .execute(self.services.pool())
        .await
        .expect("a user who is not a member yet");
    }

    /// How many users are in a project.
    pub async fn member_count(&self, project: ProjectId) -> i64 {
        sqlx::query_scalar("select count(*) from user_projects where project_id = $1")
            .bind(project.0)
            .fetch_one(self.services.pool())
            .await
            .expect("a count")
    }

    /// What the audit log says about changes of something, the earliest first: action, actor, and
    /// `field: before -> after` lines. Signing in and out changes nothing.
    pub async fn audit(&self, target: uuid::Uuid) -> Vec<(String, String, Vec<String>)> {
        let mut events = self.audit_with_sessions(target).await;
        let of_sessions = [
            Action::UserSignedIn,
            Action::UserSignInFailed,
            Action::UserReauthenticated,
            Action::UserReauthenticationFailed,
            Action::UserSignedOut,
            Action::UserSignedOutByProvider,
        ];
        events.retain(|(action, ..)| of_sessions.iter().all(|of_session| of_session.key() != action));
        events
    }

    /// The same with signing in and out.
    pub async fn audit_with_sessions(&self, target: uuid::Uuid) -> Vec<(String, String, Vec<String>)> {
        let rows: Vec<(String, String, serde_json::Value)> =
            // The clock stands still: transactions are told apart by their number, and a page of the table is filled in order.
            sqlx::query_as(
                "select action, actor, changes from audit_log where target_id = $1
                 order by at, xmin::text::bigint, ctid",
            )
                .bind(target)
                .fetch_all(self.services.pool())
                .await
                .expect("the audit log");
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
        rows.into_iter()
            .map(|(action, actor, changes)| {
                let lines = changes.as_array().into_iter().flatten().map(|change| {
                    format!("{}: {} -> {}", text(&change["field"]), text(&change["before"]), text(&change["after"]))
                });
                (action, actor, lines.collect())
            })
            .collect()
    }

    async fn insert_project(&self, name: &str, kind: &str, owner: &Caller) -> ProjectId {
        let id = ProjectId(self.services.new_id());
        sqlx::query(
            "insert into projects (id, name, description, project_type, created_by, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $6)",
        )
        .bind(id.0)
        .bind(name)
        .bind(format!("What {name} is for"))
        .bind(kind)
        .bind(owner.actor.user_id.0)
        .bind(self.clock.now())
        .execute(self.services.pool())
        .await
        .expect("a project with a new name");
        id
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("database", &self.database).finish_non_exhaustive()
    }
}
