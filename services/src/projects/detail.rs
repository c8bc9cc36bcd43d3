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
use domain::project::{MemberQuery, ProjectDetail, ProjectFacts, ProjectKind, ProjectName};
use sqlx::PgExecutor;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

/// Everything the page of a project shows. Two statements.
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

/// What a change needs to know of a project before it asks for a permission.
#[derive(Clone, Debug)]
pub struct FoundProject {
    /// The project.
    pub id: ProjectId,
    /// Technical name, as it is stored.
    pub name: ProjectName,
    /// Personal or shared.
    pub kind: ProjectKind,
}

/// Finds a project by its name, to ask for a permission to change it.
///
/// # Errors
/// As [`detail`].
pub async fn find(services: &Services, caller: &Caller, name: &ProjectName) -> Result<FoundProject, Error> {
    check_password_changed(caller)?;
    let row = sqlx::query!(
        "select id, name, project_type from projects where lower(name) = lower($1) and deleted_at is null",
        name.as_str()
    )
    .fetch_optional(&services.pool)
    .await?
    .ok_or(Refusal::NotFound)?;
    let id = ProjectId(row.id);
    check_visible(caller, id)?;
    Ok(FoundProject { id, name: stored_name(&row.name)?, kind: stored_kind(&row.project_type)? })
}

/// The id of a project that [`find`] finds.
///
/// # Errors
/// As [`detail`].
pub async fn id_of(services: &Services, caller: &Caller, name: &ProjectName) -> Result<ProjectId, Error> {
    Ok(find(services, caller, name).await?.id)
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
    budgets: Json<Vec<AssignedRow>>,
    choices: Option<Json<Vec<ChoiceRow>>>,
}

impl TryFrom<Row> for Loaded {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let facts = ProjectFacts {
            id: ProjectId(row.id),
            name: stored_name(&row.name)?,
            display_name: row.display_name,
            description: row.description,
            kind: stored_kind(&row.project_type)?,
            created_by: row.created_by,
            created_at: row.created_at,
            member_count: row.member_count,
            admin_count: row.admin_count,
            is_imported: row.is_imported,
            version: row.version,
        };
        let budgets = row.budgets.0.into_iter().map(AssignedBudget::try_from).collect::<Result<_, _>>()?;
        Ok(Self { facts, budgets, choices: choices(row.choices)? })
    }
}

/// Choices are for shared projects alone.
async fn load(executor: impl PgExecutor<'_>, wanted: Wanted<'_>, with_choices: bool) -> Result<Option<Loaded>, Error> {
    let (id, name) = match wanted {
        Wanted::Id(id) => (Some(id.0), None),
        Wanted::Name(name) => (None, Some(name.as_str())),
    };
    let row = sqlx::query_as!(
        Row,
        r#"select p.id, p.name, p.display_name, p.description, p.project_type, maker.name as "created_by?",
                  p.created_at, p.version, p.is_imported, counts.members as "member_count!", counts.admins as "admin_count!",
                  (select coalesce(json_agg(assigned_budget(b, giver.name, a.created_at)
                          order by array_position(array['platform', 'cli', 'premium_models'], b.category)), '[]')
                   from project_budgets a
                   join budgets b on b.id = a.budget_id
                   left join users giver on giver.id = a.assigned_by
                   where a.project_id = p.id) as "budgets!: Json<Vec<AssignedRow>>",
                  case when $3 and p.project_type = 'shared' then (select c.choices from budget_choices c) end
                    as "choices: Json<Vec<ChoiceRow>>"
           from projects p
           cross join lateral (
             select count(*) as members, count(*) filter (where m.is_project_admin) as admins
             from user_projects m where m.project_id = p.id
           ) counts
           left join users maker on maker.id = p.created_by
           where p.deleted_at is null and p.id = coalesce(
             $1, (select n.id from projects n where lower(n.name) = lower($2) and n.deleted_at is null))"#,
        id,
        name,
        with_choices
    )
    .fetch_optional(executor)
    .await?;
    row.map(Loaded::try_from).transpose()
}
