//! What came to a sum that is set to zero now and then.

use rust_decimal::Decimal;
use serde_json::Number;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What LiteLLM told of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// US dollars since the last reset.
    pub(super) spend: Decimal,
    /// Its budget, with how long that lasts.
    pub(super) budget: Option<String>,
    /// When it is set to zero next, in its words.
    pub(super) reset_at: Option<String>,
}

/// A sum as LiteLLM tells it, to nine decimals; `None` for what is no sum of money.
pub(super) fn amount(told: &Number) -> Option<Decimal> {
    let told = told.to_string();
    let exact = told.parse().or_else(|_| Decimal::from_scientific(&told)).ok()?;
    // What is written off there may be below zero for a moment.
    Some(Decimal::max(exact, Decimal::ZERO).round_dp(9))
}

/// What was spent since the reading before. Where it was set to zero meanwhile, all that there is now: what was spent between
/// that reading and the reset is not known.
///
/// It was, when the time that LiteLLM had named for it has passed and it names another one for the same budget, or when there
/// is less than before. Another budget is no reset: the sum stays, and so it is with another length of the window.
/// A length of the window does not tell: LiteLLM resets windows of 30 days on the first of each month.
pub(super) fn delta(former: Option<&(Reading, OffsetDateTime)>, read: &Reading, now: OffsetDateTime) -> Decimal {
    let Some((former, _)) = former else { return read.spend };
    let has_passed = |at: &str| OffsetDateTime::parse(at, &Rfc3339).is_ok_and(|at| at <= now);
    let is_reset = former.budget == read.budget
        && former.reset_at != read.reset_at
        && former.reset_at.as_deref().is_some_and(has_passed);
    if is_reset || read.spend < former.spend { read.spend } else { read.spend - former.spend }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-02-01 00:30 UTC);

    fn reading(spend: &str, reset_at: &str) -> Reading {
        let reset_at = (!reset_at.is_empty()).then(|| reset_at.to_owned());
        Reading { spend: spend.parse().expect("a number"), budget: Some("leads 30d".to_owned()), reset_at }
    }

    fn came(former: Reading, read: &Reading) -> String {
        delta(Some(&(former, NOW)), read, NOW).to_string()
    }

    #[test]
    fn first_reading_counts_whole() {
        assert_eq!(delta(None, &reading("5", ""), NOW), Decimal::from(5));
    }

    #[test]
    fn sum_that_grew_counts_by_what_came_to_it() {
        assert_eq!(came(reading("5", ""), &reading("7.5", "")), "2.5");
        assert_eq!(came(reading("5", "2026-03-01T00:00:00Z"), &reading("5", "2026-03-01T00:00:00Z")), "0");
    }

    #[test]
    fn sum_that_was_reset_counts_whole_also_when_it_is_larger_again() {
        let [february, march] = ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00+00:00"];
        assert_eq!(came(reading("5", february), &reading("7.5", march)), "7.5");
        assert_eq!(came(reading("5", february), &reading("1", february)), "1", "less than before");
    }

    #[test]
    fn window_that_was_made_shorter_is_no_reset() {
        let [march, monday] = ["2026-03-01T00:00:00Z", "2026-02-02T00:00:00Z"];
        assert_eq!(came(reading("5", march), &reading("7.5", monday)), "2.5");
    }

    #[test]
    fn another_budget_is_no_reset_although_the_former_one_was_due() {
        let february = reading("9", "2026-02-01T00:00:00Z");
        let moved = Reading { budget: Some("more 30d".to_owned()), ..reading("9.40", "2026-03-01T00:00:00Z") };
        let unlimited = Reading { budget: Some("bursar:no-limit".to_owned()), ..reading("9.40", "") };
        assert_eq!([came(february.clone(), &moved), came(february, &unlimited)], ["0.40", "0.40"]);
    }

    #[test]
    fn window_of_thirty_days_is_not_reset_thirty_days_before_its_end() {
        // On 30 January, 30 days before the first of March, nothing happens.
        let march = "2026-03-01T00:00:00Z";
        assert_eq!(came(reading("50", march), &reading("50.25", march)), "0.25");
    }

    #[test]
    fn sums_are_read_as_they_are_written() {
        let read =
            |raw: &str| amount(&serde_json::from_str(raw).expect("a number")).map(|sum| sum.normalize().to_string());
        assert_eq!(read("1e-05").as_deref(), Some("0.00001"));
        assert_eq!(read("0.30000000000000004").as_deref(), Some("0.3"));
        assert_eq!(read("12").as_deref(), Some("12"));
        assert_eq!(read("-0.01").as_deref(), Some("0"));
        assert_eq!(read("1e300"), None);
    }

    proptest! {
        /// Whenever it is read, each dollar counts once as long as nothing is reset.
        #[test]
        fn parts_sum_to_the_last_reading(parts in proptest::collection::vec(0u32..1_000_000, 1..30)) {
            let (mut former, mut sum, mut counted) = (None, Decimal::ZERO, Decimal::ZERO);
            for part in parts {
                sum += Decimal::new(i64::from(part), 6);
                let read = Reading { spend: sum, budget: None, reset_at: None };
                counted += delta(former.as_ref(), &read, NOW);
                former = Some((read, NOW));
            }
            prop_assert_eq!(counted, sum);
        }
    }
}
