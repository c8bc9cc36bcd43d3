//! What is entered to request a budget, and what it is compared with.

use crate::budget::{Category, Limits};
use crate::draft::FieldValue;
use crate::form::FieldErrors;
use crate::money::Money;
use crate::text::RequestReason;
use crate::violation::Violation;

/// What is entered to request a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetRequestDraft {
    /// What the budget would pay for.
    pub category: Category,
    /// The hard limit that is requested.
    pub hard_limit: Money,
    /// Why it is needed.
    pub reason: RequestReason,
}

draft_fields! { BudgetRequestDraft {
    CATEGORY: category, "Category", 0, |draft| FieldValue::shown(draft.category.key(), draft.category.title());
    HARD_LIMIT: hard_limit, "Hard limit", 0,
        |draft| FieldValue::shown(draft.hard_limit.typed(), draft.hard_limit.exact());
    REASON: reason, "Reason", RequestReason::LONGEST, |draft| FieldValue::text(draft.reason.as_str());
} }

impl BudgetRequestDraft {
    /// Parses the form.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(category: &str, hard_limit: &str, reason: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let category = errors.take("category", Category::parse(category));
        let hard_limit = errors.take("hard_limit", Money::parse(hard_limit).and_then(Limits::hard_limit));
        let reason = errors.take("reason", RequestReason::parse(reason));
        match (category, hard_limit, reason) {
            (Some(category), Some(hard_limit), Some(reason)) => Ok(Self { category, hard_limit, reason }),
            _ => Err(errors),
        }
    }

    /// Checks the hard limit against that of the budget that pays now.
    ///
    /// # Errors
    /// It is not above it.
    pub fn check_above(&self, present: Option<Money>) -> Result<(), Violation> {
        match present {
            Some(present) if self.hard_limit <= present => {
                Err(Violation::RequestNotAbovePresent { present: present.exact() })
            }
            _ => Ok(()),
        }
    }
}

/// Checks the budget, with its hard limit, that an approval would assign: it lowers no limit, and the budget that the holder
/// has meanwhile is enough where it meets the request.
///
/// # Errors
/// It is not above the present hard limit.
pub fn check_approval(
    (budget, offered): (&str, Money),
    requested: Money,
    present: Option<Money>,
) -> Result<(), Violation> {
    match present {
        Some(present) if offered < present || (offered == present && offered < requested) => {
            Err(Violation::BudgetBelowPresent { budget: budget.to_owned(), present: present.exact() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(raw: &str) -> Money {
        Money::parse(raw).expect("an amount")
    }

    #[test]
    fn draft_names_every_problem_at_its_field() {
        let errors = BudgetRequestDraft::parse("gold", "1.250", " ").expect_err("all wrong");
        let codes: Vec<_> = errors.iter().map(|(field, problem)| (field, problem.code())).collect();
        assert_eq!(codes, [("category", "unknown_choice"), ("hard_limit", "ambiguous_amount"), ("reason", "required")]);
        let zero = BudgetRequestDraft::parse("cli", "0", "Why").expect_err("zero");
        assert_eq!(zero.at("hard_limit"), Some(&Violation::HardLimitZero));
        let long = BudgetRequestDraft::parse("cli", "1", &"x".repeat(501)).expect_err("too long");
        assert_eq!(long.at("reason").map(Violation::code), Some("too_long"));
    }

    #[test]
    fn request_has_to_be_above_the_present_hard_limit() {
        let draft = BudgetRequestDraft::parse("cli", "50.000000001", "Why").expect("a draft");
        assert_eq!(draft.check_above(None), Ok(()));
        assert_eq!(draft.check_above(Some(money("50"))), Ok(()));
        let refused = |present: &str| Err(Violation::RequestNotAbovePresent { present: present.to_owned() });
        assert_eq!(draft.check_above(Some(draft.hard_limit)), refused("$50.000000001"));
        assert_eq!(draft.check_above(Some(money("60"))), refused("$60.00"));
    }

    #[test]
    fn approval_raises_the_limit_or_confirms_one_that_is_enough() {
        let check = |offered: &str, present: Option<&str>| {
            check_approval(("Large", money(offered)), money("80"), present.map(money))
        };
        assert_eq!(check("10", None), Ok(()), "less than requested");
        assert_eq!(check("60", Some("50")), Ok(()));
        assert_eq!(check("80", Some("80")), Ok(()), "met already");
        for (offered, present) in [("60", "60"), ("80", "100")] {
            let (budget, shown) = ("Large".to_owned(), money(present).exact());
            assert_eq!(check(offered, Some(present)), Err(Violation::BudgetBelowPresent { budget, present: shown }));
        }
    }
}
