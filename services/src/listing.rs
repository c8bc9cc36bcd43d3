//! Pages as programs ask for them: by number down to a bounded depth, by cursor to any.

use crate::search::Hits;
use domain::page::{Cursor, Page, PageSize};
use sqlx::{Postgres, QueryBuilder};

/// The deepest row that a page number reaches: rows that are skipped are read. A cursor goes further (decision 9).
pub const DEEPEST: u32 = 50_000;
/// Up to so many rows a list is counted; above, its total is told as far as it is known.
pub const COUNTED: i64 = 10_000;

/// Which rows of a list make up the page asked for.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Rows on the page.
    pub size: PageSize,
    /// Rows before the page, at most [`DEEPEST`]; without meaning beside a cursor.
    pub skip: u32,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
}

impl Slice {
    /// Appends the offset, where there is one.
    pub(crate) fn push_offset(&self, sql: &mut QueryBuilder<Postgres>) {
        if self.cursor.is_none() && self.skip > 0 {
            sql.push(format_args!(" offset {}", self.skip));
        }
    }
}

/// A page of a list and how many rows the list has in all.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The rows, and where the next ones begin.
    pub page: Page<T>,
    /// Exact up to [`COUNTED`]. Above, a whole list says what Postgres estimates and a filtered one the rows known to
    /// be there: never fewer than this page and the ones before it hold.
    pub total: i64,
}

impl<T> Listing<T> {
    /// Puts what was counted and what is on the page together.
    pub(crate) fn new(page: Page<T>, counted: Option<i64>, slice: &Slice) -> Self {
        let seen = if slice.cursor.is_none() { i64::from(slice.skip) } else { 0 };
        let here = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
        let known = if here > 0 { seen + here + i64::from(page.next.is_some()) } else { 0 };
        Self { total: counted.unwrap_or_default().max(known), page }
    }
}

/// Appends ` (select ...)`, the number of rows that `push_rest` selects from `table`: counted while they are few.
///
/// A frequent search term is not counted at all: whoever looked it up knows a lower bound already.
pub(crate) fn push_total(
    sql: &mut QueryBuilder<Postgres>,
    table: &'static str,
    hits: &Hits,
    is_filtered: bool,
    push_rest: impl FnOnce(&mut QueryBuilder<Postgres>),
) {
    if let Some(bound) = hits.lower_bound() {
        sql.push(format_args!(" {bound}::bigint"));
        return;
    }
    let above = if is_filtered {
        "c.n".to_owned()
    } else {
        format!("greatest(c.n, (select reltuples::bigint from pg_class where oid = '{table}'::regclass))")
    };
    sql.push(format_args!(
        " (select case when c.n > {COUNTED} then {above} else c.n end from (select count(*) as n from (select from {table} "
    ));
    push_rest(sql);
    sql.push(format_args!(" limit {}) t) c)", COUNTED + 1));
}
