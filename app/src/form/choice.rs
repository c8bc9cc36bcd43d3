//! What a form with a chooser means: the value that scripts chose, or the only one that the typed text names.

use super::{Done, Form, FormOutcome};
use crate::error::PageError;
use domain::error::Refusal;
use domain::form::FieldErrors;
use domain::suggestion::{MATCHES, Suggestion, SuggestionKind, exact_match};
use domain::violation::Violation;

/// What was sent by a [`crate::ui::Chooser`].
pub(crate) struct Choice<'a> {
    /// The field of the choice.
    pub(crate) field: &'static str,
    /// What is chosen.
    pub(crate) kind: SuggestionKind,
    /// The choice; empty without scripts.
    pub(crate) value: String,
    /// The text in the field.
    pub(crate) typed: &'a str,
}

impl Form {
    /// Runs the action with the choice. A text that names none or several comes back with `found` to choose from.
    pub(crate) async fn submit_choice<A>(
        self,
        choice: Choice<'_>,
        found: impl Future<Output = Result<Vec<Suggestion>, services::Error>>,
        action: impl FnOnce(String) -> A,
    ) -> Result<FormOutcome, PageError>
    where
        A: Future<Output = Result<Done, services::Error>> + Send + 'static,
    {
        let Choice { field, kind, value, typed } = choice;
        if !value.is_empty() {
            return self.submit(action(value)).await;
        }
        let (noun, typed) = (kind.noun().to_owned(), typed.trim().to_owned());
        if typed.is_empty() {
            let problem = Violation::unknown_choice(&format!("a {noun}"));
            return self.come_back(FieldErrors::one(field, problem).into()).await;
        }
        let found = match found.await {
            Ok(found) => found,
            Err(fault) => return self.come_back(Refusal::from(fault)).await,
        };
        if let Some(named) = exact_match(&found) {
            return self.submit(action(named.value.clone())).await;
        }
        if found.is_empty() {
            return self.come_back(FieldErrors::one(field, Violation::NoMatch { noun, typed }).into()).await;
        }
        let matches = serde_json::to_string(&found).unwrap_or_default();
        self.keeping(MATCHES, matches)
            .come_back(FieldErrors::one(field, Violation::NoExactMatch { noun, typed }).into())
            .await
    }
}
