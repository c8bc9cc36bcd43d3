//! Budgets that belong to one project, as they are edited and read.

use super::{Allocation, AllocationMode, Category, Limits};
use crate::count::counted;
use crate::draft::FieldValue;
use crate::id::{BudgetId, GroupId, ProjectId, UserId};
use crate::money::Money;
use crate::project::ProjectName;
use crate::reset_period::ResetPeriod;
use crate::text::{BudgetName, Description};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What can be edited of a project's own budget. Its category never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnBudgetDraft {
    /// Unique without regard to case.
    pub name: BudgetName,
    /// Spend above it is a warning.
    pub soft_limit: Money,
    /// Calls are refused above it.
    pub hard_limit: Money,
    /// How long a window lasts.
    pub period: ResetPeriod,
    /// What it is for.
    pub description: Option<String>,
}

draft_fields! { OwnBudgetDraft {
    NAME: name, "Name", BudgetName::LONGEST, |draft| FieldValue::text(draft.name.as_str());
    SOFT_LIMIT: soft_limit, "Soft limit", 0,
        |draft| FieldValue::shown(draft.soft_limit.typed(), draft.soft_limit.exact());
    HARD_LIMIT: hard_limit, "Hard limit", 0,
        |draft| FieldValue::shown(draft.hard_limit.typed(), draft.hard_limit.exact());
    PERIOD: period, "Reset period", 0, |draft| FieldValue::shown(draft.period.to_string(), draft.period.length());
    DESCRIPTION: description, "Description", Description::LONGEST,
        |draft| FieldValue::text(draft.description.clone().unwrap_or_default());
} check |draft: &Self| Limits::new(draft.soft_limit, draft.hard_limit).map(|_| ()) }

/// A project's own budget with the shares of its members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnBudget {
    /// The budget.
    pub id: BudgetId,
    /// Its id in `/v1`.
    pub slug: String,
    /// The project.
    pub project_id: ProjectId,
    /// The project's technical name.
    pub project: ProjectName,
    /// The group that it is part of.
    pub group: Option<GroupId>,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it pays for.
    pub category: Category,
    /// Soft and hard limit.
    pub limits: Limits,
    /// How long a window lasts.
    pub period: ResetPeriod,
    /// When the window of now ends; `None` before anything was spent in it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub resets_at: Option<OffsetDateTime>,
    /// Whether each member may spend the own share only.
    pub is_enforced: bool,
    /// The share of each member, in the order of the user ids.
    pub allocations: Vec<Allocation>,
    /// The user who created it.
    pub created_by: Option<UserId>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// For forms: raised by each change.
    pub version: i64,
}

impl OwnBudget {
    /// How it is shared out, for example "$5,000.00 = 2 fixed shares ($650.00) + 46 equal shares of $94.57, the last one
    /// $94.35."
    pub fn shares_in_words(&self) -> String {
        if self.allocations.is_empty() {
            return "The project has no members.".to_owned();
        }
        if !self.is_enforced {
            return format!("Each member may spend the whole budget of {}.", self.limits.hard());
        }
        let of_mode = |mode| self.allocations.iter().filter(move |allocation| allocation.mode == mode);
        let fixed: Decimal = of_mode(AllocationMode::Fixed).map(|fixed| fixed.share.hard().as_decimal()).sum();
        let fixed = match of_mode(AllocationMode::Fixed).count() {
            0 => None,
            count => Some(format!(
                "{} ({})",
                counted(i64::try_from(count).unwrap_or(i64::MAX), "fixed share"),
                Money::from_decimal(fixed).unwrap_or_default()
            )),
        };
        let equal: Vec<Money> = of_mode(AllocationMode::Equal).map(|equal| equal.share.hard()).collect();
        let equal = equal.first().zip(equal.last()).map(|(first, last)| {
            let count = counted(i64::try_from(equal.len()).unwrap_or(i64::MAX), "equal share");
            let last = if first == last { String::new() } else { format!(", the last one {last}") };
            format!("{count} of {first}{last}")
        });
        let parts: Vec<String> = [fixed, equal.clone()].into_iter().flatten().collect();
        let sign = if equal.is_some() { "=" } else { "is more than or equal to" };
        format!("{} {sign} {}.", self.limits.hard(), parts.join(" + "))
    }

    /// The sum of the members' hard limits. Where they are not enforced, each member counts with the whole budget.
    pub fn allocated(&self) -> Decimal {
        self.allocations.iter().map(|allocation| allocation.share.hard().as_decimal()).sum()
    }
}

/// A budget group with its budgets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetGroup {
    /// The group.
    pub id: GroupId,
    /// The project's technical name.
    pub project: ProjectName,
    /// What it is called.
    pub name: String,
    /// The sum of its budgets' hard limits; in a deleted group the last one.
    pub total: Money,
    /// How long a window lasts.
    pub period: ResetPeriod,
    /// What it is for.
    pub description: Option<String>,
    /// Its budgets, in the order of the categories; none once it is deleted.
    pub budgets: Vec<OwnBudget>,
    /// The user who created it.
    pub created_by: Option<UserId>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// When it was deleted.
    #[serde(with = "time::serde::rfc3339::option")]
    pub deleted_at: Option<OffsetDateTime>,
    /// For forms: raised by each change.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::super::{Share, allocate};
    use super::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn budget(hard: &str, is_enforced: bool, fixed: &[Option<&str>]) -> OwnBudget {
        let money = |raw: &str| Money::parse(raw).expect("an amount");
        let limits = Limits::new(money("0"), money(hard)).expect("limits");
        let share = |hard: &&str| Share::new(money("0"), money(hard)).expect("a share");
        let members: BTreeMap<UserId, Option<Share>> = fixed
            .iter()
            .enumerate()
            .map(|(at, fixed)| (UserId(Uuid::from_u128(at as u128)), fixed.as_ref().map(share)))
            .collect();
        OwnBudget {
            id: BudgetId(Uuid::nil()),
            slug: "atlas".into(),
            project_id: ProjectId(Uuid::nil()),
            project: ProjectName::parse("atlas").expect("a name"),
            group: None,
            name: "Atlas".into(),
            description: None,
            category: Category::Platform,
            limits,
            period: ResetPeriod::parse("30d").expect("a period"),
            resets_at: None,
            is_enforced,
            allocations: allocate(limits, is_enforced, &members).expect("shares"),
            created_by: None,
            created_at: OffsetDateTime::UNIX_EPOCH,
            updated_at: OffsetDateTime::UNIX_EPOCH,
            version: 1,
        }
    }

    #[test]
    fn shares_in_words_name_every_part_of_the_sum() {
        let picture = [vec![Some("400"), Some("250")], vec![None; 46]].concat();
        for (budget, words) in [
            (
                budget("5000", true, &picture),
                "$5,000.00 = 2 fixed shares ($650.00) + 46 equal shares of $94.57, the last one $94.35.",
            ),
            (budget("100", true, &[None]), "$100.00 = 1 equal share of $100.00."),
            (budget("100", true, &[Some("40")]), "$100.00 is more than or equal to 1 fixed share ($40.00)."),
            (budget("100", false, &[None, Some("40")]), "Each member may spend the whole budget of $100.00."),
            (budget("100", true, &[]), "The project has no members."),
        ] {
            assert_eq!(budget.shares_in_words(), words);
        }
    }
}
