//! What a form shows after it was sent: problems at fields, conflicts, and the values typed.

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

    /// The problem at a field.
    pub fn at(&self, field: &str) -> Option<&Violation> {
        self.0.get(field)
    }

    /// Whether there is no problem.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Field and problem, in the order of the field names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Violation)> {
        self.0.iter().map(|(field, problem)| (field.as_str(), problem))
    }
}

/// A form that was sent and refused: everything its page needs to show it again, passwords excepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormState {
    /// Which form of the page.
    pub form: String,
    /// What was typed.
    pub values: BTreeMap<String, String>,
    /// Why it came back.
    pub refusal: crate::error::Refusal,
}

impl FormState {
    /// The value typed into a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.get(field).map(String::as_str)
    }

    /// The problem at a field.
    pub fn problem(&self, field: &str) -> Option<&Violation> {
        match &self.refusal {
            crate::error::Refusal::Invalid(errors) => errors.at(field),
            _ => None,
        }
    }
}

/// What the next page shows once, after a form was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flash {
    /// A form that came back.
    Form(FormState),
    /// Something was done.
    Notice {
        /// A sentence for the toast.
        text: String,
        /// How to take it back, if it can be.
        undo: Option<Undo>,
    },
    /// Somebody was turned away at the door.
    Denied(Box<crate::denial::Denied>),
    /// The session has ended here, and its end at the identity provider comes next.
    SignOut(crate::provider::ProviderSignOut),
}

/// A form that takes an action back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The address of the server function.
    pub action: String,
    /// What it is sent.
    pub fields: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Refusal;

    #[test]
    fn refused_form_survives_storage_and_that_of_an_older_release_does_not_decode() {
        let refusal = Refusal::from(FieldErrors::one("name", Violation::required("the name")));
        let form = FormState { form: "new".to_owned(), values: BTreeMap::new(), refusal };
        let stored = serde_json::to_string(&form).expect("JSON");
        assert_eq!(serde_json::from_str::<FormState>(&stored).expect("the same"), form, "{stored}");
        for old in [r#"{"Invalid":{"name":"Enter the name."}}"#, r#"{"Rule":"Budgets are switched off."}"#] {
            let stored = format!(r#"{{"form":"new","values":{{}},"refusal":{old}}}"#);
            assert!(serde_json::from_str::<FormState>(&stored).is_err(), "{old}");
        }
    }
}
