//! Budgets: what people and projects may spend.

use crate::form::{FieldErrors, FieldProblem};
use crate::id::{BudgetId, UserId};
use crate::money::Money;
use crate::page::{Cursor, PageSize, Params, list_params, parse_descending, parse_size};
use crate::project::ProjectName;
use crate::reset_period::ResetPeriod;
use crate::text::{BudgetName, SearchTerm};
use crate::user::UserKind;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The id by which programs know a budget: 1 to 128 letters, digits, `-` and `_`. Where they gave none, its own id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BudgetSlug(String);

impl BudgetSlug {
    /// Reads one.
    ///
    /// # Errors
    /// Says what it may be made of.
    pub fn parse(raw: &str) -> Result<Self, FieldProblem> {
        let is_one = (1..=128).contains(&raw.len())
            && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        is_one.then(|| Self(raw.to_owned())).ok_or_else(|| FieldProblem::new("Use 1 to 128 letters, digits, - and _"))
    }

    /// Reads one for a new budget. What reads as a UUID may be another budget's own id.
    ///
    /// # Errors
    /// Says what it may be made of.
    pub fn parse_new(raw: &str) -> Result<Self, FieldProblem> {
        let slug = Self::parse(raw)?;
        if uuid::Uuid::parse_str(raw).is_ok() {
            return Err(FieldProblem::new(
                "Use something other than a UUID: budgets without an id of yours have those.",
            ));
        }
        Ok(slug)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for BudgetSlug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a budget pays for (`behaviour.md` section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Category {
    /// Chat, assistants, workflows.
    Platform,
    /// Command-line tools.
    Cli,
    /// The costlier models.
    PremiumModels,
}

impl Category {
    /// In the order of the columns.
    pub const ALL: [Self; 3] = [Self::Platform, Self::Cli, Self::PremiumModels];

    /// As stored, and as it stands in a URL or a form.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Cli => "cli",
            Self::PremiumModels => "premium_models",
        }
    }

    /// As people read it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Platform => "Platform",
            Self::Cli => "CLI",
            Self::PremiumModels => "Premium models",
        }
    }

    /// What it pays for.
    pub const fn covers(self) -> &'static str {
        match self {
            Self::Platform => "Chat, assistants, workflows",
            Self::Cli => "Command-line tools",
            Self::PremiumModels => "Costlier models",
        }
    }

    /// Reads [`Category::key`].
    ///
    /// # Errors
    /// Names the values allowed.
    pub fn parse(raw: &str) -> Result<Self, FieldProblem> {
        Self::ALL
            .into_iter()
            .find(|category| category.key() == raw)
            .ok_or_else(|| FieldProblem::new("Choose platform, CLI or premium models."))
    }
}

/// Soft and hard limit of one budget: 0 <= soft <= hard, hard > 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    soft: Money,
    hard: Money,
}

impl Limits {
    /// Checks the two against each other.
    ///
    /// # Errors
    /// A problem at `hard_limit` or `soft_limit` that says what to enter.
    pub fn new(soft: Money, hard: Money) -> Result<Self, FieldErrors> {
        if hard == Money::default() {
            return Err(FieldErrors::one("hard_limit", "Enter more than $0.00."));
        }
        if soft > hard {
            let above = Money::from_decimal(soft.as_decimal() - hard.as_decimal()).unwrap_or_default();
            return Err(FieldErrors::one(
                "soft_limit",
                format!(
                    "The soft limit is {above} above the hard limit. Enter {hard} or less, or raise the hard limit."
                ),
            ));
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
}

/// What a person enters to create or edit a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetDraft {
    /// Unique without regard to case.
    pub name: BudgetName,
    /// Immutable while the budget is assigned.
    pub category: Category,
    /// Soft and hard limit.
    pub limits: Limits,
    /// How long it lasts.
    pub period: ResetPeriod,
}

impl BudgetDraft {
    /// Parses the fields `name`, `category`, `soft_limit`, `hard_limit` and `period` together.
    ///
    /// # Errors
    /// Every problem at its field, not just the first.
    pub fn parse(name: &str, category: &str, soft: &str, hard: &str, period: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", BudgetName::parse(name));
        let category = errors.take("category", Category::parse(category));
        let soft = errors.take("soft_limit", Money::parse(soft));
        let hard = errors.take("hard_limit", Money::parse(hard));
        let period = errors.take("period", ResetPeriod::parse(period));
        let limits = match (soft, hard) {
            (Some(soft), Some(hard)) => match Limits::new(soft, hard) {
                Ok(limits) => Some(limits),
                Err(problems) => {
                    for (field, problem) in problems.iter() {
                        errors.add(field, problem.clone());
                    }
                    None
                }
            },
            _ => None,
        };
        match (name, category, limits, period) {
            (Some(name), Some(category), Some(limits), Some(period)) => Ok(Self { name, category, limits, period }),
            _ => Err(errors),
        }
    }
}

/// One row of the list of budgets, and the head of a budget's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRow {
    /// The budget.
    pub id: BudgetId,
    /// What it is called.
    pub name: String,
    /// What it pays for.
    pub category: Category,
    /// Soft and hard limit.
    pub limits: Limits,
    /// How long it lasts.
    pub period: ResetPeriod,
    /// People it is assigned to, as far as [`crate::page::COUNTED_TO`].
    pub user_count: i64,
    /// Projects it is assigned to, as far as [`crate::page::COUNTED_TO`].
    pub project_count: i64,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// For forms: raised by each change.
    pub version: i64,
}

/// A budget to choose from when assigning one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetChoice {
    /// The budget.
    pub id: BudgetId,
    /// What it is called.
    pub name: String,
    /// What it pays for.
    pub category: Category,
    /// Soft and hard limit.
    pub limits: Limits,
}

/// A budget as the person or project it is assigned to sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedBudget {
    /// The budget.
    pub id: BudgetId,
    /// What it is called.
    pub name: String,
    /// What it pays for.
    pub category: Category,
    /// Soft and hard limit.
    pub limits: Limits,
    /// How long it lasts.
    pub period: ResetPeriod,
    /// Who assigned it.
    pub assigned_by: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// To whom or what a budget is assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// A person.
    User {
        /// The person.
        id: UserId,
        /// Name as shown.
        name: String,
        /// Address as shown.
        email: String,
        /// Whether the address is known to be the user's.
        email_verified: bool,
        /// Regular or external.
        kind: UserKind,
    },
    /// A shared project.
    Project {
        /// Technical name.
        name: ProjectName,
        /// Display name, or the technical one.
        title: String,
    },
}

/// One assignment on a budget's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetAssignment {
    /// Whom or what it serves.
    pub holder: Holder,
    /// Who assigned it.
    pub assigned_by: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// Everything the page of a budget shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetDetail {
    /// Its facts.
    pub budget: BudgetRow,
    /// The latest assignments first, at most 50; the counts stand in `budget`.
    pub assignments: Vec<BudgetAssignment>,
}

/// What the list of budgets can be sorted by; each has an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BudgetSort {
    /// By name, without regard to case.
    #[default]
    Name,
    /// By hard limit.
    HardLimit,
    /// By last change.
    Updated,
}

impl BudgetSort {
    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::HardLimit => "hard-limit",
            Self::Updated => "updated",
        }
    }

    /// Reads [`BudgetSort::key`].
    ///
    /// # Errors
    /// The value is none of them.
    pub fn parse(raw: &str) -> Result<Self, FieldProblem> {
        [Self::Name, Self::HardLimit, Self::Updated]
            .into_iter()
            .find(|sort| sort.key() == raw)
            .ok_or_else(|| FieldProblem::new("Choose a column that sorts."))
    }
}

/// What is asked of the list of budgets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetQuery {
    /// Substring of the name, without regard to case.
    pub search: Option<SearchTerm>,
    /// Only this category.
    pub category: Option<Category>,
    /// Sort column.
    pub sort: BudgetSort,
    /// Falling instead of rising.
    pub descending: bool,
    /// Where the page begins.
    pub cursor: Option<Cursor>,
    /// Rows on a page.
    pub size: PageSize,
}

impl BudgetQuery {
    /// Reads a URL's parameters, leaving what it does not understand in `params` as ignored.
    pub fn from_params(params: &mut Params) -> Self {
        Self {
            search: params.take("q", SearchTerm::parse),
            category: params.take("category", Category::parse),
            sort: params.take("sort", BudgetSort::parse).unwrap_or_default(),
            descending: params.take("dir", parse_descending).unwrap_or_default(),
            cursor: params.take("at", Cursor::parse),
            size: params.take("rows", parse_size).unwrap_or_default(),
        }
    }

    /// The parameters that differ from the defaults, in a fixed order.
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.search.as_ref().map(|term| ("q", term.to_string())));
        pairs.extend(self.category.map(|category| ("category", category.key().to_owned())));
        list_params(
            &mut pairs,
            self.sort != BudgetSort::default(),
            self.sort.key(),
            self.descending,
            self.cursor.as_ref(),
            self.size,
        );
        pairs
    }

    /// Whether anything narrows the list.
    pub const fn is_filtered(&self) -> bool {
        self.search.is_some() || self.category.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_names_every_problem_at_its_field() {
        let errors = BudgetDraft::parse("", "gold", "x", "", "1w").expect_err("all wrong");
        let fields: Vec<&str> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["category", "hard_limit", "name", "period", "soft_limit"]);
    }

    #[test]
    fn programs_know_a_budget_by_what_an_address_can_hold() {
        for good in ["a", "Leads_2026-q1", &"x".repeat(128), "0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a"] {
            assert_eq!(BudgetSlug::parse(good).expect(good).as_str(), good);
        }
        for bad in ["", &"x".repeat(129), "two words", "a/b", "\0", "é", "a.b"] {
            assert!(BudgetSlug::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn new_slug_that_reads_as_a_uuid_is_refused() {
        for bad in ["0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a", "0199B1F26A6E7C3D8A541F0E2D3C4B5A", "", "a.b"] {
            assert!(BudgetSlug::parse_new(bad).is_err(), "{bad}");
        }
        for good in ["leads", "0199b1f2-6a6e-7c3d-8a54", "leads-0199b1f2-6a6e-7c3d-8a54-1f0e2d3c4b5a"] {
            assert_eq!(BudgetSlug::parse_new(good).expect(good).as_str(), good);
        }
    }

    #[test]
    fn limits_say_by_how_much_they_cross() {
        let errors = BudgetDraft::parse("Leads", "cli", "300", "250", "30d").expect_err("crossed");
        let text = errors.at("soft_limit").expect("at the soft limit").as_str();
        assert_eq!(
            text,
            "The soft limit is $50.00 above the hard limit. Enter $250.00 or less, or raise the hard limit."
        );
        assert!(BudgetDraft::parse("Leads", "cli", "0", "0", "30d").expect_err("zero").at("hard_limit").is_some());
        assert!(BudgetDraft::parse("Leads", "cli", "250", "250", "30d").is_ok());
    }
}
