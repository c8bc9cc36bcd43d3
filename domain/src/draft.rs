//! Objects as forms and API clients edit them. Every draft lists its fields once: forms, the conflict page, audit events
//! and the API read that list.

use crate::form::FieldErrors;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The fields of an object that can be edited.
pub trait Draft: Clone + PartialEq + Sized + 'static {
    /// Every field, in the order of the form.
    const FIELDS: &'static [DraftField<Self>];

    /// Checks the fields against each other.
    ///
    /// # Errors
    /// A problem at its field.
    fn check(&self) -> Result<(), FieldErrors> {
        Ok(())
    }

    /// Every field with its value.
    fn fields(&self) -> Vec<Field> {
        let of = |field: &DraftField<Self>| Field { name: field.name, label: field.label, value: (field.value)(self) };
        Self::FIELDS.iter().map(of).collect()
    }

    /// Names and labels of the fields, for the summary of a form's problems.
    fn labels() -> Vec<(&'static str, &'static str)> {
        Self::FIELDS.iter().map(|field| (field.name, field.label)).collect()
    }

    /// `self` with the stored value of each field that `takes_theirs` names.
    ///
    /// # Errors
    /// As [`Draft::check`].
    fn merged(mut self, theirs: &Self, takes_theirs: impl Fn(&str) -> bool) -> Result<Self, FieldErrors> {
        for field in Self::FIELDS.iter().filter(|field| takes_theirs(field.name)) {
            (field.copy)(&mut self, theirs);
        }
        self.check()?;
        Ok(self)
    }
}

/// A field of a draft `D`, without a value.
#[derive(Debug)]
pub struct DraftField<D> {
    /// Its name in forms, conflicts and audit events.
    pub name: &'static str,
    /// Its label on screens.
    pub label: &'static str,
    /// The most characters of a text; 0 for other fields.
    pub max_length: u16,
    value: fn(&D) -> FieldValue,
    copy: fn(&mut D, &D),
}

impl<D> DraftField<D> {
    /// Declares a field with how it is read and how it is copied from another draft.
    pub const fn new(
        name: &'static str,
        label: &'static str,
        max_length: usize,
        value: fn(&D) -> FieldValue,
        copy: fn(&mut D, &D),
    ) -> Self {
        Self { name, label, max_length: max_length as u16, value, copy }
    }
}

/// Declares the fields of a draft, one a line: constant, field, label, the most characters of a text (0 for other
/// fields), value. The name in forms, conflicts and audit events is that of the field.
macro_rules! draft_fields {
    ($draft:ident { $($constant:ident: $field:ident, $label:literal, $max:expr, $value:expr;)+ } $(check $check:expr)?) => {
        impl $draft {
            $(
                #[doc = concat!("The field “", $label, "”.")]
                pub const $constant: $crate::draft::DraftField<Self> = $crate::draft::DraftField::<Self>::new(
                    stringify!($field),
                    $label,
                    $max,
                    $value,
                    |draft, other| draft.$field.clone_from(&other.$field),
                );
            )+
        }

        impl $crate::draft::Draft for $draft {
            const FIELDS: &'static [$crate::draft::DraftField<Self>] = &[$(Self::$constant),+];
            $(
                fn check(&self) -> Result<(), $crate::form::FieldErrors> {
                    $check(self)
                }
            )?
        }
    };
}

/// A field of a draft with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in forms, conflicts and audit events.
    pub name: &'static str,
    /// Its label on screens.
    pub label: &'static str,
    /// Its value.
    pub value: FieldValue,
}

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// In the spelling of the form; empty for no value.
    pub typed: String,
    /// As pages show it.
    pub shown: String,
}

impl FieldValue {
    /// A value that is shown as it is typed.
    pub fn text(typed: impl Into<String>) -> Self {
        let typed = typed.into();
        Self { shown: typed.clone(), typed }
    }

    /// The value of a switch.
    pub fn switch(is_on: bool) -> Self {
        Self::shown(is_on.to_string(), if is_on { "On" } else { "Off" })
    }

    /// A value that is typed in one way and shown in another.
    pub fn shown(typed: impl Into<String>, shown: impl Into<String>) -> Self {
        Self { typed: typed.into(), shown: shown.into() }
    }
}

/// Values by field name, in the spelling of the form.
pub type Values = BTreeMap<String, String>;

/// What an edit form carries beside its fields. The browser could send other values than the server rendered; then
/// the user overwrites values that she is allowed to change and that her own page did not show her, nothing more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditBasis {
    /// The values the form was rendered with.
    pub base: Values,
    /// The stored values that were offered for a choice.
    pub offered: Values,
    /// The side chosen for each field.
    pub choice: BTreeMap<String, Side>,
    /// The side chosen for all fields at once.
    pub all: Option<Side>,
}

impl EditBasis {
    /// The name under which a form sends the value that a field was rendered with.
    pub fn base_name(field: &str) -> String {
        format!("basis[base][{field}]")
    }

    /// The name under which a form sends the stored value that was offered for a field.
    pub fn offered_name(field: &str) -> String {
        format!("basis[offered][{field}]")
    }

    /// The name under which a form sends the side chosen for a field.
    pub fn choice_name(field: &str) -> String {
        format!("basis[choice][{field}]")
    }

    /// The name under which a form sends the side chosen for all fields.
    pub const ALL_NAME: &'static str = "basis[all]";

    /// What a form that comes back sends once more.
    pub fn kept(&self) -> Values {
        self.base.iter().map(|(field, value)| (Self::base_name(field), value.clone())).collect()
    }
}

/// One of the two who changed a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The user who sends the form.
    Mine,
    /// The user who saved first.
    Theirs,
}

impl Side {
    /// As a form sends it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Theirs => "theirs",
        }
    }
}

/// What has to hold of the stored object for an edit to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// The edit comes from a form that was rendered with this version. A later version is merged with the edit.
    FormVersion {
        /// The version.
        version: i64,
        /// The values that the form was rendered with, and the choices made since.
        basis: EditBasis,
    },
    /// The object has to have one of these versions: `If-Match` (RFC 9110, section 13.1.1), or `version` in the body of an
    /// API request.
    IfMatch(Vec<i64>),
    /// Whatever is stored is edited.
    None,
}

impl From<i64> for Precondition {
    fn from(version: i64) -> Self {
        Self::IfMatch(vec![version])
    }
}

impl Precondition {
    /// Whether an object with this version does not meet it.
    pub fn is_stale(&self, stored: i64) -> bool {
        match self {
            Self::FormVersion { version, .. } => *version != stored,
            Self::IfMatch(versions) => !versions.contains(&stored),
            Self::None => false,
        }
    }
}

/// An edit of a stored object: the fields to replace, and the precondition.
pub struct Edit<D> {
    /// What has to hold of the stored object.
    pub precondition: Precondition,
    replace: Box<dyn FnOnce(D) -> Result<D, FieldErrors> + Send>,
}

impl<D: Draft + Send> Edit<D> {
    /// Replaces fields of the stored draft, which is known under its lock.
    pub fn new(precondition: Precondition, replace: impl FnOnce(D) -> Result<D, FieldErrors> + Send + 'static) -> Self {
        Self { precondition, replace: Box::new(replace) }
    }

    /// Replaces every field.
    pub fn whole(precondition: Precondition, draft: D) -> Self {
        Self::new(precondition, |_| Ok(draft))
    }

    /// Replaces every field by a form of this version without a record of its values: any difference to a later version
    /// needs a choice.
    pub fn of_version(version: i64, draft: D) -> Self {
        Self::whole(Precondition::FormVersion { version, basis: EditBasis::default() }, draft)
    }

    /// Whether it comes from a form of the console.
    pub const fn is_form(&self) -> bool {
        matches!(self.precondition, Precondition::FormVersion { .. })
    }

    /// The edited draft, and the precondition under which it is saved.
    ///
    /// # Errors
    /// A problem at a field that does not go with the stored ones.
    pub fn of_stored(self, stored: &D) -> Result<(D, Precondition), FieldErrors> {
        Ok(((self.replace)(stored.clone())?, self.precondition))
    }
}
