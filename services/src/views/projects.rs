//! Projects: their list, the project behind a name, and its members for `/v1`.

mod select;

use super::scope::ReadScope;
use super::usage::of_categories;
use crate::Services;
use crate::error::Error;
use crate::guard::{Caller, Can};
use crate::listing::{List as _, ListQuery, Listing, Slice};
use crate::search::{Hits, Inline};
use domain::actor::Target;
use domain::budget::{AssignedBudget, Category, UsageFilter};
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::mode::Mode;
use domain::page::Page;
use domain::permission::{CreateProject, Permission, ViewProject, ViewSpend};
use domain::project::{ProjectDraft, ProjectKind, ProjectName, ProjectQuery, ProjectRow, ProjectSort, ProjectState};
use domain::role::ProjectRole;
use domain::text::SearchTerm;
use domain::violation::Violation;
use select::{Projects, Row, push_columns, push_joins};
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;

/// The most members that `/v1` tells of one project, the earliest first.
pub const MAX_LISTED_MEMBERS: u32 = 10_000;

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    /// The project.
    pub id: ProjectId,
    /// Technical name.
    pub name: ProjectName,
    /// The fields that can be edited.
    pub draft: ProjectDraft,
    /// Personal or shared.
    pub kind: ProjectKind,
    /// Its owner.
    pub created_by: Option<UserId>,
    /// When it was created.
    pub created_at: OffsetDateTime,
    /// When it was deleted.
    pub deleted_at: Option<OffsetDateTime>,
    /// Members, as far as [`domain::count::MAX_EXACT_COUNT`].
    pub member_count: i64,
    /// Project admins among the members counted.
    pub admin_count: i64,
    /// The caller's role.
    pub own_role: Option<ProjectRole>,
    /// Raised by each change.
    pub version: i64,
    /// At most one a category; none where the caller may not see them.
    pub budgets: Vec<AssignedBudget>,
}

/// A member of a project.
#[derive(Clone, Copy, Debug)]
pub struct ProjectMember {
    /// The user.
    pub user_id: UserId,
    /// Whether the user manages the project.
    pub is_project_admin: bool,
    /// Since when.
    pub since: OffsetDateTime,
}

/// What narrows the list.
#[derive(Clone, Debug, Default)]
pub struct ProjectFilter {
    /// Substring of display name, name or description, without regard to case and accents.
    pub search: Option<SearchTerm>,
    /// Only projects in this state; `None` stands for all in use.
    pub state: Option<ProjectState>,
    /// Only projects of this type.
    pub kind: Option<ProjectKind>,
    /// Only projects with a budget: of any category, or of one.
    pub budget: Option<Option<Category>>,
    /// Only projects that have spent this much of a budget, and whose spend the caller may see.
    pub usage: Option<UsageFilter>,
}

/// A page of the console's list: all projects, or one's own. Deleted ones are listed for those who may restore them and
/// for those who read the whole platform. In Keycloak-managed mode the latter look projects up by a term of at least
/// three characters. One statement, and one more for a search or a usage, whatever the number of rows. A usage leaves only
/// projects whose spend the caller may see, and none where budgets are switched off.
///
/// # Errors
/// [`Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn list(services: &Services, caller: &Caller, query: &ProjectQuery) -> Result<Page<ProjectRow>, Error> {
    let scope = ReadScope::<ViewProject>::of(caller)?;
    let is_telling = query.search.as_ref().is_some_and(SearchTerm::is_telling);
    if caller.actor.mode == Mode::Keycloak && scope.is_all() && !is_telling {
        return Ok(Page { rows: Vec::new(), previous: None, next: None });
    }
    let kind = listed_kind(caller, &scope, query);
    let filter =
        ProjectFilter { search: query.search.clone(), state: query.state, kind, budget: None, usage: query.usage };
    let slice = Slice::at(query.cursor.clone(), query.size);
    let query = ListQuery { filter, order: query.sort, descending: query.descending, slice };
    Ok(read(services, caller, scope, &query, false).await?.page.map(ProjectRow::from))
}

/// The only type of the console's list; `None` for all.
fn listed_kind(caller: &Caller, scope: &ReadScope<ViewProject>, query: &ProjectQuery) -> Option<ProjectKind> {
    query.types(scope.is_all() && caller.actor.mode == Mode::Platform).only()
}

/// Whether the search of the console's list matches projects of the type that the list leaves out. One statement, and
/// none for a list that leaves nothing out.
///
/// # Errors
/// As [`list`].
pub async fn matches_other_type(services: &Services, caller: &Caller, query: &ProjectQuery) -> Result<bool, Error> {
    let scope = ReadScope::<ViewProject>::of(caller)?;
    let (Some(term), Some(kind)) = (&query.search, listed_kind(caller, &scope, query)) else { return Ok(false) };
    let other = if kind == ProjectKind::Shared { ProjectKind::Personal } else { ProjectKind::Shared };
    let filter =
        ProjectFilter { state: query.state, kind: Some(other), usage: query.usage, ..ProjectFilter::default() };
    let query = ListQuery { filter, ..ListQuery::default() };
    let spend = spend_scope(services, caller, query.filter.usage)?;
    let list =
        Projects { services, actor: &caller.actor, scope, spend, query: &query, hits: Hits::All, for_api: false };
    let mut sql = Inline::of_projects(services, term, other, query.filter.usage).statement();
    sql.push("select exists (select from hits join projects p on p.id = hits.id where true");
    list.push_condition(&mut sql);
    sql.push(")");
    Ok(sql.build_query_scalar().persistent(false).fetch_one(&services.pool).await?)
}

/// A page of the list with its total, for `/v1`. One statement, and one more for a search, whatever the number of rows.
///
/// # Errors
/// [`Refusal::PasswordChangeDue`] until a one-time password was changed; [`Refusal::Rule`] when the filter names budgets
/// and they are switched off.
pub async fn list_for_api(
    services: &Services,
    caller: &Caller,
    query: &ListQuery<ProjectFilter, ProjectSort>,
) -> Result<Listing<Project>, Error> {
    let scope = ReadScope::<ViewProject>::of(caller)?;
    if query.filter.budget.is_some() && !services.settings.budgets {
        return Err(Violation::BudgetsOff.into());
    }
    read(services, caller, scope, query, true).await
}

/// One project. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such project or the caller may not see it; [`Refusal::PasswordChangeDue`].
pub async fn find(services: &Services, caller: &Caller, name: &ProjectName) -> Result<Project, Error> {
    let scope = ReadScope::<ViewProject>::of(caller)?;
    load(services, caller, name, |sql| scope.push(sql, "p.id")).await
}

/// A project that the caller has just created, which the roles read for the request do not include. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not the caller's.
pub async fn created(services: &Services, can: &Can<CreateProject>, name: &ProjectName) -> Result<Project, Error> {
    let (caller, owner) = (can.caller(), can.caller().actor.user_id);
    let project = load(services, caller, name, |sql| {
        sql.push(" and p.created_by = ").push_bind(owner.0);
    });
    let project = project.await?;
    // In Keycloak-managed mode it has no members yet.
    let own_role = (caller.actor.mode == Mode::Platform).then_some(ProjectRole::Admin);
    Ok(Project { own_role, ..project })
}

/// The members of a project, at most [`MAX_LISTED_MEMBERS`]: its owner first, then the earliest. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when the caller may not see the project.
pub async fn members(services: &Services, caller: &Caller, project: ProjectId) -> Result<Vec<ProjectMember>, Error> {
    if !caller.actor.may(Permission::ViewProject, Target::Project(project)) {
        return Err(Refusal::NotFound.into());
    }
    let rows = sqlx::query!(
        "select m.user_id, m.is_project_admin, m.created_at from user_projects m join projects p on p.id = m.project_id
         where m.project_id = $1 order by m.user_id is distinct from p.created_by, m.created_at, m.user_id limit $2",
        project.0,
        i64::from(MAX_LISTED_MEMBERS)
    )
    .fetch_all(&services.pool)
    .await?;
    let members = rows.into_iter().map(|row| ProjectMember {
        user_id: UserId(row.user_id),
        is_project_admin: row.is_project_admin,
        since: row.created_at,
    });
    Ok(members.collect())
}

async fn read(
    services: &Services,
    caller: &Caller,
    scope: ReadScope<ViewProject>,
    query: &ListQuery<ProjectFilter, ProjectSort>,
    for_api: bool,
) -> Result<Listing<Project>, Error> {
    let ProjectFilter { search, kind, usage, .. } = &query.filter;
    let spend = spend_scope(services, caller, *usage)?;
    let hits = Hits::of_projects(services, search.as_ref(), *kind, *usage).await?;
    let list = Projects { services, actor: &caller.actor, scope, spend, query, hits, for_api };
    list.fetch(services).await?.try_map(|row| row.read(services, &caller.actor))
}

/// Whose spend a list that is narrowed by it may tell of.
fn spend_scope(
    services: &Services,
    caller: &Caller,
    usage: Option<UsageFilter>,
) -> Result<ReadScope<ViewSpend>, Error> {
    match usage {
        None => Ok(ReadScope::ALL),
        Some(_) if !services.settings.budgets => Ok(ReadScope::NONE),
        Some(_) => Ok(ReadScope::<ViewSpend>::of_any(caller)?),
    }
}

async fn load(
    services: &Services,
    caller: &Caller,
    name: &ProjectName,
    push_condition: impl FnOnce(&mut QueryBuilder<Postgres>),
) -> Result<Project, Error> {
    let mut sql = QueryBuilder::new("select ");
    push_columns(&mut sql);
    sql.push(" from projects p");
    push_joins(&mut sql);
    sql.push(" where p.deleted_at is null and lower(p.name) = lower(").push_bind(name.to_string()).push(")");
    push_condition(&mut sql);
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    row.ok_or(Refusal::NotFound)?.read(services, &caller.actor)
}

impl From<Project> for ProjectRow {
    fn from(project: Project) -> Self {
        Self {
            id: project.id,
            title: project.draft.display_name.unwrap_or_else(|| project.name.to_string()),
            name: project.name,
            description: project.draft.description,
            kind: project.kind,
            member_count: project.member_count,
            admin_count: project.admin_count,
            budgets: of_categories(project.budgets),
            own_role: project.own_role,
            created_at: project.created_at,
            deleted_at: project.deleted_at,
        }
    }
}
