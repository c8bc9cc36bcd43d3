//! Keyset paging: a page is found by the last row seen, never by counting rows to skip.

use crate::violation::Violation;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Which side of the row a page lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// The rows after it.
    After,
    /// The rows before it.
    Before,
}

/// A place in a list: a row's sort value and its id as tie-break. Opaque in URLs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    /// Which side of the row.
    pub direction: Direction,
    /// The row's sort value as text; the list that made it knows the type. `None` stands for SQL null.
    pub key: Option<String>,
    /// The row.
    pub id: Uuid,
}

/// Longer sort values do not occur; a longer cursor is not ours.
const LONGEST_CURSOR: usize = 4096;

impl Cursor {
    /// Reads a cursor from a URL.
    ///
    /// # Errors
    /// It is not one of ours.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        Self::read(raw).ok_or(Violation::UnknownCursor)
    }

    fn read(raw: &str) -> Option<Self> {
        if raw.len() > LONGEST_CURSOR {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(raw).ok()?;
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        let (flags, key) = rest.split_first()?;
        let key = std::str::from_utf8(key).ok()?.to_owned();
        if key.contains('\0') {
            return None;
        }
        let (direction, key) = match flags {
            0 if key.is_empty() => (Direction::After, None),
            1 => (Direction::After, Some(key)),
            2 if key.is_empty() => (Direction::Before, None),
            3 => (Direction::Before, Some(key)),
            _ => return None,
        };
        Some(Self { direction, key, id: Uuid::from_bytes(*id) })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let flags = u8::from(self.key.is_some()) + if self.direction == Direction::Before { 2 } else { 0 };
        let mut bytes = self.id.as_bytes().to_vec();
        bytes.push(flags);
        bytes.extend_from_slice(self.key.as_deref().unwrap_or_default().as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl TryFrom<String> for Cursor {
    type Error = Violation;
    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw)
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

/// How many rows a page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct PageSize(u16);

impl PageSize {
    /// The sizes the pager offers.
    pub const OFFERED: [Self; 4] = [Self(15), Self(25), Self(50), Self(100)];

    /// Rows from 1 to 100.
    ///
    /// # Errors
    /// Names the range.
    pub fn new(rows: u16) -> Result<Self, Violation> {
        if (1..=100).contains(&rows) { Ok(Self(rows)) } else { Err(Violation::RowsOutOfRange { max: 100 }) }
    }

    /// The most rows of a page that an API client reads.
    pub const MOST_FOR_PROGRAMS: u16 = 1000;

    /// Rows from 1 to 1,000, for programs.
    ///
    /// # Errors
    /// Names the range.
    pub fn for_programs(rows: u16) -> Result<Self, Violation> {
        if (1..=Self::MOST_FOR_PROGRAMS).contains(&rows) {
            Ok(Self(rows))
        } else {
            Err(Violation::RowsOutOfRange { max: 1000 })
        }
    }

    /// The number of rows.
    pub const fn rows(self) -> u16 {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(25)
    }
}

impl TryFrom<u16> for PageSize {
    type Error = Violation;
    fn try_from(rows: u16) -> Result<Self, Self::Error> {
        Self::new(rows)
    }
}

impl From<PageSize> for u16 {
    fn from(size: PageSize) -> Self {
        size.0
    }
}

/// Some rows of a list, and where the pages beside them begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// In the order of the list.
    pub rows: Vec<T>,
    /// Leads to the page before, if there is one.
    pub previous: Option<Cursor>,
    /// Leads to the page after, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page from the rows a keyset query returned, which asked for one row more than `size`.
    ///
    /// `rows` come in the order of the query: reversed when the cursor points [`Direction::Before`].
    /// `place` gives a row's sort value and id.
    pub fn from_keyset(
        mut rows: Vec<T>,
        size: PageSize,
        came_by: Option<&Cursor>,
        place: impl Fn(&T) -> (Option<String>, Uuid),
    ) -> Self {
        let more = rows.len() > usize::from(size.rows());
        rows.truncate(usize::from(size.rows()));
        let backwards = came_by.is_some_and(|cursor| cursor.direction == Direction::Before);
        if backwards {
            rows.reverse();
        }
        let cursor = |row: Option<&T>, direction| {
            row.map(|row| {
                let (key, id) = place(row);
                Cursor { direction, key, id }
            })
        };
        let (has_previous, has_next) = if backwards { (more, true) } else { (came_by.is_some(), more) };
        Self {
            previous: has_previous.then(|| cursor(rows.first(), Direction::Before)).flatten(),
            next: has_next.then(|| cursor(rows.last(), Direction::After)).flatten(),
            rows,
        }
    }

    /// Converts the rows.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(show).collect(), previous: self.previous, next: self.next }
    }

    /// Converts the rows.
    ///
    /// # Errors
    /// The first error of a row.
    pub fn try_map<U, E>(self, read: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let rows = self.rows.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Page { rows, previous: self.previous, next: self.next })
    }
}

/// The parameters of a URL, read leniently: what does not parse is dropped and named, never a dead page.
#[derive(Clone, Debug, Default)]
pub struct Params {
    values: BTreeMap<String, String>,
    ignored: Vec<String>,
}

impl Params {
    /// From decoded pairs; empty values count as absent, and the last of a repeated name stays.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let values = pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        Self { values, ignored: Vec::new() }
    }

    /// Takes a parameter out and parses it.
    pub fn take<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, Violation>) -> Option<T> {
        let raw = self.values.remove(name)?;
        parse(&raw).map_err(|_| self.ignored.push(name.to_owned())).ok()
    }

    /// The names of parameters whose values were not understood.
    pub fn into_ignored(self) -> Vec<String> {
        self.ignored
    }
}

pub(crate) fn parse_descending(raw: &str) -> Result<bool, Violation> {
    match raw {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(Violation::unknown_choice("asc or desc")),
    }
}

pub(crate) fn parse_size(raw: &str) -> Result<PageSize, Violation> {
    PageSize::new(raw.parse().map_err(|_| Violation::required("a number of rows"))?)
}

/// Appends where a page begins and how many rows it has, where these are not the defaults.
pub(crate) fn push_page(pairs: &mut Vec<(&'static str, String)>, cursor: Option<&Cursor>, size: PageSize) {
    pairs.extend((size != PageSize::default()).then(|| ("rows", size.rows().to_string())));
    pairs.extend(cursor.map(|cursor| ("at", cursor.to_string())));
}

/// Declares what can be requested of a list, and how it stands in an address. A filter is one line: parameter, field,
/// type, how a value is read, how it is written.
macro_rules! page_query {
    (
        $(#[$doc:meta])*
        $query:ident by $sort:ty {
            $($(#[$about:meta])* $param:literal $field:ident: $value:ty, $parse:ident, $write:ident;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub struct $query {
            $($(#[$about])* pub $field: Option<$value>,)+
            /// Sort column.
            pub sort: $sort,
            /// Descending instead of ascending.
            pub descending: bool,
            /// Where the page begins.
            pub cursor: Option<$crate::page::Cursor>,
            /// Rows on a page.
            pub size: $crate::page::PageSize,
        }

        impl $query {
            /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
            pub fn from_params(params: &mut $crate::page::Params) -> Self {
                Self {
                    $($field: params.take($param, <$value>::$parse),)+
                    sort: params.take("sort", <$sort>::parse).unwrap_or_default(),
                    descending: params.take("dir", $crate::page::parse_descending).unwrap_or_default(),
                    cursor: params.take("at", $crate::page::Cursor::parse),
                    size: params.take("rows", $crate::page::parse_size).unwrap_or_default(),
                }
            }

            /// The parameters that differ from the defaults, in a fixed order.
            pub fn to_params(&self) -> Vec<(&'static str, String)> {
                let mut pairs = Vec::new();
                $(pairs.extend(self.$field.as_ref().map(|value| ($param, value.$write().to_owned())));)+
                pairs.extend((self.sort != <$sort>::default()).then(|| ("sort", self.sort.key().to_owned())));
                pairs.extend(self.descending.then(|| ("dir", "desc".to_owned())));
                $crate::page::push_page(&mut pairs, self.cursor.as_ref(), self.size);
                pairs
            }

            /// Whether anything narrows the list.
            pub const fn is_filtered(&self) -> bool {
                $(self.$field.is_some())||+
            }
        }
    };
}
pub(crate) use page_query;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A keyset "query" over numbers that may repeat, as SQL would answer it.
    fn ask(all: &[(u8, u128)], size: PageSize, cursor: Option<&Cursor>) -> Page<(u8, u128)> {
        let place = |row: &(u8, u128)| (Some(format!("{:03}", row.0)), Uuid::from_u128(row.1));
        let mut sorted = all.to_vec();
        sorted.sort_unstable();
        let wanted = usize::from(size.rows()) + 1;
        let rows: Vec<_> = match cursor {
            None => sorted.into_iter().take(wanted).collect(),
            Some(at) if at.direction == Direction::After => {
                sorted.into_iter().filter(|row| place(row) > (at.key.clone(), at.id)).take(wanted).collect()
            }
            Some(at) => {
                sorted.into_iter().rev().filter(|row| place(row) < (at.key.clone(), at.id)).take(wanted).collect()
            }
        };
        Page::from_keyset(rows, size, cursor, place)
    }

    proptest! {
        #[test]
        fn every_row_stands_on_exactly_one_page_despite_ties(keys in prop::collection::vec(0u8..5, 0..60), rows in 1u16..9) {
            let all: Vec<(u8, u128)> = keys.into_iter().zip(1u128..).collect();
            let size = PageSize::new(rows).expect("in range");
            let (mut seen, mut pages, mut cursor) = (Vec::new(), Vec::new(), None);
            loop {
                let page = ask(&all, size, cursor.as_ref());
                seen.extend(page.rows.clone());
                cursor = page.next.clone();
                pages.push(page);
                if cursor.is_none() { break }
            }
            let mut sorted = all.clone();
            sorted.sort_unstable();
            prop_assert_eq!(seen, sorted);
            for (at, page) in pages.iter().enumerate().skip(1) {
                let back = ask(&all, size, page.previous.as_ref());
                prop_assert_eq!(&back.rows, &pages[at - 1].rows);
            }
        }

        #[test]
        fn a_cursor_reads_back(key in proptest::option::of("[^\0]{0,80}"), id: u128, before: bool) {
            let direction = if before { Direction::Before } else { Direction::After };
            let cursor = Cursor { direction, key, id: Uuid::from_u128(id) };
            prop_assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        }

        #[test]
        fn foreign_cursors_are_refused_without_panic(raw in ".*") {
            let _ = Cursor::parse(&raw);
        }
    }

    #[test]
    fn what_a_url_says_wrongly_is_dropped_and_named() {
        let mut params = Params::new([("rows".into(), "many".into()), ("q".into(), " ".into())]);
        let size = params.take("rows", |raw| {
            raw.parse().map_err(|_| Violation::required("a number of rows")).and_then(PageSize::new)
        });
        assert_eq!(size, None);
        assert_eq!(params.take("q", |raw| Ok(raw.to_owned())), None);
        assert_eq!(params.into_ignored(), ["rows"]);
    }
}
