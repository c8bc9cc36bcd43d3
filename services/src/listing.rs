//! Lists: one statement for a page of any of them, whether it is found by cursor or by number, with a bounded total.

use crate::Services;
use crate::error::Error;
use crate::keyset::{Keyset, SortKey};
use crate::search::{Hits, SearchedPage};
use domain::count::MAX_EXACT_COUNT;
use domain::page::{Cursor, Page, PageSize};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

/// The deepest row that a page number reaches, because rows that are skipped are read. A cursor reaches any row.
pub const MAX_OFFSET: u32 = 50_000;

/// Which page of a list.
#[derive(Clone, Debug, Default)]
pub struct Slice {
    /// Rows on the page.
    pub size: PageSize,
    /// Rows before the page, at most [`MAX_OFFSET`]; ignored where there is a cursor.
    pub skip: u32,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
}

impl Slice {
    /// The page that a cursor leads to, or the first one.
    pub const fn at(cursor: Option<Cursor>, size: PageSize) -> Self {
        Self { size, skip: 0, cursor }
    }

    /// Rows that are skipped.
    fn offset(&self) -> u32 {
        if self.cursor.is_none() { self.skip } else { 0 }
    }
}

/// Which rows of a list, in which order.
#[derive(Clone, Debug, Default)]
pub struct ListQuery<F, O> {
    /// What narrows the list.
    pub filter: F,
    /// The column to sort by.
    pub order: O,
    /// Falling instead of rising.
    pub descending: bool,
    /// Which page.
    pub slice: Slice,
}

/// A page of a list, and how many rows the list has in all.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The rows, and the cursors of the pages beside them.
    pub page: Page<T>,
    /// Exact up to [`MAX_EXACT_COUNT`]. Above, a whole list has the estimate of Postgres and a filtered one the rows known
    /// to exist: never fewer than this page and the ones before it hold. Zero in a list of the console, which shows none.
    pub total: i64,
}

impl<T> Listing<T> {
    fn new(page: Page<T>, counted: Option<i64>, slice: &Slice) -> Self {
        let here = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
        let known = if here > 0 { i64::from(slice.offset()) + here + i64::from(page.next.is_some()) } else { 0 };
        Self { total: counted.map_or(0, |counted| counted.max(known)), page }
    }

    /// Converts the rows.
    ///
    /// # Errors
    /// The first error of a row.
    pub(crate) fn try_map<U, E>(self, read: impl FnMut(T) -> Result<U, E>) -> Result<Listing<U>, E> {
        Ok(Listing { page: self.page.try_map(read)?, total: self.total })
    }
}

/// A list as SQL. The page is cut out of the table first; joins read of its rows alone.
pub(crate) trait List: Sync {
    /// A row as it is selected.
    type Row: for<'r> FromRow<'r, PgRow> + Send;
    /// What narrows the list.
    type Filter: Sync;
    /// The columns that sort.
    type Order: Copy + Sync;
    /// The table, which has a column `id`.
    const TABLE: &'static str;
    /// What the table is called in each expression.
    const ALIAS: &'static str;

    /// Which rows are read, in which order.
    fn query(&self) -> &ListQuery<Self::Filter, Self::Order>;
    /// Whether the list is for `/v1`, which tells the total.
    fn has_total(&self) -> bool;
    /// Whether anything narrows the list, so that the size of the table says nothing about it.
    fn is_narrowed(&self) -> bool;
    /// What was found of a search term.
    fn hits(&self) -> &Hits;
    /// The expression of an order.
    fn sort_key(order: Self::Order) -> SortKey;
    /// The value of a row in an order, and its id.
    fn place(row: &Self::Row, order: Self::Order) -> (Option<String>, Uuid);
    /// Appends what is selected of each row.
    fn push_columns(&self, sql: &mut QueryBuilder<Postgres>);
    /// Appends ` and ...` for what narrows the list beside the search.
    fn push_condition(&self, sql: &mut QueryBuilder<Postgres>);
    /// Appends what is joined to the rows of the page.
    fn push_joins(&self, _: &mut QueryBuilder<Postgres>) {}

    /// The part of the order that the page begins with.
    fn keyset(&self) -> Keyset<'_> {
        let ListQuery { order, descending, slice, .. } = self.query();
        Keyset::new(Self::sort_key(*order), Self::ALIAS, *descending, slice.size, slice.cursor.as_ref())
    }

    /// The statement that reads the page.
    fn statement(&self) -> QueryBuilder<Postgres> {
        let (table, alias, keyset) = (Self::TABLE, Self::ALIAS, self.keyset());
        let mut sql = QueryBuilder::new("select ");
        self.push_columns(&mut sql);
        if self.has_total() {
            sql.push(", ");
            self.push_total(&mut sql);
            sql.push(" as total");
        }
        sql.push(" from (");
        let push_rows = |sql: &mut QueryBuilder<Postgres>| {
            sql.push(format_args!(" from {table} {alias} where true"));
            self.push_condition(sql);
            keyset.push_condition(sql);
        };
        let push_order = |sql: &mut QueryBuilder<Postgres>| keyset.push_order(sql);
        let (limit, offset) = (keyset.limit(), self.query().slice.offset());
        let page = SearchedPage { alias, push_rows: &push_rows, push_order: &push_order, limit, offset };
        self.hits().push_page(&mut sql, &page);
        sql.push(format_args!(") {alias}"));
        self.push_joins(&mut sql);
        keyset.push_order(&mut sql);
        sql
    }

    /// Appends `(select ...)`, the number of rows of the list: counted while they are few. A frequent search term is not
    /// counted, because its look-up knows a lower bound already.
    fn push_total(&self, sql: &mut QueryBuilder<Postgres>) {
        if let Some(bound) = self.hits().lower_bound() {
            sql.push(format_args!("{bound}::bigint"));
            return;
        }
        let (table, alias) = (Self::TABLE, Self::ALIAS);
        let above = if self.is_narrowed() {
            "c.n".to_owned()
        } else {
            format!("greatest(c.n, (select reltuples::bigint from pg_class where oid = '{table}'::regclass))")
        };
        sql.push(format_args!(
            "(select case when c.n > {MAX_EXACT_COUNT} then {above} else c.n end
              from (select count(*) as n from (select from {table} {alias} where true"
        ));
        self.hits().push_condition(sql, alias);
        self.push_condition(sql);
        sql.push(format_args!(" limit {}) t) c)", MAX_EXACT_COUNT + 1));
    }

    /// Reads the page. One statement; beyond the end of a list with a total one more, as there is no row to tell it.
    async fn fetch(&self, services: &Services) -> Result<Listing<Self::Row>, Error> {
        let ListQuery { order, slice, .. } = self.query();
        let rows = self.statement().build().fetch_all(&services.pool).await?;
        let total = match rows.first() {
            Some(row) if self.has_total() => Some(row.try_get("total")?),
            None if self.has_total() && (slice.skip > 0 || slice.cursor.is_some()) => {
                let mut sql = QueryBuilder::new("select ");
                self.push_total(&mut sql);
                Some(sql.build_query_scalar().fetch_one(&services.pool).await?)
            }
            _ => None,
        };
        let rows = rows.iter().map(Self::Row::from_row).collect::<Result<Vec<_>, _>>()?;
        let page = self.keyset().page(rows, |row| Self::place(row, *order));
        Ok(Listing::new(page, total, slice))
    }
}
