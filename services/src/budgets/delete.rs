//! Deletes a budget, and unassigns it first from exactly the users and projects that the caller confirmed.

use super::assign::field;
use super::change::lock;
use super::default::check_no_default;
use super::switched_on;
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::undo::Changed;
use domain::budget::{BudgetDraft, HolderCounts};
use domain::draft::Draft as _;
use domain::id::{BudgetId, EventId};
use domain::permission::ManageBudgets;
use domain::violation::Violation;
use sqlx::PgExecutor;

/// Deletes a budget. Nothing changes unless exactly `expected` lose it: the same holders, not only as many. Deleting a
/// budget that is not assigned can be undone. The number of statements does not depend on the number of holders.
///
/// # Errors
/// [`Violation::BudgetAssigned`] when it is assigned and none were expected to lose it, [`Violation::HoldersChanged`] when
/// others than expected would, [`Violation::DefaultBudget`] for the default of a category,
/// [`Violation::PredefinedBudget`]; not found.
pub async fn delete(
    services: &Services,
    can: &Can<ManageBudgets>,
    budget: BudgetId,
    expected: HolderCounts,
) -> Result<Changed, Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    // From here on no other change can assign it.
    let (stored, _) = lock(change.connection(), budget).await?;
    check_no_default(change.connection(), budget).await?;
    check(expected, count_holders(change.connection(), budget).await?)?;
    if expected != HolderCounts::default() {
        // A holder may have been unassigned after the count.
        check(expected, unassign_all(&mut change, budget, &stored, expected).await?)?;
    }
    let former = sqlx::query_scalar!(
        r#"delete from budgets where id = $1 returning to_jsonb(budgets)::text as "former!""#,
        budget.0
    )
    .fetch_one(change.connection())
    .await?;
    let name = stored.name.as_str().to_owned();
    let entry = Entry::new(Action::BudgetDeleted, TargetType::Budget, budget.0, &name);
    let value = |text: String| (!text.is_empty()).then_some(text);
    let fields = stored.fields().into_iter();
    let entry = fields.fold(entry, |entry, field| entry.field(field.name, value(field.value.typed), None));
    let count = |count: i64| (count > 0).then(|| count.to_string());
    let entry = entry
        .field("users", count(expected.users), None)
        .field("projects", count(expected.projects), None)
        .field("deleted_projects", count(expected.deleted_projects), None);
    let event = if expected == HolderCounts::default() {
        Some(change.record_undoable(entry, &former).await?)
    } else {
        change.record(entry).await?;
        None
    };
    change.commit().await?;
    Ok(Changed { name, event })
}

fn check(expected: HolderCounts, found: HolderCounts) -> Result<(), Violation> {
    match expected {
        expected if expected == found => Ok(()),
        expected if expected == HolderCounts::default() => {
            Err(Violation::BudgetAssigned { holders: found.to_string() })
        }
        _ => Err(Violation::HoldersChanged { holders: found.to_string() }),
    }
}

/// The holders of a budget for the page that deletes it, counted to the end, so that the user confirms exact numbers. One
/// statement.
///
/// # Errors
/// Not found when budgets are switched off.
pub async fn holders(services: &Services, _can: &Can<ManageBudgets>, budget: BudgetId) -> Result<HolderCounts, Error> {
    switched_on(services)?;
    count_holders(&services.pool, budget).await
}

async fn count_holders(connection: impl PgExecutor<'_>, budget: BudgetId) -> Result<HolderCounts, Error> {
    let row = sqlx::query_as!(
        HolderCounts,
        r#"with holders as (
             select 'user' as kind, user_id as id from user_budgets where budget_id = $1
             union all select 'project', project_id from project_budgets where budget_id = $1
             union all select 'deleted project', project_id from deleted_project_budgets where budget_id = $1)
           select count(*) filter (where kind = 'user') as "users!",
                  count(*) filter (where kind = 'project') as "projects!",
                  count(*) filter (where kind = 'deleted project') as "deleted_projects!",
                  coalesce(bit_xor(uuid_hash_extended(id, 0)), 0) as "fingerprint!"
           from holders"#,
        budget.0
    );
    Ok(row.fetch_one(connection).await?)
}

/// Unassigns the budget from all of its holders, with an audit event each. Returns how many they were.
async fn unassign_all(
    change: &mut Change<'_>,
    budget: BudgetId,
    stored: &BudgetDraft,
    expected: HolderCounts,
) -> Result<HolderCounts, Error> {
    let (field, name) = (field(stored.category), stored.name.as_str());
    // In the order in which changes of many users lock them.
    let users = sqlx::query_scalar!(
        "with held as (select user_id from user_budgets where budget_id = $1 order by user_id for update)
         delete from user_budgets a using held where a.user_id = held.user_id and a.budget_id = $1 returning a.user_id",
        budget.0
    )
    .fetch_all(change.connection())
    .await?;
    let projects = sqlx::query!(
        "with held as (select project_id from project_budgets where budget_id = $1 order by project_id for update)
         delete from project_budgets a using held, projects p
         where a.project_id = held.project_id and a.budget_id = $1 and p.id = a.project_id returning p.id, p.name",
        budget.0
    )
    .fetch_all(change.connection())
    .await?;
    let found = HolderCounts {
        users: i64::try_from(users.len()).unwrap_or(i64::MAX),
        projects: i64::try_from(projects.len()).unwrap_or(i64::MAX),
        ..expected
    };
    let of_user = Entry::new(Action::UserBudgetUnassigned, TargetType::User, budget.0, "");
    change.record_for_users(of_user.field(field, Some(name.to_owned()), None), &users).await?;
    let of_project = |id, project| {
        Entry::new(Action::ProjectBudgetUnassigned, TargetType::Project, id, project).field(
            field,
            Some(name.to_owned()),
            None,
        )
    };
    change.record_many(projects.into_iter().map(|row| of_project(row.id, row.name)).collect()).await?;
    Ok(found)
}

/// Undoes the caller's own deletion of a budget that was not assigned. Returns the budget and its name.
///
/// # Errors
/// [`Violation::BudgetNameTakenSince`] when another budget has its name or id now; also when it cannot be undone any more.
pub async fn undo_deletion(
    services: &Services,
    can: &Can<ManageBudgets>,
    event: EventId,
) -> Result<(BudgetId, String), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let former: String = change.take_former(event, &[Action::BudgetDeleted]).await?;
    let row = sqlx::query!(
        "insert into budgets (id, name, slug, description, category, soft_limit, hard_limit, reset_minutes, calendar,
                              time_zone, alert_at, created_by, created_at, updated_at, version)
         select id, name, slug, description, category, soft_limit, hard_limit, reset_minutes, coalesce(calendar, false),
                coalesce(time_zone, 'UTC'), alert_at, created_by, created_at, updated_at, version
         from jsonb_populate_record(null::budgets, $1::text::jsonb) on conflict do nothing returning id, name",
        former
    )
    .fetch_optional(change.connection())
    .await?
    .ok_or(Violation::BudgetNameTakenSince)?;
    let entry = Entry::new(Action::BudgetDeletionUndone, TargetType::Budget, row.id, &row.name);
    change.record(entry.undoes(event)).await?;
    change.commit().await?;
    Ok((BudgetId(row.id), row.name))
}
