//! Events of spend that were not reserved, and corrections.

use super::{Model, SpendAmount, SpendKey, SpendRefusal, SpendSubject, Tokens};
use crate::budget::Category;
use crate::form::FieldErrors;
use crate::violation::Violation;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// Keys are known for this time, so older events are refused: they could be counted twice.
pub const KEY_RETENTION: Duration = Duration::days(92);
/// The clock of a gateway may be this much ahead.
pub const MAX_CLOCK_SKEW: Duration = Duration::minutes(5);

/// A call that was made, or the correction of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendEvent {
    /// The same key again is the same event.
    pub key: SpendKey,
    /// Who spent.
    pub subject: SpendSubject,
    /// The category of the budget that pays.
    pub category: Category,
    /// The model that was called, where it is known.
    pub model: Option<Model>,
    /// What it did cost; negative in a correction.
    pub amount: SpendAmount,
    /// The user paid with credentials of their own: no budget does.
    pub personal: bool,
    /// Its tokens.
    pub tokens: Tokens,
    /// When; this decides the window.
    pub spent_at: OffsetDateTime,
    /// In a correction, the key of the event that is corrected. It counts at the time of that event.
    pub corrects: Option<SpendKey>,
}

/// The fields of a [`SpendEvent`], as they are sent.
#[derive(Clone, Debug, Default)]
pub struct EventFields {
    /// An idempotency key.
    pub key: String,
    /// Id, e-mail address or username; blank for none.
    pub user: String,
    /// Technical name; blank for none.
    pub project: String,
    /// A [`Category::key`].
    pub category: String,
    /// Blank when it is not known.
    pub model: String,
    /// A decimal number.
    pub amount: String,
    /// Whether the user paid with credentials of their own.
    pub personal: bool,
    /// Sent to the model.
    pub input_tokens: i64,
    /// Received from the model.
    pub output_tokens: i64,
    /// RFC 3339.
    pub spent_at: String,
    /// The key of the event that this one corrects; blank for none.
    pub corrects: String,
}

impl SpendEvent {
    /// Parses the fields together.
    ///
    /// # Errors
    /// Every problem at its field.
    pub fn parse(fields: &EventFields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let key = errors.take("key", SpendKey::parse(&fields.key));
        let subject = SpendSubject::parse(&fields.user, &fields.project, &mut errors);
        let category = errors.take("category", Category::parse(&fields.category));
        let model = errors.take("model", Model::parse_unless_blank(&fields.model));
        let amount = errors.take("amount", SpendAmount::parse(&fields.amount));
        let tokens = Tokens::parse(fields.input_tokens, fields.output_tokens, &mut errors);
        let spent_at = errors.take("spent_at", parse_time(&fields.spent_at));
        let corrects = errors.take("corrects", SpendKey::parse_unless_blank(&fields.corrects));
        match (amount.map(SpendAmount::is_negative), corrects.as_ref().map(Option::is_some)) {
            (Some(true), Some(false)) => errors.add("corrects", Violation::NegativeWithoutCorrection),
            (Some(false), Some(true)) => errors.add("amount", Violation::CorrectionNotNegative),
            _ => {}
        }
        match (key, subject, category, model, amount, tokens, spent_at, corrects) {
            (
                Some(key),
                Some(subject),
                Some(category),
                Some(model),
                Some(amount),
                Some(tokens),
                Some(spent_at),
                Some(corrects),
            ) if errors.is_empty() => {
                let personal = fields.personal;
                Ok(Self { key, subject, category, model, amount, personal, tokens, spent_at, corrects })
            }
            _ => Err(errors),
        }
    }
}

/// To the microsecond, as it is stored.
fn parse_time(raw: &str) -> Result<OffsetDateTime, Violation> {
    let at = OffsetDateTime::parse(raw, &Rfc3339).map_err(|_| Violation::NotATime)?;
    at.replace_nanosecond(at.nanosecond() / 1_000 * 1_000).map_err(|_| Violation::NotATime)
}

/// What became of a [`SpendEvent`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// It is in the ledger.
    Accepted,
    /// It was in the ledger already, with the same content.
    Duplicate,
    /// It is not in the ledger.
    Refused(SpendRefusal),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> EventFields {
        let [key, user, category, amount] = ["call-1", "ada@example.com", "cli", "0.25"].map(str::to_owned);
        let spent_at = "2026-03-02T09:00:00.1234567+01:00".to_owned();
        EventFields { key, user, category, amount, spent_at, ..EventFields::default() }
    }

    #[test]
    fn correction_is_negative_and_names_an_event() {
        let parse = |amount: &str, corrects: &str| {
            let fields = EventFields { amount: amount.to_owned(), corrects: corrects.to_owned(), ..fields() };
            SpendEvent::parse(&fields).map(drop).map_err(|errors| errors.single().map(Violation::code))
        };
        assert_eq!(parse("1", ""), Ok(()));
        assert_eq!(parse("-1", "call-0"), Ok(()));
        assert_eq!(parse("-1", ""), Err(Some("negative_without_correction")));
        assert_eq!(parse("1", "call-0"), Err(Some("correction_not_negative")));
        assert_eq!(parse("0", ""), Err(Some("amount_of_nothing")));
    }

    #[test]
    fn time_of_an_event_has_an_offset() {
        let event = SpendEvent::parse(&fields()).expect("an event");
        assert_eq!(event.spent_at.nanosecond(), 123_456_000);
        for wrong in ["", "2026-03-02", "2026-03-02T09:00:00", "1772442000", "2026-02-30T09:00:00Z"] {
            let errors = SpendEvent::parse(&EventFields { spent_at: wrong.to_owned(), ..fields() }).expect_err(wrong);
            assert_eq!(errors.at("spent_at"), Some(&Violation::NotATime), "{wrong}");
        }
    }
}
