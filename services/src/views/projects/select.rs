//! Projects as SQL.

use super::{Project, ProjectFilter};
use crate::Services;
use crate::error::Error;
use crate::keyset::{SortKey, time_key};
use crate::listing::{List, ListQuery};
use crate::projects::{kept_since, stored_kind, stored_name};
use crate::search::Hits;
use crate::views::scope::ReadScope;
use crate::views::usage::AssignedRow;
use domain::actor::{Actor, Target};
use domain::count::MAX_EXACT_COUNT;
use domain::id::{ProjectId, UserId};
use domain::permission::{Permission, ViewProject, ViewSpend};
use domain::project::{ProjectDraft, ProjectKind, ProjectSort, ProjectState};
use domain::role::ProjectRole;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// The list.
pub(super) struct Projects<'a> {
    pub(super) services: &'a Services,
    pub(super) actor: &'a Actor,
    pub(super) scope: ReadScope<ViewProject>,
    /// Whose spend may narrow the list.
    pub(super) spend: ReadScope<ViewSpend>,
    pub(super) query: &'a ListQuery<ProjectFilter, ProjectSort>,
    pub(super) hits: Hits,
    pub(super) for_api: bool,
}

/// Shared projects that no active user is project admin of.
const WITHOUT_ADMIN: &str = " and p.project_type = 'shared' and not exists (
    select from user_projects m join users u on u.id = m.user_id
    where m.project_id = p.id and m.is_project_admin and u.is_active)";

impl List for Projects<'_> {
    type Row = Row;
    type Filter = ProjectFilter;
    type Order = ProjectSort;
    const TABLE: &'static str = "projects";
    const ALIAS: &'static str = "p";

    fn query(&self) -> &ListQuery<ProjectFilter, ProjectSort> {
        self.query
    }

    fn has_total(&self) -> bool {
        self.for_api
    }

    fn is_narrowed(&self) -> bool {
        let ProjectFilter { search, state, kind, budget, usage } = &self.query.filter;
        let is_filtered = search.is_some() || state.is_some() || kind.is_some() || budget.is_some() || usage.is_some();
        is_filtered || !self.scope.is_all()
    }

    fn hits(&self) -> &Hits {
        &self.hits
    }

    fn sort_key(order: ProjectSort) -> SortKey {
        match order {
            ProjectSort::Name => SortKey::text("p.title collate name_order"),
            ProjectSort::TechnicalName => SortKey::text("p.name collate name_order"),
            ProjectSort::Created => SortKey::time("p.created_at"),
        }
    }

    fn place(row: &Row, order: ProjectSort) -> (Option<String>, Uuid) {
        let key = match order {
            ProjectSort::Name => Some(row.draft.display_name.as_ref().unwrap_or(&row.name).clone()),
            ProjectSort::TechnicalName => Some(row.name.clone()),
            ProjectSort::Created => time_key(Some(row.created_at)),
        };
        (key, row.id)
    }

    fn push_columns(&self, sql: &mut QueryBuilder<Postgres>) {
        push_columns(sql);
    }

    fn push_condition(&self, sql: &mut QueryBuilder<Postgres>) {
        let filter = &self.query.filter;
        if filter.state == Some(ProjectState::Deleted) {
            self.push_deleted(sql);
        } else {
            sql.push(" and p.deleted_at is null");
            self.scope.push(sql, "p.id");
        }
        if filter.state == Some(ProjectState::WithoutAdmin) {
            sql.push(WITHOUT_ADMIN);
        }
        sql.push(match filter.kind {
            None => "",
            Some(ProjectKind::Personal) => " and p.project_type = 'personal'",
            Some(ProjectKind::Shared) => " and p.project_type = 'shared'",
        });
        self.spend.push(sql, "p.id");
        if let Some(category) = filter.budget {
            sql.push(" and exists (select from project_budgets a where a.project_id = p.id");
            if let Some(category) = category {
                sql.push(" and a.category = ").push_bind(category.key());
            }
            sql.push(")");
        }
    }

    fn push_joins(&self, sql: &mut QueryBuilder<Postgres>) {
        push_joins(sql);
    }
}

impl Projects<'_> {
    /// A stored role of project admin lets a user restore a project, though a request reads no roles in deleted ones.
    fn push_deleted(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(" and p.deleted_at is not null and p.deleted_at > ").push_bind(kept_since(self.services));
        if self.scope.is_all() {
            return;
        }
        sql.push(" and p.id in (select project_id from user_projects where is_project_admin and user_id = ");
        sql.push_bind(self.actor.user_id.0).push(")");
        let role = ProjectRole::Admin.effective_for(self.actor.kind);
        if !role.is_admin() || !self.actor.mode.has(Permission::DeleteProject) {
            sql.push(" and false");
        }
    }
}

pub(super) fn push_columns(sql: &mut QueryBuilder<Postgres>) {
    sql.push(
        "p.id, p.name, to_jsonb(p) as draft, p.project_type, p.created_by, p.created_at, p.deleted_at, p.version, counts.members, counts.admins,
         coalesce(b.budgets, '[]') as budgets",
    );
}

pub(super) fn push_joins(sql: &mut QueryBuilder<Postgres>) {
    sql.push(format_args!(
        " cross join lateral (
           select count(*) as members, count(*) filter (where m.is_project_admin) as admins
           from (select is_project_admin from user_projects where project_id = p.id limit {}) m) counts",
        MAX_EXACT_COUNT + 1
    ));
    sql.push(
        " cross join lateral (
           select json_agg(assigned_budget(b, null, a.created_at, latest) order by b.category) as budgets
           from project_budgets a join budgets b on b.id = a.budget_id
           left join lateral latest_project_window(a.project_id, a.category) latest on true
           where a.project_id = p.id) b",
    );
}

/// A project as it is selected.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: Uuid,
    name: String,
    draft: Json<ProjectDraft>,
    project_type: String,
    created_by: Option<Uuid>,
    created_at: OffsetDateTime,
    deleted_at: Option<OffsetDateTime>,
    version: i64,
    members: i64,
    admins: i64,
    budgets: Json<Vec<AssignedRow>>,
}

impl Row {
    pub(super) fn read(self, services: &Services, actor: &Actor) -> Result<Project, Error> {
        let id = ProjectId(self.id);
        let shows_budgets = services.settings.budgets && actor.may(Permission::ViewProjectBudgets, Target::Project(id));
        let shows_usage = actor.may(Permission::ViewSpend, Target::Project(id));
        let now = services.clock.now();
        let budgets = self.budgets.0.into_iter().filter(|_| shows_budgets).map(|budget| budget.read(now, shows_usage));
        Ok(Project {
            id,
            name: stored_name(&self.name)?,
            draft: self.draft.0,
            kind: stored_kind(&self.project_type)?,
            created_by: self.created_by.map(UserId),
            created_at: self.created_at,
            deleted_at: self.deleted_at,
            member_count: self.members,
            admin_count: self.admins,
            own_role: actor.role_in(id),
            version: self.version,
            budgets: budgets.collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::Slice;
    use crate::testing::World;
    use domain::page::{Cursor, Direction, PageSize};
    use domain::role::PlatformRole;
    use domain::text::SearchTerm;

    #[tokio::test]
    async fn no_page_reads_the_whole_table_even_with_a_generic_plan() {
        let world = World::create().await;
        let root = world.person("Root", PlatformRole::Admin).await;
        sqlx::raw_sql(
            "insert into projects (id, name, description, project_type, created_at)
             select gen_random_uuid(), 'project-' || md5(n::text), 'Number ' || n, 'shared', now() - n * interval '1 hour'
             from generate_series(1, 12000) n;
             analyze projects;",
        )
        .execute(world.services.pool())
        .await
        .expect("many projects");
        sqlx::raw_sql(
            "with owners as (
               insert into users (id, name, email)
               select gen_random_uuid(), 'Owner ' || n, n || '@example.com' from generate_series(1, 60000) n
               returning id, email)
             insert into projects (id, name, description, project_type, created_by, created_at)
             select gen_random_uuid(), 'own-' || email, 'x', 'personal', id, now() - random() * interval '1 year' from owners;
             analyze projects;",
        )
        .execute(world.services.pool())
        .await
        .expect("five times as many personal projects");
        let term = |raw| Some(SearchTerm::parse(raw).expect("a term"));
        let middle =
            |key: &str| Some(Cursor { direction: Direction::After, key: Some(key.to_owned()), id: Uuid::from_u128(7) });
        let by = |order, descending| ListQuery { order, descending, ..ListQuery::default() };
        let from = |key, order, descending| ListQuery {
            slice: Slice::at(middle(key), PageSize::default()),
            ..by(order, descending)
        };
        let narrowed = |filter, order| ListQuery { filter, ..by(order, false) };
        let found = |raw| ProjectFilter { search: term(raw), ..ProjectFilter::default() };
        let of = |kind| ProjectFilter { kind: Some(kind), ..ProjectFilter::default() };
        let without_admin = ProjectFilter { state: Some(ProjectState::WithoutAdmin), ..ProjectFilter::default() };
        for (query, index) in [
            (by(ProjectSort::Name, false), "projects_in_order"),
            (by(ProjectSort::Name, true), "projects_in_order"),
            (by(ProjectSort::TechnicalName, false), "projects_by_technical_name"),
            (from("project-7", ProjectSort::Name, false), "projects_in_order"),
            (by(ProjectSort::Created, true), "projects_by_created"),
            (from("2026-01-01T00:00:00Z", ProjectSort::Created, false), "projects_by_created"),
            (narrowed(without_admin, ProjectSort::Name), "_in_order"),
            (narrowed(of(ProjectKind::Shared), ProjectSort::Name), "using projects_by_type_in_order"),
            (narrowed(of(ProjectKind::Personal), ProjectSort::Name), "_in_order"),
            (narrowed(of(ProjectKind::Shared), ProjectSort::Created), "using projects_by_type_and_creation"),
            (narrowed(of(ProjectKind::Personal), ProjectSort::Created), "using projects_by_"),
            (
                ListQuery { filter: of(ProjectKind::Shared), ..from("project-7", ProjectSort::Name, true) },
                "using projects_by_type_in_order",
            ),
            (
                ListQuery {
                    filter: of(ProjectKind::Personal),
                    ..from("2026-01-01T00:00:00Z", ProjectSort::Created, true)
                },
                "using projects_by_",
            ),
            (narrowed(found("project"), ProjectSort::Name), "projects_in_order"),
            (narrowed(found("number 11999"), ProjectSort::Created), "projects_pkey"),
        ] {
            let services = &world.services;
            let ProjectFilter { search, kind, usage, .. } = &query.filter;
            let hits = Hits::of_projects(services, search.as_ref(), *kind, *usage).await.expect("hits");
            let scope = ReadScope::<ViewProject>::of(&root).expect("an admin");
            let spend = ReadScope::ALL;
            let list = Projects { services, actor: &root.actor, scope, spend, query: &query, hits, for_api: false };
            let plan = world.generic_plan(&mut list.statement()).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan on projects"), "{query:?}\n{plan}");
        }
    }
}
