//! Statements and transactions, straight on Postgres or through a pooler that lends a connection for one transaction.

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use sqlx::postgres::{PgConnectOptions, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{
    AssertSqlSafe, Connection as _, Describe, Either, Error, Execute, Executor, PgConnection, PgPool, Postgres,
    SqlSafeStr as _, SqlStr, Transaction,
};
use std::sync::Arc;
use tracing::Instrument as _;

/// A setting of this name reaches Postgres only if nothing between drops the settings of a session.
pub(crate) const DIRECT_MARK: &str = "bursar.direct";

/// The database as services use it: an executor of single statements, and the beginning of every transaction.
///
/// Behind a transaction pooler (PgBouncer with `pool_mode = transaction`) nothing may outlast a transaction on the
/// connection: neither settings of the session nor prepared statements. Every statement is in a transaction there, which
/// begins by removing what others left prepared and by setting what a session would have set.
#[derive(Clone, Debug)]
pub struct Database {
    pool: PgPool,
    /// The statements that begin a transaction behind a pooler.
    begin: Option<Arc<str>>,
}

impl From<PgPool> for Database {
    /// Straight on Postgres. What holds for a session is in the pool's options.
    fn from(pool: PgPool) -> Self {
        Self { pool, begin: None }
    }
}

impl Database {
    /// Behind a transaction pooler, with settings for every transaction.
    ///
    /// The pool's connections keep no prepared statements and send no settings at their start.
    pub fn behind_pooler(pool: PgPool, settings: &[(&str, String)]) -> Self {
        // One message to the pooler, answered at once: a transaction costs no round trip more than elsewhere.
        let mut begin = "begin isolation level read committed; deallocate all".to_owned();
        for (name, value) in settings {
            begin.push_str("; set local ");
            begin.push_str(name);
            begin.push_str(" = '");
            begin.push_str(value);
            begin.push('\'');
        }
        Self { pool, begin: Some(begin.into()) }
    }

    /// Begins a transaction.
    ///
    /// A request may be dropped at any moment. sqlx 0.9 rolls back only what it knows to have begun, so a beginning that is
    /// dropped would leave its connection in a transaction. Therefore it always comes to its end, in a task of its own.
    ///
    /// # Errors
    /// No connection, or none in time.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, Error> {
        let connection = self.pool.acquire().await?;
        let begin = self.begin.clone().map(|begin| AssertSqlSafe(begin).into_sql_str());
        let begun = tokio::spawn(Transaction::begin(connection, begin).in_current_span());
        begun.await.map_err(|_| Error::WorkerCrashed)?
    }

    /// The connections themselves: for their number and their end.
    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) const fn is_behind_pooler(&self) -> bool {
        self.begin.is_some()
    }

    /// A connection outside of the pool on which a statement takes as long as it takes.
    ///
    /// Behind a pooler the defaults of role and database hold, as nothing else may be set.
    pub(crate) async fn connect_without_limits(&self) -> Result<PgConnection, Error> {
        let options = PgConnectOptions::clone(&self.pool.connect_options());
        let unlimited =
            ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"].map(|name| (name, "0"));
        let options = match self.begin {
            Some(_) => options,
            None => options.options(unlimited).options([(DIRECT_MARK, "on")]),
        };
        PgConnection::connect_with(&options).await
    }
}

impl<'c> Executor<'c> for &'_ Database {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        if self.begin.is_none() {
            return self.pool.fetch_many(query);
        }
        let database = self.clone();
        let steps = async move {
            let mut transaction = database.begin().await?;
            let steps: Vec<Either<PgQueryResult, PgRow>> = (&mut *transaction).fetch_many(query).try_collect().await?;
            transaction.commit().await?;
            Ok::<_, Error>(stream::iter(steps.into_iter().map(Ok)))
        };
        stream::once(steps).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        if self.begin.is_none() {
            return self.pool.fetch_optional(query);
        }
        let database = self.clone();
        Box::pin(async move {
            let mut transaction = database.begin().await?;
            let row = (&mut *transaction).fetch_optional(query).await?;
            transaction.commit().await?;
            Ok(row)
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [PgTypeInfo]) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        self.pool.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        self.pool.describe(sql)
    }
}
