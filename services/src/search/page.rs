//! A page of a list that is searched, without the trap of hits that all stand late in the order.

use super::{Hits, Wanted};
use sqlx::{Postgres, QueryBuilder};

/// Rows of the order that are read before the hits are looked up and sorted instead. Hits that are spread evenly fill a
/// page of 25 on the way even where they are only just too many to list in a table of a million rows.
const WALKED: u32 = 2_500;

/// Rows that are read in addition for each row of the page.
const WALKED_PER_ROW: u32 = 20;

/// Rows that are read in addition for each row before the page: enough where every second row is a hit.
const WALKED_PER_SKIPPED_ROW: u32 = 2;

/// Appends a part of a statement.
type Push<'a> = &'a dyn Fn(&mut QueryBuilder<Postgres>);

/// The page of a table that a search is applied to.
pub(crate) struct SearchedPage<'a> {
    /// What the table is called in each expression.
    pub(crate) alias: &'static str,
    /// Appends ` from ... where ...`: the rows that the search is applied to.
    pub(crate) push_rows: Push<'a>,
    /// Appends ` order by ...`, that of an index.
    pub(crate) push_order: Push<'a>,
    /// Rows of the page.
    pub(crate) limit: u32,
    /// Rows before the page.
    pub(crate) offset: u32,
}

impl Hits {
    /// Appends `select ...`: the columns of the hits that make up the page. Sort them once more: too many hits to list
    /// come out of a union.
    pub(crate) fn push_page(&self, sql: &mut QueryBuilder<Postgres>, page: &SearchedPage<'_>) {
        match self {
            Self::Many(wanted) => wanted.push_page(sql, page),
            Self::All | Self::Few(_) => page.push(sql, |sql| self.push_condition(sql, page.alias)),
        }
    }
}

impl Wanted {
    /// Appends `with ... select ...`: the order is walked over a bounded number of rows. Where they hold too few hits and
    /// are not the last ones, all hits are looked up and sorted.
    pub(crate) fn push_page(&self, sql: &mut QueryBuilder<Postgres>, page: &SearchedPage<'_>) {
        let SearchedPage { alias, push_rows, push_order, limit, offset } = page;
        let walked = WALKED + limit * WALKED_PER_ROW + offset * WALKED_PER_SKIPPED_ROW;
        sql.push(format_args!("with walked as materialized (select {alias}.* from (select {alias}.*"));
        push_rows(sql);
        push_order(sql);
        sql.push(format_args!(" limit {walked}) {alias} where true"));
        self.push_condition(sql, alias);
        push_order(sql);
        sql.push(format_args!(
            " limit {limit} offset {offset}), walk as materialized (
               select (select count(*) from walked) = {limit} or not exists (select"
        ));
        push_rows(sql);
        push_order(sql);
        sql.push(format_args!(
            " offset {walked} limit 1) as is_enough)
             select * from walked where (select is_enough from walk) union all ("
        ));
        page.push(sql, |sql| {
            sql.push(format_args!(" and not (select is_enough from walk) and {alias}.id = any(array("));
            self.push_hits(sql);
            sql.push("))");
        });
        sql.push(")");
    }
}

impl SearchedPage<'_> {
    fn push(&self, sql: &mut QueryBuilder<Postgres>, push_condition: impl Fn(&mut QueryBuilder<Postgres>)) {
        sql.push(format_args!("select {}.*", self.alias));
        (self.push_rows)(sql);
        push_condition(sql);
        (self.push_order)(sql);
        sql.push(format_args!(" limit {} offset {}", self.limit, self.offset));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Searched;
    use crate::testing::World;
    use domain::text::SearchTerm;

    /// Half of 24,000 users are called "A ..."; the others come later in the order and share a domain. Every user has
    /// "user" in the address.
    async fn world() -> World {
        let world = World::create().await;
        world
            .run(
                "insert into users (id, name, email)
                 select gen_random_uuid(), case when n % 2 = 0 then 'A ' else 'Zoe ' end || to_char(n, 'fm00000'),
                        'user' || n || case when n % 2 = 0 then '@example.com' else '@zz.example' end
                 from generate_series(1, 24000) n;
                 analyze users",
            )
            .await;
        world
    }

    async fn statement(world: &World, term: &str, offset: u32) -> QueryBuilder<Postgres> {
        let term = SearchTerm::parse(term).expect("a term");
        let hits = Hits::of(&world.services, Searched::Users, Some(&term)).await.expect("hits");
        assert!(matches!(hits, Hits::Many(_)), "{term:?}: {hits:?}");
        let mut sql = QueryBuilder::new("select u.name from (");
        hits.push_page(
            &mut sql,
            &SearchedPage {
                alias: "u",
                push_rows: &|sql| {
                    sql.push(" from users u where u.is_active");
                },
                push_order: &|sql| {
                    sql.push(" order by u.name collate name_order, u.id");
                },
                limit: 3,
                offset,
            },
        );
        sql.push(") u order by u.name collate name_order");
        sql
    }

    async fn names(world: &World, term: &str, offset: u32) -> Vec<String> {
        let mut sql = statement(world, term, offset).await;
        sql.build_query_scalar().fetch_all(world.services.pool()).await.expect("names")
    }

    #[tokio::test]
    async fn hits_late_in_the_order_are_sorted_after_a_bounded_walk() {
        let world = world().await;
        let read = world.rows_read(&mut statement(&world, "zz.ex", 0).await, "users_in_order").await;
        let bound = u64::from(WALKED + 3 * WALKED_PER_ROW);
        // Once to search them, and once to learn that more rows come after them.
        assert!(read.rows <= 2 * bound + 1 && read.rows < 12_000, "{read:?}");
        assert_eq!(names(&world, "zz.ex", 0).await, ["Zoe 00001", "Zoe 00003", "Zoe 00005"]);
        assert_eq!(names(&world, "zz.ex", 11_998).await, ["Zoe 23997", "Zoe 23999"], "the end");
        assert_eq!(names(&world, "zz.ex", 12_000).await, [""; 0], "after the end");
    }

    #[tokio::test]
    async fn hits_along_the_order_fill_the_page_without_being_looked_up() {
        let world = world().await;
        for (index, scans) in [("users_in_order", 1), ("users_folded_search", 0)] {
            let read = world.rows_read(&mut statement(&world, "user", 2).await, index).await;
            assert_eq!(read.scans, scans, "{index}");
        }
        assert_eq!(names(&world, "user", 2).await, ["A 00006", "A 00008", "A 00010"]);
        assert_eq!(names(&world, "user", 23_998).await, ["Zoe 23997", "Zoe 23999"], "the end");
    }
}
