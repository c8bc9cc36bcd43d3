//! Users as SQL.

use super::{Membership, User, UserFilter, mark_default};
use crate::Services;
use crate::actor::{project_role, user_kind};
use crate::error::Error;
use crate::keyset::{SortKey, time_key};
use crate::listing::{List, ListQuery};
use crate::projects::stored_name;
use crate::search::Hits;
use crate::views::ReadScope;
use crate::views::usage::{AssignedRow, with_defaults};
use domain::count::MAX_EXACT_COUNT;
use domain::id::UserId;
use domain::permission::ViewUsers;
use domain::role::PlatformRole;
use domain::user::{ProjectChip, UserSort, UserStatus};
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// The list.
pub(super) struct Users<'a> {
    pub(super) scope: &'a ReadScope<ViewUsers>,
    pub(super) query: &'a ListQuery<UserFilter, UserSort>,
    pub(super) hits: Hits,
    pub(super) now: OffsetDateTime,
    pub(super) for_api: bool,
}

impl List for Users<'_> {
    type Row = Row;
    type Filter = UserFilter;
    type Order = UserSort;
    const TABLE: &'static str = "users";
    const ALIAS: &'static str = "u";

    fn query(&self) -> &ListQuery<UserFilter, UserSort> {
        self.query
    }

    fn has_total(&self) -> bool {
        self.for_api
    }

    fn is_narrowed(&self) -> bool {
        self.query.filter.is_narrowed() || !self.scope.is_all()
    }

    fn hits(&self) -> &Hits {
        &self.hits
    }

    fn sort_key(order: UserSort) -> SortKey {
        match order {
            UserSort::Name => SortKey::text("u.name collate name_order"),
            UserSort::LastSignIn => SortKey::time("coalesce(u.last_sign_in_at, timestamptz '-infinity')"),
            UserSort::Created => SortKey::time("u.created_at"),
        }
    }

    fn place(row: &Row, order: UserSort) -> (Option<String>, Uuid) {
        let key = match order {
            UserSort::Name => Some(row.name.clone()),
            UserSort::LastSignIn => time_key(row.last_sign_in_at),
            UserSort::Created => time_key(Some(row.created_at)),
        };
        (key, row.id)
    }

    fn push_columns(&self, sql: &mut QueryBuilder<Postgres>) {
        push_columns(sql, self.for_api);
    }

    fn push_condition(&self, sql: &mut QueryBuilder<Postgres>) {
        self.query.filter.push(sql, self.scope, self.now);
        self.scope.push_users(sql);
    }

    fn push_joins(&self, sql: &mut QueryBuilder<Postgres>) {
        push_joins(sql, self.scope, self.for_api);
    }
}

pub(super) fn push_columns(sql: &mut QueryBuilder<Postgres>, for_api: bool) {
    sql.push(
        "u.id, coalesce(u.username, u.email) as username, u.email,
         coalesce(u.email_verified, u.auth_source = 'local') as email_verified, u.name, u.user_type, u.is_admin,
         u.is_maintainer, u.is_auditor, u.is_active, u.locked_until, u.auth_source, u.project_limit, u.last_sign_in_at,
         u.created_at, u.updated_at, u.version,",
    );
    sql.push(" coalesce(b.budgets, '[]') as budgets,");
    sql.push(if for_api {
        " coalesce(p.projects, '[]') as projects"
    } else {
        " default_budgets(u.id) as defaults, c.project_count, coalesce(c.names, '{}') as project_names,
          coalesce(c.titles, '{}') as project_titles, coalesce(c.admins, '{}') as project_admins"
    });
}

/// Appends the budgets of each user `u`, and the chips or for `/v1` the projects in the scope.
pub(super) fn push_joins(sql: &mut QueryBuilder<Postgres>, scope: &ReadScope<ViewUsers>, for_api: bool) {
    sql.push(
        " cross join lateral (
           select json_agg(assigned_budget(b, null, a.created_at, latest) order by b.category) as budgets
           from user_budgets a join budgets b on b.id = a.budget_id
           left join lateral latest_user_window(a.user_id, a.category) latest on true
           where a.user_id = u.id",
    );
    scope.push_budgets(sql);
    sql.push(") b");
    if !for_api {
        sql.push(format_args!(
            " cross join lateral (
            select count(*) as project_count,
                   (array_agg(p.name order by p.is_project_admin desc, p.title collate name_order, p.id))[1:4] as names,
                   (array_agg(p.title order by p.is_project_admin desc, p.title collate name_order, p.id))[1:4] as titles,
                   (array_agg(p.is_project_admin order by p.is_project_admin desc, p.title collate name_order, p.id))[1:4] as admins
            from (select p.id, p.name, p.title, m.is_project_admin
                  from user_projects m
                  join projects p on p.id = m.project_id and p.deleted_at is null and p.project_type = 'shared'
                  where m.user_id = u.id limit {}) p) c",
            MAX_EXACT_COUNT + 1
        ));
        return;
    }
    sql.push(
        " cross join lateral (
           select json_agg(json_build_object('name', p.name, 'display_name', p.display_name,
                    'is_personal', p.project_type = 'personal', 'is_default', m.project_id = d.project_id, 'is_project_admin', m.is_project_admin,
                    'since', m.created_at) order by p.name collate name_order, p.id) as projects
           from user_projects m join projects p on p.id = m.project_id and p.deleted_at is null
           left join lateral (select project_id from default_projects where user_id = u.id) d on true
           where m.user_id = u.id",
    );
    scope.push(sql, "m.project_id");
    sql.push(") p");
}

/// A user as it is selected; the arrays are the chips.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
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
    locked_until: Option<OffsetDateTime>,
    auth_source: String,
    project_limit: Option<i32>,
    last_sign_in_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    version: i64,
    #[sqlx(default)]
    project_count: i64,
    #[sqlx(default)]
    project_names: Vec<String>,
    #[sqlx(default)]
    project_titles: Vec<String>,
    #[sqlx(default)]
    project_admins: Vec<bool>,
    #[sqlx(default)]
    projects: Json<Vec<Membership>>,
    #[sqlx(default)]
    budgets: Json<Vec<AssignedRow>>,
    /// Those of the categories without an own budget; read for pages alone.
    #[sqlx(default)]
    defaults: Json<Vec<AssignedRow>>,
}

impl Row {
    pub(super) fn read(
        mut self,
        services: &Services,
        scope: &ReadScope<ViewUsers>,
        now: OffsetDateTime,
    ) -> Result<User, Error> {
        let kind = user_kind(&self.user_type)?;
        mark_default(services, kind, &mut self.projects.0, scope.is_all());
        let chips = self.project_names.iter().zip(self.project_titles).zip(self.project_admins);
        let chips = chips.map(|((name, title), is_admin)| {
            Ok::<_, Error>(ProjectChip { name: stored_name(name)?, title, role: project_role(false, is_admin) })
        });
        let own = self.budgets.0.into_iter().map(|budget| budget.read(now, true)).collect::<Result<_, _>>()?;
        Ok(User {
            id: UserId(self.id),
            username: self.username,
            email: self.email,
            email_verified: self.email_verified,
            kind,
            role: PlatformRole::from_flags(self.is_maintainer, self.is_admin, self.is_auditor),
            status: UserStatus::at(now, self.is_active, self.locked_until, self.last_sign_in_at),
            auth_source: self.auth_source,
            project_limit: self.project_limit,
            last_sign_in_at: self.last_sign_in_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            version: self.version,
            chips: chips.collect::<Result<_, _>>()?,
            project_count: self.project_count,
            projects: self.projects.0,
            budgets: if self.defaults.0.is_empty() { own } else { with_defaults(own, self.defaults.0, now)? },
            name: self.name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::Slice;
    use crate::testing::World;
    use domain::page::{Cursor, Direction, PageSize};
    use domain::text::SearchTerm;
    use domain::user::UserKind;

    type Query = ListQuery<UserFilter, UserSort>;

    fn by(order: UserSort) -> Query {
        ListQuery { order, ..ListQuery::default() }
    }

    fn from(key: &str, query: Query) -> Query {
        let cursor = Cursor { direction: Direction::After, key: Some(key.to_owned()), id: Uuid::from_u128(7) };
        ListQuery { slice: Slice::at(Some(cursor), PageSize::default()), ..query }
    }

    fn with(filter: UserFilter, query: Query) -> Query {
        ListQuery { filter, ..query }
    }

    /// The statement of a page of the console.
    async fn statement(world: &World, query: &Query) -> QueryBuilder<Postgres> {
        let (services, scope) = (&world.services, &ReadScope::ALL);
        let hits =
            Hits::of_people(services, query.filter.search.as_ref(), None, query.filter.usage).await.expect("hits");
        Users { scope, query, hits, now: services.clock.now(), for_api: false }.statement()
    }

    /// The plan of a page of the console, whatever the parameters are.
    async fn plan(world: &World, query: &Query) -> String {
        world.generic_plan(&mut statement(world, query).await).await
    }

    /// Thirty thousand people; every hundredth holds a role or is deactivated.
    async fn crowd() -> World {
        let world = World::create().await;
        sqlx::raw_sql(
            "insert into users (id, name, email, is_admin, is_active, last_sign_in_at, created_at)
             select gen_random_uuid(), 'Person ' || md5(n::text), n || '@example.com', n % 200 = 0, n % 200 <> 100,
                    now() - n * interval '1 minute', now() - n * interval '1 hour'
             from generate_series(1, 30000) n;
             analyze users;",
        )
        .execute(world.services.pool())
        .await
        .expect("a crowd");
        world
    }

    #[tokio::test]
    async fn no_page_reads_the_whole_table_even_with_a_generic_plan() {
        let world = crowd().await;
        let found = |raw| UserFilter { search: SearchTerm::parse(raw).ok(), ..UserFilter::default() };
        let role = |role| UserFilter { role: Some(role), ..UserFilter::default() };
        let status = |status| UserFilter { status: Some(status), ..UserFilter::default() };
        let pages = [
            (by(UserSort::Name), "users_in_order"),
            (from("Person 7", by(UserSort::Name)), "users_in_order"),
            (by(UserSort::Created), "users_by_created"),
            (from("2026-01-01T00:00:00Z", by(UserSort::Created)), "users_by_created"),
            (Query { descending: true, ..by(UserSort::LastSignIn) }, "users_by_last_sign_in"),
            (with(found("person"), by(UserSort::Name)), "users_in_order"),
            (with(found("person"), by(UserSort::Created)), "users_by_created"),
            (with(found("29999@"), by(UserSort::Name)), "users_pkey"),
            (with(found("29999@"), by(UserSort::Created)), "users_pkey"),
            (with(role(PlatformRole::Admin), by(UserSort::Name)), "users_privileged"),
            (with(status(UserStatus::Deactivated), by(UserSort::Name)), "users_inactive"),
            (with(status(UserStatus::Locked), by(UserSort::Name)), "users_locked"),
        ];
        for (query, index) in pages {
            let plan = world.executed_plan(&mut statement(&world, &query).await).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan on users"), "{query:?}\n{plan}");
        }
    }

    #[tokio::test]
    async fn no_combination_of_filter_order_and_place_reads_the_whole_table_with_a_generic_plan() {
        let world = crowd().await;
        let filters =
            PlatformRole::ALL.iter().copied().map(Some).chain([None]).flat_map(|role| {
                UserStatus::ALL.iter().copied().map(Some).chain([None]).map(move |status| (role, status))
            });
        for (role, status) in filters {
            for sort in UserSort::ALL {
                let key = if sort == UserSort::Name { "Person 7" } else { "2026-01-01T00:00:00Z" };
                let first = with(UserFilter { role, status, ..UserFilter::default() }, by(sort));
                for query in [first.clone(), Query { descending: true, ..first.clone() }, from(key, first)] {
                    let plan = plan(&world, &query).await;
                    assert!(!plan.contains("Seq Scan on users"), "{query:?}\n{plan}");
                }
            }
        }
    }

    /// Where an order hides the rows asked for at its end, it must not be walked: the index holds them alone.
    #[tokio::test]
    async fn a_state_is_found_in_every_order_through_an_index_of_its_own() {
        let world = crowd().await;
        for (status, sort, index) in [
            (UserStatus::Deactivated, UserSort::Name, "users_inactive"),
            (UserStatus::Deactivated, UserSort::Created, "users_inactive"),
            (UserStatus::Deactivated, UserSort::LastSignIn, "users_inactive"),
            (UserStatus::NeverSignedIn, UserSort::Name, "users_never_signed_in"),
            (UserStatus::NeverSignedIn, UserSort::Created, "users_never_signed_in"),
            (UserStatus::NeverSignedIn, UserSort::LastSignIn, "users_"),
        ] {
            for descending in [false, true] {
                let filter = UserFilter { status: Some(status), ..UserFilter::default() };
                let query = Query { descending, ..with(filter, by(sort)) };
                let plan = plan(&world, &query).await;
                assert!(plan.contains(index) && !plan.contains("Seq Scan on users"), "{query:?}\n{plan}");
            }
        }
    }

    #[tokio::test]
    async fn external_users_are_found_in_every_order_through_an_index_of_their_own() {
        let world = crowd().await;
        sqlx::raw_sql("update users set user_type = 'external' where email like '%77@example.com'; analyze users;")
            .execute(world.services.pool())
            .await
            .expect("three hundred external users");
        for (order, index) in [
            (UserSort::Name, "using users_external_in_order"),
            (UserSort::Created, "using users_external_by_created"),
            (UserSort::LastSignIn, "using users_external_by_last_sign_in"),
        ] {
            let filter = UserFilter { kind: Some(UserKind::External), ..UserFilter::default() };
            let first = with(filter, by(order));
            let key = if order == UserSort::Name { "Person 7" } else { "2026-01-01T00:00:00Z" };
            for query in [first.clone(), Query { descending: true, ..first.clone() }, from(key, first)] {
                let plan = plan(&world, &query).await;
                assert!(plan.contains(index) && !plan.contains("Seq Scan on users"), "{query:?}\n{plan}");
            }
        }
    }

    /// As many as make walking the order of all users seem cheap.
    #[tokio::test]
    async fn a_role_is_found_in_every_order_through_an_index_of_its_own() {
        let world = crowd().await;
        sqlx::raw_sql("update users set is_admin = true where email like '%7@example.com'; analyze users;")
            .execute(world.services.pool())
            .await
            .expect("three thousand admins");
        for (sort, index) in [
            (UserSort::Name, "using users_privileged_in_order "),
            (UserSort::Created, "using users_privileged_by_created "),
            (UserSort::LastSignIn, "using users_privileged_by_last_sign_in "),
        ] {
            let filter = UserFilter { role: Some(PlatformRole::Admin), ..UserFilter::default() };
            let query = with(filter, by(sort));
            let plan = plan(&world, &query).await;
            assert!(plan.contains(index), "{query:?}\n{plan}");
        }
    }

    #[tokio::test]
    async fn search_with_late_hits_reads_a_bounded_part_of_every_order() {
        let world = crowd().await;
        sqlx::raw_sql(
            "update users set name = 'Zz ' || email where last_sign_in_at < now() - interval '10000 minutes'",
        )
        .execute(world.services.pool())
        .await
        .expect("20,000 users who come last by name and by last sign-in");
        let search = Some(SearchTerm::parse("zz").expect("a term"));
        let filter = UserFilter { search, ..UserFilter::default() };
        for (order, descending, index) in [
            (UserSort::Name, false, "users_in_order"),
            (UserSort::LastSignIn, true, "users_by_last_sign_in"),
            (UserSort::Created, true, "users_by_created"),
        ] {
            let query = Query { descending, ..with(filter.clone(), by(order)) };
            let read = world.rows_read(&mut statement(&world, &query).await, index).await;
            assert!(read.scans > 0 && read.rows < 7_000, "{order:?}: {read:?}");
        }
    }
}
