//! What the console does: one module per capability, with its SQL and its transactions.
//!
//! Reading takes a [`guard::Caller`] or a proof, changing takes a proof ([`guard::Can`]) and runs in a
//! [`change::Change`], which checks the permission again under lock and writes the audit event in the same transaction.
//!
//! # Layers
//!
//! A module uses its own layer and those before it, never in a circle.
//!
//! | Layer | Modules |
//! |---|---|
//! | kernel, what every change stands on | errors and what comes from outside (`error`, `settings`, `clock`, `random`, `database`, `schema`, `meter`, `background`), secrets (`token`, `sealer`, `client`, `password_hash`), permission and transaction (`guard`, `actor`, `locks`, `reauthentication`, `audit`, `change`, `conflict`, `undo`), lists (`keyset`, `search`, `listing`), messages to other systems (`outbox`), requests sent twice and forms (`idempotency`, `submission`, `forms`, `kept_form`), expiry (`sweep`), schedules (`cron`), work of one instance at a time (`lease`) |
//! | capabilities | `projects`, `members`, `budgets`, `budget_requests`, `allocations`, `alerts`, `access_matrix`, `access_anomalies`, `access_snapshots`, `gateways`, `exports`, `spend`, `users`; `session`, `sign_in`, `break_glass`, `own_account`, `handover`, `provision`, `identity`, `keycloak`, `litellm`, and `authenticate`, which composes them |
//! | views, what a page or `/v1` reads across capabilities | `views` |
//! | jobs and commands | `jobs`, `bootstrap`, `demo`, `sample` |

// Kernel.
mod actor;
pub mod audit;
pub mod background;
pub mod change;
pub mod client;
pub mod clock;
mod closed_requests;
mod conflict;
pub mod cron;
pub mod database;
pub mod error;
pub mod forms;
pub mod guard;
pub mod idempotency;
pub mod kept_form;
pub mod keyset;
mod lease;
pub mod listing;
mod locks;
pub mod meter;
pub mod outbox;
pub mod password_hash;
pub mod random;
pub mod reauthentication;
pub mod schema;
mod sealer;
mod search;
pub mod settings;
pub mod submission;
mod sweep;
mod token;
pub mod undo;

// Capabilities.
pub mod access_anomalies;
pub mod access_matrix;
pub mod access_snapshots;
pub mod alerts;
pub mod allocations;
pub mod authenticate;
pub mod break_glass;
pub mod budget_requests;
pub mod budgets;
pub mod exports;
pub mod gateways;
pub mod handover;
pub mod identity;
pub mod keycloak;
pub mod litellm;
pub mod members;
pub mod own_account;
pub mod projects;
pub mod provision;
pub mod session;
pub mod sign_in;
pub mod spend;
pub mod users;

// Views.
pub mod views;

// Jobs and commands.
pub mod bootstrap;
pub mod demo;
pub mod jobs;
pub mod sample;

#[cfg(feature = "testing")]
pub mod testing;

pub use error::Error;
pub use settings::Settings;

use background::Background;
use clock::Clock;
use database::Database;
use domain::spend::{ReserveRequest, Settlement};
use identity::Identity;
use keycloak::AdminApi;
use outbox::Channels;
use password_hash::PasswordHasher;
use random::Random;
use sqlx::PgPool;
use std::sync::Arc;

/// Everything a capability needs from outside; cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub(crate) pool: Database,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) settings: Arc<Settings>,
    pub(crate) hasher: PasswordHasher,
    pub(crate) identity: Option<Arc<Identity>>,
    pub(crate) keycloak_admin: Option<Arc<AdminApi>>,
    pub(crate) missing_admin_variables: Arc<[&'static str]>,
    pub(crate) background: Background,
    pub(crate) reservations: spend::Queue<ReserveRequest>,
    pub(crate) settlements: spend::Queue<Settlement>,
    pub(crate) channels: Arc<Channels>,
}

impl Services {
    /// Puts the console's capabilities on a database.
    ///
    /// # Errors
    /// The workers that hash passwords could not be started.
    pub fn new(pool: impl Into<Database>, clock: Clock, random: Random, settings: Settings) -> Result<Self, Error> {
        let hasher = PasswordHasher::new(random.clone(), settings.hash_workers)?;
        Ok(Self {
            pool: pool.into(),
            clock,
            random,
            settings: Arc::new(settings),
            hasher,
            identity: None,
            keycloak_admin: None,
            missing_admin_variables: Arc::default(),
            background: Background::default(),
            reservations: spend::Queue::default(),
            settlements: spend::Queue::default(),
            channels: Arc::default(),
        })
    }

    /// Has people sign in through an identity provider, and no other way.
    #[must_use]
    pub fn with_identity(self, identity: Identity) -> Self {
        Self { identity: Some(Arc::new(identity)), ..self }
    }

    /// Has the realm of Keycloak be checked, and its users be managed, by the admin API.
    #[must_use]
    pub fn with_keycloak_admin(self, api: AdminApi) -> Self {
        Self { keycloak_admin: Some(Arc::new(api)), ..self }
    }

    /// Has messages to other systems be sent over these channels.
    #[must_use]
    pub fn with_channels(self, channels: Channels) -> Self {
        Self { channels: Arc::new(channels), ..self }
    }

    /// Names the variables without which there is no service account of Keycloak, for the pages that need one.
    #[must_use]
    pub fn without_keycloak_admin(self, missing: Vec<&'static str>) -> Self {
        Self { missing_admin_variables: missing.into(), ..self }
    }

    /// The identity provider, if people sign in through one.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }

    /// The connections to the database: for their number, for their end, and for tests.
    pub const fn pool(&self) -> &PgPool {
        self.pool.pool()
    }

    /// The database.
    pub const fn database(&self) -> &Database {
        &self.pool
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn check_database(&self) -> Result<(), Error> {
        sqlx::raw_sql("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// What goes on after the request that started it, for its end.
    pub const fn background(&self) -> &Background {
        &self.background
    }

    /// The settings the console was started with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time that counts for every rule.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Where identifiers and secrets come from.
    pub const fn random(&self) -> &Random {
        &self.random
    }

    pub(crate) fn new_id(&self) -> uuid::Uuid {
        self.random.id(self.clock.now())
    }
}
