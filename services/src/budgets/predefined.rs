//! Budgets that operators declare in a file: stored as declared at each start, and changed there alone.

mod declaration;

pub use declaration::{PredefinedBudget, Problem, read};

use super::change::{Row, created, insert, update};
use super::default::put_default;
use super::switched_on;
use crate::Services;
use crate::audit::{self, Action, By, Entry, TargetType};
use crate::error::{Error, constraint};
use domain::budget::{BudgetDraft, BudgetSlug, Category};
use domain::error::Refusal;
use domain::id::BudgetId;
use domain::violation::Violation;
use sqlx::PgConnection;
use uuid::Uuid;

/// The advisory lock under which a start stores them; several may start at once.
const LOCK: i64 = 0x6275_7273_6172_0011;
/// What the audit log calls being one of them.
const FIELD: &str = "is_predefined";

/// A global budget that is one of them, becomes one, or gives way to one as the default of its category.
struct Stored {
    id: BudgetId,
    slug: Option<String>,
    draft: BudgetDraft,
    is_default: bool,
    is_predefined: bool,
}

impl Stored {
    /// As API clients know it.
    fn is(&self, slug: &BudgetSlug) -> bool {
        match &self.slug {
            Some(own) => own == slug.as_str(),
            None => slug.as_uuid() == Some(self.id.0),
        }
    }
}

/// Stores the declared budgets. The first one of a category becomes its default. One that is no longer declared stays with
/// all that it is assigned to, and is a budget like others. What is stored already is not written again.
///
/// # Errors
/// [`Error::PredefinedBudget`] when another budget has the name, the category would change while it is assigned, or a
/// category would be left without its default.
pub async fn store(services: &Services, declared: &[PredefinedBudget]) -> Result<(), Error> {
    if switched_on(services).is_err() {
        if !declared.is_empty() {
            tracing::warn!("predefined budgets are not stored: budgets are switched off");
        }
        return Ok(());
    }
    let mut transaction = services.pool.begin().await?;
    let stored = lock(&mut transaction, declared).await?;
    let mut entries = release(&mut transaction, &stored, declared).await?;
    give_up_names(&mut transaction, &stored, declared).await?;
    let mut defaults: Vec<(Category, BudgetId, &str)> = Vec::new();
    for budget in declared {
        let found = stored.iter().find(|stored| stored.is(&budget.slug));
        let put = match check(budget, found, declared) {
            Ok(()) => put(services, &mut transaction, budget, found).await,
            Err(refused) => Err(refused),
        };
        let (id, put) = put.map_err(|fault| of_budget(budget, fault))?;
        entries.extend(put);
        if !defaults.iter().any(|(category, ..)| *category == budget.draft.category) {
            defaults.push((budget.draft.category, id, budget.draft.name.as_str()));
        }
    }
    for (_, id, name) in defaults {
        entries.extend(put_default(&mut transaction, id, name, true).await?);
    }
    if !entries.is_empty() {
        tracing::info!(changes = entries.len(), "predefined budgets are stored as declared");
        audit::write_all(services, &mut transaction, By::Console, entries).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Locks every budget that may change, in the order of their ids as all changes of several do.
async fn lock(connection: &mut PgConnection, declared: &[PredefinedBudget]) -> Result<Vec<Stored>, Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", LOCK).execute(&mut *connection).await?;
    let slugs: Vec<String> = declared.iter().map(|budget| budget.slug.to_string()).collect();
    let ids: Vec<Uuid> = declared.iter().filter_map(|budget| budget.slug.as_uuid()).collect();
    let categories: Vec<String> = declared.iter().map(|budget| budget.draft.category.key().to_owned()).collect();
    let rows = sqlx::query_as!(
        Row,
        "select id, slug, name, description, category, soft_limit, hard_limit, reset_minutes, calendar, time_zone, alert_at,
                is_default, is_predefined, version, updated_at
         from budgets
         where project_id is null
           and (is_predefined or slug = any($1) or (slug is null and id = any($2)) or category = any($3))
         order by id for no key update",
        &slugs,
        &ids,
        &categories
    );
    let stored = |mut row: Row| {
        let (id, slug, is_default, is_predefined) =
            (BudgetId(row.id), row.slug.take(), row.is_default, row.is_predefined);
        Ok(Stored { id, slug, draft: row.draft()?, is_default, is_predefined })
    };
    rows.fetch_all(connection).await?.into_iter().map(stored).collect()
}

/// Those that are no longer declared are budgets like others.
async fn release(
    connection: &mut PgConnection,
    stored: &[Stored],
    declared: &[PredefinedBudget],
) -> Result<Vec<Entry>, Error> {
    let is_declared = |stored: &Stored| declared.iter().any(|budget| stored.is(&budget.slug));
    let released: Vec<&Stored> = stored.iter().filter(|stored| stored.is_predefined && !is_declared(stored)).collect();
    let ids: Vec<Uuid> = released.iter().map(|stored| stored.id.0).collect();
    if !ids.is_empty() {
        tracing::warn!(count = ids.len(), "budgets are predefined no longer: the file does not declare them");
        sqlx::query!("update budgets set is_predefined = false where id = any($1)", &ids).execute(connection).await?;
    }
    let entry = |stored: &Stored| {
        let (before, after) = (Some(true.to_string()), Some(false.to_string()));
        let entry = Entry::new(Action::BudgetEdited, TargetType::Budget, stored.id.0, stored.draft.name.as_str());
        entry.field(FIELD, before, after)
    };
    Ok(released.into_iter().map(entry).collect())
}

/// Two may swap their names, or one take the name that another one gives up, in whatever order the file has them.
async fn give_up_names(
    connection: &mut PgConnection,
    stored: &[Stored],
    declared: &[PredefinedBudget],
) -> Result<(), Error> {
    let gives_up = |stored: &&Stored| {
        declared.iter().any(|budget| stored.is(&budget.slug) && budget.draft.name != stored.draft.name)
    };
    let ids: Vec<Uuid> = stored.iter().filter(gives_up).map(|stored| stored.id.0).collect();
    if !ids.is_empty() {
        sqlx::query!("update budgets set name = id::text where id = any($1)", &ids).execute(connection).await?;
    }
    Ok(())
}

/// Refuses what no constraint of the database refuses.
fn check(budget: &PredefinedBudget, found: Option<&Stored>, declared: &[PredefinedBudget]) -> Result<(), Error> {
    let Some(found) = found else {
        // The id of a budget made in the console finds that one alone.
        return BudgetSlug::parse_new(budget.slug.as_str()).map(drop).map_err(Error::from);
    };
    let category = found.draft.category;
    let is_left_without = found.is_default
        && category != budget.draft.category
        && !declared.iter().any(|other| other.draft.category == category);
    if is_left_without {
        return Err(Violation::LastDefault { category: category.title().to_owned() }.into());
    }
    Ok(())
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
    let (id, entry) = if let Some(Stored { id, draft: before, is_predefined, .. }) = found {
        if before == draft && *is_predefined {
            return Ok((*id, entries));
        }
        let name = before.name.as_str();
        if before.category != draft.category {
            entries = put_default(connection, *id, name, false).await?;
        }
        update(connection, *id, draft, now).await?;
        (*id, Entry::new(Action::BudgetEdited, TargetType::Budget, id.0, name).fields(Some(before), draft))
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

/// Says which of the file is refused. Faults of the database stay what they are.
fn of_budget(budget: &PredefinedBudget, fault: Error) -> Error {
    let refusal = match &fault {
        Error::Refused(refusal) => Some(refusal.clone()),
        Error::Database(fault) => constraint(fault),
        _ => None,
    };
    let problem = match refusal {
        Some(Refusal::Invalid(errors)) => {
            errors.iter().map(|(_, problem)| problem.to_string()).collect::<Vec<_>>().join(" ")
        }
        Some(Refusal::Rule(problem)) => problem.to_string(),
        _ => return fault,
    };
    Error::PredefinedBudget { slug: budget.slug.to_string(), name: budget.draft.name.to_string(), problem }
}
