//! How the budget of a project is shared out among its members: fixed shares keep their amounts, the others are equal.

use super::Limits;
use crate::form::FieldErrors;
use crate::id::UserId;
use crate::money::Money;
use crate::violation::Violation;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Soft and hard limit of one member: 0 <= soft <= hard. Unlike a budget, a share may be zero: it refuses every call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    soft: Money,
    hard: Money,
}

impl Share {
    /// Checks the two against each other.
    ///
    /// # Errors
    /// A problem at `soft_limit` when it is above the hard one.
    pub fn new(soft: Money, hard: Money) -> Result<Self, FieldErrors> {
        if soft > hard {
            let above = Money::from_decimal(soft.as_decimal() - hard.as_decimal()).unwrap_or_default();
            let problem = Violation::SoftLimitAboveHard { above: above.to_string(), hard: hard.to_string() };
            return Err(FieldErrors::one("soft_limit", problem));
        }
        Ok(Self { soft, hard })
    }

    /// Where a warning begins.
    pub const fn soft(self) -> Money {
        self.soft
    }

    /// Where calls are refused.
    pub const fn hard(self) -> Money {
        self.hard
    }

    /// Takes two amounts that the arithmetic of this module keeps within the limits of a budget.
    fn of_amounts(soft: Decimal, hard: Decimal) -> Self {
        let amount = |amount| Money::from_decimal(amount).unwrap_or_default();
        Self { soft: amount(soft.min(hard)), hard: amount(hard) }
    }
}

impl From<Limits> for Share {
    fn from(limits: Limits) -> Self {
        Self { soft: limits.soft(), hard: limits.hard() }
    }
}

impl From<Share> for Limits {
    /// The limits of a member, who may have a share of zero.
    fn from(share: Share) -> Self {
        Self::of_share(share.soft, share.hard)
    }
}

/// Whether a share was set or is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllocationMode {
    /// An equal part of what the fixed shares leave.
    Equal,
    /// Set for this member, with a reason.
    Fixed,
}

impl AllocationMode {
    /// As `/v1` writes it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Fixed => "fixed",
        }
    }
}

/// The share of one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The member.
    pub user: UserId,
    /// Whether it was set.
    pub mode: AllocationMode,
    /// Soft and hard limit.
    pub share: Share,
}

/// What is left for equal shares, and for how many members.
#[derive(Clone, Copy, Debug)]
pub struct EqualPool {
    soft: Decimal,
    hard: Decimal,
    members: u32,
}

impl EqualPool {
    /// What the fixed shares leave of a budget. `members` are those without a fixed share.
    ///
    /// # Errors
    /// The fixed shares sum to more than the budget.
    pub fn new(limits: Limits, fixed: impl IntoIterator<Item = Share>, members: u32) -> Result<Self, Violation> {
        let sum = |(soft, hard): (Decimal, Decimal), share: Share| {
            (soft + share.soft.as_decimal(), hard + share.hard.as_decimal())
        };
        let (soft, hard) = fixed.into_iter().fold((Decimal::ZERO, Decimal::ZERO), sum);
        let above = hard - limits.hard().as_decimal();
        if above > Decimal::ZERO {
            let text = |amount| Money::from_decimal(amount).map_or_else(|| format!("${amount}"), Money::exact);
            let (fixed, above, budget) = (text(hard), text(above), limits.hard().exact());
            return Err(Violation::FixedSharesAboveBudget { fixed, above, budget });
        }
        Ok(Self::left(limits, soft, hard, members))
    }

    /// The same for sums that are stored, which a change has checked.
    pub fn left(limits: Limits, fixed_soft: Decimal, fixed_hard: Decimal, members: u32) -> Self {
        let left = |limit: Money, fixed: Decimal| (limit.as_decimal() - fixed).max(Decimal::ZERO);
        Self { soft: left(limits.soft(), fixed_soft), hard: left(limits.hard(), fixed_hard), members }
    }

    /// The equal share. The last member, in the order of the user ids, gets what is left over, so that the hard limits
    /// sum to the budget.
    pub fn share(&self, is_last: bool) -> Share {
        let (soft, last_soft) = split(self.soft, self.members);
        let (hard, last_hard) = split(self.hard, self.members);
        if is_last { Share::of_amounts(last_soft, last_hard) } else { Share::of_amounts(soft, hard) }
    }
}

/// Splits an amount into equal parts. Returns one part, and the last one, which makes the sum exact. Parts are rounded to
/// the cent, half up; where that leaves nothing for a member, they are rounded down to the ninth decimal.
fn split(total: Decimal, parts: u32) -> (Decimal, Decimal) {
    if parts <= 1 {
        return (total, total);
    }
    let exact = total / Decimal::from(parts);
    let with_last = |part: Decimal| (part, total - part * Decimal::from(parts - 1));
    let (cents, last) = with_last(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero));
    if total.is_zero() || (cents > Decimal::ZERO && last > Decimal::ZERO) {
        return (cents, last);
    }
    with_last(exact.round_dp_with_strategy(9, RoundingStrategy::ToZero))
}

/// The share of every member of a project, in the order of the user ids. `members` holds the fixed share of each member
/// that has one. Where the limits of members are not enforced, each of them may spend the whole budget.
pub fn allocate(
    limits: Limits,
    is_enforced: bool,
    members: &BTreeMap<UserId, Option<Share>>,
) -> Result<Vec<Allocation>, Violation> {
    let equal: Vec<UserId> = members.iter().filter(|(_, fixed)| fixed.is_none()).map(|(user, _)| *user).collect();
    let count = u32::try_from(equal.len()).unwrap_or(u32::MAX);
    let pool = EqualPool::new(limits, members.values().flatten().copied(), count)?;
    let (share, last_share) = (pool.share(false), pool.share(true));
    let last = equal.last().copied();
    let allocation = |(user, fixed): (&UserId, &Option<Share>)| {
        let (mode, share) = match fixed {
            Some(share) => (AllocationMode::Fixed, *share),
            None if Some(*user) == last => (AllocationMode::Equal, last_share),
            None => (AllocationMode::Equal, share),
        };
        Allocation { user: *user, mode, share: if is_enforced { share } else { limits.into() } }
    };
    Ok(members.iter().map(allocation).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn money(raw: &str) -> Money {
        Money::parse(raw).expect("an amount")
    }

    fn limits(soft: &str, hard: &str) -> Limits {
        Limits::new(money(soft), money(hard)).expect("limits")
    }

    fn members(fixed: &[Option<(&str, &str)>]) -> BTreeMap<UserId, Option<Share>> {
        let share = |(soft, hard): (&str, &str)| Share::new(money(soft), money(hard)).expect("a share");
        let member =
            |(at, fixed): (usize, &Option<(&str, &str)>)| (UserId(Uuid::from_u128(at as u128)), fixed.map(share));
        fixed.iter().enumerate().map(member).collect()
    }

    fn hard_limits(limits: Limits, fixed: &[Option<(&str, &str)>]) -> Vec<String> {
        let allocations = allocate(limits, true, &members(fixed)).expect("allocations");
        allocations.iter().map(|allocation| allocation.share.hard().typed()).collect()
    }

    fn sum(allocations: &[Allocation]) -> Decimal {
        allocations.iter().map(|allocation| allocation.share.hard().as_decimal()).sum()
    }

    #[test]
    fn equal_shares_are_in_cents_and_the_last_makes_the_sum_exact() {
        assert_eq!(hard_limits(limits("80", "100"), &[None, None, None]), ["33.33", "33.33", "33.34"]);
        assert_eq!(hard_limits(limits("1", "2"), &[None, None, None]), ["0.67", "0.67", "0.66"]);
        assert_eq!(hard_limits(limits("0", "0.05"), &[]), [""; 0]);
        assert_eq!(hard_limits(limits("80", "100"), &[None]), ["100.00"]);
    }

    #[test]
    fn fixed_shares_keep_their_amount_and_the_rest_is_split() {
        let budget = limits("80", "100");
        assert_eq!(hard_limits(budget, &[None, Some(("32", "40")), None]), ["30.00", "40.00", "30.00"]);
        assert_eq!(hard_limits(budget, &[Some(("32", "40")), None]), ["40.00", "60.00"]);
        assert_eq!(hard_limits(budget, &[Some(("0", "0")), Some(("5", "10"))]), ["0.00", "10.00"]);
        let picture = [vec![Some(("0", "400")), Some(("0", "250"))], vec![None; 46]].concat();
        let shares = hard_limits(limits("4000", "5000"), &picture);
        assert_eq!((shares[2].as_str(), shares[46].as_str(), shares[47].as_str()), ("94.57", "94.57", "94.35"));
    }

    #[test]
    fn budget_of_fewer_cents_than_members_gives_each_a_share() {
        let shares = hard_limits(limits("0.01", "0.05"), &[None; 11]);
        assert_eq!((shares[0].as_str(), shares[10].as_str()), ("0.004545454", "0.00454546"));
    }

    #[test]
    fn fixed_shares_above_the_budget_are_refused() {
        let refused = allocate(limits("80", "100"), true, &members(&[Some(("0", "60")), Some(("0", "40.01")), None]));
        let (fixed, above, budget) = ("$100.01".to_owned(), "$0.01".to_owned(), "$100.00".to_owned());
        assert_eq!(refused, Err(Violation::FixedSharesAboveBudget { fixed, above, budget }));
        assert!(Share::new(money("5"), money("4")).expect_err("crossed").at("soft_limit").is_some());
    }

    #[test]
    fn without_enforcement_every_member_has_the_full_amounts() {
        let budget = limits("80", "100");
        let allocations = allocate(budget, false, &members(&[None, Some(("1", "2"))])).expect("allocations");
        assert!(allocations.iter().all(|allocation| allocation.share == budget.into()));
        assert_eq!(allocations[1].mode, AllocationMode::Fixed);
    }

    proptest! {
        #[test]
        fn hard_limits_sum_to_the_budget_for_any_members_and_overrides(
            units in 1u64..1_000_000_000_000_000_000,
            soft_part in 0u64..=100,
            fixed in vec(proptest::option::weighted(0.3, (0u64..=100, 0u64..=100)), 0..200),
        ) {
            let hard = Money::from_decimal(Decimal::new(i64::try_from(units).expect("fits"), 9)).expect("fits");
            let part = |amount: Money, part: u64| Money::rounded(amount.as_decimal() * Decimal::from(part) / Decimal::ONE_HUNDRED);
            let budget = Limits::new(part(hard, soft_part).expect("fits").min(hard), hard).expect("limits");
            // Fixed shares that fit: each a part of an equal part.
            let count = Decimal::from(fixed.len().max(1));
            let member = |(at, fixed): (usize, &Option<(u64, u64)>)| {
                let share = fixed.map(|(soft, of)| {
                    let most = (hard.as_decimal() / count).round_dp_with_strategy(9, RoundingStrategy::ToZero);
                    let share = (most * Decimal::from(of) / Decimal::ONE_HUNDRED).round_dp_with_strategy(9, RoundingStrategy::ToZero);
                    let share = Money::from_decimal(share).expect("fits");
                    Share::new(part(share, soft).expect("fits").min(share), share).expect("a share")
                });
                (UserId(Uuid::from_u128(at as u128)), share)
            };
            let members: BTreeMap<UserId, Option<Share>> = fixed.iter().enumerate().map(member).collect();
            let allocations = allocate(budget, true, &members).expect("they fit");
            prop_assert_eq!(allocations.len(), members.len());
            for allocation in &allocations {
                prop_assert!(allocation.share.soft() <= allocation.share.hard());
                if let Some(fixed) = members[&allocation.user] {
                    prop_assert_eq!(allocation.share, fixed);
                }
            }
            if members.values().any(Option::is_none) {
                prop_assert_eq!(sum(&allocations), hard.as_decimal());
            } else {
                prop_assert!(sum(&allocations) <= hard.as_decimal());
            }
        }
    }
}
