//! What a service answered when it did not do what was asked.

use crate::Error;
use domain::conflict::Conflict;
use domain::error::Refusal;
use domain::violation::Violation;
use std::fmt::Debug;

/// The refusal.
///
/// # Panics
/// It was done.
pub fn refusal<T: Debug>(result: Result<T, Error>) -> Refusal {
    result.expect_err("a refusal").into()
}

/// The rule that refused.
///
/// # Panics
/// It was done, or refused for something else.
pub fn rule<T: Debug>(result: Result<T, Error>) -> Violation {
    match refusal(result) {
        Refusal::Rule(violation) => violation,
        other => panic!("expected a rule, got {other:?}"),
    }
}

/// The conflict with what another user saved first.
///
/// # Panics
/// It was done, or refused for something else.
pub fn conflict<T: Debug>(result: Result<T, Error>) -> Conflict {
    match refusal(result) {
        Refusal::Conflict(conflict) => *conflict,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

/// The problem at a field.
///
/// # Panics
/// It was done, or refused for something else.
pub fn problem<T: Debug>(result: Result<T, Error>, field: &str) -> Violation {
    match refusal(result) {
        Refusal::Invalid(errors) => errors.at(field).expect("a problem at the field").clone(),
        other => panic!("expected a problem at {field}, got {other:?}"),
    }
}
