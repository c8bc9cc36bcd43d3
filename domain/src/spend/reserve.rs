//! Reservations: money that is held back before a call, so that calls at the same moment cannot exceed a limit together.

use super::amount::parse_positive;
use super::{Model, SpendKey, SpendRefusal, SpendSubject, SpendWindow};
use crate::budget::Category;
use crate::form::FieldErrors;
use crate::id::{BudgetId, ReservationId};
use crate::money::Money;
use crate::violation::Violation;
use time::{Duration, OffsetDateTime};

/// A reservation that is neither settled nor released expires after this time, unless the request says otherwise.
pub const DEFAULT_LIFETIME: Duration = Duration::minutes(10);
/// The longest lifetime of a reservation.
pub const MAX_LIFETIME: Duration = Duration::hours(24);

/// A request to hold an amount before a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveRequest {
    /// The same key again is the same reservation.
    pub key: SpendKey,
    /// Who spends.
    pub subject: SpendSubject,
    /// The category of the budget that pays.
    pub category: Category,
    /// The model that is called, where it is known.
    pub model: Option<Model>,
    /// What the call may cost, above zero.
    pub amount: Money,
    /// The user pays with credentials of their own: no budget does.
    pub personal: bool,
    /// How long the amount is held.
    pub expires_in: Duration,
}

/// The fields of a [`ReserveRequest`], as they are sent.
#[derive(Clone, Debug, Default)]
pub struct ReserveFields {
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
    /// Whether the user pays with credentials of their own.
    pub personal: bool,
    /// In seconds.
    pub expires_in: Option<i64>,
}

impl ReserveRequest {
    /// Parses the fields together.
    ///
    /// # Errors
    /// Every problem at its field.
    pub fn parse(fields: &ReserveFields) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let key = errors.take("key", SpendKey::parse(&fields.key));
        let subject = SpendSubject::parse(&fields.user, &fields.project, &mut errors);
        let category = errors.take("category", Category::parse(&fields.category));
        let model = errors.take("model", Model::parse_unless_blank(&fields.model));
        let amount = errors.take("amount", parse_positive(&fields.amount));
        let expires_in = errors.take("expires_in", parse_lifetime(fields.expires_in));
        match (key, subject, category, model, amount, expires_in) {
            (Some(key), Some(subject), Some(category), Some(model), Some(amount), Some(expires_in)) => {
                Ok(Self { key, subject, category, model, amount, personal: fields.personal, expires_in })
            }
            _ => Err(errors),
        }
    }
}

fn parse_lifetime(seconds: Option<i64>) -> Result<Duration, Violation> {
    let max = MAX_LIFETIME.whole_seconds();
    match seconds {
        None => Ok(DEFAULT_LIFETIME),
        Some(seconds) if (1..=max).contains(&seconds) => Ok(Duration::seconds(seconds)),
        Some(_) => Err(Violation::ReservationLifetime { max }),
    }
}

/// The answer to a [`ReserveRequest`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The call may be made.
    Allowed(Allowance),
    /// The call may not be made; nothing is held.
    Denied(Denial),
}

/// What is held for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// To settle or release.
    pub reservation: ReservationId,
    /// The budget that pays; `None` when no budget applies.
    pub budget: Option<PayingBudget>,
    /// The window of that budget.
    pub window: Option<SpendWindow>,
    /// A warning: with this call, what is spent and reserved reaches the soft limit.
    pub soft_limit_reached: bool,
    /// When the amount is no longer held.
    pub expires_at: OffsetDateTime,
}

/// The budget that pays for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayingBudget {
    /// The budget.
    pub id: BudgetId,
    /// Its id in `/v1`.
    pub slug: String,
    /// What it is called.
    pub name: String,
}

/// Why a call may not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The reason, with its code.
    pub refusal: SpendRefusal,
    /// When the window ends whose limit is reached.
    pub resets_at: Option<OffsetDateTime>,
}

impl From<SpendRefusal> for Decision {
    fn from(refusal: SpendRefusal) -> Self {
        Self::Denied(Denial { refusal, resets_at: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> ReserveFields {
        let [key, user, category, amount] = ["call-1", "ada@example.com", "cli", "0.25"].map(str::to_owned);
        ReserveFields { key, user, category, amount, ..ReserveFields::default() }
    }

    #[test]
    fn request_without_lifetime_holds_for_ten_minutes() {
        let request = ReserveRequest::parse(&fields()).expect("a request");
        assert_eq!((request.expires_in, request.model, request.subject.project()), (DEFAULT_LIFETIME, None, None));
        for (seconds, is_good) in [(0, false), (-1, false), (1, true), (86_400, true), (86_401, false)] {
            let request = ReserveRequest::parse(&ReserveFields { expires_in: Some(seconds), ..fields() });
            let problem = request.err().map(|errors| errors.at("expires_in").map(Violation::code));
            assert_eq!(problem.is_none(), is_good, "{seconds}");
        }
    }

    #[test]
    fn every_problem_of_a_request_stands_at_its_field() {
        let wrong = ReserveFields { category: "gold".to_owned(), expires_in: Some(0), ..ReserveFields::default() };
        let errors = ReserveRequest::parse(&wrong).expect_err("all wrong");
        let found: Vec<_> = errors.iter().map(|(field, problem)| (field, problem.code())).collect();
        let expected = [
            ("amount", "not_a_decimal_number"),
            ("category", "unknown_choice"),
            ("expires_in", "reservation_lifetime"),
            ("key", "required"),
            ("user", "subject_missing"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_that_differ_in_blanks_are_different_keys() {
        let key = |raw: &str| ReserveRequest::parse(&ReserveFields { key: raw.to_owned(), ..fields() }).expect(raw).key;
        assert_ne!(key("a b"), key("a  b"));
    }
}
