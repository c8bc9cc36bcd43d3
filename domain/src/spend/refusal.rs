//! Why spend is denied or refused: the codes that gateways match on, and their sentences.

use crate::money::Money;

macro_rules! refusals {
    ($($(#[doc = $doc:literal])* $name:ident $({ $($fact:ident: $kind:ty),+ })? $code:literal => $text:literal;)*) => {
        /// Why a reservation is denied, or a settlement or an event refused.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum SpendRefusal {
            $($(#[doc = $doc])* $name $({ $(#[doc = stringify!($fact)] $fact: $kind),+ })?,)*
        }

        impl SpendRefusal {
            /// Code and sentence of each.
            pub const ALL: &[(&str, &str)] = &[$(($code, $text)),*];

            /// What gateways match on. It never changes.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code,)* }
            }
        }

        impl std::fmt::Display for SpendRefusal {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $(Self::$name $({ $($fact),+ })? => write!(f, $text),)* }
            }
        }
    };
}

refusals! {
    /// The budget has no room.
    HardLimitReached { budget: String, hard: Money, left: Money } "hard_limit_reached"
        => "The budget {budget} has {left} of {hard} left until it resets.";
    /// The member's share of the project's budget has no room.
    MemberLimitReached { hard: Money, left: Money } "member_limit_reached"
        => "The user's share of the project's budget has {left} of {hard} left until it resets.";
    /// The project enforces member limits and the request names no user.
    AllocationMissing { project: String } "allocation_missing"
        => "The project {project} enforces member limits, so the request has to name a user.";
    /// The account is deactivated.
    UserDeactivated "user_deactivated" => "The account of the user is deactivated.";
    /// No user has this id, e-mail address or username.
    UnknownUser "unknown_user" => "No user has this id, e-mail address or username.";
    /// No project has this technical name.
    UnknownProject "unknown_project" => "No project has this technical name.";
    /// The project was deleted.
    ProjectDeleted { project: String } "project_deleted" => "The project {project} was deleted.";
    /// The user is not in the project.
    NotAMember { project: String } "not_a_member" => "The user is not a member of {project}.";
    /// The key belongs to other content.
    KeyReused "key_reused" => "This key was used with other content. Each call needs a key of its own.";
    /// The reservation with this key was settled or released, or has expired: nothing is held for another call.
    ReservationEnded "reservation_ended"
        => "The reservation with this key has ended. Reserve with another key.";
    /// No reservation of this gateway has this id or key.
    UnknownReservation "unknown_reservation" => "This gateway has no reservation with this id or key.";
    /// It was settled with another amount, or is to be released after it was settled.
    AlreadySettled { amount: Money } "already_settled" => "The reservation was settled with {amount}.";
    /// It was released, so nothing was spent.
    AlreadyReleased "already_released"
        => "The reservation was released. Report the spend as an event with another key.";
    /// Older than the keys that are known.
    TooOld "too_old" => "The event is more than 92 days old.";
    /// Later than the clocks can differ.
    InTheFuture "in_the_future" => "The event is more than 5 minutes in the future. Check the clock of the gateway.";
    /// No event of this gateway has the key that the correction names.
    UnknownEvent "unknown_event" => "This gateway reported no event with the key that is to be corrected.";
    /// Another user, project, category or model than in the event that is corrected.
    CorrectionMismatch "correction_mismatch"
        => "User, project, category and model have to be those of the event that is corrected.";
    /// More than what is left of the event.
    CorrectionTooLarge { left: Money } "correction_too_large" => "Of the event that is corrected, {left} is left.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_sentences_end() {
        let codes: BTreeSet<_> = SpendRefusal::ALL.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), SpendRefusal::ALL.len());
        assert!(SpendRefusal::ALL.iter().all(|(_, text)| text.ends_with('.')));
    }

    #[test]
    fn every_code_is_documented() {
        let document = include_str!("../../../docs/spend.md");
        for (code, _) in SpendRefusal::ALL {
            assert!(document.contains(&format!("`{code}`")), "{code}");
        }
    }

    #[test]
    fn sentence_says_what_is_left() {
        let money = |raw: &str| Money::parse(raw).expect("an amount");
        let refusal = SpendRefusal::HardLimitReached { budget: "Leads".into(), hard: money("250"), left: money("0.5") };
        assert_eq!(refusal.to_string(), "The budget Leads has $0.50 of $250.00 left until it resets.");
        assert_eq!(refusal.code(), "hard_limit_reached");
    }
}
