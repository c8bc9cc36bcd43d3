//! The budgets of many people at once: all or none, in a number of statements that does not grow with them.

use super::assign::field;
use super::stored::category;
use super::switched_on;
use crate::Services;
use crate::audit::{Action, Entry, TargetType};
use crate::change::Change;
use crate::error::Error;
use crate::guard::Can;
use crate::locks::{LockedUser, lock_assignments, share_users};
use domain::budget::{BudgetSlug, Category};
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::id::UserId;
use domain::permission::{ManageBudgets, ViewBudgets};
use domain::violation::Violation;
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// What is to serve each person: a budget a category, or none. Categories that are not named stay.
pub type Wanted = BTreeMap<Category, Option<BudgetSlug>>;

/// A budget of a user.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// What it pays for.
    pub category: Category,
    /// The budget, as API clients know it.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// Since when.
    pub since: OffsetDateTime,
    /// Who assigned it.
    pub assigned_by: Option<UserId>,
}

/// The budgets of a user, by category. Two statements.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such person or budgets are switched off.
pub async fn of_person(services: &Services, _can: &Can<ViewBudgets>, id: UserId) -> Result<Vec<Assignment>, Error> {
    switched_on(services)?;
    sqlx::query!("select id from users where id = $1", id.0)
        .fetch_optional(&services.pool)
        .await?
        .ok_or(Refusal::NotFound)?;
    let rows = sqlx::query!(
        r#"select a.category, coalesce(b.slug, b.id::text) as "slug!", b.name, a.created_at, a.assigned_by
           from user_budgets a join budgets b on b.id = a.budget_id where a.user_id = $1 order by a.category"#,
        id.0
    )
    .fetch_all(&services.pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Assignment {
                category: category(&row.category)?,
                slug: row.slug,
                name: row.name,
                since: row.created_at,
                assigned_by: row.assigned_by.map(UserId),
            })
        })
        .collect()
}

/// Assigns and takes away budgets. What is so already changes nothing.
///
/// # Errors
/// A problem at `user_ids` that names unknown users, at `assignments` when there is no such budget; [`Refusal::Rule`]
/// when a budget is of another category or a user is deactivated; [`Refusal::NotFound`] when budgets are switched off.
pub async fn assign_many(
    services: &Services,
    can: &Can<ManageBudgets>,
    people: &[UserId],
    wanted: &Wanted,
) -> Result<(), Error> {
    switched_on(services)?;
    let mut change = services.change(can).await?;
    let budgets = hold_budgets(&mut change, wanted).await?;
    let mut ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let holders = lock_holders(&mut change, &ids).await?;
    let before = before(&mut change, &ids).await?;
    let mut entries = Vec::new();
    for (id, holder) in &holders {
        let target = || Entry::new(Action::UserBudgetsChanged, TargetType::User, *id, &holder.email);
        let entry = wanted.keys().fold(None, |entry: Option<Entry>, category| {
            let old = before.get(&(*id, *category)).cloned();
            let new = budgets.get(category).map(|(_, name)| name.clone());
            if old == new { entry } else { Some(entry.unwrap_or_else(target).field(field(*category), old, new)) }
        });
        entries.extend(entry);
    }
    replace(services, &mut change, &ids, wanted, &budgets).await?;
    change.record_many(entries).await?;
    change.commit().await
}

/// Id and name of the budgets wanted, by category, in share mode so that their categories stay.
async fn hold_budgets(change: &mut Change<'_>, wanted: &Wanted) -> Result<BTreeMap<Category, (Uuid, String)>, Error> {
    let slugs: Vec<String> = wanted.values().flatten().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        r#"select id, name, category, project_id, coalesce(slug, id::text) as "slug!", slug is null as "by_id!" from budgets
           where slug = any($1) or (slug is null and id::text = any($1)) order by id for share"#,
        &slugs
    )
    .fetch_all(change.connection())
    .await?;
    let mut budgets = BTreeMap::new();
    for (wanted_for, slug) in wanted.iter().filter_map(|(category, slug)| Some((*category, slug.as_ref()?))) {
        // A slug of before that reads as the id of another budget loses against that id.
        let row = rows.iter().filter(|row| row.slug == slug.as_str()).max_by_key(|row| row.by_id);
        let row = row.ok_or_else(|| Violation::UnknownBudget { id: slug.to_string() })?;
        if row.project_id.is_some() {
            return Err(Violation::ProjectBudgetNotAssignable.into());
        }
        if category(&row.category)? != wanted_for {
            let (budget, category) = (slug.to_string(), wanted_for.key().to_owned());
            return Err(Violation::CategoryMismatch { budget, category }.into());
        }
        budgets.insert(wanted_for, (row.id, row.name.clone()));
    }
    Ok(budgets)
}

/// Locks the users whose budgets change.
async fn lock_holders(change: &mut Change<'_>, ids: &[Uuid]) -> Result<BTreeMap<Uuid, LockedUser>, Error> {
    let holders = share_users(change.connection(), ids).await?;
    let unknown: Vec<String> = ids.iter().filter(|id| !holders.contains_key(id)).map(Uuid::to_string).collect();
    if !unknown.is_empty() {
        return Err(FieldErrors::one("user_ids", Violation::UnknownUsers { ids: unknown.join(", ") }).into());
    }
    if let Some(closed) = holders.values().find(|user| !user.is_active) {
        return Err(Violation::UserDeactivated { name: closed.name.clone() }.into());
    }
    lock_assignments(change.connection(), ids).await?;
    Ok(holders)
}

/// The names of the budgets that serve people now.
async fn before(change: &mut Change<'_>, ids: &[Uuid]) -> Result<BTreeMap<(Uuid, Category), String>, Error> {
    let rows = sqlx::query!(
        "select a.user_id, a.category, b.name from user_budgets a join budgets b on b.id = a.budget_id
         where a.user_id = any($1) order by a.user_id for update of a",
        ids
    )
    .fetch_all(change.connection())
    .await?;
    rows.into_iter().map(|row| Ok(((row.user_id, category(&row.category)?), row.name))).collect()
}

async fn replace(
    services: &Services,
    change: &mut Change<'_>,
    ids: &[Uuid],
    wanted: &Wanted,
    budgets: &BTreeMap<Category, (Uuid, String)>,
) -> Result<(), Error> {
    let text = |category: &Category| category.key().to_owned();
    let cleared: Vec<String> = wanted.iter().filter(|(_, budget)| budget.is_none()).map(|(at, _)| text(at)).collect();
    sqlx::query!("delete from user_budgets where user_id = any($1) and category = any($2)", ids, &cleared)
        .execute(change.connection())
        .await?;
    let categories: Vec<String> = budgets.keys().map(text).collect();
    let budget_ids: Vec<Uuid> = budgets.values().map(|(id, _)| *id).collect();
    let assigned_by = change.account();
    sqlx::query!(
        "insert into user_budgets as a (user_id, category, budget_id, assigned_by, created_at)
         select p.id, b.category, b.budget_id, $4, $5
         from unnest($1::uuid[]) p (id), unnest($2::text[], $3::uuid[]) b (category, budget_id)
         on conflict (user_id, category) do update
           set budget_id = excluded.budget_id, assigned_by = excluded.assigned_by, created_at = excluded.created_at
           where a.budget_id <> excluded.budget_id",
        ids,
        &categories,
        &budget_ids,
        assigned_by,
        services.clock.now()
    )
    .execute(change.connection())
    .await?;
    Ok(())
}
