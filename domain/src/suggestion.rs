//! Suggestions of a search field where one of many is chosen: a user, a project, a budget.

use serde::{Deserialize, Serialize};

/// The most suggestions at a time; more are narrowed by typing.
pub const MAX_SUGGESTIONS: u8 = 8;

/// The field that holds what was typed where a choice is expected. The choice itself has a field of its own.
pub const TYPED: &str = "typed";

/// The kept value that holds the suggestions for an ambiguous text, as JSON.
pub const MATCHES: &str = "matches";

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestionKind {
    /// A user.
    User,
    /// A shared project.
    Project,
    /// A budget.
    Budget,
}

impl SuggestionKind {
    /// One of them, in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Project => "project",
            Self::Budget => "budget",
        }
    }
}

/// One user, project or budget to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// What a form sends: a technical name or an id.
    pub value: String,
    /// The name on screens.
    pub label: String,
    /// What tells it from others of the same name: an e-mail address, a technical name, a reset period.
    pub detail: String,
    /// It is chosen already and cannot be chosen again.
    pub is_chosen: bool,
    /// The search term is its whole name, e-mail address or technical name.
    pub is_exact: bool,
}

/// The suggestion that a text names without doubt: the only exact match.
pub fn exact_match(suggestions: &[Suggestion]) -> Option<&Suggestion> {
    let mut exact = suggestions.iter().filter(|suggestion| suggestion.is_exact);
    exact.next().filter(|_| exact.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(value: &str, is_exact: bool) -> Suggestion {
        let (label, detail) = (value.to_owned(), String::new());
        Suggestion { value: value.to_owned(), label, detail, is_chosen: false, is_exact }
    }

    #[test]
    fn text_names_a_suggestion_only_as_its_one_exact_match() {
        let (atlas, other, longer) = (suggestion("atlas", true), suggestion("atlas-2", true), suggestion("x", false));
        assert_eq!(exact_match(&[atlas.clone(), longer.clone()]), Some(&atlas));
        assert_eq!(exact_match(&[atlas, other]), None, "two exact matches");
        assert_eq!(exact_match(&[longer]), None, "a part of one name is a guess");
        assert_eq!(exact_match(&[]), None);
    }
}
