//! What can be requested of the audit log.

use super::Kind;
use crate::page::{Cursor, PageSize, Params, parse_size, push_page};
use crate::project::ProjectName;
use crate::spending::parse_day;
use crate::text::SearchTerm;
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

/// A day in UTC, in addresses as `2026-11-17`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub Date);

impl Day {
    /// Reads `2026-11-17`.
    ///
    /// # Errors
    /// There is no such day.
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        parse_day(raw).map(Self)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Day {
    type Error = Violation;
    fn try_from(raw: String) -> Result<Self, Violation> {
        Self::parse(&raw)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// What narrows the audit log. What is given applies at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFilter {
    /// The whole name of the target at the time, without regard to case.
    pub search: Option<SearchTerm>,
    /// The id of the target; of a user, with the events of memberships.
    pub target: Option<Uuid>,
    /// The id or the e-mail address of the user who did it, or a name such as "Bursar".
    pub actor: Option<SearchTerm>,
    /// What it is about.
    pub kind: Option<Kind>,
    /// A project and its budgets.
    pub project: Option<ProjectName>,
    /// The first day, in UTC.
    pub from: Option<Day>,
    /// The last day, in UTC.
    pub to: Option<Day>,
}

impl AuditFilter {
    /// Whether it narrows anything.
    pub fn is_set(&self) -> bool {
        *self != Self::default()
    }
}

/// A page of the audit log, the newest event first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// What narrows it; a form of addresses that has no empty objects leaves it out.
    #[serde(default)]
    pub filter: AuditFilter,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl AuditQuery {
    /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
    pub fn from_params(params: &mut Params) -> Self {
        let id = |raw: &str| raw.parse().map_err(|_| Violation::unknown_choice("the id of a target"));
        let kind = |raw: &str| parse_key(Kind::ALL, Kind::key, raw, "a kind of event");
        Self {
            filter: AuditFilter {
                search: params.take("q", SearchTerm::parse),
                target: params.take("target", id),
                actor: params.take("actor", SearchTerm::parse),
                kind: params.take("kind", kind),
                project: params.take("project", ProjectName::parse_existing),
                from: params.take("from", Day::parse),
                to: params.take("to", Day::parse),
            },
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let AuditFilter { search, target, actor, kind, project, from, to } = &self.filter;
        let mut pairs = Vec::new();
        pairs.extend(search.as_ref().map(|name| ("q", name.to_string())));
        pairs.extend(target.map(|target| ("target", target.to_string())));
        pairs.extend(actor.as_ref().map(|actor| ("actor", actor.to_string())));
        pairs.extend(kind.map(|kind| ("kind", kind.key().to_owned())));
        pairs.extend(project.as_ref().map(|project| ("project", project.to_string())));
        pairs.extend(from.map(|day| ("from", day.to_string())));
        pairs.extend(to.map(|day| ("to", day.to_string())));
        push_page(&mut pairs, self.cursor.as_ref(), self.size);
        pairs
    }

    /// The events of one target.
    pub fn of_target(target: Uuid) -> Self {
        AuditFilter { target: Some(target), ..AuditFilter::default() }.into()
    }
}

impl From<AuditFilter> for AuditQuery {
    fn from(filter: AuditFilter) -> Self {
        Self { filter, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn query_in_an_address_reads_back() {
        for kind in Kind::ALL {
            let filter = AuditFilter {
                search: SearchTerm::parse("atlas & more").ok(),
                target: Some(Uuid::from_u128(7)),
                actor: SearchTerm::parse("ada@example.com").ok(),
                kind: Some(kind),
                project: ProjectName::parse_existing("atlas").ok(),
                from: Some(Day(date!(2026 - 11 - 01))),
                to: Some(Day(date!(2026 - 11 - 17))),
            };
            let query = AuditQuery { size: PageSize::new(50).expect("rows"), ..AuditQuery::from(filter) };
            let pairs = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
            assert_eq!(AuditQuery::from_params(&mut Params::new(pairs)), query);
            let json = serde_json::to_string(&query).expect("JSON");
            assert_eq!(serde_json::from_str::<AuditQuery>(&json).expect("a query"), query);
        }
        assert!(AuditQuery::default().to_params().is_empty());
    }

    #[test]
    fn parameter_that_is_not_understood_is_named_and_left_out() {
        let pairs = [("kind", "ghost"), ("target", "atlas"), ("from", "yesterday")];
        let mut params = Params::new(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(AuditQuery::from_params(&mut params), AuditQuery::default());
        assert_eq!(params.into_ignored(), ["target", "kind", "from"]);
    }
}
