//! Substring search in lists, without the trap of a generic plan.
//!
//! Postgres may plan a prepared `search like $1 ... order by ... limit` without looking at `$1`; it then walks the
//! index of the order and filters, which takes seconds for a rare term (field.md C.3, lesson 1). So the term is looked
//! up first, alone and bounded. Few hits are sorted by id list; many hits make walking the order cheap, whatever the
//! term, and there the search column is compared in a way that no index could serve.
//!
//! The index knows text by three letters in a row. In the large tables shorter terms are looked for at the beginnings of
//! words, which it knows too, instead of reading the whole table for them.

use crate::Services;
use crate::error::Error;
use domain::text::SearchTerm;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Up to this many hits are fetched by id. With more, one row in a hundred matches in a table of a million.
const FEW: usize = 10_000;
/// What the index can look for anywhere in a text.
const THREE_LETTERS: usize = 3;

/// A table with a column `search` and a trigram index on it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Searched {
    /// Name and e-mail of people.
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
    /// Too many to list; the term finds them along the order.
    Many(Wanted),
}

/// What a row has to hold.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    term: SearchTerm,
    /// At the beginning of a word, instead of anywhere.
    at_a_beginning: bool,
}

impl Hits {
    /// Looks a term up; one statement, none without a term.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn of(services: &Services, table: Searched, term: Option<&SearchTerm>) -> Result<Self, Error> {
        let Some(term) = term else { return Ok(Self::All) };
        let wanted = table.wanted(term);
        let ids = lookup(table, &wanted).build_query_scalar().persistent(false).fetch_all(services.pool()).await?;
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
            Self::Many(Wanted { term, at_a_beginning }) => {
                let space = if *at_a_beginning { "' ' || " } else { "" };
                sql.push(format_args!(" and strpos({space}{alias}.search, {space}lower("));
                sql.push_bind(term.to_string()).push(")) > 0");
            }
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

    fn wanted(self, term: &SearchTerm) -> Wanted {
        let is_large = matches!(self, Self::Users | Self::Projects);
        let is_short = term.as_str().chars().count() < THREE_LETTERS;
        // A sign begins no word that the index knows.
        let at_a_beginning = is_large && is_short && term.as_str().chars().all(char::is_alphanumeric);
        Wanted { term: term.clone(), at_a_beginning }
    }
}

/// The bounded look-up. Not kept as a prepared statement, so that its plan knows the term.
fn lookup(table: Searched, Wanted { term, at_a_beginning }: &Wanted) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(format!("select id from {} where (search like lower(", table.name()));
    let pattern = pattern(term);
    if *at_a_beginning {
        sql.push_bind(pattern.clone()).push(") or search like lower(").push_bind(format!("% {pattern}"));
    } else {
        sql.push_bind(format!("%{pattern}"));
    }
    sql.push(format_args!(")) limit {}", FEW + 1));
    sql
}

/// Finds the term as it stands at the beginning of a text.
fn pattern(term: &SearchTerm) -> String {
    let mut pattern = String::new();
    for character in term.as_str().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn wildcards_stand_for_themselves() {
        let term = SearchTerm::parse(r"50%_a\b").expect("a term");
        assert_eq!(pattern(&term), r"50\%\_a\\b%");
    }

    /// Thirty thousand people, of whom all are called "Person" and one "Quetzalcoatl".
    async fn crowd() -> World {
        let world = World::create().await;
        sqlx::raw_sql(
            "insert into users (id, name, email, created_at)
             select gen_random_uuid(), 'Person ' || md5(n::text), n || '@example.com', now() from generate_series(1, 30000) n;
             insert into users (id, name, email) values (gen_random_uuid(), 'Quetzalcoatl', 'q@example.com');
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
        let wanted = Searched::Users.wanted(&SearchTerm::parse("quetzal").expect("a term"));
        let plan = world.generic_plan(&mut lookup(Searched::Users, &wanted)).await;
        assert!(plan.contains("Bitmap Index Scan on users_search"), "{plan}");
    }

    #[tokio::test]
    async fn short_terms_are_found_at_the_beginnings_of_words_through_the_index() {
        let world = crowd().await;
        let found = async |raw: &str| {
            let term = SearchTerm::parse(raw).expect("a term");
            let plan = world.plan_on_a_large_table(&mut lookup(Searched::Users, &Searched::Users.wanted(&term))).await;
            (Hits::of(&world.services, Searched::Users, Some(&term)).await.expect("hits"), plan)
        };
        for (raw, count) in [("Qu", 1), ("q", 1), ("ue", 0)] {
            let (hits, plan) = found(raw).await;
            assert!(plan.contains("Bitmap Index Scan on users_search"), "{raw}: {plan}");
            assert!(matches!(&hits, Hits::Few(ids) if ids.len() == count), "{raw}: {hits:?}");
        }
        let (Hits::Many(wanted), _) = found("p").await else { panic!("everybody but one begins with it") };
        let mut sql = QueryBuilder::new("select count(*) from users u where true");
        Hits::Many(wanted).push_condition(&mut sql, "u");
        let count: i64 = sql.build_query_scalar().fetch_one(world.services.pool()).await.expect("a count");
        assert_eq!(count, 30_000);
    }

    #[tokio::test]
    async fn the_conditions_are_served_by_the_key_or_along_the_order() {
        let world = crowd().await;
        let order = " order by lower(u.name), u.id limit 26";
        let term = |raw| Some(SearchTerm::parse(raw).expect("a term"));
        let rare = Hits::of(&world.services, Searched::Users, term("QUETZAL").as_ref()).await.expect("hits");
        assert!(matches!(&rare, Hits::Few(ids) if ids.len() == 1), "{rare:?}");
        let frequent = Hits::of(&world.services, Searched::Users, term("person").as_ref()).await.expect("hits");
        assert!(matches!(frequent, Hits::Many(_)), "{frequent:?}");
        for (hits, index) in [(rare, "users_pkey"), (frequent, "Index Scan using users_by_name")] {
            let mut sql = QueryBuilder::new("select u.id from users u where true");
            hits.push_condition(&mut sql, "u");
            sql.push(order);
            let plan = world.generic_plan(&mut sql).await;
            assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{plan}");
        }
    }
}
