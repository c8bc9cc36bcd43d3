//! A project's page: its facts with budgets and those to choose from in one statement, a page of its members in another.

use super::{check_password_changed, stored_kind, stored_name};
use crate::Services;
use crate::budgets::{AssignedRow, ChoiceRow, choices, chooses};
use crate::error::Error;
use crate::guard::Caller;
use crate::members;
use domain::actor::Target;
use domain::budget::{AssignedBudget, BudgetChoice};
use domain::error::Refusal;
use domain::id::ProjectId;
use domain::permission::Permission;
use domain::project::{MemberQuery, ProjectDetail, ProjectFacts, ProjectName};
use rust_decimal::Decimal;
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// Everything the page of a project shows. Two statements, and one more for a search among very many members.
///
/// Budgets are empty when they are switched off or the person may not see them.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such project, it was deleted, or the person may not see it;
/// [`Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn detail(
    services: &Services,
    caller: &Caller,
    name: &ProjectName,
    query: &MemberQuery,
) -> Result<ProjectDetail, Error> {
    let Loaded { facts, mut budgets, choices } = visible(services, caller, name, chooses(services, caller)).await?;
    let sees_budgets = caller.actor.may(Permission::ViewProjectBudgets, Target::Project(facts.id));
    if !(services.settings.budgets && sees_budgets) {
        budgets.clear();
    }
    let members = members::page(services, &facts, query).await?;
    Ok(ProjectDetail { facts, members, budgets, choices })
}

/// The facts of a project, for its edit form.
///
/// # Errors
/// As [`detail`].
pub async fn facts(services: &Services, caller: &Caller, name: &ProjectName) -> Result<ProjectFacts, Error> {
    Ok(visible(services, caller, name, false).await?.facts)
}

/// The id behind a name, to ask for a proof with.
///
/// # Errors
/// As [`detail`].
pub async fn id_of(services: &Services, caller: &Caller, name: &ProjectName) -> Result<ProjectId, Error> {
    check_password_changed(caller)?;
    let id = sqlx::query_scalar!(
        "select id from projects where lower(name) = lower($1) and deleted_at is null",
        name.as_str()
    )
    .fetch_optional(&services.pool)
    .await?
    .map(ProjectId)
    .ok_or(Refusal::NotFound)?;
    check_visible(caller, id)?;
    Ok(id)
}

async fn visible(
    services: &Services,
    caller: &Caller,
    name: &ProjectName,
    with_choices: bool,
) -> Result<Loaded, Error> {
    check_password_changed(caller)?;
    let loaded = load(&services.pool, Wanted::Name(name), with_choices).await?.ok_or(Refusal::NotFound)?;
    check_visible(caller, loaded.facts.id)?;
    Ok(loaded)
}

/// What a person may not see does not exist (`behaviour.md` W-18).
fn check_visible(caller: &Caller, project: ProjectId) -> Result<(), Refusal> {
    if caller.actor.may(Permission::ViewProject, Target::Project(project)) { Ok(()) } else { Err(Refusal::NotFound) }
}

/// The facts of a project that a transaction has locked.
pub(super) async fn facts_of(executor: impl PgExecutor<'_>, project: ProjectId) -> Result<ProjectFacts, Error> {
    Ok(load(executor, Wanted::Id(project), false).await?.ok_or(Refusal::NotFound)?.facts)
}

enum Wanted<'a> {
    Id(ProjectId),
    Name(&'a ProjectName),
}

/// What one statement knows of a project.
struct Loaded {
    facts: ProjectFacts,
    budgets: Vec<AssignedBudget>,
    choices: Vec<BudgetChoice>,
}

/// One row for each budget, at least one; the budget's columns are null when there is none.
struct Row {
    id: Uuid,
    name: String,
    display_name: Option<String>,
    description: String,
    project_type: String,
    created_by: Option<String>,
    created_at: OffsetDateTime,
    version: i64,
    is_imported: bool,
    member_count: i64,
    admin_count: i64,
    budget_id: Option<Uuid>,
    budget_name: Option<String>,
    category: Option<String>,
    soft_limit: Option<Decimal>,
    hard_limit: Option<Decimal>,
    reset_minutes: Option<i32>,
    assigned_by: Option<String>,
    since: Option<OffsetDateTime>,
    choices: Option<Json<Vec<ChoiceRow>>>,
}

impl Row {
    fn facts(&self) -> Result<ProjectFacts, Error> {
        Ok(ProjectFacts {
            id: ProjectId(self.id),
            name: stored_name(&self.name)?,
            display_name: self.display_name.clone(),
            description: self.description.clone(),
            kind: stored_kind(&self.project_type)?,
            created_by: self.created_by.clone(),
            created_at: self.created_at,
            member_count: self.member_count,
            admin_count: self.admin_count,
            is_imported: self.is_imported,
            version: self.version,
        })
    }

    fn budget(self) -> Option<Result<AssignedBudget, Error>> {
        let row = AssignedRow {
            id: self.budget_id?,
            name: self.budget_name?,
            category: self.category?,
            soft_limit: self.soft_limit?,
            hard_limit: self.hard_limit?,
            reset_minutes: self.reset_minutes?,
            assigned_by: self.assigned_by,
            since: self.since?,
        };
        Some(row.try_into())
    }
}

async fn load(executor: impl PgExecutor<'_>, wanted: Wanted<'_>, with_choices: bool) -> Result<Option<Loaded>, Error> {
    let (id, name) = match wanted {
        Wanted::Id(id) => (Some(id.0), None),
        Wanted::Name(name) => (None, Some(name.as_str())),
    };
    let mut rows = sqlx::query_as!(
        Row,
        r#"select p.id, p.name, p.display_name, p.description, p.project_type, maker.name as "created_by?",
                  p.created_at, p.version, p.is_imported, counts.members as "member_count!", counts.admins as "admin_count!",
                  b.id as "budget_id?", b.name as "budget_name?", b.category as "category?",
                  b.soft_limit as "soft_limit?", b.hard_limit as "hard_limit?", b.reset_minutes as "reset_minutes?",
                  giver.name as "assigned_by?", g.created_at as "since?",
                  case when $3 then (select c.choices from budget_choices c) end as "choices: Json<Vec<ChoiceRow>>"
           from projects p
           cross join lateral (
             select count(*) as members, count(*) filter (where m.is_project_admin) as admins
             from user_projects m where m.project_id = p.id
           ) counts
           left join users maker on maker.id = p.created_by
           left join project_budgets g on g.project_id = p.id
           left join budgets b on b.id = g.budget_id
           left join users giver on giver.id = g.assigned_by
           where p.deleted_at is null and p.id = coalesce(
             $1, (select n.id from projects n where lower(n.name) = lower($2) and n.deleted_at is null))
           order by array_position(array['platform', 'cli', 'premium_models'], b.category)"#,
        id,
        name,
        with_choices
    )
    .fetch_all(executor)
    .await?;
    let Some(first) = rows.first_mut() else { return Ok(None) };
    let (facts, choices) = (first.facts()?, choices(first.choices.take())?);
    let budgets = rows.into_iter().filter_map(Row::budget).collect::<Result<_, _>>()?;
    Ok(Some(Loaded { facts, budgets, choices }))
}
