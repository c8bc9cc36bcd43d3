//! The shares that a page showed, so that a change made on it does not overwrite what another user set since.

use super::{Allocation, AllocationMode, OwnBudget, Share};
use crate::id::{BudgetId, UserId};
use crate::money::Money;
use std::collections::{BTreeMap, BTreeSet};

/// What has to hold of the stored share for a change to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharePrecondition {
    /// The page showed this fixed share, or an equal one.
    Shown(Option<Share>),
    /// Whatever is stored is replaced.
    None,
}

impl SharePrecondition {
    /// Whether a stored share does not meet it; `None` stands for an equal share.
    pub fn is_stale(self, stored: Option<Share>) -> bool {
        match self {
            Self::Shown(shown) => shown != stored,
            Self::None => false,
        }
    }
}

/// The fixed shares on a page, by budget and member; every other member has an equal share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownShares(BTreeMap<(BudgetId, UserId), Share>);

impl ShownShares {
    /// The fixed shares of these members in enforced budgets. The page shows those of other budgets without their amounts.
    pub fn of<'a>(budgets: impl IntoIterator<Item = &'a OwnBudget>, users: impl IntoIterator<Item = UserId>) -> Self {
        let users: BTreeSet<UserId> = users.into_iter().collect();
        let mut shown = BTreeMap::new();
        for budget in budgets.into_iter().filter(|budget| budget.is_enforced) {
            let is_shown =
                |allocation: &&Allocation| allocation.mode == AllocationMode::Fixed && users.contains(&allocation.user);
            let fixed = budget.allocations.iter().filter(is_shown);
            shown.extend(fixed.map(|allocation| ((budget.id, allocation.user), allocation.share)));
        }
        Self(shown)
    }

    /// The value of a hidden field.
    pub fn typed(&self) -> String {
        let typed = |((budget, user), share): (&(BudgetId, UserId), &Share)| {
            format!("{budget}/{user}/{}/{}", share.soft().typed(), share.hard().typed())
        };
        self.0.iter().map(typed).collect::<Vec<_>>().join(" ")
    }

    /// Reads the field. What cannot be read counts as not shown.
    pub fn parse(raw: &str) -> Self {
        let read = |text: &str| {
            let mut parts = text.splitn(4, '/');
            let of = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            let (soft, hard) = (Money::parse(parts.next()?).ok()?, Money::parse(parts.next()?).ok()?);
            Some((of, Share::new(soft, hard).ok()?))
        };
        Self(raw.split_whitespace().filter_map(read).collect())
    }

    /// What has to hold of the share of a member.
    pub fn precondition(&self, budget: BudgetId, user: UserId) -> SharePrecondition {
        SharePrecondition::Shown(self.0.get(&(budget, user)).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn shown_shares_read_back_from_the_field() {
        let share = |soft: &str, hard: &str| {
            let money = |raw: &str| Money::parse(raw).expect("an amount");
            Share::new(money(soft), money(hard)).expect("a share")
        };
        let of = |number| (BudgetId(Uuid::from_u128(number)), UserId(Uuid::from_u128(number + 1)));
        let shares = [(of(1), share("0", "0")), (of(2), share("0.004545454", "1234.56"))];
        let shown = ShownShares(shares.into_iter().collect());
        let read = ShownShares::parse(&shown.typed());
        assert_eq!(read, shown);
        let (budget, user) = of(2);
        assert!(!read.precondition(budget, user).is_stale(Some(share("0.004545454", "1234.56"))));
        assert!(read.precondition(budget, user).is_stale(Some(share("0.004545454", "1234.57"))));
        assert!(read.precondition(budget, user).is_stale(None));
        let (_, other) = of(3);
        assert!(!read.precondition(budget, other).is_stale(None), "an equal share");
        assert_eq!(ShownShares::parse("x/y/1 a//"), ShownShares::default());
    }
}
