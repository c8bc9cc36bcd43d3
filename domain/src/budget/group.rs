//! Budget groups: one total for a project, spread over the categories by percentages.

mod draft;
mod percentage;

pub use draft::{GroupDraft, GroupFields};
pub use percentage::Percentage;

use super::{Category, Limits};
use crate::form::FieldErrors;
use crate::money::Money;
use crate::violation::Violation;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far the percentages may be from 100 together: API clients round theirs.
const TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
/// A difference below this to the total comes from rounding, and the last category takes it.
const ROUNDING: Decimal = Decimal::from_parts(1, 0, 0, false, 3);
/// The soft limit of a category without one of its own, in percent of its hard limit.
const SOFT_PERCENT: Decimal = Decimal::from_parts(80, 0, 0, false, 0);

/// How many decimals of a percentage forms show: the smallest amount of the largest total has 16.
const LEAST_DECIMALS: u32 = 2;
const MOST_DECIMALS: u32 = 16;

/// The form field of the soft limit of a category; that of its percentage is [`Category::key`].
pub const fn soft_field(category: Category) -> &'static str {
    match category {
        Category::Platform => "platform_soft",
        Category::Cli => "cli_soft",
        Category::PremiumModels => "premium_models_soft",
    }
}

/// The part of a category in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CategoryPart {
    /// Of the total; zero leaves the category out.
    pub percentage: Percentage,
    /// The soft limit; without one it is 80 % of the hard limit.
    pub soft: Option<Money>,
}

/// A total that is spread over categories: their hard limits sum to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    total: Money,
    categories: BTreeMap<Category, Limits>,
}

impl Split {
    /// Spreads a total. Where the percentages sum to 100, the hard limits sum to the total; where they are off by as much
    /// as is tolerated, the total becomes their sum.
    ///
    /// # Errors
    /// A problem at `categories` when the percentages do not sum to 100 or `platform` is missing, at the key of a category
    /// that has nothing, and at its [`soft_field`] when the soft limit is above the hard one.
    pub fn of(total: Money, parts: &BTreeMap<Category, CategoryPart>) -> Result<Self, FieldErrors> {
        check_parts(parts)?;
        let share = |percentage: Percentage| total.as_decimal() * percentage.as_decimal() / Decimal::ONE_HUNDRED;
        let wanted: Vec<(Category, &CategoryPart)> = parts
            .iter()
            .filter(|(_, part)| !part.percentage.is_zero())
            .map(|(category, part)| (*category, part))
            .collect();
        let mut amounts: Vec<Decimal> = wanted.iter().map(|(_, part)| rounded(share(part.percentage))).collect();
        let left_over = total.as_decimal() - amounts.iter().sum::<Decimal>();
        if let Some(last) = amounts.last_mut().filter(|_| left_over.abs() < ROUNDING) {
            *last += left_over;
        }
        let mut errors = FieldErrors::default();
        let mut categories = BTreeMap::new();
        for ((category, part), amount) in wanted.into_iter().zip(amounts) {
            match limits_of(Money::from_decimal(amount).unwrap_or_default(), part.soft) {
                Ok(limits) => drop(categories.insert(category, limits)),
                Err(problem @ Violation::SoftLimitAboveHard { .. }) => errors.add(soft_field(category), problem),
                Err(problem) => errors.add(category.key(), problem),
            }
        }
        if errors.is_empty() { Ok(Self::of_limits(categories)) } else { Err(errors) }
    }

    /// The categories of a stored group.
    pub fn of_limits(categories: BTreeMap<Category, Limits>) -> Self {
        let total: Decimal = categories.values().map(|limits| limits.hard().as_decimal()).sum();
        Self { total: Money::from_decimal(total).unwrap_or_default(), categories }
    }

    /// The sum of the hard limits.
    pub const fn total(&self) -> Money {
        self.total
    }

    /// Soft and hard limit of each category.
    pub const fn categories(&self) -> &BTreeMap<Category, Limits> {
        &self.categories
    }

    /// What a category has of the total, as exactly as a percentage can say it.
    pub fn percentage(&self, category: Category) -> Percentage {
        let hard = self.categories.get(&category).map_or(Decimal::ZERO, |limits| limits.hard().as_decimal());
        Percentage::of(hard, self.total.as_decimal())
    }

    /// The percentage as forms show it, with two decimals, or with more where a category would show as nothing. The last
    /// category has what is left of 100, so that they sum to it.
    pub fn shown_percentage(&self, category: Category) -> Percentage {
        let is_visible = |decimals: &u32| self.categories.keys().all(|each| !self.rounded(*each, *decimals).is_zero());
        let decimals = (LEAST_DECIMALS..MOST_DECIMALS).find(is_visible).unwrap_or(MOST_DECIMALS);
        self.rounded(category, decimals)
    }

    fn rounded(&self, category: Category, decimals: u32) -> Percentage {
        let rounded = |category| self.percentage(category).round(decimals);
        if self.categories.keys().next_back() != Some(&category) {
            return rounded(category);
        }
        let others: Decimal =
            self.categories.keys().filter(|other| **other != category).map(|other| rounded(*other).as_decimal()).sum();
        Percentage::from_decimal(Decimal::ONE_HUNDRED - others).unwrap_or_default()
    }

    /// The split with another total and other parts. Categories without a new part keep their percentage, and their soft
    /// limit its proportion to the hard one.
    ///
    /// # Errors
    /// As [`Split::of`].
    pub fn changed(&self, total: Option<Money>, parts: &BTreeMap<Category, CategoryPart>) -> Result<Self, FieldErrors> {
        let total = total.unwrap_or(self.total);
        if total == self.total && parts.is_empty() {
            return Ok(self.clone());
        }
        let scale = |amount: Money| rounded(amount.as_decimal() * total.as_decimal() / self.total.as_decimal());
        let kept = self.categories.iter().map(|(category, limits)| {
            let soft = Money::from_decimal(scale(limits.soft()).min(scale(limits.hard())));
            (*category, CategoryPart { percentage: self.percentage(*category), soft })
        });
        Self::of(total, &kept.chain(parts.iter().map(|(category, part)| (*category, *part))).collect())
    }
}

fn check_parts(parts: &BTreeMap<Category, CategoryPart>) -> Result<(), FieldErrors> {
    match parts.get(&Category::Platform) {
        None => return Err(FieldErrors::one("categories", Violation::PlatformShareMissing)),
        Some(part) if part.percentage.is_zero() => {
            return Err(FieldErrors::one(Category::Platform.key(), Violation::PlatformShareZero));
        }
        Some(_) => {}
    }
    let sum: Decimal = parts.values().map(|part| part.percentage.as_decimal()).sum();
    if (sum - Decimal::ONE_HUNDRED).abs() > TOLERANCE {
        let sum = sum.normalize().to_string();
        return Err(FieldErrors::one("categories", Violation::PercentagesNotHundred { sum }));
    }
    Ok(())
}

fn limits_of(hard: Money, soft: Option<Money>) -> Result<Limits, Violation> {
    let soft = soft.unwrap_or_else(|| {
        let soft = rounded(hard.as_decimal() * SOFT_PERCENT / Decimal::ONE_HUNDRED);
        Money::from_decimal(soft).unwrap_or_default()
    });
    let crossed = |errors: FieldErrors| errors.single().cloned().unwrap_or(Violation::HardLimitZero);
    Limits::new(soft, hard).map_err(crossed)
}

fn rounded(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(9, RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(raw: &str) -> Money {
        Money::parse(raw).expect("an amount")
    }

    fn part(percentage: &str, soft: Option<&str>) -> CategoryPart {
        CategoryPart { percentage: Percentage::parse(percentage).expect("a percentage"), soft: soft.map(money) }
    }

    fn split(total: &str, parts: &[(Category, CategoryPart)]) -> Result<Split, FieldErrors> {
        Split::of(money(total), &parts.iter().copied().collect())
    }

    fn amounts(split: &Split) -> Vec<(String, String)> {
        split.categories().values().map(|limits| (limits.soft().typed(), limits.hard().typed())).collect()
    }

    use Category::{Cli, Platform, PremiumModels};

    #[test]
    fn total_is_spread_and_the_soft_limit_is_80_percent_unless_given() {
        let parts =
            [(Platform, part("60", None)), (Cli, part("34", Some("0"))), (PremiumModels, part("6", Some("450")))];
        let spread = split("7500", &parts).expect("a split");
        let expected = [("3600.00", "4500.00"), ("0.00", "2550.00"), ("450.00", "450.00")];
        assert_eq!(amounts(&spread), expected.map(|(soft, hard)| (soft.to_owned(), hard.to_owned())));
        assert_eq!(spread.percentage(Cli).typed(), "34");
        let third = "33.333333333333336";
        let thirds = [(Platform, part(third, None)), (Cli, part(third, None)), (PremiumModels, part(third, None))];
        let spread = split("100", &thirds).expect("a split");
        let hard: Vec<String> = amounts(&spread).into_iter().map(|(_, hard)| hard).collect();
        assert_eq!(hard, ["33.333333333", "33.333333333", "33.333333334"]);
    }

    #[test]
    fn category_without_a_part_is_left_out() {
        let spread = split("10", &[(Platform, part("100", None)), (Cli, part("0", None))]).expect("a split");
        assert_eq!(spread.categories().keys().copied().collect::<Vec<_>>(), [Platform]);
    }

    #[test]
    fn bad_distribution_is_refused_at_its_field() {
        let refused = |total: &str, parts: &[(Category, CategoryPart)], field: &str| {
            let errors = split(total, parts).expect_err(field);
            errors.at(field).map(Violation::code)
        };
        let (all, half) = (part("100", None), part("50", None));
        assert_eq!(refused("10", &[(Cli, all)], "categories"), Some("platform_share_missing"));
        let none = [(Platform, part("0", None)), (Cli, all)];
        assert_eq!(refused("10", &none, "platform"), Some("platform_share_zero"));
        assert_eq!(
            refused("10", &[(Platform, half), (Cli, part("49.4", None))], "categories"),
            Some("percentages_not_hundred")
        );
        assert_eq!(
            refused("10", &[(Platform, half), (Cli, part("50.6", None))], "categories"),
            Some("percentages_not_hundred")
        );
        let crossed = [(Platform, half), (Cli, part("50", Some("5.01")))];
        assert_eq!(refused("10", &crossed, "cli_soft"), Some("soft_limit_above_hard"));
        let tiny = [(Platform, part("99.99", None)), (Cli, part("0.01", None))];
        assert_eq!(refused("0.000001", &tiny, "cli"), Some("hard_limit_zero"));
    }

    #[test]
    fn percentages_off_by_what_is_tolerated_change_the_total() {
        let spread = split("100", &[(Platform, part("60", None)), (Cli, part("39.5", None))]).expect("a split");
        assert_eq!((spread.total(), spread.categories()[&Cli].hard()), (money("99.5"), money("39.5")));
    }

    #[test]
    fn another_total_keeps_the_proportions() {
        let spread = split("100", &[(Platform, part("60", Some("6"))), (Cli, part("40", None))]).expect("a split");
        let scaled = spread.changed(Some(money("250")), &BTreeMap::new()).expect("a split");
        let expected = [("15.00", "150.00"), ("80.00", "100.00")];
        assert_eq!(amounts(&scaled), expected.map(|(soft, hard)| (soft.to_owned(), hard.to_owned())));
        assert_eq!(spread.changed(None, &BTreeMap::new()).as_ref(), Ok(&spread));
    }

    #[test]
    fn categories_without_a_new_part_keep_their_percentage() {
        let spread = split("100", &[(Platform, part("60", None)), (Cli, part("40", Some("10")))]).expect("a split");
        let new = |parts: &[(Category, CategoryPart)]| spread.changed(None, &parts.iter().copied().collect());
        let changed = new(&[(Platform, part("35", None)), (PremiumModels, part("25", None))]).expect("a split");
        let expected = [("28.00", "35.00"), ("10.00", "40.00"), ("20.00", "25.00")];
        assert_eq!(amounts(&changed), expected.map(|(soft, hard)| (soft.to_owned(), hard.to_owned())));
        let refused = new(&[(Platform, part("100", None))]).expect_err("140");
        assert_eq!(refused.at("categories").map(Violation::code), Some("percentages_not_hundred"));
        assert!(new(&[(Platform, part("100", None)), (Cli, part("0", None))]).is_ok());
    }

    proptest! {
        #[test]
        fn hard_limits_sum_to_the_total(
            units in 1_000_000_000u64..1_000_000_000_000_000_000,
            cuts in (1u32..10_000, 0u32..10_000),
            to in 1_000_000_000u64..1_000_000_000_000_000_000,
        ) {
            let money = |units| Money::from_decimal(Decimal::new(i64::try_from(units).expect("fits"), 9)).expect("fits");
            let (total, other) = (money(units), money(to));
            let platform = cuts.0;
            let cli = cuts.1 % (10_001 - platform);
            let percentage = |hundredths: u32| Percentage::from_decimal(Decimal::new(hundredths.into(), 2)).expect("in range");
            let part = |hundredths| CategoryPart { percentage: percentage(hundredths), soft: None };
            let parts = [(Platform, part(platform)), (Cli, part(cli)), (PremiumModels, part(10_000 - platform - cli))];
            let spread = Split::of(total, &parts.into_iter().collect()).expect("a split");
            let sum = |split: &Split| split.categories().values().map(|limits| limits.hard().as_decimal()).sum::<Decimal>();
            prop_assert_eq!(sum(&spread), total.as_decimal());
            prop_assert_eq!(spread.total(), total);
            let scaled = spread.changed(Some(other), &BTreeMap::new()).expect("a split");
            prop_assert_eq!(sum(&scaled), other.as_decimal());
        }
    }
}
