//! What the next page shows after a form was sent: the form again with its problems, or a notice.

use crate::denial::Denied;
use crate::error::Refusal;
use crate::provider::ProviderSignOut;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A form that was sent and refused: everything its page needs to show it again, passwords excepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormState {
    /// Which form of the page.
    pub form: String,
    /// What was typed.
    pub values: BTreeMap<String, String>,
    /// Why it came back.
    pub refusal: Refusal,
}

impl FormState {
    /// The value typed into a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.values.get(field).map(String::as_str)
    }

    /// The problem at a field.
    pub fn problem(&self, field: &str) -> Option<&Violation> {
        match &self.refusal {
            Refusal::Invalid(errors) => errors.at(field),
            _ => None,
        }
    }

    /// With the merged values and their problems, after a conflict that leaves nothing to choose.
    #[must_use]
    pub fn resumed(self) -> Self {
        match self.refusal {
            Refusal::Conflict(conflict) => {
                let values = conflict.merged_values();
                Self { values, refusal: Refusal::Invalid(conflict.problems), form: self.form }
            }
            _ => self,
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
        /// How to undo it, if that is possible.
        undo: Option<Undo>,
    },
    /// Sign-in was refused.
    Denied(Box<Denied>),
    /// The session was revoked here; signing out at the identity provider comes next.
    SignOut(ProviderSignOut),
}

/// A form that undoes an action.
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
    use crate::form::FieldErrors;

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
