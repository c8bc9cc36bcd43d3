//! Suggestions of search fields: at most [`MAX_SUGGESTIONS`] projects, users or budgets that match a term, what it names
//! exactly first. Without a term they are the first ones by name.
//!
//! Two statements with a term (see [`crate::search`]), one without.

use crate::Services;
use crate::budgets::stored::{limits, period};
use crate::budgets::switched_on;
use crate::error::Error;
use crate::guard::{Caller, Can};
use crate::search::{Hits, Searched, SearchedPage};
use domain::actor::Target;
use domain::budget::Category;
use domain::id::{BudgetId, UserId};
use domain::mode::Mode;
use domain::permission::{FindUsers, ManageBudgets, Permission, ViewBudgets, ViewUsers};
use domain::suggestion::{MAX_SUGGESTIONS, Suggestion, SuggestionKind};
use domain::text::SearchTerm;
use rust_decimal::Decimal;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Postgres, QueryBuilder};
use uuid::Uuid;

/// The shared projects that the caller sees.
///
/// # Errors
/// [`domain::error::Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn projects(
    services: &Services,
    caller: &Caller,
    term: Option<&SearchTerm>,
) -> Result<Vec<Suggestion>, Error> {
    find_projects(services, caller, Permission::ViewProject, term, None).await
}

/// The shared projects to which the caller may add a user; those that have the user as a member are marked.
///
/// # Errors
/// [`domain::error::Refusal::PasswordChangeDue`] until a one-time password was changed.
pub async fn projects_to_join(
    services: &Services,
    caller: &Caller,
    term: Option<&SearchTerm>,
    user: UserId,
) -> Result<Vec<Suggestion>, Error> {
    find_projects(services, caller, Permission::ManageMembers, term, Some(user)).await
}

async fn find_projects(
    services: &Services,
    caller: &Caller,
    permission: Permission,
    term: Option<&SearchTerm>,
    user: Option<UserId>,
) -> Result<Vec<Suggestion>, Error> {
    crate::projects::check_password_changed(caller)?;
    let actor = &caller.actor;
    let sees_all = actor.may(permission, Target::Platform);
    if actor.mode == Mode::Keycloak && sees_all && !term.is_some_and(SearchTerm::is_telling) {
        return Ok(Vec::new());
    }
    let ids: Option<Vec<_>> = (!sees_all).then(|| actor.projects_to(permission).map(|project| project.0).collect());
    let push_chosen = |sql: &mut QueryBuilder<Postgres>| match user {
        Some(user) => {
            sql.push("exists (select from user_projects m where m.project_id = p.id and m.user_id = ");
            sql.push_bind(user.0).push(")");
        }
        None => {
            sql.push("false");
        }
    };
    let push_condition = |sql: &mut QueryBuilder<Postgres>| {
        if let Some(ids) = &ids {
            sql.push(" and p.id = any(").push_bind(ids.clone()).push(")");
        }
    };
    find_texts(services, &PROJECTS, term, &push_chosen, &push_condition).await
}

/// Users, deactivated ones too.
///
/// # Errors
/// The database failed.
pub async fn users(
    services: &Services,
    _can: &Can<ViewUsers>,
    term: Option<&SearchTerm>,
) -> Result<Vec<Suggestion>, Error> {
    find_texts(services, &USERS, term, &push_false, &|_| {}).await
}

/// Active users to add to the project that the proof names; its members are marked. None for a term of fewer than three
/// characters, so that the whole list cannot be read letter by letter.
///
/// # Errors
/// The database failed.
pub async fn users_to_add(
    services: &Services,
    can: &Can<FindUsers>,
    term: Option<&SearchTerm>,
) -> Result<Vec<Suggestion>, Error> {
    if !term.is_some_and(SearchTerm::is_telling) {
        return Ok(Vec::new());
    }
    let project = crate::projects::of_proof(can)?;
    let push_chosen = |sql: &mut QueryBuilder<Postgres>| {
        sql.push("exists (select from user_projects m where m.user_id = u.id and m.project_id = ");
        sql.push_bind(project.0).push(")");
    };
    let push_condition = |sql: &mut QueryBuilder<Postgres>| {
        sql.push(" and u.is_active");
    };
    find_texts(services, &USERS, term, &push_chosen, &push_condition).await
}

/// Active users, or shared projects, to assign a budget to; those that have it are marked.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off.
pub async fn holders(
    services: &Services,
    _can: &Can<ManageBudgets>,
    term: Option<&SearchTerm>,
    kind: SuggestionKind,
    budget: BudgetId,
) -> Result<Vec<Suggestion>, Error> {
    switched_on(services)?;
    let (source, has_budget, condition) = match kind {
        SuggestionKind::User => (&USERS, "user_budgets a where a.user_id = u.id", " and u.is_active"),
        _ => (&PROJECTS, "project_budgets a where a.project_id = p.id", ""),
    };
    let push_chosen = |sql: &mut QueryBuilder<Postgres>| {
        sql.push(format_args!("exists (select from {has_budget} and a.budget_id = ")).push_bind(budget.0).push(")");
    };
    let push_condition = |sql: &mut QueryBuilder<Postgres>| {
        sql.push(condition);
    };
    find_texts(services, source, term, &push_chosen, &push_condition).await
}

/// Budgets, of one category or of all, with their hard limits.
///
/// # Errors
/// [`domain::error::Refusal::NotFound`] when budgets are switched off.
pub async fn budgets(
    services: &Services,
    _can: &Can<ViewBudgets>,
    term: Option<&SearchTerm>,
    category: Option<Category>,
) -> Result<Vec<Suggestion>, Error> {
    switched_on(services)?;
    let push_condition = |sql: &mut QueryBuilder<Postgres>| {
        if let Some(category) = category {
            sql.push(" and b.category = ").push_bind(category.key());
        }
    };
    let rows: Vec<(bool, bool, Uuid, String, Decimal, i32)> =
        find(services, &BUDGETS, term, &push_false, &push_condition).await?;
    let suggestion = |(is_chosen, is_exact, id, name, hard, minutes): (_, _, Uuid, _, _, _)| {
        let detail = format!("{} {}", limits(hard, hard)?.hard().exact(), period(minutes)?.in_words());
        Ok(Suggestion { value: id.to_string(), label: name, detail, is_chosen, is_exact })
    };
    rows.into_iter().map(suggestion).collect()
}

/// A kind of rows and how they are suggested.
struct Source {
    table: Searched,
    alias: &'static str,
    /// What a suggestion shows, after whether it is chosen and exact.
    columns: &'static str,
    name: &'static str,
    /// Unique without regard to case, with an index on its lower-case form.
    key: &'static str,
    rows: &'static str,
}

const PROJECTS: Source = Source {
    table: Searched::Projects,
    alias: "p",
    columns: "p.name as value, p.title as label, p.name as detail",
    name: "p.title",
    key: "p.name",
    rows: "projects p where p.deleted_at is null and p.project_type = 'shared'",
};

const USERS: Source = Source {
    table: Searched::Users,
    alias: "u",
    columns: "u.id::text as value, u.name as label,
              case when coalesce(u.email_verified, u.auth_source = 'local') then '' else 'Unverified: ' end || u.email
                || case when u.user_type = 'external' then ', external' else '' end
                || case when u.is_active then '' else ', deactivated' end as detail",
    name: "u.name",
    key: "u.email",
    rows: "users u where true",
};

const BUDGETS: Source = Source {
    table: Searched::Budgets,
    alias: "b",
    columns: "b.id as value, b.name as label, b.hard_limit, b.reset_minutes",
    name: "b.name",
    key: "b.name",
    rows: "budgets b where b.project_id is null",
};

/// Appends a part of the statement.
type Push<'a> = dyn Fn(&mut QueryBuilder<Postgres>) + Sync + 'a;

fn push_false(sql: &mut QueryBuilder<Postgres>) {
    sql.push("false");
}

/// Appends whether one of the columns is the term, without regard to case and accents.
fn push_is_exact(sql: &mut QueryBuilder<Postgres>, term: Option<&SearchTerm>, columns: [&str; 2]) {
    let Some(term) = term else { return push_false(sql) };
    sql.push("fold_for_search(")
        .push_bind(term.to_string())
        .push(format_args!(") in (fold_for_search({}), fold_for_search({}))", columns[0], columns[1]));
}

async fn find_texts(
    services: &Services,
    source: &Source,
    term: Option<&SearchTerm>,
    push_chosen: &Push<'_>,
    push_condition: &Push<'_>,
) -> Result<Vec<Suggestion>, Error> {
    let rows: Vec<(bool, bool, String, String, String)> =
        find(services, source, term, push_chosen, push_condition).await?;
    let suggestion =
        |(is_chosen, is_exact, value, label, detail)| Suggestion { value, label, detail, is_chosen, is_exact };
    Ok(rows.into_iter().map(suggestion).collect())
}

async fn find<R>(
    services: &Services,
    source: &Source,
    term: Option<&SearchTerm>,
    push_chosen: &Push<'_>,
    push_condition: &Push<'_>,
) -> Result<Vec<R>, Error>
where
    R: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let hits = Hits::of(services, source.table, term).await?;
    let mut sql = source.statement(term, &hits, push_chosen, push_condition);
    Ok(sql.build_query_as().fetch_all(&services.pool).await?)
}

impl Source {
    fn statement(
        &self,
        term: Option<&SearchTerm>,
        hits: &Hits,
        push_chosen: &Push<'_>,
        push_condition: &Push<'_>,
    ) -> QueryBuilder<Postgres> {
        let Self { alias, name, key, columns, rows, .. } = self;
        let order = format!("{name} collate name_order, {alias}.id");
        let by_name = format!("{order} limit {MAX_SUGGESTIONS}");
        let push_select = |sql: &mut QueryBuilder<Postgres>| {
            sql.push("select ");
            push_chosen(sql);
            sql.push(" as is_chosen, ");
            push_is_exact(sql, term, [name, key]);
            sql.push(format_args!(" as is_exact, {columns}, {alias}.id"));
        };
        let push_from = |sql: &mut QueryBuilder<Postgres>| {
            sql.push(format_args!(" from {rows}"));
            push_condition(sql);
        };
        let push_rows = |sql: &mut QueryBuilder<Postgres>| {
            push_select(sql);
            push_from(sql);
        };
        let mut sql = QueryBuilder::default();
        match term {
            None => {
                push_rows(&mut sql);
                sql.push(" order by ").push(by_name);
            }
            Some(term) if hits.lower_bound().is_some() => {
                // Exact matches may come late in the order of names, so they are looked up by themselves.
                sql.push("select * from ((");
                push_rows(&mut sql);
                sql.push(format_args!(" and (lower({key}) = lower(")).push_bind(term.to_string());
                sql.push(format_args!(") or {name} collate name_order = ")).push_bind(term.to_string());
                sql.push(format_args!(") order by {by_name}) union ("));
                push_select(&mut sql);
                sql.push(" from (");
                let push_order = |sql: &mut QueryBuilder<Postgres>| {
                    sql.push(format_args!(" order by {order}"));
                };
                let (limit, offset) = (u32::from(MAX_SUGGESTIONS), 0);
                let page = SearchedPage { alias, push_rows: &push_from, push_order: &push_order, limit, offset };
                hits.push_page(&mut sql, &page);
                sql.push(format_args!(
                    ") {alias})) found order by is_exact desc, label collate name_order, id limit {MAX_SUGGESTIONS}"
                ));
            }
            Some(term) => {
                push_rows(&mut sql);
                hits.push_condition(&mut sql, alias);
                // The search reads more than is shown here, such as descriptions.
                sql.push(" order by is_exact desc, ");
                for shown in [name, key] {
                    sql.push(format_args!("strpos(fold_for_search({shown}), fold_for_search("))
                        .push_bind(term.to_string());
                    sql.push(")) = 0 and ");
                }
                sql.push("true, ").push(by_name);
            }
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[tokio::test]
    async fn suggestions_read_no_large_table_as_a_whole_even_with_a_generic_plan() {
        let world = World::create().await;
        sqlx::raw_sql(
            "insert into users (id, name, email)
               select gen_random_uuid(), 'Person ' || md5(n::text), n || '@example.com' from generate_series(1, 30000) n;
             insert into projects (id, name, description, project_type)
               select gen_random_uuid(), 'project-' || md5(n::text), 'Number ' || n, 'shared' from generate_series(1, 30000) n;
             analyze;",
        )
        .execute(world.services.pool())
        .await
        .expect("many rows");
        for (source, raw, indexes) in [
            (&USERS, "", &["users_in_order"][..]),
            (&USERS, "29999@", &["users_pkey"]),
            (&USERS, "person", &["users_email_key", "users_in_order"]),
            (&PROJECTS, "", &["projects_by_type_in_order"]),
            (&PROJECTS, "number 29999", &["projects_pkey"]),
            (&PROJECTS, "project", &["projects_name_key", "_in_order"]),
        ] {
            let term = SearchTerm::parse(raw).ok();
            let hits = Hits::of(&world.services, source.table, term.as_ref()).await.expect("hits");
            let mut sql = source.statement(term.as_ref(), &hits, &push_false, &|_| {});
            let plan = world.executed_plan(&mut sql).await;
            assert!(!plan.contains("Seq Scan"), "{raw}\n{plan}");
            assert!(indexes.iter().all(|index| plan.contains(index)), "{raw}: {indexes:?}\n{plan}");
        }
    }

    #[tokio::test]
    async fn suggestions_late_in_the_order_read_a_bounded_part_of_it() {
        let world = World::create().await;
        world
            .run(
                "insert into users (id, name, email)
                 select gen_random_uuid(), case when n % 2 = 0 then 'A ' else 'Zoe ' end || n,
                        n || case when n % 2 = 0 then '@example.com' else '@zz.example' end
                 from generate_series(1, 24000) n;
                 analyze users",
            )
            .await;
        let term = SearchTerm::parse("zz.ex").expect("a term");
        let hits = Hits::of(&world.services, Searched::Users, Some(&term)).await.expect("hits");
        let mut sql = USERS.statement(Some(&term), &hits, &push_false, &|_| {});
        let read = world.rows_read(&mut sql, "users_in_order").await;
        assert!(read.scans > 0 && read.rows < 6_000, "{read:?}");
    }
}
