//! Three-way merge of an edit form: what the form was rendered with, what was sent, and what is stored by now.
//!
//! A field that only one side changed needs no choice: that change is kept. A field that both sides changed to
//! different values needs one, so that neither change is lost without a decision.

mod words;

use crate::draft::{Draft, EditBasis, FieldValue, Side};
use crate::form::FieldErrors;
use crate::id::UserId;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Who changed a field since the form was rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Changed {
    /// Neither side, or both to the same value.
    Alike,
    /// The user who sends the form.
    Mine,
    /// The user who saved first.
    Theirs,
    /// Both, to different values.
    Both,
}

/// Who changed a value. Without a base this is unknown, so that any difference needs a choice.
pub fn changed(base: Option<&str>, mine: &str, theirs: &str) -> Changed {
    match base {
        _ if mine == theirs => Changed::Alike,
        Some(base) if base == mine => Changed::Theirs,
        Some(base) if base == theirs => Changed::Mine,
        _ => Changed::Both,
    }
}

/// Who saved a value, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The user's id; `None` when it was not a user of the console, or is not known.
    pub by: Option<UserId>,
    /// The user's name.
    pub name: String,
    /// Whether it is the user who sends the form, in another tab.
    pub is_you: bool,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// One field of a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictField {
    /// The field's name in the form.
    pub name: String,
    /// What the field is called on the screen.
    pub label: String,
    /// The value the form was rendered with, if it says so.
    pub base: Option<String>,
    /// What the user entered.
    pub yours: FieldValue,
    /// What is stored.
    pub theirs: FieldValue,
    /// Who changed it.
    pub changed: Changed,
    /// The side chosen where both changed it.
    pub choice: Option<Side>,
    /// Who saved the stored value.
    pub saved: Saved,
}

impl ConflictField {
    /// Whether both changed it and no side is chosen.
    pub fn needs_choice(&self) -> bool {
        self.changed == Changed::Both && self.choice.is_none()
    }

    /// Whether the stored value is kept.
    fn takes_theirs(&self) -> bool {
        self.changed == Changed::Theirs || (self.changed == Changed::Both && self.choice == Some(Side::Theirs))
    }

    /// The merged value: the user's own until another is kept.
    pub fn merged(&self) -> &FieldValue {
        if self.takes_theirs() { &self.theirs } else { &self.yours }
    }
}

/// Another user saved since the form was rendered, and the form was not saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The last save.
    pub saved: Saved,
    /// The name of the user who sends the form.
    pub your_name: String,
    /// That user's id.
    pub your_id: UserId,
    /// The stored version.
    pub version: i64,
    /// Every field of the form; empty where a change was refused without comparing fields.
    pub fields: Vec<ConflictField>,
    /// What is wrong at a field: no choice, or a merged value that is not valid.
    pub problems: FieldErrors,
}

impl Conflict {
    /// Whether a field waits for a choice.
    pub fn needs_choice(&self) -> bool {
        self.fields.iter().any(ConflictField::needs_choice)
    }
}

/// What a merge came to, field by field; empty when no other user saved since the form was rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merge {
    fields: Vec<ConflictField>,
}

impl Merge {
    /// Compares the draft of a form with what is stored. `saved` says who saved a field.
    pub fn new<D: Draft>(draft: &D, basis: &EditBasis, stored: &D, saved: impl Fn(&str) -> Saved) -> Self {
        let fields = draft.fields().into_iter().zip(stored.fields()).map(|(mine, theirs)| {
            let base = basis.base.get(mine.name).cloned();
            // A choice was made between the values that were shown. When the stored one is another by now, it is open.
            let was_offered = basis.offered.get(mine.name) == Some(&theirs.value.typed);
            let chosen = basis.all.or_else(|| basis.choice.get(mine.name).copied());
            ConflictField {
                name: mine.name.to_owned(),
                label: mine.label.to_owned(),
                changed: changed(base.as_deref(), &mine.value.typed, &theirs.value.typed),
                base,
                choice: chosen.filter(|_| was_offered),
                saved: saved(mine.name),
                yours: mine.value,
                theirs: theirs.value,
            }
        });
        Self { fields: fields.collect() }
    }

    /// The merged draft.
    ///
    /// # Errors
    /// A problem at each field that waits for a choice it was offered before, or at a field whose merged value is not
    /// valid. Fields that wait for their first choice make an error without problems.
    pub fn draft<D: Draft>(&self, draft: D, basis: &EditBasis, stored: &D) -> Result<D, FieldErrors> {
        if self.fields.iter().any(ConflictField::needs_choice) {
            return Err(self.missing_choices(basis));
        }
        draft.merged(stored, |name| self.fields.iter().any(|field| field.name == name && field.takes_theirs()))
    }

    fn missing_choices(&self, basis: &EditBasis) -> FieldErrors {
        let mut problems = FieldErrors::default();
        for field in self.fields.iter().filter(|field| field.needs_choice()) {
            let label = field.label.clone();
            match basis.offered.get(&field.name) {
                Some(offered) if *offered == field.theirs.typed => {
                    problems.add(&field.name, Violation::ChoiceMissing { label });
                }
                Some(_) => problems.add(&field.name, Violation::ChangedOnceMore { label }),
                None => {}
            }
        }
        problems
    }

    /// The fields, for a conflict.
    pub fn into_fields(self) -> Vec<ConflictField> {
        self.fields
    }
}

#[cfg(test)]
mod tests;
