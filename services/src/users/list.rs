//! The list of people: keyset-paged, filtered, with project chips; two statements at most.

use super::status;
use crate::Services;
use crate::actor::{project_role, user_kind};
use crate::error::Error;
use crate::guard::Can;
use crate::keyset::{Keyset, SortKey, time_key};
use crate::projects::stored_name;
use crate::search::Hits;
use domain::id::UserId;
use domain::page::Page;
use domain::permission::ViewUsers;
use domain::role::PlatformRole;
use domain::user::{ProjectChip, UserQuery, UserRow, UserSort, UserStatus};
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// One page of the list.
///
/// # Errors
/// The database failed.
pub async fn list(services: &Services, _can: &Can<ViewUsers>, query: &UserQuery) -> Result<Page<UserRow>, Error> {
    let now = services.clock.now();
    let hits = Hits::of_people(services, query.search.as_ref(), query.project.as_ref()).await?;
    let keyset = keyset(query);
    let rows: Vec<Row> = statement(query, &keyset, &hits, now).build_query_as().fetch_all(&services.pool).await?;
    let page = keyset.page(rows, |row| (row.key(query.sort), row.id));
    let rows = page.rows.into_iter().map(|row| row.read(now)).collect::<Result<_, _>>()?;
    Ok(Page { rows, previous: page.previous, next: page.next })
}

/// A person as the statement selects it; the arrays are the chips.
#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    email: String,
    email_verified: bool,
    user_type: String,
    is_admin: bool,
    is_maintainer: bool,
    is_auditor: bool,
    is_active: bool,
    locked_until: Option<OffsetDateTime>,
    last_sign_in_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    project_count: i64,
    project_names: Vec<String>,
    project_titles: Vec<String>,
    project_admins: Vec<bool>,
}

impl Row {
    fn key(&self, sort: UserSort) -> Option<String> {
        match sort {
            UserSort::Name => Some(self.name.clone()),
            UserSort::LastSignIn => time_key(self.last_sign_in_at),
            UserSort::Created => time_key(Some(self.created_at)),
        }
    }

    fn read(self, now: OffsetDateTime) -> Result<UserRow, Error> {
        let chips = self.project_names.iter().zip(self.project_titles).zip(self.project_admins);
        Ok(UserRow {
            id: UserId(self.id),
            kind: user_kind(&self.user_type)?,
            status: status(self.is_active, self.locked_until, self.last_sign_in_at, now),
            role: PlatformRole::from_flags(self.is_maintainer, self.is_admin, self.is_auditor),
            projects: chips
                .map(|((name, title), is_admin)| {
                    Ok(ProjectChip { name: stored_name(name)?, title, role: project_role(false, is_admin) })
                })
                .collect::<Result<_, Error>>()?,
            project_count: self.project_count,
            name: self.name,
            email: self.email,
            email_verified: self.email_verified,
            last_sign_in_at: self.last_sign_in_at,
            created_at: self.created_at,
        })
    }
}

fn keyset(query: &UserQuery) -> Keyset<'_> {
    let sort = match query.sort {
        UserSort::Name => SortKey::text("u.name collate name_order"),
        UserSort::LastSignIn => SortKey::time("coalesce(u.last_sign_in_at, timestamptz '-infinity')"),
        UserSort::Created => SortKey::time("u.created_at"),
    };
    Keyset::new(sort, "u", query.descending, query.size, query.cursor.as_ref())
}

/// The page first, then the chips of its rows alone.
fn statement(query: &UserQuery, keyset: &Keyset<'_>, hits: &Hits, now: OffsetDateTime) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(
        "select u.*, c.project_count,
                coalesce(c.names, '{}') as project_names, coalesce(c.titles, '{}') as project_titles,
                coalesce(c.admins, '{}') as project_admins
         from (select u.id, u.name, u.email, coalesce(u.email_verified, u.auth_source = 'local') as email_verified,
                      u.user_type, u.is_admin, u.is_maintainer, u.is_auditor, u.is_active,
                      u.locked_until, u.last_sign_in_at, u.created_at
               from users u where true",
    );
    hits.push_condition(&mut sql, "u");
    push_filters(&mut sql, query, now);
    keyset.push_condition(&mut sql);
    keyset.push_order(&mut sql);
    keyset.push_limit(&mut sql);
    sql.push(
        ") u cross join lateral (
           select count(*) as project_count,
                  (array_agg(p.name order by m.is_project_admin desc, p.title collate name_order, p.id))[1:4] as names,
                  (array_agg(p.title order by m.is_project_admin desc, p.title collate name_order, p.id))[1:4] as titles,
                  (array_agg(m.is_project_admin order by m.is_project_admin desc, p.title collate name_order, p.id))[1:4] as admins
           from user_projects m
           join projects p on p.id = m.project_id and p.deleted_at is null and p.project_type = 'shared'
           where m.user_id = u.id
         ) c",
    );
    keyset.push_order(&mut sql);
    sql
}

/// Whether the last token says something else than what is stored, in the sense of [`domain::drift::differences`].
const DIFFERS: &str = "exists (
    select from user_identities i cross join lateral (
      select coalesce(array_agg(lower(p.name) order by lower(p.name)), '{}') as names,
             coalesce(array_agg(lower(p.name) order by lower(p.name)) filter (where m.is_project_admin), '{}') as admins
      from user_projects m join projects p on p.id = m.project_id
      where m.user_id = i.user_id and p.deleted_at is null and p.project_type = 'shared') s
    where i.user_id = u.id
      and (i.claimed_role, i.claimed_type, i.claimed_projects, i.claimed_admin_of) is distinct from
          (case when u.is_admin then 'admin' else 'user' end, u.user_type, s.names, s.admins))";

fn push_filters(sql: &mut QueryBuilder<Postgres>, query: &UserQuery, now: OffsetDateTime) {
    if query.differs {
        sql.push(" and ").push(DIFFERS);
    }
    // In the words of the partial indexes.
    sql.push(match query.role {
        None => "",
        Some(PlatformRole::Maintainer) => " and (u.is_admin or u.is_auditor) and u.is_maintainer",
        Some(PlatformRole::Admin) => " and (u.is_admin or u.is_auditor) and u.is_admin and not u.is_maintainer",
        Some(PlatformRole::Auditor) => " and (u.is_admin or u.is_auditor) and not u.is_admin",
        Some(PlatformRole::User) => " and not u.is_admin and not u.is_auditor",
    });
    let Some(status) = query.status else { return };
    if status == UserStatus::Deactivated {
        sql.push(" and not u.is_active");
        return;
    }
    sql.push(" and u.is_active");
    if status == UserStatus::Locked {
        // As a list of ids: without a look at the time, half of all people seem to be locked, and the order is walked.
        sql.push(" and u.id = any(array(select l.id from users l where l.locked_until > ").push_bind(now).push("))");
        return;
    }
    sql.push(" and (u.locked_until is null or u.locked_until <= ").push_bind(now).push(")");
    // Said a second time in the words of the index by last sign-in, where those who never did stand in one place.
    sql.push(if status == UserStatus::NeverSignedIn {
        " and u.last_sign_in_at is null and coalesce(u.last_sign_in_at, timestamptz '-infinity') = timestamptz '-infinity'"
    } else {
        " and u.last_sign_in_at is not null and coalesce(u.last_sign_in_at, timestamptz '-infinity') > timestamptz '-infinity'"
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use domain::page::{Cursor, Direction};
    use domain::text::SearchTerm;

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
        let term = |raw| Some(SearchTerm::parse(raw).expect("a term"));
        let middle =
            |key: &str| Some(Cursor { direction: Direction::After, key: Some(key.to_owned()), id: Uuid::from_u128(7) });
        let by = |sort| UserQuery { sort, ..UserQuery::default() };
        let pages = [
            (by(UserSort::Name), "users_in_order"),
            (UserQuery { cursor: middle("Person 7"), ..by(UserSort::Name) }, "users_in_order"),
            (by(UserSort::Created), "users_by_created"),
            (UserQuery { cursor: middle("2026-01-01T00:00:00Z"), ..by(UserSort::Created) }, "users_by_created"),
            (UserQuery { descending: true, ..by(UserSort::LastSignIn) }, "users_by_last_sign_in"),
            (UserQuery { search: term("person"), ..by(UserSort::Name) }, "users_in_order"),
            (UserQuery { search: term("person"), ..by(UserSort::Created) }, "users_by_created"),
            (UserQuery { search: term("29999@"), ..by(UserSort::Name) }, "users_pkey"),
            (UserQuery { search: term("29999@"), ..by(UserSort::Created) }, "users_pkey"),
            (UserQuery { role: Some(PlatformRole::Admin), ..by(UserSort::Name) }, "users_privileged"),
            (UserQuery { status: Some(UserStatus::Deactivated), ..by(UserSort::Name) }, "users_inactive"),
            (UserQuery { status: Some(UserStatus::Locked), ..by(UserSort::Name) }, "users_locked"),
        ];
        for (query, index) in pages {
            let hits = Hits::of_people(&world.services, query.search.as_ref(), None).await.expect("hits");
            let plan =
                world.generic_plan(&mut statement(&query, &keyset(&query), &hits, world.services.clock.now())).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan on users"), "{query:?}\n{plan}");
        }
    }

    #[tokio::test]
    async fn no_combination_of_filter_order_and_place_reads_the_whole_table_with_a_generic_plan() {
        let world = crowd().await;
        let now = world.services.clock.now();
        let filters =
            PlatformRole::ALL.iter().copied().map(Some).chain([None]).flat_map(|role| {
                UserStatus::ALL.iter().copied().map(Some).chain([None]).map(move |status| (role, status))
            });
        for (role, status) in filters {
            for sort in UserSort::ALL {
                let key = if sort == UserSort::Name { "Person 7" } else { "2026-01-01T00:00:00Z" };
                let place = Cursor { direction: Direction::After, key: Some(key.to_owned()), id: Uuid::from_u128(7) };
                for (descending, cursor) in [(false, None), (true, None), (false, Some(place))] {
                    let query = UserQuery { role, status, sort, descending, cursor, ..UserQuery::default() };
                    let plan = world.generic_plan(&mut statement(&query, &keyset(&query), &Hits::All, now)).await;
                    assert!(!plan.contains("Seq Scan on users"), "{query:?}\n{plan}");
                }
            }
        }
    }

    /// Where an order hides the rows asked for at its end, it must not be walked: the index holds them alone.
    #[tokio::test]
    async fn a_state_is_found_in_every_order_through_an_index_of_its_own() {
        let world = crowd().await;
        let now = world.services.clock.now();
        for (status, sort, index) in [
            (UserStatus::Deactivated, UserSort::Name, "users_inactive"),
            (UserStatus::Deactivated, UserSort::Created, "users_inactive"),
            (UserStatus::Deactivated, UserSort::LastSignIn, "users_inactive"),
            (UserStatus::NeverSignedIn, UserSort::Name, "users_never_signed_in"),
            (UserStatus::NeverSignedIn, UserSort::Created, "users_never_signed_in"),
            (UserStatus::NeverSignedIn, UserSort::LastSignIn, "users_"),
        ] {
            for descending in [false, true] {
                let query = UserQuery { status: Some(status), sort, descending, ..UserQuery::default() };
                let plan = world.generic_plan(&mut statement(&query, &keyset(&query), &Hits::All, now)).await;
                assert!(plan.contains(index) && !plan.contains("Seq Scan on users"), "{query:?}\n{plan}");
            }
        }
    }

    /// As many as make walking the order of everybody seem cheap.
    #[tokio::test]
    async fn a_role_is_found_in_every_order_through_an_index_of_its_own() {
        let world = crowd().await;
        sqlx::raw_sql("update users set is_admin = true where email like '%7@example.com'; analyze users;")
            .execute(world.services.pool())
            .await
            .expect("three thousand admins");
        let now = world.services.clock.now();
        for (sort, index) in [
            (UserSort::Name, "using users_privileged_in_order "),
            (UserSort::Created, "using users_privileged_by_created "),
            (UserSort::LastSignIn, "using users_privileged_by_last_sign_in "),
        ] {
            let query = UserQuery { role: Some(PlatformRole::Admin), sort, ..UserQuery::default() };
            let plan = world.generic_plan(&mut statement(&query, &keyset(&query), &Hits::All, now)).await;
            assert!(plan.contains(index), "{query:?}\n{plan}");
        }
    }
}
