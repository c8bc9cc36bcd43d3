//! Believable people, projects, memberships, budgets and spend in any number, to measure with: the same for the same seed
//! and the same time.
//!
//! Everything is a function of the seed and a running number, so that nothing but a line a project has to be kept while
//! rows are sent, and any part can be made again by itself.

mod assignments;
mod draw;
mod members;
mod names;
mod people;
mod projects;
mod rows;
mod spend;

use crate::Services;
use crate::audit::By;
use crate::error::Error;
use crate::locks::lock_rights;
use domain::violation::Violation;
use people::People;
use sqlx::PgConnection;

/// How much, and of which kind.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    /// How many people.
    pub users: u32,
    /// How many shared projects; each regular user also has a personal one.
    pub projects: u32,
    /// How many events of spend in the last 90 days.
    pub spend_events: u32,
    /// Another seed makes other people.
    pub seed: u64,
}

/// How far one part of the work is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is being written.
    pub what: &'static str,
    /// Rows so far.
    pub rows: u64,
    /// That was all of it.
    pub is_done: bool,
}

/// What the parts share while they write.
struct Writing<'a> {
    amount: Amount,
    people: People,
    project_limit: u32,
    connection: &'a mut PgConnection,
    tell: &'a mut (dyn FnMut(Progress) + Send),
}

/// Fills the database, all or nothing, and says on the way how far it is.
///
/// # Errors
/// [`Refusal::Rule`] when there are people whom Bursar did not make by itself and `beside_others` is not set, or when
/// the people of this seed are there already.
pub async fn fill(
    services: &Services,
    amount: Amount,
    beside_others: bool,
    tell: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), Error> {
    let mut transaction = services.pool.begin().await?;
    // It takes as long as it takes.
    sqlx::raw_sql("set local statement_timeout = 0").execute(&mut *transaction).await?;
    lock_rights(&mut transaction).await?;
    if !beside_others {
        refuse_others(&mut transaction).await?;
    }
    let people = People { seed: amount.seed, count: amount.users, now: services.clock.now() };
    refuse_twice(&mut transaction, &people).await?;
    let project_limit = services.settings.project_limit;
    let mut writing = Writing { amount, people, project_limit, connection: &mut transaction, tell };
    people::write(&mut writing).await?;
    let shared = projects::write(&mut writing).await?;
    members::write(&mut writing, &shared).await?;
    assignments::write(&mut writing, &shared).await?;
    spend::write(&mut writing, amount.spend_events).await?;
    record(&mut writing).await?;
    transaction.commit().await?;
    look_again(services).await
}

/// Writes the spend of what is in the database without any: that of the sample.
pub(crate) async fn spend_of_sample(
    services: &Services,
    connection: &mut PgConnection,
    spend_events: u32,
) -> Result<(), Error> {
    let amount = Amount { users: 0, projects: 0, spend_events, seed: 0 };
    let people = People { seed: 0, count: 0, now: services.clock.now() };
    let project_limit = services.settings.project_limit;
    let mut writing = Writing { amount, people, project_limit, connection, tell: &mut |_| {} };
    spend::write(&mut writing, spend_events).await
}

/// Writes who made what the audit log does not know yet: the console itself. Of people, only those with a role: a
/// million rows that say nothing would have to be sealed before anything else.
async fn record(writing: &mut Writing<'_>) -> Result<(), Error> {
    let recorded = sqlx::query!(
        "with entries as (
           insert into audit_log (id, at, actor, action, target_type, target_id, target, changes)
           select md5('audit' || made.id)::uuid, made.created_at, $1, made.type || '.created', made.type, made.id, made.name,
                  jsonb_build_array(jsonb_build_object('field', 'name', 'before', null, 'after', made.name))
           from (
             select 'user' as type, id, email as name, created_at from users where is_admin or is_auditor
             union all select 'project', id, name, created_at from projects where project_type = 'shared'
             union all select 'budget', id, name, created_at from budgets
           ) made where not exists (select from audit_log a where a.target_id = made.id)
           returning id)
         insert into audit_unsealed (entry) select id from entries",
        By::Console.name()
    )
    .execute(&mut *writing.connection)
    .await?;
    (writing.tell)(Progress { what: "rows of the audit log", rows: recorded.rows_affected(), is_done: true });
    Ok(())
}

/// Only those who were made with the console may be there: the first administrator.
async fn refuse_others(connection: &mut PgConnection) -> Result<(), Error> {
    let row = sqlx::query!(
        r#"select exists (
             select from users u where not exists (
               select from audit_log a where a.target_id = u.id and a.action = 'user.bootstrapped')) as "others!""#
    )
    .fetch_one(connection)
    .await?;
    if row.others {
        return Err(Violation::DatabaseInUse.into());
    }
    Ok(())
}

async fn refuse_twice(connection: &mut PgConnection, people: &People) -> Result<(), Error> {
    let Some(first) = (people.count > 0).then(|| people.get(0)) else { return Ok(()) };
    let row =
        sqlx::query!(r#"select exists (select from users where lower(email) = lower($1)) as "there!""#, first.email)
            .fetch_one(connection)
            .await?;
    if row.there {
        return Err(Violation::SeedInUse.into());
    }
    Ok(())
}

/// What the planner knows, and which pages all may see, follow a large change only after a while; here at once.
async fn look_again(services: &Services) -> Result<(), Error> {
    // Not in a transaction.
    let mut connection = services.pool.connect_without_limits().await?;
    sqlx::raw_sql(
        "vacuum (analyze) users, projects, user_projects, budgets, user_budgets, project_budgets, audit_log, \
         spend_events, spend_days, budget_windows",
    )
    .execute(&mut connection)
    .await?;
    Ok(sqlx::Connection::close(connection).await?)
}
