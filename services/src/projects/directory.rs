//! Projects as programs read them.

use super::list::own;
use super::{check_password_changed, stored_kind, stored_name};
use crate::Services;
use crate::error::Error;
use crate::guard::{Caller, Can};
use crate::keyset::{Keyset, SortKey, time_key};
use crate::listing::{Listing, Slice, push_total};
use crate::search::{Hits, Searched};
use domain::actor::Target;
use domain::budget::Category;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::mode::Mode;
use domain::page::Page;
use domain::permission::{CreateProject, Permission};
use domain::project::{ProjectKind, ProjectName, ProjectSort};
use domain::role::ProjectRole;
use domain::text::SearchTerm;
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// The most members that are told of one project, the earliest first.
pub const MOST_MEMBERS: u32 = 10_000;

/// What narrows the list, and its order.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Substring of display name, name or description, without regard to case and accents.
    pub search: Option<SearchTerm>,
    /// Only projects with a budget: of any category, or of one.
    pub budget: Option<Option<Category>>,
    /// By technical name or by day; names may begin in display names for people, programs sort by what they send.
    pub sort: ProjectSort,
    /// Falling instead of rising.
    pub descending: bool,
}

/// A project as programs know it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The project.
    pub id: ProjectId,
    /// Technical name.
    pub name: ProjectName,
    /// Display name, if one was given.
    pub display_name: Option<String>,
    /// What it is for, if anybody said.
    pub description: Option<String>,
    /// Personal or shared.
    pub kind: ProjectKind,
    /// Whose it is.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// People in it.
    pub member_count: i64,
    /// Project admins in it.
    pub admin_count: i64,
    /// The role of the person asking, if any.
    pub own_role: Option<ProjectRole>,
    /// Raised by each change.
    pub version: i64,
    /// At most one a category; empty where the person asking may not see them.
    pub budgets: Vec<Assigned>,
}

/// A budget that serves a project.
#[derive(Clone, Debug, Deserialize)]
pub struct Assigned {
    /// The budget, as programs know it.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// What it pays for.
    pub category: String,
    /// In US dollars.
    pub soft_limit: rust_decimal::Decimal,
    /// In US dollars.
    pub hard_limit: rust_decimal::Decimal,
    /// How long it lasts.
    pub reset_minutes: i32,
}

/// Somebody in a project.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The person.
    pub user_id: UserId,
    /// Whether they manage it.
    pub is_project_admin: bool,
    /// Since when.
    pub since: OffsetDateTime,
}

/// A page of the projects the person may see. One statement, and one more for a search, whatever the number of rows.
///
/// # Errors
/// [`Refusal::PasswordChangeDue`] until a one-time password was changed; [`Refusal::Rule`] when budgets are asked for
/// and switched off.
pub async fn directory(
    services: &Services,
    caller: &Caller,
    wanted: &Wanted,
    slice: &Slice,
) -> Result<Listing<Entry>, Error> {
    check_password_changed(caller)?;
    if wanted.budget.is_some() && !services.settings.budgets {
        return Err(Refusal::Rule("Budgets are switched off.".to_owned()).into());
    }
    let sort = match wanted.sort {
        ProjectSort::Name => SortKey::text("p.name collate name_order"),
        ProjectSort::Created => SortKey::time("p.created_at"),
    };
    let keyset = Keyset::new(sort, "p", wanted.descending, slice.size, slice.cursor.as_ref());
    let hits = Hits::of(services, Searched::Projects, wanted.search.as_ref()).await?;
    let visible = Visible::to(caller);
    let mut sql = QueryBuilder::new(SELECT);
    sql.push(",");
    let is_filtered = visible.ids.is_some() || wanted.search.is_some() || wanted.budget.is_some();
    push_total(&mut sql, "projects", &hits, is_filtered, |sql| {
        sql.push("p where p.deleted_at is null");
        visible.push(sql);
        wanted.push(sql);
        hits.push_condition(sql, "p");
    });
    sql.push(" as total from (select p.* from projects p where p.deleted_at is null");
    visible.push(&mut sql);
    wanted.push(&mut sql);
    hits.push_condition(&mut sql, "p");
    keyset.push_condition(&mut sql);
    keyset.push_order(&mut sql);
    keyset.push_limit(&mut sql);
    slice.push_offset(&mut sql);
    sql.push(") p").push(JOINED);
    keyset.push_order(&mut sql);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    if rows.is_empty() && (slice.skip > 0 || slice.cursor.is_some()) {
        // Beyond the end there is no row to read the total from.
        let first = Slice { skip: 0, cursor: None, ..slice.clone() };
        let Listing { total, .. } = Box::pin(directory(services, caller, wanted, &first)).await?;
        return Ok(Listing { page: Page { rows: Vec::new(), previous: None, next: None }, total });
    }
    let total = rows.first().map(|row| row.total);
    let page = keyset.page(rows, |row| {
        let key = match wanted.sort {
            ProjectSort::Name => Some(row.name.clone()),
            ProjectSort::Created => time_key(Some(row.created_at)),
        };
        (key, row.id)
    });
    let rows = page.rows.into_iter().map(|row| row.read(services, caller)).collect::<Result<_, _>>()?;
    Ok(Listing::new(Page { rows, previous: page.previous, next: page.next }, total, slice))
}

/// One project that the person may see. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none or it is hidden; [`Refusal::PasswordChangeDue`].
pub async fn entry(services: &Services, caller: &Caller, name: &ProjectName) -> Result<Entry, Error> {
    check_password_changed(caller)?;
    let mut sql = QueryBuilder::new(SELECT);
    sql.push(", 1::bigint as total from projects p").push(JOINED);
    sql.push(" where p.deleted_at is null and lower(p.name) = lower(").push_bind(name.to_string()).push(")");
    Visible::to(caller).push(&mut sql);
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    row.ok_or(Refusal::NotFound)?.read(services, caller)
}

/// A project that the person has just made, which the rights read for the request do not know yet. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when it is not theirs.
pub async fn made(services: &Services, can: &Can<CreateProject>, name: &ProjectName) -> Result<Entry, Error> {
    let caller = can.caller();
    let mut sql = QueryBuilder::new(SELECT);
    sql.push(", 1::bigint as total from projects p").push(JOINED);
    sql.push(" where p.deleted_at is null and lower(p.name) = lower(").push_bind(name.to_string());
    sql.push(") and p.created_by = ").push_bind(caller.actor.user_id.0);
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    let entry = row.ok_or(Refusal::NotFound)?.read(services, caller)?;
    // In Keycloak-managed mode nobody is in it yet.
    let own_role = (caller.actor.mode == Mode::Platform).then_some(ProjectRole::Admin);
    Ok(Entry { own_role, ..entry })
}

/// The members of a project that the person may see, at most [`MOST_MEMBERS`]: whose it is first, then the earliest.
/// One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when it is hidden.
pub async fn members(services: &Services, caller: &Caller, project: ProjectId) -> Result<Vec<Member>, Error> {
    if !caller.actor.may(Permission::ViewProject, Target::Project(project)) {
        return Err(Refusal::NotFound.into());
    }
    let rows = sqlx::query!(
        "select m.user_id, m.is_project_admin, m.created_at from user_projects m join projects p on p.id = m.project_id
         where m.project_id = $1 order by m.user_id is distinct from p.created_by, m.created_at, m.user_id limit $2",
        project.0,
        i64::from(MOST_MEMBERS)
    )
    .fetch_all(&services.pool)
    .await?;
    let member =
        |row: (Uuid, bool, OffsetDateTime)| Member { user_id: UserId(row.0), is_project_admin: row.1, since: row.2 };
    Ok(rows.into_iter().map(|row| member((row.user_id, row.is_project_admin, row.created_at))).collect())
}

const SELECT: &str = "select p.id, p.name, p.display_name, nullif(p.description, '') as description, p.project_type,
         p.created_by, p.created_at, p.version, counts.members, counts.admins,
         coalesce(b.budgets, '[]') as budgets";

const JOINED: &str = " cross join lateral (
           select count(*) as members, count(*) filter (where m.is_project_admin) as admins
           from user_projects m where m.project_id = p.id
         ) counts cross join lateral (
           select jsonb_agg(jsonb_build_object('slug', coalesce(b.slug, b.id::text), 'name', b.name, 'category', b.category,
                    'soft_limit', b.soft_limit::text, 'hard_limit', b.hard_limit::text,
                    'reset_minutes', b.reset_minutes) order by b.category) as budgets
           from project_budgets a join budgets b on b.id = a.budget_id where a.project_id = p.id
         ) b";

/// What somebody may see: everything, or these.
struct Visible {
    ids: Option<Vec<Uuid>>,
}

impl Visible {
    fn to(caller: &Caller) -> Self {
        let sees_all = caller.actor.may(Permission::ViewProject, Target::Platform);
        Self { ids: (!sees_all).then(|| own(&caller.actor)) }
    }

    fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        if let Some(ids) = &self.ids {
            sql.push(" and p.id = any(").push_bind(ids.clone()).push(")");
        }
    }
}

impl Wanted {
    fn push(&self, sql: &mut QueryBuilder<Postgres>) {
        let Some(category) = self.budget else { return };
        sql.push(" and exists (select from project_budgets a where a.project_id = p.id");
        if let Some(category) = category {
            sql.push(" and a.category = ").push_bind(category.key());
        }
        sql.push(")");
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    display_name: Option<String>,
    description: Option<String>,
    project_type: String,
    created_by: Option<Uuid>,
    created_at: OffsetDateTime,
    version: i64,
    members: i64,
    admins: i64,
    budgets: Json<Vec<Assigned>>,
    total: i64,
}

impl Row {
    fn read(self, services: &Services, caller: &Caller) -> Result<Entry, Error> {
        let id = ProjectId(self.id);
        let sees_budgets = caller.actor.may(Permission::ViewProjectBudgets, Target::Project(id));
        Ok(Entry {
            id,
            name: stored_name(&self.name)?,
            display_name: self.display_name,
            description: self.description,
            kind: stored_kind(&self.project_type)?,
            created_by: self.created_by.map(UserId),
            created_at: self.created_at,
            member_count: self.members,
            admin_count: self.admins,
            own_role: caller.actor.role_in(id),
            version: self.version,
            budgets: if services.settings.budgets && sees_budgets { self.budgets.0 } else { Vec::new() },
        })
    }
}
