//! Settling and releasing reservations.

use super::amount::parse_amount;
use super::{SpendKey, SpendRefusal};
use crate::form::FieldErrors;
use crate::id::ReservationId;
use crate::money::Money;
use crate::violation::Violation;

/// A reservation as its gateway names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReservationRef {
    /// By the id in the answer.
    Id(ReservationId),
    /// By the key in the request, where the answer was lost.
    Key(SpendKey),
}

/// The most tokens of a call. Totals of a day stay far from the largest number that is stored.
pub const MAX_TOKENS: i64 = 1_000_000_000_000;

/// Tokens of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Sent to the model.
    pub input: i64,
    /// Received from the model.
    pub output: i64,
}

impl Tokens {
    /// Parses the fields `input_tokens` and `output_tokens`.
    pub(super) fn parse(input: i64, output: i64, errors: &mut FieldErrors) -> Option<Self> {
        let (known, max) = (0..=MAX_TOKENS, MAX_TOKENS);
        let count = |count: i64| known.contains(&count).then_some(count).ok_or(Violation::TokensOutOfRange { max });
        let input = errors.take("input_tokens", count(input));
        let output = errors.take("output_tokens", count(output));
        Some(Self { input: input?, output: output? })
    }
}

/// What a call did cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// What was held for it.
    pub reservation: ReservationRef,
    /// What it did cost, zero or more, and more than was reserved where that is so.
    pub amount: Money,
    /// Its tokens.
    pub tokens: Tokens,
}

/// The fields of a [`Settlement`], as they are sent.
#[derive(Clone, Debug, Default)]
pub struct SettleFields {
    /// The id of the reservation; blank when `key` names it.
    pub reservation: String,
    /// The key of the reservation; read where there is no id.
    pub key: String,
    /// A decimal number.
    pub amount: String,
    /// Sent to the model.
    pub input_tokens: i64,
    /// Received from the model.
    pub output_tokens: i64,
}

impl Settlement {
    /// Parses the fields together.
    ///
    /// # Errors
    /// Every problem at its field.
    pub fn parse(fields: &SettleFields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let reservation = ReservationRef::parse(&fields.reservation, &fields.key, &mut errors);
        let amount = errors.take("amount", parse_amount(&fields.amount));
        let tokens = Tokens::parse(fields.input_tokens, fields.output_tokens, &mut errors);
        match (reservation, amount, tokens) {
            (Some(reservation), Some(amount), Some(tokens)) => Ok(Self { reservation, amount, tokens }),
            _ => Err(errors),
        }
    }
}

impl ReservationRef {
    /// Parses the fields `reservation` and `key`, of which the first one counts.
    pub fn parse(id: &str, key: &str, errors: &mut FieldErrors) -> Option<Self> {
        if id.is_empty() {
            return errors.take("key", SpendKey::parse(key)).map(Self::Key);
        }
        let id = id.parse().map_err(|_| Violation::unknown_choice("the id of a reservation"));
        errors.take("reservation", id).map(Self::Id)
    }
}

/// The answer to a [`Settlement`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettleOutcome {
    /// The spend is in the ledger, by this request or an earlier one with the same amount.
    Settled {
        /// The reservation.
        reservation: ReservationId,
        /// Whether an earlier request settled it.
        repeated: bool,
    },
    /// Nothing changed.
    Refused(SpendRefusal),
}

/// A call that was not made, or that cost nothing.
pub type Release = ReservationRef;

/// The answer to a [`Release`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseOutcome {
    /// Nothing is held any more, by this request, by an earlier one, or because the reservation has expired.
    Released {
        /// The reservation.
        reservation: ReservationId,
    },
    /// Nothing changed.
    Refused(SpendRefusal),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settlement_of_nothing_is_a_settlement() {
        let [reservation, amount] = ["019d0000-0000-7000-8000-000000000001", "0"].map(str::to_owned);
        let fields = SettleFields { reservation, amount, ..SettleFields::default() };
        let settlement = Settlement::parse(&fields).expect("a settlement");
        assert_eq!((settlement.amount, settlement.tokens), (Money::default(), Tokens::default()));
    }

    #[test]
    fn settlement_names_its_reservation_by_id_or_key() {
        let [key, amount] = ["call-1", "1"].map(str::to_owned);
        let fields = SettleFields { key, amount, ..SettleFields::default() };
        let by_key = Settlement::parse(&fields).expect("by key").reservation;
        assert_eq!(by_key, ReservationRef::Key(SpendKey::parse("call-1").expect("a key")));
        let wrong = SettleFields { reservation: "7".into(), input_tokens: -1, ..fields };
        let errors = Settlement::parse(&wrong).expect_err("no id");
        let found: Vec<_> = errors.iter().map(|(field, problem)| (field, problem.code())).collect();
        assert_eq!(found, [("input_tokens", "tokens_out_of_range"), ("reservation", "unknown_choice")]);
    }
}
