//! The rules that can refuse a change or an input: one variant a rule, with its facts, a code and an English sentence.
//!
//! Pages show the sentence, API clients match on the code. Both come from [`catalog`], the only place with such texts.

mod catalog;

pub use catalog::Violation;

use serde::{Deserialize, Serialize};

/// Declares the catalog. An entry is a variant with its facts, its code, the status that `/v1` answers with (none where
/// only pages and commands refuse it), the form field that it belongs to, where it can only be that one, and its sentence.
macro_rules! violations {
    ($(
        $variant:ident $({ $($fact:ident: $kind:ty),+ })? $code:literal $($status:literal)? $(at $field:literal)?
            => $text:literal $(, $name:ident = $argument:expr)*;
    )*) => {
        /// A rule that says no.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(into = "super::Parts", try_from = "super::Parts")]
        pub enum Violation {
            $(
                #[doc = $text]
                $variant $({ $(#[doc = stringify!($fact)] $fact: $kind),+ })?,
            )*
        }

        impl Violation {
            /// Code and sentence of every violation, and the status where `/v1` answers with it.
            pub const ALL: &[(&str, Option<u16>, &str)] = &[$(($code, super::status!($($status)?), $text)),*];

            /// What API clients match on. It never changes.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code,)* }
            }

            /// The status of the answer of `/v1` (RFC 9110).
            pub const fn status(&self) -> Option<u16> {
                match self { $(Self::$variant { .. } => super::status!($($status)?),)* }
            }

            /// The field of a form that it belongs to, where it can be only one.
            pub const fn field(&self) -> Option<&'static str> {
                match self {
                    $($(Self::$variant { .. } => Some($field),)?)*
                    _ => None,
                }
            }

            pub(super) fn facts(&self) -> Vec<String> {
                match self { $(Self::$variant $({ $($fact),+ })? => vec![$($($fact.to_string()),+)?],)* }
            }

            pub(super) fn from_parts(code: &str, mut facts: impl Iterator<Item = String>) -> Option<Self> {
                Some(match code {
                    $($code => Self::$variant $({ $($fact: facts.next()?.parse().ok()?),+ })?,)*
                    _ => return None,
                })
            }
        }

        impl std::fmt::Display for Violation {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $(Self::$variant $({ $($fact),+ })? => write!(f, $text $(, $name = $argument)*),)* }
            }
        }
    };
}
use violations;

macro_rules! status {
    () => {
        None
    };
    ($status:literal) => {
        Some($status)
    };
}
use status;

impl std::error::Error for Violation {}

impl Violation {
    /// `what` is missing: "the name".
    pub fn required(what: &str) -> Self {
        Self::Required { what: what.to_owned() }
    }

    /// The value is not one of `choices`: "asc or desc".
    pub fn unknown_choice(choices: &str) -> Self {
        Self::UnknownChoice { choices: choices.to_owned() }
    }

    /// `what` has `length` characters and may have `max`.
    pub fn too_long(what: &str, length: usize, max: usize) -> Self {
        Self::TooLong { what: what.to_owned(), over: length - max, max }
    }
}

/// Finds the value of a closed set by its key.
///
/// # Errors
/// No value has the key; `choices` names the keys that there are.
pub(crate) fn parse_key<T: Copy, const N: usize>(
    all: [T; N],
    key: fn(T) -> &'static str,
    raw: &str,
    choices: &str,
) -> Result<T, Violation> {
    all.into_iter().find(|value| key(*value) == raw).ok_or_else(|| Violation::unknown_choice(choices))
}

/// A violation as it is stored and sent to browsers: the code, then the facts. Derived code for this many variants would
/// be a large part of the first page's WebAssembly.
#[derive(Serialize, Deserialize)]
struct Parts(Vec<String>);

impl From<Violation> for Parts {
    fn from(violation: Violation) -> Self {
        Self(std::iter::once(violation.code().to_owned()).chain(violation.facts()).collect())
    }
}

impl TryFrom<Parts> for Violation {
    type Error = &'static str;

    fn try_from(Parts(parts): Parts) -> Result<Self, Self::Error> {
        let mut parts = parts.into_iter();
        let code = parts.next().unwrap_or_default();
        Self::from_parts(&code, parts).ok_or("unknown violation")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_in_snake_case() {
        let codes: BTreeSet<&str> = Violation::ALL.iter().map(|(code, ..)| *code).collect();
        assert_eq!(codes.len(), Violation::ALL.len());
        for code in codes {
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
        }
    }

    #[test]
    fn every_violation_survives_storage() {
        for (code, status, _) in Violation::ALL {
            // A number is a text too.
            let facts = std::iter::repeat_n("1".to_owned(), 8);
            let violation = Violation::from_parts(code, facts).expect("facts of every kind");
            let stored = serde_json::to_string(&violation).expect("JSON");
            assert_eq!(serde_json::from_str::<Violation>(&stored).expect("the same"), violation, "{stored}");
            assert_eq!((violation.code(), violation.status()), (*code, *status));
            let text = violation.to_string();
            assert!(text.ends_with('.') && !text.contains(['{', '}']), "{code}: {text}");
        }
    }

    #[test]
    fn unknown_code_and_missing_fact_are_refused() {
        for stored in [r#"["of_another_release"]"#, r#"["creator_stays"]"#, "[]", r#""Enter a name.""#] {
            assert!(serde_json::from_str::<Violation>(stored).is_err(), "{stored}");
        }
    }
}
