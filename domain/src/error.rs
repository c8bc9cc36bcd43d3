//! Why an action or a page is refused.

use crate::conflict::Conflict;
use crate::form::FieldErrors;
use crate::violation::Violation;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, UtcOffset};

/// The one error of the console's services, pages and API.
///
/// It tells its reader nothing that they may not know: an object that they may not see is [`Refusal::NotFound`], and the
/// page of a [`Refusal::Internal`] shows the request id alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// No user is signed in, or the session has expired.
    #[error("Sign in to go on.")]
    SignedOut,
    /// Signed in with a one-time password that has to be changed first.
    #[error("Choose a new password to go on.")]
    PasswordChangeDue,
    /// The change needs a fresh re-authentication.
    #[error("Confirm that it is you to go on.")]
    ConfirmationDue,
    /// The role does not allow this, or sign-in is refused.
    #[error(transparent)]
    Forbidden(Violation),
    /// The object does not exist, or the user may not see it.
    #[error("There is nothing here, or you may not see it.")]
    NotFound,
    /// Values are refused; each violation stands at its field.
    #[error("Some fields need another look.")]
    Invalid(FieldErrors),
    /// A rule says no.
    #[error(transparent)]
    Rule(Violation),
    /// Another user saved first; who, and what each side changed.
    #[error("Another user saved this while you were editing it.")]
    Conflict(Box<Conflict>),
    /// Too many tries; the number is how many seconds to wait.
    #[error("Too many tries. Wait {0} seconds, then try again.")]
    TooMany(u64),
    /// Too many sign-ins with this address failed, whether an account has it or not.
    #[error("Sign-in for this address is blocked until {}. An administrator can unlock it.", clock_time(*.until))]
    SignInBlocked {
        /// When sign-in is possible again.
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
        /// How many seconds that is from now.
        seconds: u64,
    },
    /// As many passwords as may wait are waiting to be verified. Nothing was changed.
    #[error("Too many users are signing in at this moment. Nothing was changed. Wait a few seconds, then try again.")]
    Busy,
    /// The database did not answer in time. Nothing was changed.
    #[error("Bursar could not answer in time. Nothing was changed; try again.")]
    Unavailable,
    /// The database went away during the commit: nobody can know whether the change stands.
    #[error(
        "The database went away while this was saved, and it is not known whether it was kept. Load the page again and \
         look before you try again."
    )]
    Uncertain,
    /// A fault of ours. The page shows the request id.
    #[error("Something went wrong on our side. Nothing was changed.")]
    Internal,
}

impl Refusal {
    /// The rule that is violated, where it is a single one.
    pub fn violation(&self) -> Option<&Violation> {
        match self {
            Self::Forbidden(violation) | Self::Rule(violation) => Some(violation),
            Self::Invalid(errors) => errors.single(),
            _ => None,
        }
    }

    /// What API clients match on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::PasswordChangeDue => "password_change_required",
            Self::ConfirmationDue => "reauthentication_required",
            Self::Forbidden(_) | Self::Invalid(_) | Self::Rule(_) => {
                self.violation().map_or("invalid_fields", Violation::code)
            }
            Self::NotFound => "not_found",
            Self::Conflict(_) => "conflict",
            Self::TooMany(_) => "too_many_requests",
            Self::SignInBlocked { .. } => "sign_in_blocked",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
            Self::Uncertain => "uncertain",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status that says the same (RFC 9110).
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignedOut => 401,
            Self::PasswordChangeDue | Self::ConfirmationDue | Self::Forbidden(_) => 403,
            Self::NotFound => 404,
            Self::Invalid(_) => 422,
            Self::Rule(_) | Self::Conflict(_) => 409,
            Self::TooMany(_) | Self::SignInBlocked { .. } => 429,
            Self::Busy | Self::Unavailable => 503,
            // Not 503, which invites programs to send the same again.
            Self::Uncertain => 504,
            Self::Internal => 500,
        }
    }
}

impl From<Violation> for Refusal {
    /// At its field, where the violation belongs to one.
    fn from(violation: Violation) -> Self {
        match violation.field() {
            Some(field) => FieldErrors::one(field, violation).into(),
            None => Self::Rule(violation),
        }
    }
}

impl From<FieldErrors> for Refusal {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

/// `21:52 UTC`, the next full minute: at that time it is over.
fn clock_time(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC) + Duration::seconds(59);
    format!("{:02}:{:02} UTC", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn blocked_sign_in_names_the_minute_when_it_is_over_and_its_zone() {
        for (until, expected) in [
            (datetime!(2026-11-17 21:52 UTC), "21:52 UTC"),
            (datetime!(2026-11-17 22:51:01 +1), "21:52 UTC"),
            (datetime!(2026-11-17 23:59:30 UTC), "00:00 UTC"),
        ] {
            let text = Refusal::SignInBlocked { until, seconds: 900 }.to_string();
            let sentences = ". An administrator can unlock it.";
            assert_eq!(text, format!("Sign-in for this address is blocked until {expected}{sentences}"));
        }
    }
}
