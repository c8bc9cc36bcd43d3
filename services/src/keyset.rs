//! What the lists share: keyset conditions and orders appended to a query.
//!
//! ```text
//! let keyset = Keyset::new(SortKey::text("p.title collate name_order"), "p", query.descending, query.size, query.cursor.as_ref());
//! let mut sql = QueryBuilder::new("select ... from projects p where p.deleted_at is null");
//! keyset.push_condition(&mut sql);     //  and (p.title collate name_order, p.id) > ($1, $2)
//! keyset.push_order(&mut sql);         //  order by p.title collate name_order, p.id
//! keyset.push_limit(&mut sql);         //  limit 26
//! Ok(keyset.page(rows, |row| (Some(row.title.clone()), row.id)))
//! ```

use domain::page::{Cursor, Direction, Page, PageSize};
use rust_decimal::Decimal;
use sqlx::{Postgres, QueryBuilder};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// An SQL expression to sort by, never null and exactly that of an index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SortKey {
    expression: &'static str,
    read: fn(Option<&str>) -> Option<Bound>,
}

impl SortKey {
    /// Text in an order of the database. Only equal texts are equal there, so the id decides between those alone.
    pub(crate) const fn text(expression: &'static str) -> Self {
        Self { expression, read: |key| key.map(|text| Bound::Text(text.to_owned())) }
    }

    /// A time; a cursor without a key stands for `-infinity`. Rows write their key with [`time_key`].
    pub(crate) const fn time(expression: &'static str) -> Self {
        Self {
            expression,
            read: |key| match key {
                None => Some(Bound::Beginning),
                Some(text) => OffsetDateTime::parse(text, &Rfc3339).ok().map(Bound::Time),
            },
        }
    }

    /// A number; rows write their key as a plain decimal.
    pub(crate) const fn number(expression: &'static str) -> Self {
        Self { expression, read: |key| key?.parse().ok().map(Bound::Number) }
    }
}

/// The key of a row in a list sorted by time.
pub(crate) fn time_key(time: Option<OffsetDateTime>) -> Option<String> {
    time.and_then(|time| time.format(&Rfc3339).ok())
}

#[derive(Clone, Debug)]
enum Bound {
    Text(String),
    Time(OffsetDateTime),
    Beginning,
    Number(Decimal),
}

/// Which rows of a sorted list make up the page asked for.
#[derive(Debug)]
pub(crate) struct Keyset<'a> {
    expression: &'static str,
    alias: &'static str,
    descending: bool,
    size: PageSize,
    place: Option<(&'a Cursor, Bound)>,
}

impl<'a> Keyset<'a> {
    /// The tie-break is the column `id` of `alias`. A cursor that was made for another sort leads to the first page.
    pub(crate) fn new(
        sort: SortKey,
        alias: &'static str,
        descending: bool,
        size: PageSize,
        cursor: Option<&'a Cursor>,
    ) -> Self {
        let place = cursor.and_then(|cursor| Some((cursor, (sort.read)(cursor.key.as_deref())?)));
        Self { expression: sort.expression, alias, descending, size, place }
    }

    /// Appends ` and (expression, id) > (...)` when the page does not begin the list.
    pub(crate) fn push_condition(&self, sql: &mut QueryBuilder<Postgres>) {
        let Some((cursor, bound)) = &self.place else { return };
        let operator = if self.is_falling() { "<" } else { ">" };
        sql.push(format_args!(" and ({}, {}.id) {operator} (", self.expression, self.alias));
        match bound {
            Bound::Text(text) => sql.push_bind(text.clone()),
            Bound::Time(time) => sql.push_bind(*time),
            Bound::Beginning => sql.push("timestamptz '-infinity'"),
            Bound::Number(number) => sql.push_bind(*number),
        };
        sql.push(", ").push_bind(cursor.id).push(")");
    }

    /// Appends ` order by expression, id`.
    pub(crate) fn push_order(&self, sql: &mut QueryBuilder<Postgres>) {
        let direction = if self.is_falling() { "desc" } else { "asc" };
        sql.push(format_args!(" order by {} {direction}, {}.id {direction}", self.expression, self.alias));
    }

    /// Appends ` order by key, expression, id`: that of an index on `(key, expression desc, id desc)`, within one value of
    /// `key`.
    pub(crate) fn push_order_within(&self, sql: &mut QueryBuilder<Postgres>, key: &str) {
        let (direction, of_key) = if self.is_falling() { ("desc", "asc") } else { ("asc", "desc") };
        let (expression, alias) = (self.expression, self.alias);
        sql.push(format_args!(" order by {key} {of_key}, {expression} {direction}, {alias}.id {direction}"));
    }

    /// Appends the limit: one row more than the page shows, which tells whether there is another page.
    pub(crate) fn push_limit(&self, sql: &mut QueryBuilder<Postgres>) {
        sql.push(format_args!(" limit {}", self.limit()));
    }

    /// One row more than the page shows.
    pub(crate) fn limit(&self) -> u32 {
        u32::from(self.size.rows()) + 1
    }

    /// Makes the page of the rows in the order of the query; `place` gives a row's key and id.
    pub(crate) fn page<T>(&self, rows: Vec<T>, place: impl Fn(&T) -> (Option<String>, Uuid)) -> Page<T> {
        Page::from_keyset(rows, self.size, self.place.as_ref().map(|(cursor, _)| *cursor), place)
    }

    /// The order of the query: a page before a row is read backwards.
    fn is_falling(&self) -> bool {
        let backwards = self.place.as_ref().is_some_and(|(cursor, _)| cursor.direction == Direction::Before);
        self.descending != backwards
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn sql(sort: SortKey, descending: bool, cursor: Option<&Cursor>) -> String {
        let keyset = Keyset::new(sort, "t", descending, PageSize::default(), cursor);
        let mut sql = QueryBuilder::new("");
        keyset.push_condition(&mut sql);
        keyset.push_order(&mut sql);
        keyset.push_limit(&mut sql);
        sql.into_string()
    }

    fn cursor(direction: Direction, key: Option<&str>) -> Cursor {
        Cursor { direction, key: key.map(str::to_owned), id: Uuid::from_u128(7) }
    }

    const NAME: SortKey = SortKey::text("t.name collate name_order");
    const SEEN: SortKey = SortKey::time("t.seen");
    const LIMIT: SortKey = SortKey::number("t.hard_limit");

    #[test]
    fn the_first_page_has_no_condition() {
        assert_eq!(sql(NAME, false, None), " order by t.name collate name_order asc, t.id asc limit 26");
        assert_eq!(sql(NAME, true, None), " order by t.name collate name_order desc, t.id desc limit 26");
    }

    #[test]
    fn a_page_before_is_read_backwards() {
        let after = cursor(Direction::After, Some("m"));
        let before = cursor(Direction::Before, Some("m"));
        let rising = " and (t.name collate name_order, t.id) > ($1, $2) order by t.name collate name_order asc, t.id asc limit 26";
        let falling = " and (t.name collate name_order, t.id) < ($1, $2) order by t.name collate name_order desc, t.id desc limit 26";
        assert_eq!(sql(NAME, false, Some(&after)), rising);
        assert_eq!(sql(NAME, false, Some(&before)), falling);
        assert_eq!(sql(NAME, true, Some(&after)), falling);
        assert_eq!(sql(NAME, true, Some(&before)), rising);
    }

    #[test]
    fn no_time_stands_for_the_beginning() {
        let never = cursor(Direction::After, None);
        assert!(sql(SEEN, true, Some(&never)).contains("(t.seen, t.id) < (timestamptz '-infinity', $1)"));
    }

    #[test]
    fn a_time_reads_back() {
        let key = time_key(Some(datetime!(2026-03-02 09:00:00.123456 UTC)));
        let keyset = cursor(Direction::After, key.as_deref());
        assert!(sql(SEEN, false, Some(&keyset)).contains("(t.seen, t.id) > ($1, $2)"));
    }

    #[test]
    fn a_cursor_of_another_sort_leads_to_the_first_page() {
        for sort in [SEEN, LIMIT] {
            let foreign = cursor(Direction::Before, Some("ada"));
            assert_eq!(sql(sort, false, Some(&foreign)), sql(sort, false, None));
            let keyset = Keyset::new(sort, "t", false, PageSize::default(), Some(&foreign));
            let page = keyset.page(vec![1], |_| (None, Uuid::nil()));
            assert_eq!((page.previous, page.next), (None, None));
        }
        assert_eq!(sql(NAME, false, Some(&cursor(Direction::After, None))), sql(NAME, false, None));
    }
}
