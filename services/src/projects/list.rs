//! The list of projects: what the person may see, one statement and one more for a search,
//! whatever the number of rows.

use super::restore::kept_since;
use super::{check_password_changed, stored_kind, stored_name};
use crate::Services;
use crate::error::Error;
use crate::guard::Caller;
use crate::keyset::{Keyset, SortKey, time_key};
use crate::search::{Hits, Searched};
use domain::actor::{Actor, Target};
use domain::id::ProjectId;
use domain::mode::Mode;
use domain::page::{MAX_EXACT_COUNT, Page};
use domain::permission::Permission;
use domain::project::{ProjectQuery, ProjectRow, ProjectSort, ProjectState};
use domain::role::ProjectRole;
use domain::text::SearchTerm;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// A page of the projects the person may see: all of them for who reads the whole platform, else one's own. Deleted
/// ones are seen by those who may restore them and by whoever reads the whole platform. In Keycloak-managed mode who
/// reads all of them looks some up by a term of at least three characters.
///
/// # Errors
/// [`domain::error::Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn list(services: &Services, caller: &Caller, query: &ProjectQuery) -> Result<Page<ProjectRow>, Error> {
    check_password_changed(caller)?;
    let actor = &caller.actor;
    let sees_all = actor.may(Permission::ViewProject, Target::Platform);
    if actor.mode == Mode::Keycloak && sees_all && !query.search.as_ref().is_some_and(SearchTerm::is_telling) {
        return Ok(Page { rows: Vec::new(), previous: None, next: None });
    }
    let keyset = keyset(query);
    let hits = Hits::of(services, Searched::Projects, query.search.as_ref()).await?;
    let mut sql = statement(services, actor, query, &keyset, &hits);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(&services.pool).await?;
    let page = keyset.page(rows, |row| {
        let key = match query.sort {
            ProjectSort::Name => Some(row.title.clone()),
            ProjectSort::Created => time_key(Some(row.created_at)),
        };
        (key, row.id)
    });
    let rows = page.rows.into_iter().map(|row| row.read(actor)).collect::<Result<_, _>>()?;
    Ok(Page { rows, previous: page.previous, next: page.next })
}

fn keyset(query: &ProjectQuery) -> Keyset<'_> {
    let sort = match query.sort {
        ProjectSort::Name => SortKey::text("p.title collate name_order"),
        ProjectSort::Created => SortKey::time("p.created_at"),
    };
    Keyset::new(sort, "p", query.descending, query.size, query.cursor.as_ref())
}

/// Shared projects that no active user is project admin of.
const WITHOUT_ADMIN: &str = " and p.project_type = 'shared' and not exists (
    select from user_projects m join users u on u.id = m.user_id
    where m.project_id = p.id and m.is_project_admin and u.is_active)";

/// The page first, then the counts of its rows alone.
fn statement(
    services: &Services,
    actor: &Actor,
    query: &ProjectQuery,
    keyset: &Keyset<'_>,
    hits: &Hits,
) -> QueryBuilder<Postgres> {
    let sees_all = actor.may(Permission::ViewProject, Target::Platform);
    let mut sql = QueryBuilder::new(
        "with p as (
           select p.id, p.name, p.title, p.description, p.project_type, p.created_at, p.deleted_at
           from projects p where p.deleted_at is ",
    );
    if query.state == Some(ProjectState::Deleted) {
        sql.push("not null and p.deleted_at > ").push_bind(kept_since(services));
        if !sees_all {
            sql.push(" and p.id in (select project_id from user_projects where is_project_admin and user_id = ");
            sql.push_bind(actor.user_id.0).push(")");
            if !restores_as_project_admin(actor) {
                sql.push(" and false");
            }
        }
    } else {
        sql.push("null");
        if !sees_all {
            sql.push(" and p.id = any(").push_bind(own(actor)).push(")");
        }
    }
    if query.state == Some(ProjectState::WithoutAdmin) {
        sql.push(WITHOUT_ADMIN);
    }
    hits.push_condition(&mut sql, "p");
    keyset.push_condition(&mut sql);
    keyset.push_order(&mut sql);
    keyset.push_limit(&mut sql);
    sql.push(format_args!(
        ")
         select p.*, counts.members, counts.admins
         from p cross join lateral (
           select count(*) as members, count(*) filter (where m.is_project_admin) as admins
           from (select is_project_admin from user_projects where project_id = p.id limit {most}) m
         ) counts",
        most = MAX_EXACT_COUNT + 1
    ));
    keyset.push_order(&mut sql);
    sql
}

/// Whether a stored role of project admin lets this user restore a deleted project.
fn restores_as_project_admin(actor: &Actor) -> bool {
    ProjectRole::Admin.effective_for(actor.kind).is_admin() && actor.mode.has(Permission::DeleteProject)
}

/// The projects somebody may see who does not see all.
pub(super) fn own(actor: &Actor) -> Vec<Uuid> {
    let may_see = |project: &ProjectId| actor.may(Permission::ViewProject, Target::Project(*project));
    actor.projects.iter().map(|(project, _)| *project).filter(may_see).map(|project| project.0).collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    title: String,
    description: String,
    project_type: String,
    created_at: OffsetDateTime,
    deleted_at: Option<OffsetDateTime>,
    members: i64,
    admins: i64,
}

impl Row {
    fn read(self, actor: &Actor) -> Result<ProjectRow, Error> {
        let id = ProjectId(self.id);
        Ok(ProjectRow {
            id,
            name: stored_name(&self.name)?,
            title: self.title,
            description: self.description,
            kind: stored_kind(&self.project_type)?,
            member_count: self.members,
            admin_count: self.admins,
            own_role: actor.role_in(id),
            created_at: self.created_at,
            deleted_at: self.deleted_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use domain::page::{Cursor, Direction};
    use domain::role::PlatformRole;
    use domain::text::SearchTerm;

    #[tokio::test]
    async fn no_page_reads_the_whole_table_even_with_a_generic_plan() {
        let world = World::create().await;
        let root = world.person("Root", PlatformRole::Admin).await;
        sqlx::raw_sql(
            "insert into projects (id, name, description, project_type, created_at)
             select gen_random_uuid(), 'project-' || md5(n::text), 'Number ' || n, 'shared', now() - n * interval '1 hour'
             from generate_series(1, 30000) n;
             analyze projects;",
        )
        .execute(world.services.pool())
        .await
        .expect("many projects");
        let term = |raw| Some(SearchTerm::parse(raw).expect("a term"));
        let middle =
            |key: &str| Some(Cursor { direction: Direction::After, key: Some(key.to_owned()), id: Uuid::from_u128(7) });
        let by = |sort, descending| ProjectQuery { sort, descending, ..ProjectQuery::default() };
        for (query, index) in [
            (by(ProjectSort::Name, false), "projects_in_order"),
            (by(ProjectSort::Name, true), "projects_in_order"),
            (ProjectQuery { cursor: middle("project-7"), ..by(ProjectSort::Name, false) }, "projects_in_order"),
            (by(ProjectSort::Created, true), "projects_by_created"),
            (
                ProjectQuery { cursor: middle("2026-01-01T00:00:00Z"), ..by(ProjectSort::Created, false) },
                "projects_by_created",
            ),
            (
                ProjectQuery { state: Some(ProjectState::WithoutAdmin), ..by(ProjectSort::Name, false) },
                "projects_in_order",
            ),
            (ProjectQuery { search: term("project"), ..by(ProjectSort::Name, false) }, "projects_in_order"),
            (ProjectQuery { search: term("number 29999"), ..by(ProjectSort::Created, false) }, "projects_pkey"),
        ] {
            let hits = Hits::of(&world.services, Searched::Projects, query.search.as_ref()).await.expect("hits");
            let mut sql = statement(&world.services, &root.actor, &query, &keyset(&query), &hits);
            let plan = world.generic_plan(&mut sql).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan on projects"), "{query:?}\n{plan}");
        }
    }
}
