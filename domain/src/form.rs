//! Problems at the fields of a form.

use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Problems by field name, in the order of the names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(BTreeMap<String, Violation>);

impl FieldErrors {
    /// A single problem.
    pub fn one(field: &str, problem: Violation) -> Self {
        Self(BTreeMap::from([(field.to_owned(), problem)]))
    }

    /// Adds a problem; the first one at a field stays.
    pub fn add(&mut self, field: &str, problem: Violation) {
        self.0.entry(field.to_owned()).or_insert(problem);
    }

    /// Keeps a parsed value, or notes the problem at its field.
    pub fn take<T>(&mut self, field: &str, parsed: Result<T, Violation>) -> Option<T> {
        parsed.map_err(|problem| self.add(field, problem)).ok()
    }

    /// Keeps values that were parsed together, or notes the problem at each field.
    pub fn take_all<T>(&mut self, parsed: Result<T, Self>) -> Option<T> {
        let add = |problems: Self| problems.0.into_iter().for_each(|(field, problem)| self.add(&field, problem));
        parsed.map_err(add).ok()
    }

    /// The problem at a field.
    pub fn at(&self, field: &str) -> Option<&Violation> {
        self.0.get(field)
    }

    /// Whether there is no problem.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problem, where it is the only one.
    pub fn single(&self) -> Option<&Violation> {
        self.0.values().next().filter(|_| self.0.len() == 1)
    }

    /// Field and problem, in the order of the field names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Violation)> {
        self.0.iter().map(|(field, problem)| (field.as_str(), problem))
    }
}
