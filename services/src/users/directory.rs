//! People as programs read them: with all their projects and budgets, whatever their number in one statement.

mod filters;
mod seen;

pub use filters::{Filters, Reach};
pub use seen::Seen;

use crate::Services;
use crate::actor::user_kind;
use crate::error::Error;
use crate::keyset::{Keyset, SortKey};
use crate::listing::{Listing, Slice, push_total};
use crate::search::{Hits, Searched};
use domain::actor::Actor;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::mode::Mode;
use domain::page::Page;
use domain::role::{PlatformRole, ProjectRole};
use domain::user::UserKind;
use serde::Deserialize;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// Somebody as programs know them.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The person.
    pub id: UserId,
    /// The name programs know them by; the e-mail address when they were given none.
    pub username: String,
    /// Address as shown.
    pub email: String,
    /// Whether the address is known to be the user's.
    pub email_verified: bool,
    /// Name as shown.
    pub name: String,
    /// Regular or external.
    pub kind: UserKind,
    /// Platform role.
    pub role: PlatformRole,
    /// Whether they may sign in.
    pub is_active: bool,
    /// Who vouches for them.
    pub auth_source: String,
    /// Their own limit of shared projects; `None` stands for the configured one.
    pub project_limit: Option<i32>,
    /// Last sign-in.
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// When the row was made.
    pub created_at: OffsetDateTime,
    /// Last change.
    pub updated_at: OffsetDateTime,
    /// Raised by each change.
    pub version: i64,
    /// By name.
    pub projects: Vec<Membership>,
    /// At most one a category.
    pub budgets: Vec<Assigned>,
}

/// Somebody's place in a project.
#[derive(Clone, Debug, Deserialize)]
pub struct Membership {
    /// Technical name.
    pub name: String,
    /// Display name, if one was given.
    pub display_name: Option<String>,
    /// Whether it is the person's own.
    pub is_personal: bool,
    /// Whether they manage it.
    pub is_project_admin: bool,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// A budget that serves somebody.
#[derive(Clone, Debug, Deserialize)]
pub struct Assigned {
    /// What it pays for.
    pub category: String,
    /// The budget, as programs know it.
    pub slug: String,
    /// What it is called.
    pub name: String,
    /// The hard limit in US dollars.
    pub hard_limit: rust_decimal::Decimal,
    /// How long it lasts.
    pub reset_minutes: i32,
}

/// A page of the people that are seen, by name. One statement, and one more for a search, whatever the number of rows.
///
/// # Errors
/// The database failed.
pub async fn directory(
    services: &Services,
    seen: &Seen,
    filters: &Filters,
    slice: &Slice,
) -> Result<Listing<Entry>, Error> {
    let hits = Hits::of(services, Searched::Users, filters.search.as_ref()).await?;
    let keyset = Keyset::new(SortKey::text("u.name collate name_order"), "u", false, slice.size, slice.cursor.as_ref());
    let mut sql = QueryBuilder::new(SELECT);
    sql.push(",");
    let push_wanted = |sql: &mut QueryBuilder<Postgres>| {
        hits.push_condition(sql, "u");
        filters.push(sql, seen);
        seen.push_people(sql);
    };
    push_total(&mut sql, "users", &hits, filters.narrow() || !seen.is_everybody(), |sql| {
        sql.push("u where true");
        push_wanted(sql);
    });
    sql.push(" as total from (select * from users u where true");
    push_wanted(&mut sql);
    keyset.push_condition(&mut sql);
    keyset.push_order(&mut sql);
    keyset.push_limit(&mut sql);
    slice.push_offset(&mut sql);
    sql.push(") u");
    push_joined(&mut sql, seen);
    keyset.push_order(&mut sql);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    if rows.is_empty() && (slice.skip > 0 || slice.cursor.is_some()) {
        // Beyond the end there is no row to read the total from.
        let first = Slice { skip: 0, cursor: None, ..slice.clone() };
        let Listing { total, .. } = Box::pin(directory(services, seen, filters, &first)).await?;
        return Ok(Listing { page: Page { rows: Vec::new(), previous: None, next: None }, total });
    }
    let total = rows.first().map(|row| row.total);
    let page = keyset.page(rows, |row| (Some(row.name.clone()), row.id));
    let rows = page.rows.into_iter().map(Row::read).collect::<Result<_, _>>()?;
    Ok(Listing::new(Page { rows, previous: page.previous, next: page.next }, total, slice))
}

/// One person. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such user, and when they are in no project that the caller manages: the
/// answer does not tell whether an id exists.
pub async fn entry(services: &Services, seen: &Seen, id: UserId) -> Result<Entry, Error> {
    let entry = load(services, seen, id).await?;
    if entry.projects.is_empty() && !seen.is_everybody() {
        return Err(Refusal::NotFound.into());
    }
    Ok(entry)
}

/// Oneself. One statement. In Keycloak-managed mode from the token's claims, as there need not be a row.
///
/// # Errors
/// [`Refusal::NotFound`] when the account is gone.
pub async fn oneself(services: &Services, actor: &Actor) -> Result<Entry, Error> {
    match actor.mode {
        Mode::Platform => load(services, &Seen::ALL, actor.user_id).await,
        Mode::Keycloak => claimed(services, actor).await,
    }
}

async fn claimed(services: &Services, actor: &Actor) -> Result<Entry, Error> {
    let ids: Vec<Uuid> = actor.projects.iter().map(|(id, _)| id.0).collect();
    let rows = sqlx::query!(
        "select id, name, display_name, created_at from projects where id = any($1) order by name collate name_order, id",
        &ids
    )
    .fetch_all(&services.pool)
    .await?;
    let now = services.clock.now();
    let projects = rows.into_iter().map(|row| {
        let role = actor.role_in(ProjectId(row.id));
        Membership {
            name: row.name,
            display_name: row.display_name,
            is_personal: role == Some(ProjectRole::Owner),
            is_project_admin: role.is_some_and(ProjectRole::is_admin),
            since: row.created_at,
        }
    });
    Ok(Entry {
        id: actor.user_id,
        username: actor.email.clone(),
        email: actor.email.clone(),
        email_verified: actor.email_verified,
        name: actor.name.clone(),
        kind: actor.kind,
        role: actor.role,
        is_active: true,
        auth_source: "keycloak".to_owned(),
        project_limit: None,
        last_sign_in_at: None,
        created_at: now,
        updated_at: now,
        version: 0,
        projects: projects.collect(),
        budgets: Vec::new(),
    })
}

async fn load(services: &Services, seen: &Seen, id: UserId) -> Result<Entry, Error> {
    let mut sql = QueryBuilder::new(SELECT);
    sql.push(", 1::bigint as total from users u");
    push_joined(&mut sql, seen);
    sql.push(" where u.id = ").push_bind(id.0);
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    row.ok_or(Refusal::NotFound)?.read()
}

const SELECT: &str = "select u.id, coalesce(u.username, u.email) as username, u.email,
         coalesce(u.email_verified, u.auth_source = 'local') as email_verified, u.name, u.user_type, u.is_admin,
         u.is_maintainer, u.is_auditor, u.is_active, u.auth_source, u.project_limit, u.last_sign_in_at, u.created_at,
         u.updated_at, u.version,
         coalesce(p.projects, '[]') as projects, coalesce(b.budgets, '[]') as budgets";

/// Appends the projects and the budgets of each person `u`, as far as they are seen.
fn push_joined(sql: &mut QueryBuilder<Postgres>, seen: &Seen) {
    sql.push(
        " cross join lateral (
           select json_agg(json_build_object('name', p.name, 'display_name', p.display_name,
                    'is_personal', p.project_type = 'personal', 'is_project_admin', m.is_project_admin,
                    'since', m.created_at) order by p.name collate name_order, p.id) as projects
           from user_projects m join projects p on p.id = m.project_id and p.deleted_at is null
           where m.user_id = u.id",
    );
    seen.push_projects(sql);
    sql.push(
        ") p cross join lateral (
           select json_agg(json_build_object('category', b.category, 'slug', coalesce(b.slug, b.id::text), 'name', b.name,
                    'hard_limit', b.hard_limit::text, 'reset_minutes', b.reset_minutes) order by b.category) as budgets
           from user_budgets a join budgets b on b.id = a.budget_id where a.user_id = u.id",
    );
    seen.push_budgets(sql);
    sql.push(") b");
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    username: String,
    email: String,
    email_verified: bool,
    name: String,
    user_type: String,
    is_admin: bool,
    is_maintainer: bool,
    is_auditor: bool,
    is_active: bool,
    auth_source: String,
    project_limit: Option<i32>,
    last_sign_in_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    version: i64,
    projects: Json<Vec<Membership>>,
    budgets: Json<Vec<Assigned>>,
    total: i64,
}

impl Row {
    fn read(self) -> Result<Entry, Error> {
        Ok(Entry {
            id: UserId(self.id),
            username: self.username,
            email: self.email,
            email_verified: self.email_verified,
            name: self.name,
            kind: user_kind(&self.user_type)?,
            role: PlatformRole::from_flags(self.is_maintainer, self.is_admin, self.is_auditor),
            is_active: self.is_active,
            auth_source: self.auth_source,
            project_limit: self.project_limit,
            last_sign_in_at: self.last_sign_in_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
            projects: self.projects.0,
            budgets: self.budgets.0,
        })
    }
}
