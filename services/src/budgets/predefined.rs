//! Budgets that operators declare in a file: stored as declared at each start, and changed there alone.

mod declaration;

pub use declaration::{PredefinedBudget, Problem, read};

use super::change::{Locked, created, insert, lock_row, update};
use super::default::put_default;
use super::switched_on;
use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::Error;
use domain::budget::{BudgetSlug, Category};
use domain::error::Refusal;
use domain::id::BudgetId;
use sqlx::PgConnection;
use uuid::Uuid;

/// The advisory lock under which a start stores them; several may start at once.
const LOCK: i64 = 0x6275_7273_6172_0011;
/// What the audit log calls being one of them.
const FIELD: &str = "is_predefined";

/// A global budget that is one of them, becomes one, or gives way to one as the default of its category.
struct Stored {
    id: Uuid,
    slug: Option<String>,
    name: String,
    is_predefined: bool,
}

/// Stores the declared budgets. The first one of a category becomes its default. One that is no longer declared stays with
/// all that it is assigned to, and is a budget like others. What is stored already is not written again.
///
/// # Errors
/// [`Error::PredefinedBudget`] when another budget has the name, or the category would change while it is assigned.
pub async fn store(services: &Services, declared: &[PredefinedBudget]) -> Result<(), Error> {
    if switched_on(services).is_err() {
        return Ok(());
    }
    let mut transaction = services.pool.begin().await?;
    let stored = lock(&mut transaction, declared).await?;
    let mut entries = release(&mut transaction, &stored, declared).await?;
    let mut defaults: Vec<(Category, BudgetId, &str)> = Vec::new();
    for budget in declared {
        let found = stored.iter().find(|row| row.slug.as_deref() == Some(budget.slug.as_str()));
        let put = put(services, &mut transaction, budget, found).await;
        let (id, put) = put.map_err(|fault| of_budget(&budget.slug, fault))?;
        entries.extend(put);
        if !defaults.iter().any(|(category, ..)| *category == budget.draft.category) {
            defaults.push((budget.draft.category, id, budget.draft.name.as_str()));
        }
    }
    for (_, id, name) in defaults {
        entries.extend(put_default(&mut transaction, id, name, true).await?);
    }
    if !entries.is_empty() {
        audit::write_all(services, &mut transaction, By::Console, entries).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Locks every budget that may change, in the order of their ids as all changes of several do.
async fn lock(connection: &mut PgConnection, declared: &[PredefinedBudget]) -> Result<Vec<Stored>, Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK).execute(&mut *connection).await?;
    let slugs: Vec<String> = declared.iter().map(|budget| budget.slug.to_string()).collect();
    let categories: Vec<String> = declared.iter().map(|budget| budget.draft.category.key().to_owned()).collect();
    let rows = sqlx::query_as!(
        Stored,
        "select id, slug, name, is_predefined from budgets
         where project_id is null and (is_predefined or slug = any($1) or category = any($2))
         order by id for no key update",
        &slugs,
        &categories
    );
    Ok(rows.fetch_all(connection).await?)
}

/// Those that are no longer declared are budgets like others.
async fn release(
    connection: &mut PgConnection,
    stored: &[Stored],
    declared: &[PredefinedBudget],
) -> Result<Vec<Entry>, Error> {
    let is_declared = |row: &Stored| declared.iter().any(|budget| row.slug.as_deref() == Some(budget.slug.as_str()));
    let released: Vec<&Stored> = stored.iter().filter(|row| row.is_predefined && !is_declared(row)).collect();
    let ids: Vec<Uuid> = released.iter().map(|row| row.id).collect();
    if !ids.is_empty() {
        sqlx::query!("update budgets set is_predefined = false where id = any($1)", &ids).execute(connection).await?;
    }
    let entry = |row: &Stored| {
        Entry::new(Action::BudgetEdited, TargetType::Budget, row.id, &row.name).field(
            FIELD,
            Some(true.to_string()),
            Some(false.to_string()),
        )
    };
    Ok(released.into_iter().map(entry).collect())
}

/// Stores one as it is declared. Returns what to record, which is nothing where it is stored so already.
async fn put(
    services: &Services,
    connection: &mut PgConnection,
    PredefinedBudget { slug, draft }: &PredefinedBudget,
    found: Option<&Stored>,
) -> Result<(BudgetId, Vec<Entry>), Error> {
    let now = services.clock.now();
    let mut entries = Vec::new();
    let (id, entry) = if let Some(found) = found {
        let id = BudgetId(found.id);
        let Locked { draft: before, .. } = lock_row(connection, id).await?;
        if before == *draft && found.is_predefined {
            return Ok((id, entries));
        }
        if before.category != draft.category {
            entries = put_default(connection, id, &found.name, false).await?;
        }
        update(connection, id, draft, now).await?;
        (id, Entry::new(Action::BudgetEdited, TargetType::Budget, id.0, &found.name).fields(Some(&before), draft))
    } else {
        let id = BudgetId(services.new_id());
        insert(connection, id, Some(slug), draft, None, now).await?;
        (id, created(id, Some(slug), draft))
    };
    sqlx::query!("update budgets set is_predefined = true where id = $1", id.0).execute(connection).await?;
    let before = found.map(|found| found.is_predefined.to_string());
    entries.push(entry.field(FIELD, before, Some(true.to_string())));
    Ok((id, entries))
}

/// Says which of the file cannot be stored. The database's own faults stay what they are.
fn of_budget(slug: &BudgetSlug, fault: Error) -> Error {
    let problem = match Refusal::from(fault) {
        Refusal::Invalid(errors) => errors.iter().map(|(_, problem)| problem.to_string()).collect::<Vec<_>>().join(" "),
        Refusal::Rule(problem) => problem.to_string(),
        other => return other.into(),
    };
    Error::PredefinedBudget { slug: slug.to_string(), problem }
}
