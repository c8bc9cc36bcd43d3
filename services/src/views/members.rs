//! A page of a project's members.

use crate::Services;
use crate::actor;
use crate::error::Error;
use crate::keyset::{Keyset, SortKey};
use crate::search::{FEW, Hits, Inline, SearchedPage, push_anywhere};
use domain::id::{ProjectId, UserId};
use domain::page::Page;
use domain::project::{MemberQuery, ProjectFacts};
use domain::text::SearchTerm;
use domain::user::UserStatus;
use domain::view::Member;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

/// Members by name. One statement; the caller has checked that the project may be seen.
pub(super) async fn page(
    services: &Services,
    project: &ProjectFacts,
    query: &MemberQuery,
) -> Result<Page<Member>, Error> {
    let keyset = Keyset::new(SortKey::text("u.name collate name_order"), "u", false, query.size, query.cursor.as_ref());
    let mut statement = statement(project, query, &keyset);
    // A search is not kept as a prepared statement, so that its plan knows the term.
    let rows = statement.build_query_as().persistent(query.search.is_none()).fetch_all(&services.pool).await?;
    let page = keyset.page(rows, |row: &Row| (Some(row.name.clone()), row.id));
    let now = services.clock.now();
    let rows = page.rows.into_iter().map(|row| row.read(now)).collect::<Result<_, _>>()?;
    Ok(Page { rows, previous: page.previous, next: page.next })
}

fn statement(project: &ProjectFacts, query: &MemberQuery, keyset: &Keyset<'_>) -> QueryBuilder<Postgres> {
    let is_large = usize::try_from(project.member_count).is_ok_and(|count| count > FEW);
    match &query.search {
        Some(term) if is_large => found_among_many(project, query, term, keyset),
        search => {
            let mut sql = QueryBuilder::default();
            push_page(&mut sql, project.id, keyset, |sql| {
                if is_large {
                    with_page(keyset, |page| Hits::of_large_project(&project.name).push_page(sql, page));
                } else {
                    push_few(sql, project.id, search.as_ref());
                }
            });
            sql
        }
    }
}

/// Both pages are asked for, that of few hits and that of many, and one of them has rows.
fn found_among_many(
    project: &ProjectFacts,
    query: &MemberQuery,
    term: &SearchTerm,
    keyset: &Keyset<'_>,
) -> QueryBuilder<Postgres> {
    let search = Inline::of_people(term, &project.name);
    let mut sql = search.statement();
    sql.push("select * from ((");
    push_page(&mut sql, project.id, keyset, |sql| {
        sql.push("select u.* from users u where true");
        Inline::push_few(sql, "u");
    });
    sql.push(") union all (");
    push_page(&mut sql, project.id, keyset, |sql| with_page(keyset, |page| search.push_many(sql, page)));
    sql.push(")) found");
    Keyset::new(SortKey::text("found.name collate name_order"), "found", false, query.size, query.cursor.as_ref())
        .push_order(&mut sql);
    sql
}

/// A page of all users in the order of members, to be searched.
fn with_page(keyset: &Keyset<'_>, push: impl FnOnce(&SearchedPage<'_>)) {
    push(&SearchedPage {
        alias: "u",
        push_rows: &|sql| {
            sql.push(" from users u where true");
            keyset.push_condition(sql);
        },
        push_order: &|sql| keyset.push_order(sql),
        limit: keyset.limit(),
        offset: 0,
    });
}

/// Appends a page of the members among the users that `push_users` selects.
fn push_page(
    sql: &mut QueryBuilder<Postgres>,
    project: ProjectId,
    keyset: &Keyset<'_>,
    push_users: impl FnOnce(&mut QueryBuilder<Postgres>),
) {
    sql.push(
        "select u.id, u.name, u.email, coalesce(u.email_verified, u.auth_source = 'local') as email_verified, u.user_type, u.is_active, u.locked_until, u.last_sign_in_at, m.is_project_admin,
                m.is_project_admin and u.is_active and p.project_type = 'shared' and not exists (
                  select from user_projects o join users a on a.id = o.user_id
                  where o.project_id = p.id and o.user_id <> u.id and o.is_project_admin and a.is_active) as is_only_admin,
                p.project_type = 'personal' as is_personal, p.created_by is not distinct from u.id as is_creator,
                (select g.name from users g where g.id = m.granted_by) as granted_by, m.created_at as since
         from projects p cross join (",
    );
    push_users(sql);
    sql.push(
        ") u
         cross join lateral (select * from user_projects m where m.user_id = u.id and m.project_id = p.id offset 0) m
         where p.id = ",
    );
    sql.push_bind(project.0);
    keyset.push_condition(sql);
    keyset.push_order(sql);
    keyset.push_limit(sql);
}

/// Begins at the members: as a list of ids, because the order by name would seem cheaper to walk.
fn push_few(sql: &mut QueryBuilder<Postgres>, project: ProjectId, search: Option<&SearchTerm>) {
    sql.push(
        "select u.* from users u where u.id = any(array(select f.user_id from user_projects f where f.project_id = ",
    );
    sql.push_bind(project.0).push("))");
    if let Some(term) = search {
        push_anywhere(sql, "u", term);
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    email: String,
    email_verified: bool,
    user_type: String,
    is_active: bool,
    locked_until: Option<OffsetDateTime>,
    last_sign_in_at: Option<OffsetDateTime>,
    is_project_admin: bool,
    is_only_admin: bool,
    is_personal: bool,
    is_creator: bool,
    granted_by: Option<String>,
    since: OffsetDateTime,
}

impl Row {
    fn read(self, now: OffsetDateTime) -> Result<Member, Error> {
        Ok(Member {
            kind: actor::user_kind(&self.user_type)?,
            status: UserStatus::at(now, self.is_active, self.locked_until, self.last_sign_in_at),
            user_id: UserId(self.id),
            name: self.name,
            email: self.email,
            email_verified: self.email_verified,
            role: actor::project_role(self.is_personal, self.is_project_admin),
            is_only_admin: self.is_only_admin,
            is_creator: self.is_creator,
            granted_by: self.granted_by,
            since: self.since,
        })
    }
}
