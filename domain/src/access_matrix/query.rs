//! What can be requested of the page.

use super::{Level, Matrix, MatrixRole};
use crate::page::Params;
use crate::text::{SearchTerm, folded};
use crate::violation::{Violation, parse_key};
use serde::{Deserialize, Serialize};

/// Which matrix is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatrixView {
    /// The declared one.
    #[default]
    Declared,
    /// Bursar's own permissions.
    Bursar,
}

impl MatrixView {
    /// As it stands in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Bursar => "bursar",
        }
    }
}

/// A matrix, and what narrows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixQuery {
    /// Which one.
    pub view: MatrixView,
    /// Only roles with this text in their name, client, group or owner; of Bursar's own only permissions.
    pub search: Option<SearchTerm>,
    /// Only roles that reach this resource.
    pub resource: Option<String>,
    /// Only roles with this level, of the resource where one is chosen.
    pub level: Option<Level>,
}

impl MatrixQuery {
    /// Reads the parameters of an address; `params` keeps the names of those that are not understood.
    pub fn from_params(params: &mut Params) -> Self {
        let view = |raw: &str| parse_key([MatrixView::Declared, MatrixView::Bursar], MatrixView::key, raw, "a matrix");
        let level = |raw: &str| parse_key(Level::ALL, Level::key, raw, "a level from the list");
        Self {
            view: params.take("matrix", view).unwrap_or_default(),
            search: params.take("q", SearchTerm::parse),
            resource: params.take("resource", |raw| Ok::<_, Violation>(raw.to_owned())),
            level: params.take("level", level),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend((self.view != MatrixView::default()).then(|| ("matrix", self.view.key().to_owned())));
        pairs.extend(self.search.as_ref().map(|term| ("q", term.to_string())));
        pairs.extend(self.resource.as_ref().map(|id| ("resource", id.clone())));
        pairs.extend(self.level.map(|level| ("level", level.key().to_owned())));
        pairs
    }

    /// Whether it is about a part of the matrix only.
    pub const fn is_filtered(&self) -> bool {
        self.search.is_some() || self.resource.is_some() || self.level.is_some()
    }

    /// The same matrix without filters.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        Self { view: self.view, ..Self::default() }
    }

    /// Whether a text has the search term in it.
    pub fn finds(&self, text: &str) -> bool {
        self.search.as_ref().is_none_or(|term| folded(text).contains(&folded(term.as_str())))
    }

    /// The matrix with the roles that match.
    #[must_use]
    pub fn narrowed(&self, matrix: &Matrix) -> Matrix {
        let column = self.resource.as_ref().map(|id| matrix.column_resources().position(|resource| resource.id == *id));
        let roles = matrix.roles.iter().filter(|role| self.matches(role, column)).cloned().collect();
        Matrix { roles, separate_duties: Vec::new(), ..matrix.clone() }
    }

    /// `column` is the chosen one; `Some(None)` where the resource is not among the columns.
    fn matches(&self, role: &MatrixRole, column: Option<Option<usize>>) -> bool {
        let texts = [Some(&role.name), role.client.as_ref(), role.group.as_ref(), role.owner.as_ref()];
        let is_level = |level: Level| match self.level {
            Some(wanted) => level == wanted,
            None => !matches!(level, Level::None | Level::NotApplicable),
        };
        let fits = match column {
            None => self.level.is_none() || role.cells.iter().any(|cell| is_level(cell.level)),
            Some(column) => column.and_then(|index| role.cells.get(index)).is_some_and(|cell| is_level(cell.level)),
        };
        fits && texts.into_iter().flatten().any(|text| self.finds(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access_matrix::{MatrixCell, Resource};

    fn matrix() -> Matrix {
        let cell = |level| MatrixCell { level, ..MatrixCell::default() };
        let role = |name: &str, group: &str, cells: [Level; 2]| MatrixRole {
            realm: "main".to_owned(),
            client: None,
            name: name.to_owned(),
            group: Some(group.to_owned()),
            is_privileged: false,
            is_for_machines: false,
            max_holders: None,
            owner: None,
            cells: cells.map(cell).into(),
        };
        let resource = |id: &str| Resource { id: id.to_owned(), ..Resource::default() };
        Matrix {
            resources: vec![resource("wiki"), resource("queue")],
            columns: vec![0, 1],
            roles: vec![
                role("reader", "Tenant", [Level::Read, Level::None]),
                role("editor", "Tenant", [Level::Editor, Level::None]),
                role("operator", "Platform", [Level::None, Level::Full]),
            ],
            ..Matrix::default()
        }
    }

    fn found(pairs: &[(&str, &str)]) -> Vec<String> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let query = MatrixQuery::from_params(&mut Params::new(pairs));
        query.narrowed(&matrix()).roles.into_iter().map(|role| role.name).collect()
    }

    #[test]
    fn filters_leave_the_roles_that_reach_a_resource_at_a_level() {
        assert_eq!(found(&[]), ["reader", "editor", "operator"]);
        assert_eq!(found(&[("resource", "wiki")]), ["reader", "editor"]);
        assert_eq!(found(&[("resource", "queue"), ("level", "full")]), ["operator"]);
        assert_eq!(found(&[("resource", "queue"), ("level", "none")]), ["reader", "editor"]);
        assert_eq!(found(&[("level", "editor")]), ["editor"]);
        assert_eq!(found(&[("resource", "gone")]), [""; 0]);
        assert_eq!(found(&[("q", "TENANT")]), ["reader", "editor"]);
        assert_eq!(found(&[("q", "operat"), ("level", "read")]), [""; 0]);
    }

    #[test]
    fn query_in_an_address_reads_back_and_wrong_values_are_named() {
        let query = MatrixQuery {
            view: MatrixView::Bursar,
            search: SearchTerm::parse("a & b").ok(),
            resource: Some("wiki".to_owned()),
            level: Some(Level::Restrict),
        };
        let pairs = query.to_params().into_iter().map(|(name, value)| (name.to_owned(), value));
        assert_eq!(MatrixQuery::from_params(&mut Params::new(pairs)), query);
        let wrong = [("level", "write"), ("matrix", "other")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut params = Params::new(wrong);
        assert_eq!(MatrixQuery::from_params(&mut params), MatrixQuery::default());
        assert_eq!(params.into_ignored(), ["matrix", "level"]);
    }
}
