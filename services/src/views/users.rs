//! Users: their list, and the user behind an id.

mod filter;
mod select;

pub use filter::{Reach, UserFilter};

use super::scope::ReadScope;
use super::usage::of_categories;
use crate::Services;
use crate::error::Error;
use crate::guard::Can;
use crate::listing::{List as _, ListQuery, Listing, Slice};
use crate::search::Hits;
use domain::actor::Actor;
use domain::budget::AssignedBudget;
use domain::error::Refusal;
use domain::id::{ProjectId, UserId};
use domain::mode::Mode;
use domain::page::Page;
use domain::permission::ViewUsers;
use domain::role::{PlatformRole, ProjectRole};
use domain::user::{
    DefaultCandidate, ProjectChip, UserKind, UserQuery, UserRow, UserSort, UserStatus, default_project,
};
use domain::violation::Violation;
use select::{Row, Users, push_columns, push_joins};
use serde::Deserialize;
use sqlx::QueryBuilder;
use time::OffsetDateTime;
use uuid::Uuid;

/// A user.
#[derive(Clone, Debug)]
pub struct User {
    /// The user.
    pub id: UserId,
    /// The user name, or the e-mail address of a user without one.
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
    /// The gravest state that holds.
    pub status: UserStatus,
    /// What authenticates the user: `local`, or the identity provider as the configuration calls it.
    pub auth_source: String,
    /// The user's own limit of shared projects; `None` stands for the configured one.
    pub project_limit: Option<i32>,
    /// Last sign-in.
    pub last_sign_in_at: Option<OffsetDateTime>,
    /// When the account was created.
    pub created_at: OffsetDateTime,
    /// Last change.
    pub updated_at: OffsetDateTime,
    /// Raised by each change.
    pub version: i64,
    /// At most four shared projects, those administered first; read for pages alone.
    pub chips: Vec<ProjectChip>,
    /// Shared projects, as far as [`domain::count::MAX_EXACT_COUNT`]; counted for pages alone.
    pub project_count: i64,
    /// All projects in the scope, by name; read for `/v1` alone.
    pub projects: Vec<Membership>,
    /// At most one a category; in lists for pages the default ones as well.
    pub budgets: Vec<AssignedBudget>,
}

/// A user's membership of a project.
#[derive(Clone, Debug, Deserialize)]
pub struct Membership {
    /// Technical name.
    pub name: String,
    /// Display name.
    pub display_name: Option<String>,
    /// Whether it is the user's personal project.
    pub is_personal: bool,
    /// Whether the user starts in it, see [`default_project`].
    pub is_default: bool,
    /// Whether the user manages it.
    pub is_project_admin: bool,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// A page of the console's list. One statement, and one more for a search, a project or a usage, whatever the number of rows.
/// No user has used a budget where budgets are switched off.
///
/// # Errors
/// The database failed.
pub async fn list(services: &Services, _can: &Can<ViewUsers>, query: &UserQuery) -> Result<Page<UserRow>, Error> {
    let query = ListQuery {
        filter: UserFilter::from(query),
        order: query.sort,
        descending: query.descending,
        slice: Slice::at(query.cursor.clone(), query.size),
    };
    let has_budgets = services.settings.budgets;
    if query.filter.usage.is_some() && !has_budgets {
        return Ok(Page { rows: Vec::new(), previous: None, next: None });
    }
    Ok(read(services, &ReadScope::ALL, &query, false).await?.page.map(|user| user.into_row(has_budgets)))
}

/// A page of the users in the scope with their total, for `/v1`. One statement, and one more for a search or a single
/// project, whatever the number of rows.
///
/// # Errors
/// The database failed.
pub async fn list_for_api(
    services: &Services,
    scope: &ReadScope<ViewUsers>,
    query: &ListQuery<UserFilter, UserSort>,
) -> Result<Listing<User>, Error> {
    read(services, scope, query, true).await
}

/// One user. One statement.
///
/// # Errors
/// [`Refusal::NotFound`] when there is no such user, and when the user is in no project of the scope: the answer does not
/// tell whether an id exists.
pub async fn find(services: &Services, scope: &ReadScope<ViewUsers>, id: UserId) -> Result<User, Error> {
    let user = load(services, scope, id).await?;
    if user.projects.is_empty() && !scope.is_all() {
        return Err(Refusal::NotFound.into());
    }
    Ok(user)
}

/// The caller. One statement. In Keycloak-managed mode from the token's claims, as there need not be a row.
///
/// # Errors
/// [`Refusal::NotFound`] when the account is gone; [`Violation::AccountRequired`] in a break-glass session.
pub async fn oneself(services: &Services, actor: &Actor) -> Result<User, Error> {
    if actor.account().is_none() {
        return Err(Violation::AccountRequired.into());
    }
    match actor.mode {
        Mode::Platform => load(services, &ReadScope::ALL, actor.user_id).await,
        Mode::Keycloak => from_claims(services, actor).await,
    }
}

async fn read(
    services: &Services,
    scope: &ReadScope<ViewUsers>,
    query: &ListQuery<UserFilter, UserSort>,
    for_api: bool,
) -> Result<Listing<User>, Error> {
    let now = services.clock.now();
    let UserFilter { search, usage, .. } = &query.filter;
    let hits = Hits::of_people(services, search.as_ref(), query.filter.single_project(scope), *usage).await?;
    Users { scope, query, hits, now, for_api }.fetch(services).await?.try_map(|row| row.read(services, scope, now))
}

async fn load(services: &Services, scope: &ReadScope<ViewUsers>, id: UserId) -> Result<User, Error> {
    let mut sql = QueryBuilder::new("select ");
    push_columns(&mut sql, true);
    sql.push(" from users u");
    push_joins(&mut sql, scope, true);
    sql.push(" where u.id = ").push_bind(id.0);
    let row: Option<Row> = sql.build_query_as().fetch_optional(&services.pool).await?;
    row.ok_or(Refusal::NotFound)?.read(services, scope, services.clock.now())
}

async fn from_claims(services: &Services, actor: &Actor) -> Result<User, Error> {
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
            is_default: false,
            is_project_admin: role.is_some_and(ProjectRole::is_admin),
            since: row.created_at,
        }
    });
    let mut projects: Vec<_> = projects.collect();
    mark_default(services, actor.kind, &mut projects, true);
    Ok(User {
        id: actor.user_id,
        username: actor.email.clone(),
        email: actor.email.clone(),
        email_verified: actor.email_verified,
        name: actor.name.clone(),
        kind: actor.kind,
        role: actor.role,
        status: UserStatus::Active,
        auth_source: "keycloak".to_owned(),
        project_limit: None,
        last_sign_in_at: None,
        created_at: now,
        updated_at: now,
        version: 0,
        chips: Vec::new(),
        project_count: 0,
        projects,
        budgets: Vec::new(),
    })
}

/// Marks the project that a user starts in. Where projects are left out, none takes the place of a default that is not open.
fn mark_default(services: &Services, kind: UserKind, projects: &mut [Membership], are_all: bool) {
    if !are_all && !projects.iter().any(|project| project.is_default) {
        return;
    }
    let default = default_project(projects.iter().map(|project| DefaultCandidate {
        name: &project.name,
        is_personal: project.is_personal,
        is_open: project.is_personal || services.settings.is_open_to(kind, &project.name),
        is_stored: project.is_default,
    }));
    for (place, project) in projects.iter_mut().enumerate() {
        project.is_default = default == Some(place) && (are_all || project.is_default);
    }
}

impl User {
    /// As the console's list shows the user.
    fn into_row(self, has_budgets: bool) -> UserRow {
        UserRow {
            id: self.id,
            name: self.name,
            email: self.email,
            email_verified: self.email_verified,
            kind: self.kind,
            status: self.status,
            role: self.role,
            projects: self.chips,
            project_count: self.project_count,
            budgets: if has_budgets { of_categories(self.budgets) } else { Vec::new() },
            last_sign_in_at: self.last_sign_in_at,
            created_at: self.created_at,
        }
    }
}
