//! Substring search in lists, without the trap of a generic plan.
//!
//! Postgres may plan a prepared `search like $1 ... order by ... limit` without looking at `$1`; it then walks the
//! index of the order and filters, which takes seconds for a rare term. So the term is looked
//! up first, alone and bounded. Few hits are sorted by id list. Many hits usually fill a page after a short walk along the
//! order, where the search column is compared in a way that no index could serve. They may also all stand late in the
//! order, as the users of a domain do whose names begin with a Z: so the walk is bounded, and where it does not fill the
//! page all hits are looked up and sorted (see `page`). The members of a project are looked up in the same way.
//!
//! The index knows text by three letters in a row. In the large tables two letters are looked for at the beginnings of
//! words, which it knows too, and one letter at the beginning of the name, for which there is an index of its own:
//! words that begin with an E are too many to be looked up. Who has spent much of a budget is looked up in the same way.
//!
//! What is stored and what is searched for go through `fold_for_search` in SQL, and nowhere else: case, accents and
//! normalization forms make no difference.

mod inline;
mod page;
mod usage;

pub(crate) use inline::Inline;
pub(crate) use page::SearchedPage;

use crate::Services;
use crate::error::Error;
use domain::budget::UsageFilter;
use domain::project::{ProjectKind, ProjectName};
use domain::text::SearchTerm;
use sqlx::{Postgres, QueryBuilder};
use usage::Spent;
use uuid::Uuid;

/// Up to this many hits are fetched by id. With more, one row in a hundred matches in a table of a million.
pub(crate) const FEW: usize = 10_000;

/// A table with a column `search` and a trigram index on it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Searched {
    /// Name, e-mail and user name of people.
    Users,
    /// Display name, name and description of projects.
    Projects,
    /// Names of budgets.
    Budgets,
}

/// What a search leaves of a table.
#[derive(Clone, Debug)]
pub(crate) enum Hits {
    /// Nothing was searched for.
    All,
    /// Exactly these rows.
    Few(Vec<Uuid>),
    /// Too many to list; they are found along the order, or all of them sorted.
    Many(Wanted),
}

/// What a row has to hold.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    table: Searched,
    term: Option<(SearchTerm, Place)>,
    /// Whose people alone are looked for.
    project: Option<ProjectName>,
    /// The type of projects that alone are looked for.
    kind: Option<ProjectKind>,
    /// How much has to be spent of a budget.
    spent: Option<Spent>,
}

/// Where a term has to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Anywhere,
    BeginningOfWord,
    Initial,
}

impl Hits {
    /// The members of a project that has more than can be listed. No statement.
    pub(crate) fn of_large_project(project: &ProjectName) -> Self {
        Self::Many(Wanted::new(Searched::Users, None, Some(project)))
    }

    /// Looks a term up; one statement, none without a term.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn of(services: &Services, table: Searched, term: Option<&SearchTerm>) -> Result<Self, Error> {
        Self::look_up(services, Wanted::new(table, term, None)).await
    }

    /// Looks up who of a project matches a term and has spent as much; one statement, none without any of them.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn of_people(
        services: &Services,
        term: Option<&SearchTerm>,
        project: Option<&ProjectName>,
        usage: Option<UsageFilter>,
    ) -> Result<Self, Error> {
        let spent = usage.map(|usage| Spent::by_users(usage, services.clock.now()));
        Self::look_up(services, Wanted { spent, ..Wanted::new(Searched::Users, term, project) }).await
    }

    /// Looks up the projects of a type that match a term and have spent as much; one statement, none without term and usage.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn of_projects(
        services: &Services,
        term: Option<&SearchTerm>,
        kind: Option<ProjectKind>,
        usage: Option<UsageFilter>,
    ) -> Result<Self, Error> {
        let spent = usage.map(|usage| Spent::by_projects(usage, services.clock.now()));
        Self::look_up(services, Wanted { kind, spent, ..Wanted::new(Searched::Projects, term, None) }).await
    }

    async fn look_up(services: &Services, wanted: Wanted) -> Result<Self, Error> {
        if wanted.term.is_none() && wanted.project.is_none() && wanted.spent.is_none() {
            return Ok(Self::All);
        }
        let ids = wanted.lookup().build_query_scalar().persistent(false).fetch_all(&services.pool).await?;
        Ok(if ids.len() > FEW { Self::Many(wanted) } else { Self::Few(ids) })
    }

    /// How many rows there are at least, where they are too many to list.
    pub(crate) fn lower_bound(&self) -> Option<usize> {
        matches!(self, Self::Many(_)).then_some(FEW + 1)
    }

    /// Appends ` and ...` for the table's alias.
    pub(crate) fn push_condition(&self, sql: &mut QueryBuilder<Postgres>, alias: &'static str) {
        match self {
            Self::All => {}
            Self::Few(ids) => {
                sql.push(format_args!(" and {alias}.id = any(")).push_bind(ids.clone()).push(")");
            }
            Self::Many(wanted) => wanted.push_condition(sql, alias),
        }
    }
}

impl Wanted {
    fn new(table: Searched, term: Option<&SearchTerm>, project: Option<&ProjectName>) -> Self {
        let term = term.map(|term| (term.clone(), table.place(term)));
        Self { table, term, project: project.cloned(), kind: None, spent: None }
    }

    /// The bounded look-up. Not kept as a prepared statement, so that its plan knows the term.
    fn lookup(&self) -> QueryBuilder<Postgres> {
        let mut sql = QueryBuilder::default();
        self.push_lookup(&mut sql);
        sql
    }

    fn push_lookup(&self, sql: &mut QueryBuilder<Postgres>) {
        self.push_hits(sql);
        sql.push(format_args!(" limit {}", FEW + 1));
    }

    /// Appends `select ...`: the ids of all hits.
    fn push_hits(&self, sql: &mut QueryBuilder<Postgres>) {
        match (&self.term, &self.project, self.spent) {
            (None, Some(project), None) => {
                sql.push("select m.user_id as id from user_projects m where m.project_id = ");
                push_id_of(sql, project);
            }
            (_, project, spent) => {
                sql.push(format_args!("select t.id from {} t where true", self.table.name()));
                self.push_term_for_the_index(sql);
                if let Some(spent) = spent {
                    spent.push_noted(sql, "t");
                }
                if let Some(kind) = self.kind {
                    sql.push(format_args!(" and t.project_type = '{}'", kind.key()));
                }
                if let Some(project) = project {
                    sql.push(" and t.id in (select m.user_id from user_projects m where m.project_id = ");
                    push_id_of(sql, project);
                    sql.push(")");
                }
            }
        }
    }

    fn push_term_for_the_index(&self, sql: &mut QueryBuilder<Postgres>) {
        let Some((term, place)) = &self.term else { return };
        match place {
            Place::Anywhere => push_like(sql, self.table, &["%"], term),
            Place::BeginningOfWord => push_like(sql, self.table, &["", "% "], term),
            Place::Initial => self.table.push_initial(sql, "t", term),
        }
    }

    /// What is asked of each row along an order.
    fn push_condition(&self, sql: &mut QueryBuilder<Postgres>, alias: &'static str) {
        match &self.term {
            None => {}
            Some((term, Place::Anywhere)) => push_within(sql, self.table, alias, term, ""),
            Some((term, Place::BeginningOfWord)) => push_within(sql, self.table, alias, term, "' ' || "),
            Some((term, Place::Initial)) => self.table.push_initial(sql, alias, term),
        }
        if let Some(project) = &self.project {
            // A value, which is looked up for each row of the order, and no set, which would be made of all members first.
            sql.push(format_args!(
                " and (select true from user_projects m where m.user_id = {alias}.id and m.project_id = "
            ));
            push_id_of(sql, project);
            sql.push(")");
        }
        if let Some(spent) = self.spent {
            spent.push_condition(sql, alias);
        }
    }
}

impl Searched {
    const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Projects => "projects",
            Self::Budgets => "budgets",
        }
    }

    /// The text that is searched, in the words of the trigram index on it.
    fn text(self, alias: &'static str) -> String {
        match self {
            Self::Users => format!("fold_for_search({alias}.search || ' ' || coalesce({alias}.username, ''))"),
            Self::Projects | Self::Budgets => format!("fold_for_search({alias}.search)"),
        }
    }

    fn place(self, term: &SearchTerm) -> Place {
        let is_large = matches!(self, Self::Users | Self::Projects);
        // A sign begins no word that the index knows.
        let is_word = term.as_str().chars().all(char::is_alphanumeric);
        match term.as_str().chars().count() {
            1 if is_large && is_word => Place::Initial,
            2 if is_large && is_word => Place::BeginningOfWord,
            _ => Place::Anywhere,
        }
    }

    /// In the words of the index of initials.
    fn push_initial(self, sql: &mut QueryBuilder<Postgres>, alias: &'static str, term: &SearchTerm) {
        let name = match self {
            Self::Projects => "title",
            Self::Users | Self::Budgets => "name",
        };
        let name = format!("fold_for_search({alias}.{name})");
        // One letter may be folded to two, which the index does not know.
        sql.push(format_args!(" and left({name}, 1) = left(fold_for_search(")).push_bind(term.to_string());
        sql.push(format_args!("), 1) and starts_with({name}, fold_for_search(")).push_bind(term.to_string()).push("))");
    }
}

/// Appends ` and ...`: a person's texts with the term anywhere, compared in a way that no index could serve.
pub(crate) fn push_anywhere(sql: &mut QueryBuilder<Postgres>, alias: &'static str, term: &SearchTerm) {
    push_within(sql, Searched::Users, alias, term, "");
}

/// Appends ` and ...`: the text has the term in it, with `before` in front of both.
fn push_within(
    sql: &mut QueryBuilder<Postgres>,
    table: Searched,
    alias: &'static str,
    term: &SearchTerm,
    before: &'static str,
) {
    let text = table.text(alias);
    sql.push(format_args!(" and strpos({before}{text}, {before}fold_for_search("));
    sql.push_bind(term.to_string()).push(")) > 0");
}

/// Appends ` and ...`: the term stands behind one of the beginnings in the text of `t`, as the index knows it.
fn push_like(sql: &mut QueryBuilder<Postgres>, table: Searched, beginnings: &[&'static str], term: &SearchTerm) {
    sql.push(" and (false");
    for beginning in beginnings {
        sql.push(format_args!(" or {} like '{beginning}' || ", table.text("t")));
        push_escaped(sql, term);
        sql.push(" || '%'");
    }
    sql.push(")");
}

/// Appends the folded term, with wildcards that stand for themselves. Folding may make one, of a full-width per cent sign.
fn push_escaped(sql: &mut QueryBuilder<Postgres>, term: &SearchTerm) {
    sql.push(r"regexp_replace(fold_for_search(").push_bind(term.to_string()).push(r"), '[\\%_]', '\\\&', 'g')");
}

/// Appends the id behind a project's name.
fn push_id_of(sql: &mut QueryBuilder<Postgres>, project: &ProjectName) {
    sql.push("(select p.id from projects p where p.deleted_at is null and lower(p.name) = lower(");
    sql.push_bind(project.to_string()).push("))");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    fn wanted(term: &str) -> Wanted {
        Wanted::new(Searched::Users, Some(&SearchTerm::parse(term).expect("a term")), None)
    }

    /// Thirty thousand people, of whom all are called "Person" and one "Quetzalcoatl".
    async fn crowd() -> World {
        let world = World::create().await;
        sqlx::raw_sql(
            "insert into users (id, name, email, created_at)
             select gen_random_uuid(), 'Person ' || md5(n::text), n || '@example.com', now() from generate_series(1, 30000) n;
             insert into users (id, name, email, username)
               values (gen_random_uuid(), 'Quetzalcoatl', 'q@example.com', 'Plumed.Serpent');
             analyze users;",
        )
        .execute(world.services.pool())
        .await
        .expect("a crowd");
        world
    }

    #[tokio::test]
    async fn even_a_generic_plan_looks_a_term_up_in_the_trigram_index() {
        let world = crowd().await;
        let plan = world.generic_plan(&mut wanted("quetzal").lookup()).await;
        assert!(plan.contains("Bitmap Index Scan on users_folded_search"), "{plan}");
    }

    #[tokio::test]
    async fn short_terms_are_found_at_beginnings_through_an_index() {
        let world = crowd().await;
        for (raw, index, count) in [
            ("Qu", "users_folded_search", 1),
            ("q", "users_by_folded_initial", 1),
            ("\u{c6}", "users_by_folded_initial", 0),
            ("ue", "users_folded_search", 0),
        ] {
            let plan = world.plan_on_a_large_table(&mut wanted(raw).lookup()).await;
            assert!(plan.contains(index), "{raw}: {plan}");
            let term = SearchTerm::parse(raw).expect("a term");
            let hits = Hits::of(&world.services, Searched::Users, Some(&term)).await.expect("hits");
            assert!(matches!(&hits, Hits::Few(ids) if ids.len() == count), "{raw}: {hits:?}");
        }
        for raw in ["p", "pe"] {
            let hits = Hits::of(&world.services, Searched::Users, SearchTerm::parse(raw).ok().as_ref()).await;
            let Ok(Hits::Many(many)) = hits else { panic!("everybody but one begins with {raw}") };
            let mut sql = QueryBuilder::new("select count(*) from users u where true");
            many.push_condition(&mut sql, "u");
            let count: i64 = sql.build_query_scalar().fetch_one(world.services.pool()).await.expect("a count");
            assert_eq!(count, 30_000, "{raw}");
        }
    }

    #[tokio::test]
    async fn the_conditions_are_served_by_the_key_or_along_the_order() {
        let world = crowd().await;
        let order = " order by u.name collate name_order, u.id limit 26";
        let term = |raw| Some(SearchTerm::parse(raw).expect("a term"));
        let rare = Hits::of(&world.services, Searched::Users, term("QUETZAL").as_ref()).await.expect("hits");
        assert!(matches!(&rare, Hits::Few(ids) if ids.len() == 1), "{rare:?}");
        let frequent = Hits::of(&world.services, Searched::Users, term("person").as_ref()).await.expect("hits");
        assert!(matches!(frequent, Hits::Many(_)), "{frequent:?}");
        for (hits, index) in [(rare, "users_pkey"), (frequent, "Index Scan using users_in_order")] {
            let mut sql = QueryBuilder::new("select u.id from users u where true");
            hits.push_condition(&mut sql, "u");
            sql.push(order);
            let plan = world.generic_plan(&mut sql).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{plan}");
        }
    }

    #[tokio::test]
    async fn shared_projects_are_looked_up_in_indexes_of_their_own() {
        let world = World::create().await;
        sqlx::raw_sql(
            "insert into projects (id, name, description, project_type)
             select gen_random_uuid(), 'project-' || md5(n::text), 'Number ' || n, 'shared' from generate_series(1, 30000) n;
             analyze projects;",
        )
        .execute(world.services.pool())
        .await
        .expect("many projects");
        for (raw, index) in [
            ("quetzal", "projects_shared_folded_search"),
            ("qu", "projects_shared_folded_search"),
            ("q", "projects_shared_by_folded_initial"),
        ] {
            let term = SearchTerm::parse(raw).expect("a term");
            let kind = Some(ProjectKind::Shared);
            let wanted = Wanted { kind, ..Wanted::new(Searched::Projects, Some(&term), None) };
            let plan = world.plan_on_a_large_table(&mut wanted.lookup()).await;
            assert!(plan.contains(index), "{raw}: {plan}");
        }
    }
}
