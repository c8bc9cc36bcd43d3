//! Why the schema could not be brought up to date.

use super::rights;
use sqlx::PgPool;
use sqlx::migrate::MigrateError as FilesFault;

/// `protocol_violation`, by which PgBouncer refuses what it does not pass on.
const REFUSED_SETTING: &str = "08P01";

/// Why the schema could not be brought up to date. Nothing of the migration that failed was kept, but for an index that
/// was being built: the next run builds it again.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The server is older than what Bursar is tested with.
    #[error("Postgres {0} is too old: Bursar needs version 15 or newer.")]
    OldServer(String),
    /// Unicode normalization needs UTF8.
    #[error(
        "The encoding of the database is {0}, and Bursar needs UTF8: create database … encoding 'UTF8' template template0."
    )]
    Encoding(String),
    /// The order of names comes from ICU.
    #[error(
        "PostgreSQL was built without ICU, by which Bursar sorts names. The packages of PostgreSQL, of distributions and \
         of cloud providers have it."
    )]
    NoIcu,
    /// A file was edited after it had been applied.
    #[error("Migration {0} has changed since it was applied to this database. Start the release that applied it.")]
    Changed(i64),
    /// The database is ahead of this release.
    #[error("The database has migration {0}, which this release does not know. Start a newer release.")]
    Unknown(i64),
    /// The database did not do what a migration asked.
    #[error("Migration {0} failed: {1}")]
    Failed(i64, #[source] sqlx::Error),
    /// Indexes are invalid although they were just built.
    #[error(
        "These indexes are invalid: {0}. Look into the log of Postgres for the reason, and start Bursar again: it rebuilds them."
    )]
    InvalidIndexes(String),
    /// An invalid index could not be built.
    #[error("The invalid index {0} could not be rebuilt: {1}")]
    Rebuild(String, #[source] sqlx::Error),
    /// The role lacks rights.
    #[error("The role {role} lacks rights in the database {database}. Run there as the owner or as a superuser: {sql}")]
    MissingRights {
        /// Which role.
        role: String,
        /// Where.
        database: String,
        /// The statements that grant them.
        sql: String,
    },
    /// The tables belong to another role.
    #[error(
        "The schema has to be brought up to date, but its tables belong to the role {owner}, which {role} may not act \
         for. Run `bursar migrate` as {owner}, then start again."
    )]
    OtherOwner {
        /// The role of this process.
        role: String,
        /// The role that can migrate.
        owner: String,
    },
    /// A pooler refuses the settings of a session.
    #[error(
        "A connection pooler refuses session settings ({0}). Set BURSAR_DATABASE_POOLER=transaction, and leave `options` \
         out of DATABASE_URL and PGOPTIONS; docs/operations.md, Connection poolers, tells more."
    )]
    PoolerRefusesSettings(String),
    /// A pooler drops the settings of a session silently.
    #[error(
        "A connection pooler drops Bursar's session settings. Set BURSAR_DATABASE_POOLER=transaction; \
         docs/operations.md, Connection poolers, tells more."
    )]
    PoolerIgnoresSettings,
    /// The connection that holds the migration lock is gone.
    #[error("The migration lock was lost, so the migration was given up: {0}")]
    LockLost(#[source] sqlx::Error),
    /// The database did not answer.
    #[error("The database failed before or during migrations: {0}")]
    Database(#[from] sqlx::Error),
    /// The files could not be read.
    #[error("The migrations could not be read: {0}")]
    Files(#[source] FilesFault),
}

/// What refused the first connection: a pooler, a missing right, or something else.
pub(super) fn of_connection(fault: sqlx::Error, pool: &PgPool) -> MigrateError {
    if let Some(refused) = fault.as_database_error()
        && refused.code().is_some_and(|code| code == REFUSED_SETTING)
        && refused.message().contains("startup parameter")
    {
        return MigrateError::PoolerRefusesSettings(refused.message().to_owned());
    }
    rights::missing_to_connect(&fault, &pool.connect_options()).unwrap_or(MigrateError::Database(fault))
}
